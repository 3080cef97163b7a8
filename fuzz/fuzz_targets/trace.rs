//! See `src/trace.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| meituan_protocol_fuzz::trace::run(data));
