//! Log entries of a contract (3.18, 4.21).

use qishu_model::id::PersonId;
use qishu_model::log::OperateType;
use qishu_model::time::Timestamp;
use serde::Serialize;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamEntry {
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Who, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<PersonId>,
    /// What was done.
    pub operate_type: &'static str,
    /// When; clients parse exactly this form.
    pub operate_time: String,
    /// Contact of who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// What was said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
    /// What was done, in Chinese.
    pub cn_operate_desc: &'static str,
    /// IP address or place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Client, e.g. `OPENAPI`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
}

impl StreamEntry {
    /// An entry that says what and when; fill in the rest as far as known.
    #[must_use]
    pub fn new(kind: OperateType, time: Timestamp) -> Self {
        Self {
            user_name: None,
            user_id: None,
            operate_type: kind.name(),
            operate_time: time.date_time_text(),
            contact: None,
            comments: None,
            cn_operate_desc: kind.chinese(),
            address: None,
            client: None,
            browser: None,
        }
    }
}
