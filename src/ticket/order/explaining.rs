//! An order's explanation: known facts, due work, and problems for people, as data and in words.

use super::{Counts, Event, Lifecycle, Order, RefundState, Settings, TimePassed, apply_to, broken_off, next_due};
use crate::message::Id;
use crate::ticket::codes::OrderStatus;
use crate::time::Timestamp;

/// An order's explanation: known facts, due work, and problems for people. It changes nothing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// The order.
    pub order_id: Id,
    /// Its state; `None` where nothing is stored of it.
    pub known: Option<ExplainedOrder>,
    /// Functions that run, broke off, or are owed.
    pub functions: Vec<ExplainedFunction>,
    /// Notices that Meituan has not accepted yet.
    pub notices: Vec<ExplainedNotice>,
    /// Notices that are sent no more until [`RetryNotice`](super::RetryNotice).
    pub given_up: Vec<ExplainedNotice>,
    /// Refunds that nobody has decided.
    pub refunds: Vec<ExplainedRefund>,
    /// Conflicts that nobody has resolved.
    pub conflicts: Vec<ExplainedConflict>,
    /// As of when.
    pub now: Timestamp,
}

/// The state of an order.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ExplainedOrder {
    /// Our number of it.
    pub partner_order_id: Option<String>,
    /// The status that the query reports.
    pub order_status: Option<OrderStatus>,
    /// Its lifecycle.
    pub lifecycle: Lifecycle,
    /// Its tickets.
    pub counts: Counts,
    /// When something is due next; in the past: now.
    pub due: Option<Timestamp>,
}

/// A function that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedFunction {
    /// The call, by name.
    pub call: String,
    /// The idempotency key of the attempt.
    pub key: String,
    /// Its lease has run out: to settle the order runs it again.
    pub is_broken_off: bool,
    /// When it was started last; `None`: it is still to be run.
    pub started_at: Option<Timestamp>,
    /// How often its result could not be used.
    pub unusable: u32,
    /// It is not run again before.
    pub not_before: Option<Timestamp>,
}

/// A notice that Meituan has not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedNotice {
    /// Its id.
    pub id: String,
    /// The call, by name.
    pub name: String,
    /// Since when it is due.
    pub since: Timestamp,
    /// How often somebody has begun to send it.
    pub tries: u32,
    /// Somebody has claimed it.
    pub is_being_sent: bool,
    /// It is not sent again before.
    pub not_before: Option<Timestamp>,
}

/// A refund that nobody has decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedRefund {
    /// The refund.
    pub refund_id: String,
    /// How many tickets.
    pub quantity: u32,
    /// When it was requested.
    pub requested_at: Timestamp,
}

/// A conflict that nobody has resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExplainedConflict {
    /// Its id.
    pub id: String,
    /// Which invariant is broken: the id of a [`Breach`](super::Breach).
    pub breach: String,
    /// Since when.
    pub since: Timestamp,
}

/// Time limit for the first try to send a notice that is due: past it, nobody seems to send any.
const SENT_WITHIN: i64 = 60_000;

impl Explanation {
    /// Whether a notice waits in vain: none of the order's was ever sent.
    pub fn has_unsent(&self) -> bool {
        let waits = |notice: &ExplainedNotice| self.now.0.saturating_sub(notice.since.0) > SENT_WITHIN;
        self.notices.iter().all(|notice| notice.tries == 0) && self.notices.iter().any(waits)
    }
}

/// Explains an order as it is stored, and as time has changed it.
pub fn explain(order_id: Id, order: Option<Order>, settings: &Settings, now: Timestamp) -> Explanation {
    let order =
        order.and_then(|order| apply_to(Some(order), None, &Event::TimePassed(TimePassed::default()), None, settings, now).0);
    let mut explained = Explanation {
        order_id,
        known: None,
        functions: Vec::new(),
        notices: Vec::new(),
        given_up: Vec::new(),
        refunds: Vec::new(),
        conflicts: Vec::new(),
        now,
    };
    let Some(order) = order else { return explained };
    let ahead = |time: Option<Timestamp>| time.filter(|time| *time > now);
    let broken_off: Vec<&str> = broken_off(&order, settings, now).map(|attempt| attempt.key.as_str()).collect();
    explained.functions = order
        .attempts
        .iter()
        .map(|attempt| ExplainedFunction {
            call: attempt.call.clone(),
            key: attempt.key.clone(),
            is_broken_off: broken_off.contains(&attempt.key.as_str()),
            started_at: Some(attempt.started_at).filter(|at| at.0 > 0),
            unusable: attempt.unusable.unwrap_or_default(),
            not_before: ahead(attempt.next_at),
        })
        .collect();
    let notice = |notice: &super::Notice| ExplainedNotice {
        id: notice.id.clone(),
        name: notice.name.clone(),
        since: notice.since,
        tries: notice.tries.unwrap_or_default(),
        is_being_sent: ahead(notice.claimed_until).is_some(),
        not_before: ahead(notice.next_at),
    };
    explained.notices = order.notices.iter().map(notice).collect();
    explained.given_up = order.given_up.iter().flatten().map(notice).collect();
    let pending = order.refunds.iter().filter(|refund| refund.state == RefundState::PENDING);
    explained.refunds = pending
        .map(|refund| ExplainedRefund {
            refund_id: refund.refund_id.clone(),
            quantity: refund.quantity,
            requested_at: refund.requested_at,
        })
        .collect();
    let open = order.conflicts.iter().filter(|conflict| conflict.resolved_at.is_none());
    explained.conflicts = open
        .map(|conflict| ExplainedConflict { id: conflict.id.clone(), breach: conflict.breach.clone(), since: conflict.since })
        .collect();
    explained.known = Some(ExplainedOrder {
        due: next_due(&order, settings),
        counts: order.counts(),
        partner_order_id: order.partner_order_id,
        order_status: order.order_status,
        lifecycle: order.lifecycle,
    });
    explained
}

#[cfg(feature = "texts")]
pub use words::{Meaning, Wording};

#[cfg(feature = "texts")]
mod words {
    use super::super::Breach;
    use super::*;
    use crate::Text;
    use crate::message::definition::Enumeration;
    use crate::time::wall_clock;
    use std::fmt::Display;

    macro_rules! wordings {
        ($( $wording:ident $id:literal $zh:literal $en:literal; )*) => {
            /// The parts of an explanation, with places to fill in: `{order}`.
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            #[allow(missing_docs, reason = "the words say what each is")]
            #[non_exhaustive]
            pub enum Wording { $( $wording, )* }

            impl Wording {
                /// Every wording.
                pub const ALL: &'static [Wording] = &[$(Wording::$wording,)*];

                /// The stable id.
                pub const fn id(self) -> &'static str {
                    match self { $( Wording::$wording => $id, )* }
                }

                /// The words.
                pub const fn text(self) -> Text {
                    match self { $( Wording::$wording => Text { zh: $zh, en: $en }, )* }
                }
            }
        };
    }

    wordings! {
        Nothing "nothing" "订单 {order}：没有任何记录。" "Order {order}: nothing is stored of it.";
        Order "order"
            "订单 {order}：orderStatus {orderStatus}，lifecycle {lifecycle}。共 {quantity} 张：已使用 {used}，已退款 {refunded}，退款审批中 {pending}，可入园 {free}。"
            "Order {order}: orderStatus {orderStatus}, lifecycle {lifecycle}. Tickets {quantity}: used {used}, refunded {refunded}, refund pending {pending}, free {free}.";
        NothingDue "nothing-due" "暂无待办。" "Nothing is due.";
        Due "due" "自 {at} 起有待办：请调用 {settle}。" "Due since {at}: {settle} does it.";
        DueLater "due-later" "下次待办时间：{at}。" "Next due at {at}.";
        Function "function" "函数 {call}，key {key}：{began}{goes}{unusable}{pause}。" "Function {call}, key {key}: {began}{goes}{unusable}{pause}.";
        Owed "owed" "尚未运行" "still to be run";
        Started "started" "{at} 开始" "started {at}";
        BrokenOff "broken-off" "，已中断，settle 会再次运行" ", broke off, settle runs it again";
        Running "running" "，正在运行或已中断" ", runs, or broke off";
        Unusable "unusable" "；返回结果不可用 {count} 次" "; unusable results: {count}";
        NotRun "not-run" "；{at} 之前不再运行" "; not again before {at}";
        Notice "notice" "通知 {id}：{since} 起待发送，已发送 {tries} 次{sending}{pause}。" "Notice {id}: due since {since}, sent {tries} times{sending}{pause}.";
        Sending "sending" "，正在发送" ", being sent now";
        NotSent "not-sent" "；{at} 之前不再发送" "; not again before {at}";
        Unsent "unsent"
            "尚无人尝试发送通知：handler 是否设置了 `send`，是否有人调用 settle？若由其他方式发送，请使用 pendingNotices。"
            "Nobody has tried to send a notice: has the handler `send`, and does somebody call settle? Senders of their own use pendingNotices.";
        Refund "refund"
            "退款 {id}，{quantity} 张：{since} 申请，尚未处理，请用 refundAgreed 或 refundRefused 告知结果。"
            "Refund {id}, tickets {quantity}: not decided, requested {since}. Decide it by refundAgreed or refundRefused.";
        GivenUp "given-up"
            "通知 {id}：发送 {tries} 次仍未被接受，已停止发送。可用 {retry} 重发。"
            "Notice {id}: given up after {tries} times. {retry} sends it again.";
        Conflict "conflict"
            "冲突 {id}（{since}）：{meaning}。处理后请调用 {resolve}。"
            "Conflict {id}, since {since}: {meaning} When that is done: {resolve}.";
    }

    /// An explanation in words.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Meaning {
        /// English.
        pub en: String,
        /// Chinese.
        pub zh: String,
    }

    /// One of the two languages.
    #[derive(Clone, Copy)]
    struct Language(fn(Text) -> &'static str, usize);

    type Values<'v> = &'v [(&'v str, &'v dyn Display)];

    impl Language {
        fn say(self, wording: Wording, values: Values<'_>) -> String {
            let (mut out, mut rest) = (String::new(), (self.0)(wording.text()));
            while let Some((before, (name, after))) =
                rest.split_once('{').and_then(|(before, at)| Some((before, at.split_once('}')?)))
            {
                out.push_str(before);
                if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
                    out.push_str(&value.to_string());
                }
                rest = after;
            }
            out + rest
        }

        /// Only where it is so.
        fn say_if(self, condition: bool, wording: Wording, values: Values<'_>) -> String {
            if condition { self.say(wording, values) } else { String::new() }
        }
    }

    /// Meituan's clock.
    fn time(at: Timestamp) -> String {
        wall_clock(at) + " UTC+8"
    }

    /// The name of a value, where it has one.
    fn name(values: &Enumeration, value: i32) -> &'static str {
        values.values.iter().find(|known| known.value == value).map_or("", |known| known.name.as_str())
    }

    impl Explanation {
        /// The same in words, in both languages.
        pub fn meaning(&self) -> Meaning {
            Meaning { en: self.in_words(Language(|text| text.en, 1)), zh: self.in_words(Language(|text| text.zh, 0)) }
        }

        fn in_words(&self, language: Language) -> String {
            let order = &self.order_id;
            let Some(known) = &self.known else { return language.say(Wording::Nothing, &[("order", order)]) };
            let number = |status: OrderStatus| format!("{} {}", status.0, name(OrderStatus::VALUES, status.0));
            let status = known.order_status.map_or_else(|| "–".to_owned(), number);
            let lifecycle = name(Lifecycle::VALUES, known.lifecycle.0);
            let Counts { quantity, used, refunded, pending, free } = &known.counts;
            let counted: Values<'_> =
                &[("quantity", quantity), ("used", used), ("refunded", refunded), ("pending", pending), ("free", free)];
            let state: Values<'_> = &[("order", order), ("orderStatus", &status), ("lifecycle", &lifecycle)];
            let mut lines = vec![language.say(Wording::Order, &[state, counted].concat())];
            lines.push(match known.due {
                None => language.say(Wording::NothingDue, &[]),
                Some(due) if due <= self.now => {
                    language.say(Wording::Due, &[("at", &time(due)), ("settle", &format_args!("settle({order})"))])
                }
                Some(due) => language.say(Wording::DueLater, &[("at", &time(due))]),
            });
            lines.extend(self.functions.iter().map(|function| function.in_words(language)));
            lines.extend(self.notices.iter().map(|notice| notice.in_words(language)));
            lines.extend(self.has_unsent().then(|| language.say(Wording::Unsent, &[])));
            lines.extend(self.refunds.iter().map(|refund| {
                let values: Values<'_> =
                    &[("id", &refund.refund_id), ("quantity", &refund.quantity), ("since", &time(refund.requested_at))];
                language.say(Wording::Refund, values)
            }));
            lines.extend(self.given_up.iter().map(|ExplainedNotice { id, tries, .. }| {
                let retry = format!("retry_notice({order}, {id:?})");
                language.say(Wording::GivenUp, &[("id", id), ("tries", tries), ("retry", &retry)])
            }));
            lines.extend(self.conflicts.iter().map(|ExplainedConflict { id, breach, since }| {
                let known = Breach::ALL.iter().find(|known| known.id() == breach).map(|known| known.doc());
                // Chinese before English.
                let meaning = known.and_then(|doc| doc.split(" ·").nth(language.1)).unwrap_or(breach);
                let meaning = meaning.split_whitespace().collect::<Vec<_>>().join(" ");
                let resolve = format!("resolve_conflict({order}, {id:?}, note)");
                let values: Values<'_> = &[("id", id), ("since", &time(*since)), ("meaning", &meaning), ("resolve", &resolve)];
                language.say(Wording::Conflict, values)
            }));
            lines.join("\n")
        }
    }

    impl ExplainedFunction {
        fn in_words(&self, language: Language) -> String {
            let began = match self.started_at {
                Some(at) => language.say(Wording::Started, &[("at", &time(at))]),
                None => language.say(Wording::Owed, &[]),
            };
            let goes = language.say(if self.is_broken_off { Wording::BrokenOff } else { Wording::Running }, &[]);
            let unusable = language.say_if(self.unusable > 0, Wording::Unusable, &[("count", &self.unusable)]);
            let pause = self.not_before.map(|at| language.say(Wording::NotRun, &[("at", &time(at))])).unwrap_or_default();
            let values: Values<'_> = &[("call", &self.call), ("key", &self.key), ("began", &began), ("goes", &goes)];
            language.say(Wording::Function, &[values, &[("unusable", &unusable), ("pause", &pause)]].concat())
        }
    }

    impl ExplainedNotice {
        fn in_words(&self, language: Language) -> String {
            let sending = language.say_if(self.is_being_sent, Wording::Sending, &[]);
            let pause = self.not_before.map(|at| language.say(Wording::NotSent, &[("at", &time(at))])).unwrap_or_default();
            let values: Values<'_> = &[("id", &self.id), ("since", &time(self.since)), ("tries", &self.tries)];
            language.say(Wording::Notice, &[values, &[("sending", &sending), ("pause", &pause)]].concat())
        }
    }
}
