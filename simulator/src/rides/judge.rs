//! What must hold. The model knows what Meituan's side and the wallet truly have, and none of the order rules.

use super::World;
use super::meituan::{meituans, number, ours};
use super::store::{CALLS, Stored};
use meituan_protocol::message::value::FieldValue;
use meituan_protocol::money::Fen;
use meituan_protocol::ride::codes::RideStatus;
use meituan_protocol::ride::order::{Call, MAX_CALLS_A_MINUTE, PaymentOutcome, RideCalls, undecided};
use meituan_protocol::ride::service::CallTask;
use meituan_protocol::time::Timestamp;

impl World<'_> {
    /// Queries of other orders have nearly used up the limit of this minute.
    pub(super) fn fill_limits(&mut self) {
        let mut calls = RideCalls::default();
        for place in 0..self.plan.calls_before {
            // The minute of those ends while these orders are young.
            let at = self.now + self.plan.orders[0].at - 100 + place;
            self.made.push((Call::QueryRealTimeOrder, at));
            calls.record(Call::QueryRealTimeOrder, Timestamp(at + self.plan.clocks[0]));
        }
        let mut json = Vec::new();
        calls.encode(&mut json);
        self.store.insert(CALLS.into(), Stored { version: 1, json, ..Stored::default() });
    }

    pub(super) fn judge_call(&mut self, task: &CallTask, key: &str) {
        self.made.push((task.call, self.now));
        let is_recent = |made: &&(Call, i64)| made.0 == task.call && (self.now - 60_000..=self.now).contains(&(made.1 + 1));
        if self.made.iter().filter(is_recent).count() > MAX_CALLS_A_MINUTE {
            self.fails(format!("more than {MAX_CALLS_A_MINUTE} calls of {:?} in a minute", task.call));
        }
        if let (Call::NotifyPaidResult, Some(Fen(price))) = (task.call, task.price)
            && !self.rides[number(key)].charged.iter().any(|(_, charged)| *charged == price)
        {
            self.fails(format!("Meituan is notified of a payment of {key} that nobody has made"));
        }
    }

    /// A function has the payment to itself as long as it is waited for.
    pub(super) fn judge_run(&mut self, process: usize, key: &str) {
        if self.runs.iter().any(|run| self.is_under_way(run, key)) {
            self.fails(format!("two pay at once, the second is {process}"));
        }
    }

    pub(super) fn judge_charge(&mut self, number: usize, price: i64) {
        let ride = &self.rides[number];
        if let Some((key, _)) = ride.charged.first() {
            self.fails(format!("{number} is paid twice: {key}, and {price}"));
        } else if !ride.ever_owed.contains(&price) {
            self.fails(format!("{price} is paid for {number}, and was never owed"));
        }
    }

    pub(super) fn judge_end(&mut self) {
        for number in 0..self.rides.len() {
            if let Err(what) = self.judge_order(number) {
                self.fails(format!("{what}: order {number}"));
            }
        }
    }

    fn judge_order(&mut self, number: usize) -> Result<(), String> {
        let (id, due) = (meituans(number), |key: &str| self.store.get(key).and_then(|stored| stored.due));
        let (ride, dues) = (&self.rides[number], [due(&id), due(&ours(number))]);
        let fail = |what: &str| Err(what.to_string());
        if ride.status.0 == 0 {
            return if dues == [None, None] { Ok(()) } else { fail("something is due of an order that Meituan does not have") };
        }
        self.counts.orders += 1;
        let Some(order) = self.stored(&id) else { return fail("the store does not have it") };
        let conflicts: Vec<String> = order.conflict_kinds().iter().map(|kind| format!("{kind:?}")).collect();
        let listed = self.store.get(&id).map_or(0, |stored| stored.open_conflicts);
        if listed as usize != conflicts.len() {
            return Err(format!("the store lists {listed} conflicts, and there are {conflicts:?}"));
        }
        // A process that dies says nothing: the list of the store has it.
        let is_unheard = |kind: &&String| !self.heard.contains(&(id.clone(), (*kind).clone()));
        if let Some(unheard) = conflicts.iter().find(is_unheard).filter(|_| self.counts.crashes == 0) {
            return Err(format!("nobody has heard of the conflict {unheard}"));
        }
        if !conflicts.is_empty() {
            self.counts.conflicts.extend(conflicts);
            return Ok(());
        }
        self.counts.judged += 1;
        let ride = &self.rides[number];
        // There is no number for a driver's cancellation whose fee is paid.
        let is_paid_fee = ride.status == RideStatus::DRIVER_CANCELED_WAIT_PAY && order.status() == undecided::CANCELED;
        let charged = ride.charged.first().map(|(_, price)| *price);
        let reported: Vec<i64> = order
            .known_payments()
            .iter()
            .filter(|known| known.outcome != PaymentOutcome::Refused)
            .map(|known| known.price.0)
            .collect();
        if order.status() != ride.status && !is_paid_fee {
            Err(format!("it is in {:?}, and truly in {:?}", order.status(), ride.status))
        } else if ride.waits() {
            fail("what is owed is not paid")
        } else if !order.is_final() {
            fail("it is not at its end")
        } else if charged != ride.paid {
            Err(format!("{charged:?} was paid, and Meituan has accepted {:?}", ride.paid))
        } else if reported != Vec::from_iter(ride.paid) {
            Err(format!("{reported:?} counts as reported, and Meituan has accepted {:?}", ride.paid))
        } else if order.refunded() != Fen(ride.refunded) {
            Err(format!("{:?} was refunded, and truly {}", order.refunded(), ride.refunded))
        } else if dues != [None, None] {
            Err(format!("something is due for ever: {dues:?}"))
        } else {
            Ok(())
        }
    }
}
