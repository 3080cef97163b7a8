//! The diagnosis of signatures at the border: asked for by people, not by each request.

use super::crossing::unreadable;
use super::state::with;
use crate::ba::{self, Diagnosis, Evidence};
use crate::message::json::ObjectWriter;
use crate::message::{Form, Reading, View, read};
use crate::{Error, Secret};
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

crate::messages! {
    /// A request whose signature is in question.
    Questioned {
        /// The method as it was sent.
        method "method": text, required;
        /// The whole URL, or the path with its query.
        url "url": text, required;
        /// The Date header.
        date "date": text, optional;
        /// The Authorization header.
        authorization "authorization": text, optional;
        /// The body.
        body "body": text, optional;
        /// The clientId that was agreed on.
        client_id "clientId": text, optional;
        /// The partnerId that was agreed on.
        partner_id "partnerId": text, optional;
        /// The secret that should have been used, then the others of a rotation.
        secrets "secrets": list(text), required;
    }
}

/// Finds out why the signature of the request in the input does not match. The output is what was found. 0 when the input can
/// be read.
#[wasm_bindgen]
pub fn ba_diagnose(length: usize) -> u32 {
    with(|state| {
        let source = state.input.get_mut(..length).unwrap_or_default();
        read(Questioned::MESSAGE, source, Reading { form: Form::Program, ..Reading::WIRE }, &mut state.packed);
        let questioned = state.packed.view(Questioned::MESSAGE, source);
        let outcome = match (Error::from_issues(&state.packed.issues), questioned) {
            (None, Some(questioned)) => Ok(diagnosis(&questioned)),
            (error, _) => Err(error.unwrap_or_else(unreadable)),
        };
        // Secrets stand in the input, so they do not stay there.
        source.zeroize();
        state.output.clear();
        let outcome = outcome.map(|found| write(&found, &mut state.output));
        state.tell_output();
        state.finish(outcome)
    })
}

fn diagnosis(questioned: &View<'_>) -> Diagnosis {
    let text = |name| questioned.text(name).unwrap_or_default();
    let secrets: Vec<Secret> = questioned.texts("secrets").map(|secret| Secret::new(&*secret)).collect();
    ba::diagnose(&Evidence {
        method: &text("method"),
        url: &text("url"),
        date: &text("date"),
        authorization: &text("authorization"),
        body: text("body").as_bytes(),
        client_id: &text("clientId"),
        partner_id: &text("partnerId"),
        secrets: &secrets,
    })
}

fn write(found: &Diagnosis, out: &mut Vec<u8>) {
    let ids: Vec<&str> = found.mistakes.iter().map(|mistake| mistake.id).collect();
    let mut object = ObjectWriter::begin(out);
    object.field("stringToSign", &found.string_to_sign);
    object.field("expected", &found.expected);
    object.field("received", &found.received);
    object.field("signed", &found.signed);
    object.field("mistakes", &ids);
    object.field("isExplained", &found.is_explained);
    object.end();
}
