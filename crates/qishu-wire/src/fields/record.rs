//! Which fields a reader asks for: the readers of requests themselves are the source of the published API description, so that
//! it cannot say anything else than what is read.
//!
//! A recording object has every field. It answers each question with an example and remembers the question. What a reader asks
//! for may depend on an example (kinds of positions, of watermarks), therefore it is run several times, and of a list of names
//! every run answers another one.

use std::sync::{Mutex, PoisonError};

/// Runs of one reader; at least as many as the longest list of names that a reader branches on.
pub(crate) const PASSES: usize = 12;

/// What a field may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text of at most this many characters.
    Text(usize),
    /// Decimal id of at most 19 digits, as text or number.
    Id,
    /// `true` or `false`.
    Boolean,
    /// Whole number from the first to the second.
    Integer(String, String),
    /// Number from the first to the second.
    Decimal(String, String),
    /// `yyyy-MM-dd HH:mm:ss`.
    DateTime,
    /// `yyyy-MM-dd`.
    Date,
    /// One of these names.
    OneOf(Vec<&'static str>),
    /// A list of these names.
    ListOf(Vec<&'static str>),
    /// A list of so many texts of so many characters.
    Texts(usize, usize),
    /// A list of so many ids.
    Ids(usize),
    /// An object; its members are fields of their own.
    Object,
    /// A list of at most so many objects; their members are fields of their own.
    Objects(usize),
    /// An uploaded file.
    File,
    /// Uploaded files, in their order.
    Files,
}

/// A question of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Path of the field; members of lists have `[]`: `signatories[].receiver.contact`.
    pub path: String,
    /// What it may hold.
    pub kind: Kind,
    /// The reader refuses a request without it.
    pub required: bool,
}

/// Remembers the questions of one run.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pass: usize,
    asked: Mutex<Vec<Asked>>,
}

impl PartialEq for Recorder {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Examples for fields that readers look at more closely, by the last part of the path.
const EXAMPLES: &[(&str, &str)] = &[
    ("callbackPage", "https://example.com/back"),
    ("callbackUrl", "https://example.com/callback"),
    ("enterpriseCode", "1101010000000"),
    ("expireTime", "30"),
    ("fileType", "pdf"),
    ("fontColor", "#1989FA"),
    ("lpLetter", "iVBORw0KGgo="),
    ("operate", "ENABLE"),
    ("sealImage", "iVBORw0KGgo="),
    ("successUrl", "https://example.com/back"),
    ("themeColor", "#1989FA"),
];

impl Recorder {
    pub(crate) fn new(pass: usize) -> Self {
        Self {
            pass,
            asked: Mutex::default(),
        }
    }

    /// Remembers a question; answers with an example in its wire form.
    pub(super) fn note(&self, path: String, kind: Kind) -> String {
        let example = self.example(&path, &kind);
        self.push(Asked {
            path,
            kind,
            required: false,
        });
        example
    }

    /// Which of `count` alternatives this run takes.
    pub(super) const fn choose(&self, count: usize) -> usize {
        if count == 0 { 0 } else { self.pass % count }
    }

    pub(super) fn require(&self, path: &str) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        for field in asked.iter_mut().filter(|field| field.path == path) {
            field.required = true;
        }
    }

    pub(crate) fn into_asked(self) -> Vec<Asked> {
        self.asked.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, field: Asked) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if !asked
            .iter()
            .any(|known| known.path == field.path && known.kind == field.kind)
        {
            asked.push(field);
        }
    }

    fn example(&self, path: &str, kind: &Kind) -> String {
        let name = path.rsplit('.').next().unwrap_or_default();
        let known = EXAMPLES
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, example)| *example);
        match kind {
            Kind::Text(limit) => known.unwrap_or("示例").chars().take(*limit).collect(),
            Kind::Boolean => if self.pass.is_multiple_of(2) {
                "true"
            } else {
                "false"
            }
            .to_owned(),
            Kind::Integer(smallest, _) | Kind::Decimal(smallest, _) => known.unwrap_or(smallest).to_owned(),
            Kind::DateTime => "2027-01-01 12:00:00".to_owned(),
            Kind::Date => "2027-01-01".to_owned(),
            Kind::OneOf(names) | Kind::ListOf(names) => names
                .get(self.choose(names.len()))
                .map_or_else(String::new, |name| (*name).to_owned()),
            Kind::Id | Kind::Ids(_) => "3014826187358859384".to_owned(),
            Kind::Texts(_, characters) => "示例".chars().take(*characters).collect(),
            Kind::Object | Kind::Objects(_) | Kind::File | Kind::Files => String::new(),
        }
    }
}
