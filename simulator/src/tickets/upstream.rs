//! The supplier's own system: it acts once for each key, and answers a key that it has done with what it did. It may be slow,
//! refuse, decide later, or never.

use super::{Fact, Happening, Purpose, World};
use crate::plan::{Breakage, Fault, OrderPlan};
use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::{OrderCreated, OrderPaid, OrderRescheduled};
use meituan_protocol::ticket::codes::VoucherType;
use meituan_protocol::ticket::order::{AttemptEnded, Event, IssueFailed, Outcome, Reason, RefundAgreed, RefundRefused};
use std::collections::{BTreeMap, BTreeSet};

/// What it knows of an order, which is the truth.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: u64,
    pub(super) quantity: u32,
    pub(super) voucher_type: VoucherType,
    /// What each key has come to, for ever.
    ended: BTreeMap<String, AttemptEnded>,
    /// How often more each key returns what cannot be used.
    unusable: BTreeMap<String, u32>,
    /// The keys by which it was created and issued.
    pub(super) created: Vec<String>,
    pub(super) issues: Vec<String>,
    pub(super) has_refused_create: bool,
    pub(super) has_refused_issue: bool,
    /// The keys of what will be decided later.
    pending: BTreeSet<String>,
    pub(super) refunds: BTreeMap<String, UpstreamRefund>,
    pub(super) used_codes: BTreeSet<String>,
    pub(super) used: u32,
    entries: u32,
    pub(super) is_void: bool,
}

#[derive(Debug, Default)]
pub(super) struct UpstreamRefund {
    pub(super) quantity: u32,
    pub(super) codes: Vec<String>,
    /// The keys by which it was done.
    pub(super) acts: Vec<String>,
    pub(super) state: RefundIs,
    pub(super) was_refused: bool,
    pub(super) is_reconsidered: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefundIs {
    #[default]
    Pending,
    Done,
    Refused,
}

/// What is decided later.
#[derive(Debug, Clone)]
pub(super) enum Matter {
    Issue(String),
    Refund(String, String),
    /// A refund that was refused is agreed after all.
    SecondThought(String),
}

impl Account {
    pub(super) fn new(plan: &OrderPlan) -> Self {
        Account {
            id: plan.id,
            quantity: plan.quantity,
            voucher_type: VoucherType(plan.voucher_type),
            ended: BTreeMap::new(),
            unusable: BTreeMap::new(),
            created: Vec::new(),
            issues: Vec::new(),
            has_refused_create: false,
            has_refused_issue: false,
            pending: BTreeSet::new(),
            refunds: BTreeMap::new(),
            used_codes: BTreeSet::new(),
            used: 0,
            entries: 0,
            is_void: false,
        }
    }

    pub(super) fn codes(&self) -> Vec<String> {
        match self.voucher_type {
            VoucherType::CODE_PER_TICKET => (1..=self.quantity).map(|place| format!("K{}-{place}", self.id)).collect(),
            VoucherType::CODE_PER_ORDER => vec![format!("K{}", self.id)],
            _ => Vec::new(),
        }
    }

    fn paid(&self) -> OrderPaid {
        OrderPaid {
            order_id: Id(self.id),
            partner_order_id: format!("P{}", self.id),
            voucher_type: Some(self.voucher_type),
            vouchers: Some(self.codes()),
            ..OrderPaid::default()
        }
    }

    /// The codes and the number of tickets that are refunded, or may be.
    fn reserved(&self) -> (BTreeSet<&str>, u32) {
        let held = self.refunds.values().filter(|refund| refund.state != RefundIs::Refused);
        let codes = held.clone().flat_map(|refund| refund.codes.iter().map(String::as_str)).collect();
        (codes, held.map(|refund| refund.quantity).sum())
    }

    pub(super) fn refunded(&self) -> u32 {
        self.refunds.values().filter(|refund| refund.state != RefundIs::Refused).map(|refund| refund.quantity).sum()
    }

    /// Whether these tickets are there to be refunded.
    fn is_free(&self, codes: &[String], quantity: u32) -> bool {
        let (reserved, number) = self.reserved();
        match self.voucher_type {
            VoucherType::CODE_PER_TICKET => {
                codes.iter().all(|code| !self.used_codes.contains(code) && !reserved.contains(code.as_str()))
            }
            _ => self.used + number + quantity <= self.quantity,
        }
    }

    /// A ticket that lets a guest in, by what this system knows: a code, where there is one for each.
    pub(super) fn free_tickets(&self) -> Vec<Option<String>> {
        if self.issues.is_empty() || self.is_void {
            return Vec::new();
        }
        match self.voucher_type {
            VoucherType::CODE_PER_TICKET => {
                let codes = self.codes().into_iter();
                codes.filter(|code| self.is_free(std::slice::from_ref(code), 1)).map(Some).collect()
            }
            _ if self.is_free(&[], 1) => vec![None],
            _ => Vec::new(),
        }
    }

    /// A guest enters; returns the entry's id.
    pub(super) fn enter(&mut self, code: Option<&String>) -> String {
        self.used += 1;
        self.entries += 1;
        self.used_codes.extend(code.cloned());
        format!("E{}", self.entries)
    }

    fn refuse(&mut self, key: &str, describe: &str) -> AttemptEnded {
        self.pending.remove(key);
        let end = AttemptEnded { outcome: Outcome::REFUSED, describe: Some(describe.into()), ..AttemptEnded::default() };
        self.ended.insert(key.into(), end.clone());
        end
    }

    fn succeed(&mut self, key: &str, end: AttemptEnded) -> AttemptEnded {
        self.pending.remove(key);
        let end = AttemptEnded { outcome: Outcome::DONE, ..end };
        self.ended.insert(key.into(), end.clone());
        end
    }

    pub(super) fn create(&mut self, key: &str) -> AttemptEnded {
        self.created.push(key.into());
        let suffix = if self.created.len() > 1 { format!("-{}", self.created.len()) } else { String::new() };
        let created = Some(OrderCreated { order_id: None, partner_order_id: format!("P{}{suffix}", self.id) });
        self.succeed(key, AttemptEnded { created, ..AttemptEnded::default() })
    }

    pub(super) fn issue(&mut self, key: &str) -> AttemptEnded {
        self.issues.push(key.into());
        let paid = Some(self.paid());
        self.succeed(key, AttemptEnded { paid, ..AttemptEnded::default() })
    }

    pub(super) fn refund(&mut self, key: &str, refund_id: &str) -> AttemptEnded {
        if let Some(refund) = self.refunds.get_mut(refund_id) {
            refund.acts.push(key.into());
            refund.state = RefundIs::Done;
        }
        self.succeed(key, AttemptEnded::default())
    }

    pub(super) fn refuse_refund(&mut self, key: &str, refund_id: &str) -> AttemptEnded {
        if let Some(refund) = self.refunds.get_mut(refund_id) {
            (refund.state, refund.was_refused) = (RefundIs::Refused, true);
        }
        self.refuse(key, "已过退改期限")
    }
}

/// The same key may return something that cannot be used first.
fn spoiled(mut end: AttemptEnded, number: u32) -> AttemptEnded {
    match (number % 3, end.paid.as_mut(), end.created.as_mut()) {
        (0, Some(paid), _) => (paid.voucher_type, paid.vouchers) = (Some(VoucherType(1)), Some(vec!["a".into(), "a".into()])),
        (1, _, Some(created)) => created.partner_order_id = " ".into(),
        _ => return AttemptEnded { outcome: Outcome::UNUSABLE, ..AttemptEnded::default() },
    }
    end
}

impl World<'_> {
    pub(super) fn ask_upstream(&mut self, number: usize) {
        let slow = self.strikes(Fault::UpstreamSlow);
        let mut delay = |most| match slow {
            true => self.between(Purpose::UpstreamLong, 100, most),
            false => self.between(Purpose::Upstream, 2, 150),
        };
        let (there, back) = (delay(150_000), delay(30_000));
        self.functions[number].end.outcome = Outcome::UNKNOWN;
        if self.strikes(Fault::UpstreamLost) {
            self.after(there, Happening::FunctionEnds(number));
            return;
        }
        let hangs = self.strikes(Fault::FunctionHangs);
        if !hangs || self.between(Purpose::Choice, 0, 3) > 0 {
            self.after(there, Happening::UpstreamActs(number));
        }
        if !hangs {
            self.after(there + back, Happening::FunctionEnds(number));
        }
    }

    pub(super) fn upstream_acts(&mut self, number: usize) {
        let (order, key) = (self.functions[number].order, self.functions[number].key.clone());
        let end = self.act(order, &key);
        self.log(format_args!("upstream {key}: {:?}", end.outcome));
        self.judge_upstream(order);
        if !self.strikes(Fault::UpstreamBreaksOff) {
            self.functions[number].end = end;
        }
    }

    fn act(&mut self, order: u64, key: &str) -> AttemptEnded {
        let acts_again = self.is_broken(Breakage::ActsTwice);
        let Some(account) = self.upstream.get_mut(&order) else { return AttemptEnded::default() };
        if let Some(end) = account.ended.get(key).filter(|_| !acts_again).cloned() {
            let Some(left) = account.unusable.get_mut(key).filter(|left| **left > 0) else { return end };
            *left -= 1;
            return spoiled(end, *left);
        }
        if account.pending.contains(key) {
            return AttemptEnded { outcome: Outcome::PENDING, ..AttemptEnded::default() };
        }
        let mut parts = key.splitn(3, ':');
        let (call, subject) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
        let subject = subject.split('#').next().unwrap_or_default();
        let end = match call {
            "orderCreate" => self.act_on_create(order, key),
            "orderPay" => self.act_on_pay(order, key),
            "orderRefund" => self.act_on_refund(order, key, subject),
            _ => self.act_on_message(order, key, call, subject),
        };
        if end.outcome == Outcome::DONE && self.strikes(Fault::Unusable) {
            let often = [1, 1, 2, 3, 12][self.between(Purpose::Choice, 0, 5) as usize];
            self.upstream.get_mut(&order).map(|account| account.unusable.insert(key.into(), often));
            return spoiled(end, often);
        }
        end
    }

    fn act_on_create(&mut self, order: u64, key: &str) -> AttemptEnded {
        let refuses = self.strikes(Fault::Refused);
        self.forget_void(order);
        let Some(account) = self.upstream.get_mut(&order) else { return AttemptEnded::default() };
        if refuses || account.is_void {
            account.has_refused_create = true;
            return account.refuse(key, "库存不足");
        }
        account.create(key)
    }

    fn forget_void(&mut self, order: u64) {
        let forgets = self.upstream[&order].is_void && self.strikes(Fault::ActsAfterVoid);
        if let Some(account) = self.upstream.get_mut(&order).filter(|_| forgets) {
            account.is_void = false;
        }
    }

    fn act_on_pay(&mut self, order: u64, key: &str) -> AttemptEnded {
        let (refuses, puts_off) = (self.strikes(Fault::Refused), self.strikes(Fault::PutOff));
        self.forget_void(order);
        let Some(account) = self.upstream.get_mut(&order) else { return AttemptEnded::default() };
        if refuses || account.is_void {
            account.has_refused_issue = true;
            return account.refuse(key, "上游无票");
        }
        if puts_off {
            account.pending.insert(key.into());
            return self.decide_later(order, Matter::Issue(key.into()));
        }
        account.issue(key)
    }

    fn act_on_refund(&mut self, order: u64, key: &str, refund_id: &str) -> AttemptEnded {
        let (refuses, puts_off) = (self.strikes(Fault::Refused), self.strikes(Fault::PutOff));
        let (codes, quantity) = self.customers[&order].refund_content(refund_id);
        let Some(account) = self.upstream.get_mut(&order) else { return AttemptEnded::default() };
        let is_known = account.refunds.contains_key(refund_id);
        let is_free = is_known || account.is_free(&codes, quantity);
        let refund = UpstreamRefund { quantity, codes, ..UpstreamRefund::default() };
        account.refunds.entry(refund_id.into()).or_insert(refund);
        if refuses || !is_free || account.is_void {
            return account.refuse_refund(key, refund_id);
        }
        if puts_off {
            account.pending.insert(key.into());
            return self.decide_later(order, Matter::Refund(key.into(), refund_id.into()));
        }
        account.refund(key, refund_id)
    }

    /// Closed, refunded by Meituan, or rescheduled.
    fn act_on_message(&mut self, order: u64, key: &str, call: &str, subject: &str) -> AttemptEnded {
        let refuses = self.strikes(Fault::Refused);
        let own = self.customers[&order].own_refund(subject);
        let Some(account) = self.upstream.get_mut(&order) else { return AttemptEnded::default() };
        if refuses && call == "orderReschedule" {
            return account.refuse(key, "不可改签");
        }
        let mut end = AttemptEnded::default();
        if call == "orderReschedule" {
            let done = OrderRescheduled {
                order_id: Id(order),
                reschedule_no: subject.into(),
                success_count: Some(1),
                ..Default::default()
            };
            end.rescheduled = Some(done);
        } else if let Some(codes) = own.filter(|_| call == "orderRefunded") {
            let refund =
                UpstreamRefund { quantity: 1, codes, acts: vec![key.into()], state: RefundIs::Done, ..UpstreamRefund::default() };
            account.refunds.insert(subject.into(), refund);
        } else {
            account.is_void = true;
            account.pending.clear();
        }
        account.succeed(key, end)
    }

    fn decide_later(&mut self, order: u64, matter: Matter) -> AttemptEnded {
        if !self.strikes(Fault::Undecided) {
            let limit = if self.between(Purpose::Choice, 0, 4) == 0 { 900_000 } else { 30_000 };
            let delay = self.between(Purpose::Decision, 500, limit);
            self.after(delay, Happening::UpstreamDecides(order, matter));
        }
        AttemptEnded { outcome: Outcome::PENDING, ..AttemptEnded::default() }
    }

    pub(super) fn upstream_decides(&mut self, order: u64, matter: &Matter) {
        let (is_good, reconsiders) = (self.between(Purpose::Decision, 0, 4) > 0, self.between(Purpose::Decision, 0, 3) == 0);
        let Some(account) = self.upstream.get_mut(&order) else { return };
        let event: Event = match matter {
            // It was closed in the meantime.
            Matter::Issue(key) | Matter::Refund(key, _) if !account.pending.contains(key) => return,
            Matter::Issue(key) if is_good => {
                account.issue(key);
                account.paid().into()
            }
            Matter::Issue(key) => {
                account.has_refused_issue = true;
                account.refuse(key, "上游无票");
                IssueFailed { code: None, describe: "上游无票".into() }.into()
            }
            Matter::Refund(key, refund_id) if is_good => {
                account.refund(key, refund_id);
                RefundAgreed { refund_id: refund_id.clone(), ..RefundAgreed::default() }.into()
            }
            Matter::Refund(key, refund_id) => {
                account.refuse_refund(key, refund_id);
                if reconsiders {
                    let delay = self.between(Purpose::Decision, 500, 90_000);
                    self.after(delay, Happening::UpstreamDecides(order, Matter::SecondThought(refund_id.clone())));
                }
                RefundRefused { refund_id: refund_id.clone(), code: None, describe: "已过退改期限".into() }.into()
            }
            Matter::SecondThought(refund_id) => {
                let Some(refund) = account.refunds.get(refund_id) else { return };
                let (codes, quantity) = (refund.codes.clone(), refund.quantity);
                if account.is_void || !account.is_free(&codes, quantity) {
                    return;
                }
                // It asks the order first, whose tickets may be somebody else's by now.
                if let Some(refund) = account.refunds.get_mut(refund_id) {
                    refund.is_reconsidered = true;
                }
                RefundAgreed { refund_id: refund_id.clone(), ..RefundAgreed::default() }.into()
            }
        };
        self.log(format_args!("upstream decides of {order}: {matter:?} {}", event.name()));
        self.judge_upstream(order);
        self.report(order, event);
    }

    /// The supplier's system reports something, until it is recorded.
    pub(super) fn report(&mut self, order: u64, event: Event) {
        let number = self.facts.len();
        self.facts.push(Fact { order, event, is_recorded: false, tries: 0 });
        let late = if self.strikes(Fault::FactLate) { 120_000 } else { 100 };
        let delay = self.between(Purpose::Fact, 1, late);
        self.after(delay, Happening::Fact(number));
    }

    pub(super) fn fact(&mut self, number: usize) {
        if self.facts[number].is_recorded {
            return;
        }
        self.facts[number].tries += 1;
        let copies = if self.strikes(Fault::FactDoubled) { 2 } else { 1 };
        for _ in 0..copies {
            let process = self.between(Purpose::Choice, 0, self.processes.len() as i64) as usize;
            if self.processes[process].is_up {
                self.record_fact(process, number);
            }
        }
        let again = self.between(Purpose::Fact, 5_000, 60_000);
        self.after(again, Happening::Fact(number));
    }

    /// What the supplier's system has reported is recorded, or refused by the order rules for a reason.
    pub(super) fn fact_recorded(&mut self, number: usize, reason: Option<Reason>) {
        self.facts[number].is_recorded = true;
        let (order, event) = (self.facts[number].order, self.facts[number].event.clone());
        let refund_id = match &event {
            Event::RefundAgreed(agreed) => &agreed.refund_id,
            Event::RefundRefused(refused) => &refused.refund_id,
            _ => "",
        };
        let account = self.upstream.get_mut(&order);
        let reconsidered = account.filter(|account| account.refunds.get(refund_id).is_some_and(|refund| refund.is_reconsidered));
        match (reconsidered, &event) {
            (Some(account), Event::RefundAgreed(_)) => {
                if reason.is_none() && account.refunds[refund_id].state == RefundIs::Refused {
                    account.refund(&format!("second thought:{refund_id}"), refund_id);
                    self.judge_upstream(order);
                }
            }
            (Some(_), _) => {}
            (None, _) => {
                if let Some(reason) = reason {
                    self.judge_refused_fact(order, event.name(), reason);
                }
            }
        }
    }
}
