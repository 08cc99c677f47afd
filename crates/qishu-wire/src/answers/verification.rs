//! Judged files (2.14 and 12.1 of the organisation group).

use serde::Serialize;

/// Result of `verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerificationAnswer {
    /// 0 valid, 1 unsigned, 2 altered, 3 invalid, 4 not trusted (D-33).
    pub status_code: u8,
    /// Words for it.
    pub status_msg: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub hash: String,
    /// Document of the caller's with exactly these bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// One entry per signature, in the order they were made.
    pub signature_infos: Vec<SignatureAnswer>,
}

/// One signature. What the verifier does not know is left out: reason, changed form fields and annotations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureAnswer {
    /// Result by the numbers of `statusCode`.
    pub code: u8,
    /// Words for it.
    pub msg: String,
    /// The document was changed after this signature.
    pub modified: bool,
    /// The signature field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sig_item: Option<SignatureItem>,
    /// Name of the signer in the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatory: Option<String>,
    /// The time the signer states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_time: Option<String>,
    /// Organisation that issued the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Algorithm, as `SHA256withRSA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub str_alg_name: Option<&'static str>,
    /// It covers the file to its last byte.
    pub signature_covers_whole_document: bool,
    /// It has a time-stamp.
    pub has_time_stamp: bool,
    /// The time of the time-stamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_stamp: Option<String>,
    /// The time-stamp is one of a trusted authority; absent without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_timestamp: Option<bool>,
    /// Serial number of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_serial_no: Option<String>,
    /// Start of the certificate's validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_date_from: Option<String>,
    /// End of the certificate's validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_date_to: Option<String>,
    /// It can be seen on a page.
    pub visible_signature: bool,
    /// Base64 of the picture it shows, a PNG; only with `showImg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub img_string: Option<String>,
    /// As for the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// Platform that made it, when it was this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_platform: Option<&'static str>,
}

/// Position of a signature field (`QysItem`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignatureItem {
    /// Place among the signatures, from 1.
    pub number: usize,
    /// Name of the field.
    pub name: String,
    /// `SIGNATURE`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name.
    pub type_name: &'static str,
    /// Page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
}

/// Result of `identity/verify` and `companyinfo/verify` (D-34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentityCheckAnswer {
    /// Everything agrees.
    pub result: bool,
    /// The same again.
    pub pass: bool,
    /// How many data were compared: `TWO`, `THREE` or `FOUR`.
    pub factor: &'static str,
    /// Names of the fields that differ.
    pub mismatch: Vec<&'static str>,
    /// Words for it.
    pub message: &'static str,
}
