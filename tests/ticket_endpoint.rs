//! Where Meituan reaches the supplier, and the mail that announces a change of it.

use meituan_protocol::message::definition::RuleVerdict;
use meituan_protocol::ticket::acceptance::*;
use meituan_protocol::ticket::change_mail::*;
use meituan_protocol::ticket::working_days::Calendar;
use meituan_protocol::time::{Timestamp, parse_wall_clock};
use meituan_protocol::{Error, ErrorCode};

fn at(text: &str) -> Timestamp {
    parse_wall_clock(text.as_bytes()).unwrap()
}

fn change() -> ChangeOfEndpoint {
    ChangeOfEndpoint {
        pms_name: "云票通".into(),
        partner_id: 1122,
        kind: ChangeKind::Address,
        upgrade_at: at("2026-03-11 22:00:00"),
        scope: "订单创建、订单出票".into(),
        restored_at: at("2026-03-12 02:00:00"),
        sales_contact: "bd@meituan.example".into(),
    }
}

fn refused(change: &ChangeOfEndpoint) -> Error {
    change.mail(at("2026-03-06 18:00:00"), &Calendar::default()).unwrap_err()
}

#[test]
fn the_mail_is_written_as_the_hand_out_says() {
    let mail = change().mail(at("2026-03-06 22:00:00"), &Calendar::default()).unwrap();
    assert_eq!(mail.to, ["bd@meituan.example", "hb.trip.api@meituan.com", "ask.api@meituan.com"]);
    assert_eq!(mail.subject, "【云票通】【1122】更换接口地址");
    assert_eq!(
        mail.body,
        "【云票通】【1122】更换接口地址，升级时间：2026-03-11 22:00:00，影响范围：订单创建、订单出票，升级完成（恢复上线时间）：2026-03-12 02:00:00"
    );
    let upgrade = ChangeOfEndpoint { kind: ChangeKind::Upgrade, ..change() };
    assert_eq!(upgrade.mail(at("2026-03-06 22:00:00"), &Calendar::default()).unwrap().subject, "【云票通】【1122】系统升级");
}

#[test]
fn less_than_three_working_days_of_notice_is_refused_and_the_earliest_time_told() {
    let error = change().mail(at("2026-03-06 22:00:01"), &Calendar::default()).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::RuleBroken, "upgradeAt"));
    assert_eq!((error.rule, error.detail.as_str()), (Some("endpoint.change-notice"), "earliest 2026-03-11 22:00:01"));
    // 清明节 is from 4 to 6 April.
    let spring = |announced| {
        ChangeOfEndpoint { upgrade_at: at("2026-04-08 10:00:00"), restored_at: at("2026-04-08 12:00:00"), ..change() }
            .mail(at(announced), Calendar::shipped())
    };
    assert!(spring("2026-04-02 10:00:00").is_ok() && spring("2026-04-02 10:00:01").is_err());
    let holiday = Calendar { holidays: Some(vec!["2026-03-10".parse().unwrap()]), ..Calendar::default() };
    assert!(change().mail(at("2026-03-06 18:00:00"), &holiday).is_err());
    let made_up = Calendar { make_up_days: Some(vec!["2026-03-07".parse().unwrap()]), ..holiday };
    assert!(change().mail(at("2026-03-06 18:00:00"), &made_up).is_ok());
}

#[test]
fn what_would_not_make_one_mail_is_refused_with_its_path() {
    type Spoil = fn(&mut ChangeOfEndpoint);
    let cases: [(&str, ErrorCode, Spoil); 10] = [
        ("pmsName", ErrorCode::EmptyString, |change| change.pms_name = " ".into()),
        ("scope", ErrorCode::EmptyString, |change| change.scope.clear()),
        ("salesContact", ErrorCode::EmptyString, |change| change.sales_contact.clear()),
        ("pmsName", ErrorCode::InvalidConfig, |change| change.pms_name.push_str("\r\nBcc: other@example.com")),
        ("salesContact", ErrorCode::InvalidConfig, |change| change.sales_contact = "bd".into()),
        ("salesContact", ErrorCode::InvalidConfig, |change| change.sales_contact = "a@b.example,c@d.example".into()),
        ("salesContact", ErrorCode::InvalidConfig, |change| change.sales_contact = "a@".into()),
        ("salesContact", ErrorCode::InvalidConfig, |change| change.sales_contact = "@b.example".into()),
        ("salesContact", ErrorCode::InvalidConfig, |change| change.sales_contact = "a@b@c.example".into()),
        ("restoredAt", ErrorCode::OutOfRange, |change| change.restored_at = at("2026-03-11 21:59:59")),
    ];
    for (path, code, spoil) in cases {
        let mut change = change();
        spoil(&mut change);
        let error = refused(&change);
        assert_eq!((error.path.as_str(), error.code), (path, code));
    }
    let at_once = ChangeOfEndpoint { restored_at: change().upgrade_at, ..change() };
    assert!(at_once.mail(at("2026-03-06 18:00:00"), &Calendar::default()).is_ok());
}

#[test]
fn an_ip_needs_a_listed_port_and_a_name_is_not_spoken_of() {
    let kept = [
        "http://203.0.113.7",
        "https://203.0.113.7/mt",
        "HTTP://203.0.113.7:58082/mt?x=1",
        "http://203.0.113.7:/mt",
        "https://[2001:db8::7]",
        "https://[2001:db8::7]:8443@203.0.113.7:443/",
        "https://supplier.example",
        "https://user:password@supplier.example:8080/mt",
    ];
    for url in kept {
        assert_eq!(check_port(url), RuleVerdict::Kept, "{url}");
    }
    let broken = [
        "http://203.0.113.7:8083",
        "http://203.0.113.7:8083/a:80",
        "http://user@203.0.113.7:8083",
        "https://[2001:db8::7]:444",
        "http://203.0.113.7:x",
        "http://203.0.113.7:65536",
        "http://203.0.113.7:-80",
        "http://",
        "http://:80",
        "ftp://203.0.113.7:80",
        "203.0.113.7:80",
        "",
    ];
    for url in broken {
        assert_eq!(check_port(url), RuleVerdict::Broken, "{url}");
    }
    assert_eq!(check_port("https://supplier.example:8083/mt"), RuleVerdict::Unchecked);
}

#[test]
fn each_listed_port_is_listed_once_and_in_order() {
    assert!(PORTS.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(PORTS.len(), 27);
}
