//! The three kinds of column both databases share: integers, text, bytes.

use std::sync::Arc;

/// A column that is absent or of another kind than the code expects.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {problem}")]
pub struct ColumnError {
    column: String,
    problem: &'static str,
}

/// A value on its way to a statement. Typed even when absent, because PostgreSQL types its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Bytes(Option<Vec<u8>>),
    Int(Option<i64>),
    Text(Option<String>),
}

macro_rules! into_value {
    ($($from:ty => $variant:ident via $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(Some(($convert)(value)))
            }
        }
        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map($convert))
            }
        }
    )*};
}

into_value! {
    i64 => Int via |value: i64| value;
    bool => Int via i64::from;
    String => Text via |value: String| value;
    &str => Text via str::to_owned;
    Vec<u8> => Bytes via |value: Vec<u8>| value;
    &[u8] => Bytes via <[u8]>::to_vec;
}

/// Builds the parameters of a statement: `values![id, name, None::<i64>]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::value::Value::from($value)),*] };
}
pub(crate) use values;

/// Most members of one `IN` list; longer ones are asked for in pieces.
pub(crate) const IN_LIST: usize = 500;

/// `$1, $2, …` for so many parameters.
pub(crate) fn places(count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

/// A value read from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Bytes(Vec<u8>),
    Int(i64),
    Null,
    Text(String),
}

/// A row read from either database.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    columns: Arc<[String]>,
    cells: Vec<Cell>,
}

impl Row {
    pub(crate) fn new(columns: Arc<[String]>, cells: Vec<Cell>) -> Self {
        Self { columns, cells }
    }

    /// Names and values, in the order of the statement.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (&str, &Cell)> {
        self.columns.iter().map(String::as_str).zip(&self.cells)
    }

    fn cell(&self, column: &str) -> Result<&Cell, ColumnError> {
        let found = self.cells().find(|(name, _)| *name == column);
        found
            .map(|(_, cell)| cell)
            .ok_or_else(|| problem(column, "is not in the answer"))
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64, ColumnError> {
        self.optional_int(column)?
            .ok_or_else(|| problem(column, "has no value"))
    }

    pub(crate) fn optional_int(&self, column: &str) -> Result<Option<i64>, ColumnError> {
        match self.cell(column)? {
            Cell::Int(value) => Ok(Some(*value)),
            Cell::Null => Ok(None),
            Cell::Bytes(_) | Cell::Text(_) => Err(problem(column, "is not an integer")),
        }
    }

    pub(crate) fn flag(&self, column: &str) -> Result<bool, ColumnError> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn text(&self, column: &str) -> Result<&str, ColumnError> {
        self.optional_text(column)?
            .ok_or_else(|| problem(column, "has no value"))
    }

    pub(crate) fn optional_text(&self, column: &str) -> Result<Option<&str>, ColumnError> {
        match self.cell(column)? {
            Cell::Text(value) => Ok(Some(value)),
            Cell::Null => Ok(None),
            Cell::Bytes(_) | Cell::Int(_) => Err(problem(column, "is not text")),
        }
    }

    pub(crate) fn bytes(&self, column: &str) -> Result<&[u8], ColumnError> {
        self.optional_bytes(column)?
            .ok_or_else(|| problem(column, "has no value"))
    }

    pub(crate) fn optional_bytes(&self, column: &str) -> Result<Option<&[u8]>, ColumnError> {
        match self.cell(column)? {
            Cell::Bytes(value) => Ok(Some(value)),
            Cell::Null => Ok(None),
            Cell::Int(_) | Cell::Text(_) => Err(problem(column, "is not bytes")),
        }
    }

    /// Bytes of a fixed length, e.g. a digest.
    pub(crate) fn array<const N: usize>(&self, column: &str) -> Result<[u8; N], ColumnError> {
        self.bytes(column)?
            .try_into()
            .map_err(|_| problem(column, "has the wrong length"))
    }
}

fn problem(column: &str, problem: &'static str) -> ColumnError {
    ColumnError {
        column: column.to_owned(),
        problem,
    }
}
