//! 身份证识别 — POST `/v2/ocr/idcard`; 银行卡识别 — POST `/v2/ocr/bankcard`

use super::objects::PAGE_URL;
use crate::fields::{FieldError, Fields, Problem, UploadedFile};

/// A picture of a card (12.5); an uploaded one wins.
#[derive(Debug, Clone, PartialEq)]
pub struct OcrRequest {
    /// The picture.
    pub image: Option<UploadedFile>,
    /// Its address; there when there is no picture.
    pub image_url: Option<String>,
}

impl OcrRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When picture and address are both missing, or the address has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let request = Self {
            image: fields.file("image").cloned(),
            image_url: root.text("imageUrl", PAGE_URL)?,
        };
        if request.image.is_none() && request.image_url.is_none() {
            return Err(root.error("image", Problem::MissingUnless("imageUrl")));
        }
        Ok(request)
    }
}
