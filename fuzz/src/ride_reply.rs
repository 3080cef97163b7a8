//! Meituan's replies to ride requests, in each of the forms in which they come.

use crate::input::{Input, flag};
use crate::vectors::Vectors;
use meituan_protocol::envelope::EnvelopeKey;
use meituan_protocol::message::definition::Facts;
use meituan_protocol::message::{Notation, Packed, Reading, read, write};
use meituan_protocol::ride::{Client, Config, INTERFACES, Interface, ReplyForm, Version};
use meituan_protocol::{ErrorCode, Secret};
use serde_json::Value;

const KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
const MARK: &[u8] = b"\xef\xbb\xbf";

/// The first byte chooses the interface, the second the generation.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let interface = input.one(INTERFACES);
    let flags = input.byte();
    let mut config = Config::new(617, Secret::new("CESHI-TK"), Secret::new(KEY));
    config.version = if flag(flags, 0) { Version::V2 } else { Version::V1 };
    let client = Client::new(config).expect("the configuration can be used");
    check(&client, interface, input.rest());
}

fn check(client: &Client, interface: &'static Interface, body: &[u8]) {
    let mut packed = Packed::default();
    match client.read_reply(interface, 200, body, &mut packed) {
        Ok(replied) => {
            assert!(packed.issues.iter().all(|issue| !issue.refuses), "{:?}", packed.issues);
            let program = program(interface, &replied.source);
            let stripped = body.strip_prefix(MARK).unwrap_or(body);
            if replied.form == ReplyForm::Direct {
                assert_eq!(&*replied.source, stripped);
                check_forms(client, interface, stripped, &program);
            } else {
                assert!(replied.form != ReplyForm::Encrypted || !body.is_empty());
            }
        }
        Err(error) => {
            assert_eq!(error.remote.is_some(), error.code == ErrorCode::RemoteRejected, "{error:?}");
            assert!(matches!(error.code, ErrorCode::RemoteRejected | ErrorCode::DecryptionFailed) || error_is_read(&error));
        }
    }
}

/// Anything else was found in the text.
fn error_is_read(error: &meituan_protocol::Error) -> bool {
    error.issues.is_empty() || error.issues.iter().any(|issue| issue.refuses && issue.code == error.code)
}

/// What a source says as a success, which it must be.
fn program(interface: &'static Interface, source: &[u8]) -> Vec<u8> {
    let mut packed = Packed::default();
    let how = Reading { notation: Notation::Wire, success: true, facts: Facts::default() };
    assert!(read(interface.reply, source, how, &mut packed), "a refused reply is taken: {:?}", packed.issues);
    let mut out = Vec::new();
    write(interface.reply, &packed, source, Notation::Program, &mut out);
    out
}

/// The same reply in the other forms says the same.
fn check_forms(client: &Client, interface: &'static Interface, body: &[u8], program_of_direct: &[u8]) {
    let Ok(text) = std::str::from_utf8(body) else { return };
    let key = EnvelopeKey::new(&Secret::new(KEY)).expect("the key is one");
    let around = |data: String| format!(r#"{{"status":0,"msg":"ok","data":{data}}}"#);
    let quoted = Value::from(text).to_string();
    let mut forms = vec![
        (ReplyForm::Nested, around(text.into())),
        (ReplyForm::Encrypted, around(Value::from(key.seal(text)).to_string())),
        (ReplyForm::Encrypted, around(Value::from(key.seal(&quoted)).to_string())),
    ];
    if client.config().version == Version::V1 {
        forms.push((ReplyForm::Nested, around(quoted)));
    }
    for (form, body) in forms {
        let mut packed = Packed::default();
        match client.read_reply(interface, 200, body.as_bytes(), &mut packed) {
            Ok(replied) => {
                assert_eq!(replied.form, form, "{body}");
                assert_eq!(program(interface, &replied.source), program_of_direct, "{body}");
            }
            // One level more is around it.
            Err(error) => assert_eq!(error.code, ErrorCode::TooDeep, "{body}: {error:?}"),
        }
    }
}

/// Every reply of the document's examples, and one in each form.
pub fn seeds(vectors: &Vectors) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let key = EnvelopeKey::new(&Secret::new(KEY)).expect("the key is one");
    for (at, interface) in INTERFACES.iter().enumerate() {
        let at = at as u8;
        let reply = vectors.file(&format!("ride/{}/response.json", interface.name));
        let text = String::from_utf8_lossy(&reply);
        let sealed = Value::from(key.seal(&text));
        seeds.push([&[at, 0], &*reply].concat());
        seeds.push([&[at, 0], format!(r#"{{"status":0,"msg":"ok","data":{text}}}"#).as_bytes()].concat());
        seeds.push([&[at, 1], format!(r#"{{"status":0,"msg":"ok","data":{sealed}}}"#).as_bytes()].concat());
    }
    seeds.push(b"\0\0{\"status\":401,\"msg\":\"no such token\",\"traceId\":\"1\"}".to_vec());
    seeds.push(b"\0\0{\"code\":1010,\"message\":\"no\"}".to_vec());
    seeds
}
