//! One object of a request and the readers of its members.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use qishu_model::id::parse_id;
use qishu_model::time::Timestamp;
use serde_json::{Map, Value};

use super::record::{Kind, Recorder};
use super::value::{into_members, is_given, looks_like_json, parse_json, scalar_text, whole_digits};
use super::{FieldError, Problem};

/// Most objects of one list.
const OBJECTS: usize = 2_000;

/// An object of a request: the outermost one, or one below it. Knows its path for messages.
#[derive(Debug, Clone)]
pub struct Object<'a> {
    members: Cow<'a, Map<String, Value>>,
    path: String,
    recorder: Option<&'a Recorder>,
}

/// An id that may have gone through a floating-point number on its way (Go formats some so).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundedId {
    /// The number as received.
    pub value: u64,
    /// It had a fraction part or ends in zeros as rounded numbers do, so its last digits may be lost: look for the
    /// exact id first, then for ids that are [`equal_as_double`], and accept only a single one (D-30).
    pub rounded: bool,
}

/// Which end of the day a date without time means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayEdge {
    /// 00:00:00.
    Start,
    /// 23:59:59.
    End,
}

/// Whether two ids are one 64-bit float.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "the loss of precision is what is compared"
)]
pub fn equal_as_double(a: u64, b: u64) -> bool {
    a as f64 == b as f64
}

impl<'a> Object<'a> {
    pub(super) const fn root(members: &'a Map<String, Value>, recorder: Option<&'a Recorder>) -> Self {
        Self {
            members: Cow::Borrowed(members),
            path: String::new(),
            recorder,
        }
    }

    /// Text without the blanks around it; at most `limit` characters. Numbers and booleans count as text.
    ///
    /// # Errors
    /// When it is a list or object, too long, or holds control characters other than tabs and line breaks.
    pub fn text(&self, name: &str, limit: usize) -> Result<Option<String>, FieldError> {
        let text = self.scalar(name, || Kind::Text(limit))?;
        text.map(|text| self.bounded(name, text.trim(), limit))
            .transpose()
    }

    /// Text exactly as given, for values that go back to the caller or are searched for.
    ///
    /// # Errors
    /// As [`Object::text`].
    pub fn opaque(&self, name: &str, limit: usize) -> Result<Option<String>, FieldError> {
        let text = self.scalar(name, || Kind::Text(limit))?;
        text.map(|text| self.bounded(name, &text, limit)).transpose()
    }

    /// As [`Object::text`], but `None` for anything that is no text, for fields that a client library types wrongly.
    ///
    /// # Errors
    /// As [`Object::text`].
    pub fn text_only(&self, name: &str, limit: usize) -> Result<Option<String>, FieldError> {
        if self.recorder.is_some() {
            return self.text(name, limit);
        }
        match self.get(name) {
            Some(Value::String(text)) if !matches!(text.trim(), "true" | "false") => self.text(name, limit),
            _ => Ok(None),
        }
    }

    /// As [`Object::opaque`], but a list or object becomes its JSON text, for values that are documented as text that
    /// holds JSON.
    ///
    /// # Errors
    /// As [`Object::opaque`].
    pub fn text_or_json(&self, name: &str, limit: usize) -> Result<Option<String>, FieldError> {
        match self.get(name) {
            Some(value @ (Value::Array(_) | Value::Object(_))) => Ok(Some(value.to_string())),
            _ => self.opaque(name, limit),
        }
    }

    /// An id, as string or number.
    ///
    /// # Errors
    /// When it is no positive decimal number of at most 19 digits.
    pub fn id<T: FromStr>(&self, name: &str) -> Result<Option<T>, FieldError> {
        let text = self.scalar(name, || Kind::Id)?;
        let id = text.map(|text| whole_digits(text.trim()).parse());
        id.transpose()
            .map_err(|_| self.error(name, Problem::Not("an id, a decimal number of at most 19 digits")))
    }

    /// An id that may have been rounded on its way.
    ///
    /// # Errors
    /// As [`Object::id`].
    pub fn rounded_id(&self, name: &str) -> Result<Option<RoundedId>, FieldError> {
        let Some(text) = self.scalar(name, || Kind::Id)? else {
            return Ok(None);
        };
        let text = text.trim();
        let digits = whole_digits(text);
        let value = parse_id(digits)
            .map_err(|_| self.error(name, Problem::Not("an id, a decimal number of at most 19 digits")))?;
        let is_round = value % 100 == 0 && digits.len() > 16;
        Ok(Some(RoundedId {
            value,
            rounded: digits.len() < text.len() || is_round,
        }))
    }

    /// `true`, `false`, 1, 0, as themselves or as text.
    ///
    /// # Errors
    /// For anything else.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, FieldError> {
        let Some(text) = self.scalar(name, || Kind::Boolean)? else {
            return Ok(None);
        };
        match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(self.error(name, Problem::Not("true or false"))),
        }
    }

    /// A whole number within bounds, as number or text; `4.000000` counts (Go formats floats so).
    ///
    /// # Errors
    /// When it is no whole number or out of bounds.
    pub fn integer<T>(&self, name: &str, bounds: RangeInclusive<T>) -> Result<Option<T>, FieldError>
    where
        T: TryFrom<i64> + PartialOrd + Display,
    {
        let Some(text) = self.scalar(name, || {
            Kind::Integer(bounds.start().to_string(), bounds.end().to_string())
        })?
        else {
            return Ok(None);
        };
        let number = whole_digits(text.trim()).parse::<i64>();
        let number = number.map_err(|_| self.error(name, Problem::Not("a whole number")))?;
        match T::try_from(number) {
            Ok(number) if bounds.contains(&number) => Ok(Some(number)),
            _ => Err(self.error(name, out_of(bounds.start(), bounds.end()))),
        }
    }

    /// A decimal number within bounds, as number or text.
    ///
    /// # Errors
    /// When it is no finite number or out of bounds.
    pub fn decimal(&self, name: &str, bounds: RangeInclusive<f64>) -> Result<Option<f64>, FieldError> {
        let Some(text) = self.scalar(name, || {
            Kind::Decimal(bounds.start().to_string(), bounds.end().to_string())
        })?
        else {
            return Ok(None);
        };
        let text = text.trim();
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        let number = Some(text)
            .filter(|_| is_plain)
            .and_then(|text| text.parse::<f64>().ok());
        let number = number
            .filter(|number| number.is_finite())
            .ok_or_else(|| self.error(name, Problem::Not("a number")))?;
        if bounds.contains(&number) {
            Ok(Some(number))
        } else {
            Err(self.error(name, out_of(bounds.start(), bounds.end())))
        }
    }

    /// `yyyy-MM-dd HH:mm:ss` in China time; a date alone means the given edge of that day.
    ///
    /// # Errors
    /// For any other form and for days that do not exist.
    pub fn date_time(&self, name: &str, edge: DayEdge) -> Result<Option<Timestamp>, FieldError> {
        let Some(text) = self.scalar(name, || Kind::DateTime)? else {
            return Ok(None);
        };
        let text = text.trim();
        let moment = Timestamp::parse_date_time(text).or_else(|_| {
            let day = Timestamp::parse_date(text)?;
            Ok(match edge {
                DayEdge::Start => day,
                DayEdge::End => day.end_of_day(),
            })
        });
        let kind = Problem::Not("a time, yyyy-MM-dd HH:mm:ss");
        moment
            .map(Some)
            .map_err(|_: qishu_model::time::NotATime| self.error(name, kind))
    }

    /// `yyyy-MM-dd` in China time: midnight of that day. A time behind it is dropped.
    ///
    /// # Errors
    /// For any other form and for days that do not exist.
    pub fn date(&self, name: &str) -> Result<Option<Timestamp>, FieldError> {
        let Some(text) = self.scalar(name, || Kind::Date)? else {
            return Ok(None);
        };
        let text = text.trim();
        let day = Timestamp::parse_date(text).or_else(|_| {
            let moment = Timestamp::parse_date_time(text)?;
            Timestamp::parse_date(&moment.date_text())
        });
        day.map(Some)
            .map_err(|_| self.error(name, Problem::Not("a date, yyyy-MM-dd")))
    }

    /// One of `all`, whose wire names `wire_name` tells; case does not matter.
    ///
    /// # Errors
    /// When no wire name fits.
    pub fn one_of<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        wire_name: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>, FieldError> {
        let Some(text) = self.scalar(name, || {
            Kind::OneOf(all.iter().map(|one| wire_name(*one)).collect())
        })?
        else {
            return Ok(None);
        };
        find_name(text.trim(), all, &wire_name)
            .map(Some)
            .map_err(|problem| self.error(name, problem))
    }

    /// A list of values as [`Object::one_of`].
    ///
    /// # Errors
    /// When no wire name fits a member.
    pub fn list_of<T: Copy>(
        &self,
        name: &str,
        all: &[T],
        wire_name: impl Fn(T) -> &'static str,
    ) -> Result<Vec<T>, FieldError> {
        if let Some(recorder) = self.recorder {
            let names = all.iter().map(|one| wire_name(*one)).collect();
            recorder.note(self.path_of(name), Kind::ListOf(names));
            return Ok(all.get(recorder.choose(all.len())).copied().into_iter().collect());
        }
        let members = self.texts(name, usize::MAX, usize::MAX)?;
        let found = members.iter().map(|text| find_name(text, all, &wire_name));
        found
            .collect::<Result<_, _>>()
            .map_err(|problem| self.error(name, problem))
    }

    /// A list of texts: JSON array, JSON text, repeated field, or one text with commas. Blank members are dropped.
    ///
    /// # Errors
    /// When a member is a list or object, or there are too many or too long ones.
    pub fn texts(&self, name: &str, members: usize, characters: usize) -> Result<Vec<String>, FieldError> {
        if let Some(recorder) = self.recorder {
            return Ok(vec![
                recorder.note(self.path_of(name), Kind::Texts(members, characters)),
            ]);
        }
        let mut texts = Vec::new();
        for (place, item) in self.items(name)?.into_iter().enumerate() {
            let text =
                scalar_text(&item).ok_or_else(|| self.member_error(name, place, Problem::Not("text")))?;
            let is_comma_list = matches!(self.get(name), Some(Value::String(_))) && !looks_like_json(&text);
            let parts: Vec<&str> = if is_comma_list {
                text.split(',').collect()
            } else {
                vec![&text]
            };
            for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
                if part.chars().count() > characters {
                    return Err(self.member_error(name, place, Problem::TooLong { limit: characters }));
                }
                if part.contains(char::is_control) {
                    return Err(self.member_error(name, place, Problem::ControlCharacter));
                }
                texts.push(part.to_owned());
            }
        }
        if texts.len() > members {
            return Err(self.error(name, Problem::TooMany { limit: members }));
        }
        Ok(texts)
    }

    /// A list of ids, in any form that [`Object::texts`] reads.
    ///
    /// # Errors
    /// When a member is no id, or there are too many.
    pub fn ids<T: FromStr>(&self, name: &str, members: usize) -> Result<Vec<T>, FieldError> {
        let texts = match self.recorder {
            Some(recorder) => vec![recorder.note(self.path_of(name), Kind::Ids(members))],
            None => self.texts(name, members, usize::MAX)?,
        };
        let ids = texts.iter().enumerate().map(|(place, text)| {
            let id = whole_digits(text).parse();
            id.map_err(|_| self.member_error(name, place, Problem::Not("an id")))
        });
        ids.collect()
    }

    /// A list of at most 2,000 objects: JSON array, JSON text, or indexed names. Members that are `null` or blank are
    /// skipped.
    ///
    /// # Errors
    /// When it is no list, too long, or a member is no object.
    pub fn objects(&self, name: &str) -> Result<Vec<Object<'_>>, FieldError> {
        if let Some(recorder) = self.recorder {
            recorder.note(self.path_of(name), Kind::Objects(OBJECTS));
            let path = format!("{}[]", self.path_of(name));
            return Ok(vec![Self::recording(path, recorder)]);
        }
        let items = self.items(name)?;
        if items.len() > OBJECTS {
            return Err(self.error(name, Problem::TooMany { limit: OBJECTS }));
        }
        let mut objects = Vec::new();
        for (place, item) in items.into_iter().enumerate() {
            let path = format!("{}[{place}]", self.path_of(name));
            if !is_given(&item) {
                continue;
            }
            match into_members(item) {
                Some(members) => objects.push(Object {
                    members,
                    path,
                    recorder: None,
                }),
                None => {
                    return Err(FieldError {
                        path,
                        problem: Problem::Not("an object"),
                    });
                }
            }
        }
        Ok(objects)
    }

    /// An object, as itself or as JSON text.
    ///
    /// # Errors
    /// When it is something else.
    pub fn object(&self, name: &str) -> Result<Option<Object<'_>>, FieldError> {
        if let Some(recorder) = self.recorder {
            recorder.note(self.path_of(name), Kind::Object);
            return Ok(Some(Self::recording(self.path_of(name), recorder)));
        }
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let members = into_members(Cow::Borrowed(value));
        let members = members.ok_or_else(|| self.error(name, Problem::Not("an object")))?;
        Ok(Some(Object {
            members,
            path: self.path_of(name),
            recorder: None,
        }))
    }

    /// Whether the field is given at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.recorder.is_some() || self.get(name).is_some()
    }

    /// The value of a mandatory field.
    ///
    /// # Errors
    /// [`Problem::Missing`] naming the field when there is none.
    pub fn require<T>(&self, name: &str, value: Option<T>) -> Result<T, FieldError> {
        if let Some(recorder) = self.recorder {
            recorder.require(&self.path_of(name));
        }
        value.ok_or_else(|| self.error(name, Problem::Missing))
    }

    /// A refusal of this object's field.
    #[must_use]
    pub fn error(&self, name: &str, problem: Problem) -> FieldError {
        FieldError {
            path: self.path_of(name),
            problem,
        }
    }

    /// An object that has every field.
    fn recording(path: String, recorder: &'a Recorder) -> Self {
        Self {
            members: Cow::Owned(Map::new()),
            path,
            recorder: Some(recorder),
        }
    }

    fn bounded(&self, name: &str, text: &str, limit: usize) -> Result<String, FieldError> {
        if text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            return Err(self.error(name, Problem::ControlCharacter));
        }
        if text.chars().count() > limit {
            return Err(self.error(name, Problem::TooLong { limit }));
        }
        Ok(text.to_owned())
    }

    fn member_error(&self, name: &str, place: usize, problem: Problem) -> FieldError {
        FieldError {
            path: format!("{}[{place}]", self.path_of(name)),
            problem,
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// The value of a key, exactly or else without case (D13); `None` when not given.
    fn get(&self, name: &str) -> Option<&Value> {
        self.members
            .get(name)
            .filter(|value| is_given(value))
            .or_else(|| {
                let mut members = self.members.iter();
                let similar =
                    members.find(|(key, value)| key.trim().eq_ignore_ascii_case(name) && is_given(value));
                similar.map(|(_, value)| value)
            })
    }

    /// A single value as text. The same value given several times counts once.
    fn scalar(&self, name: &str, kind: impl FnOnce() -> Kind) -> Result<Option<Cow<'_, str>>, FieldError> {
        if let Some(recorder) = self.recorder {
            return Ok(Some(Cow::Owned(recorder.note(self.path_of(name), kind()))));
        }
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let value = match value {
            Value::Array(members) => match members.split_first() {
                None => return Ok(None),
                Some((first, rest)) if rest.iter().all(|other| other == first) => first,
                Some(_) => return Err(self.error(name, Problem::Repeated)),
            },
            other => other,
        };
        if !is_given(value) {
            return Ok(None);
        }
        scalar_text(value)
            .map(Some)
            .ok_or_else(|| self.error(name, Problem::Not("a single value")))
    }

    /// Members of a list in any of its forms; a single value is a list of one.
    fn items(&self, name: &str) -> Result<Vec<Cow<'_, Value>>, FieldError> {
        let items = match self.get(name) {
            None => Vec::new(),
            Some(Value::Array(members)) => members.iter().map(Cow::Borrowed).collect(),
            Some(Value::String(text)) if looks_like_json(text) => match parse_json(text) {
                Some(Value::Array(members)) => members.into_iter().map(Cow::Owned).collect(),
                Some(other) => vec![Cow::Owned(other)],
                None => return Err(self.error(name, Problem::Not("JSON"))),
            },
            Some(other) => vec![Cow::Borrowed(other)],
        };
        Ok(items)
    }
}

fn find_name<T: Copy>(text: &str, all: &[T], wire_name: &impl Fn(T) -> &'static str) -> Result<T, Problem> {
    let found = all
        .iter()
        .copied()
        .find(|candidate| wire_name(*candidate).eq_ignore_ascii_case(text));
    found.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|candidate| wire_name(*candidate)).collect();
        Problem::NotOneOf(names.join(" "))
    })
}

fn out_of<T: Display>(smallest: T, largest: T) -> Problem {
    Problem::OutOfRange {
        allowed: format!("from {smallest} to {largest}"),
    }
}
