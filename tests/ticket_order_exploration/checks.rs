//! What must hold of every state and every move.

use crate::snapshot::{
    AGREED_REFUND, Admission, CLOSED, FREE, ISSUED, ISSUING, Outcome, PENDING, PENDING_REFUND, REFUNDED, REPLACED, Refund,
    Snapshot, USED, Unit,
};
use crate::world::Node;
use meituan_protocol::ticket::order::Order;
use std::collections::BTreeSet;

// What must hold.

/// What is wrong, in words that do not differ from order to order, and with what.
pub(crate) type Wrong = Vec<(&'static str, String)>;

/// What is stored is read as it was written.
pub(crate) fn check_stored(after: &Node, wrong: &mut Wrong) {
    let text = Order::from_json(after.order.as_bytes()).map(|order| order.unwrap().to_json());
    if text.as_deref() != Ok(&*after.order) {
        wrong.push(("what is stored is not read as it was written", format!("{text:?}")));
    }
}

/// What never goes back.
pub(crate) fn check_move(before: &Node, after: &Node, wrong: &mut Wrong) {
    let now = after.snapshot().unwrap();
    let Some(was) = before.snapshot() else { return };
    let is_agreed = |refund: &&Refund| refund.state == AGREED_REFUND;
    for agreed in was.refunds.iter().filter(is_agreed) {
        if !now.refunds.iter().filter(is_agreed).any(|refund| refund.refund_id == agreed.refund_id) {
            wrong.push(("an agreement is not final", agreed.refund_id.clone()));
        }
    }
    if was.lifecycle >= CLOSED && now.lifecycle < CLOSED {
        wrong.push(("a closed order is open again", now.lifecycle.to_string()));
    }
    let count = |order: &Snapshot, state: i32| order.units.iter().flatten().filter(|unit| unit.state == state).count();
    for state in [USED, REFUNDED] {
        if count(now, state) < count(was, state) {
            wrong.push(("fewer tickets are used or refunded than before", format!("{:?}", now.units)));
        }
    }
}

/// A gate is answered, and who is admitted has entered, once and without a contradiction.
pub(crate) fn check_admittance(before: &Node, after: &Node, outcome: &Outcome<'_>, wrong: &mut Wrong) {
    let Some(answer) = &outcome.admittance else {
        wrong.push(("a gate is not answered", outcome.kind.to_owned()));
        return;
    };
    let guests = |list: &[Admission]| list.iter().map(|admission| admission.quantity).sum::<u32>();
    let used = |node: &Node| {
        let order = node.snapshot();
        let units = order.and_then(|order| order.units.as_ref()).into_iter().flatten();
        let by_number = order.and_then(|order| order.tally.as_ref()).map_or(0, |tally| tally.used);
        by_number + units.filter(|unit| unit.state == USED).count() as u32
    };
    let answered = |node: &Node| node.snapshot().map_or(0, |order| order.gate_answers.len());
    let is_first = answered(before) < answered(after);
    let entered = used(after) - used(before);
    let mut must = |holds: bool, what: &'static str| {
        if !holds {
            wrong.push((what, format!("{answer:?}, {entered} entered")));
        }
    };
    must(guests(&answer.admitted) + guests(&answer.refused) > 0, "a gate is answered nothing");
    must(entered == if is_first { guests(&answer.admitted) } else { 0 }, "not those who are admitted enter, once");
    must(!outcome.conflicts.iter().any(|breach| breach.starts_with("entered")), "an admission contradicts something");
}

pub(crate) fn check_state(node: &Node, outcome: &Outcome<'_>, time_passed: bool, wrong: &mut Wrong) {
    let Some(order) = node.snapshot() else { return };
    let mut must = |holds: bool, what: &'static str| {
        if !holds {
            wrong.push((what, format!("{:?} {:?} due {:?}", outcome.admissions, outcome.counts, outcome.due)));
        }
    };
    let is_issued = (order.lifecycle, order.order_status) == ISSUED;
    let admitted: u32 = outcome.admissions.iter().map(|admission| admission.quantity).sum();
    must(is_issued || admitted == 0, "an order that is not issued lets guests in");
    if let Some(counts) = outcome.counts {
        let sum = counts.used + counts.refunded + counts.pending + counts.free;
        must(sum <= counts.quantity && counts.quantity == order.quantity, "there are more tickets than were ordered");
        must(!is_issued || sum == counts.quantity, "a ticket of an issued order is in no class");
        must(!is_issued || admitted == counts.free, "not just the free tickets let guests in");
    }
    let stands = order.conflicts.iter().any(|conflict| conflict.resolved_at.is_none());
    let pending = order.refunds.iter().any(|refund| refund.state == PENDING_REFUND);
    let is_open = (order.lifecycle, order.order_status) == ISSUING || pending || !order.notices.is_empty();
    must(!is_open || outcome.due.is_some() || stands, "nobody is waited for, nothing is due, and no conflict is reported");
    if time_passed {
        let owes = !order.notices.is_empty() || !outcome.broken_off.is_empty();
        let is_due = outcome.due.is_some_and(|due| due <= node.now());
        must(owes || !is_due, "what is due is nothing that could be done");
    }
    if let Some(units) = order.units.as_ref().filter(|units| !units.is_empty()) {
        check_units(order, units, outcome, wrong);
    }
}

/// Each ticket is in one class, and the quantities and the gate say the same.
pub(crate) fn check_units(order: &Snapshot, units: &[Unit], outcome: &Outcome<'_>, wrong: &mut Wrong) {
    let of = |state: i32| units.iter().filter(move |unit| unit.state == state);
    let mut must = |holds: bool, what: &'static str| {
        if !holds {
            wrong.push((what, format!("{units:?} {:?} {:?}", outcome.counts, outcome.admissions)));
        }
    };
    must(units.len() - of(REPLACED).count() == order.quantity as usize, "there are not as many tickets as were ordered");
    if let Some(counts) = outcome.counts {
        let counted = [USED, REFUNDED, PENDING, FREE].map(|state| of(state).count() as u32);
        must(counted == [counts.used, counts.refunded, counts.pending, counts.free], "the quantities are not those of the tickets");
    }
    for unit in of(PENDING) {
        let refund = order.refunds.iter().find(|refund| Some(&refund.refund_id) == unit.refund_id.as_ref());
        must(refund.map(|refund| refund.state) == Some(PENDING_REFUND), "a ticket is reserved by no pending refund");
    }
    let codes: BTreeSet<_> = units.iter().filter_map(|unit| unit.voucher.as_deref()).collect();
    if codes.len() == units.len() && (order.lifecycle, order.order_status) == ISSUED {
        let free: BTreeSet<_> = of(FREE).filter_map(|unit| unit.voucher.as_deref()).collect();
        let admitted: BTreeSet<_> = outcome.admissions.iter().filter_map(|admission| admission.voucher.as_deref()).collect();
        must(admitted == free, "not just the codes of free tickets let guests in");
    }
}
