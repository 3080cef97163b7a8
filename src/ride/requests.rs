//! What the enterprise asks: the business parameters (业务参数) of the seven interfaces.
//!
//! `supplyCode`, `entId`, `method` and `ts` stand beside them in the same object; the library writes those four.
//!
//! Positions are GCJ-02 (火星坐标系) in degrees. Amounts are whole fen (分), on the wire too. The document's column
//! 是否必填 is lost for interfaces 2 to 10: what its own examples send is taken as required.

use super::codes::{CancelReason, CancelStep, CarType, IdentifyType, ReserveType};
use super::rules;

crate::messages! {
    /// Drivers near a position (1.查询周边运力), of all car types. Source: document 1.3.
    QueryNearByDrivers rules [rules::NEARBY_LIST] {
        /// Longitude (经度), GCJ-02, degrees.
        longitude "longitude": decimal(-180..180), required;
        /// Latitude (纬度), GCJ-02, degrees.
        latitude "latitude": decimal(-90..90), required;
        /// Car types (运力类型), numbers separated by commas, such as `1,2,3`; all when left out.
        car_type_ids "carTypeIds": text, optional;
    }

    /// What a ride would cost (2.查询预估价): the reference price before ordering. Source: document 2.3.
    QueryEstimatedPrice rules [rules::ESTIMATE_DEPARTURE, rules::ESTIMATE_DEPARTURE_AHEAD, rules::ESTIMATE_LIST] {
        /// Longitude of the start (出发地经度), GCJ-02, degrees.
        from_longitude "fromLongitude": decimal(-180..180), required;
        /// Latitude of the start (出发地纬度), GCJ-02, degrees.
        from_latitude "fromLatitude": decimal(-90..90), required;
        /// Name of the start (出发地名称).
        start_point_name "startPointName": text, optional;
        /// Name of the destination (目的地名称).
        end_point_name "endPointName": text, optional;
        /// Longitude of the destination (目的地经度), GCJ-02, degrees.
        to_longitude "toLongitude": decimal(-180..180), required;
        /// Latitude of the destination (目的地纬度), GCJ-02, degrees.
        to_latitude "toLatitude": decimal(-90..90), required;
        /// When the ride is wanted (服务类型).
        reserve_type "reserveType": code(ReserveType), required;
        /// Partner (合作商id).
        partner_id "partnerId": long, optional;
        /// Car type (运力类型id).
        car_type_id "carTypeId": code(CarType), optional;
        /// The partner's car types (具体车型id列表), numbers separated by commas. Those that Meituan has configured
        /// for the partner are estimated; all configured ones when left out.
        partner_car_type_id_list "partnerCarTypeIdList": text, optional;
        /// Departure (出发时间), epoch milliseconds.
        departure_time "departureTime": milliseconds, optional;
    }

    /// Submit an order (3.下单). After a failure whose outcome is not known, submit again with the same
    /// channelPartnerOrderId only: code 3 then says that it is there already. Source: document 3.3.
    SubmitOrder rules [rules::SUBMIT_RESERVE_TIME, rules::SUBMIT_RESERVE_AHEAD, rules::SUBMIT_PASSENGER, rules::SUBMIT_SOME_CAR] {
        /// Our order number (合作方订单id), new for every order: see [`new_order_id`](super::new_order_id).
        channel_partner_order_id "channelPartnerOrderId": text, required;
        /// Mobile number of the employee who orders (下单用户手机号). No form is enforced: the document's own example has 10 digits.
        mobile "mobile": text, optional;
        /// What identifies the employee who orders in the enterprise (下单用户唯一标识值), as identifyType says.
        user_identify_code "userIdentifyCode": text, optional;
        /// How the employee who orders is identified.
        identify_type "identifyType": code(IdentifyType), required;
        /// Longitude of the start (起点经度), GCJ-02, degrees.
        from_longitude "fLng": decimal(-180..180), required;
        /// Latitude of the start (起点纬度), GCJ-02, degrees.
        from_latitude "fLat": decimal(-90..90), required;
        /// Address of the start (起点地址).
        from_address "fromAddress": text, required;
        /// Longitude of the destination (终点经度), GCJ-02, degrees.
        to_longitude "tLng": decimal(-180..180), required;
        /// Latitude of the destination (终点纬度), GCJ-02, degrees.
        to_latitude "tLat": decimal(-90..90), required;
        /// Address of the destination (终点地址).
        to_address "toAddress": text, required;
        /// Network of the client's device (网络类型), such as `wifi` or `4G`.
        network_type "networkType": text, optional;
        /// IP address of the client's device (客户端IP).
        client_ip "clientIp": text, optional;
        /// When the ride is wanted (订单类型).
        reserve_type "reserveType": code(ReserveType), required;
        /// Reserved time (预约时间); required for a reservation. The unit is not documented: epoch milliseconds are
        /// assumed, as departureTime has them.
        reserve_time "reserveTime": milliseconds, optional;
        /// Virtual mobile number of the employee who orders (下单用户手机虚拟号).
        passenger_virtual_mobile "passengerVirtualMobile": text, optional;
        /// Last digits of the mobile number of the employee who orders (下单用户手机尾号), such as `2020`.
        passenger_mobile_last_number "passengerMobileLastNumber": text, optional;
        /// The cars that are wanted (用车请求参数), from the estimate.
        car_type_request_list "carTypeRequestList": list(object(CarTypeRequest)), required;
    }

    /// A car that is wanted (CarTypeRequestDTO). All of it comes from the estimate.
    CarTypeRequest {
        /// The estimate (预估id). It lives 10 minutes. Its form is Meituan's own affair.
        estimate_id "estimateId": text, required;
        /// The estimated price (预估价), fen.
        estimate_amount "estimateAmount": fen, required;
        /// Car type (运力id): whatever the estimate has; see [`CarType`].
        car_type_id "carTypeId": integer, required;
        /// Partner (供应商id); not in the document's example.
        partner_id "partnerId": long, optional;
        /// The partner's car type (具体车型id).
        partner_car_type_id "partnerCarTypeId": long, required;
        /// The estimated price before discounts (没有减去优惠的原始预估价), fen.
        origin_fee "originFee": fen, required;
    }

    /// Take the offered driver (5.企业派单), after comparing offers. Source: document 5.3.
    ConfirmOrder {
        /// Meituan's order number (美团订单id).
        mt_order_id "mtOrderId": text, required;
        /// The driver (司机id), from the pushed offer.
        driver_id "driverId": text, required;
    }

    /// Cancel an order (6.取消订单), or ask what it would cost. After a time-out call it again; code 1106 then means
    /// that it is cancelled: query it. Source: document 6.1 and 6.3.
    CancelOrder rules [rules::CANCEL_REASON, rules::CANCEL_BOTH_IDS] {
        /// Meituan's order number (美团订单号).
        mt_order_id "mtOrderId": text, required;
        /// Our order number (合作方订单号).
        channel_partner_order_id "channelPartnerOrderId": text, optional;
        /// Why (取消原因).
        cancel_code "cancelCode": code(CancelReason), optional;
        /// Whether to ask or to cancel (取消类型).
        step "type": code(CancelStep), required;
    }

    /// The true state of an order (7.实时订单状态拉取). Source: document 7.3.
    QueryRealTimeOrder rules [rules::QUERY_SOME_ID, rules::QUERY_BOTH_IDS] {
        /// Meituan's order number (美团订单号).
        mt_order_id "mtOrderId": text, optional;
        /// Our order number (合作方订单号).
        channel_partner_order_id "channelPartnerOrderId": text, optional;
    }

    /// Tell that the order, or its cancel fee, is paid (8.通知支付完成). Source: document 8.3.
    NotifyPaidResult rules [rules::PAID_AMOUNT] {
        /// Meituan's order number (美团订单号).
        mt_order_id "mtOrderId": text, required;
        /// Our order number (合作方订单号).
        channel_partner_order_id "channelPartnerOrderId": text, required;
        /// The amount paid (支付金额), fen: exactly `userPayableBalancePrice` of the order, as queried.
        price "price": fen, required;
    }
}
