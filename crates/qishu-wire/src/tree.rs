//! Flat names to nested values: `stampers[0].type`, `stampers[0][type]`, `tags[]` and repeated names (D-05, D12).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::body::{BodyError, Limits};

/// Largest index in a name; lists of requests are shorter.
const LARGEST_INDEX: usize = 9_999;

/// Collects names and values of a form or query.
#[derive(Debug)]
pub(crate) struct TreeBuilder<'a> {
    limits: &'a Limits,
    root: BTreeMap<String, Node>,
    fields: usize,
    text_bytes: usize,
}

#[derive(Debug)]
enum Node {
    Texts(Vec<String>),
    Object(BTreeMap<String, Node>),
    /// Members by index; gaps close when the list is made.
    List(BTreeMap<usize, Node>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    /// `[]`: one more member.
    Append,
}

impl<'a> TreeBuilder<'a> {
    pub(crate) const fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            root: BTreeMap::new(),
            fields: 0,
            text_bytes: 0,
        }
    }

    /// Adds one value. Blanks and tabs around the name are dropped (Go sends `publishTimeStart<TAB>`).
    pub(crate) fn add(&mut self, name: &str, value: String) -> Result<(), BodyError> {
        self.fields += 1;
        self.text_bytes += name.len() + value.len();
        if self.fields > self.limits.fields {
            return Err(BodyError::TooManyFields {
                limit: self.limits.fields,
            });
        }
        if self.text_bytes > self.limits.text_bytes {
            return Err(BodyError::TextTooLong {
                limit: self.limits.text_bytes,
            });
        }
        let name = name.trim();
        let (first, steps) = steps(name);
        if steps.len() >= self.limits.depth {
            return Err(BodyError::TooDeep {
                limit: self.limits.depth,
            });
        }
        if first.is_empty() {
            return Ok(());
        }
        let added = match self.root.get_mut(&first) {
            Some(node) => node.add(&steps, value),
            None => {
                self.root.insert(first, Node::from(&steps, value));
                true
            }
        };
        if added {
            Ok(())
        } else {
            Err(BodyError::Contradiction { name: short(name) })
        }
    }

    pub(crate) fn finish(self) -> Map<String, Value> {
        self.root
            .into_iter()
            .map(|(name, node)| (name, node.into_value()))
            .collect()
    }
}

impl Node {
    fn from(steps: &[Step], value: String) -> Self {
        match steps.split_first() {
            None => Self::Texts(vec![value]),
            Some((Step::Key(key), rest)) => {
                Self::Object(BTreeMap::from([(key.clone(), Self::from(rest, value))]))
            }
            Some((Step::Index(index), rest)) => {
                Self::List(BTreeMap::from([(*index, Self::from(rest, value))]))
            }
            Some((Step::Append, rest)) => Self::List(BTreeMap::from([(0, Self::from(rest, value))])),
        }
    }

    /// False when the name uses as a list what another name used as an object or text.
    fn add(&mut self, steps: &[Step], value: String) -> bool {
        match (self, steps.split_first()) {
            (Self::Texts(texts), None) => {
                texts.push(value);
                true
            }
            (Self::Object(members), Some((Step::Key(key), rest))) => match members.get_mut(key) {
                Some(member) => member.add(rest, value),
                None => members.insert(key.clone(), Self::from(rest, value)).is_none(),
            },
            (Self::List(members), Some((Step::Index(index), rest))) => match members.get_mut(index) {
                Some(member) => member.add(rest, value),
                None => members.insert(*index, Self::from(rest, value)).is_none(),
            },
            (Self::List(members), Some((Step::Append, rest))) => {
                let next = members.last_key_value().map_or(0, |(last, _)| last + 1);
                members.insert(next, Self::from(rest, value)).is_none()
            }
            _ => false,
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Texts(mut texts) if texts.len() == 1 => Value::String(texts.pop().unwrap_or_default()),
            Self::Texts(texts) => Value::Array(texts.into_iter().map(Value::String).collect()),
            Self::Object(members) => Value::Object(
                members
                    .into_iter()
                    .map(|(name, node)| (name, node.into_value()))
                    .collect(),
            ),
            Self::List(members) => Value::Array(members.into_values().map(Self::into_value).collect()),
        }
    }
}

/// Splits a name. One whose brackets do not close, or whose index is no sensible number, is a plain name.
fn steps(name: &str) -> (String, Vec<Step>) {
    let end = name.find(['[', '.']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(end);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, tail) = match rest.strip_prefix('.') {
            Some(tail) => {
                let end = tail.find(['[', '.']).unwrap_or(tail.len());
                let (key, tail) = tail.split_at(end);
                (
                    Some(Step::Key(key.trim().to_owned())).filter(|_| !key.is_empty()),
                    tail,
                )
            }
            None => match rest.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
                Some((inner, tail)) => (bracket_step(inner), tail),
                None => (None, ""),
            },
        };
        let Some(step) = step else {
            return (name.to_owned(), Vec::new());
        };
        steps.push(step);
        rest = tail;
    }
    if first.is_empty() {
        (name.to_owned(), Vec::new())
    } else {
        (first.to_owned(), steps)
    }
}

fn bracket_step(inner: &str) -> Option<Step> {
    let inner = inner.trim();
    if inner.is_empty() {
        return Some(Step::Append);
    }
    if inner.bytes().all(|byte| byte.is_ascii_digit()) {
        return inner
            .parse()
            .ok()
            .filter(|index| *index <= LARGEST_INDEX)
            .map(Step::Index);
    }
    Some(Step::Key(inner.to_owned()))
}

/// A caller's name for use in a message.
pub(crate) fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tree(fields: &[(&str, &str)]) -> Result<Value, BodyError> {
        let limits = Limits {
            depth: 4,
            fields: 20,
            ..Limits::default()
        };
        let mut builder = TreeBuilder::new(&limits);
        for (name, value) in fields {
            builder.add(name, (*value).to_owned())?;
        }
        Ok(Value::Object(builder.finish()))
    }

    #[test]
    fn indexed_names_become_lists_of_objects() {
        let value = tree(&[
            ("stampers[1].type", "LP"),
            ("stampers[0].type", "COMPANY"),
            ("stampers[0][page]", "2"),
            ("user.contact", "13900000000"),
            ("tags[]", "a"),
            ("tags[]", "b"),
        ]);
        assert_eq!(
            value.unwrap(),
            json!({
                "stampers": [{"type": "COMPANY", "page": "2"}, {"type": "LP"}],
                "user": {"contact": "13900000000"},
                "tags": ["a", "b"],
            })
        );
    }

    #[test]
    fn repeated_names_become_lists_and_names_are_trimmed() {
        let value = tree(&[
            ("status", "DRAFT"),
            ("status", "SIGNING"),
            ("publishTimeStart\t", "x"),
            ("", "y"),
        ]);
        assert_eq!(
            value.unwrap(),
            json!({"status": ["DRAFT", "SIGNING"], "publishTimeStart": "x"})
        );
    }

    #[test]
    fn odd_names_stay_plain() {
        let value = tree(&[
            ("a[", "1"),
            ("[0]", "2"),
            ("b[99999]", "3"),
            ("c..d", "4"),
            ("e[0]x", "5"),
        ]);
        assert_eq!(
            value.unwrap(),
            json!({"a[": "1", "[0]": "2", "b[99999]": "3", "c..d": "4", "e[0]x": "5"})
        );
    }

    #[test]
    fn contradictions_and_excess_are_refused() {
        assert_eq!(
            tree(&[("a", "1"), ("a[0]", "2")]),
            Err(BodyError::Contradiction {
                name: "a[0]".to_owned()
            })
        );
        assert_eq!(tree(&[("a[0].b.c.d", "1")]), Err(BodyError::TooDeep { limit: 4 }));
        let many: Vec<(&str, &str)> = std::iter::repeat_n(("a", "1"), 21).collect();
        assert_eq!(tree(&many), Err(BodyError::TooManyFields { limit: 20 }));
    }
}
