//! Signing what no call of this library signs, at the boundary: any request by BA, and sorted parameters.

use super::state::with;
use crate::message::json::ObjectWriter;
use crate::message::{Packed, Reading, read};
use crate::sorted_sign::{Scheme, sign};
use crate::{Error, Secret, ba};
use wasm_bindgen::prelude::*;
use zeroize::Zeroize;

crate::messages! {
    /// A parameter to sign.
    Parameter {
        /// Its name.
        name "name": text, required;
        /// Its value.
        value "value": text, required;
    }

    /// Parameters to sign.
    Parameters {
        /// The parameters.
        parameters "parameters": list(object(Parameter)), required;
    }
}

/// Signs by sorted parameters: the input is the secret, then `{"parameters":[{"name","value"}…]}`. `prefix`: the secret
/// stands before all parameters, else it is one of them. The output is the signature. 0 when it is signed.
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
                    pairs.push((pair.text("name").unwrap_or_default(), pair.text("value").unwrap_or_default()));
                }
                let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
                Ok(sign(if prefix { Scheme::Prefix } else { Scheme::SignKey }, &key, &pairs))
            }
        };
        state.finish_text(outcome)
    })
}

/// Texts that stand in the input one after the other, each ended by a byte that UTF-8 never has. One of them is a secret,
/// so they do not stay there.
fn with_texts(length: usize, work: impl FnOnce([&str; 6], &mut Vec<u8>) -> Result<(), Error>) -> u32 {
    with(|state| {
        let source = state.input.get_mut(..length).unwrap_or_default();
        let mut texts = source.split(|&byte| byte == 0xff).map(|text| std::str::from_utf8(text).unwrap_or_default());
        state.output.clear();
        let outcome = work(std::array::from_fn(|_| texts.next().unwrap_or_default()), &mut state.output);
        source.zeroize();
        state.tell_output();
        state.finish(outcome)
    })
}

/// Manual BA: signs any method, URI and date. The texts are client id, secret, method, URI, date; the output is the
/// signature with what it was made of, as JSON.
#[wasm_bindgen]
pub fn ba_sign(length: usize) -> u32 {
    with_texts(length, |[client_id, secret, method, uri, date, _], out| {
        let signature = ba::sign(&ba::Key::new(&Secret::new(secret)), method, uri, date);
        let mut object = ObjectWriter::begin(out);
        object.field("authorization", &ba::authorization(client_id, &signature));
        object.field("stringToSign", &ba::string_to_sign(method, uri, date));
        object.field("signature", &signature);
        object.end();
        Ok(())
    })
}

/// Manual BA: 0 when the header is right. The texts are those of [`ba_sign`], then the header.
#[wasm_bindgen]
pub fn ba_verify(length: usize) -> u32 {
    with_texts(length, |[client_id, secret, method, uri, date, authorization], _| {
        ba::verify(&[ba::Key::new(&Secret::new(secret))], client_id, method, &[uri], date, authorization)
    })
}

/// Milliseconds of the HTTP date in the input; NaN when it is none.
#[wasm_bindgen]
pub fn parse_http_date(length: usize) -> f64 {
    with(|state| {
        let date = crate::time::parse_http_date(state.input.get(..length).unwrap_or_default());
        date.map_or(f64::NAN, |at| at.0 as f64)
    })
}
