//! What the ride tests share: the vectors, a client, and an AES that is not the library's.
#![allow(dead_code, reason = "each test file uses a part of it")]

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use meituan_protocol::ride::*;
use meituan_protocol::time::Timestamp;
use meituan_protocol::{Issue, Secret};
use serde_json::Value;
use std::path::PathBuf;

pub(crate) const TOKEN: &str = "CESHI-TK";
pub(crate) const SECRET_KEY: &str = "AAECAwQFBgcICQoLDA0ODw==";
pub(crate) const NOW: Timestamp = Timestamp(1_629_857_463_000);

pub(crate) fn vectors(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(folder)
}

pub(crate) fn cases(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(vectors(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

pub(crate) fn text(path: PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of an interface's example.
pub(crate) fn example(interface: &Interface, file: &str) -> String {
    text(vectors("ride").join(interface.name).join(file))
}

pub(crate) fn config(ent_id: u64) -> Config {
    let mut config = Config::new(ent_id, Secret::new(TOKEN), Secret::new(SECRET_KEY));
    for push in INTERFACES.iter().filter(|interface| interface.is_push()) {
        config = config.route(path(push), push);
    }
    config
}

/// Where a push goes.
pub(crate) fn path(push: &Interface) -> String {
    match push.name {
        "capacityOffered" => "/capacity".into(),
        "orderChanged" => "/event".into(),
        "refunded" => "/refund".into(),
        other => format!("/{other}"),
    }
}

pub(crate) fn client() -> Client {
    Client::new(config(617)).unwrap()
}

pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Client {
    let mut config = config(617);
    change(&mut config);
    Client::new(config).unwrap()
}

/// Code, path and rule of each finding.
pub(crate) fn found(issues: &[Issue]) -> Vec<(String, String, String)> {
    issues.iter().map(|issue| (issue.code.as_str().into(), issue.path.clone(), issue.rule.unwrap_or_default().into())).collect()
}

/// The same from `expected-warnings.json`.
pub(crate) fn expected(interface: &Interface, side: &str) -> Vec<(String, String, String)> {
    let warnings: Value = serde_json::from_str(&example(interface, "expected-warnings.json")).unwrap();
    let part = |warning: &Value, key: &str| warning[key].as_str().unwrap_or_default().to_owned();
    let all = warnings[side].as_array().unwrap();
    all.iter().map(|warning| (part(warning, "code"), part(warning, "path"), part(warning, "rule"))).collect()
}

/// The parameters of a form whose values need no decoding.
pub(crate) fn parameter<'f>(form: &'f str, name: &str) -> Option<&'f str> {
    form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

pub(crate) fn push_form(token: &str, text: &str) -> String {
    format!("token={token}&version=1.0&content={}", seal(SECRET_KEY, text.as_bytes()))
}

/// Sealed by the AES below.
pub(crate) fn seal(key: &str, text: &[u8]) -> String {
    let key = STANDARD.decode(key).unwrap().try_into().unwrap();
    let filling = 16 - text.len() % 16;
    let mut bytes = text.to_vec();
    bytes.extend(std::iter::repeat_n(filling as u8, filling));
    let blocks = bytes.chunks(16).flat_map(|block| aes::encrypt(&key, block.try_into().unwrap()));
    URL_SAFE_NO_PAD.encode(blocks.collect::<Vec<u8>>())
}

/// Opened by the AES below.
pub(crate) fn open(key: &str, content: &str) -> Vec<u8> {
    let key = STANDARD.decode(key).unwrap().try_into().unwrap();
    let bytes = URL_SAFE_NO_PAD.decode(content).unwrap();
    let mut bytes: Vec<u8> = bytes.chunks(16).flat_map(|block| aes::decrypt(&key, block.try_into().unwrap())).collect();
    let filling = usize::from(*bytes.last().unwrap());
    assert!((1..=16).contains(&filling) && bytes.ends_with(&vec![filling as u8; filling]), "padding");
    bytes.truncate(bytes.len() - filling);
    bytes
}

/// AES-128 written out by hand from FIPS 197, as an independent check. Slow, and not for anything else.
mod aes {
    use std::sync::LazyLock;

    type Block = [u8; 16];

    fn times(mut one: u8, mut other: u8) -> u8 {
        let mut product = 0;
        while other != 0 {
            product ^= if other & 1 == 1 { one } else { 0 };
            one = one << 1 ^ if one & 0x80 == 0 { 0 } else { 0x1b };
            other >>= 1;
        }
        product
    }

    static SUBSTITUTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let inverse = |byte: u8| (0..254).fold(1, |power, _| times(power, byte));
        (0..=255).map(|byte| (0..5).fold(0x63, |sum, turn| sum ^ inverse(byte).rotate_left(turn))).collect()
    });

    fn substitute(byte: u8) -> u8 {
        SUBSTITUTES[usize::from(byte)]
    }

    fn substitute_back(byte: u8) -> u8 {
        SUBSTITUTES.iter().position(|&substitute| substitute == byte).unwrap() as u8
    }

    fn round_keys(key: &Block) -> Vec<Block> {
        let mut keys = vec![*key];
        let mut constant = 1;
        for round in 0..10 {
            let last = keys[round];
            let mut next = [0; 16];
            for at in 0..16 {
                let before = match at {
                    0..4 => substitute(last[12 + (at + 1) % 4]) ^ if at == 0 { constant } else { 0 },
                    _ => next[at - 4],
                };
                next[at] = last[at] ^ before;
            }
            keys.push(next);
            constant = times(constant, 2);
        }
        keys
    }

    fn add(block: Block, key: &Block) -> Block {
        std::array::from_fn(|at| block[at] ^ key[at])
    }

    fn mix(block: Block, factors: [u8; 4]) -> Block {
        std::array::from_fn(|at| {
            let (column, row) = (at / 4 * 4, at % 4);
            (0..4).fold(0, |sum, other| sum ^ times(block[column + other], factors[(4 + other - row) % 4]))
        })
    }

    pub(super) fn encrypt(key: &Block, block: Block) -> Block {
        let keys = round_keys(key);
        let mut block = add(block, &keys[0]);
        for (round, key) in keys.iter().enumerate().skip(1) {
            block = std::array::from_fn(|at| substitute(block[(at + 4 * (at % 4)) % 16]));
            if round < 10 {
                block = mix(block, [2, 3, 1, 1]);
            }
            block = add(block, key);
        }
        block
    }

    pub(super) fn decrypt(key: &Block, block: Block) -> Block {
        let keys = round_keys(key);
        let mut block = block;
        for round in (1..=10).rev() {
            block = add(block, &keys[round]);
            if round < 10 {
                block = mix(block, [14, 11, 13, 9]);
            }
            let shifted = block;
            block = std::array::from_fn(|at| substitute_back(shifted[(at + 16 - 4 * (at % 4)) % 16]));
        }
        add(block, &keys[0])
    }
}
