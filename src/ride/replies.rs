//! What Meituan replies: the `data` of the seven interfaces' business replies (业务响应).
//!
//! Amounts are whole fen (分), on the wire too; units of time differ from field to field and are left as sent. Only
//! what a reply is useless without is required; Meituan is seen to leave out and null much of what it documents.

use super::codes::RideStatus;
use super::rules;

crate::messages! {
    /// A driver nearby (document 1.4).
    NearbyDriver rules [rules::NEARBY_POSITION] {
        /// Longitude (经度), GCJ-02, degrees.
        longitude "longitude": decimal, required;
        /// Latitude (纬度), GCJ-02, degrees.
        latitude "latitude": decimal, required;
        /// Car type (运力ID); see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, required;
        /// Partner (运力供应商id).
        partner_id "partnerId": integer, optional;
        /// The partner's car type (供应商车型id).
        partner_car_type_id "partnerCarTypeId": integer, optional;
        /// Heading (车头方向), degrees clockwise from north, from 0 to below 360; -1 is sent where it is not known.
        direction "direction": decimal, optional;
        /// Distance to the passenger (接驾导航距离), m.
        distance "distance": integer, optional;
        /// Time to the passenger (接驾时长), ms.
        duration "duration": integer, optional;
        /// When the driver was there (司机位置时间戳), epoch milliseconds.
        timestamp "timestamp": milliseconds, optional;
    }

    /// Estimated prices (document 2.4).
    Estimates {
        /// One for each car type (运力预估价格信息列表). The table of the document calls it so; its example `estimatePrice`.
        estimate_prices "estimatePrices": list(object(Estimate)), required, aliases ["estimatePrice"];
    }

    /// What a ride with one car type would cost (document 2.4).
    Estimate {
        /// Partner (合作方ID).
        partner_id "partnerId": integer, optional;
        /// Name of the partner (合作方名称).
        partner_name "partnerName": text, optional;
        /// Car type (运力id); see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, optional;
        /// Name of the car type (运力类型中文).
        car_type_name "carTypeName": text, optional;
        /// The partner's car type (合作商车型ID).
        partner_car_type_id "partnerCarTypeId": integer, optional;
        /// Name of the partner's car type (合作商车型名称).
        partner_car_type_name "partnerCarTypeName": text, optional;
        /// The estimate (预估标识), to order with. It lives 10 minutes.
        estimate_id "estimateId": text, required;
        /// The estimated price, fen. Only in the document's example, not in its table.
        estimate_price "estimatePrice": fen, optional;
        /// Meituan's discount (平台自身优惠金额), fen.
        self_reduce "selfReduce": fen, optional;
        /// The partner's discount (合作方优惠金额), fen.
        partner_reduce "partnerReduce": fen, optional;
        /// Distance (预估距离), m, at least 1.
        distance "distance": integer, optional;
        /// Duration (预估时间). Documented in seconds, at least 60; the document's example (1800000) is in ms.
        estimate_time "estimateTime": integer, optional;
        /// Base fare (基础车费原价), fen.
        travel_price "travelPrice": fen, optional;
        /// For the distance (行驶里程费), fen.
        distance_price "distancePrice": fen, optional;
        /// For the time (行驶时长费), fen.
        time_price "timePrice": fen, optional;
        /// To start (订单起步价), fen.
        init_price "initPrice": fen, optional;
        /// At least (最少费用/套餐费), fen.
        min_price "minPrice": fen, optional;
        /// For distance at night (夜间里程费), fen.
        night_price "nightPrice": fen, optional;
        /// For long distance (远途行使里程费), fen.
        drive_long_distance_price "driveLongDistancePrice": fen, optional;
        /// Motorway toll (高速费), fen.
        drive_highway_price "driveHighwayPrice": fen, optional;
        /// Time until the passenger is driven (预计送驾时间), documented in seconds.
        delivering_start_time "deliveringStartTime": integer, optional;
        /// Service fee (服务金额费), fen.
        service_price "servicePrice": fen, optional;
        /// Dynamic price adjustment (动态调价费), fen.
        dynamic_price "dynamicPrice": fen, optional;
        /// What the base fare is topped up by (基础车费补足), fen.
        price_difference "priceDifference": fen, optional;
        /// Pricing of a special area (特殊区域计价ID); null where there is none.
        price_tag_group_id "priceTagGroupId": long, nullable;
        /// What the passenger would pay before discounts (用户预估阶段应付原价), fen.
        estimate_user_payable_total_price "estimateUserPayableTotalPrice": fen, optional;
        /// What the passenger would pay (用户预估阶段应付尾款), fen.
        estimate_user_payable_balance_price "estimateUserPayableBalancePrice": fen, optional;
        /// All discounts (预估阶段总的优惠金额), fen.
        estimate_total_discounts "estimateTotalDiscounts": fen, optional;
    }

    /// The order is taken (document 3.4).
    SubmittedOrder {
        /// Meituan's order number (美团订单号): a text, of 20 or 30 digits in the document.
        mt_order_id "mtOrderId": text, required;
    }

    /// What cancelling costs (document 6.4).
    CancelFee {
        /// The cancel fee (取消费), fen.
        cancel_price "cancelPrice": fen, optional;
    }

    /// The state of an order (document 7.4).
    OrderDetail rules [rules::DETAIL_DRIVER] {
        /// State (订单状态).
        order_status "orderStatus": code(RideStatus), required;
        /// When the state was last updated (订单状态更新时间), epoch milliseconds.
        update_time "updateTime": milliseconds, optional;
        /// Meituan's order number (美团订单号).
        mt_order_id "mtOrderId": text, optional;
        /// Our order number (合作方订单Id).
        channel_partner_order_id "channelPartnerOrderId": text, optional;
        /// Charges (费用信息).
        user_price_info "userPriceInfo": object(PriceInfo), optional;
        /// The driver (接单后司机信息): once taken, and after a cancel that followed.
        driver_info "driverInfo": object(DriverInfo), optional;
        /// Payment (支付相关信息).
        pay_info "payInfo": object(PayInfo), optional;
    }

    /// Charges of an order (document 7.4), fen unless noted.
    PriceInfo {
        /// What the passenger owes before discounts (用户应付原价), without a cancel fee.
        user_payable_total_price "userPayableTotalPrice": fen, optional;
        /// What the passenger owes (用户应付尾款), cancel fee included: the amount to pay. It stays after payment: whether
        /// something is owed is told by the state alone.
        user_payable_balance_price "userPayableBalancePrice": fen, optional;
        /// Cancel fee (用户应付取消费).
        cancel_fee "cancelFee": fen, optional;
        /// The trip's basic charges (【行程费用】), without motorway toll, parking, thanks and other extras.
        total_price "totalPrice": fen, optional;
        /// To start (起步价), with some distance and time included.
        drive_start_price "driveStartPrice": fen, optional;
        /// Distance driven (行驶里程), m.
        drive_distance "driveDistance": integer, optional;
        /// For the distance (里程费), night distance included.
        drive_distance_price "driveDistancePrice": fen, optional;
        /// Time driven (行驶时长), ms.
        drive_time "driveTime": integer, optional;
        /// For the time (时长费).
        drive_time_price "driveTimePrice": fen, optional;
        /// For long distance (远程费).
        drive_long_distance_price "driveLongDistancePrice": fen, optional;
        /// Dynamic price adjustment (动态调价费); negative for a discount.
        dynamic_price "dynamicPrice": fen, optional;
        /// Service fee (服务费).
        service_price_amount "servicePriceAmount": fen, optional;
        /// The taxi's meter (出租车打表费).
        taxi_meter_fee "taxiMeterFee": fen, optional;
        /// Motorway toll (高速费), collected for others.
        drive_highway_price "driveHighwayPrice": fen, optional;
        /// Road and bridge toll (通行费), collected for others.
        drive_toll_price "driveTollPrice": fen, optional;
        /// Parking (停车费), collected for others.
        drive_park_price "driveParkPrice": fen, optional;
        /// Other charges collected for others (其他费), such as cleaning.
        drive_other_price "driveOtherPrice": fen, optional;
        /// For coming from far away (远途调度费).
        long_dispatch_price "longDispatchPrice": fen, optional;
        /// For waiting (等待费).
        wait_fee "waitFee": fen, optional;
        /// Time waited (等待时长), ms.
        wait_time "waitTime": integer, optional;
        /// Thanks (感谢费).
        thanks_fee "thanksFee": fen, optional;
        /// For ordering a taxi by phone or app (电调费).
        e_dispatch_price "eDispatchPrice": fen, optional;
        /// The partner's discount (折扣费用), positive.
        partner_reduce_price "partnerReducePrice": fen, optional;
        /// What the base fare is topped up by (基础车费补足), normally not negative.
        price_difference "priceDifference": fen, optional;
    }

    /// The driver of an order (document 7.4). Documented as always filled; the document's own example has nulls.
    DriverInfo rules [rules::DETAIL_POSITION] {
        /// Name (司机名称).
        name "name": text, nullable;
        /// Longitude (司机当前经度), GCJ-02, degrees.
        lng "lng": decimal, nullable;
        /// Latitude (司机当前纬度), GCJ-02, degrees.
        lat "lat": decimal, nullable;
        /// Heading (司机车头方位), degrees.
        direction "direction": decimal, nullable;
        /// Phone number (司机电话), a virtual one.
        phone "phone": text, nullable;
        /// Orders taken so far (司机接单数).
        order_num "orderNum": integer, nullable;
        /// Make of the car (车牌品牌).
        car_brand "carBrand": text, nullable;
        /// Car type (运力类型id); see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, nullable;
        /// Colour of the car (颜色).
        car_color "carColor": text, nullable;
        /// Number plate (车牌).
        car_plate_no "carPlateNo": text, nullable;
        /// The driver's number (司机id).
        driver_id "driverId": text, nullable;
        /// Address of the driver's picture (司机头像图片地址).
        driver_pic "driverPic": text, nullable;
        /// The driver's rating (司机评分).
        driver_star "driverStar": text, nullable;
        /// Address of the car's picture (车辆图片地址).
        car_pic "carPic": text, nullable;
        /// The company (车辆公司id).
        company_id "companyId": text, nullable;
        /// Name of the company (公司名称).
        company_name "companyName": text, nullable;
        /// Partner (运力供应商id).
        partner_id "partnerId": integer, nullable;
        /// The partner's car type (运力供应商车型id).
        partner_car_type_id "partnerCarTypeId": integer, nullable;
    }

    /// Payment of an order (document 7.4).
    PayInfo {
        /// When it was paid (支付时间), epoch milliseconds.
        pay_utime "payUtime": milliseconds, optional;
        /// How; the values are not documented (1 in the example).
        pay_mode "payMode": integer, optional;
        /// By what; the values are not documented (`meituanpay` in the example).
        pay_type "payType": text, optional;
    }
}
