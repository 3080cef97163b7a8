//! Replies: they are written for the wire, and only when the definition is met.

use crate::garden::{sent, supplier};
use meituan_protocol::ErrorCode;
use meituan_protocol::message::Id;
use meituan_protocol::ticket::calls::*;
use meituan_protocol::ticket::codes::*;
use meituan_protocol::ticket::*;

#[test]
fn a_reply_is_written_for_the_wire_and_only_when_the_definition_is_met() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":8985652356562370000,"partnerOrderId":"P1"}}"#)
        .receive()
        .unwrap();
    let paid = OrderPaid {
        order_id: Id(8_985_652_356_562_370_000),
        partner_order_id: "P1".into(),
        voucher_type: Some(VoucherType::CODE_PER_TICKET),
        vouchers: Some(vec!["中文\"码\"".into(), "2".into()]),
        ..OrderPaid::default()
    };
    let reply = supplier().reply(&pay, &Reply::ok(paid.clone()).for_quantity(2)).unwrap();
    assert_eq!(
        std::str::from_utf8(&reply.body).unwrap(),
        r#"{"partnerId":1122,"code":200,"describe":"success","body":{"orderId":8985652356562370000,"partnerOrderId":"P1","voucherType":1,"vouchers":["中文\"码\"","2"]}}"#
    );
    assert_eq!(read_body::<OrderPaid>(&ORDER_PAY, true, &reply.body).unwrap(), paid);

    let broken = |paid: OrderPaid, quantity: u32| supplier().reply(&pay, &Reply::ok(paid).for_quantity(quantity)).unwrap_err();
    let error = broken(paid.clone(), 3);
    assert_eq!(
        (error.code, error.rule, error.path.as_str()),
        (ErrorCode::RuleBroken, Some("pay.one-code-per-ticket"), "body.vouchers")
    );
    let error = broken(OrderPaid { voucher_type: Some(VoucherType::CODE_PER_ORDER), ..paid.clone() }, 2);
    assert_eq!(error.rule, Some("pay.exactly-one-code"));
    let error = broken(OrderPaid { vouchers: None, ..paid.clone() }, 2);
    assert_eq!(error.rule, Some("pay.vouchers-present"));
    let error = broken(OrderPaid { voucher_type: None, ..paid.clone() }, 2);
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::MissingField, "body.voucherType"));
    let error = broken(OrderPaid { voucher_type: Some(VoucherType(9)), ..paid.clone() }, 2);
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::UnknownValue, "body.voucherType"));
    let repeating = OrderPaid { order_id: Id(0), partner_order_id: String::new(), ..paid.clone() };
    let repeated = supplier().reply(&pay, &Reply::ok(repeating).for_quantity(2)).unwrap();
    assert_eq!(read_body::<OrderPaid>(&ORDER_PAY, true, &repeated.body).unwrap(), paid);
    let unchecked = supplier().reply(&pay, &Reply::ok(paid.clone())).unwrap();
    assert_eq!(unchecked.warnings[0].rule, Some("pay.one-code-per-ticket"));
    assert_eq!(unchecked.warnings[0].code, ErrorCode::RuleUnchecked);
}

#[test]
fn only_listed_codes_leave_and_a_pending_reply_needs_the_ids_alone() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":7}}"#).receive().unwrap();
    let ids = OrderPaid { order_id: Id(7), partner_order_id: "P1".into(), ..OrderPaid::default() };
    let reply = supplier().reply(&pay, &Reply::outcome(OrderPayCode::ISSUING, "出票中", ids.clone())).unwrap();
    assert_eq!(
        std::str::from_utf8(&reply.body).unwrap(),
        r#"{"partnerId":1122,"code":598,"describe":"出票中","body":{"orderId":7,"partnerOrderId":"P1"}}"#
    );
    for foreign in [0, 201, 300, 400, 499, 506, 602, 699] {
        assert_eq!(
            supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode(foreign), "x")).unwrap_err().code,
            ErrorCode::IllegalReplyCode
        );
    }
    // These are listed, and no failures.
    let heartbeat = sent("/mt/heartbeat", r#"{"partnerId":1122}"#).receive().unwrap();
    let error = supplier().reply(&heartbeat, &Reply::<()>::refuse(GeneralCode::SUCCESS, "系统维护")).unwrap_err();
    assert_eq!(error.code, ErrorCode::IllegalReplyCode);
    for outcome in [200, 598, 601] {
        let error = supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode(outcome), "系统维护")).unwrap_err();
        assert_eq!(error.code, ErrorCode::IllegalReplyCode, "{outcome}");
    }
    let refused = supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode::BALANCE_INSUFFICIENT, "预存款不足")).unwrap();
    assert_eq!(std::str::from_utf8(&refused.body).unwrap(), r#"{"code":501,"describe":"预存款不足","partnerId":1122}"#);
    let silent = supplier().reply(&pay, &Reply::<OrderPaid>::refuse(OrderPayCode::OTHER, "")).unwrap_err();
    assert_eq!((silent.code, silent.path.as_str()), (ErrorCode::EmptyString, "describe"));
    // An outcome's code that is a failure's needs a reason, too.
    let silent = supplier().reply(&pay, &Reply::outcome(OrderPayCode::OTHER, "\u{feff}", OrderPaid::default())).unwrap_err();
    assert_eq!((silent.code, silent.path.as_str()), (ErrorCode::EmptyString, "describe"));
}

#[test]
fn a_code_that_is_not_listed_fails_a_call_only_when_asked_for_and_never_stands_for_an_outcome() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":7,"partnerOrderId":"P1"}}"#).receive().unwrap();
    let refused = supplier().reply(&pay, &Reply::<OrderPaid>::refuse_unlisted(777, "系统维护")).unwrap();
    assert_eq!(std::str::from_utf8(&refused.body).unwrap(), r#"{"code":777,"describe":"系统维护","partnerId":1122}"#);
    // A placeholder is sent, and reported.
    let [listed, unlisted] = [Reply::<OrderPaid>::refuse(OrderPayCode::OTHER, "失败"), Reply::refuse_unlisted(423, "失败")]
        .map(|reply| supplier().reply(&pay, &reply).unwrap().warnings);
    assert!(!listed.is_empty());
    assert_eq!(unlisted, listed);
    for outcome in [200, 598, 601, 602] {
        let error = supplier().reply(&pay, &Reply::<OrderPaid>::refuse_unlisted(outcome, "x")).unwrap_err();
        assert_eq!(error.code, ErrorCode::IllegalReplyCode, "{outcome}");
    }
    let silent = supplier().reply(&pay, &Reply::<OrderPaid>::refuse_unlisted(777, " ")).unwrap_err();
    assert_eq!((silent.code, silent.path.as_str()), (ErrorCode::EmptyString, "describe"));
}

#[test]
fn a_reply_leaves_for_its_own_call_alone() {
    let pay = sent("/mt/order/pay", r#"{"partnerId":1122,"body":{"orderId":7,"partnerOrderId":"P1"}}"#).receive().unwrap();
    let heartbeat = sent("/mt/heartbeat", r#"{"partnerId":1122}"#).receive().unwrap();
    let created = OrderCreated { order_id: None, partner_order_id: "P1".into() };
    let foreign: [(&ReceivedCall, Reply, &str); 5] = [
        (&pay, Reply::ok(created).into(), "expected a reply to orderPay, found one to orderCreate"),
        (&pay, Reply::ok(()).into(), "expected a reply to orderPay, found one to a call without a body"),
        (
            &pay,
            Reply::<OrderRefunded>::refuse(OrderRefundCode::OTHER, "余票不足").into(),
            "expected a reply to orderPay, found one to orderRefund",
        ),
        (&pay, Reply::by_code(&ORDER_QUERY, 777, "系统维护", None), "expected a reply to orderPay, found one to orderQuery"),
        (
            &heartbeat,
            Reply::<OrderPaid>::refuse_unlisted(777, "系统维护").into(),
            "expected a reply to heartbeat, found one to orderPay",
        ),
    ];
    for (call, reply, detail) in foreign {
        let error = supplier().reply(call, &reply).unwrap_err();
        assert_eq!((error.code, error.detail.as_str()), (ErrorCode::WrongType, detail), "{reply:?}");
    }
    assert_eq!(
        supplier().reply(&heartbeat, &Reply::ok(())).unwrap().body,
        br#"{"partnerId":1122,"code":200,"describe":"success"}"#
    );
}
