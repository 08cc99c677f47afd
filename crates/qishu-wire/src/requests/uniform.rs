//! JS SDK 对接方服务端接口说明 — POST and GET `/uniformapi` (5.6 of the protocol)

use bytes::Bytes;

use crate::fields::{FieldError, Fields};

/// Longest `requestData`: a drawn signature, twice in Base64, and little else.
const MOST_CHARACTERS: usize = 1_500_000;

/// What an integrator's proxy passes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniformRequest {
    /// The frame of the JS-SDK, see [`crate::uniform`]; empty when the proxy had none.
    pub request_data: String,
    /// The one file; its name is the proxy's. One proxy always sends a part of this name, empty when there is no file.
    pub file: Option<Bytes>,
}

impl UniformRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When `requestData` is too long or holds control characters.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let data = fields.root().text_or_json("requestData", MOST_CHARACTERS)?;
        let file = fields.file("file").filter(|file| !file.bytes.is_empty());
        Ok(Self {
            request_data: data.unwrap_or_default(),
            file: file.map(|file| file.bytes.clone()),
        })
    }
}
