//! What gates and people ask of an order in a store: who enters, what is known and due, and what somebody has to look into.
#![cfg(all(feature = "testing", feature = "texts"))]

mod handler_support;

use handler_support::*;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::codes::OrderStatus;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::order::{Admit, Breach, Consumed, NoticeAccepted, Reason, TransitionKind, Wording};
use std::sync::{Arc, Mutex};

struct Desk {
    time: Virtual,
    act: Arc<Mutex<Mode>>,
    handler: Handler<MemoryStore, Garden<Virtual>, Virtual>,
}

impl Desk {
    /// An order that is created and paid, with the codes `code-0` and `code-1`.
    fn paid() -> Self {
        let (time, act) = (Virtual::new(), Arc::<Mutex<Mode>>::default());
        let garden = Garden { runtime: time.clone(), act: act.clone(), runs: Runs::default() };
        let builder = Handler::builder(supplier(), MemoryStore::default(), garden, time.clone()).hooks(Heard::default());
        // Meituan accepts nothing.
        let refused = |_| async { Ok((200, br#"{"code":599,"describe":"-","partnerId":1122}"#.to_vec())) };
        let desk = Desk { time, act, handler: builder.send(refused).build() };
        desk.called(create());
        desk.called(pay());
        desk
    }

    fn called(&self, asked: impl Into<meituan_protocol::ticket::CallBody>) -> Option<i32> {
        self.time.run(called(&self.handler, &self.time, asked)).code
    }

    fn entered(&self, id: &str) {
        let entered = Consumed { id: id.into(), vouchers: Some(vec!["code-0".into()]), ..Consumed::default() };
        self.time.run(self.handler.record(ORDER, entered)).unwrap();
    }

    fn meaning(&self) -> [String; 2] {
        let meaning = self.time.run(self.handler.explain(ORDER)).unwrap().meaning();
        [meaning.en, meaning.zh]
    }
}

#[test]
fn a_gate_lets_each_guest_in_once_and_the_same_id_gets_the_same_answer() {
    let desk = Desk::paid();
    let admit = |id: &str, codes: &[&str]| {
        let vouchers = Some(codes.iter().map(|code| (*code).to_owned()).collect());
        desk.time.run(desk.handler.admit(ORDER, Admit { id: id.into(), vouchers, ..Admit::default() })).unwrap()
    };
    for _ in 0..2 {
        let admittance = admit("gate:1", &["code-0", "code-9"]);
        let admitted: Vec<_> = admittance.admitted.iter().filter_map(|admission| admission.voucher.as_deref()).collect();
        let refused: Vec<_> = admittance.refused.iter().map(|guest| (guest.voucher.as_deref(), guest.reason.as_str())).collect();
        assert_eq!((admitted, refused), (vec!["code-0"], vec![(Some("code-9"), Reason::ForeignVoucher.id())]));
    }
    let again = admit("gate:2", &["code-0"]);
    assert_eq!((again.admitted.len(), again.refused[0].reason.as_str()), (0, Reason::Used.id()));
    let unknown = desk.time.run(desk.handler.admit(Id(8), Admit { id: "gate:3".into(), ..Admit::default() })).unwrap();
    assert!(unknown.admitted.is_empty());
}

#[test]
fn of_an_order_that_nobody_knows_it_says_that() {
    let desk = Desk::paid();
    let explained = desk.time.run(desk.handler.explain(Id(8))).unwrap();
    assert_eq!((&explained.known, explained.functions.len(), explained.conflicts.len()), (&None, 0, 0));
    let meaning = explained.meaning();
    assert_eq!([meaning.en, meaning.zh], ["Order 8: nothing is stored of it.", "订单 8：没有任何记录。"]);
}

#[test]
fn an_order_is_explained_by_facts_and_in_words_and_nothing_is_saved() {
    let desk = Desk::paid();
    desk.entered("gate:1");
    desk.entered("gate:2");
    *desk.act.lock().unwrap() = Mode::Pending;
    desk.called(refund("R1", &["code-1"]));
    let before = desk.time.run(desk.handler.store().load(ORDER)).unwrap();
    let explained = desk.time.run(desk.handler.explain(ORDER)).unwrap();
    assert_eq!(desk.time.run(desk.handler.store().load(ORDER)).unwrap(), before);
    let known = explained.known.as_ref().unwrap();
    assert_eq!((known.order_status, known.partner_order_id.as_deref()), (Some(OrderStatus::ISSUED), Some("P7")));
    assert_eq!((known.counts.used, known.counts.pending, known.counts.free), (1, 1, 0));
    assert_eq!(known.due, Some(desk.time.now().wall));
    assert_eq!((explained.notices.len(), explained.notices[0].tries, explained.given_up.len()), (1, 0, 0));
    assert_eq!(explained.refunds[0].refund_id, "R1");
    let conflict = explained.conflicts.iter().find(|conflict| conflict.breach == Breach::EnteredTwice.id()).unwrap();
    let [en, zh] = desk.meaning();
    let (conflict, order) = (&conflict.id, ORDER);
    let expected = [
        format!("Order {order}: orderStatus 4 ISSUED, lifecycle OPEN. Tickets 2: used 1, refunded 0, refund pending 1, free 0."),
        format!("Due since 2016-11-24 23:06:40 UTC+8: settle({order}) does it."),
        format!("Notice consumeNotice:{order}:gate:1: due since 2016-11-24 23:06:40 UTC+8, sent 0 times."),
        "Refund R1, tickets 1: not decided, requested 2016-11-24 23:06:40 UTC+8. Decide it by refundAgreed or refundRefused."
            .into(),
    ];
    assert_eq!(en.lines().take(4).collect::<Vec<_>>(), expected);
    let last = en.lines().find(|line| line.contains(conflict)).unwrap();
    assert!(last.starts_with(&format!("Conflict {conflict}, since 2016-11-24 23:06:40 UTC+8: A ")), "{last}");
    assert!(last.ends_with(&format!(". When that is done: resolve_conflict({order}, {conflict:?}, note).")), "{last}");
    assert!(zh.contains("已使用 1") && zh.contains("起有待办") && zh.contains("退款 R1") && zh.contains("再次"), "{zh}");
    for text in [en, zh] {
        assert!(!text.contains(['{', '}']), "{text}");
    }
}

#[test]
fn it_says_which_functions_run_and_which_broke_off() {
    let desk = Desk::paid();
    *desk.act.lock().unwrap() = Mode::Fails;
    desk.called(refund("R1", &["code-1"]));
    let function = || desk.time.run(desk.handler.explain(ORDER)).unwrap().functions.remove(0);
    let running = function();
    assert_eq!(
        (running.call.as_str(), running.is_broken_off, running.started_at),
        ("orderRefund", false, Some(desk.time.now().wall))
    );
    assert!(desk.meaning()[0].contains(", runs, or broke off"), "{}", desk.meaning()[0]);
    desk.time.pass(120_000);
    assert!(function().is_broken_off);
    assert!(desk.meaning()[1].contains("已中断，settle 会再次运行"), "{}", desk.meaning()[1]);
}

#[test]
fn a_notice_that_was_given_up_is_a_conflict_and_is_sent_again_by_a_person() {
    let desk = Desk::paid();
    desk.entered("gate:1");
    for _ in 0..2 {
        desk.time.run(desk.handler.settle(ORDER)).unwrap();
        desk.time.pass(8 * 24 * 3_600_000);
    }
    let explained = desk.time.run(desk.handler.explain(ORDER)).unwrap();
    let id = explained.given_up[0].id.clone();
    assert!(desk.meaning()[0].contains(&format!("retry_notice({ORDER}, {id:?}) sends it again.")), "{}", desk.meaning()[0]);
    let conflicts = || desk.time.run(desk.handler.conflicts()).unwrap().unwrap();
    assert_eq!((conflicts()[0].0, conflicts()[0].1[0].breach.as_str()), (ORDER, Breach::NoticeGivenUp.id()));
    assert_eq!(desk.time.run(desk.handler.pending_notices(ORDER)).unwrap(), []);
    desk.time.run(desk.handler.retry_notice(ORDER, &id)).unwrap();
    assert_eq!(conflicts(), []);
    let pending = desk.time.run(desk.handler.pending_notices(ORDER)).unwrap();
    assert_eq!(pending[0].id, id);
    assert!(desk.handler.supplier().notice_request(&pending[0], desk.time.now().wall).is_ok());
    desk.time.run(desk.handler.record(ORDER, NoticeAccepted { id })).unwrap();
    assert_eq!(desk.time.run(desk.handler.pending_notices(ORDER)).unwrap(), []);
    let unknown = desk.time.run(desk.handler.retry_notice(ORDER, "payNotice:9")).unwrap().transition;
    assert_eq!((unknown.kind, unknown.reason), (TransitionKind::Illegal, Some(Reason::UnknownNotice)));
}

#[test]
fn a_conflict_is_resolved_with_a_note_and_one_that_is_not_there_is_illegal() {
    let desk = Desk::paid();
    desk.entered("gate:1");
    desk.entered("gate:2");
    let conflicts = || desk.time.run(desk.handler.conflicts()).unwrap().unwrap();
    let id = conflicts()[0].1[0].id.clone();
    let resolved = desk.time.run(desk.handler.resolve_conflict(ORDER, &id, Some("the same guest"))).unwrap();
    assert_eq!(resolved.order.unwrap().conflicts[0].note.as_deref(), Some("the same guest"));
    assert_eq!(conflicts(), []);
    let unknown = desk.time.run(desk.handler.resolve_conflict(ORDER, "nothing", None)).unwrap().transition;
    assert_eq!((unknown.kind, unknown.reason), (TransitionKind::Illegal, Some(Reason::UnknownConflict)));
}

#[test]
fn of_a_notice_that_waits_it_says_until_when() {
    let desk = Desk::paid();
    desk.entered("gate:1");
    desk.time.run(desk.handler.settle(ORDER)).unwrap();
    let [en, zh] = desk.meaning();
    assert!(en.contains("sent 1 times; not again before 2016-"), "{en}");
    assert!(zh.contains("已发送 1 次；") && zh.contains("之前不再发送"), "{zh}");
}

#[test]
fn the_places_of_a_wording_are_the_same_in_both_languages() {
    let places = |text: &str| {
        let mut places: Vec<_> = text.split('{').skip(1).map(|rest| rest.split_once('}').unwrap().0.to_owned()).collect();
        places.sort();
        places
    };
    for wording in Wording::ALL {
        let text = wording.text();
        assert_eq!(places(text.en), places(text.zh), "{}", wording.id());
        // JavaScript has them as rows of text.
        for words in [text.en, text.zh] {
            assert!(!words.contains('\n') && !words.contains('|') && !words.contains(" · "), "{words}");
        }
    }
}
