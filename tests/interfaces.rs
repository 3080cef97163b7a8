//! The tables of interfaces: what is made of them agrees with the spec, and with itself.

use meituan_protocol::Secret;
use meituan_protocol::message::definition::{Facts, Kind, Message};
use meituan_protocol::message::{Packed, Reading, read};
use meituan_protocol::ride::{self, KeyPart};
use meituan_protocol::ticket::order::Event;
use meituan_protocol::ticket::{
    CALLS, Call, CallBody, Config, Direction, Encryption, Need, ReceivedCall, Reply, Supplier, Work, calls::*,
};
use meituan_protocol::time::Timestamp;

fn names(is: impl Fn(&Call) -> bool) -> Vec<&'static str> {
    CALLS.iter().filter(|call| is(call)).map(|call| call.name).collect()
}

#[test]
fn mandatory_and_optional_interfaces_are_those_of_the_acceptance_manual_in_its_order() {
    let mut mandatory = names(Call::is_mandatory);
    mandatory.sort_by_key(|name| match Call::named(name).unwrap().need {
        Need::Mandatory(item) => item,
        _ => unreachable!(),
    });
    assert_eq!(mandatory, ["orderCreate", "orderPay", "orderQuery", "orderRefund", "orderClose", "consumeNotice"]);
    assert_eq!(Call::mandatory().map(|call| call.name).collect::<Vec<_>>(), mandatory);
    let mut optional: Vec<_> = CALLS
        .iter()
        .filter_map(|call| match call.need {
            Need::Optional(item) => Some((item, call.name)),
            _ => None,
        })
        .collect();
    optional.sort_unstable();
    let expected = [(1, "productPull"), (2, "productChangeNotice"), (3, "productStatus"), (4, "poiPull"), (5, "priceCalendar")];
    assert_eq!(optional, expected);
}

#[test]
fn calls_that_act_are_those_after_which_an_unknown_outcome_is_no_failure() {
    let acting = ["orderCreate", "orderPay", "orderRefund", "orderClose", "orderRefunded", "orderReschedule"];
    assert_eq!(names(Call::acts), acting);
    assert_eq!(names(|call| call.work == Work::Needed), ["orderCreate", "orderPay", "orderRefund"]);
    assert_eq!(names(|call| call.work == Work::Served), ["orderReschedule"]);
    assert_eq!(names(|call| call.encryption == Encryption::Newer), ["orderCreate"]);
    assert_eq!(names(|call| call.encryption == Encryption::Always), ["levelPricePull", "levelPriceNotice"]);
}

#[test]
fn codes_that_never_say_a_failure_are_those_of_the_acceptance_manual() {
    assert_eq!(Call::never_failing(), [200, 598, 601, 602]);
    for call in CALLS {
        for code in [200, 598, 601, 602] {
            assert!(!call.may_fail_unlisted(code), "{} {code}", call.name);
        }
        assert!(call.pending.is_none_or(|code| call.is_outcome(code)), "{}", call.name);
        assert!(!call.is_outcome(call.failure) || call.name == "payNotice", "{}", call.name);
        assert!(call.lists(call.failure) && call.outcomes.iter().all(|&code| call.lists(code)), "{}", call.name);
    }
}

#[test]
fn each_outcome_of_a_call_puts_the_answer_off_or_says_that_it_was_given_and_has_words_of_its_own() {
    let supplier = Supplier::new(Config::new(1122, "client", Secret::new("secret"))).unwrap();
    let mut said: Vec<(i32, String)> = Vec::new();
    for call in CALLS.iter().copied().filter(|call| call.is_to_supplier()) {
        let kinds: Vec<_> = call.already.into_iter().chain(call.pending).collect();
        assert_eq!(kinds, call.outcomes, "{}", call.name);
        for &code in call.outcomes {
            said.push((code, words(&supplier, call, code)));
        }
    }
    let expected = [(598, "出票中"), (601, "已退款"), (602, "退款审批中"), (999, "异步受理")];
    assert_eq!(said, expected.map(|(code, words)| (code, words.to_owned())));
}

/// What Meituan gets with a code where the program says nothing.
fn words(supplier: &Supplier, call: &'static Call, code: i32) -> String {
    let file = format!("{}/tests/vectors/ticket/{}/request.json", env!("CARGO_MANIFEST_DIR"), call.name);
    let body = CallBody::from_wire(call, &std::fs::read(file).unwrap()).unwrap();
    let (warnings, date, signature) = Default::default();
    let received = ReceivedCall { call, body, warnings, encrypted: false, received_at: NOW, date, signature };
    let reply = supplier.reply_now(&received, &Reply::by_code(call, code, "", None), NOW).unwrap();
    serde_json::from_slice::<serde_json::Value>(&reply.body).unwrap()["describe"].as_str().unwrap().to_owned()
}

#[test]
fn each_call_about_an_order_is_an_event_of_it_and_no_other_is() {
    for call in CALLS.iter().filter(|call| call.direction == Direction::ToSupplier) {
        let is_event = Event::MESSAGE.fields.iter().any(|field| field.name == call.name);
        assert_eq!(is_event, call.is_about_order(), "{}", call.name);
    }
    let asked = CallBody::from(OrderPay { order_id: 7_u64.into(), ..OrderPay::default() });
    assert_eq!((asked.call().name, asked.order_id()), ("orderPay", Some(7_u64.into())));
    let event = Event::try_from(asked).unwrap();
    assert_eq!((event.call().unwrap().name, event.order_id()), ("orderPay", Some(7_u64.into())));
    assert_eq!(Event::try_from(CallBody::Heartbeat), Err(CallBody::Heartbeat));
}

#[test]
fn fields_that_the_table_names_are_fields_of_the_messages() {
    let fields = |body: &'static Message| {
        let body = body.fields.iter().find(|field| field.name == "body").map(|field| field.kind);
        match body {
            Some(Kind::Object(body)) => body.fields.iter().map(|field| field.name).collect(),
            _ => Vec::new(),
        }
    };
    for call in CALLS {
        let (asked, replied) = (fields(call.request), fields(call.reply));
        assert!(call.echoes.iter().all(|echo| asked.contains(echo) && replied.contains(echo)), "{}", call.name);
        assert!(call.repeats.iter().all(|field| asked.contains(field)), "{}", call.name);
        assert!(call.known_echo.is_none_or(|echo| call.echoes.contains(&echo)), "{}", call.name);
        assert!(call.times.iter().all(|time| replied.contains(time)), "{}", call.name);
    }
}

#[test]
fn requests_are_read_as_their_call_and_notices_are_none() {
    let query = CallBody::from_wire(Call::named("orderQuery").unwrap(), br#"{"partnerId":1,"body":{"orderId":7}}"#).unwrap();
    assert!(matches!(&query, CallBody::OrderQuery(query) if query.order_id.0 == 7), "{query:?}");
    let error = CallBody::from_wire(Call::named("payNotice").unwrap(), b"{}").unwrap_err();
    assert_eq!(error.detail, "payNotice");
    assert!(CallBody::from_wire(Call::named("orderPay").unwrap(), br#"{"partnerId":1}"#).is_err());
}

#[test]
fn pushes_about_an_order_are_events_of_it_and_each_has_a_key_of_its_own() {
    let pushes = ride::INTERFACES.iter().filter(|interface| interface.is_push());
    for push in pushes {
        let is_event = ride::order::Event::MESSAGE.fields.iter().any(|field| field.name == push.name);
        assert_eq!(is_event, push.is_about_order, "{}", push.name);
        let key = push.repeats.unwrap();
        let others = ride::INTERFACES.iter().filter(|other| other.repeats.is_some_and(|other| other.name == key.name));
        assert_eq!(others.count(), 1, "{}", key.name);
        for part in key.parts {
            let named = match *part {
                KeyPart::FirstOf(names) => names.to_vec(),
                KeyPart::Perhaps(name) | KeyPart::Inside(name, _) | KeyPart::Number(name) => vec![name],
                other => panic!("{other:?}"),
            };
            let is_field = |name| push.request.fields.iter().any(|field| field.name == name);
            assert!(named.into_iter().all(is_field), "{}: {part:?}", push.name);
        }
    }
    assert!(ride::INTERFACES.iter().all(|interface| interface.is_push() == interface.repeats.is_some()));
    let push = ride::Push::Other(ride::pushes::OrderChanged::default());
    assert_eq!(push.interface().name, "orderChanged");
    assert_eq!(ride::order::Event::try_from(push.clone()), Err(push));
}

#[test]
fn ride_calls_about_an_order_are_those_that_the_order_rules_know() {
    let mut about: Vec<_> =
        ride::INTERFACES.iter().filter(|one| one.is_about_order && !one.is_push()).map(|interface| interface.name).collect();
    let mut known = ride::order::Call::WORDS.to_vec();
    about.sort_unstable();
    known.sort_unstable();
    assert_eq!(about, known);
}

/// Code, path and rule of each finding, by the side of the exchange.
type Warnings = std::collections::BTreeMap<String, Vec<Expected>>;

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Expected {
    code: String,
    path: String,
    rule: Option<String>,
}

fn judge(folder: &str, name: &str, messages: [(&str, &'static Message); 2]) {
    let file = |file: &str| {
        let path = format!("{}/tests/vectors/{folder}/{name}/{file}.json", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let expected: Warnings = serde_json::from_str(&file("expected-warnings")).unwrap();
    for (side, message) in messages {
        let (text, mut packed) = (file(side), Packed::default());
        let facts = Facts { now: Some(NOW), ..Facts::NONE };
        assert!(read(message, text.as_bytes(), Reading { facts, ..Reading::WIRE }, &mut packed), "{}: {:?}", name, packed.issues);
        let found = packed.issues.iter().map(|issue| Expected {
            code: issue.code.as_str().into(),
            path: issue.path.clone(),
            rule: issue.rule.map(Into::into),
        });
        assert_eq!(found.collect::<Vec<_>>(), expected[side], "{name} {side}");
    }
}

/// When the messages are read: rules look at the day.
const NOW: Timestamp = Timestamp(1_479_945_600_000);

#[test]
fn each_interface_of_the_ticket_api_has_a_folder_of_vectors_and_each_folder_an_interface() {
    for call in CALLS {
        judge("ticket", call.name, [("request", call.request), ("response", call.reply)]);
    }
    let folders = std::fs::read_dir(format!("{}/tests/vectors/ticket", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert_eq!(folders.count(), CALLS.len());
}

#[test]
fn each_interface_of_the_ride_api_has_a_folder_of_vectors_and_each_folder_an_interface() {
    let folders = std::fs::read_dir(format!("{}/tests/vectors/ride", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut names: Vec<_> = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    let mut expected: Vec<_> = ride::INTERFACES.iter().map(|interface| interface.name).collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
}
