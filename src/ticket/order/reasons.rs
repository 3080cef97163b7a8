//! What Meituan is told in words, and with which code; and the names of what does not agree.

use crate::ticket::codes::{OrderQueryCode, OrderRefundCode};
use crate::ticket::{Call, ORDER_QUERY, ORDER_REFUND};

macro_rules! reasons {
    ($( $(#[doc = $doc:expr])* $variant:ident $text:literal; )*) => {
        /// Why a call is refused before the supplier's function is run, or what an outcome other than 200 says. The
        /// words go to Meituan: the hand-out wants the true reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Reason { $( $(#[doc = $doc])* $variant, )* }

        impl Reason {
            /// The words, for the reply's `describe`.
            pub const fn text(self) -> &'static str {
                match self { $( Reason::$variant => $text, )* }
            }
        }
    };
}

reasons! {
    /// A success.
    Success "success";
    /// 598.
    Issuing "出票中，结果将通过出票通知告知";
    /// 602.
    RefundPending "退款审批中，结果将通过退款通知告知";
    /// 601, and an agreement by notice.
    RefundAgreed "退款成功";
    /// A pay notice of success.
    IssuedNow "出票成功";
    /// Nothing was created here.
    UnknownOrder "订单不存在，或未创建成功";
    /// It is being created just now.
    StillCreating "订单正在创建，结果尚未确定";
    /// Meituan has closed or refunded it.
    Closed "订单已被美团关闭或退款";
    /// Nothing was issued.
    NotIssued "订单未出票";
    /// It is being issued just now.
    StillIssuing "订单正在出票，结果尚未确定";
    /// It is issued already, and that is final.
    AlreadyIssued "订单已出票";
    /// More than is left.
    NotEnough "退款票数超过订单剩余可退票数";
    /// A code that is not of this order.
    ForeignVoucher "所列凭证不属于该订单";
    /// A code that is used, refunded, void or being refunded.
    SpentVoucher "所列凭证已使用、已退款、已废弃或正在退款中";
    /// Not as many codes as tickets.
    VoucherCount "所列凭证数与退款票数不一致";
    /// The refund is not known.
    UnknownRefund "退款流水号不存在";
    /// The refund is agreed, and that is final.
    AlreadyAgreed "退款已同意，不可再拒绝";
    /// A refund decided against, where the supplier gave no words.
    NoReasonGiven "商家系统拒绝，未说明原因";
    /// No such attempt, or somebody is at it.
    NotOwed "没有需要接管的处理";
}

impl Reason {
    /// The code that says it in the family of `call`. Which failure has which code is documented only in part: 301 and
    /// 606 are (by two implementations' field notes), everything else is the family's "other" (inferred).
    pub fn code(self, call: &Call) -> i32 {
        if std::ptr::eq(call, &ORDER_QUERY) && self == Reason::UnknownOrder {
            return OrderQueryCode::ORDER_NOT_FOUND.0;
        }
        let refused = matches!(self, Reason::NotEnough | Reason::SpentVoucher | Reason::ForeignVoucher | Reason::VoucherCount);
        if std::ptr::eq(call, &ORDER_REFUND) && refused {
            return OrderRefundCode::NOT_ENOUGH_OR_REFUSED.0;
        }
        call.failure
    }
}

macro_rules! breaches {
    ($( $(#[doc = $doc:expr])* $variant:ident $id:literal; )*) => {
        /// What does not agree. The fact is kept all the same, and somebody has to look.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Breach { $( $(#[doc = $doc])* $variant, )* }

        impl Breach {
            /// Every breach.
            pub const ALL: &'static [Breach] = &[$(Breach::$variant,)*];

            /// The stable id.
            pub const fn id(self) -> &'static str {
                match self { $( Breach::$variant => $id, )* }
            }

            /// What it means.
            #[cfg(feature = "texts")]
            pub const fn doc(self) -> &'static str {
                match self { $( Breach::$variant => concat!($($doc, "\n"),*), )* }
            }
        }
    };
}

breaches! {
    /// The order was created after Meituan had been told that it was not. Void it: Meituan does not know of it.
    CreatedAfterFailure "created-after-failure";
    /// The function of order create made another order for the same attempt, with another number. Void it: the first one
    /// stays.
    CreatedDifferently "created-differently";
    /// The order was created after Meituan had closed it. Void it; the closing call's function is owed another run.
    CreatedAfterClose "created-after-close";
    /// It was issued although Meituan had not asked for it.
    IssuedBeforePay "issued-before-pay";
    /// It was issued after Meituan had been told that it was not. The codes are kept as void: Meituan refunds the guest.
    IssuedAfterFailure "issued-after-failure";
    /// It was issued after Meituan had closed or refunded it. The codes are kept as void; the closing call's function is
    /// owed another run.
    IssuedAfterClose "issued-after-close";
    /// It was issued again with other codes. The first ones stay.
    IssuedDifferently "issued-differently";
    /// What the supplier's function issued breaks a rule of codes (one distinct code per ticket; exactly one). It is not
    /// taken: the outcome counts as unknown until codes that are right are told as `issued`.
    IssuedWrongly "issued-wrongly";
    /// Guests entered before anything was issued. No consume notice is sent for it.
    EnteredUnissued "entered-unissued";
    /// Guests entered with an order that is void.
    EnteredVoid "entered-void";
    /// Guests entered with a code that is refunded, void or replaced.
    EnteredWithSpentCode "entered-with-spent-code";
    /// A code that lets one guest in was used again. The number of used tickets is not raised by it.
    EnteredTwice "entered-twice";
    /// Guests entered with tickets whose refund is pending.
    EnteredWhileRefundPending "entered-while-refund-pending";
    /// More guests entered than there were tickets left.
    EnteredBeyond "entered-beyond";
    /// Guests entered before the day of the visit. Meituan punishes notices of use that come too early.
    EnteredEarly "entered-early";
    /// Tickets were refunded that are used, refunded already, or reserved by another refund.
    RefundedBeyond "refunded-beyond";
    /// Meituan has refunded other codes than it counts: not as many, or not the order's. The count is what is kept.
    RefundedUnclearly "refunded-unclearly";
    /// Meituan has refunded tickets that were never issued.
    RefundedUnissued "refunded-unissued";
    /// Meituan has closed or refunded an order of which tickets were used.
    ClosedAfterUse "closed-after-use";
}
