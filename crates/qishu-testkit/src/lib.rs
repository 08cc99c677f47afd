//! For tests: fresh databases, a clock that stands still, a catcher of callbacks
