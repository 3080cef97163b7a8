//! Meituan's replies: the `data` of the seven interfaces' business replies (业务响应).
//!
//! Amounts are whole fen (分), on the wire too; units of time differ from field to field and are left as sent. Only what a reply is
//! useless without is required; Meituan is seen to leave out and null much of what it documents. The rest is lenient: a value that
//! cannot be read is reported and left out, and costs nothing else.

use super::codes::RideStatus;
use super::rules;

crate::messages! {
    /// 周边的一位司机（文档 1.4） · A driver nearby (ride spec 1.4).
    NearbyDriver rules [rules::NEARBY_POSITION, rules::NEARBY_DIRECTION] {
        /// 经度，GCJ-02，单位度 · Longitude, GCJ-02, degrees.
        longitude "longitude": decimal, required;
        /// 纬度，GCJ-02，单位度 · Latitude, GCJ-02, degrees.
        latitude "latitude": decimal, required;
        /// 运力 id；见 `CarType` · Car type; see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, required;
        /// 运力供应商 id · Partner.
        partner_id "partnerId": long, lenient;
        /// 供应商车型 id · The partner's car type.
        partner_car_type_id "partnerCarTypeId": long, lenient;
        /// 车头方向，正北为 0，顺时针，0 至 360 度（不含）；未知时发来 -1 ·
        /// Heading, degrees clockwise from north, from 0 to below 360; -1 is sent where it is not known.
        direction "direction": decimal, lenient;
        /// 接驾导航距离，单位米 · Distance to the passenger, m.
        distance "distance": integer, lenient;
        /// 接驾时长，单位毫秒 · Time to the passenger, ms.
        duration "duration": integer, lenient;
        /// 司机位置时间戳，毫秒时间戳 · When the driver was there, epoch milliseconds.
        timestamp "timestamp": timestamp, lenient;
    }

    /// 预估价列表（文档 2.4） · Estimated prices (ride spec 2.4).
    Estimates {
        /// 每种运力类型一项（运力预估价格信息列表）。文档字段表用此名，示例用 `estimatePrice` ·
        /// One for each car type. The spec's table calls it so; its example says `estimatePrice`.
        estimate_prices "estimatePrices": list(object(Estimate)), required, aliases ["estimatePrice"];
    }

    /// 某一车型的预估（文档 2.4） · The estimate for one car type (ride spec 2.4).
    Estimate rules [rules::ESTIMATE_ITEM_PRICE, rules::ESTIMATE_TIME_UNIT] {
        /// 合作方 id · Partner.
        partner_id "partnerId": long, lenient;
        /// 合作方名称 · Name of the partner.
        partner_name "partnerName": string, lenient;
        /// 运力 id；见 `CarType` · Car type; see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, lenient;
        /// 运力类型名称 · Name of the car type.
        car_type_name "carTypeName": string, lenient;
        /// 合作商车型 id · The partner's car type.
        partner_car_type_id "partnerCarTypeId": long, lenient;
        /// 合作商车型名称 · Name of the partner's car type.
        partner_car_type_name "partnerCarTypeName": string, lenient;
        /// 预估标识，下单时要用，有效 10 分钟 · The estimate, to order with. It is valid for 10 minutes.
        estimate_id "estimateId": string, required;
        /// 预估价，单位分。只见于文档示例，字段表中没有 ·
        /// The estimated price, fen. Only in the spec's example, not in its table.
        estimate_price "estimatePrice": fen, lenient;
        /// 平台自身优惠金额，单位分 · Meituan's discount, fen.
        self_reduce "selfReduce": fen, lenient;
        /// 合作方优惠金额，单位分 · The partner's discount, fen.
        partner_reduce "partnerReduce": fen, lenient;
        /// 预估距离，单位米，至少 1 · Distance, m, at least 1.
        distance "distance": integer, lenient;
        /// 预估时间。文档写明单位为秒且至少 60，而示例（1800000）是毫秒 ·
        /// Duration. Documented in seconds, at least 60; the spec's example (1800000) is in ms.
        estimate_time "estimateTime": integer, lenient;
        /// 基础车费原价，单位分 · Base fare, fen.
        travel_price "travelPrice": fen, lenient;
        /// 行驶里程费，单位分 · For the distance, fen.
        distance_price "distancePrice": fen, lenient;
        /// 行驶时长费，单位分 · For the time, fen.
        time_price "timePrice": fen, lenient;
        /// 订单起步价，单位分 · To start, fen.
        init_price "initPrice": fen, lenient;
        /// 最少费用 / 套餐费，单位分 · At least, fen.
        min_price "minPrice": fen, lenient;
        /// 夜间里程费，单位分 · For distance at night, fen.
        night_price "nightPrice": fen, lenient;
        /// 远途行驶里程费，单位分 · For long distance, fen.
        drive_long_distance_price "driveLongDistancePrice": fen, lenient;
        /// 高速费，单位分 · Motorway toll, fen.
        drive_highway_price "driveHighwayPrice": fen, lenient;
        /// 预计送驾时间，文档单位为秒 · Time until the passenger is driven, documented in seconds.
        delivering_start_time "deliveringStartTime": integer, lenient;
        /// 服务费，单位分 · Service fee, fen.
        service_price "servicePrice": fen, lenient;
        /// 动态调价费，单位分 · Dynamic price adjustment, fen.
        dynamic_price "dynamicPrice": fen, lenient;
        /// 基础车费补足，单位分 · The supplement to the base fare, fen.
        price_difference "priceDifference": fen, lenient;
        /// 特殊区域计价 id；没有则为 null · Pricing of a special area; null where there is none.
        price_tag_group_id "priceTagGroupId": long, lenient;
        /// 用户预估阶段应付原价，单位分 · The price before discounts that the passenger would pay, fen.
        estimate_user_payable_total_price "estimateUserPayableTotalPrice": fen, lenient;
        /// 用户预估阶段应付尾款，单位分 · The amount that the passenger would pay, fen.
        estimate_user_payable_balance_price "estimateUserPayableBalancePrice": fen, lenient;
        /// 预估阶段总的优惠金额，单位分 · All discounts, fen.
        estimate_total_discounts "estimateTotalDiscounts": fen, lenient;
    }

    /// 已接单（文档 3.4） · The order is accepted (ride spec 3.4).
    SubmittedOrder {
        /// 美团订单号：字符串，文档中为 20 或 30 位数字 · Meituan's order number: a string, of 20 or 30 digits in the ride spec.
        mt_order_id "mtOrderId": string, required;
    }

    /// 取消费用（文档 6.4） · The fee for cancelling (ride spec 6.4).
    CancelFee {
        /// 取消费，单位分 · The cancel fee, fen.
        cancel_price "cancelPrice": fen, lenient;
    }

    /// 订单状态（文档 7.4） · The state of an order (ride spec 7.4).
    OrderDetail rules [rules::DETAIL_DRIVER] {
        /// 订单状态 · State.
        order_status "orderStatus": code(RideStatus), required;
        /// 订单状态更新时间，毫秒时间戳 · When the state was last updated, epoch milliseconds.
        update_time "updateTime": timestamp, lenient;
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, lenient;
        /// 合作方订单号 · Our order number.
        channel_partner_order_id "channelPartnerOrderId": string, lenient;
        /// 费用信息 · Charges.
        user_price_info "userPriceInfo": object(PriceInfo), lenient;
        /// 接单后的司机信息：接单后有，其后取消仍有 · The driver: once taken, and after a cancel that followed.
        driver_info "driverInfo": object(DriverInfo), lenient;
        /// 支付相关信息 · Payment.
        pay_info "payInfo": object(PayInfo), lenient;
    }

    /// 订单费用（文档 7.4），除注明外单位为分 · Charges of an order (ride spec 7.4), fen unless noted.
    PriceInfo {
        /// 用户应付原价（取消费不体现） · The amount before discounts (原价), without a cancel fee.
        user_payable_total_price "userPayableTotalPrice": fen, lenient;
        /// 用户应付尾款，含取消费：即要支付的金额。支付后不变：是否欠款只看订单状态 · The amount that the passenger owes, cancel fee included. It stays after payment:
        /// the state alone says whether something is owed.
        user_payable_balance_price "userPayableBalancePrice": fen, lenient;
        /// 用户应付取消费 · Cancel fee.
        cancel_fee "cancelFee": fen, lenient;
        /// 行程基础类费用总额：完成履约行为后，除去高速费、停车费、感谢费、其他费用四项附加类费用项外，订单产生的行程费用总和 ·
        /// The trip's basic charges in all: what the trip has cost once it is done, without the four extras motorway toll, parking,
        /// thanks and other charges.
        total_price "totalPrice": fen, lenient;
        /// 起步价：订单开始履约需要收取的费用，包含一定的里程和时长。时长费和里程费不满起步价、而按起步价收取时，只传起步价，不传里程费和时长费 ·
        /// To start: what is charged once the trip begins, some distance and time included. Where the charges for distance and
        /// time are less than this, and this is charged instead, it is sent alone, without those two.
        drive_start_price "driveStartPrice": fen, lenient;
        /// 行驶里程，单位米 · Distance driven, m.
        drive_distance "driveDistance": integer, lenient;
        /// 里程费，含夜间里程 · For the distance, night distance included.
        drive_distance_price "driveDistancePrice": fen, lenient;
        /// 行驶时长，单位毫秒 · Time driven, ms.
        drive_time "driveTime": integer, lenient;
        /// 时长费 · For the time.
        drive_time_price "driveTimePrice": fen, lenient;
        /// 远程费 · For long distance.
        drive_long_distance_price "driveLongDistancePrice": fen, lenient;
        /// 动态调价费：根据供需关系实时调价的金额，可正可负；正数展示为溢价费，负数展示为动态折扣 ·
        /// Dynamic price adjustment by supply and demand: positive for a surcharge, negative for a discount.
        dynamic_price "dynamicPrice": fen, lenient;
        /// 服务费 · Service fee.
        service_price_amount "servicePriceAmount": fen, lenient;
        /// 出租车打表费 · The taxi's meter.
        taxi_meter_fee "taxiMeterFee": fen, lenient;
        /// 高速费：履约过程产生的高速类费用。代收代付类费用：不能开票，不能抽佣，不能使用红包抵扣 ·
        /// Motorway toll. It is collected for others (代收代付): no invoice, no commission, and no voucher may pay it.
        drive_highway_price "driveHighwayPrice": fen, lenient;
        /// 通行费：履约过程产生的过路过桥类费用。代收代付类费用：不能开票，不能抽佣，不能使用红包抵扣 ·
        /// Road and bridge toll. It is collected for others (代收代付): no invoice, no commission, and no voucher may pay it.
        drive_toll_price "driveTollPrice": fen, lenient;
        /// 停车费：履约过程产生的停车类费用。代收代付类费用：不能开票，不能抽佣，不能使用红包抵扣 ·
        /// Parking. It is collected for others (代收代付): no invoice, no commission, and no voucher may pay it.
        drive_park_price "driveParkPrice": fen, lenient;
        /// 其他费：履约过程中产生的其他代收代付类费用，如清洁费：不能开票，不能抽佣，不能使用红包抵扣 ·
        /// Other charges that are collected for others (代收代付), such as cleaning: no invoice, no commission, and no voucher may
        /// pay them.
        drive_other_price "driveOtherPrice": fen, lenient;
        /// 远途调度费 · For coming from far away.
        long_dispatch_price "longDispatchPrice": fen, lenient;
        /// 等待费 · For waiting.
        wait_fee "waitFee": fen, lenient;
        /// 等待时长，单位毫秒 · Time waited, ms.
        wait_time "waitTime": integer, lenient;
        /// 感谢费 · Thanks.
        thanks_fee "thanksFee": fen, lenient;
        /// 电调费 · For ordering a taxi by phone or app.
        e_dispatch_price "eDispatchPrice": fen, lenient;
        /// 折扣费用，正数 · The partner's discount, positive.
        partner_reduce_price "partnerReducePrice": fen, lenient;
        /// 基础车费补足，通常不为负 · The supplement to the base fare, normally not negative.
        price_difference "priceDifference": fen, lenient;
    }

    /// 订单的司机（文档 7.4）。文档说总有值，而其示例中有 null ·
    /// The driver of an order (ride spec 7.4). Documented as always filled; the spec's own example has nulls.
    DriverInfo rules [rules::DETAIL_POSITION] {
        /// 司机姓名 · Name.
        name "name": string, lenient personal;
        /// 司机当前经度，GCJ-02，单位度 · Longitude, GCJ-02, degrees.
        lng "lng": decimal, lenient;
        /// 司机当前纬度，GCJ-02，单位度 · Latitude, GCJ-02, degrees.
        lat "lat": decimal, lenient;
        /// 车头方位，单位度 · Heading, degrees.
        direction "direction": decimal, lenient;
        /// 司机电话（虚拟号） · Phone number, a virtual one.
        phone "phone": string, lenient personal;
        /// 司机接单数 · Orders taken so far.
        order_num "orderNum": integer, lenient;
        /// 车辆品牌 · Make of the car.
        car_brand "carBrand": string, lenient;
        /// 运力类型 id；见 `CarType` · Car type; see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, lenient;
        /// 车身颜色 · Colour of the car.
        car_color "carColor": string, lenient;
        /// 车牌 · Number plate.
        car_plate_no "carPlateNo": string, lenient personal;
        /// 司机 id · The driver's number.
        driver_id "driverId": string, lenient;
        /// 司机头像图片地址 · Address of the driver's picture.
        driver_pic "driverPic": string, lenient personal;
        /// 司机评分 · The driver's rating.
        driver_star "driverStar": string, lenient;
        /// 车辆图片地址 · Address of the car's picture.
        car_pic "carPic": string, lenient;
        /// 车辆公司 id · The company.
        company_id "companyId": string, lenient;
        /// 公司名称 · Name of the company.
        company_name "companyName": string, lenient;
        /// 运力供应商 id · Partner.
        partner_id "partnerId": long, lenient;
        /// 运力供应商车型 id · The partner's car type.
        partner_car_type_id "partnerCarTypeId": long, lenient;
    }

    /// 订单的支付信息（文档 7.4） · Payment of an order (ride spec 7.4).
    PayInfo {
        /// 支付时间，毫秒时间戳 · When it was paid, epoch milliseconds.
        pay_utime "payUtime": timestamp, lenient;
        /// 支付方式，文档未列取值（示例为 1） · How; the values are not documented (1 in the example).
        pay_mode "payMode": integer, lenient;
        /// 支付渠道，文档未列取值（示例为 `meituanpay`） · By what; the values are not documented (`meituanpay` in the example).
        pay_type "payType": string, lenient;
    }
}
