#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| placet_fuzzing::reference_record(bytes));
