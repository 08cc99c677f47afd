//! Employees: found within their company by any kind of contact, through keyed digests.

use qishu_model::company::{Employee, EmployeeStatus};
use qishu_model::contact::{ContactType, normalise};
use qishu_model::id::{CompanyId, EmployeeId, PersonId, parse_id};

use crate::error::StoreError;
use crate::person::contact_digest;
use crate::scope::{Listed, Page, Scope};
use crate::table::EMPLOYEE;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{IN_LIST, Row, Value, values};

/// Stores a new employee.
///
/// # Errors
/// `Duplicate` of `employee.person_id`, `employee.number_digest` or `employee.biz_id_digest` within the company.
pub async fn insert(transaction: &mut Transaction, employee: &Employee) -> Result<(), StoreError> {
    let columns = columns(transaction, employee)?;
    transaction.insert(EMPLOYEE, employee.id.as_i64(), columns).await
}

/// Stores a changed employee.
///
/// # Errors
/// `Conflict` when it was changed since it was read; `Duplicate` as for [`insert`].
pub async fn update(transaction: &mut Transaction, employee: &Versioned<Employee>) -> Result<(), StoreError> {
    let columns = columns(transaction, &employee.value)?;
    transaction
        .update(
            EMPLOYEE,
            employee.value.id.as_i64(),
            Some(employee.version),
            columns,
        )
        .await
}

fn columns(transaction: &Transaction, employee: &Employee) -> Result<Columns, StoreError> {
    let digest = |contact: &Option<String>, kind| {
        Value::from(
            contact
                .as_deref()
                .map(|contact| contact_digest(transaction, kind, contact)),
        )
    };
    Ok(vec![
        ("company_id", Value::from(employee.company_id.as_i64())),
        ("person_id", Value::from(employee.person_id.as_i64())),
        ("status", Value::from(status_name(employee.status))),
        ("mobile_digest", digest(&employee.mobile, ContactType::Mobile)),
        ("email_digest", digest(&employee.email, ContactType::Email)),
        ("number_digest", digest(&employee.number, ContactType::Number)),
        ("biz_id_digest", digest(&employee.biz_id, ContactType::BizId)),
        transaction.body(EMPLOYEE, employee.id.as_i64(), employee)?,
    ])
}

const fn status_name(status: EmployeeStatus) -> &'static str {
    match status {
        EmployeeStatus::Active => "ACTIVE",
        EmployeeStatus::Dismissed => "DISMISSED",
        EmployeeStatus::Unregistered => "UNREGISTERED",
    }
}

/// The employee with this id, when the employer lies in the scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: EmployeeId,
) -> Result<Option<Versioned<Employee>>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM employee WHERE id = $1 AND {within}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(EMPLOYEE, &row)).transpose()
}

/// Employees in the scope that a contact names, dismissed ones last. A mobile number or mail address may name several.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_contact(
    reader: &mut Reader,
    scope: Scope,
    kind: ContactType,
    contact: &str,
) -> Result<Vec<Versioned<Employee>>, StoreError> {
    let column = match kind {
        ContactType::BizId => "biz_id_digest",
        ContactType::Email => "email_digest",
        ContactType::Mobile => "mobile_digest",
        ContactType::Number => "number_digest",
        ContactType::EmployeeId => {
            let Ok(id) = parse_id(&normalise(contact, kind)) else {
                return Ok(Vec::new());
            };
            return Ok(find(reader, scope, EmployeeId::new(id))
                .await?
                .into_iter()
                .collect());
        }
    };
    let mut parameters = values![contact_digest(reader, kind, contact)];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!(
        "SELECT id, version, body FROM employee WHERE {column} = $1 AND {within} \
         ORDER BY CASE WHEN status = 'DISMISSED' THEN 1 ELSE 0 END, id"
    );
    let rows = reader.fetch(sql, parameters).await?;
    opened(reader, &rows)
}

/// Every employment of a person, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_of_person(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Vec<Versioned<Employee>>, StoreError> {
    let sql = "SELECT id, version, body FROM employee WHERE person_id = $1 ORDER BY id";
    let rows = reader.fetch(sql, values![person.as_i64()]).await?;
    opened(reader, &rows)
}

/// Every employment of some persons, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_of_persons(
    reader: &mut Reader,
    persons: &[PersonId],
) -> Result<Vec<Versioned<Employee>>, StoreError> {
    let mut found = Vec::new();
    for some in persons.chunks(IN_LIST) {
        let parameters: Vec<Value> = some.iter().map(|id| Value::from(id.as_i64())).collect();
        let places = crate::value::places(parameters.len());
        let sql = format!("SELECT id, version, body FROM employee WHERE person_id IN ({places}) ORDER BY id");
        let rows = reader.fetch(sql, parameters).await?;
        found.extend(opened(reader, &rows)?);
    }
    Ok(found)
}

/// A page of a company's current employees, newest first; those who have left are not among them.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_current(
    reader: &mut Reader,
    company: CompanyId,
    page: Page,
) -> Result<Listed<Versioned<Employee>>, StoreError> {
    let mut parameters = values![company.as_i64()];
    let total = reader
        .count(
            "SELECT count(*) AS n FROM employee WHERE company_id = $1 AND status <> 'DISMISSED'",
            parameters.clone(),
        )
        .await?;
    let clause = page.clause(&mut parameters);
    let sql = format!(
        "SELECT id, version, body FROM employee WHERE company_id = $1 AND status <> 'DISMISSED' ORDER BY id DESC{clause}"
    );
    let rows = reader.fetch(sql, parameters).await?;
    let rows = opened(reader, &rows)?;
    Ok(Listed { total, rows })
}

/// Every employee of a company, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, company: CompanyId) -> Result<Vec<Versioned<Employee>>, StoreError> {
    let sql = "SELECT id, version, body FROM employee WHERE company_id = $1 ORDER BY id";
    let rows = reader.fetch(sql, values![company.as_i64()]).await?;
    opened(reader, &rows)
}

fn opened(reader: &Reader, rows: &[Row]) -> Result<Vec<Versioned<Employee>>, StoreError> {
    rows.iter()
        .map(|row| reader.open_versioned(EMPLOYEE, row))
        .collect()
}
