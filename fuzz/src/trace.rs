//! Recordings: judging them, and taking personal data out of them.

use crate::tree::Tree;
use crate::vectors::Vectors;
use meituan_protocol::ticket::CALLS;
use meituan_protocol::ticket::acceptance::{
    Effect, PERSONAL_FIELDS, POINTS, Report, Strictness, Trace, Verdict, check, check_json, redacted,
};

const MASK: &str = "***";

/// All of the input is the recording.
pub fn run(data: &[u8]) {
    check_redaction(data);
    let judged = [Strictness::Documented, Strictness::Inferred].map(|strictness| check_json(data, strictness));
    let typed = Trace::from_json(data);
    let trace = match typed {
        Ok(trace) => trace,
        Err(error) => return assert_eq!(judged.map(Result::err), [Some(error.clone()), Some(error)]),
    };
    match judged {
        [Ok(documented), Ok(inferred)] => {
            check_reports(&documented, &inferred);
            check_typed(&trace, &inferred);
        }
        // It is of the format, and its calls are none.
        [Err(one), Err(other)] => assert!(one == other && check(&trace, Strictness::Inferred).is_err_and(|typed| typed == one)),
        judged => panic!("strictness refuses: {judged:?}"),
    }
}

fn check_reports(documented: &Report, inferred: &Report) {
    for report in [documented, inferred] {
        let ids = report.points.iter().map(|point| point.point.id);
        assert!(ids.eq(POINTS.iter().map(|point| point.id)), "every point once");
        for point in &report.points {
            let has = |effect| point.findings.iter().any(|finding| finding.effect == effect);
            assert_eq!(point.verdict == Verdict::Failed, has(Effect::Fails), "{point:?}");
            assert!(point.verdict != Verdict::Passed || point.shown > 0, "silence is taken for success: {point:?}");
        }
        let report = serde_json::to_value(report).expect("a report is JSON");
        assert_eq!(report["points"].as_array().map(Vec::len), Some(POINTS.len()));
    }
    for (lenient, strict) in documented.points.iter().zip(&inferred.points) {
        assert_eq!((lenient.shown, lenient.findings.len()), (strict.shown, strict.findings.len()));
        assert!(lenient.verdict != Verdict::Failed || strict.verdict == Verdict::Failed, "strictness forgives: {lenient:?}");
    }
}

/// What was read is written, and means the same.
fn check_typed(trace: &Trace, report: &Report) {
    let written = trace.to_json().expect("what was read can be written");
    assert_eq!(Trace::from_json(&written).as_ref(), Ok(trace));
    let again = check(trace, Strictness::Inferred).expect("what was read can be judged");
    for (one, other) in report.points.iter().zip(&again.points) {
        assert_eq!((one.verdict, one.shown, &one.findings), (other.verdict, other.shown, &other.findings));
    }
}

fn check_redaction(body: &[u8]) {
    for message in CALLS.iter().flat_map(|call| [call.request, call.reply]) {
        let taken_out = redacted(Some(message), body);
        assert_eq!(redacted(Some(message), &taken_out), taken_out, "once is not enough");
        // More stays where more is named, and nothing that is personal.
        check_kept(body, &taken_out, false);
    }
    check_kept(body, &redacted(None, body), true);
}

/// What is left of a body is its shape, with values that are as they were or masked: all of them, where nothing is named.
fn check_kept(body: &[u8], taken_out: &[u8], is_hidden: bool) {
    let text = Tree::Text(MASK.into());
    match (Tree::read(body), Tree::read(taken_out)) {
        (_, Some(mask)) if mask == text => {}
        (Some(before), Some(after)) => assert!(is_redacted(&before, &after, is_hidden), "{}", String::from_utf8_lossy(taken_out)),
        // A number beyond the range of doubles, which this reader has no value for.
        (before, _) => assert!(before.is_none(), "what is written is no JSON: {}", String::from_utf8_lossy(taken_out)),
    }
}

/// Nothing is left below a personal field, and all else is as it was, or masked.
fn is_redacted(before: &Tree, after: &Tree, is_hidden: bool) -> bool {
    match (before, after) {
        (Tree::List(one), Tree::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_redacted(one, other, is_hidden))
        }
        (Tree::Object(one), Tree::Object(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|((name, one), (same, other))| {
                    name == same && is_redacted(one, other, is_hidden || PERSONAL_FIELDS.contains(&&**name))
                })
        }
        (Tree::Text(text), _) if is_hidden && !text.is_empty() => *after == Tree::Text(MASK.into()),
        (Tree::Bare(_), _) if is_hidden => *after == Tree::Text(MASK.into()),
        (Tree::Text(_) | Tree::Bare(_), _) if *after == Tree::Text(MASK.into()) => true,
        _ => before == after,
    }
}

/// Recordings, and single bodies.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let traces = vectors.traces().into_iter().map(|trace| trace.to_string().into_bytes());
    let bodies = vectors.exchanges().into_iter().map(|(_, request, _)| request.to_string().into_bytes());
    traces.chain(bodies).collect()
}
