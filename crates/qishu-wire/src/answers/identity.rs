//! Who a party is (chapter 11; 2.11 of the organisation group).

use serde::Serialize;

/// Result of `signatory/identity`. Numbers are masked (D-08 of the organisation group).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IdentityAnswer {
    /// `COMPANY` or `PERSONAL`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Name of the company or person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Registration number of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_no: Option<String>,
    /// Contact.
    pub contact: String,
    /// Identity number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_card_no: Option<String>,
    /// Bank card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_no: Option<String>,
    /// Phone known to the bank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_mobile: Option<String>,
}
