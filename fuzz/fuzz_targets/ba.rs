//! See `src/ba.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| meituan_protocol_fuzz::ba::run(data));
