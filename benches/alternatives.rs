//! What is written by hand in this crate, beside the library that would do the same: `cargo bench -p meituan-protocol-benches --bench
//! alternatives`. The comments beside that code quote these figures.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Duration;

use aes::Aes128;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::common::InnerInit;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use criterion::Criterion;
use hmac::{Hmac, Mac};
use meituan_protocol::body_cipher::BodyKey;
use meituan_protocol::envelope::EnvelopeKey;
use meituan_protocol::time::{Timestamp, http_date, parse_http_date};
use meituan_protocol::{Secret, ba};
use sha1::Sha1;

const KEY: [u8; 16] = *b"0123456789abcdef";

/// As long as an order's call, and as a calendar of prices.
const LENGTHS: [usize; 2] = [400, 16_000];

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(20)
        .without_plots()
        .configure_from_args();
    dates(&mut criterion);
    signatures(&mut criterion);
    for length in LENGTHS {
        block_modes(&mut criterion, length);
    }
    criterion.final_summary();
}

fn dates(criterion: &mut Criterion) {
    let text = "Wed, 06 May 2015 10:34:20 GMT";
    let at = parse_http_date(text.as_bytes()).expect("it is a date");
    let system_time = httpdate::parse_http_date(text).expect("it is a date");
    assert_eq!(Timestamp::from(system_time), at);
    assert_eq!(http_date(at), httpdate::fmt_http_date(system_time));
    criterion.bench_function("date-read/own", |bencher| bencher.iter(|| parse_http_date(black_box(text.as_bytes()))));
    criterion.bench_function("date-read/httpdate", |bencher| bencher.iter(|| httpdate::parse_http_date(black_box(text))));
    criterion.bench_function("date-write/own", |bencher| bencher.iter(|| http_date(black_box(at))));
    criterion.bench_function("date-write/httpdate", |bencher| bencher.iter(|| httpdate::fmt_http_date(black_box(system_time))));
}

/// Of what a call signs, by a key that is made ready once. With the Base64 around it, which is the `base64` crate's either way.
fn signatures(criterion: &mut Criterion) {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let (secret, uri, date) = ("0123456789abcdef0123456789abcdef", "/mt/order/pay", "Wed, 06 May 2015 10:34:20 GMT");
    let own = ba::Key::new(&Secret::new(secret));
    let ready = || <Hmac<Sha1> as KeyInit>::new_from_slice(secret.as_bytes()).expect("it is a key");
    let key = ready();
    let sign = |mut hmac: Hmac<Sha1>, uri: &str| {
        for piece in ["POST", " ", uri, "\n", date] {
            hmac.update(piece.as_bytes());
        }
        STANDARD.encode(hmac.finalize().into_bytes())
    };
    assert_eq!(ba::sign(&own, "POST", uri, date), sign(key.clone(), uri));
    criterion.bench_function("sign/own", |bencher| bencher.iter(|| ba::sign(&own, "POST", black_box(uri), date)));
    criterion.bench_function("sign/hmac", |bencher| bencher.iter(|| sign(key.clone(), black_box(uri))));
    criterion.bench_function("sign/hmac-from-the-secret", |bencher| bencher.iter(|| sign(ready(), black_box(uri))));
}

/// With Base64 around it on both sides, as it travels: that is the `base64` crate's either way.
fn block_modes(criterion: &mut Criterion, length: usize) {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let plain: String = (0..length).map(|at| char::from(b'a' + (at % 26) as u8)).collect();

    let own = BodyKey::new(&Secret::new("0123456789abcdef")).expect("it is a key");
    let mut vector = KEY;
    vector.rotate_left(8);
    let cipher = Aes128::new(&KEY.into());
    let sealer = || cbc::Encryptor::inner_iv_init(cipher.clone(), &vector.into());
    let opener = || cbc::Decryptor::inner_iv_init(cipher.clone(), &vector.into());
    let seal = |plain: &str| STANDARD.encode(sealer().encrypt_padded_vec::<Pkcs7>(plain.as_bytes()));
    let open = |sealed: &str| opener().decrypt_padded_vec::<Pkcs7>(&STANDARD.decode(sealed).expect("Base64")).expect("it opens");
    let sealed = own.seal(plain.as_bytes());
    assert_eq!((&sealed, &open(&sealed)), (&seal(&plain), &plain.as_bytes().to_vec()));
    criterion.bench_function(&format!("cbc-seal-{length}/own"), |bencher| bencher.iter(|| own.seal(black_box(plain.as_bytes()))));
    criterion.bench_function(&format!("cbc-seal-{length}/cbc"), |bencher| bencher.iter(|| seal(black_box(&plain))));
    criterion.bench_function(&format!("cbc-open-{length}/own"), |bencher| bencher.iter(|| own.open(black_box(sealed.as_bytes()))));
    criterion.bench_function(&format!("cbc-open-{length}/cbc"), |bencher| bencher.iter(|| open(black_box(&sealed))));

    let own = EnvelopeKey::new(&Secret::new(STANDARD.encode(KEY))).expect("it is a key");
    let sealer = || ecb::Encryptor::inner_init(cipher.clone());
    let opener = || ecb::Decryptor::inner_init(cipher.clone());
    let seal = |plain: &str| URL_SAFE_NO_PAD.encode(sealer().encrypt_padded_vec::<Pkcs7>(plain.as_bytes()));
    let open =
        |sealed: &str| opener().decrypt_padded_vec::<Pkcs7>(&URL_SAFE_NO_PAD.decode(sealed).expect("Base64")).expect("it opens");
    let sealed = own.seal(&plain);
    assert_eq!((sealed.trim_end_matches('='), &open(sealed.trim_end_matches('='))), (&*seal(&plain), &plain.as_bytes().to_vec()));
    criterion.bench_function(&format!("ecb-seal-{length}/own"), |bencher| bencher.iter(|| own.seal(black_box(&plain))));
    criterion.bench_function(&format!("ecb-seal-{length}/ecb"), |bencher| bencher.iter(|| seal(black_box(&plain))));
    criterion.bench_function(&format!("ecb-open-{length}/own"), |bencher| bencher.iter(|| own.open(black_box(sealed.as_bytes()))));
    criterion.bench_function(&format!("ecb-open-{length}/ecb"), |bencher| bencher.iter(|| open(black_box(&sealed))));
}
