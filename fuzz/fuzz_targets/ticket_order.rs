//! See `src/ticket_order.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| meituan_protocol_fuzz::ticket_order::run(data));
