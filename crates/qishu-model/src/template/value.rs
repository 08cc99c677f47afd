//! What may stand in a parameter (15.3, D-48).

use serde_json::Value as Json;

use super::{ParameterType, TemplateKind, TemplateParameter};
use crate::time::Timestamp;

/// Characters of a text.
const TEXT: usize = 1_000;
/// Characters of a single-line text of an HTML template.
const HTML_LINE: usize = 300;
/// Rows of a table; not documented.
const ROWS: usize = 1_000;

/// A value that fits its parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// Base64 of a picture, without its prefix; whether it is one is for the reader of pictures to say.
    Picture(String),
    /// Records of a table: cells in the order of its columns.
    Rows(Vec<Vec<String>>),
    /// Text.
    Text(String),
}

/// Why a value does not fit (`1005`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct WrongValue {
    /// What is expected.
    pub reason: String,
}

fn wrong(reason: impl Into<String>) -> WrongValue {
    WrongValue {
        reason: reason.into(),
    }
}

impl TemplateParameter {
    /// Reads a value as it is written on the wire: always a text.
    ///
    /// # Errors
    /// [`WrongValue`] saying what is expected.
    pub fn read_value(&self, kind: TemplateKind, text: &str) -> Result<ParameterValue, WrongValue> {
        match self.parameter_type {
            ParameterType::Checkbox => {
                let unknown = text.split(',').find(|chosen| !self.offers(chosen));
                match unknown {
                    None => Ok(ParameterValue::Text(text.to_owned())),
                    Some(unknown) => Err(wrong(format!("{unknown} is none of its options"))),
                }
            }
            ParameterType::Date => read_date(text),
            ParameterType::IdCard => read_id_card(text),
            ParameterType::Image => Ok(ParameterValue::Picture(base64_of(text).to_owned())),
            ParameterType::Person | ParameterType::Text => {
                let limit = if kind == TemplateKind::Word {
                    TEXT
                } else {
                    HTML_LINE
                };
                read_text(text, limit)
            }
            ParameterType::Radio if self.offers(text) => Ok(ParameterValue::Text(text.to_owned())),
            ParameterType::Radio => Err(wrong("exactly one of its options is expected")),
            ParameterType::Seal | ParameterType::Signature => {
                Err(wrong("it is a place for signing and takes no value"))
            }
            ParameterType::Table => self.read_rows(text).map(ParameterValue::Rows),
            ParameterType::TextArea => read_text(text, TEXT),
        }
    }

    fn offers(&self, chosen: &str) -> bool {
        self.options.iter().any(|option| option == chosen)
    }

    fn read_rows(&self, text: &str) -> Result<Vec<Vec<String>>, WrongValue> {
        let rows: Json = serde_json::from_str(text).map_err(|_| wrong("JSON text is expected"))?;
        let Json::Array(rows) = rows else {
            return Err(wrong("a JSON array with one member for each row is expected"));
        };
        if rows.len() > ROWS {
            return Err(wrong(format!("at most {ROWS} rows are expected")));
        }
        rows.iter()
            .enumerate()
            .map(|(place, row)| self.read_row(place + 1, row))
            .collect()
    }

    fn read_row(&self, number: usize, row: &Json) -> Result<Vec<String>, WrongValue> {
        let mut cells = vec![String::new(); self.columns.len()];
        match row {
            Json::Array(given) => {
                if given.len() > cells.len() {
                    let most = cells.len();
                    return Err(wrong(format!(
                        "row {number} has more than the {most} columns there are"
                    )));
                }
                for (cell, value) in cells.iter_mut().zip(given) {
                    *cell = cell_text(number, value)?;
                }
            }
            Json::Object(given) => {
                for (name, value) in given {
                    let place = self.column(name);
                    let cell = place.and_then(|place| cells.get_mut(place));
                    let cell =
                        cell.ok_or_else(|| wrong(format!("row {number}: there is no column {name}")))?;
                    *cell = cell_text(number, value)?;
                }
            }
            _ => return Err(wrong(format!("row {number} is neither an object nor an array"))),
        }
        Ok(cells)
    }

    /// A column by its name, or as `column1`, `column2` and so on.
    fn column(&self, name: &str) -> Option<usize> {
        let by_name = self.columns.iter().position(|column| column == name.trim());
        by_name.or_else(|| {
            let number: usize = name.trim().strip_prefix("column")?.parse().ok()?;
            number.checked_sub(1)
        })
    }
}

fn cell_text(row: usize, value: &Json) -> Result<String, WrongValue> {
    let text = match value {
        Json::Null => String::new(),
        Json::Bool(_) | Json::Number(_) => value.to_string(),
        Json::String(text) => text.clone(),
        Json::Array(_) | Json::Object(_) => {
            return Err(wrong(format!("row {row} holds something that is no text")));
        }
    };
    read_text(&text, TEXT)
        .map_err(|_| wrong(format!("row {row} has a cell of more than {TEXT} characters")))?;
    Ok(text)
}

fn read_text(text: &str, limit: usize) -> Result<ParameterValue, WrongValue> {
    if text.chars().count() > limit {
        return Err(wrong(format!("at most {limit} characters are expected")));
    }
    Ok(ParameterValue::Text(text.to_owned()))
}

fn read_date(text: &str) -> Result<ParameterValue, WrongValue> {
    match Timestamp::parse_date(text) {
        Ok(_) if text.len() == "2019-06-04".len() => Ok(ParameterValue::Text(text.to_owned())),
        _ => Err(wrong("a date, yyyy-MM-dd, is expected")),
    }
}

fn read_id_card(text: &str) -> Result<ParameterValue, WrongValue> {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && matches!(text.len(), 15 | 18) {
        Ok(ParameterValue::Text(text.to_owned()))
    } else {
        Err(wrong("15 or 18 digits or letters are expected"))
    }
}

/// What follows `data:image/…;base64,`; the prefix may be missing (15.3).
fn base64_of(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .map_or(text, |(_, base64)| base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(parameter_type: ParameterType) -> TemplateParameter {
        TemplateParameter {
            name: "参数".to_owned(),
            parameter_type,
            required: false,
            options: vec!["全职".to_owned(), "兼职".to_owned()],
            default_value: None,
            description: None,
            columns: vec!["名称".to_owned(), "column2".to_owned()],
        }
    }

    fn fits(kind: ParameterType, text: &str) -> bool {
        parameter(kind).read_value(TemplateKind::Html, text).is_ok()
    }

    #[test]
    fn values_fit_their_type_or_are_refused() {
        let line = "字".repeat(300);
        let long = "字".repeat(1_000);
        let table = [
            (ParameterType::Text, line.as_str(), "字".repeat(301)),
            (ParameterType::Person, "张三", "字".repeat(301)),
            (ParameterType::TextArea, long.as_str(), "字".repeat(1_001)),
            (ParameterType::Date, "2019-06-04", "2019-6-4".to_owned()),
            (ParameterType::Date, "2020-02-29", "2019-02-29".to_owned()),
            (
                ParameterType::IdCard,
                "11010519491231002X",
                "1101051949123100".to_owned(),
            ),
            (
                ParameterType::IdCard,
                "110105491231002",
                "11010549123100 ".to_owned(),
            ),
            (ParameterType::Radio, "全职", "全职,兼职".to_owned()),
            (ParameterType::Checkbox, "全职,兼职", "全职,实习".to_owned()),
            (ParameterType::Table, "[[\"1\",2],[]]", "[[1,2,3]]".to_owned()),
            (ParameterType::Table, "[]", "{}".to_owned()),
            (
                ParameterType::Table,
                "[{\"名称\":\"笔\",\"column2\":null}]",
                "[{\"价格\":1}]".to_owned(),
            ),
        ];
        for (kind, good, bad) in table {
            assert!(fits(kind, good), "{} {good}", kind.name());
            assert!(!fits(kind, &bad), "{} {bad}", kind.name());
        }
        for kind in [ParameterType::Seal, ParameterType::Signature] {
            assert!(!fits(kind, "x") && !kind.takes_value());
        }
        let word = parameter(ParameterType::Text).read_value(TemplateKind::Word, &long);
        assert_eq!(word, Ok(ParameterValue::Text(long)));
    }

    #[test]
    fn records_are_put_into_the_order_of_the_columns() {
        let rows = "[{\"column2\":\"3\",\"名称\":\"笔\"},{\"column1\":true},[\"a\"]]";
        let read = parameter(ParameterType::Table)
            .read_value(TemplateKind::Word, rows)
            .unwrap();
        let expected = [["笔", "3"], ["true", ""], ["a", ""]];
        let expected: Vec<Vec<String>> = expected
            .iter()
            .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        assert_eq!(read, ParameterValue::Rows(expected));
    }

    #[test]
    fn the_prefix_of_a_picture_may_be_missing() {
        for text in ["data:image/png;base64,AAAA", "AAAA", " AAAA "] {
            let read = parameter(ParameterType::Image).read_value(TemplateKind::Word, text);
            assert_eq!(read, Ok(ParameterValue::Picture("AAAA".to_owned())));
        }
    }

    #[test]
    fn wire_names_are_those_of_json() {
        for kind in ParameterType::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(ParameterType::from_name(&kind.name().to_uppercase()), Some(kind));
        }
    }
}
