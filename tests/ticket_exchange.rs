//! What goes over the wire beside the messages: hosts, what refused calls are answered with, and what Meituan's replies say.

#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::ride::push_fail;
use meituan_protocol::ticket::codes::ProductChange;
use meituan_protocol::ticket::notices::ProductChangeNotice;
use meituan_protocol::ticket::order::Delivery;
use meituan_protocol::ticket::{BodyEncryption, Config, HOST, NoticeReply, ORDER_CREATE, Parts, Supplier};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Error, ErrorCode, Secret};

const NOW: Timestamp = Timestamp(0);

fn config() -> Config {
    Config::new(1122, "c", Secret::new("s")).route("/create", &ORDER_CREATE)
}

fn with(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = config();
    change(&mut config);
    config
}

fn key() -> BodyKey {
    BodyKey::new(&Secret::new("0123456789abcdef")).unwrap()
}

fn notice() -> Vec<ProductChangeNotice> {
    vec![ProductChangeNotice { partner_deal_id: "d".into(), status: ProductChange::LISTED }]
}

fn url(config: Config) -> String {
    Supplier::new(config).unwrap().request(&notice(), NOW).unwrap().url
}

fn parsed(config: Config, status: u16, body: &str) -> Result<NoticeReply, Error> {
    Supplier::new(config).unwrap().request(&notice(), NOW).unwrap().parse(status, body.as_bytes())
}

#[test]
fn notices_go_to_meituans_host_unless_another_is_set() {
    assert_eq!(config().host, HOST);
    assert_eq!(url(config()), "https://connectivity-adapter.meituan.com/rhone/mtp/api/deal/change/notice");
}

#[test]
fn slashes_at_a_hosts_end_make_no_other_path_than_the_signed_one() {
    for host in ["https://x.example", "https://x.example/", "https://x.example//"] {
        assert_eq!(url(with(|config| config.host = host.into())), "https://x.example/rhone/mtp/api/deal/change/notice");
    }
}

#[test]
fn what_is_no_host_is_refused_at_its_setting() {
    let wrong =
        ["", "x.example", "ftp://x.example", "https://", "https:///x", "https://x?y", "https://x#y", "https://x y", "https://u@x"];
    for host in wrong {
        let error = Supplier::new(with(|config| config.host = host.into())).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::InvalidConfig, "host"), "{host}");
    }
}

#[test]
fn a_notice_is_not_delivered_by_a_gateways_status_whatever_its_body_says() {
    for status in [199, 300, 404, 429, 500, 502] {
        let error = parsed(config(), status, r#"{"code":200,"describe":"success"}"#).unwrap_err();
        assert_eq!((error.code, error.detail.clone()), (ErrorCode::RemoteRejected, format!("HTTP {status}")));
        let remote = error.remote.as_ref().unwrap();
        assert_eq!((remote.http_status, remote.retryable, remote.code), (Some(status), status == 429 || status >= 500, 200));
    }
    assert_eq!(parsed(config(), 204, r#"{"code":200}"#).unwrap().delivery, Delivery::ACCEPTED);
}

#[test]
fn an_encrypted_reply_is_opened_and_a_plain_one_is_read_as_it_is() {
    let encrypting = || {
        with(|config| {
            config.body_encryption = Some(BodyEncryption { key: key(), app_key: String::new(), required: false });
        })
    };
    for body in [key().seal(br#"{"code":200}"#), r#" {"code":200}"#.into(), "\u{feff}{\"code\":200}".into()] {
        assert!(parsed(encrypting(), 200, &body).unwrap().accepted, "{body}");
    }
    let error = parsed(encrypting(), 200, "<html>").unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::DecryptionFailed, "body"));
}

#[test]
fn a_reply_that_is_too_large_is_not_looked_at() {
    let error = parsed(with(|config| config.max_body_bytes = 10), 200, r#"{"code":200,"describe":"success"}"#).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::BodyTooLarge, "body"));
}

#[test]
fn what_is_wrong_with_a_call_is_told_in_one_sentence_with_its_place() {
    let supplier = Supplier::new(config()).unwrap();
    let refusal = supplier.receive(&Parts { method: "POST", uri: "/x", ..Parts::default() }, b"", NOW).unwrap_err();
    let body = String::from_utf8(supplier.answer_refusal(&refusal).body).unwrap();
    assert!(body.contains("（url，UNKNOWN_ROUTE）"), "{body}");
}

#[test]
fn a_fault_of_our_settings_is_no_failure_of_an_order() {
    let supplier = Supplier::new(config()).unwrap();
    let date = "Thu, 01 Jan 1970 00:00:00 GMT";
    let parts = Parts { method: "POST", uri: "/create", signed_uri: Some(" "), partner_id: "1122", date, ..Parts::default() };
    let refusal = supplier.receive(&Parts { authorization: "MWS c:x", ..parts }, b"", NOW).unwrap_err();
    assert_eq!(refusal.error.code, ErrorCode::InvalidConfig);
    let reply = supplier.answer_refusal(&refusal);
    assert_eq!((reply.status, reply.body.len()), (503, 0));
}

#[test]
fn a_reason_in_which_nothing_is_to_be_seen_is_none() {
    for reason in ["", " ", "\u{3000}", "\u{feff}", "\u{200b}\u{200d}", "\u{85}", "\n"] {
        let error = push_fail(1, reason).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (ErrorCode::EmptyString, "message"), "{reason:?}");
    }
    assert_eq!(push_fail(1, "\"订单\"\n").unwrap(), "{\"code\":1,\"message\":\"\\\"订单\\\"\\u000a\"}");
}
