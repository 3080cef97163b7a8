//! What `Debug` shows: neither secrets, nor tokens, nor what a guest or passenger is known by.

use meituan_protocol::message::{Id, RawJson};
use meituan_protocol::ride::{self, requests::SubmitOrder};
use meituan_protocol::ticket::calls::{OrderCreate, OrderPaid, OrderRefund, Visitor};
use meituan_protocol::ticket::handler::{MemoryStore, SaveOrder, SeenCall, SeenInMemory, Store, block_on};
use meituan_protocol::ticket::notices::ProductChangeNotice;
use meituan_protocol::ticket::order::{Consumed, Event};
use meituan_protocol::ticket::service::{Input, Loaded, Service};
use meituan_protocol::ticket::{self, HttpReply, Parts, Supplier};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Error, ErrorCode, Secret, ba, time::http_date};
use std::error::Error as _;

const NOW: Timestamp = Timestamp(1_480_000_000_000);
/// Stands for whatever must not be seen.
const HIDDEN: &str = "do-not-show";

fn shows_nothing(shown: &str) {
    assert!(!shown.contains(HIDDEN), "{shown}");
}

#[test]
fn a_received_call_does_not_show_who_the_guests_are() {
    let visitor = Visitor {
        name: Some(HIDDEN.into()),
        mobile: Some(HIDDEN.into()),
        credentials: Some([("0".to_owned(), HIDDEN.to_owned())].into()),
        ..Visitor::default()
    };
    let contacts = Some(RawJson::new(format!("[{HIDDEN:?}]")).unwrap());
    let create = OrderCreate { order_id: Id(7), visitors: Some(vec![visitor]), contacts, ..OrderCreate::default() };
    let shown = format!("{create:?} {:?}", ticket::CallBody::from(create.clone()));
    shows_nothing(&shown);
    // What is needed to find the mistake is there, and whether there was anything.
    for needed in ["order_id: Id(7)", "name: ***", "contacts: ***", "pinyin: None"] {
        assert!(shown.contains(needed), "{needed} in {shown}");
    }
}

#[test]
fn requests_show_no_token_signature_or_content() {
    let config = ride::Config::new(617, Secret::new(HIDDEN), Secret::new("AAECAwQFBgcICQoLDA0ODw=="));
    let client = ride::Client::new(config).unwrap();
    let ask = ride::requests::CancelOrder { mt_order_id: "1".into(), ..Default::default() };
    let request = client.request(&ask, NOW).unwrap();
    assert!(request.body.contains(HIDDEN));
    shows_nothing(&format!("{request:?} {client:?}"));
    let submit = SubmitOrder { mobile: Some(HIDDEN.into()), from_address: HIDDEN.into(), ..Default::default() };
    shows_nothing(&format!("{submit:?}"));

    let supplier = Supplier::new(ticket::Config::new(1122, "client", Secret::new(HIDDEN))).unwrap();
    let change = vec![ProductChangeNotice { partner_deal_id: HIDDEN.into(), ..Default::default() }];
    let notice = supplier.request(&change, NOW).unwrap();
    let signature = notice.headers.iter().find(|(name, _)| *name == "Authorization").unwrap().1.clone();
    let shown = format!("{notice:?} {supplier:?}");
    shows_nothing(&shown);
    assert!(!shown.contains(&signature));
}

fn supplier() -> Supplier {
    let config = ticket::Config::new(1122, "client", Secret::new("secret"));
    Supplier::new(config.route("/mt/order/create", &ticket::ORDER_CREATE)).unwrap()
}

fn parts<'r>(date: &'r str, authorization: &'r str) -> Parts<'r> {
    Parts { method: "POST", uri: "/mt/order/create", partner_id: "1122", date, authorization, ..Parts::default() }
}

/// A call of somebody who must not be seen, from its signature to what is stored of it.
#[test]
fn on_its_way_from_the_wire_to_the_store_a_call_shows_neither_guests_nor_signature() {
    let supplier = supplier();
    let date = http_date(NOW);
    let signature = ba::sign(&ba::Key::new(&Secret::new("secret")), "POST", "/mt/order/create", &date);
    let authorization = ba::authorization("client", &signature);
    let parts = parts(&date, &authorization);
    let body = format!(
        r#"{{"partnerId":1122,"body":{{"orderId":7,"partnerDealId":"D","mtDealId":1,"buyPrice":58,"unitPrice":58,"totalPrice":58,
            "quantity":1,"visitors":[{{"name":"{HIDDEN}","mobile":"{HIDDEN}"}}],"contacts":[{{"name":"{HIDDEN}"}}],
            "travelDate":"2026-03-02"}}}}"#
    );
    let hides = |shown: &str| {
        shows_nothing(shown);
        assert!(!shown.contains(&*signature) && !shown.contains("ZG8tbm90LXNob3c"), "{shown}");
    };
    let received = supplier.receive(&parts, body.as_bytes(), NOW).unwrap();
    hides(&format!("{received:?} {parts:?}"));
    assert!(format!("{received:?}").contains("Call(\"orderCreate\")"));
    let signed = supplier.sign("POST", "/mt/order/create", NOW).unwrap();
    assert_eq!(signed.authorization, authorization);
    hides(&format!("{signed:?}"));
    #[cfg(feature = "diagnosis")]
    {
        let secrets = [Secret::new(HIDDEN)];
        let evidence = ba::Evidence {
            authorization: &authorization,
            body: body.as_bytes(),
            date: &date,
            secrets: &secrets,
            ..Default::default()
        };
        let evidence_shown = format!("{evidence:?}");
        assert!(!evidence_shown.contains(&format!("{:?}", body.as_bytes())[1..40]));
        hides(&evidence_shown);
    }
    let reply = HttpReply { body: body.clone().into_bytes(), ..HttpReply::unknown() };
    assert!(!format!("{reply:?}").contains(&format!("{:?}", body.as_bytes())[1..40]));

    let ticket::CallBody::OrderCreate(create) = received.body else { panic!() };
    let (mut job, step) = Service::default().answer(create.into(), NOW);
    hides(&format!("{job:?} {step:?}"));
    let step = Service::default().advance(&mut job, Input::Loaded(Loaded::default()), NOW);
    assert!(step.save.is_some());
    hides(&format!("{job:?} {step:?}"));
    // Of a guest who is known by a credential, the snapshot has its number.
    let snapshot = RawJson::new(format!(r#"{{"credentialNo":"{HIDDEN}"}}"#)).unwrap();
    let stored = SaveOrder { order_id: Id(7), snapshot: snapshot.as_str().to_owned(), expected: None, due: None, conflicts: 0 };
    hides(&format!("{snapshot:?} {stored:?}"));
    let store = MemoryStore::default();
    assert!(block_on(store.save(stored)).unwrap());
    hides(&format!("{store:?} {:?}", block_on(store.load(Id(7))).unwrap().unwrap()));
}

#[test]
fn the_codes_that_open_a_gate_are_not_shown() {
    let paid = OrderPaid { vouchers: Some(vec![HIDDEN.into()]), voucher_pics: Some(vec![HIDDEN.into()]), ..OrderPaid::default() };
    let refund = OrderRefund { voucher_list: vec![HIDDEN.into()], ..OrderRefund::default() };
    let entered = Consumed { vouchers: Some(vec![HIDDEN.into()]), ..Consumed::default() };
    shows_nothing(&format!("{paid:?} {refund:?} {entered:?} {:?}", Event::Issued(paid.clone())));
}

#[test]
fn a_program_refuses_what_it_found_itself_in_the_words_of_the_call() {
    let supplier = Supplier::new(ticket::Config::new(1122, "client", Secret::new("secret"))).unwrap();
    let refusal = ticket::Refusal::new(Error::at(ErrorCode::BodyTooLarge, "body"), Some(&ticket::ORDER_PAY), false);
    let reply = supplier.answer_refusal(&refusal);
    assert!(String::from_utf8(reply.body).unwrap().contains("BODY_TOO_LARGE"));
    let refusal = ride::Refusal::new(Error::at(ErrorCode::BodyTooLarge, "body"), Some(&ride::REFUNDED));
    assert_eq!(refusal.answer(), r#"{"code":1,"message":"BODY_TOO_LARGE"}"#);
}

#[test]
fn what_a_process_remembers_of_calls_does_not_show_their_signatures() {
    let seen = SeenInMemory::default();
    let call = SeenCall { signature: HIDDEN.into(), call: "orderPay", ..SeenCall::default() };
    shows_nothing(&format!("{call:?}"));
    seen.seen(call);
    shows_nothing(&format!("{seen:?}"));
}

#[test]
fn a_refusal_is_an_error_and_its_source_says_why() {
    let supplier = supplier();
    let date = http_date(NOW);
    let authorization = ba::authorization("client", &ba::sign(&ba::Key::new(&Secret::new("another")), "POST", "/", &date));
    let parts = parts(&date, &authorization);
    assert!(!format!("{parts:?}").contains(&authorization));
    let refusal = supplier.receive(&parts, b"{}", NOW).unwrap_err();
    assert_eq!(refusal.to_string(), "orderCreate is not accepted");
    assert!(refusal.source().unwrap().to_string().starts_with("BAD_SIGNATURE"));
}

#[test]
fn clones_of_supplier_and_client_share_their_secrets() {
    let supplier = Supplier::new(ticket::Config::new(1122, "client", Secret::new("secret"))).unwrap();
    assert!(std::ptr::eq(supplier.config(), supplier.clone().config()));
    let config = ride::Config::new(617, Secret::new("token"), Secret::new("AAECAwQFBgcICQoLDA0ODw=="));
    let client = ride::Client::new(config).unwrap();
    assert!(std::ptr::eq(client.config(), client.clone().config()));
}

#[cfg(feature = "texts")]
#[test]
fn hints_for_rust_programs_name_what_there_is_in_rust() {
    const JAVASCRIPT: &[&str] = &[
        "toleranceSeconds",
        "maxBodyBytes",
        "maxBytes",
        "bodyEncryption",
        "clientSecret",
        "signedUri",
        "setting clientId",
        "setting partnerId",
        "setting accessKey",
        "setting entId",
        "配置项 ",
        "numeric",
        "数字字符串",
        "failUnlisted",
        "remoteCode",
        "storeContract",
        "parseResponse",
        "sendLimit",
        "orders.",
        "yuan('",
        "slice",
        "Express",
        "express",
        "originalUrl",
        "bodyParser",
        "npx",
        "`meituan-protocol",
        "JavaScript",
    ];
    for code in meituan_protocol::ErrorCode::ALL {
        // Only the package has these errors.
        if ["TIMED_OUT", "MODULE_FAILED", "WASM_UNAVAILABLE"].contains(&code.as_str()) {
            continue;
        }
        let (meaning, hint) = (code.meaning(), code.hint());
        for text in [meaning.en, meaning.zh, hint.en, hint.zh] {
            let found = JAVASCRIPT.iter().find(|word| text.contains(**word));
            assert_eq!(found, None, "{code}: {text}");
        }
    }
    let error = meituan_protocol::Error::at(meituan_protocol::ErrorCode::BodyTooLarge, "body");
    assert_eq!(
        error.to_string(),
        "BODY_TOO_LARGE: the body is larger than `Config::max_body_bytes`, or a recording than is read (at body)"
    );
}
