//! See `src/envelope.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| meituan_protocol_fuzz::envelope::run(data));
