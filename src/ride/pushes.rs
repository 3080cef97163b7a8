//! What Meituan pushes: an offer of a car, an event of an order, a refund.
//!
//! A push may be lost, doubled, and come in any order (document 10.1, 接入前必读): take it as a hint, and query the order.
//! `entId`, `method` and `ts` may stand beside the fields; the document's examples leave them out. A push that is refused
//! comes again and again, so only what it is useless without is required: what cannot be read of the rest is reported and
//! left out.

use super::codes::{RefundStatus, RideEvent};
use super::rules;

crate::messages! {
    /// An offer (4.向企业提交运力): a car is held for the order. Confirm the order with its driver to take it. There can be
    /// several for one order (inferred). Source: document 4.3.
    CapacityOffered {
        /// Our enterprise (公共参数), where it is sent.
        ent_id "entId": id, dispensable;
        /// The method (公共参数), where it is sent. None is documented for pushes.
        method "method": text, dispensable;
        /// When it was sent (公共参数), where it is sent: epoch seconds, or milliseconds in the newer generation.
        ts "ts": long, dispensable;
        /// Meituan's order number (美团订单id).
        mt_order_id "mtOrderId": text, required;
        /// Meituan's number of the dispatch (美团调度子单号).
        mt_dispatch_sub_order_id "mtDispatchSubOrderId": text, dispensable;
        /// The estimate (预估id).
        estimate_id "estimateId": text, dispensable;
        /// The car (接单车辆信息).
        submit_car_info "submitCarInfo": object(OfferedCar), dispensable;
        /// The driver (接单司机信息), to confirm the order with.
        submit_drive_info "submitDriveInfo": object(OfferedDriver), required;
    }

    /// The offered car (SubmitCarInfo).
    OfferedCar {
        /// Partner (接单服务商id).
        partner_id "partnerId": long, dispensable;
        /// Name of the partner (接单服务商名称).
        partner_name "partnerName": text, dispensable;
        /// Car type (运力类型id); see [`CarType`](super::codes::CarType).
        car_type_id "carTypeId": integer, dispensable;
        /// Name of the car type (运力类型名称).
        car_type_name "carTypeName": text, dispensable;
        /// The partner's car type (接单服务商车型id).
        partner_car_type_id "partnerCarTypeId": long, dispensable;
        /// Name of the partner's car type (接单服务商车型名称).
        partner_car_type_name "partnerCarTypeName": text, dispensable;
        /// Colour (车辆颜色).
        car_color "carColor": text, dispensable;
        /// Number plate (车牌号).
        car_number "carNumber": text, dispensable;
        /// Make (车品牌名称).
        brand_name "brandName": text, dispensable;
    }

    /// The offered driver (SubmitDriveInfo).
    OfferedDriver rules [rules::OFFER_POSITION] {
        /// The driver (司机id).
        driver_id "driverId": text, required;
        /// Name (司机名字).
        driver_name "driverName": text, dispensable;
        /// Longitude (司机所在经度), GCJ-02, degrees, as text.
        lng "lng": text, dispensable;
        /// Latitude (司机所在维度), GCJ-02, degrees, as text. In the document's example it stands in `lng`.
        lat "lat": text, dispensable;
        /// Address of the driver's picture (司机头像); may be empty.
        driver_pic "driverPic": text, dispensable;
    }

    /// Something happened to an order (9.订单事件变更推送). The page that describes it was not found: all of it is optional,
    /// and names are inferred from the neighbouring interfaces. Query the order. An event that came by its name
    /// (`ORDER_PAID`) is read as its number.
    OrderChanged rules [rules::EVENT_ORDER] {
        /// Our enterprise (公共参数), where it is sent.
        ent_id "entId": id, dispensable;
        /// The method (公共参数); `order.change.push` in the one sample of the general order push.
        method "method": text, dispensable;
        /// When it was sent (公共参数): epoch seconds, or milliseconds in the newer generation.
        ts "ts": long, dispensable;
        /// Meituan's order number.
        mt_order_id "mtOrderId": text, nullable, aliases ["origOrderId"];
        /// Our order number.
        channel_partner_order_id "channelPartnerOrderId": text, nullable, aliases ["partnerOrderId"];
        /// What happened (附录 订单事件说明).
        event_code "eventCode": code(RideEvent), nullable, aliases ["orderEvent", "event", "eventType"];
        /// When it happened, epoch milliseconds.
        event_time "eventTime": moment, nullable, aliases ["changeTime", "updateTime"];
        /// The order's number at Meituan Enterprise, in the general order push: beyond 2^53.
        sqt_biz_order_id "sqtBizOrderId": id, nullable;
        /// Kind of order, in the general order push: 5 is a ride.
        sqt_type "sqtType": integer, nullable;
        /// Kind of change, in the general order push; the values are not documented.
        change_type "changeType": integer, nullable;
        /// The state after the change, in the general order push; the values are not documented.
        change_status "changeStatus": text, nullable;
        /// More, in the general order push.
        ext_info_map "extInfoMap": raw, nullable;
    }

    /// A refund (10.退款事件推送). `sqtRefundNo` is the one key of a refund. Source: document 10.3.
    Refunded {
        /// Our enterprise (公共参数), where it is sent.
        ent_id "entId": id, dispensable;
        /// The method (公共参数), where it is sent. None is documented for pushes.
        method "method": text, dispensable;
        /// When it was sent (公共参数), where it is sent: epoch seconds, or milliseconds in the newer generation.
        ts "ts": long, dispensable;
        /// Meituan's order number (美团订单号).
        mt_order_id "mtOrderId": text, required;
        /// The refund's number (美团企业版退款流水号).
        sqt_refund_no "sqtRefundNo": text, required;
        /// The payment (交易单号).
        trade_order_id "tradeOrderId": id, dispensable;
        /// The payment (支付单号). Documented as the same as tradeOrderId, elsewhere as letters and digits: both are kept.
        pay_serial_num "paySerialNum": text, dispensable;
        /// When it was refunded (退款时间), epoch milliseconds.
        refund_time "refundTime": moment, dispensable;
        /// The amount (退款金额), fen.
        refund_amount "refundAmount": fen, required;
        /// How far it is (退款状态).
        refund_status "refundStatus": code(RefundStatus), required;
    }
}
