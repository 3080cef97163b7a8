//! Sentences for people, in both languages: of errors, rules, acceptance points and mistakes.

use super::HEADER;
use super::apis::Api;
use super::writing::{basis, one_line, template};
use meituan_protocol::ba::MISTAKES;
use meituan_protocol::details::DETAILS;
use meituan_protocol::ticket::acceptance::{self, POINTS};
use meituan_protocol::ticket::codes::GeneralCode;
use meituan_protocol::ticket::{self, Config, Supplier, order::Wording};
use meituan_protocol::{ErrorCode, Secret, Text};
use std::fmt::Write as _;

pub(super) fn texts(apis: &[Api]) -> String {
    let mut out = String::from(HEADER);
    out.push_str(TEXT_TYPE);
    let codes = ErrorCode::ALL.iter().map(|code| {
        let (meaning, hint) = (code.meaning_in_javascript(), code.hint_in_javascript());
        [code.as_str(), meaning.en, meaning.zh, hint.en, hint.zh].join("\n")
    });
    let mut hints: Vec<(Text, Vec<&str>)> = Vec::new();
    for rule in apis.iter().flat_map(|api| api.rules) {
        let Some(hint) = ticket::rules::hint(rule.id) else { continue };
        match hints.iter_mut().find(|(known, _)| *known == hint) {
            Some((_, rules)) => rules.push(rule.id),
            None => hints.push((hint, vec![rule.id])),
        }
    }
    // The demand of a rule is in the table of rules.
    let hints = hints.iter().map(|(hint, rules)| [rules.join(" ").as_str(), "-", "-", hint.en, hint.zh].join("\n"));
    let errors: Vec<_> = codes.chain(hints).collect();
    let _ = writeln!(
        out,
        "/** The meaning and the hint of each code, then the hint for each rule of which more can be said, with all rules that it is for in one line: five lines for each, English before Chinese. errors/sentences.ts reads them. */\nexport const errors: string = {};",
        template(&errors.join("\n\n"))
    );
    for (doc, name, text) in [
        ("The sentence that Meituan's staff read where the supplier's own code fails.", "systemFailure", ticket::SYSTEM_FAILURE),
        ("The sentence that they read where a call is not served.", "notServed", ticket::NOT_SERVED),
    ] {
        let _ = writeln!(out, "\n/** {doc} */\nexport const {name}: string = {text:?};");
    }
    let _ = writeln!(
        out,
        "\n/** The failure that is replied where neither the call nor the supplier is known. */\n\
         export const anyFailure: {{ readonly code: number; readonly body: string }} = {{ code: {}, body: {:?} }};",
        GeneralCode::FAILURE.0,
        failure_of_nobody()
    );
    out.push_str("\n/** The demand of each rule. */\nexport const rules: Readonly<Record<RuleId, Text & { readonly basis: \"documented\" | \"inferred\" }>> = {\n");
    for rule in apis.iter().flat_map(|api| api.rules) {
        let doc = one_line(&rule.doc);
        let (zh, en) = doc.split_once(" · ").expect("both languages");
        let _ = writeln!(out, "  {:?}: {{ basis: {:?}, zh: {zh:?}, en: {en:?} }},", rule.id, basis(rule.basis));
    }
    out.push_str("};\n");
    let _ = writeln!(
        out,
        "\n/** The modules' details of errors and findings, English before Chinese. `{{}}` is anything, `#` a number. */\nexport const details: string = {};",
        both_of(DETAILS)
    );
    out.push_str(
        "\n/** The demand of each acceptance point. */\nexport const acceptance: Readonly<\n  Record<\n    AcceptancePointId,\n    \
         Text & { readonly section: string; readonly basis: \"documented\" | \"inferred\"; readonly rules: readonly RuleId[] }\n  >\n> = {\n",
    );
    for point in POINTS {
        let rules: Vec<_> = point.rules.iter().map(|rule| rule.id).collect();
        let _ = writeln!(
            out,
            "  {:?}: {{ section: {:?}, basis: {:?}, rules: {rules:?}, zh: {:?}, en: {:?} }},",
            point.id,
            point.section,
            basis(point.basis),
            point.text.zh,
            point.text.en
        );
    }
    out.push_str("};\n");
    out
}

/// The envelope of a failure as a supplier writes it, without the number of one.
fn failure_of_nobody() -> String {
    let supplier = Supplier::new(Config::new(1, "-", Secret::new("-"))).expect("the settings can be used");
    let body = supplier.encode_failure(GeneralCode::FAILURE.0, ticket::SYSTEM_FAILURE);
    let text = String::from_utf8(body).expect("JSON is UTF-8");
    let (before, _) = text.split_once(",\"partnerId\":1").expect("the number is its last field");
    format!("{before}}}")
}

/// One line for each language, English before Chinese.
fn both_of(details: &[meituan_protocol::Text]) -> String {
    let lines: Vec<_> = details.iter().flat_map(|detail| [detail.en, detail.zh]).collect();
    template(&lines.join("\n"))
}

/// Sentences about recorded exchanges: a file of its own, for code that judges them.
pub(super) fn trace_details() -> String {
    format!(
        "{HEADER}/** What the judge of recorded exchanges says of what it found, English before Chinese. */\nexport const traceDetails: string = {};\n",
        both_of(acceptance::details::DETAILS)
    )
}

const TEXT_TYPE: &str = "import type { AcceptancePointId, RuleId } from \"./messages.js\";\n\n\
/** The same thing said twice. */\nexport interface Text {\n  readonly en: string;\n  readonly zh: string;\n}\n\n";

/// Sentences about orders: a file of its own, for pages that show orders and no messages. Each table is one string until somebody
/// reads it.
pub(super) fn order_texts(apis: &[Api]) -> String {
    let mut out = String::from(HEADER);
    let mut table = |name: &str, rows: Vec<String>| {
        let _ = writeln!(out, "\nexport const {name}: string = {};", template(&format!("\n{}\n", rows.join("\n"))));
    };
    for sentences in apis.iter().flat_map(|api| &api.sentences) {
        table(sentences.name, sentences.rows.iter().map(|[id, zh, en]| format!("{id}|{zh} · {en}")).collect());
    }
    let row = |wording: &Wording| format!("{}|{} · {}", wording.id(), wording.text().zh, wording.text().en);
    table("explanation", Wording::ALL.iter().map(row).collect());
    out
}

/// Common mistakes of signing.
pub(super) fn mistakes() -> String {
    let mut out = String::from(HEADER);
    let ids: String = MISTAKES.iter().map(|mistake| format!("\n  | {:?}", mistake.id)).collect();
    let _ = writeln!(
        out,
        "import type {{ Text }} from \"./texts.js\";\n\n/** The stable id of a known mistake. */\nexport type MistakeId ={ids};\n"
    );
    out.push_str(
        "/** The mistake, and how to put it right. */\n\
         export const mistakes: Readonly<Record<MistakeId, { readonly what: Text; readonly fix: Text }>> = {\n",
    );
    for mistake in MISTAKES {
        let text = |text: meituan_protocol::Text| format!("{{ en: {:?}, zh: {:?} }}", text.en, text.zh);
        let _ = writeln!(out, "  {:?}: {{ what: {}, fix: {} }},", mistake.id, text(mistake.what), text(mistake.fix));
    }
    out.push_str("};\n");
    out
}
