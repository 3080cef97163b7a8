//! What leaves the machine and comes back: notices as they are sent, orders and events as JSON.

use crate::desk::{Desk, NOW, ORDER, agree, end, entered, paid, refund};
use meituan_protocol::message::Packed;
use meituan_protocol::ticket::notices::*;
use meituan_protocol::ticket::order::*;
use meituan_protocol::ticket::{Config, Supplier};
use meituan_protocol::{ErrorCode, Secret};
use serde_json::{Value, json};

#[test]
fn every_notice_in_the_outbox_can_be_sent_as_it_is() {
    let mut config = Config::new(1122, "client", Secret::new("secret"));
    config.host = "https://example.invalid".into();
    let supplier = Supplier::new(config).unwrap();
    let mut desk = Desk::issuing(2);
    desk.tell(Event::Issued(paid(2)));
    let key = desk.run(refund("R", &["C1"]));
    desk.tell(end(&key, Outcome::PENDING));
    desk.tell(agree("R"));
    desk.tell(entered("E", &["C2"]));
    let [pay, refund, consume] = &desk.order().notices[..] else { panic!() };
    let sent = supplier.request(&pay.message::<PayNoticeRequest>().unwrap(), NOW).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains(r#""vouchers":["C1","C2"]"#));
    let sent = supplier.request(&refund.message::<RefundNoticeRequest>().unwrap(), NOW).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains(r#""refundId":"R""#) && sent.warnings.is_empty());
    let sent = supplier.request(&consume.message::<ConsumeNotice>().unwrap(), NOW).unwrap();
    assert!(String::from_utf8(sent.body).unwrap().contains(r#""usedQuantity":1,"refundedQuantity":1"#) && sent.warnings.is_empty());
    assert_eq!(consume.message::<PayNoticeRequest>(), None);
}

fn apply_text(snapshot: &str, event: &str, settings: &str) -> Result<Value, meituan_protocol::Error> {
    let mut out = Vec::new();
    apply_json(snapshot.as_bytes(), event.as_bytes(), settings.as_bytes(), NOW, &mut Packed::default(), &mut out)?;
    Ok(serde_json::from_slice(&out).unwrap())
}

#[test]
fn the_machine_over_json_is_the_machine_over_types() {
    let order_id = ORDER.0.to_string();
    let create = json!({ "orderCreate": { "orderId": order_id, "partnerDealId": "D", "mtDealId": "1", "buyPrice": 1, "unitPrice": 0,
        "totalPrice": 0, "quantity": 2, "visitors": [{ "name": "张三", "gender": 7, "credentials": { "0": "1" } }] } });
    let reserved = apply_text("", &create.to_string(), "").unwrap();
    assert_eq!(reserved["run"], json!({ "call": "orderCreate", "key": format!("orderCreate:{order_id}") }));
    assert_eq!(reserved["next"]["attempts"][0].get("request"), None, "no visitor is stored");
    let end = json!({ "attemptEnded": { "key": reserved["run"]["key"], "outcome": 1, "created": { "partnerOrderId": "P" } } });
    let ended = apply_text(&reserved["next"].to_string(), &end.to_string(), "").unwrap();
    assert_eq!(ended["reply"], json!({ "code": 200, "describe": "success", "body": { "partnerOrderId": "P" } }));
    let desk = Desk::created(2);
    assert_eq!(ended["next"].to_string(), serde_json::from_str::<Value>(&desk.order().to_json()).unwrap().to_string());
    let pay = json!({ "orderPay": { "orderId": order_id } });
    let run = apply_text(&ended["next"].to_string(), &pay.to_string(), r#"{"lease":5}"#).unwrap();
    assert_eq!((&run["kind"], &run["due"]), (&json!("moved"), &json!(NOW.0 + 5)));
}

#[test]
fn a_snapshot_is_read_as_it_was_written_and_forgets_what_it_does_not_know() {
    let mut desk = Desk::issued(2);
    desk.run(refund("R \"1\"\n", &["C1"]));
    desk.tell(entered("E", &["C2"]));
    let text = desk.order().to_json();
    assert_eq!(Order::from_json(text.as_bytes()).unwrap().as_ref(), desk.order.as_ref());
    assert_eq!(Order::from_json(b""), Ok(None));
    let mut value: Value = serde_json::from_str(&text).unwrap();
    value["later"] = json!({ "version": 2 });
    value["issued"]["realNameType"] = json!(7);
    let event = json!({ "consumed": { "id": "E2", "quantity": 1 } }).to_string();
    let next = apply_text(&value.to_string(), &event, "").unwrap()["next"].clone();
    assert_eq!((next.get("later"), &next["issued"]["realNameType"]), (None, &json!(7)));
}

#[test]
fn what_cannot_be_a_snapshot_or_an_event_is_refused_with_its_path() {
    let text = Desk::issued(1).order().to_json();
    let event = json!({ "timePassed": {} }).to_string();
    let code = |snapshot: &str, event: &str, settings: &str| {
        let error = apply_text(snapshot, event, settings).unwrap_err();
        (error.code, error.path.clone())
    };
    let newer = text.replace("\"format\":2", "\"format\":3");
    assert_eq!(code(&newer, &event, ""), (ErrorCode::OutOfRange, "order.format".into()));
    let impossible = text.replace("\"lifecycle\":1", "\"lifecycle\":2");
    assert_eq!(code(&impossible, &event, ""), (ErrorCode::RuleBroken, "order.lifecycle".into()));
    assert_eq!(code("[]", &event, ""), (ErrorCode::WrongType, "order".into()));
    assert_eq!(code(&text, &event, r#"{"leese":1}"#), (ErrorCode::UnknownField, "settings.leese".into()));
    assert_eq!(code(&text, "{}", ""), (ErrorCode::MissingField, String::new()));
    let two = json!({ "timePassed": {}, "takeOver": { "key": "k" } }).to_string();
    assert_eq!(code(&text, &two, "").0, ErrorCode::MissingField);
    let misspelt = json!({ "consumed": { "id": "E", "voucher": ["C1"] } }).to_string();
    assert_eq!(code(&text, &misspelt, ""), (ErrorCode::UnknownField, "consumed.voucher".into()));
    let wrong =
        json!({ "issued": { "orderId": "7", "partnerOrderId": "P", "voucherType": 1, "vouchers": ["A", "B"] } }).to_string();
    assert_eq!(code(&text, &wrong, "").0, ErrorCode::RuleBroken, "one ticket, two codes");
}

#[test]
fn no_bytes_make_the_machine_panic() {
    const SEEDS: [u64; 4] = [1, 2, 3, 0x9e37_79b9_7f4a_7c15];
    println!("seeds {SEEDS:?}");
    let texts = [Desk::issued(2).order().to_json(), json!({ "orderPay": { "orderId": "7" } }).to_string()];
    for seed in SEEDS {
        let mut state = seed;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as usize
        };
        for _ in 0..500 {
            let mut altered: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            for text in &mut altered {
                for _ in 0..random() % 3 {
                    let at = random() % text.len();
                    text[at] = b"0123456789\"{}[],:-null\\"[random() % 23];
                }
            }
            let mut out = Vec::new();
            let _ = apply_json(&altered[0], &altered[1], b"", NOW, &mut Packed::default(), &mut out);
        }
    }
}

#[test]
#[cfg(feature = "texts")]
fn the_diagram_shows_every_move_of_the_table() {
    let diagram = diagram();
    assert!(diagram.starts_with("stateDiagram-v2\n"));
    for line in ["    Created --> Issuing: OrderPay / run\n", "    Issued: Issued · open, orderStatus 4\n"] {
        assert!(diagram.contains(line), "{diagram}");
    }
    let moves = TABLE.iter().flat_map(|row| row.from().map(move |from| (from, row.next(from)))).filter(|(from, to)| from != to);
    for (from, to) in moves {
        assert!(diagram.contains(&format!("    {from:?} --> {to:?}: ")), "{from:?} {to:?}");
    }
}
