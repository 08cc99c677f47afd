//! 新增外部客户: `POST /v2/customer/add`.

use qishu_model::contact::User;
use qishu_model::contract::TenantType;
use qishu_model::customer::Customer;
use qishu_model::id::CustomerId;
use qishu_store::ledger::Entry;
use qishu_store::{StoreError, Versioned, customer};
use serde_json::json;

use crate::contract::check_contact;
use crate::{ApiCaller, App, AppError};

/// A customer to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCustomer {
    /// Company or person.
    pub tenant_type: TenantType,
    /// Name of the company.
    pub company_name: Option<String>,
    /// The person, or the contact person.
    pub user: User,
    /// Second contact value.
    pub alternate_contact: Option<String>,
}

/// Adds a customer to the address book of the caller's company. The same one again is updated and keeps its id (D-30).
///
/// # Errors
/// `1005` for a contact that is none.
pub async fn add_customer(app: &App, caller: &ApiCaller, new: NewCustomer) -> Result<CustomerId, AppError> {
    check_contact("user.contact", &new.user)?;
    let now = app.now();
    let mut transaction = app.store.begin("add_customer");
    let mut wanted = Customer {
        id: CustomerId::new(app.next_id()),
        company_id: caller.company.id,
        tenant_type: new.tenant_type,
        company_name: new.company_name,
        user: new.user,
        alternate_contact: new.alternate_contact,
        create_time: now,
        modify_time: now,
    };
    let known = customer::find_by_key(&mut transaction, caller.company.id, &wanted.key()).await?;
    if let Some(known) = known {
        wanted.id = known.value.id;
        wanted.create_time = known.value.create_time;
        wanted.alternate_contact = wanted.alternate_contact.or(known.value.alternate_contact);
        let changed = Versioned {
            version: known.version,
            value: wanted.clone(),
        };
        customer::update(&mut transaction, &changed).await?;
    } else {
        customer::insert(&mut transaction, &wanted)
            .await
            .map_err(|error| match error {
                StoreError::Duplicate { .. } => AppError::Busy,
                other => other.into(),
            })?;
    }
    transaction.record(Entry {
        at: now,
        tenant: Some(caller.company.id),
        kind: "CUSTOMER_ADD",
        subject: Some(wanted.id.get()),
        actor: caller.actor(),
        details: json!({ "type": wanted.tenant_type.name() }),
    });
    transaction.commit().await?;
    Ok(wanted.id)
}
