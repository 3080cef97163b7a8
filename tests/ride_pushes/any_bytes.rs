//! Altered contents, and any bytes.

use meituan_protocol::ErrorCode;
use meituan_protocol::ride::*;
use meituan_protocol::time::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

use crate::ride_support::*;

fn altered(content: String) -> impl Strategy<Value = String> {
    (any::<prop::sample::Index>(), "[A-Za-z0-9_+/= %&-]{1,3}").prop_map(move |(at, with)| {
        let mut content = content.clone();
        let at = at.index(content.len());
        content.replace_range(at..(at + with.len()).min(content.len()), &with);
        content
    })
}

fn sealed_examples() -> impl Strategy<Value = (&'static str, String)> {
    (0..3_usize).prop_map(|index| {
        let (path, interface) = [("/capacity", &CAPACITY_OFFERED), ("/event", &ORDER_CHANGED), ("/refund", &REFUNDED)][index];
        (path, seal(SECRET_KEY, example(interface, "request.json").as_bytes()))
    })
}

proptest! {
    #[test]
    fn an_altered_content_is_a_named_error_or_an_altered_document(
        (path, altered, original) in sealed_examples()
            .prop_flat_map(|(path, content)| (Just(path), altered(content.clone()), Just(content))),
    ) {
        let now = Timestamp(1_621_222_860_000);
        let letters = |content: &str| content.replace(['+', ' '], "-").replace('/', "_").trim_end_matches('=').to_owned();
        prop_assume!(letters(&altered) != original && !altered.contains(['%', '&']));
        let receive = |content: &str| client().receive(path, format!("token={TOKEN}&content={content}").as_bytes(), now);
        let same = receive(&original).unwrap();
        match receive(&altered) {
            Err(refusal) => prop_assert!(ErrorCode::ALL.contains(&refusal.error.code)),
            Ok(other) => prop_assert_ne!((other.push, found(&other.warnings)), (same.push, found(&same.warnings))),
        }
    }

    #[test]
    fn no_bytes_make_receive_panic(
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            any::<Vec<u8>>().prop_map(|text| format!("token={TOKEN}&content={}", seal(SECRET_KEY, &text)).into_bytes()),
            "[{}\\[\\]\":,a-z0-9]{0,40}".prop_map(|text| push_form(TOKEN, &text).into_bytes()),
            "[a-z]{0,3}".prop_flat_map(|name| ("[\"{}\\[\\]a-z0-9.-]{0,12}", Just(name))).prop_map(|(value, name)| {
                push_form(TOKEN, &format!(r#"{{"eventCode":{value},"eventTime":{value},"{name}":{value},"data":{value}}}"#)).into_bytes()
            }),
        ],
        uri in "(/refund|/event|/capacity)[?&=%a-z#]{0,12}",
        now in any::<i64>(),
    ) {
        if let Err(refusal) = client().receive(&uri, &body, Timestamp(now)) {
            prop_assert!(ErrorCode::ALL.contains(&refusal.error.code));
            let answer: Value = serde_json::from_str(&refusal.answer()).unwrap();
            prop_assert_ne!(&answer["code"], 0);
        }
    }
}
