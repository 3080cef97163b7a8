//! The floor: the same work on the same bodies, compiled for this machine instead of WebAssembly.
//!
//! The bodies are those of the JavaScript benchmarks; `cargo xtask bench` writes them to a file and says where it is.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;
use std::{env, fs};

use criterion::Criterion;
use meituan_protocol::Secret;
use meituan_protocol::envelope::EnvelopeKey;
use meituan_protocol::message::{Packed, Reading, definition::Facts, read};
use meituan_protocol::ticket::{self, Config, Parts, Supplier};
use meituan_protocol::time::Timestamp;
use serde::Deserialize;

/// What `benches/native-inputs.mjs` writes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    partner_id: u32,
    client_id: String,
    client_secret: String,
    secret_key: String,
    now: i64,
    routes: BTreeMap<String, String>,
    /// Calls, by the name of the case.
    calls: BTreeMap<String, Vec<Call>>,
    /// Replies to order query, likewise.
    states: BTreeMap<String, Vec<String>>,
    /// Texts to seal, likewise.
    texts: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct Call {
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
    /// The reply in program notation, and the order's number of tickets.
    reply: String,
    quantity: Option<u32>,
}

impl Call {
    fn parts(&self) -> Parts<'_> {
        let header = |name| self.headers.get(name).map(String::as_str).unwrap_or_default();
        Parts {
            method: "POST",
            uri: &self.url,
            partner_id: header("partnerid"),
            date: header("date"),
            authorization: header("authorization"),
            ..Parts::default()
        }
    }
}

fn main() {
    let Some(path) = env::var_os("BENCH_INPUTS") else {
        println!("run `cargo xtask bench native`: it writes the bodies first");
        return;
    };
    let text = fs::read_to_string(path).expect("the file that BENCH_INPUTS names can be read");
    let inputs: Inputs = serde_json::from_str(&text).expect("it is what native-inputs.mjs writes");
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(20)
        .without_plots()
        .configure_from_args();
    bench(&mut criterion, &inputs);
    criterion.final_summary();
}

fn bench(criterion: &mut Criterion, inputs: &Inputs) {
    let supplier = supplier(inputs);
    let now = Timestamp(inputs.now);
    let (mut packed, mut out) = (Packed::default(), Vec::new());

    bench_each(criterion, "sign", &["/mt/heartbeat?beat=1"], |uri| black_box(supplier.sign("POST", uri, now)));
    for (name, calls) in &inputs.calls {
        bench_each(criterion, name, calls, |call| {
            let accepted = supplier.accept(&call.parts(), call.body.as_bytes(), now, &mut packed).expect("the call is taken");
            let facts = Facts { quantity: call.quantity, ..Facts::NONE };
            supplier.encode_reply(accepted.call, 200, call.reply.as_bytes(), facts, &mut packed, &mut out).expect("it may leave");
        });
    }
    for (name, states) in &inputs.states {
        bench_each(criterion, name, states, |state| {
            assert!(read(ticket::ORDER_QUERY.reply, state.as_bytes(), Reading::WIRE, &mut packed));
        });
    }
    let key = EnvelopeKey::new(&Secret::new(inputs.secret_key.as_str())).expect("the key is 16 bytes");
    for (name, texts) in &inputs.texts {
        bench_each(criterion, &format!("seal-{name}"), texts, |text| black_box(key.seal(text)));
        let contents: Vec<_> = texts.iter().map(|text| key.seal(text)).collect();
        bench_each(criterion, &format!("open-{name}"), &contents, |content| {
            black_box(key.open(content.as_bytes()).expect("it opens"))
        });
    }
}

/// Each input in turn.
fn bench_each<I, O>(criterion: &mut Criterion, name: &str, inputs: &[I], mut work: impl FnMut(&I) -> O) {
    let mut turns = inputs.iter().cycle();
    criterion.bench_function(name, |bencher| bencher.iter(|| turns.next().map(&mut work)));
}

fn supplier(inputs: &Inputs) -> Supplier {
    let secret = Secret::new(inputs.client_secret.as_str());
    let mut config = Config::new(inputs.partner_id, inputs.client_id.as_str(), secret);
    for (path, name) in &inputs.routes {
        config = config.route(path.as_str(), ticket::Call::named(name).expect("there is such a call"));
    }
    Supplier::new(config).expect("the configuration is right")
}
