//! See `src/ride_order.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| meituan_protocol_fuzz::ride_order::run(data));
