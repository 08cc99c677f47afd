//! What each revision after the first signature did to the document.
//!
//! Refused by default: every object that is written again must be explained by a rule. The only thing this level knows to be
//! harmless is a further signature: new signature fields at the end of the list of fields, their widgets at the end of the
//! annotations of a page, and what only they refer to. Revisions are judged step by step, which is enough as every step
//! must leave all earlier objects as they were.

use std::collections::{HashMap, HashSet};

use super::{Candidate, Indication, LaterChanges, SubIndication, Verdict, graph::Dangling};
use crate::{
    document::Document,
    error::ReadError,
    object::{Dictionary, Object, Reference},
    xref::{self, Entry},
};

/// Keys a new signature widget may have (ISO 32000-2, tables 166, 191, 226 and 227): no actions, no parents, no kids.
const WIDGET_KEYS: [&str; 24] = [
    "AP",
    "BS",
    "Border",
    "C",
    "DA",
    "F",
    "FT",
    "Ff",
    "H",
    "Lock",
    "M",
    "MK",
    "NM",
    "P",
    "Q",
    "Rect",
    "SV",
    "StructParent",
    "Subtype",
    "T",
    "TM",
    "TU",
    "Type",
    "V",
];

/// Additions to the catalog that long-term validation makes; this level cannot judge them.
const UNJUDGED_CATALOG_KEYS: [&str; 2] = ["DSS", "Extensions"];

/// Verdict for each revision; `None` where nothing is wrong or nothing was signed before it.
#[derive(Default)]
pub(super) struct Changes {
    steps: Vec<Option<Verdict>>,
}

impl Changes {
    pub(super) fn after(&self, revision: usize) -> LaterChanges {
        let later = self.steps.get(revision + 1..).unwrap_or_default();
        match (later.is_empty(), later.iter().all(Option::is_none)) {
            (true, _) => LaterChanges::None,
            (false, true) => LaterChanges::Signatures,
            (false, false) => LaterChanges::Other,
        }
    }

    /// The worst that happened after a revision; certain damage outweighs doubt.
    pub(super) fn verdict_after(&self, revision: usize) -> Option<Verdict> {
        let later = || {
            self.steps
                .get(revision + 1..)
                .unwrap_or_default()
                .iter()
                .flatten()
        };
        later()
            .find(|verdict| verdict.status == Indication::TotalFailed)
            .or_else(|| later().next())
            .cloned()
    }
}

struct View<'a> {
    document: Document<'a>,
    entries: HashMap<u32, Entry>,
}

impl<'a> View<'a> {
    fn open(newest: &Document<'a>, revision: usize) -> Result<Self, ReadError> {
        let end = newest
            .revisions()
            .get(revision)
            .map_or(0, |revision| revision.end_offset);
        let bytes: &'a [u8] = newest.bytes();
        let bytes = bytes.get(..end).unwrap_or_default();
        let entries = xref::read(bytes, newest.limits())?.entries;
        Ok(Self {
            document: Document::open(bytes, newest.limits())?,
            entries,
        })
    }

    fn uses(&self, number: u32) -> bool {
        matches!(
            self.entries.get(&number),
            Some(Entry::Plain { .. } | Entry::Compressed { .. })
        )
    }
}

/// Judges each revision after `first`, the earliest signed one.
pub(super) fn survey(
    newest: &Document<'_>,
    first: usize,
    candidates: &[Candidate],
) -> Result<Changes, ReadError> {
    let count = newest.revisions().len();
    let mut changes = Changes {
        steps: vec![None; count],
    };
    if first + 1 >= count {
        return Ok(changes);
    }
    let mut old = View::open(newest, first)?;
    let mut dangling = Dangling::of_document(&old.document)?;
    for revision in first + 1..count {
        let signed = values_of(candidates, revision);
        let step = View::open(newest, revision)
            .map_err(Verdict::from)
            .and_then(|new| {
                Step {
                    old: &old,
                    new: &new,
                    signed: &signed,
                    approved: HashSet::new(),
                }
                .check(&mut dangling)?;
                Ok(new)
            });
        match step {
            Ok(new) => old = new,
            Err(mut verdict) => {
                verdict.detail = format!(
                    "revision {} was added after the signature: {}",
                    revision + 1,
                    verdict.detail
                );
                changes.steps[revision] = Some(verdict);
                // What comes later stands on something that is not accepted.
                break;
            }
        }
    }
    Ok(changes)
}

fn values_of(candidates: &[Candidate], revision: usize) -> HashSet<Reference> {
    let in_revision = |candidate: &&Candidate| {
        candidate
            .coverage
            .as_ref()
            .is_ok_and(|one| one.revision == revision)
    };
    candidates
        .iter()
        .filter(in_revision)
        .flat_map(|one| one.fields.iter().map(|field| field.value))
        .collect()
}

/// One revision against the one before it.
struct Step<'s, 'a> {
    old: &'s View<'a>,
    new: &'s View<'a>,
    /// Signatures that cover exactly the new revision.
    signed: &'s HashSet<Reference>,
    /// Objects whose change is explained.
    approved: HashSet<u32>,
}

impl Step<'_, '_> {
    fn check(mut self, dangling: &mut Dangling) -> Result<(), Verdict> {
        self.check_catalog()?;
        if self.signed.is_empty() {
            return Err(changed("it carries no signature of its own"));
        }
        let fields = self.check_form()?;
        self.check_pages(&fields)?;
        self.check_document_information()?;
        self.check_objects(dangling)?;
        let roots = fields.iter().map(|field| Object::Reference(*field)).collect();
        dangling.add(&self.new.document, roots)?;
        Ok(())
    }

    fn check_catalog(&mut self) -> Result<(), Verdict> {
        let (old, new) = (&self.old.document, &self.new.document);
        if old.root() != new.root() {
            return Err(changed("the document has another catalog"));
        }
        self.approved.insert(old.root().number);
        let differing = differing_keys(old.catalog(), new.catalog());
        if differing
            .iter()
            .any(|key| UNJUDGED_CATALOG_KEYS.contains(&key.as_str()))
        {
            let what = "it adds validation data, which is not judged";
            return Err(Verdict::indeterminate(SubIndication::Generic, what));
        }
        match differing.iter().find(|key| *key != "AcroForm") {
            Some(key) => Err(changed(format!("the entry /{key} of the catalog is changed"))),
            None => Ok(()),
        }
    }

    /// Returns the new fields.
    fn check_form(&mut self) -> Result<HashSet<Reference>, Verdict> {
        let (old, new) = (&self.old.document, &self.new.document);
        let old_form = old.get(old.catalog(), "AcroForm")?.into_owned();
        let new_form = new.get(new.catalog(), "AcroForm")?.into_owned();
        let Object::Dictionary(new_form) = new_form else {
            return Err(changed("the form is gone"));
        };
        let old_form = old_form.as_dictionary().cloned().unwrap_or_default();
        for key in differing_keys(&old_form, &new_form) {
            let flags = key == "SigFlags" && matches!(new_form.get("SigFlags"), Some(Object::Integer(_)));
            if key != "Fields" && !flags {
                return Err(changed(format!("the entry /{key} of the form is changed")));
            }
        }
        let old_fields = elements(old, &old_form, "Fields")?;
        let new_fields = elements(new, &new_form, "Fields")?;
        let added = appended(&old_fields, &new_fields, "the list of form fields")?;
        for holder in [old.catalog().get("AcroForm"), old_form.get("Fields")] {
            self.approved.extend(
                holder
                    .and_then(Object::as_reference)
                    .map(|reference| reference.number),
            );
        }
        let mut fields = HashSet::new();
        for field in added {
            let reference = self.new_reference(field)?;
            self.check_widget(reference)?;
            fields.insert(reference);
        }
        let filled = self.check_filled(&old_fields)?;
        if fields.is_empty() && filled == 0 {
            return Err(changed("it signs no signature field"));
        }
        Ok(fields)
    }

    /// Empty signature fields that were there before and are signed now; returns how many.
    fn check_filled(&mut self, old_fields: &[Object]) -> Result<usize, Verdict> {
        let mut filled = 0;
        for reference in old_fields.iter().filter_map(Object::as_reference) {
            if !self.is_touched(reference.number) {
                continue;
            }
            let (old, new) = (
                self.old.document.object(reference)?,
                self.new.document.object(reference)?,
            );
            let (Object::Dictionary(old), Object::Dictionary(new)) = (old, new) else {
                continue;
            };
            let signed = match new.get("V") {
                Some(Object::Reference(value)) => self.signed.contains(value) && !self.old.uses(value.number),
                _ => false,
            };
            let only = differing_keys(&old, &new)
                .iter()
                .all(|key| matches!(key.as_str(), "V" | "AP" | "F" | "M"));
            if old.is_name("FT", "Sig") && !old.contains("V") && signed && only {
                self.approved.insert(reference.number);
                filled += 1;
            }
        }
        Ok(filled)
    }

    fn new_reference(&self, element: &Object) -> Result<Reference, Verdict> {
        match element {
            Object::Reference(reference) if !self.old.uses(reference.number) => Ok(*reference),
            _ => Err(changed(
                "something else than a new object is added as a form field",
            )),
        }
    }

    /// A new field: a signature field merged with its widget, with a signature over this revision.
    fn check_widget(&self, reference: Reference) -> Result<(), Verdict> {
        let Object::Dictionary(widget) = self.new.document.object(reference)? else {
            return Err(changed("a new form field is not a dictionary"));
        };
        if !widget.is_name("FT", "Sig") || !widget.is_name("Subtype", "Widget") {
            return Err(changed("a new form field is no signature field with a widget"));
        }
        let known = |key: &str| WIDGET_KEYS.contains(&key);
        if let Some((key, _)) = widget.iter().find(|(key, _)| !key.as_str().is_some_and(known)) {
            return Err(changed(format!("a new signature field has the entry {key:?}")));
        }
        if !matches!(widget.get("T"), Some(Object::String(name)) if !name.bytes.is_empty()) {
            return Err(changed("a new signature field has no name"));
        }
        match widget.get("V") {
            Some(Object::Reference(value)) if self.signed.contains(value) && !self.old.uses(value.number) => {
                Ok(())
            }
            _ => Err(changed(
                "a new signature field is not signed by a signature over this revision",
            )),
        }
    }

    fn check_pages(&mut self, fields: &HashSet<Reference>) -> Result<(), Verdict> {
        let (old, new) = (self.old, self.new);
        if old.document.pages().len() != new.document.pages().len() {
            return Err(changed("pages are added or removed"));
        }
        let mut unplaced = fields.clone();
        for (before, after) in old.document.pages().iter().zip(new.document.pages()) {
            if before.reference != after.reference {
                return Err(changed("the order of the pages is changed"));
            }
            let array = before.dictionary.get("Annots").and_then(Object::as_reference);
            let touched = self.is_touched(before.reference.number)
                || array.is_some_and(|array| self.is_touched(array.number));
            if !touched {
                continue;
            }
            if let Some(key) = differing_keys(&before.dictionary, &after.dictionary)
                .iter()
                .find(|key| *key != "Annots")
            {
                return Err(changed(format!("the entry /{key} of a page is changed")));
            }
            let old_annotations = elements(&old.document, &before.dictionary, "Annots")?;
            let new_annotations = elements(&new.document, &after.dictionary, "Annots")?;
            for annotation in appended(
                &old_annotations,
                &new_annotations,
                "the list of annotations of a page",
            )? {
                let known = annotation
                    .as_reference()
                    .is_some_and(|reference| unplaced.remove(&reference));
                if !known {
                    return Err(changed("an annotation is added that is no new signature field"));
                }
                self.check_page_of(annotation, before.reference)?;
            }
            self.approved.insert(before.reference.number);
            self.approved.extend(array.map(|array| array.number));
        }
        Ok(())
    }

    fn check_page_of(&self, widget: &Object, page: Reference) -> Result<(), Verdict> {
        let widget = self.new.document.resolve(widget)?;
        let stated = widget.as_dictionary().and_then(|widget| widget.get("P"));
        match stated {
            None => Ok(()),
            Some(Object::Reference(stated)) if *stated == page => Ok(()),
            Some(_) => Err(changed(
                "a new signature field is shown on another page than it says",
            )),
        }
    }

    /// Title, author and dates of saving are not part of what is shown (pdf readers do not draw them).
    fn check_document_information(&mut self) -> Result<(), Verdict> {
        let (old, new) = (
            self.old.document.trailer().get("Info"),
            self.new.document.trailer().get("Info"),
        );
        let (Some(Object::Reference(old)), Some(Object::Reference(new))) = (old, new) else {
            return Ok(());
        };
        let plain =
            |object: &Object| matches!(object, Object::String(_) | Object::Name(_) | Object::Boolean(_));
        let is_plain = match self.new.document.object(*new)? {
            Object::Dictionary(information) => information.iter().all(|(_, value)| plain(value)),
            _ => false,
        };
        if old == new && is_plain {
            self.approved.insert(old.number);
        }
        Ok(())
    }

    /// Every object of the new section is explained, unchanged in meaning, or entirely new.
    fn check_objects(&self, dangling: &Dangling) -> Result<(), Verdict> {
        let mut numbers: Vec<u32> = self
            .new
            .entries
            .keys()
            .copied()
            .filter(|number| self.is_touched(*number))
            .collect();
        numbers.sort_unstable();
        for number in numbers {
            if !self.old.uses(number) {
                if self.new.uses(number) && dangling.numbers.contains(&number) {
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

    /// Whether the newer section says something about an object.
    fn is_touched(&self, number: u32) -> bool {
        self.old.entries.get(&number) != self.new.entries.get(&number)
    }

    /// Whether an object that was written again still says the same.
    fn is_same(&self, number: u32) -> Result<bool, ReadError> {
        let generation = |view: &View<'_>| match view.entries.get(&number) {
            Some(Entry::Plain { generation, .. }) => Some(*generation),
            Some(Entry::Compressed { .. }) => Some(0),
            _ => None,
        };
        let (Some(before), Some(after)) = (generation(self.old), generation(self.new)) else {
            return Ok(false);
        };
        let old = self.old.document.object(Reference {
            number,
            generation: before,
        })?;
        let new = self.new.document.object(Reference {
            number,
            generation: after,
        })?;
        Ok(match (&old, &new) {
            (Object::Stream(old), Object::Stream(new)) => {
                let (old_bytes, new_bytes) = (
                    self.old.document.stream_bytes(old),
                    self.new.document.stream_bytes(new),
                );
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
    let mut keys = Vec::new();
    let both = [(old, new), (new, old)];
    for (one, other) in both {
        for (name, value) in one.iter() {
            let key = String::from_utf8_lossy(name.as_bytes()).into_owned();
            let same = name.as_str().is_some_and(|name| other.get(name) == Some(value));
            if !same && !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
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
