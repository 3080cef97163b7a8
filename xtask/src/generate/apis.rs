//! The two APIs, as far as what is made of them has to know them.

use super::writing::one_line;
use meituan_protocol::message::definition::{Enumeration, Field, Kind, Message, Rule};
use meituan_protocol::ride::{self, CAR_TYPE_REQUEST_SOURCES, Environment, INTERFACES, Interface, codes};
use meituan_protocol::ticket::order::{Breach, Reason, Report};
use meituan_protocol::ticket::{self, CALLS, Call, Direction, Encryption, Need, Work};
use std::fmt::Write as _;

/// One API, as far as the generator has to know it.
pub(super) struct Api {
    pub(super) name: &'static str,
    /// The messages in the order of their numbers (src/wasm/mod.rs): all requests, then all replies.
    pub(super) messages: Vec<Spoken>,
    /// Facts of each of its calls or interfaces, in the order of their numbers, and their name in JavaScript.
    pub(super) facts: Facts,
    /// Enumerations that no field carries.
    pub(super) further: &'static [&'static Enumeration],
    /// Data that is stored, or handed over within a program; no messages of the wire.
    pub(super) inner: Vec<&'static Message>,
    /// Those of them that hold exactly one of their fields.
    pub(super) choices: [&'static str; 1],
    /// The machine of its orders, for Mermaid.
    pub(super) diagram: String,
    pub(super) rules: &'static [&'static Rule],
    /// Sentences about its orders, by id.
    pub(super) sentences: Vec<Sentences>,
    /// The beginning of the reference: what its columns are about, and who calls what.
    pub(super) introduction: String,
    /// The end of the reference: what else the spec lists.
    pub(super) appendix: String,
    /// How orders are kept, for the page of the order rules.
    pub(super) guide: &'static str,
    /// The code of success.
    pub(super) success: i32,
}

/// A table of sentences in both languages.
pub(super) struct Sentences {
    /// As in JavaScript.
    pub(super) name: &'static str,
    /// The type of the ids.
    pub(super) id: &'static str,
    pub(super) doc: &'static str,
    /// Id, Chinese, English.
    pub(super) rows: Vec<[String; 3]>,
}

/// A table of JavaScript.
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) row_type: &'static str,
    pub(super) rows: Vec<String>,
    /// Codes that say no failure, whichever call they reply to.
    pub(super) codes: Option<Vec<i32>>,
}

/// A message, and whether it is we who read it.
pub(super) struct Spoken {
    pub(super) message: &'static Message,
    pub(super) is_received: bool,
}

pub(super) fn ticket_api() -> Api {
    let is_incoming = |call: &Call| call.is_to_supplier();
    let requests = CALLS.iter().map(|call| Spoken { message: call.request, is_received: is_incoming(call) });
    let replies = CALLS.iter().map(|call| Spoken { message: call.reply, is_received: !is_incoming(call) });
    let mut introduction = String::from(
        "Wire types; in programs amounts in yuan are whole fen, timestamps are epoch milliseconds, and ids are strings in JavaScript.\n\n\
         ## Calls\n\nMandatory and optional are what the acceptance manual (《API 直连—供应商开发美团流程》, 验收手册) says in its parts three \
         (三、必须要开发的接口) and two (二、以下接口可以不开发). The other interfaces are in neither part; a supplier that answers 598 \
         must send the pay notice, and one that answers 602 the refund notice.\n\n\
         | call | direction | needed | codes | encrypted | repeats are known by | what |\n|---|---|---|---|---|---|---|\n",
    );
    for call in CALLS {
        let direction = match call.direction {
            Direction::ToSupplier => "Meituan → supplier".to_owned(),
            Direction::ToMeituan(path) => format!("supplier → Meituan, `{path}`"),
        };
        let needed = match call.need {
            Need::Mandatory(item) => format!("mandatory (三 {item})"),
            Need::Optional(item) => format!("optional (二 {item})"),
            Need::Unlisted => String::new(),
            other => panic!("{other:?}"),
        };
        let encrypted = match call.encryption {
            Encryption::Never => "no",
            Encryption::Newer => "newer version",
            Encryption::Always => "yes",
            other => panic!("{other:?}"),
        };
        let repeats: Vec<_> = call.repeats.iter().map(|field| format!("`{field}`")).collect();
        let _ = writeln!(
            introduction,
            "| `{}` | {direction} | {needed} | `{}` | {encrypted} | {} | {} |",
            call.name,
            call.codes.name,
            repeats.join(", "),
            one_line(&call.doc)
        );
    }
    Api {
        name: "ticket",
        messages: requests.chain(replies).collect(),
        facts: Facts {
            name: "calls",
            row_type: "CallFacts",
            rows: CALLS.iter().map(|call| facts_of(call)).collect(),
            codes: Some(Call::never_failing()),
        },
        further: &[],
        inner: [ticket::order::MESSAGES, &[ticket::acceptance::Trace::MESSAGE]].concat(),
        choices: [ticket::order::Event::MESSAGE.name.as_str()],
        diagram: ticket::order::diagram(),
        rules: ticket::rules::ALL,
        sentences: vec![
            Sentences {
                name: "conflicts",
                id: "BreachId",
                doc: "The meaning of a conflict of an order. The fact is recorded all the same, and somebody has to look.",
                rows: Breach::ALL.iter().map(|breach| both_languages(breach.id(), breach.doc())).collect(),
            },
            Sentences {
                name: "reports",
                id: "ReportId",
                doc: "Reports of a transition that contradict nothing. `onWarning` of a handler with a store receives it.",
                rows: Report::ALL.iter().map(|report| both_languages(report.id(), report.doc())).collect(),
            },
            Sentences {
                name: "reasons",
                id: "ReasonId",
                doc: "Why a call is refused, why an event is illegal, why a gate does not let somebody in, or what another outcome \
                      than 200 means. If it is a call, Meituan gets the Chinese sentence as `describe`.",
                rows: Reason::ALL
                    .iter()
                    .map(|reason| [reason.id().to_owned(), reason.text().to_owned(), one_line(reason.doc())])
                    .collect(),
            },
        ],
        introduction,
        appendix: String::new(),
        guide: "",
        success: 200,
    }
}

/// A doc with Chinese before English.
fn both_languages(id: &str, doc: &str) -> [String; 3] {
    let doc = one_line(doc);
    let (zh, en) = doc.split_once(" · ").expect("both languages");
    [id, zh, en].map(str::to_owned)
}

fn facts_of(call: &'static Call) -> String {
    let numbers = |numbers: Vec<i32>| format!("[{}]", numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(", "));
    let codes: Vec<i32> = call.codes.values.iter().map(|code| code.value).collect();
    let outcomes = codes.iter().copied().filter(|&code| call.is_outcome(code)).collect();
    let (direction, path) = match call.direction {
        Direction::ToSupplier => ("toSupplier", String::new()),
        Direction::ToMeituan(path) => ("toMeituan", format!("path: {path:?}, ")),
    };
    let pending = call.pending.map_or(String::new(), |code| format!("pending: {code}, "));
    let request_body = match body(call.request).map(|field| &field.kind) {
        Some(Kind::Object(_)) => "object",
        Some(_) => "list",
        None => "none",
    };
    let extras: Vec<_> = extras(call.request).map(|field| field.name).collect();
    format!(
        "{{ name: {:?}, direction: {direction:?}, {path}failure: {}, {pending}encrypted: {}, mandatory: {}, order: {}, work: {:?}, echoes: {:?}, outcomes: {}, codes: {}, hasReplyBody: {}, requestBody: {request_body:?}, extras: {extras:?} }}",
        call.name,
        call.failure,
        call.encryption == Encryption::Always,
        call.is_mandatory(),
        call.is_about_order(),
        work_of(call),
        call.echoes,
        numbers(outcomes),
        numbers(codes),
        body(call.reply).is_some(),
    )
}

/// The supplier's work for a call, as JavaScript names it.
pub(super) fn work_of(call: &Call) -> &'static str {
    match call.work {
        Work::Nothing => "nothing",
        Work::Needed => "needed",
        Work::Message => "message",
        Work::Served => "served",
        other => panic!("{other:?}"),
    }
}

pub(super) fn body(message: &'static Message) -> Option<&'static Field> {
    message.fields.iter().find(|field| field.name == "body")
}

pub(super) fn extras(message: &'static Message) -> impl Iterator<Item = &'static Field> {
    message.fields.iter().filter(|field| !matches!(field.name, "partnerId" | "body"))
}

pub(super) fn ride_api() -> Api {
    let requests = INTERFACES.iter().map(|interface| Spoken { message: interface.request, is_received: interface.is_push() });
    let replies = INTERFACES.iter().map(|interface| Spoken { message: interface.reply, is_received: !interface.is_push() });
    let mut introduction = String::from(
        "The content of the envelope, in wire types; in programs ids are strings in JavaScript. Amounts are fen on the wire too. \
         `supplyCode`, `entId`, `method` and `ts` of a request are written by the library.\n\n",
    );
    introduction.push_str("## Hosts\n\n| environment | $API_HOST |\n|---|---|\n");
    for (environment, name) in [(Environment::Test, "线下环境 · test"), (Environment::Production, "线上环境 · production")]
    {
        let _ = writeln!(introduction, "| {name} | `{}` |", environment.host());
    }
    introduction
        .push_str("\n## Interfaces\n\n| interface | direction | method | repeats are known by | what |\n|---|---|---|---|---|\n");
    for interface in INTERFACES {
        let (direction, method) = match interface.direction {
            ride::Direction::ToMeituan { method, path } => (format!("enterprise → Meituan, `{path}`"), format!("`{method}`")),
            ride::Direction::ToEnterprise => ("Meituan → enterprise".to_owned(), "none documented".to_owned()),
        };
        let repeats = interface.repeats.map_or(String::new(), |key| {
            let parts: String = key.parts.iter().map(|part| format!(":<{}>", part.fields())).collect();
            format!("`{}{}`", key.name, parts.replace('|', "\\|"))
        });
        let what = one_line(&interface.doc);
        let _ = writeln!(introduction, "| `{}` | {direction} | {method} | {repeats} | {what} |", interface.name);
    }
    let further = const { &[codes::CancelType::VALUES, codes::GatewayStatus::VALUES] };
    Api {
        name: "ride",
        messages: requests.chain(replies).collect(),
        facts: Facts {
            name: "interfaces",
            row_type: "InterfaceFacts",
            rows: INTERFACES.iter().map(|interface| facts_of_interface(interface)).collect(),
            codes: None,
        },
        further,
        inner: ride::order::MESSAGES.to_vec(),
        choices: [ride::order::Event::MESSAGE.name.as_str()],
        diagram: ride::order::diagram(),
        rules: ride::rules::ALL,
        sentences: Vec::new(),
        introduction,
        appendix: ride_appendix(),
        guide: include_str!("ride_orders.md"),
        success: 0,
    }
}

fn ride_appendix() -> String {
    let mut out = String::from(
        "\n## From an estimate to an order\n\nInferred from the two field tables (ride spec 2.4 and 3.3): `carTypeRequestOf`.\n\n\
         | `CarTypeRequest` | of the `Estimate`, the first that is there |\n|---|---|\n",
    );
    for source in CAR_TYPE_REQUEST_SOURCES {
        let from: Vec<_> = source.from.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(out, "| `{}` | {} |", source.field, from.join(", "));
    }
    out.push_str(
        "\n## Questions to customer service\n\n附录 客服问题分类. No field of the listed interfaces carries them.\n\n\
         | 美团faqId | 美团五级问题 · category | 美团六级问题 · question |\n|--:|---|---|\n",
    );
    for question in codes::QUESTIONS {
        let (category, words) = (question.category, question.question);
        let _ = writeln!(out, "| {} | {} · {} | {} · {} |", question.faq_id, category.zh, category.en, words.zh, words.en);
    }
    out
}

fn facts_of_interface(interface: &Interface) -> String {
    let data = interface.reply.fields.iter().find(|field| field.name == "data");
    let has_data = data.is_some_and(|data| !matches!(data.kind, Kind::Raw));
    match interface.direction {
        ride::Direction::ToMeituan { method, path } => {
            format!(
                "{{ name: {:?}, direction: \"toMeituan\", method: {method:?}, path: {path:?}, order: {}, hasData: {has_data} }}",
                interface.name, interface.is_about_order
            )
        }
        ride::Direction::ToEnterprise => {
            format!(
                "{{ name: {:?}, direction: \"toEnterprise\", order: {}, hasData: {has_data} }}",
                interface.name, interface.is_about_order
            )
        }
    }
}
