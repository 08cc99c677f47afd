//! Settings: read, merge, validate, explain
