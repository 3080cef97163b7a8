//! Demands of the acceptance manual, point by point: one table.
//!
//! A point's checks are the message rules that it names (run by the message engine wherever a message is read or
//! written) and what [`check`](super::check) knows of the exchanges before and after. One fault counts against one point:
//! the doc of each says which faults are its own.

use super::super::{CONSUME_NOTICE, ORDER_CREATE, ORDER_PAY, ORDER_QUERY, ORDER_REFUND, PAY_NOTICE};
use super::super::{Call, rules};
#[cfg(feature = "texts")]
use crate::Text;
use crate::message::definition::{Basis, Rule};

/// One demand of the acceptance manual.
#[derive(Debug)]
pub struct Point {
    /// The stable id, such as `pay.issuing`.
    pub id: &'static str,
    /// The call whose section it is in, where it is about one call.
    pub about: Option<&'static Call>,
    /// Whether the acceptance manual says it, or we concluded it. Each finding has its own basis: parts of a
    /// documented point can be inferred.
    pub basis: Basis,
    /// The message rules that are its checks.
    pub rules: &'static [&'static Rule],
    /// The section of the acceptance manual, such as `订单出票 3`: the third acceptance point (验收点) of that interface; `说明` is
    /// the column beside them (接口说明).
    #[cfg(feature = "texts")]
    pub section: &'static str,
    /// Its demand.
    #[cfg(feature = "texts")]
    pub text: Text,
}

macro_rules! points {
    ($(
        $(#[doc = $doc:expr])*
        $variant:ident $id:literal, $about:expr, $basis:ident, [$($rule:ident),*],
            $section:literal, $zh:literal, $en:literal;
    )*) => {
        /// The points by name; each is its place in [`POINTS`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum Name { $( $(#[doc = $doc])* $variant, )* }

        /// Every point, in the order of the acceptance manual.
        pub static POINTS: &[Point] = &[$(
            Point {
                id: $id,
                about: $about,
                basis: Basis::$basis,
                rules: &[$(rules::$rule),*],
                #[cfg(feature = "texts")]
                section: $section,
                #[cfg(feature = "texts")]
                text: Text { zh: $zh, en: $en },
            },
        )*];

        pub(super) const NAMES: &[Name] = &[$(Name::$variant),*];
    };
}

points! {
    /// A reply without a readable code, or with 598, 601 or 602 where they mean nothing; a refund notice with one of them.
    SuccessCode "general.success-code", None, Documented, [REFUND_NOTICE_DECIDES],
        "一 1",
        "code 200 是唯一的成功标识；另有出票 598、退款 602、退款 601，其余一律不是成功",
        "200 is the only success; beside it 598 (issuing) for pay, 602 (under approval) and 601 (refunded) for refund; all else is none";
    /// A call whose signature is wrong is accepted, or a notice is signed wrongly. (A stale Date is no wrong signature.)
    Authentication "general.authentication", None, Documented, [],
        "一 2",
        "按说明实现 BA 认证：签名不对的请求不得受理，发出的通知签名要正确；签名正确的请求受理过、签名错误的请求拒绝过才算通过（拒绝 Date 过期的请求未写明，为推断）",
        "BA authentication as described: a call signed wrongly is refused, a notice is signed rightly. It passes where right signatures were accepted and wrong ones refused (that a stale Date is refused is inferred)";
    /// A value that is not of the documented form, or not one of the listed orderStatus, voucherType, voucher status, issueType and
    /// realNameType.
    DocumentedValues "general.documented-values", None, Documented, [REPLY_BARE, LEVEL_PRICE_STOCK, CODES_UNTYPED, QUERY_CODES_UNTYPED],
        "一 3",
        "字段以接口文档为准，尤其是各种 type、status 的取值",
        "fields are as the ticket spec says, above all the values of every type and status";
    /// A required field that is missing or empty, an id that is not the request's, or another partnerOrderId than was
    /// reported before.
    RequiredFields "general.required-fields", None, Documented, [REPLY_COMPLETE, REAL_NAME_LIST, REAL_NAME_PER_TICKET, QUERY_REAL_NAME_LIST],
        "一 4",
        "必填字段一定要填且填对",
        "required fields are filled, and filled correctly";
    /// Pay was answered 200, and what followed says that nothing was issued; or it was answered 200 or 598, or success was reported by
    /// notice, though the order was never created, or is closed.
    CanEnter "general.can-enter", None, Documented, [],
        "一 5",
        "出票 200 表示已出票、用户能入园；向上游二次出票的一律先返回 598",
        "200 to pay means issued: the guest can enter; whatever is issued again upstream is answered 598 first";
    /// One of the six is not there.
    Mandatory "endpoint.mandatory", None, Documented, [],
        "三",
        "必须开发：订单创建、出票、查询、退款、关闭消息、消费通知",
        "six interfaces are mandatory: create, pay, query, refund, close, consume notice";
    /// An address of the declared URLs.
    Ports "endpoint.ports", None, Documented, [],
        "四",
        "带端口号的 IP 地址只能使用列出的端口",
        "an address that is an IP with a port uses one of the listed ports";
    /// A failure to create without its reason, or with a code of another interface.
    CreateTrueReason "create.true-reason", Some(&ORDER_CREATE), Documented, [TRUE_REASON],
        "订单创建 1",
        "下单失败的 describe 是真实的失败原因，code 按美团给出的对接",
        "a failure to create has its true reason and a listed code";
    /// The time that the reply took.
    CreateTime "create.time", Some(&ORDER_CREATE), Documented, [],
        "订单创建 2",
        "总超时可以调整（连接 5s、读取 15s），但总和不超过 20s",
        "answered within the time-outs: connecting 5 s and reading 15 s by default, 20 s together at most";
    /// Pay's 200 for what is issued upstream, a 598 whose result came by anything but a pay notice, or a success by notice after a
    /// failure by reply. (Once Meituan has closed or refunded the order, it waits for no notice.)
    PayIssuing "pay.issuing", Some(&ORDER_PAY), Documented, [],
        "订单出票 1",
        "二次出票必须返回 598，并用出票通知回传最终结果",
        "a pay call that is issued upstream is answered 598, and its result is sent by pay notice";
    /// A failure to issue without its reason (in the reply or in the notice), or with a code of another interface.
    PayTrueReason "pay.true-reason", Some(&ORDER_PAY), Documented, [TRUE_REASON],
        "订单出票 2",
        "出票失败的 describe 是真实的失败原因，code 按美团给出的对接",
        "a failure to issue has its true reason and a listed code";
    /// Pay's 200 with codes and no voucherType or the other way round, or without both for a product that has codes later.
    PayVouchers "pay.vouchers", Some(&ORDER_PAY), Documented, [VOUCHERS_PRESENT],
        "订单出票 3",
        "code 200 且产品要回传凭证时，voucherType、voucher 都有且正确",
        "200 for a product with codes comes with voucherType and the right codes";
    /// Pay's 200 with too few or too many codes.
    PayCodes "pay.code-per-ticket", Some(&ORDER_PAY), Documented, [ONE_CODE_PER_TICKET, EXACTLY_ONE_CODE, CODES_DISTINCT],
        "订单出票 4",
        "一码一验 voucherType=1 多张票多个码；一码多验 voucherType=2 一单只有一个码",
        "voucherType 1 has as many codes as tickets, voucherType 2 exactly one for the order";
    /// The time that the reply took.
    PayTime "pay.time", Some(&ORDER_PAY), Documented, [],
        "订单出票 5",
        "总超时可以调整（连接 30s、读取 30s），但总和不超过 1min",
        "answered within the time-outs: connecting 30 s and reading 30 s by default, 60 s together at most";
    /// After 598 and before its result, neither 5 nor 4. (4 counts against `query.issued`; 6 or 2 is only reported where a failure
    /// follows, or Meituan ends the order first.)
    QueryIssuing "query.issuing", Some(&ORDER_QUERY), Documented, [],
        "订单查询 1",
        "出票中的订单，orderStatus 一定是 5",
        "orderStatus is 5 while issuing";
    /// Created and never paid, and not 2.
    QueryUntouched "query.untouched", Some(&ORDER_QUERY), Documented, [],
        "订单查询 2",
        "仅创建成功、没有调用出票的订单，orderStatus 一定是 2",
        "orderStatus is 2 while created and not paid";
    /// 4 while issuing, or once it failed, unless Meituan has ended the order and all tickets are gone. (4 before pay counts against
    /// `query.untouched`; not 4 once issued, against `general.can-enter` or `pay-notice.query`.)
    QueryIssued "query.issued", Some(&ORDER_QUERY), Documented, [],
        "订单查询 3",
        "出票成功、用户能入园了，orderStatus 才可以是 4",
        "orderStatus is 4 only once the guest can enter";
    /// Codes at orderStatus 4 that are missing, too many, or not the ones that pay returned.
    QueryVouchers "query.vouchers", Some(&ORDER_QUERY), Documented,
        [QUERY_VOUCHERS_PRESENT, QUERY_ONE_CODE_PER_TICKET, QUERY_EXACTLY_ONE_CODE, QUERY_CODES_DISTINCT],
        "订单查询 4",
        "orderStatus=4 时 voucher、voucherType 要传对",
        "at orderStatus 4 voucherType and codes are right";
    /// Quantities that do not add up, or that are not what happened; a used or refunded code that is reported as unused.
    QueryQuantities "query.quantities", Some(&ORDER_QUERY), Documented, [QUERY_WITHIN_ORDERED, QUERY_QUANTITIES_AGREE],
        "订单查询 5",
        "使用过的 voucher 在 voucherList 中 status 正确，orderQuantity、usedQuantity、refundedQuantity 自洽",
        "used codes have the right status, and ordered, used and refunded quantities agree";
    /// After a failure that a reply or notice reported, neither 6 nor 2. (4 counts against `query.issued`.)
    QueryFailed "query.issue-failed", Some(&ORDER_QUERY), Inferred, [],
        "订单查询 说明",
        "出票失败后 orderStatus 为 6 或 2：接口文档的取值有“6 支付失败”，验收手册订单查询 3 则写“否则一直都要保持创建成功状态orderstatus=2”；两种读法都通过（推断）",
        "orderStatus is 6 or 2 once issuing failed: the ticket spec lists 6 (支付失败), the acceptance manual (订单查询 3) keeps 2 until issued (否则一直都要保持创建成功状态orderstatus=2); either passes (inferred)";
    /// A refund answered 602 whose result came by anything but a refund notice.
    RefundPending "refund.pending", Some(&ORDER_REFUND), Documented, [],
        "订单退款 1",
        "有 602 审批中的，退款结果用退款通知告知美团",
        "a refund that is answered 602 is decided by refund notice";
    /// A refusal without its reason (in the reply or in the notice), or with a code of another interface.
    RefundTrueReason "refund.true-reason", Some(&ORDER_REFUND), Documented, [TRUE_REASON],
        "订单退款 2",
        "退款失败的 describe 是真实的失败原因，code 按美团给出的对接",
        "a refusal to refund has its true reason and a listed code";
    /// A refundId that is not the request's.
    RefundId "refund.id", Some(&ORDER_REFUND), Documented, [],
        "订单退款 3",
        "refundId 必须传对：按流水号同意或拒绝",
        "the refundId is right: it, and not a number of tickets, is what is agreed to or refused";
    /// That tickets can be refunded at all: an agreement about a used or refunded code (by Meituan itself, too), about one that is not
    /// of the order, or about more tickets than are left.
    RefundRefundable "refund.refundable", Some(&ORDER_REFUND), Documented, [],
        "订单退款 说明 1",
        "按流水号同意退款，切勿仅按照票的份数：同意的票须未使用、未退过，已用和已退合计不超过订单票数",
        "agreed by refundId and not merely by count: the tickets are neither used nor refunded yet, and no more than are left";
    /// A refund within three working days of its 602 is refused by a reply, and no notice refuses it. (If the notice follows, the
    /// reply is only reported.)
    RefundRepeat "refund.repeat", Some(&ORDER_REFUND), Documented, [],
        "订单退款 说明 4",
        "审批中用同一流水号再来查询，继续返回 602，不返回失败",
        "the same refundId again while pending is answered 602 again, never as a failure";
    /// A refusal after the end of the third working day after the day of the request. (From 72 working hours until then it is
    /// only reported.)
    RefundSilence "refund.silence", Some(&ORDER_REFUND), Documented, [],
        "订单退款 说明 2",
        "超过 3 个工作日未处理，美团默认商家同意退款（如何计算未写明：满 72 个工作小时至第三个工作日结束之间为推断）",
        "a refund that nobody decided for more than 3 working days counts as agreed (how they are counted is not written: from 72 working hours until the end of the third working day it is inferred)";
    /// A refusal after an agreement.
    RefundFinal "refund.final", Some(&ORDER_REFUND), Documented, [],
        "订单退款 说明 3",
        "先拒绝又同意的，以同意退款为终态",
        "refused and then agreed is agreed, and stays so";
    /// A notice of success without voucherType, or with the wrong number of codes.
    NoticeVouchers "pay-notice.vouchers", Some(&PAY_NOTICE), Documented,
        [NOTICE_COMPLETE, NOTICE_VOUCHERS_PRESENT, NOTICE_ONE_CODE_PER_TICKET, NOTICE_EXACTLY_ONE_CODE, CODES_DISTINCT],
        "订单出票通知 1",
        "回传的 voucher、voucherType 要正确",
        "voucherType and codes of the notice are right";
    /// After a notice of success, not 4, or other codes.
    NoticeQuery "pay-notice.query", Some(&PAY_NOTICE), Documented, [],
        "订单出票通知 2",
        "出票成功后查询 orderStatus=4 且 voucher、voucherType 正确",
        "after the notice of success the query says 4, with the same voucherType and codes";
    /// Quantities that do not add up, or are not the order's, or leave out a refund that was agreed to before, or that Meituan made itself.
    ConsumeQuantities "consume.quantities", Some(&CONSUME_NOTICE), Documented, [CONSUME_WITHIN_ORDERED, CONSUME_QUANTITIES_AGREE],
        "订单核销 1",
        "quantity、usedQuantity、refundedQuantity 数量自洽",
        "quantity, usedQuantity and refundedQuantity agree";
    /// No entry that is used; under voucherType 1: no codes, or codes that are not the order's; wherever a code is a ticket: codes
    /// that contradict what was reported before, refunded or used by another notice.
    ConsumeVouchers "consume.vouchers", Some(&CONSUME_NOTICE), Documented, [CONSUME_SHOWS_USE, CONSUME_STATUS_USED],
        "订单核销 2",
        "一码一验按凭证核销，voucherList 中 voucher、status 正确",
        "under voucherType 1 by code: voucher and status of the list are right";
    /// Before the tickets were issued, or before the day of the visit.
    ConsumeReal "consume.real", Some(&CONSUME_NOTICE), Documented, [],
        "订单核销 说明",
        "真实核销后再通知，不得虚假或提前核销",
        "sent after real use: not before the tickets are issued, nor before the day of the visit";
    /// A change that was announced too late.
    ChangeNotice "endpoint.change-notice", None, Documented, [],
        "六",
        "接口升级或更换地址，提前 3 个工作日发邮件告知",
        "an upgrade or change of address is announced by mail 3 working days ahead";
}

/// The point that a change of endpoint is announced in time.
pub(in crate::ticket) fn change_notice() -> &'static Point {
    Name::ChangeNotice.point()
}

impl Point {
    /// The point of this id.
    pub fn named(id: &str) -> Option<&'static Point> {
        POINTS.iter().find(|point| point.id == id)
    }
}

/// The point that a message rule, broken in a message of `call`, counts against, and the rule.
pub(super) fn of_rule(id: &str, call: &Call) -> Option<(Name, &'static Rule)> {
    let all = NAMES.iter().zip(POINTS);
    let mut own = all.filter(|(_, point)| point.about.is_none_or(|about| std::ptr::eq(about, call)));
    own.find_map(|(name, point)| Some((*name, *point.rules.iter().find(|rule| rule.id == id)?)))
}
