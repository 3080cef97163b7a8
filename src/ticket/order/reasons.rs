//! Why a call is refused or an event is illegal: in words for Meituan, and with which code.

use crate::ticket::codes::{OrderCreateCode, OrderQueryCode, OrderRefundCode};
use crate::ticket::{Call, ORDER_CREATE, ORDER_QUERY, ORDER_REFUND};

macro_rules! reasons {
    ($( $(#[doc = $doc:expr])* $variant:ident $id:literal $text:literal; )*) => {
        /// Why a call is refused before the supplier's function runs, why another event is illegal, why a gate lets somebody not
        /// in, or what an outcome other than 200 says. The words go to Meituan: the acceptance manual wants the true reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Reason { $( $(#[doc = $doc])* $variant, )* }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant,)*];

            /// The stable id.
            pub const fn id(self) -> &'static str {
                match self { $( Reason::$variant => $id, )* }
            }

            /// The words in Chinese, for the reply's `describe`.
            pub const fn text(self) -> &'static str {
                match self { $( Reason::$variant => $text, )* }
            }

            /// The words in English.
            #[cfg(feature = "texts")]
            pub const fn doc(self) -> &'static str {
                match self { $( Reason::$variant => concat!($($doc, "\n"),*), )* }
            }
        }
    };
}

reasons! {
    /// A success.
    Success "success" "success";
    /// Issuing is under way (598).
    Issuing "issuing" "出票中，结果将通过出票通知告知";
    /// The refund is under approval (602).
    RefundPending "refund-pending" "退款审批中，结果将通过退款通知告知";
    /// The refund is agreed (601, and an agreement by notice).
    RefundAgreed "refund-agreed" "退款成功";
    /// A pay notice of success.
    IssuedNow "issued-now" "出票成功";
    /// Nothing was created here.
    UnknownOrder "unknown-order" "订单不存在，或未创建成功";
    /// The order is being created just now.
    StillCreating "still-creating" "订单正在创建，结果尚未确定";
    /// Meituan has closed or refunded the order.
    Closed "closed" "订单已被美团关闭或退款";
    /// Nothing was issued.
    NotIssued "not-issued" "订单未出票";
    /// The order is being issued just now.
    StillIssuing "still-issuing" "订单正在出票，结果尚未确定";
    /// The order is issued already, and that is final.
    AlreadyIssued "already-issued" "订单已出票";
    /// The codes break a rule: one distinct code for each ticket, or exactly one.
    WrongCodes "wrong-codes" "凭证码不符合规则：一码一验每票一个且不重复，一码多验恰好一个";
    /// More tickets than are left.
    NotEnough "not-enough" "退款票数超过订单剩余可退票数";
    /// A code or credential that is not of this order.
    ForeignVoucher "foreign-voucher" "所列凭证或证件不属于该订单";
    /// A ticket that is used, refunded, void or being refunded.
    SpentVoucher "spent-voucher" "所列凭证已使用、已退款、已废弃或正在退款中";
    /// Not as many codes as tickets.
    VoucherCount "voucher-count" "所列凭证数与退款票数不一致";
    /// A refund of a real-name order that does not say whose tickets it is about.
    CredentialsNeeded "credentials-needed" "实名制订单的部分退款须指明证件";
    /// The refund is not known.
    UnknownRefund "unknown-refund" "退款流水号不存在";
    /// The refund is agreed, and that is final.
    AlreadyAgreed "already-agreed" "退款已同意，不可再拒绝";
    /// Meituan has refunded part of the refund's tickets: the refund can only be refused.
    RefundedInPart "refunded-in-part" "该退款的部分票已由美团另行退款，只能拒绝";
    /// An unclear refund is agreed by naming its tickets, or the refund that it was about.
    NamesNeeded "names-needed" "须指明已退款的凭证或证件，或所对应的退款流水号";
    /// Under the same number the first call had other content.
    OtherContent "other-content" "同一单号重复到达，内容与首次不一致";
    /// A number that has to be there is blank.
    BlankNumber "blank-number" "单号为空";
    /// The supplier refused without a reason.
    NoReasonGiven "no-reason-given" "商家系统拒绝，未说明原因";
    /// The ticket is used.
    Used "used" "该票已使用";
    /// The ticket is refunded.
    Refunded "refunded" "该票已退款";
    /// A refund reserves the ticket, and is not decided.
    BeingRefunded "being-refunded" "该票的退款正在审批中";
    /// The ticket is void with its order.
    Void "void" "该票已随订单作废";
    /// A reschedule has put another code in this one's place.
    Replaced "replaced" "该凭证码已因改签更换";
    /// The day of the visit has not come.
    TooEarly "too-early" "未到游玩日期";
    /// No free ticket is left of those that were requested.
    NoneLeft "none-left" "所要求的票中已无可用的票";
    /// Neither codes, nor credentials, nor a number of guests: no guest is named.
    NobodyNamed "nobody-named" "未指明放行何人：须给出凭证码、证件或人数";
    /// Another number of guests than the codes and credentials name.
    WrongQuantity "wrong-quantity" "人数与所列凭证不符";
    /// A time before 1970, or that no message can hold: often microseconds for milliseconds.
    WrongTime "wrong-time" "时间超出可表示的范围";
    /// An entry with this id is recorded already, and admits nobody else.
    EntryKnown "entry-known" "该编号的入园已有记录，不再放行";
    /// It is about another order, or another call.
    OtherOrder "other-order" "内容属于另一笔订单";
    /// No such attempt is open.
    UnknownAttempt "unknown-attempt" "没有需要接管的处理";
    /// No such notice was given up.
    UnknownNotice "unknown-notice" "没有已停止发送的该通知";
    /// No such conflict is known.
    UnknownConflict "unknown-conflict" "冲突不存在";
    /// The visit is not over, or something is still to be done about the order.
    VisitNotOver "visit-not-over" "游玩尚未结束，或订单尚有未完成的处理";
}

macro_rules! reports {
    ($( $(#[doc = $doc:expr])* $variant:ident $id:literal; )*) => {
        /// A report for people about something that contradicts nothing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Report { $( $(#[doc = $doc])* $variant, )* }

        impl Report {
            /// Every report.
            pub const ALL: &'static [Report] = &[$(Report::$variant,)*];

            /// The stable id.
            pub const fn id(self) -> &'static str {
                match self { $( Report::$variant => $id, )* }
            }

            /// The meaning, in Chinese and English.
            #[cfg(feature = "texts")]
            pub const fn doc(self) -> &'static str {
                match self { $( Report::$variant => concat!($($doc, "\n"),*), )* }
            }
        }
    };
}

reports! {
    /// 美团从未对出票通知返回 200，但视为已接受：最后一次 300 之后，或美团已查询到出票成功 ·
    /// Meituan never replied 200 to a pay notice, and yet it counts as accepted: after the last 300, or because Meituan has queried the
    /// order since.
    AcceptedAtLast "accepted-at-last";
    /// 函数没有结果（挂起、抛错或进程退出），以同一个键再次运行 ·
    /// Nobody knows how a function has ended: it hangs, has thrown, or its process is gone. It runs again with the same key.
    FunctionBrokeOff "function-broke-off";
    /// 函数返回的结果不可用（凭证码数量不符、重复或为空，商家订单号为空，或属于另一笔订单），不予采用，以同一个键再次运行 · The result of a function cannot be used: too many or too few
    /// codes, doubled or blank ones, a blank order number, or another order's. It is not taken, and the function runs again with
    /// the same key.
    FunctionResultUnusable "function-result-unusable";
    /// 按订单规则拒绝了美团的请求，未运行任何函数：订单不存在，或其状态不允许。订单本应存在时，请检查 store 所连的数据库 ·
    /// The order rules have refused a call of Meituan's, and no function ran: there is no such order, or its state does not allow
    /// the call. Where the order should be there, look at the database behind the store.
    CallRefused "call-refused";
    /// 内置的节假日日历将在 30 天内用完：请升级本库，或自行提供 `calendar`，否则无法计算 3 个工作日 ·
    /// The calendar of holidays ends within 30 days: update the library, or give a `calendar` of your own. Beyond it three working
    /// days cannot be counted.
    CalendarEnds "calendar-ends";
}

impl Reason {
    /// Returns the code that says it in the family of `call`. Which failure has which code is documented only in part: 301, 410
    /// and 606 are (by field notes of implementations), everything else is the family's "other" (inferred).
    pub fn code(self, call: &Call) -> i32 {
        if std::ptr::eq(call, &ORDER_QUERY) && self == Reason::UnknownOrder {
            return OrderQueryCode::ORDER_NOT_FOUND.0;
        }
        if std::ptr::eq(call, &ORDER_CREATE) && self == Reason::OtherContent {
            return OrderCreateCode::INVALID_ORDER.0;
        }
        let of_tickets = matches!(
            self,
            Reason::NotEnough
                | Reason::SpentVoucher
                | Reason::ForeignVoucher
                | Reason::VoucherCount
                | Reason::CredentialsNeeded
                | Reason::OtherContent
        );
        if std::ptr::eq(call, &ORDER_REFUND) && of_tickets {
            return OrderRefundCode::NOT_ENOUGH_OR_REFUSED.0;
        }
        call.failure
    }
}
