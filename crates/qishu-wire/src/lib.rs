//! The Open API on the wire: request signatures, body encodings, envelope, code table, request and answer shapes
