//! Notices and Meituan's replies to them; what leaves for the price calendar.

use crate::garden::{NOW, supplier};
use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::notices::*;
use meituan_protocol::ticket::*;
use meituan_protocol::time::{Timestamp, http_date};
use meituan_protocol::{ErrorCode, Secret, ba};
use serde_json::Value;

#[test]
fn notices_are_signed_for_their_path_and_written_as_documented() {
    let notice = ConsumeNotice {
        order_id: Id(1_453_361_297_221),
        partner_order_id: "211602".into(),
        quantity: 2,
        used_quantity: 1,
        refunded_quantity: 0,
        voucher_list: Some(vec![ConsumedVoucher {
            voucher: "910632001657".into(),
            voucher_pics: Some(String::new()),
            voucher_invalid_time: Timestamp(1_479_969_273_000),
            quantity: 1,
            status: VoucherStatus::USED,
        }]),
        ..ConsumeNotice::default()
    };
    let request = supplier().request(&notice, NOW).unwrap();
    assert_eq!(
        std::str::from_utf8(&request.body).unwrap(),
        r#"{"partnerId":1122,"body":{"orderId":1453361297221,"partnerOrderId":"211602","quantity":2,"usedQuantity":1,"refundedQuantity":0,"voucherList":[{"voucher":"910632001657","voucherPics":"","voucherInvalidTime":"2016-11-24 14:34:33","quantity":1,"status":1}]}}"#
    );
    assert_eq!(request.url, "https://example.invalid/rhone/mtp/api/order/consume/notice");
    assert_eq!(request.string_to_sign, format!("POST /rhone/mtp/api/order/consume/notice\n{}", http_date(NOW)));
    let header = |name: &str| request.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str());
    let authorization = header("Authorization").unwrap();
    let key = ba::Key::new(&Secret::new("new secret"));
    ba::verify(&[key], "client", "POST", &["/rhone/mtp/api/order/consume/notice"], header("Date").unwrap(), authorization).unwrap();
    assert_eq!(header("PartnerId"), Some("1122"));
    assert_eq!(read_body::<ConsumeNotice>(&CONSUME_NOTICE, false, &request.body).unwrap(), notice);
    let too_many = |notice| supplier().request(&notice, NOW).unwrap_err().rule;
    assert_eq!(too_many(ConsumeNotice { used_quantity: 3, ..notice.clone() }), Some("consume.within-ordered"));
    assert_eq!(too_many(ConsumeNotice { refunded_quantity: 2, ..notice.clone() }), Some("consume.within-ordered"));
    let of_none = supplier().request(&ConsumeNotice { used_quantity: 0, ..notice }, NOW).unwrap();
    assert_eq!(of_none.warnings[0].rule, Some("consume.quantities-agree"));
}

#[test]
fn a_refund_notice_agrees_by_200_or_refuses_by_a_listed_failure_and_by_nothing_else() {
    let request = |code: i32| {
        let body =
            RefundNotice { order_id: Id(7), refund_id: "R1".into(), partner_order_id: "P1".into(), ..RefundNotice::default() };
        let notice = RefundNoticeRequest {
            code: OrderRefundCode(code),
            describe: "已过可退时间".into(),
            body,
            ..RefundNoticeRequest::default()
        };
        supplier().request(&notice, NOW)
    };
    for code in [200, 604, 606, 607, 699] {
        assert_eq!(request(code).unwrap().warnings, [], "{code}");
    }
    for code in [601, 602] {
        assert_eq!(request(code).unwrap_err().rule, Some("refund-notice.decides"), "{code}");
    }
    for code in [598, 599, 499, 300, 603, 0] {
        assert_eq!(request(code).unwrap_err().code, ErrorCode::UnknownValue, "{code}");
    }
}

#[test]
fn a_placeholder_as_reason_is_reported_and_refused_by_nothing() {
    let request = |issue_type, describe: &str| {
        let body = PayNotice { order_id: Id(7), partner_order_id: "P1".into(), ..PayNotice::default() };
        let notice = PayNoticeRequest { issue_type, describe: describe.into(), body, ..PayNoticeRequest::default() };
        supplier().request(&notice, NOW).unwrap().warnings.iter().filter_map(|issue| issue.rule).collect::<Vec<_>>()
    };
    for placeholder in ["出票失败", "失败！", "ERROR", "500"] {
        assert_eq!(request(IssueType::FAILED, placeholder), ["reply.true-reason"], "{placeholder}");
    }
    for reason in ["出票失败：上游无票", "error: sold out on 2026-03-02"] {
        assert_eq!(request(IssueType::FAILED, reason), [""; 0], "{reason}");
    }
}

#[test]
fn a_pay_notice_of_success_must_carry_its_codes() {
    let notice = |body: PayNotice| PayNoticeRequest {
        issue_type: IssueType::ISSUED,
        describe: "出票成功".into(),
        body,
        ..PayNoticeRequest::default()
    };
    let ids = PayNotice { order_id: Id(7), partner_order_id: "P1".into(), ..PayNotice::default() };
    assert_eq!(supplier().request(&notice(ids.clone()), NOW).unwrap_err().rule, Some("pay-notice.complete"));
    let without = PayNotice { voucher_type: Some(VoucherType::CODE_PER_TICKET), ..ids.clone() };
    assert_eq!(supplier().request(&notice(without), NOW).unwrap_err().rule, Some("pay-notice.vouchers-present"));
    let failed =
        PayNoticeRequest {
            issue_type: IssueType::FAILED, describe: "上游无票".into(), body: ids, ..PayNoticeRequest::default()
        };
    assert_eq!(
        std::str::from_utf8(&supplier().request(&failed, NOW).unwrap().body).unwrap(),
        r#"{"partnerId":1122,"issueType":2,"describe":"上游无票","body":{"orderId":7,"partnerOrderId":"P1"}}"#
    );
}

#[test]
fn level_prices_leave_encrypted_and_at_most_forty_at_once() {
    let price = LevelPrice {
        partner_primary_key: "k".into(),
        price_date: "2026-12-01".parse().unwrap(),
        stock: 5,
        ..LevelPrice::default()
    };
    let notice = |count: usize| LevelPriceNoticeRequest {
        partner_deal_id: "d".into(),
        start_time: "2026-12-01".parse().unwrap(),
        end_time: "2026-12-01".parse().unwrap(),
        body: vec![price.clone(); count],
        ..LevelPriceNoticeRequest::default()
    };
    let request = supplier().request(&notice(40), NOW).unwrap();
    let plain = BodyKey::new(&Secret::new("0123456789abcdef")).unwrap().open(&request.body).unwrap();
    let plain: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(plain["body"].as_array().unwrap().len(), 40);
    let error = supplier().request(&notice(41), NOW).unwrap_err();
    assert_eq!((error.code, error.path.as_str(), error.detail.as_str()), (ErrorCode::TooManyItems, "body", "41 > 40"));
}

#[test]
fn meituans_reply_to_a_notice_is_judged_by_its_code_alone() {
    let request =
        supplier().request(&vec![ProductChangeNotice { partner_deal_id: "d".into(), status: ProductChange::LISTED }], NOW).unwrap();
    let accepted = |body: &str| request.parse(200, body.as_bytes()).map(|reply| (reply.code, reply.accepted));
    assert_eq!(accepted(r#"{"code":200,"describe":"success","partnerId":1122}"#).unwrap(), (200, true));
    assert_eq!(accepted(r#"{"code":"200","describe":"anything"}"#).unwrap(), (200, true));
    assert_eq!(accepted(r#"{"code":300}"#).unwrap(), (300, false));
    assert_eq!(accepted(r#"{"code":12345}"#).unwrap(), (12345, false));
    assert_eq!(request.parse(200, b"{<html>").unwrap_err().code, ErrorCode::InvalidJson);
}
