//! The rules between the fields of a ticket message.
//!
//! A rule that Meituan documents refuses the message; one that we concluded reports it, or refuses it too where the
//! [configuration](super::Config::strict_inferred) says so for what is sent.

use super::call_facts::Call;
use super::codes::{OrderStatus, RealNameType, VoucherStatus, VoucherType};
#[cfg(feature = "texts")]
use crate::Text;
use crate::message::definition::{Facts, Presence, RuleVerdict};
use crate::message::{Column, Span, View};
use crate::time::Date;

crate::rules! {
    /// totalPrice 等于 unitPrice 乘以 quantity（推断：订单创建要尽可能多地校验，验收手册 订单创建 说明） ·
    /// totalPrice is unitPrice times quantity (inferred: order create checks as much as can be checked, acceptance manual,
    /// 订单创建 说明).
    CREATE_TOTAL_PRICE "create.total-price" at "totalPrice", Inferred, create_total_price;
    /// travelDate 不早于今天（东八区；推断：订单创建要尽可能多地校验，验收手册 订单创建 说明） ·
    /// travelDate is not before today in UTC+8 (inferred: order create checks as much as can be checked, acceptance manual,
    /// 订单创建 说明).
    CREATE_TRAVEL_DATE "create.travel-date" at "travelDate", Inferred, create_travel_date;
    /// 每张票有一位游玩人；产品只要求较少信息时可少于票数（推断：订单创建要尽可能多地校验，验收手册 订单创建 说明） ·
    /// There is a visitor for each ticket, unless the product asks for fewer (inferred: order create checks as much
    /// as can be checked, acceptance manual, 订单创建 说明).
    CREATE_VISITORS "create.visitors" at "visitors", Inferred, create_visitors;
    /// 产品要回传凭证时，voucherType 和凭证码都要返回（验收手册 订单出票 3） ·
    /// A product with codes returns both voucherType and the codes (acceptance manual, 订单出票 3).
    VOUCHERS_PRESENT "pay.vouchers-present" at "vouchers", Documented, vouchers_present;
    /// voucherType 1：凭证码个数等于票数（验收手册 订单出票 4） ·
    /// voucherType 1: as many codes as tickets (acceptance manual, 订单出票 4).
    ONE_CODE_PER_TICKET "pay.one-code-per-ticket" at "vouchers", Documented, one_code_per_ticket;
    /// voucherType 2：整单恰好一个凭证码（验收手册 订单出票 4） ·
    /// voucherType 2: exactly one code for the order (acceptance manual, 订单出票 4).
    EXACTLY_ONE_CODE "pay.exactly-one-code" at "vouchers", Documented, exactly_one_code;
    /// voucherType 1：凭证码不重复，买多张就要有多个码（验收手册 订单出票 4） ·
    /// voucherType 1: no code appears twice, several tickets have several codes (acceptance manual, 订单出票 4).
    CODES_DISTINCT "pay.codes-distinct" at "vouchers", Documented, codes_distinct;
    /// 有凭证码时 voucherType 为 1 或 2；实名制订单可为 0（推断；后者为一个实现的线上情况） ·
    /// If there are codes, voucherType is 1 or 2; it may be 0 in a real-name order (inferred; the latter is seen live in one
    /// implementation).
    CODES_UNTYPED "pay.codes-untyped" at "voucherType", Inferred, |view, _| codes_untyped(view, "vouchers");
    /// realNameType 1：带有 credentialList（接口文档，转引自一个实现：实名制订单每个证件都要有凭证，每票一项） ·
    /// realNameType 1 comes with the credentialList (ticket spec, as quoted in one implementation: each credential of a
    /// real-name order has its code, one entry a ticket).
    REAL_NAME_LIST "real-name.list" at "credentialList", Documented, real_name_list;
    /// realNameType 1：每张票有一个证件（接口文档，转引自一个实现：每票一项；少于票数是否拒收不明，故为推断） ·
    /// realNameType 1: there is a credential for each ticket (ticket spec, as quoted in one implementation: one entry a
    /// ticket; inferred, because it is not known whether fewer are refused).
    REAL_NAME_PER_TICKET "real-name.credential-per-ticket" at "credentialList", Inferred, real_name_per_ticket;
    /// 成功的通知带有 voucherType 和凭证码（验收手册 订单出票通知 1） ·
    /// A notice of success carries voucherType and the codes (acceptance manual, 订单出票通知 1).
    NOTICE_VOUCHERS_PRESENT "pay-notice.vouchers-present" at "vouchers", Documented, vouchers_present;
    /// voucherType 1：凭证码个数等于票数（验收手册 订单出票通知 1 及 订单出票 4） ·
    /// voucherType 1: as many codes as tickets (acceptance manual, 订单出票通知 1 with 订单出票 4).
    NOTICE_ONE_CODE_PER_TICKET "pay-notice.one-code-per-ticket" at "vouchers", Documented, one_code_per_ticket;
    /// voucherType 2：整单恰好一个凭证码（验收手册 订单出票通知 1 及 订单出票 4） ·
    /// voucherType 2: exactly one code for the order (acceptance manual, 订单出票通知 1 with 订单出票 4).
    NOTICE_EXACTLY_ONE_CODE "pay-notice.exactly-one-code" at "vouchers", Documented, exactly_one_code;
    /// 成功的通知写明 voucherType（验收手册 订单出票通知 1） ·
    /// A notice of success names the voucherType (acceptance manual, 订单出票通知 1).
    NOTICE_COMPLETE "pay-notice.complete" at "body", Documented, notice_complete;
    /// orderStatus 4：voucherType 和凭证码正确（验收手册 订单查询 4） ·
    /// orderStatus 4: voucherType and codes are right (acceptance manual, 订单查询 4).
    QUERY_VOUCHERS_PRESENT "query.vouchers-present" at "voucherList", Documented, query_vouchers_present;
    /// orderStatus 4 且 voucherType 1：凭证码个数等于票数（验收手册 订单查询 4 及 订单出票 4） ·
    /// voucherType 1 at orderStatus 4: as many codes as tickets (acceptance manual, 订单查询 4 with 订单出票 4).
    QUERY_ONE_CODE_PER_TICKET "query.one-code-per-ticket" at "voucherList", Documented, query_one_code_per_ticket;
    /// orderStatus 4 且 voucherType 2：恰好一个凭证码（验收手册 订单查询 4 及 订单出票 4） ·
    /// voucherType 2 at orderStatus 4: exactly one code (acceptance manual, 订单查询 4 with 订单出票 4).
    QUERY_EXACTLY_ONE_CODE "query.exactly-one-code" at "voucherList", Documented, query_exactly_one_code;
    /// voucherType 1：除已废弃的以外，凭证码不重复（验收手册 订单查询 4 及 订单出票 4） ·
    /// voucherType 1: no code appears twice, void ones aside (acceptance manual, 订单查询 4 with 订单出票 4).
    QUERY_CODES_DISTINCT "query.codes-distinct" at "voucherList", Documented, query_codes_distinct;
    /// 有凭证码时 voucherType 为 1 或 2；实名制订单可为 0（推断；后者为一个实现的线上情况） ·
    /// If there are codes, voucherType is 1 or 2; it may be 0 in a real-name order (inferred; the latter is seen live in one
    /// implementation).
    QUERY_CODES_UNTYPED "query.codes-untyped" at "voucherType", Inferred, |view, _| codes_untyped(view, "voucherList");
    /// realNameType 1：orderStatus 4 时带有 credentialList（推断自出票；一个实现的线上情况） ·
    /// realNameType 1 at orderStatus 4 comes with the credentialList (inferred from order pay; seen live in one implementation).
    QUERY_REAL_NAME_LIST "query.real-name-list" at "credentialList", Inferred, real_name_list;
    /// 已使用票数 + 已退款票数 ≤ 总票数（验收手册 订单查询 5：数量自洽） ·
    /// Used and refunded tickets together are no more than ordered (acceptance manual, 订单查询 5: the quantities agree).
    QUERY_WITHIN_ORDERED "query.within-ordered" at "usedQuantity", Documented, query_within_ordered;
    /// usedQuantity、refundedQuantity 与凭证相加相符（验收手册 订单查询 5；公式未写明，为推断） ·
    /// usedQuantity and refundedQuantity agree with the codes (acceptance manual, 订单查询 5; the formula is not spelled out there,
    /// so that the codes add up is inferred).
    QUERY_QUANTITIES_AGREE "query.quantities-agree" at "usedQuantity", Inferred, query_quantities_agree;
    /// 已使用票数 + 已退款票数 ≤ 总票数（验收手册 订单核销 1：数量自洽） ·
    /// Used and refunded tickets together are no more than ordered (acceptance manual, 订单核销 1: the quantities agree).
    CONSUME_WITHIN_ORDERED "consume.within-ordered" at "usedQuantity", Documented, consume_within_ordered;
    /// 本次核销的票数不超过 usedQuantity（验收手册 订单核销 1；公式未写明，为推断） ·
    /// The codes used now have no more tickets than usedQuantity (acceptance manual, 订单核销 1; the formula is not spelled out
    /// there: inferred).
    CONSUME_QUANTITIES_AGREE "consume.quantities-agree" at "usedQuantity", Inferred, consume_quantities_agree;
    /// 消费通知列出的凭证和证件中，至少有一个为已使用（验收手册 订单核销 2：status 正确） ·
    /// Of the codes and credentials that a consume notice lists, one at least is used (acceptance manual, 订单核销 2: status is
    /// right).
    CONSUME_SHOWS_USE "consume.shows-use" at "voucherList", Documented, consume_shows_use;
    /// 消费通知中的凭证为已使用（验收手册 订单核销 2；所见状态均为 1） ·
    /// The codes of a consume notice are used ones (acceptance manual, 订单核销 2; status 1 wherever seen).
    CONSUME_STATUS_USED "consume.status-used" at "voucherList", Inferred, consume_status_used;
    /// 退款通知的 code 为 200（同意）或 6xx 失败码（拒绝）；598、601、602 只用于出票、退款接口的应答（验收手册 第一部分第 1 条） ·
    /// A refund notice agrees by 200 or refuses by a failure of 6xx: 598, 601 and 602 are for replies to pay and refund only
    /// (acceptance manual, part one, item 1).
    REFUND_NOTICE_DECIDES "refund-notice.decides" at "code", Documented, refund_notice_decides;
    /// 失败的 describe 是真实原因，不是“失败”之类的套话（验收手册 订单创建 1、订单出票 2、订单退款 2；哪些是套话为推断） ·
    /// The describe of a failure is its true reason, and no placeholder such as 失败 (acceptance manual, 订单创建 1, 订单出票 2,
    /// 订单退款 2; which words are placeholders is inferred).
    TRUE_REASON "reply.true-reason" at "describe", Inferred, true_reason;
    /// 200 带完整的 body；598、601、602 带订单号（验收手册 第一部分第 4 条：必填字段要填；订单退款 3：refundId 要正确） ·
    /// Code 200 comes with the whole body, and 598, 601 and 602 with the order's numbers (acceptance manual, part one, item 4:
    /// required fields must be filled; 订单退款 3: refundId must be right).
    REPLY_COMPLETE "reply.complete-at-200" at "body", Documented, reply_complete;
    /// 失败时不带 body（推断自一个引用文档的实现） ·
    /// A failure comes without a body (inferred from one implementation that quotes the ticket spec).
    REPLY_BARE "reply.no-body-on-failure" at "body", Inferred, reply_bare;
    /// 多层价格通知的库存不能全为 0：美团会拒收（一个实现的线上经验） ·
    /// Not every stock of a level price notice is 0: Meituan refuses such a notice (learnt live by one implementation).
    LEVEL_PRICE_STOCK "level-price.some-stock" at "body", Inferred, level_price_stock;
}

/// The hint where a message breaks this rule, if more can be said than about any rule.
#[cfg(feature = "texts")]
pub fn hint(rule: &str) -> Option<Text> {
    let of = |rules: &[&crate::message::definition::Rule]| rules.iter().any(|one| one.id == rule);
    if of(&[CREATE_TOTAL_PRICE, CREATE_TRAVEL_DATE, CREATE_VISITORS]) {
        return Some(Text {
            en: "this is what Meituan sent, and nothing is refused for it. Compare it with the product before you accept the order; what cannot be fulfilled is refused by 410, with the true reason",
            zh: "这是美团发来的内容，不会因此拒绝。请在接单前与产品要求核对；无法成单的请用 410 拒绝，并写明真实原因",
        });
    }
    let per_ticket = [ONE_CODE_PER_TICKET, NOTICE_ONE_CODE_PER_TICKET, QUERY_ONE_CODE_PER_TICKET];
    (of(&per_ticket) || of(&[CODES_DISTINCT, QUERY_CODES_DISTINCT])).then_some(Text {
        en: "voucherType 1 has a code of its own for each ticket: return as many different codes as there are tickets. One code that lets several guests in is voucherType 2, with exactly that code",
        zh: "voucherType 1 是一码一验，每张票各有一个凭证码：买几张就返回几个不同的码。多人共用一个码时请用 voucherType 2（一码多验），且只返回这一个码",
    })
}

const SUCCESS: i64 = 200;

fn verdict(kept: bool) -> RuleVerdict {
    if kept { RuleVerdict::Kept } else { RuleVerdict::Broken }
}

fn create_total_price(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let number = |name| view.integer(name).unwrap_or_default();
    verdict(number("unitPrice").checked_mul(number("quantity")) == Some(number("totalPrice")))
}

fn create_travel_date(view: &View<'_>, facts: &Facts) -> RuleVerdict {
    let Some(date) = view.string("travelDate").and_then(|date| Date::parse(date.as_bytes())) else { return RuleVerdict::Kept };
    facts.now.map_or(RuleVerdict::Unchecked, |now| verdict(date >= Date::of(now)))
}

fn create_visitors(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let visitors = view.count("visitors").unwrap_or_default();
    verdict(view.integer("quantity").is_none_or(|quantity| visitors as i64 >= quantity))
}

fn is_real_name(view: &View<'_>) -> bool {
    view.integer("realNameType") == Some(i64::from(RealNameType::YES.0))
}

/// Codes whose type says that there are none.
fn codes_untyped(view: &View<'_>, list: &str) -> RuleVerdict {
    let is_none = view.integer("voucherType") == Some(i64::from(VoucherType::NONE.0));
    verdict(!is_none || is_real_name(view) || view.count(list).unwrap_or_default() == 0)
}

/// How many credentials a real-name order shows. A query shows them once it is issued.
fn real_name_credentials(view: &View<'_>) -> Option<usize> {
    let is_issued = view.integer("orderStatus").is_none_or(|status| status == i64::from(OrderStatus::ISSUED.0));
    (is_issued && is_real_name(view)).then(|| view.count("credentialList").unwrap_or_default())
}

fn real_name_list(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(real_name_credentials(view) != Some(0))
}

fn real_name_per_ticket(view: &View<'_>, facts: &Facts) -> RuleVerdict {
    // That there are none at all is the other rule's.
    let Some(credentials @ 1..) = real_name_credentials(view) else { return RuleVerdict::Kept };
    let tickets = view.integer("orderQuantity").or(facts.quantity.map(i64::from));
    tickets.map_or(RuleVerdict::Unchecked, |tickets| verdict(credentials as i64 >= tickets))
}

/// The voucherType, where it says that there are codes.
fn codes(view: &View<'_>) -> Option<VoucherType> {
    let listed = [VoucherType::CODE_PER_TICKET, VoucherType::CODE_PER_ORDER];
    let stated = VoucherType(view.integer("voucherType")? as i32);
    listed.contains(&stated).then_some(stated)
}

fn vouchers_present(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let mut listed = view.spans("vouchers").peekable();
    let complete = if listed.peek().is_some() { !view.is_one_blank(listed) } else { codes(view).is_none() };
    verdict(complete)
}

fn one_code_per_ticket(view: &View<'_>, facts: &Facts) -> RuleVerdict {
    if codes(view) != Some(VoucherType::CODE_PER_TICKET) {
        return RuleVerdict::Kept;
    }
    match (view.count("vouchers"), facts.quantity) {
        // An empty list breaks the rule that codes are present.
        (None | Some(0), _) => RuleVerdict::Kept,
        (Some(codes), Some(quantity)) => verdict(codes == quantity as usize),
        _ => RuleVerdict::Unchecked,
    }
}

fn exactly_one_code(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(codes(view) != Some(VoucherType::CODE_PER_ORDER) || view.count("vouchers").is_none_or(|codes| codes <= 1))
}

fn codes_distinct(view: &View<'_>, _: &Facts) -> RuleVerdict {
    if codes(view) != Some(VoucherType::CODE_PER_TICKET) {
        return RuleVerdict::Kept;
    }
    let codes: Vec<_> = view.spans("vouchers").collect();
    verdict(codes.len() == view.count_distinct(&codes))
}

fn notice_complete(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let issued = view.integer("issueType") == Some(i64::from(super::codes::IssueType::ISSUED.0));
    verdict(!issued || view.object("body").is_some_and(|body| body.has("voucherType")))
}

/// The codes that an issued order must show.
fn issued_codes(view: &View<'_>) -> Option<VoucherType> {
    let issued = Some(i64::from(OrderStatus::ISSUED.0));
    codes(view).filter(|_| view.integer("orderStatus") == issued)
}

fn query_vouchers_present(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(issued_codes(view).is_none() || view.count("voucherList").unwrap_or(0) > 0)
}

/// The codes of a list, void ones left out: a code that was replaced is no ticket's.
fn live_codes<'v>(view: &View<'v>) -> impl Iterator<Item = Span> + use<'v> {
    let void = i64::from(VoucherStatus::VOID.0);
    let vouchers = view.rows("voucherList", [Column::Number("status"), Column::Text("voucher")]);
    vouchers.filter(move |[status, _]| status.integer() != Some(void)).filter_map(|[_, code]| code.span())
}

/// The same, with room for all.
fn listed_live_codes(view: &View<'_>) -> Vec<Span> {
    let mut codes = Vec::with_capacity(view.count("voucherList").unwrap_or_default());
    codes.extend(live_codes(view));
    codes
}

fn query_one_code_per_ticket(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let one_each = issued_codes(view) == Some(VoucherType::CODE_PER_TICKET) && view.count("voucherList").unwrap_or(0) > 0;
    verdict(!one_each || view.integer("orderQuantity") == Some(live_codes(view).count() as i64))
}

fn query_exactly_one_code(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let one_for_all = issued_codes(view) == Some(VoucherType::CODE_PER_ORDER) && view.count("voucherList").unwrap_or(0) > 0;
    verdict(!one_for_all || view.count_distinct(&listed_live_codes(view)) == 1)
}

fn query_within_ordered(view: &View<'_>, _: &Facts) -> RuleVerdict {
    within(view, "orderQuantity")
}

fn consume_within_ordered(view: &View<'_>, _: &Facts) -> RuleVerdict {
    within(view, "quantity")
}

/// Used and refunded tickets are among those of that field.
fn within(view: &View<'_>, ordered: &str) -> RuleVerdict {
    let number = |name| view.integer(name).unwrap_or(0);
    verdict(number("usedQuantity") + number("refundedQuantity") <= number(ordered))
}

fn query_codes_distinct(view: &View<'_>, _: &Facts) -> RuleVerdict {
    if codes(view) != Some(VoucherType::CODE_PER_TICKET) {
        return RuleVerdict::Kept;
    }
    let codes = listed_live_codes(view);
    verdict(codes.len() == view.count_distinct(&codes))
}

fn query_quantities_agree(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let number = |name| view.integer(name).unwrap_or(0);
    let (used, refunded) = (number("usedQuantity"), number("refundedQuantity"));
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
    verdict(!listed || (used_codes == used && refunded_codes == refunded))
}

fn consume_quantities_agree(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let used_now: i64 = view.objects("voucherList").filter(is_used).filter_map(|voucher| voucher.integer("quantity")).sum();
    verdict(used_now <= view.integer("usedQuantity").unwrap_or(0))
}

fn is_used(entry: &View<'_>) -> bool {
    entry.integer("status") == Some(i64::from(VoucherStatus::USED.0))
}

/// Whether a status says that an entry is not used. The meaning of an unlisted one is not known.
fn is_not_used(status: i64) -> bool {
    matches!(VoucherStatus(status as i32), VoucherStatus::UNUSED | VoucherStatus::REFUNDED | VoucherStatus::VOID)
}

fn consume_shows_use(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let stated = |list| view.objects(list).filter_map(|entry| entry.integer("status"));
    let mut statuses = stated("voucherList").chain(stated("credentialList")).peekable();
    verdict(statuses.peek().is_none() || !statuses.all(is_not_used))
}

fn consume_status_used(view: &View<'_>, facts: &Facts) -> RuleVerdict {
    // If no entry is used, that alone is wrong.
    let shows_use = consume_shows_use(view, facts) == RuleVerdict::Kept;
    verdict(!shows_use || !view.objects("voucherList").filter_map(|entry| entry.integer("status")).any(is_not_used))
}

fn refund_notice_decides(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(view.integer("code").is_none_or(|code| code == SUCCESS || !Call::never_fails(code)))
}

/// Words in place of a reason.
const PLACEHOLDERS: [&str; 24] = [
    "-",
    "error",
    "err",
    "fail",
    "failed",
    "failure",
    "false",
    "null",
    "ok",
    "other",
    "success",
    "test",
    "unknown",
    "下单失败",
    "出票失败",
    "创建失败",
    "失败",
    "成功",
    "未知",
    "未知错误",
    "测试",
    "系统异常",
    "系统错误",
    "退款失败",
];

/// Returns whether a describe is words that say no reason.
pub(crate) fn is_placeholder(describe: &str) -> bool {
    let mut words = describe.trim_ascii();
    while let Some(rest) = ["。", "！", ".", "!"].iter().find_map(|mark| words.strip_suffix(mark)) {
        words = rest;
    }
    words.bytes().all(|byte| byte.is_ascii_digit()) || PLACEHOLDERS.iter().any(|listed| words.eq_ignore_ascii_case(listed))
}

/// For replies, and for the notices whose describe says why something failed.
fn true_reason(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let failed = match (view.integer("issueType"), view.integer("code")) {
        (Some(issue_type), _) => issue_type == i64::from(super::codes::IssueType::FAILED.0),
        (_, code) => code.is_some_and(|code| (400..700).contains(&code) && !Call::never_fails(code)),
    };
    verdict(!failed || view.string("describe").is_none_or(|describe| describe.is_empty() || !is_placeholder(&describe)))
}

fn reply_complete(view: &View<'_>, _: &Facts) -> RuleVerdict {
    match view.integer("code") {
        Some(SUCCESS) => {}
        // The numbers themselves are required in every body.
        Some(code) if Call::never_fails(code) => return verdict(view.has("body")),
        _ => return RuleVerdict::Kept,
    }
    let complete = |view: &View<'_>| view.has_all(Presence::OnSuccess);
    verdict(complete(view) && view.object("body").is_none_or(|body| complete(&body)))
}

fn reply_bare(view: &View<'_>, _: &Facts) -> RuleVerdict {
    verdict(view.integer("code").is_some_and(Call::never_fails) || !view.has("body"))
}

fn level_price_stock(view: &View<'_>, _: &Facts) -> RuleVerdict {
    let mut stocks = view.objects("body").filter_map(|price| price.integer("stock")).peekable();
    verdict(stocks.peek().is_none() || stocks.any(|stock| stock != 0))
}
