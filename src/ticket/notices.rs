//! The notices that we send to Meituan, and Meituan's reply.
//!
//! Each travels as `{"partnerId", "body"}` with a few fields more beside the body in three of them. Judge the reply
//! by its code alone.

use super::calls::CredentialVoucher;
use super::codes::{IssueType, OrderRefundCode, ProductChange, RealNameType, VoucherStatus, VoucherType};
use super::rules;

crate::messages! {
    /// 订单出票通知的 body：598 之后的真实结果。失败时只有两个订单号 ·
    /// Pay notice, body: the true result after a 598. On failure, the two order numbers only.
    PayNotice rules [
        rules::NOTICE_VOUCHERS_PRESENT, rules::NOTICE_ONE_CODE_PER_TICKET, rules::NOTICE_EXACTLY_ONE_CODE,
        rules::CODES_DISTINCT, rules::CODES_UNTYPED, rules::REAL_NAME_LIST, rules::REAL_NAME_PER_TICKET,
    ] {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, required;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, required;
        /// 凭证类型；出票成功时填 · How codes relate to tickets; when issued.
        voucher_type "voucherType": code(VoucherType), optional;
        /// 凭证码；出票成功时填 · The codes; when issued.
        vouchers "vouchers": list(string(20)), optional bearer;
        /// 凭证图片地址，顺序与 `vouchers` 一致 · Addresses of pictures of the codes, in the order of `vouchers`.
        voucher_pics "voucherPics": list(string), optional bearer;
        /// 是否实名制订单 · Whether the order is in real names.
        real_name_type "realNameType": code(RealNameType), optional;
        /// 每个证件的凭证码 · The code of each credential.
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
    }

    /// 订单退款通知的 body：回过 602 的退款的结果 · Refund notice, body: the result of a refund that was answered 602.
    RefundNotice {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, required;
        /// 退款流水号：没有它，美团无从得知是哪笔退款 · The refund's number: without it Meituan cannot know which refund is decided.
        refund_id "refundId": string, required;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, required;
        /// 申请退款的时间 · When the refund was requested.
        request_time "requestTime": wall_clock, required;
        /// 作出决定的时间 · When it was decided.
        response_time "responseTime": wall_clock, required;
    }

    /// 订单消费通知：游客已入园。只在真实核销后发送。各数量为订单累计，列表是本次核销的凭证。来源：验收手册第五部分 ·
    /// Consume notice: guests have entered. Send it after real use only. The quantities are totals of the order so far; the list
    /// holds the codes of this event. Source: acceptance manual, part five.
    ConsumeNotice rules [rules::CONSUME_WITHIN_ORDERED, rules::CONSUME_QUANTITIES_AGREE, rules::CONSUME_SHOWS_USE, rules::CONSUME_STATUS_USED] {
        /// 美团订单号 · Meituan's order number.
        order_id "orderId": id, required;
        /// 商家订单号 · Our order number.
        partner_order_id "partnerOrderId": string, required;
        /// 订单总票数 · Number of tickets ordered.
        quantity "quantity": integer(1..2147483647), required;
        /// 已使用票数，含本次 · Number of tickets used so far, this event included.
        used_quantity "usedQuantity": count, required;
        /// 已退款票数 · Number of tickets refunded so far.
        refunded_quantity "refundedQuantity": count, required;
        /// 本次核销的凭证列表 · The codes used now.
        voucher_list "voucherList": list(object(ConsumedVoucher)), optional;
        /// 使用开始日期（新版接口） · First day of use (newer API).
        use_start_date "useStartDate": string, optional;
        /// 使用结束日期（新版接口） · Last day of use (newer API).
        use_end_date "useEndDate": string, optional;
        /// 各证件的状态（新版接口） · State of each credential (newer API).
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
    }

    /// 已使用的凭证 · A code that was used.
    ConsumedVoucher {
        /// 凭证码 · The code.
        voucher "voucher": string(20), required bearer;
        /// 凭证图片地址：一个字符串，不是列表 · Address of a picture of the code: one string, not a list.
        voucher_pics "voucherPics": string, optional bearer;
        /// 使用时间 · When it was used.
        voucher_invalid_time "voucherInvalidTime": wall_clock, required;
        /// 使用的票数 · Number of tickets it was used for.
        quantity "quantity": integer(1..2147483647), required;
        /// 凭证状态：已使用 · State of the code: used.
        status "status": code(VoucherStatus), required;
    }

    /// 某产品的变化（产品变化通知） · A change of one product.
    ProductChangeNotice {
        /// 商家产品编号 · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 变化类型 · The kind of change.
        status "status": code(ProductChange), required;
    }

    /// Pay notice (订单出票通知) as it travels.
    PayNoticeRequest {
        /// 合作方编号，由库填写 · Our number at Meituan; filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// 出票结果 · The result of issuing.
        issue_type "issueType": code(IssueType), required;
        /// 失败的真实原因（描述） · The true reason of a failure, in words.
        describe "describe": string, required;
        /// 通知内容 · The notice.
        body "body": object(PayNotice), required;
    }

    /// Refund notice (订单退款通知) as it travels.
    RefundNoticeRequest {
        /// 合作方编号，由库填写 · Our number at Meituan; filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// 返回码：200 为同意，6xx 中的失败码（601、602 除外）为拒绝 · 200 agrees; a failure of the 6xx family (not 601 or 602) refuses.
        code "code": code(OrderRefundCode), required;
        /// 拒绝的真实原因（描述） · The true reason of a refusal, in words.
        describe "describe": string, required;
        /// 通知内容 · The notice.
        body "body": object(RefundNotice), required;
    }

    /// Reschedule notice (订单改签通知) as it travels.
    RescheduleNoticeRequest {
        /// 合作方编号，由库填写 · Our number at Meituan; filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// 结果，同退款通知（推断：手头文档没有其格式） ·
        /// The outcome, as in the refund notice (inferred: the form is not documented at hand).
        code "code": integer, optional;
        /// 原因（同上） · The reason in words (likewise).
        describe "describe": string, optional;
        /// 通知内容，以美团给你的文档为准：手头文档没有其字段 ·
        /// The notice, as Meituan's document for you says: its fields are documented nowhere at hand.
        body "body": raw, required;
    }

    /// Level price notice (多层价格日历变化通知V2) as it travels.
    LevelPriceNoticeRequest {
        /// 合作方编号，由库填写 · Our number at Meituan; filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// 商家产品编号 · Our product number.
        partner_deal_id "partnerDealId": string, required;
        /// 开始日期 · First day.
        start_time "startTime": date, required;
        /// 结束日期，含当天 · Last day, included.
        end_time "endTime": date, required;
        /// 价格列表 · The prices.
        body "body": list(40, object(LevelPrice)), required;
    }

    /// 某层级某一天的价格（多层价格日历变化通知 V2） · The price of one level on one day.
    LevelPrice {
        /// 此价格在商家的主键（SKU key），订单创建时引用 · Our key of this price (SKU key): order create names it.
        partner_primary_key "partnerPrimaryKey": string, required;
        /// 以此价格出售的内容 · Contents that are sold at this price.
        sku_info "skuInfo": object(SkuInfo), optional;
        /// 价格日期 · The day.
        price_date "priceDate": date, required;
        /// 市场价 · Market price.
        market_price "marketPrice": yuan, required;
        /// 美团价 · Meituan's sale price.
        mt_price "mtPrice": yuan, required;
        /// 结算价 · Settlement price.
        settlement_price "settlementPrice": yuan, required;
        /// 库存 · Stock.
        stock "stock": integer, required;
        /// 属性，所见均为 null · Attributes; null wherever seen.
        attr "attr": raw, optional;
    }

    /// 场次及其层级 · A session and its levels.
    SkuInfo {
        /// 场次开始，`HH:mm` · Begin of the session, `HH:mm`.
        start_time "startTime": string, optional;
        /// 场次结束，`HH:mm` · End of the session, `HH:mm`.
        end_time "endTime": string, optional;
        /// 层级列表 · The levels.
        level_info_list "levelInfoList": list(object(LevelInfo)), optional;
    }

    /// 层级，如座位区 · A level, such as a seating area.
    LevelInfo {
        /// 第几层，从 1 起，外层在前 · Which level it is, from 1, outer levels first.
        level_no "levelNo": integer(1..2147483647), required;
        /// 层级名称 · Name of the level.
        level_name "levelName": string, optional;
    }
}
