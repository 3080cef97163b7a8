//! What the order machine does with an order, as data: `tests/vectors/order/<subject>/<case>.json`, applied over JSON.
//! `tests/js/order-cases.test.mjs` applies the same files through the package.
//!
//! A case begins with the steps of `given.json` that its `given` names. A step's `at` is Meituan's wall clock (absent: that of
//! the step before); a string `@2026-03-02 10:00:00` elsewhere becomes epoch milliseconds. What `expect` holds is partial:
//!
//! - `kind`, `reason`, `reply`, `run` (the key), `busy`, `counts`, `due`, `dueFrom`, `dueBy`, `brokenOff`: of the outcome;
//! - `conflicts`: ids of the breaches that the event found, all of them; `reports`: one of them; `reportIds`: its reports;
//! - `standing`: those that are not resolved afterwards, all of them;
//! - `admissions`: all of them; `admitted`: how many guests they let in;
//! - `notices`: the outbox afterwards, in order; `units`: states by code, all of them; `order`: the snapshot afterwards;
//! - `query`: the reply to a query that comes then, its body beside its code;
//! - `refused`: the event is not read, or it is answered with a failure; nothing runs and nothing is stored;
//! - `error`: the path of what is not read.
//!
//! A null says that the field is absent.

use meituan_protocol::message::Packed;
use meituan_protocol::ticket::order::apply_json;
use meituan_protocol::time::{Timestamp, parse_wall_clock};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// States of a unit, by their number.
const UNIT_STATES: [&str; 6] = ["free", "used", "refunded", "void", "replaced", "pending"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/order")
}

fn read(path: &Path) -> Value {
    let text = std::fs::read(path).unwrap();
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The paths in a folder, in order.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn milliseconds(wall_clock: &str) -> i64 {
    parse_wall_clock(wall_clock.as_bytes()).unwrap_or_else(|| panic!("{wall_clock}")).0
}

/// The value with its wall clocks as milliseconds.
fn clocked(value: &Value) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('@') {
            Some(text) => milliseconds(text).into(),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(clocked).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), clocked(value))).collect::<Map<_, _>>().into(),
        _ => value.clone(),
    }
}

/// Whether all that `expected` says is so. Lists have the same items, in any order.
fn says(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (Value::Object(actual), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| says(actual.get(key).unwrap_or(&Value::Null), expected))
        }
        (Value::Array(actual), Value::Array(expected)) => {
            let mut left: Vec<&Value> = actual.iter().collect();
            let takes = |expected: &Value| {
                let found = left.iter().position(|actual| says(actual, expected));
                found.map(|place| left.remove(place)).is_some()
            };
            actual.len() == expected.len() && expected.iter().all(takes)
        }
        _ => actual == expected,
    }
}

fn apply(order: &Value, event: &Value, settings: &Value, now: i64) -> Result<Value, meituan_protocol::Error> {
    let text = |value: &Value| if value.is_null() { String::new() } else { value.to_string() };
    let (order, event, settings) = (text(order), event.to_string(), text(settings));
    let mut out = Vec::new();
    let now = Timestamp(now);
    apply_json(order.as_bytes(), event.as_bytes(), settings.as_bytes(), now, &mut Packed::default(), &mut out)?;
    Ok(serde_json::from_slice(&out).unwrap())
}

/// What came of an event, and the order as it is then.
struct After {
    outcome: Result<Value, meituan_protocol::Error>,
    order: Value,
    settings: Value,
    now: i64,
}

impl After {
    fn actual(&self, name: &str) -> Value {
        let null = Value::Null;
        let outcome = self.outcome.as_ref().unwrap_or(&null);
        let listed = |list: &Value, field: &str| -> Value {
            list.as_array().into_iter().flatten().map(|item| item[field].clone()).collect()
        };
        match name {
            "error" => self.outcome.as_ref().err().map_or(null, |error| error.path.clone().into()),
            "refused" => {
                let failed = outcome["reply"]["code"].as_i64().is_some_and(|code| !matches!(code, 200 | 598 | 601 | 602));
                let nothing = outcome["run"].is_null() && outcome["next"].is_null();
                (self.outcome.is_err() || nothing && (failed || outcome["kind"] == "illegal")).into()
            }
            "run" => outcome["run"]["key"].clone(),
            "order" => self.order.clone(),
            "notices" => self.order["notices"].clone(),
            "standing" => {
                let conflicts = self.order["conflicts"].as_array().into_iter().flatten();
                let standing: Vec<Value> = conflicts.filter(|conflict| conflict["resolvedAt"].is_null()).cloned().collect();
                listed(&standing.into(), "breach")
            }
            "admitted" => {
                let admissions = outcome["admissions"].as_array().into_iter().flatten();
                admissions.map(|admission| admission["quantity"].as_u64().unwrap()).sum::<u64>().into()
            }
            "units" => {
                let state = |unit: &Value| {
                    let state = UNIT_STATES[unit["state"].as_u64().unwrap() as usize];
                    (unit["voucher"].as_str().unwrap_or_default().to_owned(), state.into())
                };
                self.order["units"].as_array().into_iter().flatten().map(state).collect::<Map<_, _>>().into()
            }
            "query" => {
                let query = json!({ "orderQuery": { "orderId": self.order["orderId"] } });
                let Ok(told) = apply(&self.order, &query, &self.settings, self.now) else { return null };
                let mut reply = told["reply"]["body"].as_object().cloned().unwrap_or_default();
                reply.insert("code".into(), told["reply"]["code"].clone());
                reply.into()
            }
            "dueFrom" | "dueBy" => outcome["due"].clone(),
            "reports" => outcome["conflicts"].clone(),
            "reportIds" => outcome["reports"].clone(),
            _ => outcome[name].clone(),
        }
    }

    /// Whether `expected` is so of `name`.
    fn is(&self, name: &str, actual: &Value, expected: &Value) -> bool {
        match name {
            "dueFrom" => actual.as_i64() >= expected.as_i64(),
            "dueBy" => actual.is_i64() && actual.as_i64() <= expected.as_i64(),
            "reports" => actual.as_array().is_some_and(|found| found.contains(expected)),
            "units" => actual == expected,
            "notices" => {
                let (actual, expected) = (actual.as_array().unwrap(), expected.as_array().unwrap());
                actual.len() == expected.len() && actual.iter().zip(expected).all(|(actual, expected)| says(actual, expected))
            }
            _ => says(actual, expected),
        }
    }
}

/// Applies the steps of a case; says what is not as expected.
fn play(case: &Value, given: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let before = case.get("given").map(|name| given.get(name.as_str().unwrap()).unwrap_or_else(|| panic!("{name}")));
    let steps = before.and_then(Value::as_array).into_iter().flatten().chain(case["steps"].as_array().unwrap());
    let settings = clocked(&case["settings"]);
    let (mut order, mut now) = (Value::Null, 0);
    for (index, step) in steps.enumerate() {
        now = step["at"].as_str().map_or(now, milliseconds);
        let outcome = apply(&order, &clocked(&step["event"]), &settings, now);
        if let Some(next) = outcome.as_ref().ok().and_then(|outcome| outcome.get("next")) {
            order = next.clone();
        }
        let after = After { outcome, order: order.clone(), settings: settings.clone(), now };
        let Some(expect) = step.get("expect") else {
            if let Err(error) = &after.outcome {
                wrong.push(format!("step {index}: {error}"));
            }
            continue;
        };
        if let (Err(error), None, None) = (&after.outcome, expect.get("error"), expect.get("refused")) {
            wrong.push(format!("step {index}: {error}"));
        }
        for (name, expected) in expect.as_object().unwrap() {
            let (actual, expected) = (after.actual(name), clocked(expected));
            if !after.is(name, &actual, &expected) {
                let actual: String = actual.to_string().chars().take(1500).collect();
                wrong.push(format!("step {index}: {name} is {actual}, expected {expected}"));
            }
        }
    }
    wrong
}

fn subject(name: &str) {
    let given = read(&folder().join("given.json"));
    let (mut cases, mut wrong) = (0, Vec::new());
    for path in paths(&folder().join(name)) {
        let case = read(&path);
        cases += 1;
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        let found = play(&case, &given);
        if !found.is_empty() {
            wrong.push(format!("{name}/{file}: {}\n    {}", case["name"].as_str().unwrap(), found.join("\n    ")));
        }
    }
    println!("{name}: {cases} cases");
    assert!(wrong.is_empty(), "{} of {cases} cases:\n{}", wrong.len(), wrong.join("\n"));
}

macro_rules! subjects {
    ($($test:ident $folder:literal;)*) => {
        const SUBJECTS: &[&str] = &[$($folder),*];
        $( #[test] fn $test() { subject($folder); } )*
    };
}

subjects! {
    every_case_of_admissions_holds "admit";
    every_case_of_calls_and_repeats_holds "calls";
    every_case_of_conflicts_holds "conflicts";
    every_case_of_deadlines_holds "deadlines";
    every_case_of_entries_holds "entries";
    every_case_of_a_failed_issue_holds "issue-failed";
    every_case_of_issued_before_pay_holds "issued-before-pay";
    every_case_of_blank_numbers_holds "numbers";
    every_case_of_personal_data_holds "personal-data";
    every_case_of_real_name_orders_holds "real-name";
    every_case_of_refunded_messages_holds "refunded-messages";
    every_case_of_refunds_holds "refunds";
    every_case_of_reschedules_holds "reschedules";
    every_case_of_silence_holds "silence";
}

#[test]
fn every_folder_of_cases_is_played() {
    let folders = paths(&folder()).into_iter().filter(|path| path.is_dir());
    let names: Vec<String> = folders.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
    assert_eq!(names, SUBJECTS);
}
