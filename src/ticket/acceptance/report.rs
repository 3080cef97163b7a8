//! The checker's report: a verdict on every point, and the findings behind it.

use super::points::{NAMES, Name, POINTS, Point};
use crate::ErrorCode;
use crate::message::definition::Basis;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// The effect of a broken inferred demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Strictness {
    /// It is reported: only what the acceptance manual says fails a point.
    #[default]
    Documented,
    /// It fails the point too.
    Inferred,
}

/// The verdict on one point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// At least one exchange shows it kept, and none breaks it.
    Passed,
    /// At least one exchange breaks it.
    Failed,
    /// No exchange could have shown it.
    NotExercised,
    /// Exchanges could have shown it, but what is needed to judge them was not recorded.
    Unchecked,
}

impl Verdict {
    /// The stable string, the same in Rust and JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::NotExercised => "notExercised",
            Verdict::Unchecked => "unchecked",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a finding does to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The point fails.
    Fails,
    /// It is only reported: the demand is inferred.
    Warns,
    /// It could not be judged.
    Unchecked,
}

impl Effect {
    /// The stable string, the same in Rust and JavaScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Fails => "fails",
            Effect::Warns => "warns",
            Effect::Unchecked => "unchecked",
        }
    }
}

impl Serialize for Effect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it does to the point.
    pub effect: Effect,
    /// Whether the acceptance manual says it.
    pub basis: Basis,
    /// The field of the request or reply that the supplier wrote, such as `body.vouchers`, or of the exchange or the
    /// settings, such as `durationMs`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The message rule that was broken, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// The stable name of what is wrong, where the message itself is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ErrorCode>,
    /// The value that was found or expected, for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// Which exchange, by its place in the trace from 0; absent where it is about the settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<u32>,
}

/// The result for one point.
#[derive(Debug, Clone, Serialize)]
pub struct PointReport {
    /// The point.
    #[serde(rename = "id", serialize_with = "id")]
    pub point: &'static Point,
    /// The verdict.
    pub verdict: Verdict,
    /// How many times an exchange showed it.
    pub shown: u32,
    /// The findings against it.
    pub findings: Vec<Finding>,
}

/// The results for all points.
#[derive(Debug, Clone)]
pub struct Report {
    /// The points, in the order of [`POINTS`].
    pub points: Vec<PointReport>,
}

impl Report {
    /// The result for the point of this id.
    pub fn point(&self, id: &str) -> Option<&PointReport> {
        self.points.iter().find(|report| report.point.id == id)
    }

    /// Whether no point failed. Points that nothing showed are no failures; look at their verdicts.
    pub fn nothing_failed(&self) -> bool {
        self.points.iter().all(|report| report.verdict != Verdict::Failed)
    }
}

/// As `{"version":1,"points":[{"id","verdict","shown","findings":[{"effect","basis","path","rule","code","detail","exchange"}]}]}`.
/// Absent and empty fields are left out.
impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 2)?;
        report.serialize_field("version", &1)?;
        report.serialize_field("points", &self.points)?;
        report.end()
    }
}

fn id<S: Serializer>(point: &Point, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(point.id)
}

/// Findings while they are collected.
pub(super) struct Findings {
    strictness: Strictness,
    points: Vec<PointReport>,
}

impl Findings {
    pub(super) fn new(strictness: Strictness) -> Self {
        let empty = |point| PointReport { point, verdict: Verdict::NotExercised, shown: 0, findings: Vec::new() };
        Findings { strictness, points: POINTS.iter().map(empty).collect() }
    }

    /// An exchange shows the point. Whether it is kept, the findings say.
    #[inline(never)]
    pub(super) fn shows(&mut self, name: Name) {
        self.shows_times(name, 1);
    }

    /// Counts the exchanges that show the point.
    #[inline(never)]
    pub(super) fn shows_times(&mut self, name: Name, times: u32) {
        self.points[name as usize].shown += times;
    }

    /// A demand of the acceptance manual is broken.
    #[inline(never)]
    pub(super) fn fails(&mut self, name: Name, exchange: Option<u32>, path: &str, detail: &str) {
        self.add(name, exchange, path, detail, Basis::Documented, Effect::Fails);
    }

    /// An inferred demand is broken.
    #[inline(never)]
    pub(super) fn warns(&mut self, name: Name, exchange: Option<u32>, path: &str, detail: &str) {
        self.add(name, exchange, path, detail, Basis::Inferred, Effect::Warns);
    }

    /// It cannot be judged.
    #[inline(never)]
    pub(super) fn unchecked(&mut self, name: Name, exchange: Option<u32>, path: &str, detail: &str) {
        self.add(name, exchange, path, detail, POINTS[name as usize].basis, Effect::Unchecked);
    }

    fn add(&mut self, name: Name, exchange: Option<u32>, path: &str, detail: &str, basis: Basis, effect: Effect) {
        self.push(name, Finding { exchange, path: path.into(), rule: None, code: None, detail: detail.into(), basis, effect });
    }

    #[inline(never)]
    pub(super) fn push(&mut self, name: Name, mut finding: Finding) {
        if finding.effect == Effect::Warns && self.strictness == Strictness::Inferred {
            finding.effect = Effect::Fails;
        }
        self.points[name as usize].findings.push(finding);
    }

    pub(super) fn finish(mut self) -> Report {
        for report in &mut self.points {
            let has = |effect| report.findings.iter().any(|finding| finding.effect == effect);
            report.verdict = match report.shown {
                _ if has(Effect::Fails) => Verdict::Failed,
                0 if has(Effect::Unchecked) => Verdict::Unchecked,
                0 => Verdict::NotExercised,
                _ => Verdict::Passed,
            };
        }
        Report { points: self.points }
    }
}

impl Name {
    pub(super) fn point(self) -> &'static Point {
        &POINTS[self as usize]
    }
}

// A name is its place in the table.
const _: () = {
    assert!(NAMES.len() == POINTS.len());
};
