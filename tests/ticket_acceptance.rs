//! Every acceptance point against its vectors: exchanges that keep it, and exchanges that break it and nothing else.

mod growth_support;

use growth_support::assert_grows_linearly;
use meituan_protocol::ticket::acceptance::*;
use meituan_protocol::ticket::calls::OrderCreate;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::path::PathBuf;

#[derive(Deserialize)]
struct Vectors {
    point: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    verdict: String,
    /// The demand is inferred: it fails only where that is asked for.
    #[serde(default)]
    strict: bool,
    trace: Box<RawValue>,
}

impl Case {
    fn report(&self, strictness: Strictness) -> Report {
        check_json(self.trace.get().as_bytes(), strictness).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

fn vectors() -> Vec<Vectors> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/acceptance");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &PathBuf| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.iter().map(read).collect()
}

/// The points with a finding of this effect.
fn with(report: &Report, effect: Effect) -> Vec<&'static str> {
    let has = |point: &&PointReport| point.findings.iter().any(|finding| finding.effect == effect);
    report.points.iter().filter(has).map(|point| point.point.id).collect()
}

/// All that was found, a line each.
fn findings(report: &Report) -> String {
    let line = |id: &str, finding: &Finding| {
        let Finding { exchange, path, rule, detail, effect, .. } = finding;
        format!("\n    {} {id} at {exchange:?} {path}: {detail} {}", effect.as_str(), rule.unwrap_or_default())
    };
    report.points.iter().flat_map(|point| point.findings.iter().map(move |finding| line(point.point.id, finding))).collect()
}

#[test]
fn every_point_has_exchanges_that_keep_it_and_exchanges_that_break_it_and_only_it() {
    let all = vectors();
    let listed: Vec<_> = all.iter().map(|vectors| vectors.point.as_str()).collect();
    let mut ids: Vec<_> = POINTS.iter().map(|point| point.id).collect();
    ids.sort_unstable();
    assert_eq!(listed, ids, "one file for each point");
    let mut wrong = Vec::new();
    for Vectors { point, cases } in &all {
        assert!(cases.iter().any(|case| case.verdict == "passed"), "{point}");
        assert!(cases.iter().any(|case| case.verdict == "failed"), "{point}");
        for case in cases {
            let report = case.report(if case.strict { Strictness::Inferred } else { Strictness::Documented });
            let verdict = report.point(point).unwrap().verdict.as_str();
            let expected = if case.verdict == "failed" { vec![point.as_str()] } else { vec![] };
            let warned = with(&report, Effect::Warns);
            if verdict != case.verdict || with(&report, Effect::Fails) != expected || warned.iter().any(|id| !expected.contains(id))
            {
                wrong.push(format!("{point} / {}: {verdict}{}", case.name, findings(&report)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_recording_can_show_every_point_kept() {
    let trace = std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/trace/whole.json")).unwrap();
    let report = check_json(&trace, Strictness::Inferred).unwrap();
    for point in report.points {
        assert_eq!((point.verdict, point.findings), (Verdict::Passed, vec![]), "{}", point.point.id);
    }
}

#[test]
fn what_is_inferred_is_reported_and_fails_nothing_unless_asked() {
    let mut seen = 0;
    for Vectors { point, cases } in &vectors() {
        for case in cases.iter().filter(|case| case.strict && case.verdict == "failed") {
            let report = case.report(Strictness::Documented);
            assert!(report.nothing_failed(), "{point} / {}", case.name);
            assert_eq!(with(&report, Effect::Warns), [point.as_str()], "{}", case.name);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn every_message_rule_counts_against_a_point() {
    let named: Vec<_> = POINTS.iter().flat_map(|point| point.rules).map(|rule| rule.id).collect();
    // What Meituan sends is not the supplier's.
    let is_of_meituan = |id: &str| OrderCreate::MESSAGE.rules.iter().any(|rule| rule.id == id);
    for rule in meituan_protocol::ticket::rules::ALL {
        assert_ne!(named.contains(&rule.id), is_of_meituan(rule.id), "{}", rule.id);
    }
}

#[cfg(feature = "texts")]
#[test]
fn the_hand_outs_numbered_points_are_all_there_and_once() {
    let numbered = |section: &str| POINTS.iter().filter(|point| point.section == section).count();
    let lists =
        [("一", 5), ("订单创建", 2), ("订单出票", 5), ("订单查询", 5), ("订单退款", 3), ("订单出票通知", 2), ("订单核销", 2)];
    for (interface, count) in lists {
        for number in 1..=count {
            assert_eq!(numbered(&format!("{interface} {number}")), 1, "{interface} {number}");
        }
        assert_eq!(numbered(&format!("{interface} {}", count + 1)), 0, "{interface}");
    }
    for section in ["三", "四", "六"] {
        assert_eq!(numbered(section), 1, "{section}");
    }
}

#[test]
fn ids_that_differ_beyond_a_doubles_precision_are_different_orders() {
    // Were the two one order, the query would contradict the pay.
    let (one, two) = ("8985652356562370001", "8985652356562370002");
    let trace = [
        exchange(
            0,
            "toSupplier",
            "orderCreate",
            &create(one),
            r#"{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"A"}}"#,
        ),
        exchange(
            1,
            "toSupplier",
            "orderCreate",
            &create(two),
            r#"{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"B"}}"#,
        ),
        exchange(2, "toSupplier", "orderPay", &asked(one), &paid(one)),
        exchange(3, "toSupplier", "orderQuery", &asked(two), &state(two, 2)),
        exchange(4, "toSupplier", "orderQuery", &asked(one), &state(one, 2)),
    ];
    let report = judged(&trace);
    assert_eq!(report.point("query.untouched").unwrap().verdict, Verdict::Passed);
    let entered = &report.point("general.can-enter").unwrap().findings;
    assert_eq!(entered.iter().map(|finding| finding.exchange).collect::<Vec<_>>(), [Some(4)]);
}

#[test]
fn exchanges_that_were_under_way_at_the_same_time_need_not_know_of_each_other() {
    let query = |duration| {
        let query = exchange(1, "toSupplier", "orderQuery", &asked("7"), &state("7", 2));
        query.replace("\"durationMs\":1", &format!("\"durationMs\":{duration}"))
    };
    let created = exchange(
        0,
        "toSupplier",
        "orderCreate",
        &create("7"),
        r#"{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"A"}}"#,
    );
    let pay = exchange(1, "toSupplier", "orderPay", &asked("7"), &paid("7")).replace("\"at\":1000", "\"at\":900");
    let verdict = |exchanges: &[String]| judged(exchanges).point("general.can-enter").unwrap().verdict;
    assert_eq!(verdict(&[created.clone(), pay.clone(), query(1)]), Verdict::Failed);
    let slow = pay.replace("\"durationMs\":1", "\"durationMs\":500");
    assert_eq!(verdict(&[created, slow, query(1)]), Verdict::NotExercised);
}

#[test]
fn what_was_not_answered_is_known_by_nobody() {
    let created = exchange(
        0,
        "toSupplier",
        "orderCreate",
        &create("7"),
        r#"{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"A"}}"#,
    );
    let pay = exchange(1, "toSupplier", "orderPay", &asked("7"), "null");
    for status in [2, 5, 6] {
        let query = exchange(2, "toSupplier", "orderQuery", &asked("7"), &state("7", status));
        assert!(judged(&[created.clone(), pay.clone(), query]).nothing_failed(), "{status}");
    }
}

#[test]
fn the_order_in_which_exchanges_stand_in_the_trace_does_not_matter() {
    let mut random = Random(0x5eed_0001);
    println!("seed {:#x}", random.0);
    for Vectors { point, cases } in &vectors() {
        for case in cases {
            let mut trace = Trace::from_json(case.trace.get().as_bytes()).unwrap();
            let verdicts = |trace: &Trace| {
                let report = check(trace, Strictness::Documented).unwrap();
                report.points.iter().map(|report| (report.verdict, report.shown, report.findings.len())).collect::<Vec<_>>()
            };
            let before = verdicts(&trace);
            for place in (1..trace.exchanges.len()).rev() {
                trace.exchanges.swap(place, random.below(place + 1));
            }
            assert_eq!(verdicts(&trace), before, "{point} / {}", case.name);
        }
    }
}

#[test]
fn judging_takes_time_in_proportion_to_the_codes_of_an_order() {
    // Were each code compared with each other one, four times as many would take sixteen times as long.
    let trace = |count: usize| {
        let codes = || (0..count).map(|code| format!("91063{code:07}"));
        let listed = |status: u32| {
            let entry = |code| {
                format!(r#"{{"voucher":"{code}","voucherInvalidTime":"2026-03-02 12:00:00","quantity":1,"status":{status}}}"#)
            };
            codes().map(entry).collect::<Vec<_>>().join(",")
        };
        let quantity = |message: String| message.replace("\"quantity\":1}}", &format!("\"quantity\":{count}}}}}"));
        let told: Vec<_> = codes().map(|code| format!("\"{code}\"")).collect();
        let state = |status: u32| {
            let state = state("7", 4).replace("\"orderQuantity\":1", &format!("\"orderQuantity\":{count}"));
            let used = if status == 1 { count } else { 0 };
            let state = state.replace("\"usedQuantity\":0", &format!("\"usedQuantity\":{used}"));
            state.replace("\"voucherType\":1", &format!("\"voucherType\":1,\"voucherList\":[{}]", listed(status)))
        };
        let consumed = format!(
            r#"{{"partnerId":1122,"body":{{"orderId":7,"partnerOrderId":"A","quantity":{count},"usedQuantity":{count},"refundedQuantity":0,"voucherList":[{}]}}}}"#,
            listed(1)
        );
        let accepted = r#"{"code":200,"describe":"success","partnerId":1122}"#;
        let number = r#"{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"A"}}"#;
        let exchanges = [
            exchange(0, "toSupplier", "orderCreate", &quantity(create("7")), number),
            exchange(1, "toSupplier", "orderPay", &asked("7"), &paid("7").replace("\"C1\"", &told.join(","))),
            exchange(2, "toSupplier", "orderQuery", &asked("7"), &state(0)),
            exchange(3, "toMeituan", "consumeNotice", &consumed, accepted),
            exchange(4, "toSupplier", "orderQuery", &asked("7"), &state(1)),
        ];
        format!(r#"{{"version":2,"exchanges":[{}]}}"#, exchanges.join(","))
    };
    assert_grows_linearly(trace, judge, 1000);
}

#[test]
fn judging_takes_time_in_proportion_to_the_exchanges() {
    let trace = |count: usize| {
        let number = r#"{"code":200,"describe":"success","partnerId":1122,"body":{"partnerOrderId":"A"}}"#;
        // From the last to the first.
        let one = |at: usize| exchange(at as u32, "toSupplier", "orderCreate", &create(&(at % 16_000 + 1).to_string()), number);
        let exchanges: Vec<_> = (0..count).rev().map(one).collect();
        format!(r#"{{"version":2,"exchanges":[{}]}}"#, exchanges.join(","))
    };
    assert_grows_linearly(trace, judge, 1000);
}

fn judge(trace: &String) {
    let report = check_json(trace.as_bytes(), Strictness::Inferred).unwrap();
    assert!(report.nothing_failed(), "{}", findings(&report));
}

#[test]
fn nothing_in_a_trace_makes_the_checker_panic() {
    let mut random = Random(0x5eed_0002);
    println!("seed {:#x}", random.0);
    let traces: Vec<_> =
        vectors().into_iter().flat_map(|vectors| vectors.cases).map(|case| case.trace.get().as_bytes().to_vec()).collect();
    let pieces: [&[u8]; 10] =
        [b"null", b"-1", b"[]", b"{}", b"\"\"", b"18446744073709551615", b"9007199254740992", b"\xff", b"\"\\ud800\"", b","];
    let mut readable = 0;
    for _ in 0..4000 {
        let mut trace = traces[random.below(traces.len())].clone();
        for _ in 0..=random.below(3) {
            // Values are replaced more often than bytes, so that most of it stays readable.
            let at = random.below(trace.len());
            let start = trace[..at].iter().rposition(|&byte| byte == b':').map_or(at, |colon| colon + 1);
            let length = trace[start..].iter().position(|byte| b",}]".contains(byte)).unwrap_or(0);
            let piece = pieces[random.below(pieces.len())];
            trace.splice(start..start + length, piece.iter().copied());
        }
        if let Ok(report) = check_json(&trace, Strictness::Inferred) {
            readable += 1;
            serde_json::to_value(&report).unwrap();
        }
    }
    assert!(readable > 400, "{readable}");
}

#[test]
fn the_report_is_written_as_json_with_what_was_found() {
    let created =
        exchange(0, "toSupplier", "orderCreate", &create("7"), r#"{"code":421,"describe":"","partnerId":1122,"\"\u0001":1}"#);
    let report = serde_json::to_value(judged(&[created])).unwrap();
    assert_eq!(report["version"], 1);
    let points = report["points"].as_array().unwrap();
    assert_eq!(points.len(), POINTS.len());
    let point = points.iter().find(|point| point["id"] == "create.true-reason").unwrap();
    assert_eq!((point["verdict"].as_str(), point["shown"].as_u64()), (Some("failed"), Some(1)));
    let finding =
        serde_json::json!([{ "effect": "fails", "basis": "documented", "path": "describe", "detail": "no reason", "exchange": 0 }]);
    assert_eq!(point["findings"], finding);
}

#[test]
fn the_report_as_json_has_what_was_found_as_it_was_written() {
    let url = "ftp://\"a\\b\u{1}\u{1f}中";
    let trace =
        serde_json::json!({ "version": 1, "settings": { "endpoints": [{ "call": "orderCreate", "url": url }] }, "exchanges": [] });
    let report = check_json(trace.to_string().as_bytes(), Strictness::Documented).unwrap();
    assert!(!report.nothing_failed());
    let report = serde_json::to_value(&report).unwrap();
    let point = report["points"].as_array().unwrap().iter().find(|point| point["id"] == "endpoint.ports").unwrap();
    assert_eq!(point["findings"][0]["detail"], url);
}

#[test]
fn an_interface_is_seen_to_work_by_a_reply_that_can_be_read() {
    let trace = std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/trace/whole.json")).unwrap();
    let mut trace: serde_json::Value = serde_json::from_slice(&trace).unwrap();
    for exchange in trace["exchanges"].as_array_mut().unwrap().iter_mut().filter(|exchange| exchange["call"] == "orderQuery") {
        exchange["response"]["body"].as_object_mut().unwrap().remove("orderStatus");
    }
    let report = check_json(trace.to_string().as_bytes(), Strictness::Documented).unwrap();
    let point = report.point("endpoint.mandatory").unwrap();
    assert_eq!(point.findings.iter().map(|finding| finding.detail.as_str()).collect::<Vec<_>>(), ["orderQuery"]);
}

#[test]
fn signatures_that_were_judged_rightly_are_counted() {
    let created = |second, authenticated: bool, code| {
        let reply = format!(r#"{{"code":{code},"describe":"原因","partnerId":1122,"body":{{"partnerOrderId":"A"}}}}"#);
        let exchange = exchange(second, "toSupplier", "orderCreate", &create("7"), &reply);
        exchange.replacen('{', &format!("{{\"authenticated\":{authenticated},"), 1)
    };
    let trace: Vec<_> = [(0, true, 200), (1, true, 200), (2, true, 200), (3, false, 300), (4, false, 300)]
        .map(|(second, authenticated, code)| created(second, authenticated, code))
        .into();
    assert_eq!(judged(&trace).point("general.authentication").unwrap().shown, 5);
}

/// A fixed row of numbers that look random (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

fn judged(exchanges: &[String]) -> Report {
    let trace = format!(r#"{{"version":1,"exchanges":[{}]}}"#, exchanges.join(","));
    check_json(trace.as_bytes(), Strictness::Documented).unwrap()
}

fn exchange(second: u32, direction: &str, call: &str, request: &str, response: &str) -> String {
    format!(
        r#"{{"at":{},"durationMs":1,"direction":"{direction}","call":"{call}","request":{request},"response":{response}}}"#,
        second * 1000
    )
}

fn create(id: &str) -> String {
    format!(
        r#"{{"partnerId":1122,"body":{{"orderId":{id},"partnerDealId":"12113","mtDealId":1,"buyPrice":1,"unitPrice":1,"totalPrice":1,"quantity":1}}}}"#
    )
}

fn asked(id: &str) -> String {
    format!(r#"{{"partnerId":1122,"body":{{"orderId":{id}}}}}"#)
}

fn paid(id: &str) -> String {
    format!(
        r#"{{"code":200,"describe":"success","partnerId":1122,"body":{{"orderId":{id},"partnerOrderId":"A","voucherType":1,"vouchers":["C1"]}}}}"#
    )
}

fn state(id: &str, status: u32) -> String {
    format!(
        r#"{{"code":200,"describe":"success","partnerId":1122,"body":{{"orderId":{id},"partnerOrderId":"A","orderStatus":{status},"orderQuantity":1,"usedQuantity":0,"refundedQuantity":0,"voucherType":1}}}}"#
    )
}
