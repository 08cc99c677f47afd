//! Domain types and state machines: no input, no output, no clock, no chance
