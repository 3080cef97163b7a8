//! Settings, and broken rules, with their places.

use crate::garden::{order, sent};
use meituan_protocol::Secret;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::{Packed, Reading, read};
use meituan_protocol::ticket::*;

#[test]
fn a_configuration_that_cannot_work_is_refused_with_its_setting() {
    let refused = |config: Config| Supplier::new(config).unwrap_err().path.clone();
    let good = || Config::new(1, "c", Secret::new("s"));
    assert_eq!(refused(Config::new(1, "", Secret::new("s"))), "clientId");
    assert_eq!(refused(Config::new(1, "c d", Secret::new("s"))), "clientId");
    assert_eq!(refused(Config::new(1, "c", Secret::new(""))), "clientSecret");
    assert_eq!(refused(Config::new(1, "c", Secret::new("s\n"))), "clientSecret");
    assert_eq!(refused(good().route("no-slash", &ORDER_PAY)), "routes");
    assert_eq!(refused(good().route("/a?b", &ORDER_PAY)), "routes");
    assert_eq!(refused(good().route("/a", &PAY_NOTICE)), "routes");
    assert_eq!(refused(good().route("/a", &ORDER_PAY).route("/a", &ORDER_QUERY)), "routes");
}

proptest::proptest! {
    #[test]
    fn no_body_makes_receiving_panic(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = sent("/mt/order/create", body).receive();
    }

    #[test]
    fn no_altered_body_makes_receiving_panic(at in 0_usize..500, with in proptest::prelude::any::<u8>()) {
        let mut body = order().to_string().into_bytes();
        let at = at % body.len();
        body[at] = with;
        let _ = sent("/mt/order/create", body).receive();
    }
}

#[test]
fn a_broken_rule_is_placed_at_its_field_or_where_that_should_stand() {
    let places = |text: &str| -> Vec<usize> {
        let mut packed = Packed::default();
        let facts = Facts { quantity: Some(2), ..Facts::NONE };
        read(ORDER_PAY.reply, text.as_bytes(), Reading { facts, success: true, ..Reading::WIRE }, &mut packed);
        packed.issues.iter().filter(|issue| issue.rule.is_some()).map(|issue| issue.offset as usize).collect()
    };
    let head = r#"{"partnerId":1122,"code":200,"describe":"success","body": {"orderId":1,"#;
    let one = format!(r#"{head}"partnerOrderId":"{{\"vouchers\":[]","voucherType":1, "vouchers" : [ "A" ] }}}}"#);
    assert_eq!(places(&one), [one.find("[ \"A\"").unwrap()]);
    let none = format!(r#"{head}"partnerOrderId":"P1","voucherType":1}}}}"#);
    assert_eq!(places(&none), [none.find("{\"orderId").unwrap()]);
}
