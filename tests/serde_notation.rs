//! serde and the public types: what it writes of one it reads again, in program notation.

use meituan_protocol::message::definition::Message;
use meituan_protocol::message::value::FieldValue;
use meituan_protocol::message::{Notation, Packed, RawJson, Reading, read};
use meituan_protocol::ride;
use meituan_protocol::ticket;
use meituan_protocol::ticket::calls::OrderCreate;
use meituan_protocol::ticket::order::Order;
use meituan_protocol::ticket::service::{Input, Loaded, Service};
use meituan_protocol::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

const NOW: Timestamp = Timestamp(1_480_000_000_000);

fn survives<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
    let written = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&written).unwrap(), value, "{written}");
    written
}

fn create() -> OrderCreate {
    OrderCreate {
        order_id: meituan_protocol::message::Id(u64::MAX),
        partner_deal_id: "D".into(),
        quantity: 2,
        contacts: Some(RawJson::new(r#"[{"name":"\u738b","id":12345678901234567890}]"#).unwrap()),
        credential_list: Some(RawJson::new(r#"{"0": [1.50]}"#).unwrap()),
        ..OrderCreate::default()
    }
}

#[test]
fn a_message_with_json_of_an_unknown_form_is_read_as_it_was_written() {
    let written = survives(&create());
    assert!(written.contains(r#""contacts":[{"name":"\u738b","id":12345678901234567890}]"#), "{written}");
}

#[test]
fn an_order_with_an_open_attempt_is_read_as_it_was_written() {
    let (mut job, _) = Service::default().answer(create().into(), NOW);
    let step = Service::default().advance(&mut job, Input::Loaded(Loaded::default()), NOW);
    let order = step.save.unwrap().order;
    assert!(!order.attempts.is_empty(), "{order:?}");
    survives(&order);
}

/// The JSON of serde is the program notation of the definition, so that the two writers are one notation.
fn is_program_notation<T: FieldValue + Serialize + Default>(message: &'static Message) {
    let value = T::default();
    let (mut ours, mut packed) = (Vec::new(), Packed::default());
    value.encode(&mut ours);
    let by_serde = serde_json::to_vec(&value).unwrap();
    for json in [&ours, &by_serde] {
        read(message, json, Reading { notation: Notation::Program, ..Reading::WIRE }, &mut packed);
        let unreadable = packed.issues.iter().find(|issue| issue.code == meituan_protocol::ErrorCode::WrongType);
        assert!(unreadable.is_none(), "{unreadable:?} in {}", String::from_utf8_lossy(json));
    }
}

#[test]
fn both_writers_write_program_notation() {
    is_program_notation::<OrderCreate>(OrderCreate::MESSAGE);
    is_program_notation::<Order>(Order::MESSAGE);
    is_program_notation::<ride::requests::SubmitOrder>(ride::requests::SubmitOrder::MESSAGE);
    is_program_notation::<ticket::notices::ConsumeNotice>(ticket::notices::ConsumeNotice::MESSAGE);
}

/// What Meituan sends has ids as numbers, so that it is not taken for program notation: 58 yuan never become 58 fen.
#[test]
fn the_wires_notation_is_no_json_of_serdes() {
    let wire = r#"{"orderId":7,"partnerDealId":"D","mtDealId":1,"buyPrice":58,"unitPrice":58,"totalPrice":58,"quantity":1}"#;
    let error = serde_json::from_str::<OrderCreate>(wire).unwrap_err();
    assert!(error.to_string().contains("invalid type: integer `7`, expected a string"), "{error}");
    let envelope = format!(r#"{{"partnerId":1122,"body":{wire}}}"#);
    let read: OrderCreate = ticket::read_body(&ticket::ORDER_CREATE, false, envelope.as_bytes()).unwrap();
    assert_eq!(read.total_price, meituan_protocol::money::Fen(5800));
}
