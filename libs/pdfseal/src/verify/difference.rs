//! What each revision after the first signature did to the document.
//!
//! Refused by default: every object that is written again must be explained by a rule. What is known to be harmless are
//! further signatures (new signature fields at the end of the list of fields, their widgets at the end of the
//! annotations of a page, empty signature fields that get their value, and what only they refer to) and validation data
//! in the document security store. Revisions are judged step by step, which is enough as every step must leave all
//! earlier objects as they were; a step looks at the objects it writes and not at the whole file.

mod catalog;
mod form;
mod known;

use std::collections::{HashMap, HashSet};

use self::known::Known;
use super::{Candidate, Indication, LaterChanges, SubIndication, Verdict, coverage::Format, locks::Locks};
use crate::{
    document::Document,
    error::ReadError,
    object::{Dictionary, Object, Reference},
    xref::Entry,
};

/// After so many bad revisions the rest is not looked at, so that crafted files cost little.
const RESTARTS: usize = 8;

/// What a harmless revision is, from the least to the most that a signer may forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Data for long-term validation and document time-stamps (ISO 32000-2, 12.8.5.3 exempts them from every lock).
    ValidationData,
    /// Signatures in fields that were there before.
    Filling,
    /// Signatures in new fields that show nothing.
    Invisible,
    /// Signatures in new fields that show something.
    Visible,
}

/// A revision that was accepted.
#[derive(Clone, Debug)]
struct Accepted {
    kind: Kind,
    /// Names of the fields it signed, but for time-stamps.
    fields: Vec<String>,
}

#[derive(Clone, Debug, Default)]
enum Outcome {
    /// Nothing was signed before it.
    #[default]
    Unjudged,
    Accepted(Accepted),
    Refused(Verdict),
}

/// What is known about each revision.
#[derive(Default)]
pub(super) struct Changes {
    steps: Vec<Outcome>,
}

impl Changes {
    fn later(&self, revision: usize) -> &[Outcome] {
        self.steps.get(revision + 1..).unwrap_or_default()
    }

    pub(super) fn after(&self, revision: usize) -> LaterChanges {
        let mut most = LaterChanges::None;
        for outcome in self.later(revision) {
            most = match (outcome, most) {
                (Outcome::Accepted(one), LaterChanges::None | LaterChanges::ValidationData)
                    if one.kind == Kind::ValidationData =>
                {
                    LaterChanges::ValidationData
                }
                (Outcome::Accepted(_), _) => LaterChanges::Signatures,
                _ => return LaterChanges::Other,
            };
        }
        most
    }

    /// The worst that happened after a revision, also measured by what its signer forbade; certain damage outweighs doubt.
    pub(super) fn verdict_after(&self, revision: usize, locks: &Locks) -> Option<Verdict> {
        let mut worst: Option<Verdict> = None;
        for (index, outcome) in self.later(revision).iter().enumerate() {
            let verdict = match outcome {
                Outcome::Accepted(one) => locks
                    .forbid(one.kind, &one.fields)
                    .map(|what| in_revision(revision + 1 + index, changed(what))),
                Outcome::Refused(verdict) => Some(verdict.clone()),
                Outcome::Unjudged => None,
            };
            let Some(verdict) = verdict else { continue };
            if verdict.status == Indication::TotalFailed {
                return Some(verdict);
            }
            worst.get_or_insert(verdict);
        }
        worst
    }
}

/// Judges each revision after `first`, the earliest signed one.
pub(super) fn survey(
    newest: &Document<'_>,
    first: usize,
    candidates: &[Candidate],
) -> Result<Changes, ReadError> {
    let count = newest.revisions().len();
    let mut steps = vec![Outcome::Unjudged; count];
    let mut from = Some(first);
    let mut restarts = 0;
    while let Some(start) = from.filter(|start| start + 1 < count) {
        let Some(bad) = walk(newest, start, candidates, &mut steps)? else {
            break;
        };
        restarts += 1;
        if restarts > RESTARTS {
            let what = "it follows on too many that were changed";
            for (revision, outcome) in steps.iter_mut().enumerate().skip(bad + 1) {
                *outcome = Outcome::Refused(in_revision(revision, changed(what)));
            }
            break;
        }
        // Whoever signed the bad revision, or a later one, saw what it did: what comes after is judged against that.
        from = candidates
            .iter()
            .filter_map(|one| one.coverage.as_ref().ok())
            .map(|one| one.revision)
            .filter(|revision| *revision >= bad)
            .min();
    }
    Ok(Changes { steps })
}

/// Walks on from a signed revision to the first bad one, which is returned.
fn walk(
    newest: &Document<'_>,
    start: usize,
    candidates: &[Candidate],
    steps: &mut [Outcome],
) -> Result<Option<usize>, ReadError> {
    let mut old = newest.as_of(start)?;
    let mut new = newest.as_of(start)?;
    let mut known = Known::of(&old)?;
    for (revision, outcome) in steps.iter_mut().enumerate().skip(start + 1) {
        let signed = values_of(candidates, revision);
        let judged = new
            .advance(newest, revision)
            .map_err(Verdict::from)
            .and_then(|()| Step::new(&old, &new, newest, revision, &signed, &mut known).check())
            .and_then(|accepted| Ok(old.advance(newest, revision).map(|()| accepted)?));
        match judged {
            Ok(accepted) => *outcome = Outcome::Accepted(accepted),
            Err(verdict) => {
                *outcome = Outcome::Refused(in_revision(revision, verdict));
                return Ok(Some(revision));
            }
        }
    }
    Ok(None)
}

fn in_revision(revision: usize, mut verdict: Verdict) -> Verdict {
    verdict.detail = format!(
        "revision {} was added after the signature: {}",
        revision + 1,
        verdict.detail
    );
    verdict
}

/// Signature values that cover exactly this revision, with their formats.
fn values_of(candidates: &[Candidate], revision: usize) -> HashMap<Reference, Format> {
    candidates
        .iter()
        .filter_map(|candidate| {
            let coverage = candidate.coverage.as_ref().ok()?;
            let field = candidate.fields.first()?;
            (coverage.revision == revision).then_some((field.value, coverage.format))
        })
        .collect()
}

/// One revision against the one before it.
struct Step<'s, 'a> {
    old: &'s Document<'a>,
    new: &'s Document<'a>,
    known: &'s mut Known,
    /// Signatures that cover exactly the new revision.
    signed: &'s HashMap<Reference, Format>,
    /// Objects the new revision places elsewhere than the old one, in rising order.
    touched: Vec<u32>,
    /// Objects whose change is explained.
    approved: HashSet<u32>,
    /// New objects whose references have to be known from now on.
    roots: Vec<Object>,
}

impl<'s, 'a> Step<'s, 'a> {
    fn new(
        old: &'s Document<'a>,
        new: &'s Document<'a>,
        newest: &Document<'a>,
        revision: usize,
        signed: &'s HashMap<Reference, Format>,
        known: &'s mut Known,
    ) -> Self {
        let touched = newest.step(revision).map_or_else(Vec::new, |step| {
            step.entries
                .keys()
                .copied()
                .filter(|number| old.entry(*number) != new.entry(*number))
                .collect()
        });
        Self {
            old,
            new,
            known,
            signed,
            touched,
            approved: HashSet::new(),
            roots: Vec::new(),
        }
    }

    fn check(mut self) -> Result<Accepted, Verdict> {
        let validation = self.check_catalog()?;
        let added = self.check_form()?;
        let filled = self.check_filled()?;
        if added.is_empty() && filled.is_empty() && !validation {
            return Err(changed("it carries no signature of its own"));
        }
        let pages = self.check_pages(&added)?;
        self.check_document_information()?;
        self.check_objects()?;
        let accepted = self.accepted(&added, &filled);
        let mut roots = std::mem::take(&mut self.roots);
        roots.extend(added.iter().map(|field| Object::Reference(field.reference)));
        self.known.references.add(self.new, roots)?;
        self.known.note(self.new, &added, &filled, &pages)?;
        Ok(accepted)
    }

    fn accepted(&self, added: &[form::NewField], filled: &[Reference]) -> Accepted {
        let mut kind = Kind::ValidationData;
        let mut fields = Vec::new();
        for field in added {
            let own = match (field.visible, field.format == Format::TimeStamp) {
                (true, _) => Kind::Visible,
                (false, true) => continue,
                (false, false) => Kind::Invisible,
            };
            kind = kind.max(own);
            fields.push(field.name.clone());
        }
        for field in filled {
            kind = kind.max(Kind::Filling);
            fields.extend(self.known.empty.get(field).cloned());
        }
        Accepted { kind, fields }
    }

    fn is_touched(&self, number: u32) -> bool {
        self.touched.binary_search(&number).is_ok()
    }

    /// Explains the change of an object that is referred to from `referrers` places. Where others refer to it as well, the
    /// change would show there too.
    fn approve(&mut self, number: u32, referrers: u32) -> Result<(), Verdict> {
        if self.is_touched(number) && self.old.uses(number) && self.known.references.count(number) > referrers
        {
            return Err(changed(format!(
                "object {number}, which is used elsewhere too, is replaced"
            )));
        }
        self.approved.insert(number);
        Ok(())
    }

    /// Every object of the new section is explained, unchanged in meaning, or entirely new.
    fn check_objects(&self) -> Result<(), Verdict> {
        for number in self.touched.iter().copied() {
            if !self.old.uses(number) {
                if self.new.uses(number) && self.known.references.missing.contains(&number) {
                    let what = format!(
                        "object {number}, which the signed content refers to, was missing and is added"
                    );
                    return Err(changed(what));
                }
            } else if !self.approved.contains(&number) && !self.is_same(number)? {
                return Err(changed(format!("object {number} is replaced")));
            }
        }
        Ok(())
    }

    /// Whether an object that was written again still says the same.
    fn is_same(&self, number: u32) -> Result<bool, ReadError> {
        let generation = |document: &Document<'_>| match document.entry(number) {
            Some(Entry::Plain { generation, .. }) => Some(generation),
            Some(Entry::Compressed { .. }) => Some(0),
            _ => None,
        };
        let (Some(before), Some(after)) = (generation(self.old), generation(self.new)) else {
            return Ok(false);
        };
        let at = |generation| Reference { number, generation };
        let (old, new) = (self.old.object(at(before))?, self.new.object(at(after))?);
        Ok(match (&old, &new) {
            (Object::Stream(old), Object::Stream(new)) => {
                let (old_bytes, new_bytes) = (self.old.stream_bytes(old), self.new.stream_bytes(new));
                before == after && old.dictionary == new.dictionary && old_bytes == new_bytes
            }
            _ => before == after && old == new,
        })
    }
}

fn changed(detail: impl Into<String>) -> Verdict {
    Verdict::failed(SubIndication::FormatFailure, detail)
}

/// Keys that are added, removed or have another value.
fn differing_keys(old: &Dictionary, new: &Dictionary) -> Vec<String> {
    let before: HashMap<_, _> = old.iter().collect();
    let after: HashMap<_, _> = new.iter().collect();
    let changed = old.iter().filter(|(name, value)| after.get(name) != Some(value));
    let added = new.iter().filter(|(name, _)| !before.contains_key(name));
    changed
        .chain(added)
        .map(|(name, _)| String::from_utf8_lossy(name.as_bytes()).into_owned())
        .collect()
}

fn elements(document: &Document<'_>, dictionary: &Dictionary, key: &str) -> Result<Vec<Object>, Verdict> {
    match document.get(dictionary, key)?.into_owned() {
        Object::Null => Ok(Vec::new()),
        Object::Array(elements) => Ok(elements),
        _ => Err(changed(format!("/{key} is not an array"))),
    }
}

/// What stands behind the old elements.
fn appended<'e>(old: &[Object], new: &'e [Object], what: &str) -> Result<&'e [Object], Verdict> {
    new.strip_prefix(old)
        .ok_or_else(|| changed(format!("{what} is changed otherwise than at its end")))
}
