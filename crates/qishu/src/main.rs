//! The `qishu` binary: wiring, start and stop.
fn main() {}
