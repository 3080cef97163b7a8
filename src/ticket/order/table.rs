//! The states of an order, and what leads from one to the next: one table, for the code and for the diagram.
//!
//! The rows say which calls are accepted in which state. Quantities, codes and refunds have rules of their own beside it:
//! a call that its row accepts can still be refused by them.

use super::breaches::Breach;
use super::reasons::Reason;
use crate::ticket::codes::OrderStatus;

crate::enumerations! {
    /// The lifecycle of an order, beside its orderStatus.
    Lifecycle {
        0 = NONE, "尚未创建 · nothing was created here";
        1 = OPEN, "有效 · the order is open";
        2 = CLOSED, "已关闭 · Meituan has closed it before anything was issued";
        3 = VOIDED, "已作废 · Meituan has refunded all of it; its codes are void";
    }
}

macro_rules! states {
    ($( $(#[doc = $doc:expr])* $variant:ident = $lifecycle:ident, $status:literal; )*) => {
        /// A state: a lifecycle with an orderStatus.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum State { $( $(#[doc = $doc])* $variant, )* }

        /// Every state, with its lifecycle and orderStatus (0: none).
        const STATES: &[(State, Lifecycle, OrderStatus)] = &[$((State::$variant, Lifecycle::$lifecycle, OrderStatus($status)),)*];

        impl State {
            /// Every state.
            pub const ALL: &'static [State] = &[$(State::$variant,)*];

            #[cfg(feature = "texts")]
            const fn name(self) -> &'static str {
                match self { $( State::$variant => stringify!($variant), )* }
            }
        }
    };
}

states! {
    /// Nothing was created here. Perhaps it is being created.
    Unknown = NONE, 0;
    /// Order create was refused.
    CreateFailed = NONE, 3;
    /// Created, not paid.
    Created = OPEN, 2;
    /// Paid, being issued.
    Issuing = OPEN, 5;
    /// Issued: the guest can enter. Used and refunded orders stay here.
    Issued = OPEN, 4;
    /// Definitely not issued.
    IssueFailed = OPEN, 6;
    /// Closed before it was paid.
    ClosedUnpaid = CLOSED, 2;
    /// Closed, and not created, or not as far as Meituan knows: what was created is void.
    ClosedNotCreated = CLOSED, 3;
    /// Meituan has refunded all of it because it was not issued in time, or not as far as Meituan knows: all codes are
    /// void. Not 4, which says that the guest can enter (inferred: which status a voided order has is not documented).
    Voided = VOIDED, 6;
    /// Issued, and all that was left is refunded by Meituan itself.
    Returned = VOIDED, 4;
}

impl State {
    /// The state with this lifecycle and orderStatus (0: none).
    pub fn at(lifecycle: Lifecycle, status: OrderStatus) -> Option<State> {
        STATES.iter().find(|(_, of, with)| (*of, *with) == (lifecycle, status)).map(|(state, ..)| *state)
    }

    /// Its lifecycle.
    pub fn lifecycle(self) -> Lifecycle {
        STATES[self as usize].1
    }

    /// Its orderStatus; nothing where nothing was created.
    pub fn order_status(self) -> Option<OrderStatus> {
        Some(STATES[self as usize].2).filter(|status| status.0 != 0)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

/// The input of the table: an event, and what of it matters there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger {
    /// 订单创建.
    OrderCreate,
    /// The function of order create has made the order.
    Created,
    /// The function of order create has refused it.
    CreateRefused,
    /// 订单出票.
    OrderPay,
    /// The codes are there.
    Issued,
    /// There will be no codes.
    IssueFailed,
    /// 订单查询.
    OrderQuery,
    /// 订单退款 with a refundId that is new.
    OrderRefund,
    /// Guests have entered.
    Consumed,
    /// A gate asks whom to let in.
    Admit,
    /// 订单关闭消息, closeType 1: not paid.
    ClosedUnpaid,
    /// 订单关闭消息, closeType 2: create failed.
    ClosedCreateFailed,
    /// 订单关闭消息, closeType 3: issue failed, refunded.
    ClosedIssueFailed,
    /// 订单关闭消息 of a closeType that is not documented.
    ClosedUnlisted,
    /// 已退款消息 that leaves tickets.
    RefundedPart,
    /// 已退款消息 that leaves none: always type 2, which refunds the order.
    RefundedAll,
    /// 订单改签 with a rescheduleNo that is new.
    OrderReschedule,
}

impl Trigger {
    /// Every trigger.
    pub const ALL: &'static [Trigger] = &[
        Trigger::OrderCreate,
        Trigger::Created,
        Trigger::CreateRefused,
        Trigger::OrderPay,
        Trigger::Issued,
        Trigger::IssueFailed,
        Trigger::OrderQuery,
        Trigger::OrderRefund,
        Trigger::Consumed,
        Trigger::Admit,
        Trigger::ClosedUnpaid,
        Trigger::ClosedCreateFailed,
        Trigger::ClosedIssueFailed,
        Trigger::ClosedUnlisted,
        Trigger::RefundedPart,
        Trigger::RefundedAll,
        Trigger::OrderReschedule,
    ];
}

/// The decision of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableVerdict {
    /// The supplier's function is run.
    Run,
    /// The same, and the fact does not agree with what is known.
    RunFlagged(Breach),
    /// The fact is recorded.
    Record,
    /// The same, and it does not agree with what is known.
    RecordFlagged(Breach),
    /// Nothing changes; the reply reports the state.
    Truth,
    /// Nothing changes: what is known is final.
    Stale,
    /// Refused, for this reason.
    Refuse(Reason),
}

/// One row: in any of these states, upon this, the order goes there.
#[derive(Debug)]
pub struct Row {
    from: u16,
    on: Trigger,
    to: Option<State>,
    /// The decision.
    pub verdict: TableVerdict,
}

impl Row {
    /// The states that the row is about.
    pub fn from(&self) -> impl Iterator<Item = State> + use<'_> {
        State::ALL.iter().copied().filter(|state| self.from & state.bit() != 0)
    }

    /// The trigger.
    pub fn on(&self) -> Trigger {
        self.on
    }

    /// The next state.
    pub fn next(&self, from: State) -> State {
        self.to.unwrap_or(from)
    }
}

macro_rules! table {
    (@to stays) => { None };
    (@to $to:ident) => { Some(State::$to) };
    ($( $trigger:ident { $( $($from:ident)|+ => $to:ident, $verdict:ident $(($argument:expr))?; )+ } )*) => {
        &[$($( Row {
            from: $(State::$from.bit())|+,
            on: Trigger::$trigger,
            to: table!(@to $to),
            verdict: TableVerdict::$verdict $(($argument))?,
        }, )+)*]
    };
}

/// Every state with every trigger, once.
pub const TABLE: &[Row] = table! {
    OrderCreate {
        Unknown | CreateFailed => Unknown, Run;
        Created | Issuing | Issued | IssueFailed => stays, Truth;
        ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Refuse(Reason::Closed);
    }
    Created {
        Unknown => Created, Record;
        CreateFailed => stays, RecordFlagged(Breach::CreatedAfterFailure);
        ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, RecordFlagged(Breach::CreatedAfterClose);
        Created | Issuing | Issued | IssueFailed => stays, Truth;
    }
    CreateRefused {
        Unknown => CreateFailed, Record;
        CreateFailed | Created | Issuing | Issued | IssueFailed | ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Stale;
    }
    OrderPay {
        Unknown | CreateFailed => stays, Refuse(Reason::UnknownOrder);
        Created => Issuing, Run;
        Issuing | Issued | IssueFailed => stays, Truth;
        ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Refuse(Reason::Closed);
    }
    Issued {
        Unknown | CreateFailed => stays, Refuse(Reason::UnknownOrder);
        Created => stays, RecordFlagged(Breach::IssuedBeforePay);
        Issuing => Issued, Record;
        Issued | Returned => stays, Truth;
        IssueFailed => stays, RecordFlagged(Breach::IssuedAfterFailure);
        ClosedUnpaid => Voided, RecordFlagged(Breach::IssuedAfterClose);
        ClosedNotCreated | Voided => stays, RecordFlagged(Breach::IssuedAfterClose);
    }
    IssueFailed {
        Unknown | CreateFailed => stays, Refuse(Reason::UnknownOrder);
        Created => stays, Refuse(Reason::NotIssued);
        Issuing => IssueFailed, Record;
        Issued => stays, Refuse(Reason::AlreadyIssued);
        IssueFailed => stays, Truth;
        ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Stale;
    }
    OrderQuery {
        Unknown => stays, Refuse(Reason::UnknownOrder);
        CreateFailed | Created | Issuing | Issued | IssueFailed | ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Truth;
    }
    OrderRefund {
        Unknown | CreateFailed | ClosedNotCreated => stays, Refuse(Reason::UnknownOrder);
        Created | IssueFailed => stays, Refuse(Reason::NotIssued);
        Issuing => stays, Refuse(Reason::StillIssuing);
        Issued => stays, Run;
        ClosedUnpaid | Voided | Returned => stays, Refuse(Reason::Closed);
    }
    Consumed {
        Unknown | CreateFailed | ClosedNotCreated => stays, Refuse(Reason::UnknownOrder);
        Created | Issuing | IssueFailed | ClosedUnpaid => stays, RecordFlagged(Breach::EnteredUnissued);
        Issued => stays, Record;
        Voided | Returned => stays, RecordFlagged(Breach::EnteredVoid);
    }
    Admit {
        Unknown | CreateFailed | ClosedNotCreated => stays, Refuse(Reason::UnknownOrder);
        Created | IssueFailed => stays, Refuse(Reason::NotIssued);
        Issuing => stays, Refuse(Reason::StillIssuing);
        Issued => stays, Record;
        ClosedUnpaid | Voided | Returned => stays, Refuse(Reason::Closed);
    }
    ClosedUnpaid {
        Unknown | CreateFailed => ClosedNotCreated, Run;
        Created => ClosedUnpaid, Run;
        Issuing | Issued | IssueFailed => Voided, RunFlagged(Breach::ClosedAfterPay);
        ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Truth;
    }
    ClosedCreateFailed {
        Unknown | CreateFailed | Created => ClosedNotCreated, Run;
        Issuing | Issued | IssueFailed => Voided, RunFlagged(Breach::ClosedAfterPay);
        ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Truth;
    }
    ClosedIssueFailed {
        Unknown | CreateFailed => ClosedNotCreated, Run;
        Created | Issuing | Issued | IssueFailed | ClosedUnpaid => Voided, Run;
        ClosedNotCreated | Voided | Returned => stays, Truth;
    }
    ClosedUnlisted {
        Unknown | CreateFailed | Created | Issuing | Issued | IssueFailed => stays, RecordFlagged(Breach::ClosedUnclearly);
        ClosedUnpaid | ClosedNotCreated | Voided | Returned => stays, Truth;
    }
    RefundedPart {
        Unknown | CreateFailed => ClosedNotCreated, RunFlagged(Breach::RefundedUnissued);
        Created | Issuing | IssueFailed | ClosedUnpaid | ClosedNotCreated => stays, RunFlagged(Breach::RefundedUnissued);
        Issued | Voided | Returned => stays, Run;
    }
    RefundedAll {
        Unknown | CreateFailed => ClosedNotCreated, RunFlagged(Breach::RefundedUnissued);
        Created | Issuing | IssueFailed | ClosedUnpaid => Voided, Run;
        Issued => Returned, Run;
        ClosedNotCreated | Voided | Returned => stays, Run;
    }
    OrderReschedule {
        Unknown | CreateFailed | ClosedNotCreated => stays, Refuse(Reason::UnknownOrder);
        Created | IssueFailed => stays, Refuse(Reason::NotIssued);
        Issuing => stays, Refuse(Reason::StillIssuing);
        Issued => stays, Run;
        ClosedUnpaid | Voided | Returned => stays, Refuse(Reason::Closed);
    }
};

/// The row of a trigger in a state, and where it leads. Every pair has one.
pub(super) fn look_up(state: State, on: Trigger) -> (State, TableVerdict) {
    let row = TABLE.iter().find(|row| row.on == on && row.from & state.bit() != 0);
    row.map_or((state, TableVerdict::Stale), |row| (row.next(state), row.verdict))
}

/// The table as a state diagram, in Mermaid's notation.
#[cfg(feature = "texts")]
pub fn diagram() -> String {
    let mut out = String::from("stateDiagram-v2\n");
    for &state in State::ALL {
        let status = state.order_status().map_or("–".to_owned(), |status| status.0.to_string());
        let lifecycle = Lifecycle::VALUES.values.iter().find(|value| value.value == state.lifecycle().0);
        let lifecycle = lifecycle.map_or(String::new(), |value| value.name.to_lowercase());
        out.push_str(&format!("    {0}: {0} · {lifecycle}, orderStatus {status}\n", state.name()));
    }
    out.push_str("    [*] --> Unknown\n");
    for row in TABLE {
        let what = match row.verdict {
            TableVerdict::Run => "run",
            TableVerdict::Record => "recorded",
            TableVerdict::RunFlagged(_) => "run, conflict",
            TableVerdict::RecordFlagged(_) => "recorded, conflict",
            TableVerdict::Truth | TableVerdict::Stale | TableVerdict::Refuse(_) => continue,
        };
        for from in row.from() {
            out.push_str(&format!("    {} --> {}: {:?} / {what}\n", from.name(), row.next(from).name(), row.on));
        }
    }
    out
}
