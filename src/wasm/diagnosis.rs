//! The diagnosis of signatures at the boundary: people ask for it, not requests. So objects cross as objects.

use super::crossing::as_object;
use crate::Secret;
use crate::ba::{self, Evidence};
use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A request whose signature is in question. Absent fields are undefined.
    pub type Questioned;

    /// The method as it was sent.
    #[wasm_bindgen(method, getter)]
    fn method(this: &Questioned) -> String;

    /// The whole URL, or the path with its query.
    #[wasm_bindgen(method, getter)]
    fn url(this: &Questioned) -> String;

    /// The Date header.
    #[wasm_bindgen(method, getter)]
    fn date(this: &Questioned) -> Option<String>;

    /// The Authorization header.
    #[wasm_bindgen(method, getter)]
    fn authorization(this: &Questioned) -> Option<String>;

    /// The body.
    #[wasm_bindgen(method, getter)]
    fn body(this: &Questioned) -> Option<String>;

    /// The clientId that was agreed on.
    #[wasm_bindgen(method, getter, js_name = clientId)]
    fn client_id(this: &Questioned) -> Option<String>;

    /// The partnerId that was agreed on.
    #[wasm_bindgen(method, getter, js_name = partnerId)]
    fn partner_id(this: &Questioned) -> Option<String>;

    /// The secret that should have been used, then the others of a rotation.
    #[wasm_bindgen(method, getter)]
    fn secrets(this: &Questioned) -> Array;
}

/// Finds out why the signature of the request does not match.
#[wasm_bindgen]
pub fn ba_diagnose(questioned: &Questioned) -> JsValue {
    let secrets: Vec<_> = questioned.secrets().iter().filter_map(|secret| secret.as_string()).map(Secret::new).collect();
    let found = ba::diagnose(&Evidence {
        method: &questioned.method(),
        url: &questioned.url(),
        date: &questioned.date().unwrap_or_default(),
        authorization: &questioned.authorization().unwrap_or_default(),
        body: questioned.body().unwrap_or_default().as_bytes(),
        client_id: &questioned.client_id().unwrap_or_default(),
        partner_id: &questioned.partner_id().unwrap_or_default(),
        secrets: &secrets,
    });
    as_object(&found)
}
