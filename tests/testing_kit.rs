//! Meituan's side for users' tests: it signs, judges and answers as Meituan does, and stores that lose something are found out.
#![cfg(feature = "testing")]

mod handler_support;

use handler_support::{ORDER, Virtual, create, meituan, pay, refund, supplier};
use meituan_protocol::message::Id;
use meituan_protocol::ride::codes::RideEvent;
use meituan_protocol::ride::pushes::OrderChanged;
use meituan_protocol::ride::replies::SubmittedOrder;
use meituan_protocol::ride::requests::{CancelOrder, ConfirmOrder};
use meituan_protocol::ride::{self, Push};
use meituan_protocol::testing::*;
use meituan_protocol::ticket::acceptance::{self, Strictness, Verdict};
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::VoucherType;
use meituan_protocol::ticket::handler::*;
use meituan_protocol::ticket::notices::{ConsumeNotice, PayNoticeRequest};
use meituan_protocol::ticket::{CallBody, HttpReply, Reply};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{ErrorCode, Secret};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_480_000_000_000);

fn replied<B>(asked: impl Into<CallBody>, reply: &Reply<B>) -> (TicketCall, HttpReply) {
    let call = meituan().call(asked, NOW).unwrap();
    let received = supplier().receive(&call.parts(), &call.body, NOW).unwrap();
    (call, supplier().reply(&received, reply).unwrap())
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|finding| finding.refuses).map(|finding| finding.id).collect()
}

#[test]
fn a_call_is_accepted_by_the_supplier_and_a_forged_one_is_not() {
    for asked in [create().into(), CallBody::from(pay()), refund("R1", &["a"]).into(), CallBody::Heartbeat] {
        let call = meituan().call(asked.clone(), NOW).unwrap();
        let received = supplier().receive(&call.parts(), &call.body, NOW).unwrap();
        assert_eq!(received.body, asked);
        for (forgery, code) in [(Forgery::Signature, ErrorCode::BadSignature), (Forgery::Date, ErrorCode::StaleDate)] {
            let call = meituan().forged(asked.clone(), forgery, NOW).unwrap();
            assert_eq!(supplier().receive(&call.parts(), &call.body, NOW).unwrap_err().error.code, code);
        }
    }
}

#[test]
fn a_reply_is_judged_by_its_definition_its_code_its_reason_and_what_it_repeats() {
    let paid = |order_id, vouchers: &[&str]| OrderPaid {
        order_id,
        partner_order_id: "P7".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vouchers.iter().map(|code| (*code).to_owned()).collect()),
        ..OrderPaid::default()
    };
    let (call, reply) = replied(pay(), &Reply::ok(paid(ORDER, &["a", "b"])));
    let judged = meituan().read_reply(&call, 200, &reply.body, Some(2));
    assert!(judged.passed(), "{:?}", judged.findings);
    assert_eq!(judged.body::<OrderPaid>().unwrap().vouchers.unwrap().len(), 2);
    assert_eq!(ids(&meituan().read_reply(&call, 200, &reply.body, Some(3)).findings), ["pay.one-code-per-ticket"]);
    assert_eq!(ids(&meituan().read_reply(&call, 500, &reply.body, Some(2)).findings), ["reply.http-200"]);

    let (call, reply) = replied(pay(), &Reply::ok(paid(Id(8), &["a", "b"])));
    assert_eq!(ids(&meituan().read_reply(&call, 200, &reply.body, Some(2)).findings), ["reply.echo"]);
    for (body, found) in [
        (r#"{"code":777,"describe":"余票不足","partnerId":1122}"#, vec!["reply.listed-code"]),
        (r#"{"code":599,"describe":"失败","partnerId":1122}"#, vec!["reply.true-reason"]),
        (r#"{"code":599,"describe":"余票不足","partnerId":7}"#, vec!["reply.partner-id"]),
    ] {
        assert_eq!(ids(&meituan().read_reply(&call, 200, body.as_bytes(), Some(2)).findings), found, "{body}");
    }
    assert!(!meituan().read_reply(&call, 200, b"<html>", None).passed());
}

#[test]
fn a_notice_is_authenticated_read_judged_and_answered() {
    let notice = ConsumeNotice { order_id: ORDER, partner_order_id: "P7".into(), quantity: 2, ..ConsumeNotice::default() };
    let request = supplier().request(&notice, NOW).unwrap();
    let processing = NoticeAnswer { code: 300, describe: "处理中".into() };
    let judged = meituan().receive_notice(&request.parts(), &request.body, processing, NOW);
    assert!(judged.passed(), "{:?}", judged.findings);
    assert_eq!((judged.order_id, judged.message::<ConsumeNotice>()), (Some(ORDER), Some(notice)));
    assert_eq!(judged.message::<PayNoticeRequest>(), None);
    assert_eq!(request.parse(200, &judged.reply.body).unwrap().code, 300);

    let later = Timestamp(NOW.0 + 601_000);
    let judged = meituan().receive_notice(&request.parts(), &request.body, NoticeAnswer::accepted(), later);
    assert_eq!(ids(&judged.findings), ["STALE_DATE"]);
    assert_eq!(request.parse(200, &judged.reply.body).unwrap().code, 300);
    let parts = meituan_protocol::ticket::Parts { authorization: "MWS client:AAAAAAAAAAAAAAAAAAAAAAAAAAA=", ..request.parts() };
    let judged = meituan().receive_notice(&parts, &request.body, NoticeAnswer::accepted(), NOW);
    assert_eq!(ids(&judged.findings), ["BAD_SIGNATURE"]);
    let parts = meituan_protocol::ticket::Parts { uri: "/nowhere", ..request.parts() };
    let judged = meituan().receive_notice(&parts, &request.body, NoticeAnswer::accepted(), NOW);
    assert_eq!((judged.call.is_none(), ids(&judged.findings)), (true, vec!["UNKNOWN_ROUTE"]));
}

#[test]
fn a_recording_is_judged_by_the_acceptance_points_and_has_no_personal_data() {
    let mut recorder = Recorder::default();
    let created = OrderCreated { partner_order_id: "P7".into(), ..OrderCreated::default() };
    let visitor = Visitor { name: Some("张三".into()), mobile: Some("13500000000".into()), ..Visitor::default() };
    let order = OrderCreate { visitors: Some(vec![visitor]), ..create() };
    let (call, reply) = replied(order, &Reply::ok(created));
    let judged = meituan().read_reply(&call, reply.status, &reply.body, Some(2));
    recorder.call(&call, &judged, Timestamp(NOW.0 + 90));
    let notice =
        ConsumeNotice { order_id: ORDER, partner_order_id: "P7".into(), quantity: 2, used_quantity: 1, ..ConsumeNotice::default() };
    let request = supplier().request(&notice, NOW);
    let request = request.unwrap_or_else(|error| panic!("{error}"));
    let at = Timestamp(NOW.0 + 1000);
    let judged = meituan().receive_notice(&request.parts(), &request.body, NoticeAnswer::accepted(), at);
    recorder.notice(&judged, Timestamp(at.0 + 50));

    let json = String::from_utf8(recorder.trace().to_json().unwrap()).unwrap();
    assert!(!json.contains("张三") && !json.contains("13500000000") && !json.contains("client-secret"), "{json}");
    let report = acceptance::check(&recorder.trace(), Strictness::Documented).unwrap();
    assert_eq!(report.point("create.time").unwrap().verdict, Verdict::Passed);
    // A guest has entered, and nothing was issued.
    assert_eq!(report.point("consume.real").unwrap().verdict, Verdict::Failed);
}

fn ride_config() -> ride::Config {
    let secret_key = Secret::new("AAECAwQFBgcICQoLDA0ODw==");
    ride::Config::new(617, Secret::new("TEST-TOKEN"), secret_key).route("/event", &ride::ORDER_CHANGED)
}

#[test]
fn a_ride_request_is_opened_and_answered_in_both_generations() {
    for version in [ride::Version::V1, ride::Version::V2] {
        let mut config = ride_config();
        config.version = version;
        let (client, platform) = (ride::Client::new(config.clone()).unwrap(), MeituanRide::new(config).unwrap());
        let confirm = ConfirmOrder { mt_order_id: "9".into(), driver_id: "3".into() };
        let request = client.request(&confirm, NOW).unwrap();
        let opened = platform.open(&request.url, request.body.as_bytes(), NOW).unwrap();
        assert_eq!((opened.interface.name, opened.message::<ConfirmOrder>()), ("confirmOrder", Some(confirm)));
        assert_eq!(opened.message::<CancelOrder>(), None);
        let reply = platform.reply(&opened, &()).unwrap();
        request.parse(200, reply.as_bytes()).unwrap();
        let error = request.parse(200, platform.refuse(1106, "订单不能取消").as_bytes()).unwrap_err();
        assert_eq!(error.remote.as_ref().unwrap().code, 1106);

        let later = Timestamp(NOW.0 + 700_000);
        assert_eq!(platform.open(&request.url, request.body.as_bytes(), later).unwrap_err().code, ErrorCode::StaleTimestamp);
        let other = MeituanRide::new(ride::Config::new(617, Secret::new("ANOTHER"), ride_config().secret_key)).unwrap();
        assert_eq!(other.open(&request.url, request.body.as_bytes(), NOW).unwrap_err().code, ErrorCode::WrongToken);
        assert_eq!(platform.open("/nowhere", b"", NOW).unwrap_err().code, ErrorCode::UnknownRoute);
    }
}

#[test]
fn a_ride_reply_that_its_definition_refuses_is_not_written() {
    let (client, platform) = (ride::Client::new(ride_config()).unwrap(), MeituanRide::new(ride_config()).unwrap());
    let request = client.request(&ConfirmOrder { mt_order_id: "9".into(), driver_id: "3".into() }, NOW).unwrap();
    let mut opened = platform.open(&request.url, request.body.as_bytes(), NOW).unwrap();
    opened.interface = &ride::SUBMIT_ORDER;
    assert!(platform.reply(&opened, &()).is_err());
    let submitted = SubmittedOrder { mt_order_id: "9".into() };
    assert!(platform.reply(&opened, &submitted).unwrap().contains("\"mtOrderId\":\"9\""));
}

#[test]
fn a_push_is_accepted_by_the_enterprise() {
    let (client, platform) = (ride::Client::new(ride_config()).unwrap(), MeituanRide::new(ride_config()).unwrap());
    let changed = OrderChanged { mt_order_id: Some("9".into()), event_code: Some(RideEvent(90)), ..OrderChanged::default() };
    let push = platform.push(&Push::OrderChanged(changed), NOW).unwrap();
    let received = client.receive(&push.uri, push.body.as_bytes(), NOW).unwrap();
    let Push::OrderChanged(received) = received.push else { panic!("{received:?}") };
    assert_eq!((received.mt_order_id, received.event_code), (Some("9".into()), Some(RideEvent(90))));
    assert!(MeituanRide::is_accepted(200, ride::PUSH_OK.as_bytes()));
    assert!(!MeituanRide::is_accepted(500, ride::PUSH_OK.as_bytes()) && !MeituanRide::is_accepted(200, br#"{"code":1}"#));
}

/// A store with one fault.
#[derive(Default)]
struct Faulty {
    fault: &'static str,
    inner: Arc<MemoryStore>,
    /// What was loaded first: a cache that nobody tells.
    cached: Mutex<BTreeMap<Id, Option<StoredOrder<u64>>>>,
    dues: Mutex<BTreeMap<Id, Option<Timestamp>>>,
    /// Saves that go wrong now and then.
    saves: Mutex<u32>,
    /// Somebody is changing an order.
    is_changing: Mutex<bool>,
}

impl Faulty {
    /// Hangs, or panics, where that is the fault of this function.
    async fn suffers(&self, name: &str) {
        if self.fault == format!("hangs in {name}") {
            std::future::pending::<()>().await;
        }
        assert!(self.fault != format!("panics in {name}"), "on purpose");
    }
}

/// Others go on first.
async fn others_go_on() {
    let mut is_first = true;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// The snapshot with each of its texts changed.
fn rewritten(snapshot: &str, change: &dyn Fn(&str) -> String) -> String {
    fn rewrite(value: &mut Value, change: &dyn Fn(&str) -> String) {
        match value {
            Value::String(text) => *text = change(text),
            Value::Array(list) => list.iter_mut().for_each(|value| rewrite(value, change)),
            Value::Object(object) => object.values_mut().for_each(|value| rewrite(value, change)),
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(snapshot).unwrap();
    rewrite(&mut value, change);
    value.to_string()
}

impl Store for Faulty {
    type Revision = u64;

    async fn load(&self, order_id: Id) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.suffers("load").await;
        let loaded = self.inner.load(order_id).await?;
        if self.fault == "remembers that nothing was there" {
            let mut cached = self.cached.lock().unwrap();
            return Ok(cached.entry(order_id).or_insert_with(|| loaded.clone()).as_ref().and(loaded));
        }
        let Some(mut stored) = loaded else { return Ok(None) };
        let change: &dyn Fn(&str) -> String = match self.fault {
            "loses U+0000" => &|text| text.replace('\0', ""),
            "trims" => &|text| text.trim_end().to_owned(),
            "normalises" => &|text| text.replace("e\u{301}", "\u{e9}"),
            "loses digits" => &|text| text.parse::<u64>().map_or(text.to_owned(), |number| format!("{}", number as f64)),
            "cuts long texts" => &|text| text.chars().take(4000).collect(),
            "returns stale reads" => {
                let mut cached = self.cached.lock().unwrap();
                return Ok(cached.entry(order_id).or_insert(Some(stored)).clone());
            }
            fault => {
                stored.snapshot = with_parts(&stored.snapshot, fault);
                return Ok(Some(stored));
            }
        };
        stored.snapshot = rewritten(&stored.snapshot, change);
        Ok(Some(stored))
    }

    async fn save(&self, mut order: SaveOrder<u64>) -> Result<bool, BoxError> {
        self.suffers("save").await;
        let current = self.inner.load(order.order_id).await?.map(|stored| stored.revision);
        match self.fault {
            "saves over others" => order.expected = current,
            "creates twice" if order.expected.is_none() => order.expected = current,
            "creates what is to be changed" if current.is_none() => order.expected = None,
            "is true where it is false" => {
                self.inner.save(order).await?;
                return Ok(true);
            }
            "reads, waits, then writes" => {
                if current != order.expected {
                    return Ok(false);
                }
                others_go_on().await;
                order.expected = self.inner.load(order.order_id).await?.map(|stored| stored.revision);
            }
            "creates once more while somebody changes" => match order.expected {
                Some(_) => {
                    *self.is_changing.lock().unwrap() = true;
                    others_go_on().await;
                    *self.is_changing.lock().unwrap() = false;
                }
                None if *self.is_changing.lock().unwrap() && current == Some(1) => order.expected = current,
                None => {}
            },
            "holds 64 KiB" if order.snapshot.len() > 65_535 => return Err("data too long for column".into()),
            "loses milliseconds" => order.due = order.due.map(|due| Timestamp(due.0 / 1000 * 1000)),
            "takes a due of 0 for none" => order.due = order.due.filter(|due| due.0 != 0),
            "keeps an old due" => order.due = *self.dues.lock().unwrap().entry(order.order_id).or_insert(order.due),
            _ => {}
        }
        let (id, due, is_change) = (order.order_id, order.due, order.expected.is_some());
        let saved = self.inner.save(order).await?;
        if saved || self.fault == "takes due from a save that is false" {
            self.dues.lock().unwrap().insert(id, due);
        }
        if self.fault == "loses a compare-and-swap now and then" && !saved && is_change {
            let mut saves = self.saves.lock().unwrap();
            *saves += 1;
            return Ok(saves.is_multiple_of(60));
        }
        Ok(saved)
    }
}

impl DueStore for Faulty {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<Id>, BoxError> {
        self.suffers("due").await;
        let all = || self.dues.lock().unwrap().keys().copied().collect::<Vec<_>>();
        Ok(match self.fault {
            "has nothing due" => Vec::new(),
            "has everything due" => all(),
            "takes due from a save that is false" => {
                let dues = self.dues.lock().unwrap();
                dues.iter().filter(|(_, due)| due.is_some_and(|due| due <= now)).map(|(id, _)| *id).take(max).collect()
            }
            "forgets the limit" => self.inner.due(now, usize::MAX).await?,
            _ => self.inner.due(now, max).await?,
        })
    }

    async fn claim_due(&self, now: Timestamp, max: usize, lease: Duration) -> Result<Option<Vec<Id>>, BoxError> {
        self.suffers("claim_due").await;
        Ok(match self.fault {
            "claims nothing" => Some(Vec::new()),
            "gives what is due to everybody" => Some(self.inner.due(now, max).await?),
            "claims for ever" => self.inner.claim_due(now, max, Duration::from_secs(3600)).await?,
            "forgets to claim before it is due" => self.inner.claim_due(Timestamp(now.0 + 1), max, lease).await?,
            "claims without limit" => self.inner.claim_due(now, usize::MAX, lease).await?,
            "does not claim" => None,
            _ => self.inner.claim_due(now, max, lease).await?,
        })
    }

    async fn with_conflicts(&self) -> Result<Option<Vec<Id>>, BoxError> {
        self.suffers("with_conflicts").await;
        Ok(match self.fault {
            "has no conflicts" => Some(Vec::new()),
            "has every conflict for ever" => Some(self.dues.lock().unwrap().keys().copied().collect()),
            _ => self.inner.with_conflicts().await?,
        })
    }
}

/// Connections to one database, each with its fault.
/// The snapshot as a database has it that keeps less than it was given.
fn with_parts(snapshot: &str, fault: &str) -> String {
    fn changed(value: Value, fault: &str) -> Value {
        match value {
            Value::Number(at) if fault == "keeps whole seconds" => {
                let seconds = at.as_i64().filter(|&at| at > 1_000_000_000_000).map(|at| at / 1000 * 1000);
                seconds.map_or(Value::Number(at), Value::from)
            }
            Value::Array(mut items) => {
                if fault == "sorts lists" {
                    items.sort_by_key(ToString::to_string);
                }
                items.into_iter().map(|item| changed(item, fault)).collect()
            }
            Value::Object(fields) if fields.is_empty() && fault == "takes an empty object for an empty list" => {
                Value::Array(vec![])
            }
            Value::Object(fields) => {
                let is_kept = |value: &Value| !(fault == "leaves out what is null" && value.is_null());
                let name = |name: String| if fault == "keeps dots for itself" { name.replace('.', "_") } else { name };
                let kept = fields.into_iter().filter(|(_, value)| is_kept(value));
                kept.map(|(field, value)| (name(field), changed(value, fault))).collect()
            }
            other => other,
        }
    }
    if ![
        "keeps whole seconds",
        "sorts lists",
        "takes an empty object for an empty list",
        "leaves out what is null",
        "keeps dots for itself",
    ]
    .contains(&fault)
    {
        return snapshot.to_owned();
    }
    changed(serde_json::from_str(snapshot).unwrap(), fault).to_string()
}

fn contract_of(faults: &[&'static str]) -> Result<(), BrokenContract> {
    let inner = Arc::new(MemoryStore::default());
    let connection = |&fault: &&'static str| Arc::new(Faulty { fault, inner: inner.clone(), ..Faulty::default() });
    let (connections, time): (Vec<_>, _) = (faults.iter().map(connection).collect(), Virtual::new());
    time.run(store_contract(&connections, Id(900_000_000_000_000_001), &time))
}

fn contract(fault: &'static str) -> Result<(), BrokenContract> {
    let store = Arc::new(Faulty { fault, ..Faulty::default() });
    let time = Virtual::new();
    time.run(store_contract(&[store.clone(), store], Id(900_000_000_000_000_001), &time))
}

#[test]
fn a_store_that_keeps_the_contract_passes_it() {
    for kept in ["none", "does not claim"] {
        contract(kept).unwrap();
    }
    contract_of(&["none", "none"]).unwrap();
    let stores = [Arc::new(MemoryStore::default())];
    block_on(store_contract(&stores, Id(1), &Threads::default())).unwrap();
    let rides = [Arc::new(MemoryStore::default())];
    block_on(store_contract(&rides, String::from("ride"), &Threads::default())).unwrap();
}

#[test]
fn every_fault_of_a_store_is_found_and_named() {
    for (fault, message) in [
        ("loses U+0000", "entries[0]: from character 0 on, expected \"\\0\", found \"\""),
        ("trims", "kept as they are: entries[0]: from character 0 on, expected \" \", found \"\""),
        ("normalises", "kept as they are: entries[1]: from character 0 on, expected \"e\\u{301}\", found \"é\""),
        ("loses digits", "to the last character: orderId: from character 17 on, expected \"2\", found \"0\""),
        ("cuts long texts", "to the last character: units[0].voucher: from character 4000 on"),
        ("keeps whole seconds", "to the last character: units[0].since: expected 1430908460457, found 1430908460000"),
        ("sorts lists", "to the last character: "),
        ("takes an empty object for an empty list", "to the last character: notices[0].body.body.empty: "),
        ("leaves out what is null", "to the last character: notices[0].body.body.nothing: "),
        ("keeps dots for itself", "to the last character: notices[0].body.body.a.b: "),
        ("holds 64 KiB", "an order of 1000 tickets with credentials is kept whole: save: data too long for column"),
        ("returns stale reads", "connection 0, read after save 2: expected 2, found 1"),
        ("remembers that nothing was there", "connection 0, read after save 1: the order is not there"),
        ("saves over others", "20 of 20 have won"),
        ("creates twice", "the second save is true"),
        ("creates what is to be changed", "an order that is not there is false: the save is true"),
        ("is true where it is false", "20 of 20 have won"),
        ("reads, waits, then writes", "save with the same revision at once, one wins: 20 of 20 have won"),
        ("loses a compare-and-swap now and then", "2 of 20 have won"),
        ("creates once more while somebody changes", "an order that was there was created again"),
        ("loses milliseconds", "-1 ms after the first: expected [], found [Id("),
        ("keeps an old due", "saved with due Some(1) ms later: listed true"),
        ("takes a due of 0 for none", "saved with due Some(-4102444800457) ms later: listed false"),
        ("has nothing due", "0 ms after the first: expected [Id("),
        ("has everything due", "-1 ms after the first"),
        ("takes due from a save that is false", "listed after a save that was false"),
        ("forgets the limit", "at most 1: found 2"),
        ("claims nothing", "four claims at once: expected [Id("),
        ("gives what is due to everybody", "four claims at once: expected [Id("),
        ("claims for ever", "at most 1: found 0"),
        ("forgets to claim before it is due", "-1 ms after the first: found [Id("),
        ("claims without limit", "at most 1: found"),
        ("has no conflicts", "saved with 2 conflicts: listed false"),
        ("has every conflict for ever", "saved with 0 conflicts: listed true"),
        ("panics in load", "an order that was never saved is not there: load: it panicked"),
    ] {
        let broken = contract(fault).expect_err(fault).to_string();
        assert!(broken.contains(message), "{fault}: {broken}");
    }
}

#[test]
fn a_connection_that_lags_is_found_though_each_by_itself_keeps_the_contract() {
    contract_of(&["none"]).unwrap();
    let broken = contract_of(&["none", "returns stale reads"]).unwrap_err().to_string();
    assert!(broken.contains("connection 1, read after save 2: expected 2, found 1"), "{broken}");
}

#[test]
fn a_store_that_hangs_ends_the_contract_and_is_named() {
    for (fault, name, before) in [
        ("hangs in load", "load", 0),
        ("hangs in save", "save", 0),
        ("hangs in due", "due", 0),
        ("hangs in claim_due", "claim_due", 0),
        ("hangs in with_conflicts", "with_conflicts", 0),
    ] {
        let BrokenContract { failures } = contract(fault).unwrap_err();
        assert_eq!(failures.len(), before + 1, "{fault}: {failures:?}");
        assert_eq!(failures[before].1, format!("{name} has not ended within 10000 ms"));
    }
}

#[test]
fn no_store_is_no_store_that_keeps_the_contract() {
    let time = Virtual::new();
    let broken = time.run(store_contract::<Id, MemoryStore>(&[], Id(1), &time)).unwrap_err();
    assert_eq!(broken.to_string(), "the store breaks its contract:\n  stores: no store was given");
}

/// A store of rides with one fault.
#[derive(Default)]
struct Rides {
    fault: &'static str,
    inner: MemoryStore<String>,
}

impl Rides {
    fn column(&self, key: String) -> Result<String, BoxError> {
        match self.fault {
            "does not tell keys by their case" => Ok(key.to_lowercase()),
            "cuts keys after 31 characters" => Ok(key.chars().take(31).collect()),
            "holds keys of 24 characters" if key.len() > 24 => Err("data too long for column".into()),
            _ => Ok(key),
        }
    }
}

impl Store<String> for Rides {
    type Revision = u64;

    async fn load(&self, key: String) -> Result<Option<StoredOrder<u64>>, BoxError> {
        self.inner.load(self.column(key)?).await
    }

    async fn save(&self, order: SaveOrder<u64, String>) -> Result<bool, BoxError> {
        let order_id = self.column(order.order_id.clone())?;
        self.inner.save(SaveOrder { order_id, ..order }).await
    }
}

impl DueStore<String> for Rides {
    async fn due(&self, now: Timestamp, max: usize) -> Result<Vec<String>, BoxError> {
        self.inner.due(now, max).await
    }
}

#[test]
fn a_store_of_rides_keeps_every_kind_of_key() {
    for (fault, message) in [
        ("does not tell keys by their case", "an account: the first save of Aride-5 is false"),
        ("cuts keys after 31 characters", "an account: the first save of 314253f8-912b-4c7e-9f25-ride-5-return is false"),
        ("holds keys of 24 characters", "an account: save: data too long for column"),
    ] {
        let (store, time) = (Arc::new(Rides { fault, ..Rides::default() }), Virtual::new());
        let BrokenContract { failures } = time.run(store_contract(&[store], "ride".to_owned(), &time)).unwrap_err();
        assert_eq!(failures.len(), 1, "{failures:?}");
        let broken = format!("{}: {}", failures[0].0, failures[0].1);
        assert!(broken.contains(message), "{fault}: {broken}");
    }
}
