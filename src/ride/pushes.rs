//! Meituan's pushes: an offer of a car, an event of an order, a refund.
//!
//! The ride spec speaks of repeats in its section 10 alone: pushes of refunds may be lost, doubled and reordered (10.1), and a failure
//! is pushed again (10.4). About the others, 接入前必读 says that pushes may be doubled, and that the order of their arrival is
//! not the order of what happened. So take any push as a hint, and query the order.
//!
//! `entId`, `method` and `ts` may be beside the fields; the spec's examples leave them out. A push that is refused may
//! come again and again, so only what it is useless without is required: what cannot be read of the rest is reported and
//! left out.

use super::codes::{RefundStatus, RideEvent};
use super::rules;

crate::messages! {
    /// 美团向企业提交运力：已为订单锁定一辆车，确认其司机即可派单；同一订单可有多个（推断）。来源：文档 4.3 ·
    /// An offer: a car is held for the order. Confirm the order with its driver to accept it. There can be several for one order
    /// (inferred). Source: ride spec 4.3.
    CapacityOffered {
        /// 企业编号（公共参数），可能不带 · Our enterprise (common parameter), where it is sent.
        ent_id "entId": id, lenient;
        /// 接口方法名（公共参数），可能不带；文档没有推送的方法名 ·
        /// The method (common parameter), where it is sent. None is documented for pushes.
        method "method": string, lenient;
        /// 发送时间（公共参数），可能不带：秒级时间戳，新版为毫秒 ·
        /// When it was sent (common parameter), where it is sent: epoch seconds, or milliseconds in the newer generation.
        ts "ts": long, lenient;
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, required;
        /// 美团调度子单号 · Meituan's number of the dispatch.
        mt_dispatch_sub_order_id "mtDispatchSubOrderId": string, lenient;
        /// 预估 id · The estimate.
        estimate_id "estimateId": string, lenient;
        /// 接单车辆信息 · The car.
        submit_car_info "submitCarInfo": object(OfferedCar), lenient;
        /// 接单司机信息，确认订单时要用 · The driver, to confirm the order with.
        submit_drive_info "submitDriveInfo": object(OfferedDriver), required;
    }

    /// 提交的车辆（SubmitCarInfo） · The offered car (SubmitCarInfo).
    OfferedCar {
        /// 接单服务商 id · Partner.
        partner_id "partnerId": long, lenient;
        /// 接单服务商名称 · Name of the partner.
        partner_name "partnerName": string, lenient;
        /// 运力类型 id；见 `CarType` · Car type; see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, lenient;
        /// 运力类型名称 · Name of the car type.
        car_type_name "carTypeName": string, lenient;
        /// 接单服务商车型 id · The partner's car type.
        partner_car_type_id "partnerCarTypeId": long, lenient;
        /// 接单服务商车型名称 · Name of the partner's car type.
        partner_car_type_name "partnerCarTypeName": string, lenient;
        /// 车辆颜色 · Colour.
        car_color "carColor": string, lenient;
        /// 车牌号 · Number plate.
        car_number "carNumber": string, lenient personal;
        /// 车辆品牌 · Make.
        brand_name "brandName": string, lenient;
    }

    /// 提交的司机（SubmitDriveInfo） · The offered driver (SubmitDriveInfo).
    OfferedDriver rules [rules::OFFER_POSITION] {
        /// 司机 id · The driver.
        driver_id "driverId": string, required;
        /// 司机姓名 · Name.
        driver_name "driverName": string, lenient personal;
        /// 司机所在经度，GCJ-02，单位度，字符串 · Longitude, GCJ-02, degrees, as a string.
        lng "lng": string, lenient personal;
        /// 司机所在纬度，GCJ-02，单位度，字符串。文档示例中它在 `lng` 里 ·
        /// Latitude, GCJ-02, degrees, as a string. In the ride spec's example it is in `lng`.
        lat "lat": string, lenient personal;
        /// 司机头像地址，可为空 · Address of the driver's picture; may be empty.
        driver_pic "driverPic": string, lenient personal;
    }

    /// 订单事件变更推送。没有找到描述它的页面：字段均可缺，名称由相邻接口推断。收到后请查询订单。以名称（`ORDER_PAID`）到达的事件按其编号读取 ·
    /// Something happened to an order. The page that describes it was not found: all of it is optional, and names are inferred
    /// from the neighbouring interfaces. Query the order. An event that came by its name (`ORDER_PAID`) is read as its number.
    OrderChanged rules [rules::EVENT_ORDER] {
        /// 企业编号（公共参数），可能不带 · Our enterprise (common parameter), where it is sent.
        ent_id "entId": id, lenient;
        /// 接口方法名（公共参数）；通用订单推送的唯一样例中是 `order.change.push` ·
        /// The method (common parameter); `order.change.push` in the one sample of the general order push.
        method "method": string, lenient;
        /// 发送时间（公共参数）：秒级时间戳，新版为毫秒 ·
        /// When it was sent (common parameter): epoch seconds, or milliseconds in the newer generation.
        ts "ts": long, lenient;
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, nullable, aliases ["origOrderId"];
        /// 合作方订单号 · Our order number.
        channel_partner_order_id "channelPartnerOrderId": string, nullable, aliases ["partnerOrderId"];
        /// 发生了什么（附录 订单事件说明） · The event (appendix on order events).
        event_code "eventCode": code(RideEvent), nullable, aliases ["orderEvent", "event", "eventType"];
        /// 发生时间，毫秒时间戳 · When it happened, epoch milliseconds.
        event_time "eventTime": timestamp, nullable, aliases ["changeTime", "updateTime"];
        /// 通用订单推送中美团企业版的订单号，可超过 2^53 ·
        /// The order's number at Meituan Enterprise, in the general order push: beyond 2^53.
        sqt_biz_order_id "sqtBizOrderId": id, nullable;
        /// 通用订单推送中的订单类别：5 为用车 · Kind of order, in the general order push: 5 is a ride.
        sqt_type "sqtType": integer, nullable;
        /// 通用订单推送中的变更类别，文档未列取值 · Kind of change, in the general order push; the values are not documented.
        change_type "changeType": integer, nullable;
        /// 通用订单推送中变更后的状态，文档未列取值 ·
        /// The state after the change, in the general order push; the values are not documented.
        change_status "changeStatus": string, nullable;
        /// 通用订单推送中的其他内容 · More, in the general order push.
        ext_info_map "extInfoMap": raw, nullable;
    }

    /// 退款事件推送。`sqtRefundNo` 是退款的唯一标识。来源：文档 10.3 ·
    /// A refund. `sqtRefundNo` is the one key of a refund. Source: ride spec 10.3.
    Refunded {
        /// 企业编号（公共参数），可能不带 · Our enterprise (common parameter), where it is sent.
        ent_id "entId": id, lenient;
        /// 接口方法名（公共参数），可能不带；文档没有推送的方法名 ·
        /// The method (common parameter), where it is sent. None is documented for pushes.
        method "method": string, lenient;
        /// 发送时间（公共参数），可能不带：秒级时间戳，新版为毫秒 ·
        /// When it was sent (common parameter), where it is sent: epoch seconds, or milliseconds in the newer generation.
        ts "ts": long, lenient;
        /// 美团订单号 · Meituan's order number.
        mt_order_id "mtOrderId": string, required;
        /// 美团企业版退款流水号 · The refund's number.
        sqt_refund_no "sqtRefundNo": string, required;
        /// 交易单号 · The payment.
        trade_order_id "tradeOrderId": id, lenient;
        /// 支付单号。文档说与 tradeOrderId 相同，别处却含字母和数字：两者都保留 ·
        /// The payment. Documented as the same as tradeOrderId, elsewhere as letters and digits: both are kept.
        pay_serial_num "paySerialNum": string, lenient;
        /// 退款时间，毫秒时间戳 · When it was refunded, epoch milliseconds.
        refund_time "refundTime": timestamp, lenient;
        /// 退款金额，单位分。写成小数（`10.00`）或负数时，单位或方向无法确定：推送照收，金额视为未知 ·
        /// The amount, fen. If it has a decimal point (`10.00`) or is negative, its meaning is not certain: the
        /// push is accepted, and the amount is unknown.
        refund_amount "refundAmount": fen, nullable;
        /// 退款状态 · How far it is.
        refund_status "refundStatus": code(RefundStatus), required;
    }
}
