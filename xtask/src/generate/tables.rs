//! Numbers by name: the constants of all enumerations, and the ride document's tables.

use super::HEADER;
use super::catalogue::Catalogue;
use super::writing::comment;
use meituan_protocol::message::definition::Enumeration;
use meituan_protocol::message::definition::Presence;
use meituan_protocol::ride::CAR_TYPE_REQUEST_SOURCES;
use meituan_protocol::ride::codes::{self, QUESTIONS, ResultCode};
use meituan_protocol::ride::order::{Conflict, RideWarning};
use meituan_protocol::ride::requests::CarTypeRequest;
use std::fmt::Write as _;

impl Catalogue<'_> {
    pub(super) fn constants(&self) -> String {
        let mut out = String::from(HEADER);
        for enumeration in self.enumerations.values() {
            comment(&mut out, "", &enumeration.doc);
            // The type by itself, so that the words about each value are no code.
            let _ = writeln!(out, "export const {}: {{", enumeration.name);
            for value in enumeration.values {
                comment(&mut out, "  ", &value.doc);
                let _ = writeln!(out, "  readonly {}: {};", value.name, value.value);
            }
            let values: Vec<_> = enumeration.values.iter().map(|value| format!("{}: {}", value.name, value.value)).collect();
            let _ = writeln!(out, "}} = /* @__PURE__ */ Object.freeze({{ {} }});\n", values.join(", "));
        }
        out
    }
}

/// The ride document's tables of numbers, under the names that they have in JavaScript.
const RIDE_TABLES: [(&str, &Enumeration); 12] = [
    ("resultCodes", ResultCode::VALUES),
    ("gatewayStatuses", codes::GatewayStatus::VALUES),
    ("orderStates", codes::RideStatus::VALUES),
    ("orderEvents", codes::RideEvent::VALUES),
    ("cancelTypes", codes::CancelType::VALUES),
    ("cancelReasons", codes::CancelReason::VALUES),
    ("cancelSteps", codes::CancelStep::VALUES),
    ("carTypes", codes::CarType::VALUES),
    ("identifyTypes", codes::IdentifyType::VALUES),
    ("reserveTypes", codes::ReserveType::VALUES),
    ("supplyCodes", codes::SupplyCode::VALUES),
    ("refundStatuses", codes::RefundStatus::VALUES),
];

pub(super) fn ride_tables() -> String {
    let mut out = String::from(HEADER);
    let names: Vec<_> = RIDE_TABLES.iter().map(|(_, table)| table.name).collect();
    let _ = writeln!(
        out,
        "import type {{ CarTypeRequest, Estimate, RideStanding, RideTransition, {} }} from \"./messages.js\";",
        names.join(", ")
    );
    out.push_str(ROW_TYPES);
    for (name, table) in RIDE_TABLES {
        let has_retries = table.name == ResultCode::VALUES.name;
        comment(&mut out, "", &table.doc);
        let more = if has_retries { " & { readonly retryable: boolean }" } else { "" };
        let _ = writeln!(out, "export const {name}: ReadonlyArray<Row<{}>{more}> = [", table.name);
        for row in table.values {
            let (zh, en) = row.doc.trim().split_once(" · ").expect("both languages");
            let retryable = match has_retries {
                true => format!(", retryable: {}", ResultCode(row.value).is_retryable()),
                false => String::new(),
            };
            let _ = writeln!(
                out,
                "  {{ code: {}, name: {:?}, meaning: {{ en: {en:?}, zh: {zh:?} }}{retryable} }},",
                row.value, row.name
            );
        }
        out.push_str("];\n\n");
    }
    let text = |text: meituan_protocol::Text| format!("{{ en: {:?}, zh: {:?} }}", text.en, text.zh);
    let word = |(word, meaning): (&str, _)| format!("  {{ word: {word:?}, meaning: {} }},\n", text(meaning));
    let conflicts: String = Conflict::ALL.iter().map(|one| word((one.as_str(), one.text()))).collect();
    let warnings: String = RideWarning::ALL.iter().map(|one| word((one.as_str(), one.text()))).collect();
    let _ = writeln!(
        out,
        "/** The contradictions in an order: the words of `standing.conflictKinds`. */\n\
         export const conflicts: ReadonlyArray<WordRow<RideStanding[\"conflictKinds\"][number]>> = [\n{conflicts}];\n\n\
         /** What deviates in an event: the words of `transition.warnings`. */\n\
         export const warnings: ReadonlyArray<WordRow<RideTransition[\"warnings\"][number]>> = [\n{warnings}];\n"
    );
    out.push_str(
        "/** Where each field of a CarTypeRequest comes from (inferred from the two field tables): see `carTypeRequestOf`. */\n\
         export const carTypeRequestSources: readonly CarTypeRequestSource[] = [\n",
    );
    for source in CAR_TYPE_REQUEST_SOURCES {
        let field =
            CarTypeRequest::MESSAGE.fields.iter().find(|field| field.name == source.field).expect("the request has the field");
        let needed = field.presence == Presence::Required;
        let _ = writeln!(out, "  {{ field: {:?}, from: {:?}, needed: {needed} }},", source.field, source.from);
    }
    out.push_str(
        "];\n\n/** Categories of questions to customer service (附录 客服问题分类). */\nexport const questions: readonly Question[] = [\n",
    );
    for question in QUESTIONS {
        let (category, words) = (text(question.category), text(question.question));
        let _ = writeln!(out, "  {{ faqId: {}, category: {category}, question: {words} }},", question.faq_id);
    }
    out.push_str("];\n");
    out
}

const ROW_TYPES: &str = r#"import type { Text } from "./texts.js";

/** One number of a table: the constant's name, Meituan's words, and ours in English. */
export interface Row<Code extends number> {
  readonly code: Code;
  readonly name: string;
  readonly meaning: Text;
}

/** One word of ours. */
export interface WordRow<Word extends string> {
  readonly word: Word;
  readonly meaning: Text;
}

/** Where a field of a CarTypeRequest comes from. */
export interface CarTypeRequestSource {
  readonly field: keyof CarTypeRequest;
  /** Fields of the estimate: the first that is there. */
  readonly from: ReadonlyArray<keyof Estimate>;
  /** Whether a request without it is none. */
  readonly needed: boolean;
}

/** One question to customer service. */
export interface Question {
  /** Meituan's number of the answer (美团faqId). */
  readonly faqId: number;
  /** The category (美团五级问题). */
  readonly category: Text;
  /** The question (美团六级问题). */
  readonly question: Text;
}

"#;
