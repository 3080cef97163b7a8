//! What Meituan replies: the `data` of the seven interfaces' business replies (业务响应).
//!
//! Amounts are whole fen (分), on the wire too; units of time differ from field to field and are left as sent. Only
//! what a reply is useless without is required; Meituan is seen to leave out and null much of what it documents. The rest
//! is dispensable: what cannot be read of it is reported and left out, and costs nothing else.

use super::codes::RideStatus;
use super::rules;

crate::messages! {
    /// A driver nearby (document 1.4).
    NearbyDriver rules [rules::NEARBY_POSITION, rules::NEARBY_DIRECTION] {
        /// Longitude (经度), GCJ-02, degrees.
        longitude "longitude": decimal, required;
        /// Latitude (纬度), GCJ-02, degrees.
        latitude "latitude": decimal, required;
        /// Car type (运力ID); see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, required;
        /// Partner (运力供应商id).
        partner_id "partnerId": long, dispensable;
        /// The partner's car type (供应商车型id).
        partner_car_type_id "partnerCarTypeId": long, dispensable;
        /// Heading (车头方向), degrees clockwise from north, from 0 to below 360; -1 is sent where it is not known.
        direction "direction": decimal, dispensable;
        /// Distance to the passenger (接驾导航距离), m.
        distance "distance": integer, dispensable;
        /// Time to the passenger (接驾时长), ms.
        duration "duration": integer, dispensable;
        /// When the driver was there (司机位置时间戳), epoch milliseconds.
        timestamp "timestamp": moment, dispensable;
    }

    /// Estimated prices (document 2.4).
    Estimates {
        /// One for each car type (运力预估价格信息列表). The table of the document calls it so; its example `estimatePrice`.
        estimate_prices "estimatePrices": list(object(Estimate)), required, aliases ["estimatePrice"];
    }

    /// What a ride with one car type would cost (document 2.4).
    Estimate rules [rules::ESTIMATE_ITEM_PRICE, rules::ESTIMATE_TIME_UNIT] {
        /// Partner (合作方ID).
        partner_id "partnerId": long, dispensable;
        /// Name of the partner (合作方名称).
        partner_name "partnerName": text, dispensable;
        /// Car type (运力id); see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, dispensable;
        /// Name of the car type (运力类型中文).
        car_type_name "carTypeName": text, dispensable;
        /// The partner's car type (合作商车型ID).
        partner_car_type_id "partnerCarTypeId": long, dispensable;
        /// Name of the partner's car type (合作商车型名称).
        partner_car_type_name "partnerCarTypeName": text, dispensable;
        /// The estimate (预估标识), to order with. It lives 10 minutes.
        estimate_id "estimateId": text, required;
        /// The estimated price, fen. Only in the document's example, not in its table.
        estimate_price "estimatePrice": fen, dispensable;
        /// Meituan's discount (平台自身优惠金额), fen.
        self_reduce "selfReduce": fen, dispensable;
        /// The partner's discount (合作方优惠金额), fen.
        partner_reduce "partnerReduce": fen, dispensable;
        /// Distance (预估距离), m, at least 1.
        distance "distance": integer, dispensable;
        /// Duration (预估时间). Documented in seconds, at least 60; the document's example (1800000) is in ms.
        estimate_time "estimateTime": integer, dispensable;
        /// Base fare (基础车费原价), fen.
        travel_price "travelPrice": fen, dispensable;
        /// For the distance (行驶里程费), fen.
        distance_price "distancePrice": fen, dispensable;
        /// For the time (行驶时长费), fen.
        time_price "timePrice": fen, dispensable;
        /// To start (订单起步价), fen.
        init_price "initPrice": fen, dispensable;
        /// At least (最少费用/套餐费), fen.
        min_price "minPrice": fen, dispensable;
        /// For distance at night (夜间里程费), fen.
        night_price "nightPrice": fen, dispensable;
        /// For long distance (远途行使里程费), fen.
        drive_long_distance_price "driveLongDistancePrice": fen, dispensable;
        /// Motorway toll (高速费), fen.
        drive_highway_price "driveHighwayPrice": fen, dispensable;
        /// Time until the passenger is driven (预计送驾时间), documented in seconds.
        delivering_start_time "deliveringStartTime": integer, dispensable;
        /// Service fee (服务金额费), fen.
        service_price "servicePrice": fen, dispensable;
        /// Dynamic price adjustment (动态调价费), fen.
        dynamic_price "dynamicPrice": fen, dispensable;
        /// What the base fare is topped up by (基础车费补足), fen.
        price_difference "priceDifference": fen, dispensable;
        /// Pricing of a special area (特殊区域计价ID); null where there is none.
        price_tag_group_id "priceTagGroupId": long, dispensable;
        /// What the passenger would pay before discounts (用户预估阶段应付原价), fen.
        estimate_user_payable_total_price "estimateUserPayableTotalPrice": fen, dispensable;
        /// What the passenger would pay (用户预估阶段应付尾款), fen.
        estimate_user_payable_balance_price "estimateUserPayableBalancePrice": fen, dispensable;
        /// All discounts (预估阶段总的优惠金额), fen.
        estimate_total_discounts "estimateTotalDiscounts": fen, dispensable;
    }

    /// The order is taken (document 3.4).
    SubmittedOrder {
        /// Meituan's order number (美团订单号): a text, of 20 or 30 digits in the document.
        mt_order_id "mtOrderId": text, required;
    }

    /// What cancelling costs (document 6.4).
    CancelFee {
        /// The cancel fee (取消费), fen.
        cancel_price "cancelPrice": fen, dispensable;
    }

    /// The state of an order (document 7.4).
    OrderDetail rules [rules::DETAIL_DRIVER] {
        /// State (订单状态).
        order_status "orderStatus": code(RideStatus), required;
        /// When the state was last updated (订单状态更新时间), epoch milliseconds.
        update_time "updateTime": moment, dispensable;
        /// Meituan's order number (美团订单号).
        mt_order_id "mtOrderId": text, dispensable;
        /// Our order number (合作方订单Id).
        channel_partner_order_id "channelPartnerOrderId": text, dispensable;
        /// Charges (费用信息).
        user_price_info "userPriceInfo": object(PriceInfo), dispensable;
        /// The driver (接单后司机信息): once taken, and after a cancel that followed.
        driver_info "driverInfo": object(DriverInfo), dispensable;
        /// Payment (支付相关信息).
        pay_info "payInfo": object(PayInfo), dispensable;
    }

    /// Charges of an order (document 7.4), fen unless noted.
    PriceInfo {
        /// What the passenger owes before discounts (用户应付原价), without a cancel fee.
        user_payable_total_price "userPayableTotalPrice": fen, dispensable;
        /// What the passenger owes (用户应付尾款), cancel fee included: the amount to pay. It stays after payment: whether
        /// something is owed is told by the state alone.
        user_payable_balance_price "userPayableBalancePrice": fen, dispensable;
        /// Cancel fee (用户应付取消费).
        cancel_fee "cancelFee": fen, dispensable;
        /// The trip's basic charges (【行程费用】), without motorway toll, parking, thanks and other extras.
        total_price "totalPrice": fen, dispensable;
        /// To start (起步价), with some distance and time included.
        drive_start_price "driveStartPrice": fen, dispensable;
        /// Distance driven (行驶里程), m.
        drive_distance "driveDistance": integer, dispensable;
        /// For the distance (里程费), night distance included.
        drive_distance_price "driveDistancePrice": fen, dispensable;
        /// Time driven (行驶时长), ms.
        drive_time "driveTime": integer, dispensable;
        /// For the time (时长费).
        drive_time_price "driveTimePrice": fen, dispensable;
        /// For long distance (远程费).
        drive_long_distance_price "driveLongDistancePrice": fen, dispensable;
        /// Dynamic price adjustment (动态调价费); negative for a discount.
        dynamic_price "dynamicPrice": fen, dispensable;
        /// Service fee (服务费).
        service_price_amount "servicePriceAmount": fen, dispensable;
        /// The taxi's meter (出租车打表费).
        taxi_meter_fee "taxiMeterFee": fen, dispensable;
        /// Motorway toll (高速费), collected for others.
        drive_highway_price "driveHighwayPrice": fen, dispensable;
        /// Road and bridge toll (通行费), collected for others.
        drive_toll_price "driveTollPrice": fen, dispensable;
        /// Parking (停车费), collected for others.
        drive_park_price "driveParkPrice": fen, dispensable;
        /// Other charges collected for others (其他费), such as cleaning.
        drive_other_price "driveOtherPrice": fen, dispensable;
        /// For coming from far away (远途调度费).
        long_dispatch_price "longDispatchPrice": fen, dispensable;
        /// For waiting (等待费).
        wait_fee "waitFee": fen, dispensable;
        /// Time waited (等待时长), ms.
        wait_time "waitTime": integer, dispensable;
        /// Thanks (感谢费).
        thanks_fee "thanksFee": fen, dispensable;
        /// For ordering a taxi by phone or app (电调费).
        e_dispatch_price "eDispatchPrice": fen, dispensable;
        /// The partner's discount (折扣费用), positive.
        partner_reduce_price "partnerReducePrice": fen, dispensable;
        /// What the base fare is topped up by (基础车费补足), normally not negative.
        price_difference "priceDifference": fen, dispensable;
    }

    /// The driver of an order (document 7.4). Documented as always filled; the document's own example has nulls.
    DriverInfo rules [rules::DETAIL_POSITION] {
        /// Name (司机名称).
        name "name": text, dispensable;
        /// Longitude (司机当前经度), GCJ-02, degrees.
        lng "lng": decimal, dispensable;
        /// Latitude (司机当前纬度), GCJ-02, degrees.
        lat "lat": decimal, dispensable;
        /// Heading (司机车头方位), degrees.
        direction "direction": decimal, dispensable;
        /// Phone number (司机电话), a virtual one.
        phone "phone": text, dispensable;
        /// Orders taken so far (司机接单数).
        order_num "orderNum": integer, dispensable;
        /// Make of the car (车牌品牌).
        car_brand "carBrand": text, dispensable;
        /// Car type (运力类型id); see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, dispensable;
        /// Colour of the car (颜色).
        car_color "carColor": text, dispensable;
        /// Number plate (车牌).
        car_plate_no "carPlateNo": text, dispensable;
        /// The driver's number (司机id).
        driver_id "driverId": text, dispensable;
        /// Address of the driver's picture (司机头像图片地址).
        driver_pic "driverPic": text, dispensable;
        /// The driver's rating (司机评分).
        driver_star "driverStar": text, dispensable;
        /// Address of the car's picture (车辆图片地址).
        car_pic "carPic": text, dispensable;
        /// The company (车辆公司id).
        company_id "companyId": text, dispensable;
        /// Name of the company (公司名称).
        company_name "companyName": text, dispensable;
        /// Partner (运力供应商id).
        partner_id "partnerId": long, dispensable;
        /// The partner's car type (运力供应商车型id).
        partner_car_type_id "partnerCarTypeId": long, dispensable;
    }

    /// Payment of an order (document 7.4).
    PayInfo {
        /// When it was paid (支付时间), epoch milliseconds.
        pay_utime "payUtime": moment, dispensable;
        /// How; the values are not documented (1 in the example).
        pay_mode "payMode": integer, dispensable;
        /// By what; the values are not documented (`meituanpay` in the example).
        pay_type "payType": text, dispensable;
    }
}
