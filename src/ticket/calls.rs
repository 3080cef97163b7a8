//! The calls that Meituan makes about orders, and what we reply.
//!
//! Each request travels as `{"partnerId", "body"}`, each reply as `{"code", "describe", "partnerId", "body"}`; what
//! is defined here are the bodies. Amounts are yuan on the wire and fen in programs; times are UTC+8 on the wire.

use super::codes::{CloseType, CredentialType, Gender, OrderStatus, RealNameType, RefundMessageType, VoucherStatus, VoucherType};
use super::rules;

crate::messages! {
    /// Order create (订单创建): the guest has ordered and not yet paid. Check as much as can be checked; answer within
    /// 20 s (connecting 5 s, reading 15 s). Source: field table of the order-create page; hand-out part five.
    OrderCreate {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// Meituan's product number (美团产品编号).
        mt_deal_id "mtDealId": id, required;
        /// Settlement price of one ticket (进货单价).
        buy_price "buyPrice": yuan, required;
        /// Meituan's sale price of one ticket (美团售卖单价).
        unit_price "unitPrice": yuan, required;
        /// Total price of the order (订单总价).
        total_price "totalPrice": yuan, required;
        /// Number of tickets (票数).
        quantity "quantity": integer(1..2147483647), required;
        /// Visitors (游玩人); fewer than tickets, or none, where the product asks for fewer.
        visitors "visitors": list(object(Visitor)), optional;
        /// Day of the visit (游玩日期); absent or empty for tickets with a validity period.
        travel_date "travelDate": date, optional;
        /// Key of the price that was ordered, as we published it in level prices (SKU key); sometimes missing live.
        partner_primary_key "partnerPrimaryKey": text, optional;
        /// Meituan's numbers of the levels that were ordered.
        level_ids "levelIds": list(id), optional;
        /// Whether the order is in real names (newer API).
        real_name_type "realNameType": code(RealNameType), optional;
        /// Credentials of a real-name order (newer API; form not documented at hand).
        credential_list "credentialList": raw, optional;
        /// Contacts (newer API; form not documented at hand).
        contacts "contacts": raw, optional;
    }

    /// A visitor (游玩人).
    Visitor {
        /// Name (姓名).
        name "name": text, optional;
        /// Name in pinyin (姓名拼音).
        pinyin "pinyin": text, optional;
        /// Mobile number (手机号).
        mobile "mobile": text, optional;
        /// Address (地址).
        address "address": text, optional;
        /// Post code (邮编).
        post_code "postCode": text, optional;
        /// E-mail address (邮箱).
        email "email": text, optional;
        /// Credential numbers by credential type (证件), such as `{"0": "…"}`; a visitor may have several.
        credentials "credentials": text_map, optional;
        /// Gender (性别).
        gender "gender": code(Gender), optional;
        /// Further credentials (newer API).
        additional_credentials "additionalCredentials": list(object(AdditionalCredential)), optional;
    }

    /// A further credential of a visitor, such as a student's card.
    AdditionalCredential {
        /// The type, a number as text.
        credential_type "credentialType": text, optional;
        /// What the credential says, such as `schoolName` and `credentialNo`.
        credential_info_map "credentialInfoMap": text_map, optional;
    }

    /// Reply to order create: the order is taken.
    OrderCreated {
        /// Meituan's order number; returned in the newer API.
        order_id "orderId": id, optional;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
    }

    /// Order pay (订单出票): the guest has paid; issue the tickets. Answer within 60 s (connecting 30 s, reading 30 s);
    /// what is issued again upstream must be answered 598 and told by pay notice. Source: hand-out part five.
    OrderPay {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号); can be absent or empty, then look the order up by `orderId`.
        partner_order_id "partnerOrderId": text, optional;
        /// Sales channel (newer API; values not documented at hand).
        channel "channel": text, optional;
        /// Detail of the sales channel (newer API; values not documented at hand).
        channel_detail "channelDetail": text, optional;
    }

    /// Reply to order pay. 200: the guest can enter. 598: the two order numbers only.
    OrderPaid rules [rules::VOUCHERS_PRESENT, rules::ONE_CODE_PER_TICKET, rules::EXACTLY_ONE_CODE, rules::CODES_DISTINCT] {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
        /// How codes stand for tickets (凭证类型).
        voucher_type "voucherType": code(VoucherType), on_success;
        /// The codes (凭证码): one for each ticket under type 1, exactly one under type 2. Documented (2016) with 20
        /// characters at most; longer ones are sent live.
        vouchers "vouchers": list(text(20)), optional;
        /// Addresses of pictures of the codes, in the order of `vouchers` (凭证图片).
        voucher_pics "voucherPics": list(text), optional;
        /// Whether codes come later (2016 only). The hand-out has abolished it: answer 598 instead.
        asy_return_voucher "asyReturnVoucher": flag, optional;
        /// Whether the order is in real names.
        real_name_type "realNameType": code(RealNameType), optional;
        /// The code of each credential, one entry a ticket; mandatory in real-name orders.
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
        /// Additions to codes.
        voucher_additional_list "voucherAdditionalList": list(object(VoucherAddition)), optional;
        /// Additions to the order.
        order_additional_list "orderAdditionalList": list(object(OrderAddition)), optional;
    }

    /// Which code is whose (real-name orders).
    CredentialVoucher {
        /// Kind of credential (证件类型).
        credential_type "credentialType": code(CredentialType), required;
        /// Number of the credential (证件号).
        credential_no "credentialNo": text, required;
        /// The code (凭证码).
        voucher "voucher": text, optional;
        /// State of the code; in the query's reply and the consume notice.
        status "status": code(VoucherStatus), optional;
    }

    /// An addition to a code. The keys are not documented at hand.
    VoucherAddition {
        /// The code (凭证码).
        voucher "voucher": text, required;
        /// The addition, such as `{"1": "…"}`.
        addition_map "additionMap": text_map, optional;
    }

    /// An addition to an order. The keys are not documented at hand.
    OrderAddition {
        /// Key.
        order_addition_key "orderAdditionKey": integer, required;
        /// Value.
        order_addition_value "orderAdditionValue": text, optional;
    }

    /// Order query (订单查询): tell the order's true state. Source: hand-out part five.
    OrderQuery {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号); can be absent or empty.
        partner_order_id "partnerOrderId": text, optional;
    }

    /// Reply to order query. Status 5 while issuing, 2 when created and untouched, 4 only once the guest can enter.
    OrderState rules [rules::QUERY_VOUCHERS_PRESENT, rules::QUERY_ONE_CODE_PER_TICKET, rules::QUERY_EXACTLY_ONE_CODE, rules::QUERY_QUANTITIES_AGREE] {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
        /// State of the order (订单状态).
        order_status "orderStatus": code(OrderStatus), required;
        /// Number of tickets ordered (订单总票数).
        order_quantity "orderQuantity": count, required;
        /// Number of tickets used (已使用票数).
        used_quantity "usedQuantity": count, required;
        /// Number of tickets refunded (已退款票数).
        refunded_quantity "refundedQuantity": count, required;
        /// How codes stand for tickets (凭证类型).
        voucher_type "voucherType": code(VoucherType), required;
        /// All codes of the order, where there are codes (凭证列表); a part-used code stands once for each state.
        voucher_list "voucherList": list(object(Voucher)), optional;
        /// Whether the order is in real names.
        real_name_type "realNameType": code(RealNameType), optional;
        /// The code and state of each credential.
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
        /// Additions to codes.
        voucher_additional_list "voucherAdditionalList": list(object(VoucherAddition)), optional;
        /// Additions to the order.
        order_additional_list "orderAdditionalList": list(object(OrderAddition)), optional;
    }

    /// A code and how many tickets it stands for in which state.
    Voucher {
        /// The code (凭证码).
        voucher "voucher": text(20), required;
        /// Address of a picture of the code: one text, not a list.
        voucher_pics "voucherPics": text, optional;
        /// When it was used or refunded, or when it became valid if it is unused.
        voucher_invalid_time "voucherInvalidTime": wall_clock, required;
        /// How many tickets it stands for in this state.
        quantity "quantity": count, required;
        /// State of the code (凭证状态).
        status "status": code(VoucherStatus), required;
    }

    /// Order refund (订单退款). `refundId` is the one key of a refund: approve and refuse by it, never by count. The
    /// same id again asks for progress: still pending is 602 again, never a failure. Source: hand-out part five.
    OrderRefund {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// The refund's number (退款流水号), unique within the order.
        refund_id "refundId": text, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// Codes of the tickets to refund (type 1), or the one code (type 2).
        voucher_list "voucherList": list(text), required;
        /// Number of tickets to refund (退款票数).
        refund_quantity "refundQuantity": integer(1..2147483647), required;
        /// Price of one ticket (单价).
        unit_price "unitPrice": yuan, required;
        /// Amount refunded to the guest (退款金额).
        refund_price "refundPrice": yuan, required;
        /// Fee kept (退款手续费).
        refund_fee "refundFee": yuan, required;
        /// When the guest first applied (首次申请退款时间): the base of stepped refund rules.
        refund_time "refundTime": wall_clock, required;
        /// Credentials of the tickets to refund (real-name orders).
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
    }

    /// Reply to order refund. 200 or 601: refunded; 602: under approval. The refundId must be stored and returned.
    OrderRefunded {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// The refund's number (退款流水号), as received.
        refund_id "refundId": text, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
        /// When the request came (required in 2016 to 2019, later left out: send it, do not demand it).
        request_time "requestTime": wall_clock, optional;
        /// When it was answered (likewise).
        response_time "responseTime": wall_clock, optional;
    }

    /// Order close (订单关闭消息): Meituan has closed the order. It can be repeated, can come for an order that was never
    /// created here, and, as type 3, after issuing: the codes must then be made void.
    OrderClose {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号), where known.
        partner_order_id "partnerOrderId": text, optional;
        /// Why (关闭类型).
        close_type "closeType": code(CloseType), required;
    }

    /// Refunded message (已退款消息): Meituan has refunded by itself; make the codes void.
    RefundedMessage {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, optional;
        /// Serial number of the refund (退款流水号).
        refund_serial_no "refundSerialNo": text, optional;
        /// Codes refunded (退款凭证).
        voucher_list "voucherList": list(text), optional;
        /// How codes stand for tickets (凭证类型).
        voucher_type "voucherType": code(VoucherType), optional;
        /// Refund for one ticket; -1: all of it. The unit is not documented; yuan is assumed. Do not compute with it.
        refund_price "refundPrice": yuan(-1), required;
        /// Why (退款消息类型).
        refund_message_type "refundMessageType": code(RefundMessageType), required;
        /// Who did it (操作人).
        operator "operator": text, optional;
        /// The reason given (退款原因).
        reason "reason": text, required;
        /// When (退款时间).
        refund_time "refundTime": wall_clock, required;
        /// Number of tickets refunded (退款票数).
        count "count": count, required;
    }

    /// Order reschedule (订单改签): other visitors, another day or another level (newer API).
    OrderReschedule {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, optional;
        /// Kind of reschedule; the values are not documented at hand.
        reschedule_type "rescheduleType": integer, required;
        /// Number of the reschedule (改签流水号).
        reschedule_no "rescheduleNo": text, required;
        /// Which visitor is replaced by which.
        reschedule_visitors "rescheduleVisitors": list(object(VisitorChange)), optional;
        /// Day of the visit so far; absent when only visitors change.
        origin_date "originDate": date, optional;
        /// New day of the visit; absent when only visitors change.
        target_date "targetDate": date, optional;
        /// Levels so far.
        origin_level_ids "originLevelIds": list(id), optional;
        /// New levels.
        target_level_ids "targetLevelIds": list(id), optional;
    }

    /// One visitor replaced by another.
    VisitorChange {
        /// The visitor so far.
        origin_visitor "originVisitor": object(Visitor), optional;
        /// The new visitor.
        target_visitor "targetVisitor": object(Visitor), optional;
    }

    /// Reply to order reschedule.
    OrderRescheduled {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Number of the reschedule (改签流水号), as received.
        reschedule_no "rescheduleNo": text, required;
        /// Number of tickets rescheduled.
        success_count "successCount": count, on_success;
        /// The new codes.
        credential_vouchers "credentialVouchers": list(object(RescheduledVoucher)), optional;
    }

    /// A code after a reschedule.
    RescheduledVoucher {
        /// Kind of credential (证件类型).
        credential_type "credentialType": code(CredentialType), optional;
        /// Number of the credential (证件号).
        credential_no "credentialNo": text, optional;
        /// The code (凭证码).
        voucher "voucher": text, optional;
        /// Address of a picture of the code.
        voucher_picture "voucherPicture": text, optional;
        /// Additions to the code. The keys are not documented at hand.
        addition_map "additionMap": text_map, optional;
    }
}
