//! The model that judges: it knows what Meituan was sent, in the order in which it arrived, and what the upstream system truly
//! did. It shares no state with the order rules; of what is stored it looks only at open conflicts, and whether anything is left.

use super::upstream::RefundIs;
use super::{Counts, World};
use crate::plan::Breakage;
use meituan_protocol::ticket::codes::{IssueType, OrderStatus};
use meituan_protocol::ticket::order::{Delivery, Event, Order, OrderReply, Reason, RefundState, ReplyBody};
use meituan_protocol::ticket::{CONSUME_NOTICE, PAY_NOTICE, REFUND_NOTICE};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Judge {
    pub(super) failure: Option<String>,
    pub(super) counts: Counts,
    heard: BTreeMap<u64, Heard>,
    /// The sends of each notice's subject, in order.
    sends: BTreeMap<String, Vec<usize>>,
}

/// What Meituan has heard of an order.
#[derive(Debug, Default)]
struct Heard {
    /// When it first heard that it is issued: by a notice or a reply.
    issued_at: Option<i64>,
    is_told_later: bool,
    pay_notice: Option<String>,
    is_pay_notice_accepted: bool,
    refunds: BTreeMap<String, HeardRefund>,
    /// The totals, and when they were heard.
    used: Vec<(i64, u32)>,
    refunded: Vec<(i64, u32)>,
    /// Totals of consume notices as they arrived.
    consumed: Vec<(u32, u32)>,
    accepted_used: u32,
    /// Ids of the notices that arrived, and of those that were accepted.
    arrived: BTreeSet<String>,
    accepted: BTreeSet<String>,
    /// A call that ends the order was answered.
    is_ended: bool,
    last_state: Option<(OrderStatus, u32, u32)>,
    /// Facts of the supplier that the order rules have refused.
    refused_facts: Vec<String>,
}

#[derive(Debug, Default)]
struct HeardRefund {
    agreed_at: Option<i64>,
    is_told_later: bool,
    is_notice_accepted: bool,
}

impl World<'_> {
    /// A send begins: nobody else may be sending anything of this subject, and it may not be known as accepted.
    pub(super) fn judge_send(&mut self, number: usize) {
        let sending = &self.sends[number];
        let (id, process) = (sending.notice.id.clone(), sending.process);
        let subject = match sending.notice.name == REFUND_NOTICE.name {
            true => id.rsplit_once(':').map_or(id.clone(), |(subject, _)| subject.into()),
            false => format!("{}:{}", sending.notice.name, sending.order),
        };
        let others = self.judge.sends.entry(subject).or_default();
        let mut wrong = None;
        for &other in others.iter() {
            let earlier = &self.sends[other];
            if earlier.ends > self.now && !(earlier.process == process && earlier.ends == self.now) {
                wrong = Some(format!("two send at once: {} <{other}> and {id} <{number}>", earlier.notice.id));
            }
            if earlier.notice.id == id && earlier.is_recorded && earlier.delivery == Delivery::ACCEPTED {
                wrong = Some(format!("a notice is repeated although it is known as accepted: {id} <{other}> <{number}>"));
            }
        }
        others.push(number);
        if let Some(wrong) = wrong {
            self.fails(wrong);
        }
    }

    /// A notice arrives, and Meituan answers this.
    pub(super) fn judge_notice(&mut self, number: usize, code: i32) {
        let (now, order) = (self.now, self.sends[number].order);
        let notice = self.sends[number].notice.clone();
        let body: Value = serde_json::from_str(notice.body.as_str()).unwrap_or_default();
        let is_capped = self.is_capped(order);
        let heard = self.judge.heard.entry(order).or_default();
        heard.arrived.insert(notice.id.clone());
        // 300 may be an acceptance, too.
        if code == 200 || code == 300 {
            heard.accepted.insert(notice.id.clone());
        }
        let account = &self.upstream[&order];
        let mut wrong = None;
        if notice.name == PAY_NOTICE.name {
            let is_issued = body["issueType"] == IssueType::ISSUED.0;
            heard.is_pay_notice_accepted |= code == 200 || code == 300;
            match (is_issued, &heard.pay_notice) {
                (_, Some(known)) if *known != notice.body.as_str() => {
                    wrong = Some(format!("a pay notice says something else than before: {known}"))
                }
                (true, _) if account.issues.is_empty() => wrong = Some("a pay notice says that it is issued, and it is not".into()),
                (false, _) if !account.issues.is_empty() && !account.has_refused_issue => {
                    wrong = Some("a pay notice says that it is not issued, and it is".into());
                }
                (true, _) => _ = heard.issued_at.get_or_insert(now),
                _ => {}
            }
            heard.pay_notice = Some(notice.body.as_str().into());
        } else if notice.name == REFUND_NOTICE.name {
            let refund_id = body["body"]["refundId"].as_str().unwrap_or_default();
            let said = body["code"].as_i64().unwrap_or_default() as i32;
            let refund = heard.refunds.entry(refund_id.into()).or_default();
            let truth = account.refunds.get(refund_id);
            if said == 200 {
                refund.agreed_at.get_or_insert(now);
            } else if refund.agreed_at.is_some() {
                wrong = Some(format!("older content arrives after newer: refund {refund_id} {said} after 200"));
            } else if truth.is_some_and(|truth| truth.state == RefundIs::Done && !truth.was_refused) {
                wrong = Some(format!("a notice says that {refund_id} is refused, and it is done"));
            }
            refund.is_notice_accepted = code == 200;
        } else if notice.name == CONSUME_NOTICE.name {
            let said = |field: &str| body[field].as_u64().unwrap_or_default() as u32;
            let (used, refunded) = (said("usedQuantity"), said("refundedQuantity"));
            let is_older = |(before, also): &&(u32, u32)| *before > used || *also > refunded && !is_capped;
            if let Some((before, also)) = heard.consumed.last().filter(is_older) {
                wrong = Some(format!("older content arrives after newer: used {used}, refunded {refunded} after {before}, {also}"));
            }
            heard.consumed.push((used, refunded));
            heard.used.push((now, used));
            heard.refunded.push((now, refunded));
            if code == 200 {
                heard.accepted_used = heard.accepted_used.max(used);
            }
            if used > account.used {
                wrong = Some(format!("a notice says that {used} are used, and {} are", account.used));
            }
        }
        if let Some(wrong) = wrong {
            self.fails(format!("{wrong} <{number}>"));
        }
    }

    /// A reply arrives at Meituan.
    pub(super) fn judge_reply(&mut self, number: usize, reply: &OrderReply) {
        let exchange = &self.exchanges[number];
        let (order, begun, now) = (exchange.order, exchange.begun, self.now);
        let account = &self.upstream[&order];
        let is_ended = self.customers[&order].is_ended || self.is_returned(order);
        let is_capped = self.is_capped(order);
        let heard = self.judge.heard.entry(order).or_default();
        let mut wrong = None;
        match &exchange.event {
            Event::OrderCreate(_) if reply.code != 200 && !is_ended => {
                if !account.created.is_empty() && !account.has_refused_create {
                    wrong = Some("create is replied as failed, and was done".into());
                } else if !account.has_refused_create {
                    wrong = Some("create is replied as failed, and nobody has refused it".into());
                }
            }
            Event::OrderPay(_) if !is_ended => match reply.code {
                200 if account.issues.is_empty() => wrong = Some("pay is replied as issued, and is not".into()),
                200 => _ = heard.issued_at.get_or_insert(now),
                _ if heard.issued_at.is_some_and(|at| at < begun) => {
                    wrong = Some("what was issued is replied as something else".into())
                }
                598 => heard.is_told_later = true,
                _ if !account.issues.is_empty() && !account.has_refused_issue => {
                    wrong = Some("pay is replied as failed, and it is issued".into());
                }
                _ if !account.has_refused_issue => wrong = Some("pay is replied as failed, and nobody has refused it".into()),
                _ => {}
            },
            Event::OrderRefund(call) => {
                let truth = account.refunds.get(&call.refund_id);
                let refund = heard.refunds.entry(call.refund_id.clone()).or_default();
                match reply.code {
                    200 | 601 => _ = refund.agreed_at.get_or_insert(now),
                    _ if is_ended => {}
                    _ if refund.agreed_at.is_some_and(|at| at < begun) => {
                        wrong = Some(format!("{} was agreed, and is replied {}", call.refund_id, reply.code));
                    }
                    602 => refund.is_told_later = true,
                    _ if truth.is_some_and(|truth| truth.state == RefundIs::Done && !truth.was_refused) => {
                        wrong = Some(format!("{} is replied as refused, and is done", call.refund_id));
                    }
                    _ => {}
                }
            }
            Event::OrderClose(_) if reply.code == 200 => heard.is_ended = true,
            Event::OrderRefunded(message) if reply.code == 200 && message.refund_message_type.0 == 2 => heard.is_ended = true,
            Event::OrderQuery(_) => {
                if let Some(ReplyBody::OrderQuery(state)) = &reply.body {
                    let (used, refunded) = (state.used_quantity, state.refunded_quantity);
                    let before = |totals: &[(i64, u32)]| totals.iter().filter(|(at, _)| *at < begun).map(|(_, total)| *total).max();
                    if before(&heard.used) > Some(used) || before(&heard.refunded) > Some(refunded) && !is_capped {
                        wrong = Some(format!("a query says less than Meituan has heard before: used {used}, refunded {refunded}"));
                    } else if used > account.used {
                        wrong = Some(format!("a query says that {used} are used, and {} are", account.used));
                    } else if heard.issued_at.is_some_and(|at| at < begun) && state.order_status != OrderStatus::ISSUED && !is_ended
                    {
                        wrong = Some(format!("what was issued is queried as {:?}", state.order_status));
                    }
                    heard.used.push((now, used));
                    heard.refunded.push((now, refunded));
                    heard.last_state = Some((state.order_status, used, refunded));
                    if state.order_status == OrderStatus::ISSUED {
                        heard.issued_at.get_or_insert(now);
                    }
                }
            }
            _ => {}
        }
        if let Some(wrong) = wrong {
            self.fails(format!("{wrong} [{number}]"));
        }
    }

    /// A call is answered, or not, within the time that Meituan waits: create in 15 s, the others in 25 s, and for the store twice 2 s.
    pub(super) fn judge_time(&mut self, number: usize, took: i64) {
        let cannot_wait = matches!(self.exchanges[number].event, Event::OrderCreate(_) | Event::OrderReschedule(_));
        let limit = if cannot_wait { 15_000 } else { 25_000 };
        if took > limit + 4_000 {
            self.fails(format!("a call takes {took} ms [{number}]"));
        }
    }

    /// The upstream system has acted.
    pub(super) fn judge_upstream(&mut self, order: u64) {
        let account = &self.upstream[&order];
        let mut wrong = None;
        if account.created.len() > 1 {
            wrong = Some(format!("an order is created twice: {:?}", account.created));
        } else if account.issues.len() > 1 {
            wrong = Some(format!("tickets are issued twice: {:?}", account.issues));
        }
        let twice = account.refunds.iter().find(|(_, refund)| refund.acts.len() > 1);
        if let Some((refund_id, refund)) = twice {
            wrong = Some(format!("{refund_id} is refunded twice: {:?}", refund.acts));
        }
        if let Some(wrong) = wrong {
            self.fails(wrong);
        }
    }

    /// The order rules refuse what the supplier's system has done.
    pub(super) fn judge_refused_fact(&mut self, order: u64, event: &str, reason: Reason) {
        self.judge.heard.entry(order).or_default().refused_facts.push(format!("{event}: {}", reason.id()));
    }

    /// Everything has come to rest, and Meituan has asked once more.
    pub(super) fn judge_end(&mut self) {
        if self.waiting_jobs() > 0 {
            return self.fails("a job waits for ever".into());
        }
        let orders: Vec<u64> = self.upstream.keys().copied().collect();
        for order in orders {
            self.judge.counts.orders += 1;
            let json = self.store.orders.get(&order).map(|stored| stored.json.clone()).unwrap_or_default();
            let Ok(Some(stored)) = Order::from_json(json.as_bytes()) else { continue };
            let open = stored.conflicts.iter().filter(|conflict| conflict.resolved_at.is_none());
            let open: Vec<String> = open.map(|conflict| conflict.breach.clone()).collect();
            self.judge.counts.conflicts.extend(open.iter().cloned());
            if let Some(unheard) = self.unheard(order, &stored) {
                return self.fails(format!("nobody has heard of {unheard}, of {order} in the end"));
            }
            if let Some(left) = self.left_over(order, &stored, &open) {
                return self.fails(format!("{left}, of {order} in the end"));
            }
            if stored.conflicts.is_empty() {
                self.judge_recording(order);
            }
            if !open.is_empty() {
                continue;
            }
            self.judge.counts.judged += 1;
            if let Some(wrong) = self.lost(order, &stored) {
                return self.fails(format!("{wrong}, of {order} in the end"));
            }
        }
    }

    /// Whether facts contradict each other: what is refunded is capped to what is not used then.
    fn is_capped(&self, order: u64) -> bool {
        self.store.orders.get(&order).is_some_and(|stored| !stored.json.contains("\"conflicts\":[]"))
    }

    /// Whether Meituan has refunded the last tickets itself.
    fn is_returned(&self, order: u64) -> bool {
        let returned = self.customers[&order].returned_codes();
        let free = self.upstream[&order].free_tickets();
        !returned.is_empty() && free.iter().all(|code| code.as_ref().is_some_and(|code| returned.contains(&code)))
    }

    /// A conflict that is stored, and that nobody has heard of. A process that dies says nothing.
    fn unheard<'o>(&self, order: u64, stored: &'o Order) -> Option<&'o str> {
        let mut ids = stored.conflicts.iter().map(|conflict| conflict.id.as_str());
        ids.find(|&id| self.judge.counts.crashes == 0 && !self.heard.contains(&(order, id.to_owned())))
    }

    /// What is left to be done, though nothing goes on.
    fn left_over(&self, order: u64, stored: &Order, open: &[String]) -> Option<String> {
        if let Some(notice) = stored.notices.first() {
            return Some(format!("a notice is left: {}", notice.id));
        }
        let due = self.store.orders.get(&order).and_then(|stored| stored.due);
        if due.is_some() {
            return Some("something is due".into());
        }
        let is_reported = |breach: &str| open.iter().any(|open| open == breach);
        let attempt = stored.attempts.first().filter(|_| !is_reported("function-unusable"))?;
        // Order create and reschedule are not run again without Meituan, which asks until it has ended the order.
        let is_left_to_meituan = attempt.request.is_none() && self.customers[&order].is_ended;
        (!is_left_to_meituan).then(|| format!("a function is owed: {}", attempt.key))
    }

    /// What Meituan has not heard, or has heard otherwise.
    fn lost(&self, order: u64, stored: &Order) -> Option<String> {
        let account = &self.upstream[&order];
        let nothing = Heard::default();
        let heard = self.judge.heard.get(&order).unwrap_or(&nothing);
        let given_up = |id: &str| stored.given_up.iter().flatten().any(|notice| notice.id.starts_with(id));
        if heard.is_ended {
            let is_live = !account.free_tickets().is_empty();
            return is_live.then(|| "Meituan has ended it, and its tickets are not void".into());
        }
        // It needs to hear no more of issuing.
        let is_returned = self.is_returned(order);
        let is_moot = |id: &str| is_returned && id.starts_with(PAY_NOTICE.name);
        let is_unheard = |id: &&String| !heard.accepted.contains(*id) && !given_up(id) && !is_moot(id);
        if let Some(id) = heard.arrived.iter().find(is_unheard) {
            let subject = id.rsplit_once(':').map_or("", |(subject, _)| subject);
            let is_replaced =
                heard.accepted.iter().any(|other| other.starts_with(subject) && subject.starts_with(REFUND_NOTICE.name));
            if !is_replaced {
                return Some(format!("{id} was never accepted, and is not sent any more"));
            }
        }
        if let Some(fact) = heard.refused_facts.first() {
            return Some(format!("the order rules refuse what has happened: {fact}"));
        }
        let is_issued = !account.issues.is_empty();
        if is_issued && heard.issued_at.is_none() && self.customers[&order].is_paid {
            return Some("it is issued, and Meituan has not heard of it".into());
        }
        if heard.is_told_later && !heard.is_pay_notice_accepted && !is_returned {
            return Some("598 was replied, and no notice followed".into());
        }
        for (refund_id, truth) in &account.refunds {
            let told = heard.refunds.get(refund_id);
            let is_own = refund_id.starts_with('S');
            if truth.state == RefundIs::Done && !is_own && told.is_none_or(|told| told.agreed_at.is_none()) {
                return Some(format!("{refund_id} is refunded, and Meituan has not heard of it"));
            }
            let is_by_silence = truth.state == RefundIs::Pending;
            if let Some(told) = told.filter(|told| told.is_told_later && !told.is_notice_accepted && !is_by_silence) {
                return Some(format!("602 was replied to {refund_id}, and no notice followed: {told:?}"));
            }
        }
        let pending = stored.refunds.iter().find(|refund| refund.state == RefundState::PENDING);
        if let Some(refund) = pending {
            return Some(format!("{} is pending, and nobody will decide it", refund.refund_id));
        }
        if let Some((status, used, refunded)) = heard.last_state.filter(|_| is_issued) {
            let truth = (account.used, account.refunded());
            if (used, refunded) != truth || status != OrderStatus::ISSUED {
                return Some(format!("the query says {status:?}, used {used}, refunded {refunded}; the truth is {truth:?}"));
            }
        }
        if account.used != heard.accepted_used && self.plan.breakage != Some(Breakage::ActsTwice) {
            return Some(format!("{} are used, and Meituan has accepted that {} are", account.used, heard.accepted_used));
        }
        None
    }
}
