//! Positions (3.6), as they were asked for or where a keyword was found (D-29).

use qishu_model::contract::{AcrossType, Stamper};
use qishu_model::id::{ActionId, DocumentId, SealId, SignatoryId};
use serde::Serialize;

use super::contract::Owner;

/// Where a position lies after its keyword was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Document.
    pub document_id: DocumentId,
    /// Page, from 1.
    pub page: i32,
    /// Lower-left corner as a fraction of the page width.
    pub offset_x: f64,
    /// Lower-left corner as a fraction of the page height.
    pub offset_y: f64,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StamperAnswer {
    /// Step it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
    /// Party it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatory_id: Option<SignatoryId>,
    /// Kind.
    #[serde(rename = "type")]
    pub stamper_type: &'static str,
    /// Reach of an across-page kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub across_type: Option<&'static str>,
    /// Pages of an across-page kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_page_config: Option<String>,
    /// Document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// Documents of an across-page kind, joined by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_ids: Option<String>,
    /// Seal used here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_id: Option<SealId>,
    /// Text looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// Which hit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword_index: Option<i32>,
    /// Page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<i32>,
    /// Fraction of the page width.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_x: Option<f64>,
    /// Fraction of the page height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_y: Option<f64>,
    /// Date style used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_pattern: Option<&'static str>,
    /// Allowed date styles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub date_patterns: Vec<&'static str>,
    /// Box width in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i64>,
    /// Box height in points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i64>,
    /// Clockwise degrees; left out when 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rotation_degrees: Option<f64>,
}

impl From<&Stamper> for StamperAnswer {
    fn from(stamper: &Stamper) -> Self {
        let date_patterns: Vec<&'static str> = stamper
            .date_patterns
            .iter()
            .map(|pattern| pattern.name())
            .collect();
        let documents: Vec<String> = stamper.document_ids.iter().map(u64::to_string).collect();
        Self {
            action_id: stamper.action_id,
            signatory_id: stamper.signatory_id,
            stamper_type: stamper.stamper_type.name(),
            across_type: stamper
                .stamper_type
                .is_across()
                .then(|| AcrossType::name(stamper.across_type)),
            seal_page_config: stamper.seal_page_config.clone(),
            document_id: stamper.document_id.map(|id| id.to_string()),
            document_ids: (!documents.is_empty()).then(|| documents.join(",")),
            seal_id: stamper.seal_id,
            keyword: stamper.keyword.clone(),
            keyword_index: stamper.keyword_index,
            page: stamper.page,
            offset_x: stamper.offset_x,
            offset_y: stamper.offset_y,
            date_pattern: date_patterns.first().copied(),
            date_patterns,
            width: stamper.width.map(whole),
            height: stamper.height.map(whole),
            rotation_degrees: Some(stamper.rotation_degrees).filter(|degrees| *degrees != 0.0),
        }
    }
}

impl StamperAnswer {
    /// The same position, naming the step or party it belongs to.
    #[must_use]
    pub fn of(self, owner: Owner) -> Self {
        match owner {
            Owner::Action(action) => Self {
                action_id: Some(action),
                ..self
            },
            Owner::Signatory(signatory) => Self {
                signatory_id: Some(signatory),
                ..self
            },
        }
    }

    /// The same position at a place that was found; the keyword stays for the reader.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self {
            document_id: Some(place.document_id.to_string()),
            page: Some(place.page),
            offset_x: Some(place.offset_x),
            offset_y: Some(place.offset_y),
            ..self
        }
    }
}

/// Sizes are bounded by 120, and integers on the wire.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and sizes are at most 120"
)]
fn whole(points: f64) -> i64 {
    points.round() as i64
}
