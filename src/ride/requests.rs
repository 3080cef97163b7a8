//! The enterprise's requests: the business parameters (业务参数) of the seven interfaces.
//!
//! `supplyCode`, `entId`, `method` and `ts` are beside them in the same object; the library writes those four.
//!
//! Positions are GCJ-02 (火星坐标系) in degrees. Amounts are whole fen (分), on the wire too. The spec's column
//! 是否必填 is lost for interfaces 2 to 10: what its own examples send counts as required.

use super::codes::{CancelReason, CancelStep, CarType, IdentifyType, ReserveType};
use super::rules;

crate::messages! {
    /// 查询某位置周边各运力类型的司机。来源：文档 1.3 · Drivers near a position, of all car types. Source: ride spec 1.3.
    QueryNearByDrivers rules [rules::NEARBY_LIST] {
        /// 经度，GCJ-02，单位度 · Longitude, GCJ-02, degrees.
        longitude "longitude": decimal(-180..180), required personal;
        /// 纬度，GCJ-02，单位度 · Latitude, GCJ-02, degrees.
        latitude "latitude": decimal(-90..90), required personal;
        /// 运力类型，数字以逗号分隔，如 `1,2,3`；不填为全部 ·
        /// Car types, numbers separated by commas, such as `1,2,3`; all when left out.
        car_type_ids "carTypeIds": string, optional;
    }

    /// 查询预估价：下单前的参考价格。来源：文档 2.3 ·
    /// The estimated prices of a ride, for reference before ordering. Source: ride spec 2.3.
    QueryEstimatedPrice rules [rules::ESTIMATE_DEPARTURE, rules::ESTIMATE_DEPARTURE_AHEAD, rules::ESTIMATE_LIST] {
        /// 出发地经度，GCJ-02，单位度 · Longitude of the start, GCJ-02, degrees.
        from_longitude "fromLongitude": decimal(-180..180), required personal;
        /// 出发地纬度，GCJ-02，单位度 · Latitude of the start, GCJ-02, degrees.
        from_latitude "fromLatitude": decimal(-90..90), required personal;
        /// 出发地名称 · Name of the start.
        start_point_name "startPointName": string, optional personal;
        /// 目的地名称 · Name of the destination.
        end_point_name "endPointName": string, optional personal;
        /// 目的地经度，GCJ-02，单位度 · Longitude of the destination, GCJ-02, degrees.
        to_longitude "toLongitude": decimal(-180..180), required personal;
        /// 目的地纬度，GCJ-02，单位度 · Latitude of the destination, GCJ-02, degrees.
        to_latitude "toLatitude": decimal(-90..90), required personal;
        /// 服务类型：何时用车 · When the ride is wanted.
        reserve_type "reserveType": code(ReserveType), required;
        /// 合作商 id · Partner.
        partner_id "partnerId": long, optional;
        /// 运力类型 id · Car type.
        car_type_id "carTypeId": code(CarType), optional;
        /// 合作商的具体车型 id，数字以逗号分隔；只预估美团为该合作商配置的车型，不填为全部已配置车型 ·
        /// The partner's car types, numbers separated by commas. Those that Meituan has configured for the partner are estimated;
        /// all configured ones when left out.
        partner_car_type_id_list "partnerCarTypeIdList": string, optional;
        /// 出发时间，毫秒时间戳 · Departure, epoch milliseconds.
        departure_time "departureTime": milliseconds, optional;
    }

    /// 下单。结果不明时，只能用同一个 channelPartnerOrderId 重新提交：返回 3 即表示订单已存在。来源：文档 3.3 ·
    /// Submit an order. After a failure whose outcome is not known, submit again with the same channelPartnerOrderId only: code 3
    /// then says that it is there already. Source: ride spec 3.3.
    SubmitOrder rules [rules::SUBMIT_RESERVE_TIME, rules::SUBMIT_RESERVE_AHEAD, rules::SUBMIT_PASSENGER, rules::SUBMIT_SOME_CAR] {
        /// 合作方订单号，每单一个新号 · Our order number, new for every order: see [`new_order_id`](super::new_order_id).
        channel_partner_order_id "channelPartnerOrderId": string, required;
        /// 下单员工的手机号。不校验格式：文档示例只有 10 位 ·
        /// Mobile number of the employee who orders. No form is enforced: the spec's own example has 10 digits.
        mobile "mobile": string, optional personal;
        /// 下单员工在企业内的唯一标识，含义由 identifyType 决定 ·
        /// The id of the employee who orders in the enterprise, of the kind that identifyType says.
        user_identify_code "userIdentifyCode": string, optional personal;
        /// 下单员工的标识方式 · How the employee who orders is identified.
        identify_type "identifyType": code(IdentifyType), required;
        /// 起点经度，GCJ-02，单位度 · Longitude of the start, GCJ-02, degrees.
        from_longitude "fLng": decimal(-180..180), required personal;
        /// 起点纬度，GCJ-02，单位度 · Latitude of the start, GCJ-02, degrees.
        from_latitude "fLat": decimal(-90..90), required personal;
        /// 起点地址 · Address of the start.
        from_address "fromAddress": string, required personal;
        /// 终点经度，GCJ-02，单位度 · Longitude of the destination, GCJ-02, degrees.
        to_longitude "tLng": decimal(-180..180), required personal;
        /// 终点纬度，GCJ-02，单位度 · Latitude of the destination, GCJ-02, degrees.
        to_latitude "tLat": decimal(-90..90), required personal;
        /// 终点地址 · Address of the destination.
        to_address "toAddress": string, required personal;
        /// 客户端网络类型，如 `wifi`、`4G` · Network of the client's device, such as `wifi` or `4G`.
        network_type "networkType": string, optional;
        /// 客户端 IP · IP address of the client's device.
        client_ip "clientIp": string, optional;
        /// 订单类型：何时用车 · When the ride is wanted.
        reserve_type "reserveType": code(ReserveType), required;
        /// 预约时间，预约单必填。文档未写单位：推定与 departureTime 相同，为毫秒时间戳 ·
        /// Reserved time; required for a reservation. The unit is not documented: epoch milliseconds are assumed, as
        /// departureTime has them.
        reserve_time "reserveTime": milliseconds, optional;
        /// 下单员工的虚拟手机号 · Virtual mobile number of the employee who orders.
        passenger_virtual_mobile "passengerVirtualMobile": string, optional personal;
        /// 下单员工的手机尾号，如 `2020` · Last digits of the mobile number of the employee who orders, such as `2020`.
        passenger_mobile_last_number "passengerMobileLastNumber": string, optional personal;
        /// 用车请求参数：想要的车，取自预估 · The cars that are wanted, from the estimate.
        car_type_request_list "carTypeRequestList": list(object(CarTypeRequest)), required;
    }

    /// 用车请求参数（CarTypeRequestDTO），全部取自预估；对应关系为推断，见 `carTypeRequestOf` ·
    /// A car that is wanted (CarTypeRequestDTO). All of it comes from the estimate; from which fields is inferred: see
    /// `carTypeRequestOf`.
    CarTypeRequest {
        /// 预估 id，有效 10 分钟，格式由美团自定 · The estimate. It is valid for 10 minutes. Meituan defines its format.
        estimate_id "estimateId": string, required;
        /// 预估价，单位分 · The estimated price, fen.
        estimate_amount "estimateAmount": fen, required;
        /// 运力 id，与预估一致；见 `CarType` · Car type: whatever the estimate has; see [`CarType`].
        car_type_id "carTypeId": integer, required;
        /// 供应商 id；文档示例中没有 · Partner; not in the spec's example.
        partner_id "partnerId": long, optional;
        /// 具体车型 id · The partner's car type.
        partner_car_type_id "partnerCarTypeId": long, required;
        /// 没有减去优惠的原始预估价，单位分 · The estimated price before discounts, fen.
        origin_fee "originFee": fen, required;
    }

    /// 企业派单：比较各家运力（运力 PK）后，对选中的司机确认派单。来源：文档 5.3 ·
    /// Confirm the offered driver, after comparing offers. Source: ride spec 5.3.
    ConfirmOrder {
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, required;
        /// 司机 id，取自推送的运力 · The driver, from the pushed offer.
        driver_id "driverId": string, required;
    }

    /// 取消订单，或先询问取消费。超时后再次调用；返回 1106 即表示已取消，请查询。来源：文档 6.1、6.3 ·
    /// Cancel an order, or ask what it would cost. After a time-out call it again; code 1106 then means that it is cancelled:
    /// query it. Source: ride spec 6.1 and 6.3.
    CancelOrder rules [rules::CANCEL_REASON, rules::CANCEL_BOTH_IDS] {
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, required;
        /// 合作方订单号 · Our order number.
        channel_partner_order_id "channelPartnerOrderId": string, optional;
        /// 取消原因 · Why.
        cancel_code "cancelCode": code(CancelReason), optional;
        /// 取消类型：询问还是取消 · Whether to ask or to cancel.
        step "type": code(CancelStep), required;
    }

    /// 拉取订单的真实状态。来源：文档 7.3 · The true state of an order. Source: ride spec 7.3.
    QueryRealTimeOrder rules [rules::QUERY_SOME_ID, rules::QUERY_BOTH_IDS] {
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, optional;
        /// 合作方订单号 · Our order number.
        channel_partner_order_id "channelPartnerOrderId": string, optional;
    }

    /// 通知订单或取消费已支付。来源：文档 8.3 · Report that the order, or its cancel fee, is paid. Source: ride spec 8.3.
    NotifyPaidResult rules [rules::PAID_AMOUNT] {
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, required;
        /// 合作方订单号 · Our order number.
        channel_partner_order_id "channelPartnerOrderId": string, required;
        /// 支付金额，单位分：必须等于查询所得的 `userPayableBalancePrice` ·
        /// The amount paid, fen: exactly `userPayableBalancePrice` of the order, as queried.
        price "price": fen, required;
    }
}
