//! The calls that Meituan makes about orders, and what we reply.
//!
//! Each request travels as `{"partnerId", "body"}`, each reply as `{"code", "describe", "partnerId", "body"}`; what
//! is defined here are the bodies. Amounts are yuan on the wire and fen in programs; times are UTC+8 on the wire.

use super::codes::{CloseType, CredentialType, Gender, OrderStatus, RealNameType, RefundMessageType, VoucherStatus, VoucherType};
use super::rules;

crate::messages! {
    /// 订单创建：游客已下单、未付款。尽可能多校验；20 秒内回复（连接 5 秒，读取 15 秒）。来源：订单创建页字段表；验收手册第五部分 ·
    /// Order create: the guest has ordered and not yet paid. Check as much as can be checked; answer within 20 s (connecting 5 s,
    /// reading 15 s). Source: field table of the order-create page; acceptance manual, part five.
    OrderCreate rules [rules::CREATE_TOTAL_PRICE, rules::CREATE_TRAVEL_DATE, rules::CREATE_VISITORS] {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, key;
        /// 商家产品编号 · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 美团产品编号 · Meituan's product number.
        mt_deal_id "mtDealId": id, required;
        /// 进货单价：一张票的结算价 · Settlement price of one ticket.
        buy_price "buyPrice": yuan, required;
        /// 美团售卖单价 · Meituan's sale price of one ticket.
        unit_price "unitPrice": yuan, required;
        /// 订单总价 · Total price of the order.
        total_price "totalPrice": yuan, required;
        /// 票数 · Number of tickets.
        quantity "quantity": integer(1..2147483647), required;
        /// 游玩人；产品要求较少信息时可少于票数或没有 · Visitors; fewer than tickets, or none, where the product asks for fewer.
        visitors "visitors": list(object(Visitor)), optional;
        /// 游玩日期；有效期票没有或为空 · Day of the visit; absent or empty for tickets with a validity period.
        travel_date "travelDate": date, optional;
        /// 所订价格的主键，即我们在多层价格中发布的 SKU key；线上有时缺失 ·
        /// Key of the price that was ordered, as we published it in level prices (SKU key); sometimes missing live.
        partner_primary_key "partnerPrimaryKey": string, optional;
        /// 所订层级在美团的编号 · Meituan's numbers of the levels that were ordered.
        level_ids "levelIds": list(id), optional;
        /// 是否实名制订单（新版接口） · Whether the order is in real names (newer API).
        real_name_type "realNameType": code(RealNameType), optional;
        /// 实名制订单的证件（新版接口；手头文档没有其格式） ·
        /// Credentials of a real-name order (newer API; form not documented at hand).
        credential_list "credentialList": raw, optional personal;
        /// 联系人（新版接口；手头文档没有其格式） · Contacts (newer API; form not documented at hand).
        contacts "contacts": raw, optional personal;
    }

    /// 游玩人 · A visitor.
    Visitor {
        /// 姓名 · Name.
        name "name": string, optional personal;
        /// 姓名拼音 · Name in pinyin.
        pinyin "pinyin": string, optional personal;
        /// 手机号 · Mobile number.
        mobile "mobile": string, optional personal;
        /// 地址 · Address.
        address "address": string, optional personal;
        /// 邮编 · Post code.
        post_code "postCode": string, optional personal;
        /// 邮箱 · E-mail address.
        email "email": string, optional personal;
        /// 各类证件的号码，键为证件类型，如 `{"0": "…"}`；一人可有多个 ·
        /// Credential numbers by credential type, such as `{"0": "…"}`; a visitor may have several.
        credentials "credentials": string_map, optional personal;
        /// 性别 · Gender.
        gender "gender": code(Gender), optional;
        /// 补充证件（新版接口） · Further credentials (newer API).
        additional_credentials "additionalCredentials": list(object(AdditionalCredential)), optional;
    }

    /// 游玩人的补充证件，如学生证 · A further credential of a visitor, such as a student's card.
    AdditionalCredential {
        /// 类型：以字符串表示的数字 · The type, a number as a string.
        credential_type "credentialType": string, optional;
        /// 证件内容，如 `schoolName`、`credentialNo` · The content of the credential, such as `schoolName` and `credentialNo`.
        credential_info_map "credentialInfoMap": string_map, optional personal;
    }

    /// 订单创建的回复：已接单 · Reply to order create: the order is accepted.
    OrderCreated {
        /// 美团订单号，新版接口中返回 · Meituan's order number; returned in the newer API.
        order_id "orderId": id, optional;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, required;
    }

    /// 订单出票：游客已付款，请出票。60 秒内回复（连接 30 秒，读取 30 秒）；向上游二次出票的必须回 598，再用出票通知告知结果。来源：验收手册第五部分 ·
    /// Order pay: the guest has paid; issue the tickets. Answer within 60 s (connecting 30 s, reading 30 s); what is issued again
    /// upstream must be answered 598, and its result is sent by pay notice. Source: acceptance manual, part five.
    OrderPay {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, key;
        /// 商家订单号；可缺可空，此时按 `orderId` 查找 ·
        /// Our order number; can be absent or empty, then look the order up by `orderId`.
        partner_order_id "partnerOrderId": string, optional;
        /// 销售渠道（新版接口；手头文档没有其取值） · Sales channel (newer API; values not documented at hand).
        channel "channel": string, optional;
        /// 销售渠道明细（新版接口；手头文档没有其取值） · Detail of the sales channel (newer API; values not documented at hand).
        channel_detail "channelDetail": string, optional;
    }

    /// 订单出票的回复。200：游客能入园；598：只回两个订单号 ·
    /// Reply to order pay. 200: the guest can enter. 598: the two order numbers only.
    OrderPaid rules [
        rules::VOUCHERS_PRESENT, rules::ONE_CODE_PER_TICKET, rules::EXACTLY_ONE_CODE, rules::CODES_DISTINCT,
        rules::CODES_UNTYPED, rules::REAL_NAME_LIST, rules::REAL_NAME_PER_TICKET,
    ] {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, required;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, required;
        /// 凭证类型：凭证码与票如何对应 · How codes relate to tickets.
        voucher_type "voucherType": code(VoucherType), on_success;
        /// 凭证码：类型 1 每票一个，类型 2 整单恰好一个。文档（2016）最长 20 个字符，线上有更长的 ·
        /// The codes: one for each ticket under type 1, exactly one under type 2. Documented (2016) with 20 characters at most;
        /// longer ones are sent live.
        vouchers "vouchers": list(string(20)), optional bearer;
        /// 凭证图片地址，顺序与 `vouchers` 一致 · Addresses of pictures of the codes, in the order of `vouchers`.
        voucher_pics "voucherPics": list(string), optional bearer;
        /// 是否异步返回凭证（仅 2016 版）。验收手册已废除：请改回 598 ·
        /// Whether codes come later (2016 only). The acceptance manual has abolished it: answer 598 instead.
        asy_return_voucher "asyReturnVoucher": flag, optional;
        /// 是否实名制订单 · Whether the order is in real names.
        real_name_type "realNameType": code(RealNameType), optional;
        /// 每个证件的凭证码，每票一项；实名制订单必填 ·
        /// The code of each credential, one entry a ticket; mandatory in real-name orders.
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
        /// 凭证的附加信息 · Additions to codes.
        voucher_additional_list "voucherAdditionalList": list(object(VoucherAddition)), optional;
        /// 订单的附加信息 · Additions to the order.
        order_additional_list "orderAdditionalList": list(object(OrderAddition)), optional;
    }

    /// 凭证属于谁（实名制订单） · Which code is whose (real-name orders).
    CredentialVoucher {
        /// 证件类型 · Kind of credential.
        credential_type "credentialType": code(CredentialType), required;
        /// 证件号 · Number of the credential.
        credential_no "credentialNo": string, required personal;
        /// 凭证码 · The code.
        voucher "voucher": string, optional bearer;
        /// 凭证状态；用于查询回复和消费通知 · State of the code; in the query's reply and the consume notice.
        status "status": code(VoucherStatus), optional;
    }

    /// 凭证的附加信息，手头文档没有其键 · An addition to a code. The keys are not documented at hand.
    VoucherAddition {
        /// 凭证码 · The code.
        voucher "voucher": string, required bearer;
        /// 附加内容，如 `{"1": "…"}` · The addition, such as `{"1": "…"}`.
        addition_map "additionMap": string_map, optional;
    }

    /// 订单附加信息，手头文档没有其键 · An addition to an order. The keys are not documented at hand.
    OrderAddition {
        /// 键 · Key.
        order_addition_key "orderAdditionKey": integer, required;
        /// 值 · Value.
        order_addition_value "orderAdditionValue": string, optional;
    }

    /// 订单查询：如实告知订单状态。来源：验收手册第五部分 ·
    /// Order query: return the order's true state. Source: acceptance manual, part five.
    OrderQuery {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, key;
        /// 商家订单号；可缺可空 · Our order number; can be absent or empty.
        partner_order_id "partnerOrderId": string, optional;
    }

    /// 订单查询的回复。出票中为状态 5；已创建、尚未要求出票为 2；游客能入园后才是 4 ·
    /// Reply to order query. Status 5 while issuing, 2 when created and untouched, 4 only once the guest can enter.
    OrderState rules [
        rules::QUERY_VOUCHERS_PRESENT, rules::QUERY_ONE_CODE_PER_TICKET, rules::QUERY_EXACTLY_ONE_CODE,
        rules::QUERY_CODES_DISTINCT, rules::QUERY_CODES_UNTYPED, rules::QUERY_REAL_NAME_LIST, rules::REAL_NAME_PER_TICKET,
        rules::QUERY_WITHIN_ORDERED, rules::QUERY_QUANTITIES_AGREE,
    ] {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, required;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, required;
        /// 订单状态 · State of the order.
        order_status "orderStatus": code(OrderStatus), required;
        /// 订单总票数 · Number of tickets ordered.
        order_quantity "orderQuantity": count, required;
        /// 已使用票数 · Number of tickets used.
        used_quantity "usedQuantity": count, required;
        /// 已退款票数 · Number of tickets refunded.
        refunded_quantity "refundedQuantity": count, required;
        /// 凭证类型：凭证码与票如何对应 · How codes relate to tickets.
        voucher_type "voucherType": code(VoucherType), required;
        /// 订单的全部凭证，产品有凭证时填（凭证列表）；部分使用的凭证每种状态一项 ·
        /// All codes of the order, where there are codes; a part-used code is listed once for each state.
        voucher_list "voucherList": list(object(Voucher)), optional;
        /// 是否实名制订单 · Whether the order is in real names.
        real_name_type "realNameType": code(RealNameType), optional;
        /// 每个证件的凭证码和状态 · The code and state of each credential.
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
        /// 凭证的附加信息 · Additions to codes.
        voucher_additional_list "voucherAdditionalList": list(object(VoucherAddition)), optional;
        /// 订单的附加信息 · Additions to the order.
        order_additional_list "orderAdditionalList": list(object(OrderAddition)), optional;
    }

    /// 一个凭证，以及它在某状态下代表的票数 · A code and its number of tickets in one state.
    Voucher {
        /// 凭证码 · The code.
        voucher "voucher": string(20), required bearer;
        /// 凭证图片地址：一个字符串，不是列表 · Address of a picture of the code: one string, not a list.
        voucher_pics "voucherPics": string, optional bearer;
        /// 使用或退款的时间；未使用时为生效时间 · When it was used or refunded, or when it became valid if it is unused.
        voucher_invalid_time "voucherInvalidTime": wall_clock, required;
        /// 该状态下代表的票数 · Number of its tickets in this state.
        quantity "quantity": count, required;
        /// 凭证状态 · State of the code.
        status "status": code(VoucherStatus), required;
    }

    /// 订单退款。`refundId` 是退款的唯一标识：同意或拒绝都以它为准，绝不按数量。同一 id 再次到来是询问进度：仍在审批就再回 602，绝不回失败。来源：验收手册第五部分 ·
    /// Order refund. `refundId` is the one key of a refund: approve and refuse by it, never by count. The same id again asks for
    /// progress: still pending is 602 again, never a failure. Source: acceptance manual, part five.
    OrderRefund {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, key;
        /// 退款流水号，订单内唯一 · The refund's number, unique within the order.
        refund_id "refundId": string, key;
        /// 商家订单号；缺少或为空时按 `orderId` 查找 · Our order number; where it is absent or empty, look the order up by `orderId`.
        partner_order_id "partnerOrderId": string, optional;
        /// 商家产品编号 · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 要退的凭证码（类型 1），或唯一的凭证码（类型 2） · Codes of the tickets to refund (type 1), or the one code (type 2).
        voucher_list "voucherList": list(string), required bearer;
        /// 退款票数 · Number of tickets to refund.
        refund_quantity "refundQuantity": integer(1..2147483647), required;
        /// 单价 · Price of one ticket.
        unit_price "unitPrice": yuan, required;
        /// 退给游客的金额 · Amount refunded to the guest.
        refund_price "refundPrice": yuan, required;
        /// 退款手续费 · Fee kept.
        refund_fee "refundFee": yuan, required;
        /// 首次申请退款时间：阶梯退款规则以此为准 · When the guest first applied: the base of stepped refund rules.
        refund_time "refundTime": wall_clock, required;
        /// 要退的票的证件（实名制订单） · Credentials of the tickets to refund (real-name orders).
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
    }

    /// 订单退款的回复。200 或 601：已退款；602：审批中。refundId 必须保存并返回 ·
    /// Reply to order refund. 200 or 601: refunded; 602: under approval. The refundId must be stored and returned.
    OrderRefunded {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, required;
        /// 退款流水号，原样返回 · The refund's number, as received.
        refund_id "refundId": string, required;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, required;
        /// 请求时间（2016 至 2019 版必填，之后省略：仍应发送，收到时不作必填） ·
        /// When the request came (required in 2016 to 2019, later left out: send it, do not demand it).
        request_time "requestTime": wall_clock, optional;
        /// 回复时间（同上） · When it was answered (likewise).
        response_time "responseTime": wall_clock, optional;
    }

    /// 订单关闭消息：美团已关闭订单。可能重复，可能针对这里从未创建的订单；类型 3 可在出票之后到达，此时凭证必须作废 ·
    /// Order close: Meituan has closed the order. It can be repeated, can come for an order that was never created here, and, as
    /// type 3, after issuing: the codes must then be made void.
    OrderClose {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, key;
        /// 商家订单号，已知则填 · Our order number, where known.
        partner_order_id "partnerOrderId": string, optional;
        /// 关闭类型：为何关闭 · Why.
        close_type "closeType": code(CloseType), required;
    }

    /// 已退款消息：美团已自行退款，请将凭证作废 · Refunded message: Meituan has refunded by itself; make the codes void.
    RefundedMessage {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, key;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, optional;
        /// 退款流水号 · Serial number of the refund.
        refund_serial_no "refundSerialNo": string, optional;
        /// 已退的凭证 · Codes refunded.
        voucher_list "voucherList": list(string), optional bearer;
        /// 凭证类型：凭证码与票如何对应 · How codes relate to tickets.
        voucher_type "voucherType": code(VoucherType), optional;
        /// 每张票的退款额；-1 为全额。文档未写单位，按元理解；请勿用它计算 ·
        /// Refund for one ticket; -1: all of it. The unit is not documented; yuan is assumed. Do not compute with it.
        refund_price "refundPrice": yuan(-1), required;
        /// 退款消息类型 · Why.
        refund_message_type "refundMessageType": code(RefundMessageType), required;
        /// 操作人 · The operator.
        operator "operator": string, optional personal;
        /// 退款原因 · The reason given.
        reason "reason": string, required;
        /// 退款时间 · When.
        refund_time "refundTime": wall_clock, required;
        /// 退款票数 · Number of tickets refunded.
        count "count": count, required;
    }

    /// 订单改签：换游玩人、换日期或换层级（新版接口） ·
    /// Order reschedule: other visitors, another day or another level (newer API).
    OrderReschedule {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, key;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, optional;
        /// 改签类型，手头文档没有其取值 · Kind of reschedule; the values are not documented at hand.
        reschedule_type "rescheduleType": integer, required;
        /// 改签流水号 · Number of the reschedule.
        reschedule_no "rescheduleNo": string, key;
        /// 谁换成谁 · Which visitor is replaced by which.
        reschedule_visitors "rescheduleVisitors": list(object(VisitorChange)), optional;
        /// 原游玩日期；只换游玩人时没有 · Day of the visit so far; absent when only visitors change.
        origin_date "originDate": date, optional;
        /// 新游玩日期；只换游玩人时没有 · New day of the visit; absent when only visitors change.
        target_date "targetDate": date, optional;
        /// 原层级 · Levels so far.
        origin_level_ids "originLevelIds": list(id), optional;
        /// 新层级 · New levels.
        target_level_ids "targetLevelIds": list(id), optional;
    }

    /// 游玩人的替换 · One visitor replaced by another.
    VisitorChange {
        /// 原游玩人 · The visitor so far.
        origin_visitor "originVisitor": object(Visitor), optional;
        /// 新游玩人 · The new visitor.
        target_visitor "targetVisitor": object(Visitor), optional;
    }

    /// 订单改签的回复 · Reply to order reschedule.
    OrderRescheduled {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, required;
        /// 改签流水号，原样返回 · Number of the reschedule, as received.
        reschedule_no "rescheduleNo": string, required;
        /// 改签票数 · Number of tickets rescheduled.
        success_count "successCount": count, on_success;
        /// 新凭证码 · The new codes.
        credential_vouchers "credentialVouchers": list(object(RescheduledVoucher)), optional;
    }

    /// 改签后的凭证 · A code after a reschedule.
    RescheduledVoucher {
        /// 证件类型 · Kind of credential.
        credential_type "credentialType": code(CredentialType), optional;
        /// 证件号 · Number of the credential.
        credential_no "credentialNo": string, optional personal;
        /// 凭证码 · The code.
        voucher "voucher": string, optional bearer;
        /// 凭证图片地址 · Address of a picture of the code.
        voucher_picture "voucherPicture": string, optional bearer;
        /// 凭证的附加信息，手头文档没有其键 · Additions to the code. The keys are not documented at hand.
        addition_map "additionMap": string_map, optional;
    }
}
