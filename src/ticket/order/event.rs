//! Events of an order: Meituan's calls, the ends of the supplier's functions, and facts from the supplier.

#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
use crate::message::View;
use crate::message::definition::Message;
use crate::message::value::FieldValue;
use crate::message::{Id, Notation, Packed, RawJson, Reading, read};
use crate::ticket::call_bodies::body_type;
use crate::ticket::calls::*;
use crate::ticket::codes::CredentialType;
use crate::ticket::statics::with_interfaces;
use crate::ticket::{Call, CallBody};

crate::enumerations! {
    /// How a function of the supplier's ended.
    Outcome {
        1 = DONE, "成功 · done";
        2 = PENDING, "处理中 · under way; the result is reported later";
        3 = REFUSED, "明确失败 · definitely not done, for a reason that is given";
        4 = UNKNOWN, "结果未知 · it broke off, or took too long: perhaps done, perhaps not";
        5 = UNUSABLE, "结果不可用 · it ended, and what it returned breaks a rule: perhaps done, perhaps not";
    }

    /// The result of sending a notice.
    Delivery {
        1 = ACCEPTED, "已接受 · Meituan replied 200";
        2 = PROCESSING, "处理中 · Meituan replied 300 to a pay notice: accepted, or still being processed";
        3 = LATER, "稍后重发 · anything else: not accepted, or nobody knows";
    }
}

crate::messages! {
    /// The function of a call has ended.
    AttemptEnded {
        /// The key that it was run with.
        key "key": string, required;
        /// How it ended.
        outcome "outcome": code(Outcome), required;
        /// The result of order create; when it is done.
        created "created": object(OrderCreated), optional;
        /// The tickets that order pay issued; when it is done.
        paid "paid": object(OrderPaid), optional;
        /// The numbers that order refund was replied with, if its function gives them; when it is done.
        refunded "refunded": object(OrderRefunded), optional;
        /// The result of order reschedule; when it is done.
        rescheduled "rescheduled": object(OrderRescheduled), optional;
        /// The reply code of a refusal; absent: the family's "other".
        code "code": integer, optional;
        /// The true reason of a refusal, in words.
        describe "describe": string, optional;
    }

    /// The tickets that were being issued will not be issued.
    IssueFailed {
        /// The reply code, of the 5xx family; absent, or of another family: "other".
        code "code": integer, optional;
        /// The true reason, in words.
        describe "describe": string, required;
    }

    /// A refund is agreed, by the supplier's own people or system.
    RefundAgreed {
        /// The refund's number (退款流水号).
        refund_id "refundId": string, required;
        /// The codes of its tickets, for an unclear refund: Meituan's message did not name them.
        vouchers "vouchers": list(string), optional bearer;
        /// The credentials of its tickets, likewise.
        credentials "credentials": list(object(Credential)), optional;
        /// For an unclear refund: the pending refund that Meituan's message was about. That one is agreed without a notice, and
        /// the unclear one is dropped.
        same_as "sameAs": string, optional;
    }

    /// A refund is refused, by the supplier's own people or system.
    RefundRefused {
        /// The refund's number (退款流水号).
        refund_id "refundId": string, required;
        /// The code, of the 6xx family; absent, or of another family: "other".
        code "code": integer, optional;
        /// The true reason, in words.
        describe "describe": string, required;
    }

    /// A credential (证件) of a real-name order.
    Credential {
        /// Kind of credential; absent: any.
        credential_type "credentialType": code(CredentialType), optional;
        /// Number of the credential.
        credential_no "credentialNo": string, required personal;
    }

    /// Guests have entered: by codes, by credentials, or by number.
    Consumed {
        /// The supplier's own id of this entry: the same id again is the same entry.
        id "id": string, required;
        /// When; absent: now.
        at "at": milliseconds, optional;
        /// Number of tickets; absent: one for each code and credential, or one. Without names it is so many free tickets.
        quantity "quantity": count(1..), optional;
        /// The codes.
        vouchers "vouchers": list(string), optional bearer;
        /// The credentials, in a real-name order.
        credentials "credentials": list(object(Credential)), optional;
    }

    /// A gate asks whom to let in: by codes, by credentials, or by number, one of which is there. Admitted guests have entered.
    Admit {
        /// The supplier's own id of this entry. The same id again gets the same answer, and admits nobody else.
        id "id": string, required;
        /// When; absent: now.
        at "at": milliseconds, optional;
        /// Number of guests; absent: one for each code and credential. Without names it is so many free tickets. Beside names it
        /// is as many as they name; more where one code lets several in.
        quantity "quantity": count, optional;
        /// The codes.
        vouchers "vouchers": list(string), optional bearer;
        /// The credentials, in a real-name order.
        credentials "credentials": list(object(Credential)), optional;
    }

    /// Meituan has accepted a notice.
    NoticeAccepted {
        /// The notice's id.
        id "id": string, required;
    }

    /// A sender asks for the notices that may be sent now. Those that it gets are its own until their lease ends.
    ClaimNotices {}

    /// A notice was sent, or was tried to be.
    NoticeEnded {
        /// The notice's id.
        id "id": string, required;
        /// Its `tries`, as the sender got it.
        tries "tries": count, required;
        /// The result.
        delivery "delivery": code(Delivery), required;
    }

    /// A notice that was given up is to be sent again, as is true now: a consume notice has the totals of this time, and what is no
    /// longer so is not sent.
    RetryNotice {
        /// The notice's id.
        id "id": string, required;
    }

    /// Time has passed: a pending refund may count as agreed by now, or a deadline may have passed.
    TimePassed {
        /// The recorder sends no notices: those are given up that are too old (7 days; about a refund when silence has decided
        /// it), unless one of the order is being sent just now. Absent: a notice that nobody has begun to send is sent once,
        /// whatever its age.
        without_sender "withoutSender": flag, optional;
    }

    /// A process takes over a function that broke off, without a call of Meituan's that waits for it.
    TakeOver {
        /// The idempotency key of the attempt.
        key "key": string, required;
    }

    /// Somebody has looked into a conflict and settled it.
    ConflictResolved {
        /// The conflict's id.
        id "id": string, required;
        /// A note for people: what was found or done.
        note "note": string, optional;
    }

    /// Removes the numbers of credentials from the snapshot, once the visit is over. Repeats are still answered.
    PersonalDataCleared {}
}

crate::choices! {
    /// Something that happens to an order. In JSON, an object with exactly one of the fields: `{"orderPay": {…}}`.
    Event "OrderEvent" {
        /// 订单创建 · order create.
        OrderCreate(OrderCreate) "orderCreate" of order_id "orderId", partner_deal_id "partnerDealId", unit_price "unitPrice", total_price "totalPrice", quantity "quantity", travel_date "travelDate";
        /// 订单出票 · order pay.
        OrderPay(OrderPay) "orderPay";
        /// 订单查询 · order query.
        OrderQuery(OrderQuery) "orderQuery";
        /// 订单退款 · order refund.
        OrderRefund(OrderRefund) "orderRefund";
        /// 订单关闭消息 · order close.
        OrderClose(OrderClose) "orderClose";
        /// 已退款消息 · refunded message.
        OrderRefunded(RefundedMessage) "orderRefunded";
        /// 订单改签 · order reschedule.
        OrderReschedule(OrderReschedule) "orderReschedule" of order_id "orderId", reschedule_no "rescheduleNo", target_date "targetDate";
        /// The function of a call has ended.
        AttemptEnded(AttemptEnded) "attemptEnded";
        /// The supplier's own system reports that the tickets are issued.
        Issued(OrderPaid) "issued";
        /// The supplier's own system reports that no tickets will be issued.
        IssueFailed(IssueFailed) "issueFailed";
        /// A refund is agreed.
        RefundAgreed(RefundAgreed) "refundAgreed";
        /// A refund is refused.
        RefundRefused(RefundRefused) "refundRefused";
        /// Guests have entered.
        Consumed(Consumed) "consumed";
        /// A gate asks whom to let in.
        Admit(Admit) "admit";
        /// Meituan has accepted a notice.
        NoticeAccepted(NoticeAccepted) "noticeAccepted";
        /// A sender asks for notices.
        ClaimNotices(ClaimNotices) "claimNotices";
        /// A notice was sent.
        NoticeEnded(NoticeEnded) "noticeEnded";
        /// A notice is sent again.
        RetryNotice(RetryNotice) "retryNotice";
        /// Time has passed.
        TimePassed(TimePassed) "timePassed";
        /// A function that broke off is taken over.
        TakeOver(TakeOver) "takeOver";
        /// A conflict is settled.
        ConflictResolved(ConflictResolved) "conflictResolved";
        /// Personal data is removed.
        PersonalDataCleared(PersonalDataCleared) "personalDataCleared";
    }
}

macro_rules! calls {
    (
        $([$constant:ident $variant:ident $name:literal ($($request:tt)*) $codes:ident ($($reply:tt)*) $echoes:tt
            ($($order_id:ident)?) $request_body:tt $reply_body:tt $repeats:tt $work:ident])*
        $({$($notice:tt)*})*
    ) => {
        impl Event {
            /// Returns the call of Meituan's that it is, if it is one.
            pub fn call(&self) -> Option<&'static Call> {
                $($(if let Event::$variant(body) = self {
                    let _ = body.$order_id;
                    return Some(&crate::ticket::$constant);
                })?)*
                None
            }

            /// The order that a call names.
            pub fn order_id(&self) -> Option<Id> {
                $($(if let Event::$variant(body) = self {
                    return Some(body.$order_id);
                })?)*
                None
            }
        }

        impl Event {
            /// The call of this name, as its request was stored with its attempt.
            pub(crate) fn stored(call: &str, request: &RawJson) -> Option<Event> {
                $($(if call == $name {
                    let of_order = |body: body_type!($request_body)| (body.$order_id.0 != 0).then(|| body.into());
                    return stored(<body_type!($request_body)>::MESSAGE, request).and_then(of_order);
                })?)*
                None
            }
        }

        /// Every call about an order is an event of it; what is about none, is the error.
        impl TryFrom<CallBody> for Event {
            type Error = CallBody;

            fn try_from(asked: CallBody) -> Result<Event, CallBody> {
                $($(if let CallBody::$variant(body) = asked {
                    let _ = body.$order_id;
                    return Ok(body.into());
                })?)*
                Err(asked)
            }
        }
    };
}

with_interfaces!(calls);

fn stored<T: FieldValue>(message: &'static Message, request: &RawJson) -> Option<T> {
    let (mut packed, source) = (Packed::default(), request.as_str().as_bytes());
    let how = Reading { notation: Notation::Stored, ..Reading::WIRE };
    read(message, source, how, &mut packed).then(|| packed.decode(message, source))?
}

#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
impl Event {
    /// The event that a call of Meituan's is, if it is about an order. `envelope` is its request as it was read.
    pub(crate) fn of_call(call: &Call, envelope: &View<'_>) -> Option<Event> {
        Event::named(call.name, envelope, "body").filter(|_| call.is_to_supplier() && call.is_about_order())
    }
}
