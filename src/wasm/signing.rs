//! Signing what no call of this library signs, at the boundary: any request by BA, and sorted parameters.

use super::crossing::as_object;
use super::state::with;
use crate::message::{Packed, Reading, read};
use crate::sorted_sign::{Scheme, sign};
use crate::{Error, Secret, ba};
use serde::Serialize;
use wasm_bindgen::prelude::*;

crate::messages! {
    /// A parameter to sign.
    Parameter {
        /// Its name.
        name "name": string, required;
        /// Its value.
        value "value": string, required;
    }

    /// Parameters to sign.
    Parameters {
        /// The parameters.
        parameters "parameters": list(object(Parameter)), required;
    }
}

/// Signs by sorted parameters: the input is the secret, then `{"parameters":[{"name","value"}…]}`. `prefix`: the secret is before
/// all parameters, else it is one of them. The output is the signature. 0 when it is signed.
#[wasm_bindgen]
pub fn sorted_sign(secret: usize, prefix: bool, length: usize) -> u32 {
    with(|state| {
        let key = state.take_secret(secret);
        let mut packed = Packed::new();
        let source = state.after(secret, length);
        read(Parameters::MESSAGE, source, Reading::WIRE, &mut packed);
        let outcome = match Error::from_issues(&packed.issues) {
            Some(error) => Err(error),
            None => {
                let mut pairs = Vec::new();
                for pair in packed.view(Parameters::MESSAGE, source).iter().flat_map(|view| view.objects("parameters")) {
                    pairs.push((pair.string("name").unwrap_or_default(), pair.string("value").unwrap_or_default()));
                }
                let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
                Ok(sign(if prefix { Scheme::Prefix } else { Scheme::SignKey }, &key, &pairs))
            }
        };
        state.finish_text(outcome)
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    authorization: String,
    string_to_sign: String,
    signature: String,
}

/// Manual BA: signs any method, URI and date. Returns the signature and what it was made of.
#[wasm_bindgen]
pub fn ba_sign(client_id: &str, secret: String, method: &str, uri: &str, date: &str) -> JsValue {
    let signature = ba::sign(&ba::Key::new(&Secret::new(secret)), method, uri, date);
    as_object(&Signed {
        authorization: ba::authorization(client_id, &signature),
        string_to_sign: ba::string_to_sign(method, uri, date),
        signature,
    })
}

/// Manual BA: whether the header is right; else the error is kept.
#[wasm_bindgen]
pub fn ba_verify(client_id: &str, secret: String, method: &str, uri: &str, date: &str, authorization: &str) -> bool {
    let key = ba::Key::new(&Secret::new(secret));
    with(|state| state.finish(ba::verify(&[key], client_id, method, &[uri], date, authorization)) == 0)
}

/// Milliseconds of the HTTP date in the input; NaN when it is none.
#[wasm_bindgen]
pub fn parse_http_date(length: usize) -> f64 {
    with(|state| {
        let date = crate::time::parse_http_date(state.input.get(..length).unwrap_or_default());
        date.map_or(f64::NAN, |at| at.0 as f64)
    })
}
