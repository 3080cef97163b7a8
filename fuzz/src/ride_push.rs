//! Meituan's pushes to an enterprise: as they come, and sealed by the target in each of the forms in which they may.

use crate::input::{Input, seed};
use crate::vectors::Vectors;
use meituan_protocol::envelope::EnvelopeKey;
use meituan_protocol::message::{Notation, Packed, write};
use meituan_protocol::ride::{Client, Config, INTERFACES, Interface, ORDER_CHANGED};
use meituan_protocol::time::Timestamp;
use meituan_protocol::{ErrorCode, Secret};
use serde_json::{Value, json};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const TOKEN: &str = "CESHI-TK";
/// About when the document's example was pushed.
const NOW: Timestamp = Timestamp(1_621_222_860_000);

fn pushes() -> Vec<&'static Interface> {
    INTERFACES.iter().copied().filter(|interface| interface.is_push()).collect()
}

fn client() -> Client {
    let config = Config::new(617, Secret::new(TOKEN), Secret::new(KEY));
    let with_routes = pushes().into_iter().fold(config, |config, push| config.route(format!("/{}", push.name), push));
    Client::new(with_routes).expect("the configuration can be used")
}

/// The first byte chooses whether the request is of the input too, or the content alone.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let client = client();
    if input.byte().is_multiple_of(2) {
        let uri = input.text();
        check_any(&client, uri, input.rest());
    } else {
        let push = input.one(&pushes());
        check_content(&client, push, input.text());
    }
}

/// What was taken: the key, and what it says.
type Outcome = Result<(String, Vec<u8>), (ErrorCode, String)>;

fn outcome(client: &Client, uri: &str, body: &[u8]) -> Outcome {
    let mut packed = Packed::default();
    match client.accept(uri, body, NOW, &mut packed) {
        Ok(accepted) => {
            assert!(packed.issues.iter().all(|issue| !issue.refuses), "{:?}", packed.issues);
            let at = client.route(uri).map(|push| push.name);
            let is_its_path = at == Some(accepted.interface.name) || at == Some(ORDER_CHANGED.name);
            assert!(is_its_path || accepted.is_other, "another push than its path says");
            assert!(!accepted.is_other || accepted.interface.name == ORDER_CHANGED.name, "another business changes an order");
            let mut program = Vec::new();
            write(accepted.interface.request, &packed, accepted.source.as_bytes(), Notation::Program, &mut program);
            assert!(accepted.deduplication_key.contains(':'));
            Ok((accepted.deduplication_key, program))
        }
        Err(refusal) => {
            let answer: Value = serde_json::from_str(&refusal.answer()).expect("an answer is JSON");
            assert_ne!(answer["code"], 0, "what is refused is answered as taken");
            assert_eq!(refusal.error.code == ErrorCode::UnknownRoute, refusal.interface.is_none());
            let printed = format!("{} {:?}", refusal.error, refusal.error);
            assert!(!printed.contains(KEY), "the key is printed: {printed}");
            Err((refusal.error.code, refusal.error.path.clone()))
        }
    }
}

fn check_any(client: &Client, uri: &str, body: &[u8]) {
    let first = outcome(client, uri, body);
    assert_eq!(outcome(client, uri, body), first, "the same push is judged in two ways");
}

/// The same content is the same push, however it comes; and with another token or another key it is none.
fn check_content(client: &Client, push: &Interface, text: &str) {
    let uri = format!("/{}", push.name);
    let content = EnvelopeKey::new(&Secret::new(KEY)).expect("the key is one").seal(text);
    let form = format!("token={TOKEN}&version=1.0&content={content}");
    let first = outcome(client, &uri, form.as_bytes());
    let object = json!({ "accessKey": TOKEN, "content": content }).to_string();
    assert_eq!(outcome(client, &uri, object.as_bytes()), first, "as JSON it is another push");
    assert_eq!(outcome(client, &format!("{uri}?{form}"), b""), first, "in the query it is another push");
    let standard = content.replace('-', "%2B").replace('_', "%2F");
    let form = format!("content={standard}&token={TOKEN}");
    assert_eq!(outcome(client, &uri, form.as_bytes()), first, "in the other Base64 it is another push");

    let form = format!("token={TOKEN}2&content={content}");
    assert_eq!(outcome(client, &uri, form.as_bytes()), Err((ErrorCode::WrongToken, "token".into())));
}

/// The document's pushes.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let key = EnvelopeKey::new(&Secret::new(KEY)).expect("the key is one");
    for (at, push) in pushes().into_iter().enumerate() {
        let request = vectors.file(&format!("ride/{}/request.json", push.name));
        let content = key.seal(&String::from_utf8_lossy(&request));
        let uri = format!("/{}", push.name);
        seeds.push([&[1, at as u8], &*request].concat());
        // At the path of events, and of another business.
        seeds.push([&[1, 1], &*request].concat());
        let other = String::from_utf8_lossy(&request).replace("\"sqtType\":5", "\"sqtType\":10").replace(":1000", ":10.00");
        seeds.push([&[1, at as u8], other.as_bytes()].concat());
        seeds.push(seed(&[0], &[uri.as_bytes(), format!("token={TOKEN}&version=1.0&content={content}").as_bytes()]));
        let object = json!({ "accessKey": TOKEN, "content": content }).to_string();
        seeds.push(seed(&[0], &[uri.as_bytes(), object.as_bytes()]));
    }
    seeds
}
