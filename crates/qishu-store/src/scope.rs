//! Whose data a query may see. Identifiers are guessable, so every query that starts from one is bound to a scope, and a
//! caller without a relation gets the answer for an unknown id.

use qishu_model::id::CompanyId;

use crate::value::Value;

/// Whose data a query may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One company's.
    Company(CompanyId),
    /// The platform company's and its subordinate companies'.
    Platform(CompanyId),
    /// Everybody's: for background jobs, and for pages after their token was checked. Never for a caller's id.
    System,
}

impl Scope {
    /// A condition that the company id in `column` lies in the scope. Adds its parameter to `values`.
    pub(crate) fn condition(self, column: &str, values: &mut Vec<Value>) -> String {
        let (company, subordinate) = match self {
            Self::Company(company) => (company, false),
            Self::Platform(company) => (company, true),
            Self::System => return "1 = 1".to_owned(),
        };
        values.push(Value::from(company.as_i64()));
        let place = values.len();
        if subordinate {
            format!(
                "({column} = ${place} OR {column} IN (SELECT id FROM company WHERE parent_id = ${place}))"
            )
        } else {
            format!("{column} = ${place}")
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give at most.
    pub limit: u32,
}

impl Page {
    /// The clause, with its parameters added to `values`.
    pub(crate) fn clause(self, values: &mut Vec<Value>) -> String {
        values.push(Value::from(i64::from(self.limit)));
        values.push(Value::from(i64::from(self.offset)));
        format!(" LIMIT ${} OFFSET ${}", values.len() - 1, values.len())
    }
}

/// A page of a list, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// Matches in all, not only those on the page.
    pub total: u64,
    /// The page.
    pub rows: Vec<T>,
}
