//! Results that are an id or an address (4.2, 4.11, 4.22, 5.5, 5.7).

use qishu_model::id::{AttachmentId, ContractId, DocumentId};
use serde::Serialize;

/// Result of adding a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentIdAnswer {
    /// Id of the document.
    pub document_id: DocumentId,
}

/// Result of `pageurl`. It holds a link that logs a person in, so it cannot be printed.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageUrlAnswer {
    /// The link.
    pub page_url: String,
    /// Status of the contract.
    pub status: &'static str,
}

/// Result of `appointurl`. It holds a link that lets whoever has it prepare the draft, so it cannot be printed.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageLinkAnswer {
    /// The link.
    pub page_url: String,
}

/// Result of `template/pageurl`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePageAnswer {
    /// The link.
    pub page_url: String,
}

/// Result of `viewurl`: one link under two names (D-28).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ViewUrlAnswer {
    page_url: String,
    view_url: String,
}

impl ViewUrlAnswer {
    /// From the link.
    #[must_use]
    pub fn new(link: String) -> Self {
        Self {
            page_url: link.clone(),
            view_url: link,
        }
    }
}

/// Result of `shorturl`: one link under the proven all lower-case name and two others (D-45).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShortUrlAnswer {
    shorturl: String,
    short_url: String,
    page_url: String,
}

impl ShortUrlAnswer {
    /// From the link.
    #[must_use]
    pub fn new(link: String) -> Self {
        Self {
            shorturl: link.clone(),
            short_url: link.clone(),
            page_url: link,
        }
    }
}

/// Result of `downloadurl`.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DownloadUrlsAnswer {
    /// One link, or one per file.
    pub download_urls: Vec<DocumentUrlAnswer>,
}

/// A link to one file. A document has a document id and no contract id, everything else the reverse (4.22).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentUrlAnswer {
    /// Contract, for files that are no document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<ContractId>,
    /// Document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<DocumentId>,
    /// File name, or the contract's subject for a ZIP of everything.
    pub title: String,
    /// The item, or the items with commas.
    pub download_items: String,
    /// The link.
    pub download_url: String,
}

impl DocumentUrlAnswer {
    /// Link to a document; `items` is its wire name.
    #[must_use]
    pub const fn of_document(document: DocumentId, title: String, items: String, link: String) -> Self {
        let document_id = Some(document);
        Self {
            contract_id: None,
            document_id,
            title,
            download_items: items,
            download_url: link,
        }
    }

    /// Link to another file of a contract, or to one ZIP of everything.
    #[must_use]
    pub const fn of_contract(contract: ContractId, title: String, items: String, link: String) -> Self {
        let contract_id = Some(contract);
        Self {
            contract_id,
            document_id: None,
            title,
            download_items: items,
            download_url: link,
        }
    }
}

/// Result of `joinurl`: places that are still free (4.26).
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinUrlsAnswer {
    /// One per place.
    pub join_urls: Vec<JoinUrlAnswer>,
}

/// The link to one free place.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinUrlAnswer {
    /// Signing order of the party.
    pub serial_no: i32,
    /// The link.
    pub url: String,
}

/// Result of adding a file that explains a forced end: one id under two names (D-33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttachmentIdAnswer {
    id: AttachmentId,
    attachment_id: AttachmentId,
}

impl AttachmentIdAnswer {
    /// From the id.
    #[must_use]
    pub const fn new(id: AttachmentId) -> Self {
        Self {
            id,
            attachment_id: id,
        }
    }
}

/// A ticket of a mini-program (7.3 of the protocol).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketAnswer {
    /// 256 random bits.
    pub ticket: String,
}
