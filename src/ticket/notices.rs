//! The notices that we send to Meituan, and Meituan's reply.
//!
//! Each travels as `{"partnerId", "body"}` with a few fields more beside the body in three of them. Judge the reply
//! by its code alone.

use super::calls::CredentialVoucher;
use super::codes::{IssueType, OrderRefundCode, ProductChange, RealNameType, VoucherStatus, VoucherType};
use super::rules;

crate::messages! {
    /// Pay notice (订单出票通知), body: the true result after a 598. On failure, the two order numbers only.
    PayNotice rules [rules::NOTICE_VOUCHERS_PRESENT, rules::NOTICE_ONE_CODE_PER_TICKET, rules::NOTICE_EXACTLY_ONE_CODE, rules::CODES_DISTINCT] {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
        /// How codes stand for tickets (凭证类型); when issued.
        voucher_type "voucherType": code(VoucherType), optional;
        /// The codes (凭证码); when issued.
        vouchers "vouchers": list(text(20)), optional;
        /// Addresses of pictures of the codes, in the order of `vouchers`.
        voucher_pics "voucherPics": list(text), optional;
        /// Whether the order is in real names.
        real_name_type "realNameType": code(RealNameType), optional;
        /// The code of each credential.
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
    }

    /// Refund notice (订单退款通知), body: the result of a refund that was answered 602.
    RefundNotice {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// The refund's number (退款流水号): there is nothing to tell without it.
        refund_id "refundId": text, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
        /// When the refund was asked for.
        request_time "requestTime": wall_clock, required;
        /// When it was decided.
        response_time "responseTime": wall_clock, required;
    }

    /// Consume notice (订单消费通知): guests have entered. Send it after real use only. The quantities are totals of the
    /// order so far; the list holds the codes of this event. Source: hand-out part five.
    ConsumeNotice rules [rules::CONSUME_QUANTITIES_AGREE, rules::CONSUME_STATUS_USED] {
        /// Meituan's order number (美团订单号).
        order_id "orderId": id, required;
        /// Our order number (商家订单号).
        partner_order_id "partnerOrderId": text, required;
        /// Number of tickets ordered (订单总票数).
        quantity "quantity": integer(1..2147483647), required;
        /// Number of tickets used so far, this event included (已使用票数).
        used_quantity "usedQuantity": count, required;
        /// Number of tickets refunded so far (已退款票数).
        refunded_quantity "refundedQuantity": count, required;
        /// The codes used now (凭证列表).
        voucher_list "voucherList": list(object(ConsumedVoucher)), optional;
        /// First day of use (newer API).
        use_start_date "useStartDate": text, optional;
        /// Last day of use (newer API).
        use_end_date "useEndDate": text, optional;
        /// State of each credential (newer API).
        credential_list "credentialList": list(object(CredentialVoucher)), optional;
    }

    /// A code that was used.
    ConsumedVoucher {
        /// The code (凭证码).
        voucher "voucher": text(20), required;
        /// Address of a picture of the code: one text, not a list.
        voucher_pics "voucherPics": text, optional;
        /// When it was used.
        voucher_invalid_time "voucherInvalidTime": wall_clock, required;
        /// Number of tickets it was used for.
        quantity "quantity": integer(1..2147483647), required;
        /// State of the code (凭证状态): used.
        status "status": code(VoucherStatus), required;
    }

    /// What has changed about one product (产品变化通知).
    ProductChangeNotice {
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// What has changed (变化类型).
        status "status": code(ProductChange), required;
    }

    /// Pay notice (订单出票通知) as it travels.
    PayNoticeRequest {
        /// Our number at Meituan (合作方编号); filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// What it tells (出票结果).
        issue_type "issueType": code(IssueType), required;
        /// The true reason of a failure, in words (描述).
        describe "describe": text, required;
        /// The notice.
        body "body": object(PayNotice), required;
    }

    /// Refund notice (订单退款通知) as it travels.
    RefundNoticeRequest {
        /// Our number at Meituan (合作方编号); filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// 200 agrees; a failure of the 6xx family refuses (返回码).
        code "code": code(OrderRefundCode), required;
        /// The true reason of a refusal, in words (描述).
        describe "describe": text, required;
        /// The notice.
        body "body": object(RefundNotice), required;
    }

    /// Reschedule notice (订单改签通知) as it travels.
    RescheduleNoticeRequest {
        /// Our number at Meituan (合作方编号); filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// The outcome, as in the refund notice (inferred: the form is not documented at hand).
        code "code": integer, optional;
        /// The reason in words (likewise).
        describe "describe": text, optional;
        /// The notice, as Meituan's document for you says: its fields are documented nowhere at hand.
        body "body": raw, required;
    }

    /// Level price notice (多层价格日历变化通知V2) as it travels.
    LevelPriceNoticeRequest {
        /// Our number at Meituan (合作方编号); filled in by [`Supplier::request`](super::Supplier::request).
        partner_id "partnerId": count, required;
        /// Our product number (商家产品编号).
        partner_deal_id "partnerDealId": text, required;
        /// First day (开始日期).
        start_time "startTime": date, required;
        /// Last day (结束日期), included.
        end_time "endTime": date, required;
        /// The prices.
        body "body": list(40, object(LevelPrice)), required;
    }

    /// The price of one level on one day (多层价格日历变化通知V2).
    LevelPrice {
        /// Our key of this price (SKU key): order create names it.
        partner_primary_key "partnerPrimaryKey": text, required;
        /// What is sold at this price.
        sku_info "skuInfo": object(SkuInfo), optional;
        /// The day (价格日期).
        price_date "priceDate": date, required;
        /// Market price (市场价).
        market_price "marketPrice": yuan, required;
        /// Meituan's sale price (美团价).
        mt_price "mtPrice": yuan, required;
        /// Settlement price (结算价).
        settlement_price "settlementPrice": yuan, required;
        /// Stock (库存).
        stock "stock": integer, required;
        /// Attributes; null wherever seen.
        attr "attr": raw, optional;
    }

    /// A session and its levels.
    SkuInfo {
        /// Begin of the session, `HH:mm`.
        start_time "startTime": text, optional;
        /// End of the session, `HH:mm`.
        end_time "endTime": text, optional;
        /// The levels.
        level_info_list "levelInfoList": list(object(LevelInfo)), optional;
    }

    /// A level, such as a seating area.
    LevelInfo {
        /// Which level it is, from 1, outer levels first.
        level_no "levelNo": integer(1..2147483647), required;
        /// Name of the level.
        level_name "levelName": text, optional;
    }
}
