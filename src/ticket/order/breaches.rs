//! Facts that contradict each other: every way in which they can.

macro_rules! breaches {
    ($( $(#[doc = $doc:expr])* $variant:ident $id:literal; )*) => {
        /// A contradiction. The fact is kept all the same, and somebody has to look.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Breach { $( $(#[doc = $doc])* $variant, )* }

        impl Breach {
            /// Every breach.
            pub const ALL: &'static [Breach] = &[$(Breach::$variant,)*];

            /// The stable id.
            pub const fn id(self) -> &'static str {
                match self { $( Breach::$variant => $id, )* }
            }

            /// The meaning, in Chinese and English.
            #[cfg(feature = "texts")]
            pub const fn doc(self) -> &'static str {
                match self { $( Breach::$variant => concat!($($doc, "\n"),*), )* }
            }
        }
    };
}

breaches! {
    /// 已回复美团下单失败，之后却创建成功：请作废，美团不知道该订单 ·
    /// The order was created after Meituan had received a failure. Void it: Meituan does not know of it.
    CreatedAfterFailure "created-after-failure";
    /// 同一次下单又创建了另一个商家订单号：请作废后一个，以第一个为准 ·
    /// The function of order create made another order for the same attempt, with another number. Void it: the first one
    /// stays.
    CreatedDifferently "created-differently";
    /// 美团关闭订单之后才创建成功：请作废，关闭函数会再运行一次 ·
    /// The order was created after Meituan had closed it. Void it; the closing call's function is owed another run.
    CreatedAfterClose "created-after-close";
    /// 同一单号重复到达，内容却与首次不同：以首次为准 ·
    /// A call was repeated under the same number with other content. The first content counts.
    RepeatedDifferently "repeated-differently";
    /// 美团尚未要求出票就已出票：凭证码先保留，订单出票到达时直接返回 ·
    /// It was issued although Meituan had not requested it. The codes are kept aside until order pay comes.
    IssuedBeforePay "issued-before-pay";
    /// 已告知美团出票失败，之后却出票成功：凭证码按作废保存，美团会退款给游客 ·
    /// It was issued after Meituan had received a failure. The codes are kept as void: Meituan refunds the guest.
    IssuedAfterFailure "issued-after-failure";
    /// 美团关闭或退款之后才出票：凭证码按作废保存，关闭函数会再运行一次 ·
    /// It was issued after Meituan had closed or refunded it. The codes are kept as void; the closing call's function is
    /// owed another run.
    IssuedAfterClose "issued-after-close";
    /// 再次出票的凭证码与首次不同：以首次为准 ·
    /// It was issued again with other codes. The first ones stay.
    IssuedDifferently "issued-differently";
    /// 所报的凭证码不符合规则（一码一验每票一个且不重复，一码多验恰好一个）：不予采用 ·
    /// The issued codes break a rule (one distinct code for each ticket; exactly one). They are not accepted.
    IssuedWrongly "issued-wrongly";
    /// 已告知美团改签失败，之后却改签成功：请改回，原凭证仍有效 ·
    /// It was rescheduled after Meituan had received a failure. Undo it: the old codes stay valid.
    RescheduledAfterFailure "rescheduled-after-failure";
    /// 出票超过时限仍无结果 · The result of issuing has not come within its deadline.
    IssuingOverdue "issuing-overdue";
    /// 出票之前已有游客入园：消费通知在出票后发送 ·
    /// Guests entered before anything was issued. The consume notice follows once it is issued.
    EnteredUnissued "entered-unissued";
    /// 游客凭已作废的订单入园 · Guests entered with an order that is void.
    EnteredVoid "entered-void";
    /// 游客凭已退款、已作废或已更换的凭证入园 · Guests entered with a code that is refunded, void or replaced.
    EnteredWithSpentCode "entered-with-spent-code";
    /// 同一张票再次入园：已使用票数不因此增加 ·
    /// A ticket that was used was used again. The number of used tickets does not grow by it.
    EnteredTwice "entered-twice";
    /// 退款审批中的票已入园 · Guests entered with tickets whose refund is pending.
    EnteredWhileRefundPending "entered-while-refund-pending";
    /// 入园人数超过剩余票数 · More guests entered than there were tickets left.
    EnteredBeyond "entered-beyond";
    /// 在游玩日期之前入园：提前核销会被美团惩处 ·
    /// Guests entered before the day of the visit. Meituan punishes notices of use that come too early.
    EnteredEarly "entered-early";
    /// 退款的票已使用、已退款，或已被另一笔退款占用 ·
    /// Tickets were refunded that are used, refunded already, or reserved by another refund.
    RefundedBeyond "refunded-beyond";
    /// 美团的已退款消息无法确定是哪些票或哪笔退款：可能涉及的票均不放行，请用 `refundAgreed` 指明 ·
    /// Meituan's refunded message does not say which tickets or which refund it is about. Nobody enters on a ticket that may be
    /// refunded until `refundAgreed` says which.
    RefundedUnclearly "refunded-unclearly";
    /// 美团已自行退掉审批中退款的一部分票：该退款只能拒绝 ·
    /// Meituan has refunded part of the tickets of a pending refund. That refund can only be refused.
    RefundedInPart "refunded-in-part";
    /// 美团退掉了从未出票的票 · Meituan has refunded tickets that were never issued.
    RefundedUnissued "refunded-unissued";
    /// 退款在可能已按默认同意处理之后才被拒绝 ·
    /// A refund was refused when Meituan may have counted silence as agreement already.
    RefusedInDoubt "refused-in-doubt";
    /// 退款超过时限仍未处理，即将按默认同意处理 ·
    /// A refund has not been decided within its deadline: silence will count as agreement soon.
    RefundOverdue "refund-overdue";
    /// 节假日日历的年份不够，无法计算 3 个工作日：不会自动同意退款 ·
    /// The calendar's years do not reach far enough to count three working days. Silence agrees nothing by itself.
    CalendarEnded "calendar-ended";
    /// 美团要求出票之后，又以未支付或下单失败为由关闭：订单已作废 ·
    /// Meituan has closed the order as unpaid or not created after order pay. It is void.
    ClosedAfterPay "closed-after-pay";
    /// 美团已接受出票成功通知，之后仍以出票失败关闭：订单已作废 ·
    /// Meituan has closed the order as not issued after it accepted the notice of success. It is void.
    ClosedAfterSuccess "closed-after-success";
    /// 关闭类型不在文档中：只作记录，凭证仍有效 ·
    /// The closeType is not documented. It is recorded only, and the codes stay valid.
    ClosedUnclearly "closed-unclearly";
    /// 美团关闭或退款的订单已有游客入园 · Meituan has closed or refunded an order of which tickets were used.
    ClosedAfterUse "closed-after-use";
    /// 通知长时间未被美团接受，已停止发送：请人工核实，可用 `retryNotice` 重发 ·
    /// Meituan has not accepted a notice for too long, and it is sent no more. Look into it; `retryNotice` sends it again.
    NoticeGivenUp "notice-given-up";
    /// 函数多次返回不可用的结果，或多次没有结果（挂起、抛错、进程退出），不再自动运行：请修正后用 `takeOver` 再次运行，或直接告知结果 ·
    /// A function has ended too often with what cannot be used, or without an end that is known: it hangs, throws, or its process
    /// dies. It is not run again by itself: mend it and take it over, or report the result.
    FunctionUnusable "function-unusable";
    /// 旧格式快照中数量与凭证不一致：以凭证为准 ·
    /// In a snapshot of an older format the numbers contradicted the codes. The codes count.
    MigratedDifferently "migrated-differently";
}

/// The id of a conflict: the breach, and what it is about.
pub(super) fn conflict_id(breach: Breach, about: &str) -> String {
    [breach.id(), if about.is_empty() { "" } else { ":" }, about].concat()
}
