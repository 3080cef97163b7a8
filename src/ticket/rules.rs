//! What the fields of a ticket message must satisfy together.
//!
//! A rule that Meituan documents refuses the message; one that we concluded reports it.

use super::codes::{OrderStatus, VoucherStatus, VoucherType};
use crate::message::definition::{Facts, Presence, Verdict};
use crate::message::{Column, View};

crate::rules! {
    /// 产品要回传凭证时，voucherType 和凭证码都要返回（验收手册 订单出票 3） ·
    /// A product with codes returns both voucherType and the codes (hand-out, 订单出票 3).
    VOUCHERS_PRESENT "pay.vouchers-present" at "vouchers", Documented, vouchers_present;
    /// voucherType 1：凭证码个数等于票数（验收手册 订单出票 4） · voucherType 1: as many codes as tickets (hand-out, 订单出票 4).
    ONE_CODE_PER_TICKET "pay.one-code-per-ticket" at "vouchers", Documented, one_code_per_ticket;
    /// voucherType 2：整单恰好一个凭证码（验收手册 订单出票 4） ·
    /// voucherType 2: exactly one code for the order (hand-out, 订单出票 4).
    EXACTLY_ONE_CODE "pay.exactly-one-code" at "vouchers", Documented, exactly_one_code;
    /// voucherType 1：凭证码不重复（推断：一码一人） ·
    /// voucherType 1: no code stands twice (inferred: one code lets one guest in).
    CODES_DISTINCT "pay.codes-distinct" at "vouchers", Inferred, codes_distinct;
    /// 成功的通知带有 voucherType 和凭证码（验收手册 订单出票通知 1） ·
    /// A notice of success carries voucherType and the codes (hand-out, 订单出票通知 1).
    NOTICE_VOUCHERS_PRESENT "pay-notice.vouchers-present" at "vouchers", Documented, vouchers_present;
    /// voucherType 1：凭证码个数等于票数（验收手册 订单出票通知 1 及 订单出票 4） ·
    /// voucherType 1: as many codes as tickets (hand-out, 订单出票通知 1 with 订单出票 4).
    NOTICE_ONE_CODE_PER_TICKET "pay-notice.one-code-per-ticket" at "vouchers", Documented, one_code_per_ticket;
    /// voucherType 2：整单恰好一个凭证码（验收手册 订单出票通知 1 及 订单出票 4） ·
    /// voucherType 2: exactly one code for the order (hand-out, 订单出票通知 1 with 订单出票 4).
    NOTICE_EXACTLY_ONE_CODE "pay-notice.exactly-one-code" at "vouchers", Documented, exactly_one_code;
    /// 成功的通知写明 voucherType（验收手册 订单出票通知 1） ·
    /// A notice of success names the voucherType (hand-out, 订单出票通知 1).
    NOTICE_COMPLETE "pay-notice.complete" at "body", Documented, notice_complete;
    /// orderStatus 4：voucherType 和凭证码正确（验收手册 订单查询 4） ·
    /// orderStatus 4: voucherType and codes are right (hand-out, 订单查询 4).
    QUERY_VOUCHERS_PRESENT "query.vouchers-present" at "voucherList", Documented, query_vouchers_present;
    /// orderStatus 4 且 voucherType 1：凭证码个数等于票数（验收手册 订单查询 4 及 订单出票 4） ·
    /// voucherType 1 at orderStatus 4: as many codes as tickets (hand-out, 订单查询 4 with 订单出票 4).
    QUERY_ONE_CODE_PER_TICKET "query.one-code-per-ticket" at "voucherList", Documented, query_one_code_per_ticket;
    /// orderStatus 4 且 voucherType 2：恰好一个凭证码（验收手册 订单查询 4 及 订单出票 4） ·
    /// voucherType 2 at orderStatus 4: exactly one code (hand-out, 订单查询 4 with 订单出票 4).
    QUERY_EXACTLY_ONE_CODE "query.exactly-one-code" at "voucherList", Documented, query_exactly_one_code;
    /// orderQuantity、usedQuantity、refundedQuantity 彼此一致，也与凭证一致（验收手册 订单查询 5；公式未写明：已用 + 已退 ≤ 总数、凭证数相加相符，为推断） ·
    /// orderQuantity, usedQuantity and refundedQuantity agree with each other and with the codes (hand-out, 订单查询 5; the
    /// formula is not spelled out there: used + refunded ≤ ordered, and the codes add up, are inferred).
    QUERY_QUANTITIES_AGREE "query.quantities-agree" at "usedQuantity", Inferred, query_quantities_agree;
    /// quantity、usedQuantity、refundedQuantity 一致（验收手册 订单核销 1；公式为推断） ·
    /// quantity, usedQuantity and refundedQuantity agree (hand-out, 订单核销 1; the formula is inferred).
    CONSUME_QUANTITIES_AGREE "consume.quantities-agree" at "usedQuantity", Inferred, consume_quantities_agree;
    /// 消费通知中的凭证为已使用（验收手册 订单核销 2；所见状态均为 1） ·
    /// The codes of a consume notice are used ones (hand-out, 订单核销 2; status 1 wherever seen).
    CONSUME_STATUS_USED "consume.status-used" at "voucherList", Inferred, consume_status_used;
    /// 200 带完整的 body；598、601、602 带订单号（验收手册 第一部分第 4 条：必填字段要填；订单退款 3：refundId 要正确） ·
    /// Code 200 comes with the whole body, and 598, 601 and 602 with the order's numbers (hand-out, part one, item 4: required
    /// fields must be filled; 订单退款 3: refundId must be right).
    REPLY_COMPLETE "reply.complete-at-200" at "body", Documented, reply_complete;
    /// 失败时不带 body（推断自一个引用文档的实现） ·
    /// A failure comes without a body (inferred from one implementation that quotes the document).
    REPLY_BARE "reply.no-body-on-failure" at "body", Inferred, reply_bare;
    /// 多层价格通知的库存不能全为 0：美团会拒收（一个实现的线上经验） ·
    /// Not every stock of a level price notice is 0: Meituan refuses such a notice (learnt live by one implementation).
    LEVEL_PRICE_STOCK "level-price.some-stock" at "body", Inferred, level_price_stock;
}

fn verdict(kept: bool) -> Verdict {
    if kept { Verdict::Kept } else { Verdict::Broken }
}

/// The voucherType, where it says that there are codes.
fn codes(view: &View<'_>) -> Option<VoucherType> {
    let listed = [VoucherType::CODE_PER_TICKET, VoucherType::CODE_PER_ORDER];
    let stated = VoucherType(view.integer("voucherType")? as i32);
    listed.contains(&stated).then_some(stated)
}

fn vouchers_present(view: &View<'_>, _: &Facts) -> Verdict {
    let mut listed = view.spans("vouchers").peekable();
    let complete = if listed.peek().is_some() { listed.all(|code| code.length() > 0) } else { codes(view).is_none() };
    verdict(complete)
}

fn one_code_per_ticket(view: &View<'_>, facts: &Facts) -> Verdict {
    if codes(view) != Some(VoucherType::CODE_PER_TICKET) {
        return Verdict::Kept;
    }
    match (view.count("vouchers"), facts.quantity) {
        (Some(codes), Some(quantity)) => verdict(codes == quantity as usize),
        (None, _) => Verdict::Kept,
        _ => Verdict::Unchecked,
    }
}

fn exactly_one_code(view: &View<'_>, _: &Facts) -> Verdict {
    verdict(codes(view) != Some(VoucherType::CODE_PER_ORDER) || view.count("vouchers").is_none_or(|codes| codes == 1))
}

fn codes_distinct(view: &View<'_>, _: &Facts) -> Verdict {
    if codes(view) != Some(VoucherType::CODE_PER_TICKET) {
        return Verdict::Kept;
    }
    let codes: Vec<_> = view.spans("vouchers").collect();
    verdict(codes.len() == view.count_distinct(&codes))
}

fn notice_complete(view: &View<'_>, _: &Facts) -> Verdict {
    let issued = view.integer("issueType") == Some(i64::from(super::codes::IssueType::ISSUED.0));
    verdict(!issued || view.object("body").is_some_and(|body| body.has("voucherType")))
}

/// What codes an order that was issued must show.
fn issued_codes(view: &View<'_>) -> Option<VoucherType> {
    let issued = Some(i64::from(OrderStatus::ISSUED.0));
    codes(view).filter(|_| view.integer("orderStatus") == issued)
}

fn query_vouchers_present(view: &View<'_>, _: &Facts) -> Verdict {
    verdict(issued_codes(view).is_none() || view.count("voucherList").unwrap_or(0) > 0)
}

/// The different codes of a list, void ones left out: a code that was replaced stands for no ticket.
fn distinct_codes(view: &View<'_>) -> usize {
    let void = i64::from(VoucherStatus::VOID.0);
    let vouchers = view.rows("voucherList", [Column::Number("status"), Column::Text("voucher")]);
    let mut codes = Vec::with_capacity(vouchers.size_hint().0);
    let live = vouchers.filter(|[status, _]| status.integer() != Some(void));
    codes.extend(live.filter_map(|[_, code]| code.span()));
    view.count_distinct(&codes)
}

fn query_one_code_per_ticket(view: &View<'_>, _: &Facts) -> Verdict {
    let one_each = issued_codes(view) == Some(VoucherType::CODE_PER_TICKET);
    verdict(!one_each || view.integer("orderQuantity") == Some(distinct_codes(view) as i64))
}

fn query_exactly_one_code(view: &View<'_>, _: &Facts) -> Verdict {
    verdict(issued_codes(view) != Some(VoucherType::CODE_PER_ORDER) || distinct_codes(view) == 1)
}

fn query_quantities_agree(view: &View<'_>, _: &Facts) -> Verdict {
    let number = |name| view.integer(name).unwrap_or(0);
    let (ordered, used, refunded) = (number("orderQuantity"), number("usedQuantity"), number("refundedQuantity"));
    let listed = view.count("voucherList").unwrap_or(0) > 0;
    let (mut used_codes, mut refunded_codes) = (0, 0);
    for [status, quantity] in view.rows("voucherList", [Column::Number("status"), Column::Number("quantity")]) {
        let quantity = quantity.integer().unwrap_or(0);
        match status.integer().map(|status| VoucherStatus(status as i32)) {
            Some(VoucherStatus::USED) => used_codes += quantity,
            Some(VoucherStatus::REFUNDED) => refunded_codes += quantity,
            _ => {}
        }
    }
    let codes_agree = !listed || (used_codes == used && refunded_codes == refunded);
    verdict(used + refunded <= ordered && codes_agree)
}

fn consume_quantities_agree(view: &View<'_>, _: &Facts) -> Verdict {
    let number = |name| view.integer(name).unwrap_or(0);
    let used_now: i64 = view.objects("voucherList").filter_map(|voucher| voucher.integer("quantity")).sum();
    verdict(number("usedQuantity") + number("refundedQuantity") <= number("quantity") && used_now <= number("usedQuantity"))
}

fn consume_status_used(view: &View<'_>, _: &Facts) -> Verdict {
    let used = Some(i64::from(VoucherStatus::USED.0));
    verdict(view.objects("voucherList").all(|voucher| voucher.integer("status") == used))
}

fn reply_complete(view: &View<'_>, _: &Facts) -> Verdict {
    match view.integer("code") {
        Some(200) => {}
        // The numbers themselves are required in every body.
        Some(598 | 601 | 602) => return verdict(view.has("body")),
        _ => return Verdict::Kept,
    }
    let complete = |view: &View<'_>| view.has_all(Presence::OnSuccess);
    verdict(complete(view) && view.object("body").is_none_or(|body| complete(&body)))
}

fn reply_bare(view: &View<'_>, _: &Facts) -> Verdict {
    let speaks = matches!(view.integer("code"), Some(200 | 598 | 601 | 602));
    verdict(speaks || !view.has("body"))
}

fn level_price_stock(view: &View<'_>, _: &Facts) -> Verdict {
    let mut stocks = view.objects("body").filter_map(|price| price.integer("stock")).peekable();
    verdict(stocks.peek().is_none() || stocks.any(|stock| stock != 0))
}
