//! Small orders, and what can happen to them.

use meituan_protocol::Secret;
use meituan_protocol::message::Packed;
use meituan_protocol::ticket::{Call, Config, ORDER_QUERY, Supplier};
use meituan_protocol::time::parse_wall_clock;
use serde_json::{Value, json};
use std::rc::Rc;

pub(crate) const PARTNER: u32 = 1122;

/// Now; after every lease; after the deadline of issuing; after that of refunds; where silence is in doubt; where it is over.
pub(crate) const TIMES: [&str; 6] = [
    "2026-03-02 10:00:00",
    "2026-03-02 10:02:00",
    "2026-03-02 10:20:00",
    "2026-03-04 12:00:00",
    "2026-03-05 12:00:00",
    "2026-03-07 12:00:00",
];

// The scenes.

/// An order, and what may happen to it.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) quantity: u32,
    /// What is issued.
    pub(crate) paid: Value,
    /// What its reschedules bring.
    pub(crate) rescheduled: [(&'static str, Value); 2],
    pub(crate) events: Vec<Happening>,
    /// Meituan's query, as it travels.
    pub(crate) query: Rc<str>,
}

/// An event, and what Meituan sends, if it is a call.
#[derive(Clone)]
pub(crate) struct Happening {
    pub(crate) name: &'static str,
    pub(crate) text: Rc<str>,
    pub(crate) call: Option<(&'static Call, Rc<str>)>,
    /// What the judge remembers it by: the call with its number.
    pub(crate) about: Rc<str>,
}

pub(crate) fn supplier() -> Supplier {
    let mut config = Config::new(PARTNER, "client", Secret::new("secret"));
    config.host = "https://meituan.example".into();
    Supplier::new(config).unwrap()
}

pub(crate) fn wire_of(call: &'static Call, body: &Value) -> Rc<str> {
    let (mut packed, mut wire) = (Packed::default(), Vec::new());
    let program = json!({ "partnerId": PARTNER, "body": body }).to_string();
    supplier().encode_request(call, program.as_bytes(), &mut packed, &mut wire).unwrap();
    String::from_utf8(wire).unwrap().into()
}

/// A call of Meituan's.
pub(crate) fn calls(name: &'static str, body: Value) -> Happening {
    let call = Call::named(name).unwrap();
    let number = ["refundId", "rescheduleNo", "refundSerialNo", "closeType"].iter().find_map(|field| body.get(field));
    let about = number.map_or(name.to_owned(), |number| format!("{name} {number}"));
    let wire = wire_of(call, &body);
    Happening { name, text: json!({ name: body }).to_string().into(), call: Some((call, wire)), about: about.into() }
}

/// Something that the supplier reports.
pub(crate) fn fact(name: &'static str, body: Value) -> Happening {
    Happening { name, text: json!({ name: body }).to_string().into(), call: None, about: name.into() }
}

pub(crate) fn create(quantity: u32) -> Happening {
    let body = json!({ "orderId": "7", "partnerDealId": "D", "mtDealId": "1", "buyPrice": 100, "unitPrice": 100,
        "totalPrice": 100 * quantity, "quantity": quantity });
    calls("orderCreate", body)
}

pub(crate) fn refund(id: &str, codes: &[&str], quantity: usize, people: &[&str]) -> Happening {
    let mut body = json!({ "orderId": "7", "refundId": id, "partnerOrderId": "P", "partnerDealId": "D", "voucherList": codes,
        "refundQuantity": quantity, "unitPrice": 100, "refundPrice": 100, "refundFee": 0, "refundTime": milliseconds(TIMES[0]) });
    if !people.is_empty() {
        body["credentialList"] = people.iter().map(|number| json!({ "credentialType": 0, "credentialNo": number })).collect();
    }
    calls("orderRefund", body)
}

pub(crate) fn message(kind: i32, count: usize, serial: &str, codes: &[&str]) -> Happening {
    let mut body = json!({ "orderId": "7", "refundPrice": 100, "refundMessageType": kind, "reason": "原因",
        "refundTime": milliseconds(TIMES[0]), "count": count });
    if !serial.is_empty() {
        body["refundSerialNo"] = serial.into();
    }
    if !codes.is_empty() {
        body["voucherList"] = json!(codes);
    }
    calls("orderRefunded", body)
}

pub(crate) fn reschedule(number: &str) -> Happening {
    calls("orderReschedule", json!({ "orderId": "7", "partnerOrderId": "P", "rescheduleType": 1, "rescheduleNo": number }))
}

pub(crate) fn milliseconds(wall_clock: &str) -> i64 {
    parse_wall_clock(wall_clock.as_bytes()).unwrap().0
}

impl Scene {
    /// The calls and facts that every order has.
    pub(crate) fn new(name: &'static str, quantity: u32, paid: Value, rescheduled: [(&'static str, Value); 2]) -> Self {
        let order = json!({ "orderId": "7", "partnerOrderId": "P" });
        let close = |kind: i32| calls("orderClose", json!({ "orderId": "7", "closeType": kind }));
        let mut issued = order.clone();
        paid.as_object().unwrap().iter().for_each(|(key, value)| issued[key] = value.clone());
        let agree = |id: &str| fact("refundAgreed", json!({ "refundId": id }));
        let refuse = |id: &str| fact("refundRefused", json!({ "refundId": id, "describe": "已过退改期限" }));
        let events = vec![
            create(quantity),
            calls("orderPay", order.clone()),
            close(1),
            close(2),
            close(3),
            message(2, quantity as usize, "", &[]),
            message(1, quantity as usize, "S0", &[]),
            message(1, 1, "S1", &[]),
            message(3, 1, "", &[]),
            fact("issued", issued.clone()),
            fact("issueFailed", json!({ "describe": "上游无票" })),
            agree("R1"),
            refuse("R1"),
            agree("R2"),
            refuse("R2"),
            fact("consumed", json!({ "id": "E0", "quantity": 1 })),
            fact("admit", json!({ "id": "G0", "quantity": 1 })),
            fact("timePassed", json!({})),
            reschedule("N1"),
            reschedule("N2"),
        ];
        Scene { name, quantity, paid: issued, rescheduled, events, query: wire_of(&ORDER_QUERY, &order) }
    }

    pub(crate) fn with(mut self, events: impl IntoIterator<Item = Happening>) -> Self {
        self.events.extend(events);
        self
    }

    /// One code a ticket.
    pub(crate) fn code_per_ticket(name: &'static str, codes: &[&str]) -> Self {
        let new = |voucher: &str| json!([{ "voucher": voucher }]);
        let paid = json!({ "voucherType": 1, "vouchers": codes });
        let entered = |id: &str, code: &str| fact("consumed", json!({ "id": id, "vouchers": [code] }));
        Scene::new(name, codes.len() as u32, paid, [("N1", new("L1")), ("N2", new("M1"))]).with([
            refund("R1", &codes[..1], 1, &[]),
            refund("R2", codes, codes.len(), &[]),
            refund("R3", &codes[..1], 1, &[]),
            message(1, 1, "S2", &codes[..1]),
            message(1, 2, "S3", &codes[..2]),
            message(3, 1, "R1", &codes[..1]),
            entered("E1", codes[0]),
            entered("E2", codes[1]),
            fact("admit", json!({ "id": "G1", "vouchers": &codes[..2] })),
        ])
    }

    /// One code for all.
    pub(crate) fn code_per_order() -> Self {
        let new = |voucher: &str| json!([{ "voucher": voucher }]);
        let paid = json!({ "voucherType": 2, "vouchers": ["K1"] });
        Scene::new("one code for 2", 2, paid, [("N1", new("L1")), ("N2", new("M1"))]).with([
            refund("R1", &["K1"], 1, &[]),
            refund("R2", &["K1"], 2, &[]),
            refund("R3", &["K1"], 1, &[]),
            message(1, 1, "S2", &["K1"]),
            message(3, 1, "R1", &["K1"]),
            fact("consumed", json!({ "id": "E1", "vouchers": ["K1"] })),
            fact("consumed", json!({ "id": "E2", "quantity": 2 })),
            fact("admit", json!({ "id": "G1", "vouchers": ["K1"], "quantity": 2 })),
        ])
    }

    /// Real names, each with a code or with a card alone.
    pub(crate) fn real_names(name: &'static str, with_codes: bool) -> Self {
        let codes = if with_codes { vec!["K1", "K2"] } else { Vec::new() };
        let person = |place: usize, number: &str| {
            let code = codes.get(place).map(|&code| (String::from("voucher"), json!(code)));
            let mut person = json!({ "credentialType": 0, "credentialNo": number });
            person.as_object_mut().unwrap().extend(code);
            person
        };
        let paid = json!({ "voucherType": 0, "realNameType": 1, "vouchers": codes,
            "credentialList": [person(0, "A001"), person(1, "B002")] });
        let new = |voucher: &str| match with_codes {
            true => json!([{ "credentialType": 0, "credentialNo": "A001", "voucher": voucher }]),
            false => json!([]),
        };
        let card = |id: &str, number: &str| fact("consumed", json!({ "id": id, "credentials": [{ "credentialNo": number }] }));
        let first = codes.get(..1).unwrap_or_default().to_vec();
        let mut scene = Scene::new(name, 2, paid, [("N1", new("L1")), ("N2", new("M1"))]).with([
            refund("R1", &first, 1, &["A001"]),
            refund("R2", &codes, 2, &["A001", "B002"]),
            refund("R3", &first, 1, &["A001"]),
            card("E1", "A001"),
            card("E2", "B002"),
            fact("admit", json!({ "id": "G1", "credentials": [{ "credentialNo": "A001" }] })),
        ]);
        if with_codes {
            let entered = fact("consumed", json!({ "id": "E3", "vouchers": ["K1"] }));
            scene = scene.with([message(1, 1, "S2", &["K1"]), message(3, 1, "R1", &["K1"]), entered]);
        }
        scene
    }
}
