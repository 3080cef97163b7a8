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
            let values: Vec<_> = enumeration.values.iter().map(|value| format!("{}: {}", value.name, value.value)).collect();
            let _ =
                writeln!(out, "export const {} = /* @__PURE__ */ Object.freeze({{ {} }});", enumeration.name, values.join(", "));
        }
        out
    }

    pub(super) fn constant_types(&self) -> String {
        let mut out = String::from(HEADER);
        for enumeration in self.enumerations.values() {
            comment(&mut out, "", enumeration.doc);
            let _ = writeln!(out, "export declare const {}: {{", enumeration.name);
            for value in enumeration.values {
                comment(&mut out, "  ", value.doc);
                let _ = writeln!(out, "  readonly {}: {};", value.name, value.value);
            }
            out.push_str("};\n\n");
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
    for (name, table) in RIDE_TABLES {
        let _ = writeln!(out, "export const {name} = [");
        for row in table.values {
            let (zh, en) = row.doc.trim().split_once(" · ").expect("both languages");
            let retryable = match table.name == ResultCode::VALUES.name {
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
    let _ = writeln!(out, "export const conflicts = [\n{conflicts}];\n\nexport const warnings = [\n{warnings}];\n");
    out.push_str("export const carTypeRequestSources = [\n");
    for source in CAR_TYPE_REQUEST_SOURCES {
        let field =
            CarTypeRequest::MESSAGE.fields.iter().find(|field| field.name == source.field).expect("the request has the field");
        let needed = field.presence == Presence::Required;
        let _ = writeln!(out, "  {{ field: {:?}, from: {:?}, needed: {needed} }},", source.field, source.from);
    }
    out.push_str("];\n\nexport const questions = [\n");
    for question in QUESTIONS {
        let (category, words) = (text(question.category), text(question.question));
        let _ = writeln!(out, "  {{ faqId: {}, category: {category}, question: {words} }},", question.faq_id);
    }
    out.push_str("];\n");
    out
}

pub(super) fn ride_table_types() -> String {
    let mut out = String::from(HEADER);
    let names: Vec<_> = RIDE_TABLES.iter().map(|(_, table)| table.name).collect();
    let _ = writeln!(
        out,
        "import type {{ CarTypeRequest, Estimate, RideStanding, RideTransition, {} }} from \"./messages.js\";\n",
        names.join(", ")
    );
    out.push_str(ROW_TYPES);
    for (name, table) in RIDE_TABLES {
        comment(&mut out, "", table.doc);
        let more = if table.name == ResultCode::VALUES.name { " & { readonly retryable: boolean }" } else { "" };
        let _ = writeln!(out, "export declare const {name}: ReadonlyArray<Row<{}>{more}>;", table.name);
    }
    out.push_str(
        "/** What contradicts what in an order: the words of `standing.conflictKinds`. */\nexport declare const conflicts: ReadonlyArray<WordRow<RideStanding[\"conflictKinds\"][number]>>;\n\
         /** What deviates in an event: the words of `transition.warnings`. */\nexport declare const warnings: ReadonlyArray<WordRow<RideTransition[\"warnings\"][number]>>;\n\
         /** Where each field of a CarTypeRequest comes from (inferred from the two field tables): see `carTypeRequestOf`. */\n\
         export declare const carTypeRequestSources: readonly CarTypeRequestSource[];\n",
    );
    out.push_str("/** Categories of questions to customer service (附录 客服问题分类). */\nexport declare const questions: readonly Question[];\n");
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
