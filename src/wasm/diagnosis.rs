//! The diagnosis of signatures at the border: asked for by people, not by each request.

use super::{State, unreadable, with};
use crate::ba::{self, Diagnosis, Evidence};
use crate::message::value::ObjectWriter;
use crate::message::{Form, Reading, read};
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
        let outcome = questioned(state, length).map(|questioned| {
            state.output.clear();
            write(&diagnosis(&questioned), &mut state.output);
        });
        state.tell_output();
        state.finish(outcome)
    })
}

/// Secrets stand in the input, so they do not stay there.
fn questioned(state: &mut State, length: usize) -> Result<Questioned, Error> {
    let source = state.input.get_mut(..length).unwrap_or_default();
    read(Questioned::MESSAGE, source, Reading { form: Form::Program, ..Reading::WIRE }, &mut state.packed);
    let questioned: Option<Questioned> = state.packed.take(Questioned::MESSAGE, source);
    source.zeroize();
    questioned.ok_or_else(|| Error::from_issues(&state.packed.issues).unwrap_or_else(unreadable))
}

fn diagnosis(questioned: &Questioned) -> Diagnosis {
    let secrets: Vec<Secret> = questioned.secrets.iter().map(|secret| Secret::new(&**secret)).collect();
    let text = |text: &'_ Option<String>| text.clone().unwrap_or_default();
    let (date, authorization) = (text(&questioned.date), text(&questioned.authorization));
    let (client_id, partner_id, body) = (text(&questioned.client_id), text(&questioned.partner_id), text(&questioned.body));
    ba::diagnose(&Evidence {
        method: &questioned.method,
        url: &questioned.url,
        date: &date,
        authorization: &authorization,
        body: body.as_bytes(),
        client_id: &client_id,
        partner_id: &partner_id,
        secrets: &secrets,
    })
}

fn write(found: &Diagnosis, out: &mut Vec<u8>) {
    let ids: Vec<String> = found.mistakes.iter().map(|mistake| mistake.id.to_owned()).collect();
    let mut object = ObjectWriter::begin(out);
    object.field("stringToSign", &found.string_to_sign);
    object.field("expected", &found.expected);
    object.field("received", &found.received);
    object.field("signed", &found.signed);
    object.field("mistakes", &ids);
    object.field("isExplained", &found.is_explained);
    object.end();
}
