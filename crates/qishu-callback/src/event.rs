//! The contract status event with its documented fields.

use serde::{Deserialize, Serialize};

/// A contract status event (合同状态回调). Field names and order are the documented ones; absent values are not sent
/// (D25).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContractEvent {
    /// The contract.
    pub contract_id: String,
    /// What happened, such as `SEAL` or `COMPLETE`.
    pub callback_type: String,
    /// Status after the event.
    pub contract_status: String,
    /// `PERSONAL` or `COMPANY`: kind of the party concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_type: Option<String>,
    /// Name of the party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<String>,
    /// Contact of the party's person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Company id or user id of the party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// What the draft or resend call passed; at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_data: Option<String>,
    /// The integrator's own key of the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<String>,
    /// Number of the contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sn: Option<String>,
}

impl ContractEvent {
    /// The form fields, in documented order.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, String)> {
        let optional = [
            ("tenantType", &self.tenant_type),
            ("tenantName", &self.tenant_name),
            ("contact", &self.contact),
            ("tenantId", &self.tenant_id),
            ("businessData", &self.business_data),
            ("bizId", &self.biz_id),
            ("sn", &self.sn),
        ];
        let required = [
            ("contractId", &self.contract_id),
            ("callbackType", &self.callback_type),
            ("contractStatus", &self.contract_status),
        ];
        let required = required
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.clone()));
        let optional = optional
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value.as_ref()?.clone())));
        required.chain(optional).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_stored_form_have_the_same_names_in_the_same_order() {
        let some = |text: &str| Some(text.to_owned());
        let event = ContractEvent {
            contract_id: "3014826187358859384".to_owned(),
            callback_type: "SEAL".to_owned(),
            contract_status: "SIGNING".to_owned(),
            tenant_type: some("COMPANY"),
            tenant_name: some("契书演示科技有限公司"),
            contact: some("13800000000"),
            tenant_id: some("2"),
            business_data: some("b&=+ d"),
            biz_id: some("biz"),
            sn: some("sn"),
        };
        let stored = serde_json::to_value(&event).unwrap();
        let names: Vec<String> = stored.as_object().unwrap().keys().cloned().collect();
        let fields = event.fields();
        assert_eq!(
            fields.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(),
            names
        );
        assert!(fields.iter().all(|(name, value)| stored[name] == *value));
        assert_eq!(serde_json::from_value::<ContractEvent>(stored).unwrap(), event);
    }

    #[test]
    fn absent_values_are_not_sent() {
        let event = ContractEvent {
            contract_id: "1".to_owned(),
            ..ContractEvent::default()
        };
        assert_eq!(event.fields().len(), 3);
    }
}
