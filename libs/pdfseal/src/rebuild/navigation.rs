//! Ways through a document: destinations, link actions, outlines, page labels. Named destinations are
//! resolved to the pages they mean, so that links survive merging and no name tree is needed.

use std::collections::{HashMap, HashSet};

use super::RemovedKind;
use super::copy::Copier;
use super::output::Output;
use crate::document::Document;
use crate::error::{Place, ReadError};
use crate::object::{Dictionary, Object, PdfString, Reference};

/// Links to the web that are kept. Others (`javascript:`, `file:`, unknown) are left out.
const SCHEMES: [&[u8]; 4] = [b"http:", b"https:", b"mailto:", b"tel:"];

/// Where the links of one file may lead.
pub(super) struct Targets {
    pages: Vec<Reference>,
    by_old: HashMap<Reference, Reference>,
    named: HashMap<Vec<u8>, Object>,
}

impl Targets {
    /// `pages` are the new numbers of the pages in order.
    pub(super) fn read(document: &Document<'_>, pages: &[Reference]) -> Result<Self, ReadError> {
        let old = document.pages().iter().map(|page| page.reference);
        let by_old = old.zip(pages.iter().copied()).collect();
        let mut named = HashMap::new();
        if let Some(dests) = document.get(document.catalog(), "Dests")?.as_dictionary() {
            named.extend(
                dests
                    .iter()
                    .map(|(name, value)| (name.as_bytes().to_vec(), value.clone())),
            );
        }
        if let Some(names) = document.get(document.catalog(), "Names")?.as_dictionary()
            && let Some(root) = names.get("Dests")
        {
            for (key, value) in walk_tree(document, root, "Names")? {
                if let Object::String(key) = key {
                    named.insert(key.bytes, value);
                }
            }
        }
        Ok(Self {
            pages: pages.to_vec(),
            by_old,
            named,
        })
    }

    /// The explicit destination in the new file; `None` when it leads nowhere.
    pub(super) fn destination(
        &self,
        document: &Document<'_>,
        value: &Object,
    ) -> Result<Option<Object>, ReadError> {
        let mut value = document.resolve(value)?.into_owned();
        let name = match &value {
            Object::Name(name) => Some(name.as_bytes()),
            Object::String(string) => Some(string.bytes.as_slice()),
            _ => None,
        };
        if let Some(name) = name {
            let Some(found) = self.named.get(name) else {
                return Ok(None);
            };
            value = document.resolve(found)?.into_owned();
        }
        if let Object::Dictionary(dictionary) = &value {
            value = document.get(dictionary, "D")?.into_owned();
        }
        let Object::Array(items) = value else {
            return Ok(None);
        };
        let page = match items.first() {
            Some(Object::Reference(old)) => self.by_old.get(old).copied(),
            // Legal for other files only, but viewers follow it here as well.
            Some(Object::Integer(index)) => usize::try_from(*index)
                .ok()
                .and_then(|i| self.pages.get(i).copied()),
            _ => None,
        };
        let Some(page) = page else { return Ok(None) };
        let mut new = vec![Object::Reference(page)];
        for item in items.iter().skip(1).take(5) {
            let item = document.resolve(item)?.into_owned();
            let plain = matches!(
                item,
                Object::Name(_) | Object::Null | Object::Integer(_) | Object::Real(_)
            );
            new.push(if plain { item } else { Object::Null });
        }
        Ok(Some(Object::Array(new)))
    }
}

/// What a link or an outline entry does.
pub(super) enum Jump {
    Destination(Object),
    Web(PdfString),
}

impl Jump {
    /// Sets `/Dest` or `/A`.
    pub(super) fn insert_into(self, dictionary: &mut Dictionary) {
        match self {
            Self::Destination(destination) => dictionary.insert("Dest", destination),
            Self::Web(address) => {
                let mut action = Dictionary::new();
                action.insert("S", Object::name("URI"));
                action.insert("URI", address);
                dictionary.insert("A", action);
            }
        }
    }
}

/// Which kind of loss the removal of an action is.
pub(super) fn action_kind(action: &Dictionary) -> RemovedKind {
    match action
        .get("S")
        .and_then(Object::as_name)
        .map(|name| name.as_bytes())
    {
        Some(b"JavaScript") => RemovedKind::JavaScript,
        Some(b"Launch") => RemovedKind::Launch,
        Some(b"SubmitForm" | b"ImportData") => RemovedKind::Submit,
        Some(b"GoTo" | b"GoToE" | b"GoToR" | b"URI") => RemovedKind::RemoteLink,
        Some(b"GoTo3DView" | b"Movie" | b"Rendition" | b"RichMediaExecute" | b"Sound") => RemovedKind::Media,
        _ => RemovedKind::Action,
    }
}

impl Copier<'_, '_> {
    /// The jump of a dictionary with `/Dest` or `/A`; anything else it does is left out and noted.
    pub(super) fn jump(
        &mut self,
        dictionary: &Dictionary,
        targets: &Targets,
    ) -> Result<Option<Jump>, ReadError> {
        let document = self.document;
        if let Some(value) = dictionary.get("Dest") {
            let destination = targets.destination(document, value)?;
            if destination.is_none() {
                self.removals.note(RemovedKind::RemoteLink);
            }
            return Ok(destination.map(Jump::Destination));
        }
        let action = document.get(dictionary, "A")?;
        let Some(action) = action.as_dictionary() else {
            return Ok(None);
        };
        if action.contains("Next") {
            self.removals.note(RemovedKind::Action);
        }
        let jump = if action.is_name("S", "GoTo") {
            let destination = action
                .get("D")
                .map(|value| targets.destination(document, value))
                .transpose()?;
            destination.flatten().map(Jump::Destination)
        } else if action.is_name("S", "URI") {
            let address = document.get(action, "URI")?.as_string().cloned();
            address.filter(|address| is_web(&address.bytes)).map(Jump::Web)
        } else {
            None
        };
        if jump.is_none() {
            self.removals.note(action_kind(action));
        }
        Ok(jump)
    }
}

fn is_web(address: &[u8]) -> bool {
    let starts = |scheme: &[u8]| {
        address
            .get(..scheme.len())
            .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
    };
    address.iter().all(|byte| (0x21..0x7f).contains(byte)) && SCHEMES.iter().any(|scheme| starts(scheme))
}

/// The leaves of a name tree (`key` = `Names`, 7.9.6) or number tree (`Nums`, 7.9.7) in order.
fn walk_tree(document: &Document<'_>, root: &Object, key: &str) -> Result<Vec<(Object, Object)>, ReadError> {
    let limits = document.limits();
    let mut stack = vec![(root.clone(), 0_usize)];
    let mut seen = HashSet::new();
    let mut leaves = Vec::new();
    while let Some((node, depth)) = stack.pop() {
        if let Object::Reference(reference) = node
            && !seen.insert(reference)
        {
            return Err(ReadError::damaged(
                Place::Object(reference),
                "it stands twice in a name or number tree",
            ));
        }
        if depth > limits.depth() {
            return Err(ReadError::LimitExceeded {
                what: "levels in a name tree",
                limit: limits.depth(),
            });
        }
        let node = document.resolve(&node)?;
        let Some(node) = node.as_dictionary() else {
            continue;
        };
        for pair in document
            .get(node, key)?
            .as_array()
            .unwrap_or_default()
            .chunks_exact(2)
        {
            if let [key, value] = pair {
                leaves.push((document.resolve(key)?.into_owned(), value.clone()));
            }
        }
        let kids = document.get(node, "Kids")?;
        stack.extend(
            kids.as_array()
                .unwrap_or_default()
                .iter()
                .rev()
                .map(|kid| (kid.clone(), depth + 1)),
        );
        if stack.len() > limits.objects || leaves.len() > limits.objects {
            return Err(ReadError::LimitExceeded {
                what: "entries in a name tree",
                limit: limits.objects,
            });
        }
    }
    Ok(leaves)
}

/// The outline of the new document (12.3.3).
#[derive(Default)]
pub(super) struct Outline {
    items: Vec<Item>,
    roots: Vec<usize>,
}

struct Item {
    dictionary: Dictionary,
    open: bool,
    children: Vec<usize>,
}

impl Outline {
    /// Appends the outline of a file.
    pub(super) fn read(
        &mut self,
        copier: &mut Copier<'_, '_>,
        targets: &mut Targets,
    ) -> Result<(), ReadError> {
        let document = copier.document;
        let root = document.get(document.catalog(), "Outlines")?;
        let Some(first) = root.as_dictionary().and_then(|root| root.get("First")) else {
            return Ok(());
        };
        let mut stack = vec![(first.clone(), None::<usize>, 0_usize)];
        let mut seen = HashSet::new();
        while let Some((node, parent, depth)) = stack.pop() {
            let Object::Reference(reference) = node else {
                continue;
            };
            let place = Place::Object(reference);
            if !seen.insert(reference) {
                return Err(ReadError::damaged(place, "it stands twice in the outline"));
            }
            let limits = document.limits();
            if self.items.len() >= limits.outline_entries || depth > limits.depth() {
                return Err(ReadError::LimitExceeded {
                    what: "outline entries",
                    limit: limits.outline_entries,
                });
            }
            let Object::Dictionary(old) = document.object(reference)? else {
                continue;
            };
            let index = self.items.len();
            self.items.push(read_item(copier, &old, targets)?);
            match parent.and_then(|parent| self.items.get_mut(parent)) {
                Some(parent) => parent.children.push(index),
                None => self.roots.push(index),
            }
            stack.extend(old.get("Next").map(|next| (next.clone(), parent, depth)));
            stack.extend(
                old.get("First")
                    .map(|first| (first.clone(), Some(index), depth + 1)),
            );
        }
        Ok(())
    }

    /// Writes all entries; the reference of the root, or nothing when there are none.
    pub(super) fn write(self, output: &mut Output) -> Result<Option<Reference>, ReadError> {
        let (Some(first), Some(last)) = (self.roots.first(), self.roots.last()) else {
            return Ok(None);
        };
        let root = output.allot();
        let numbers: Vec<Reference> = self.items.iter().map(|_| output.allot()).collect();
        let visible = self.visible();
        self.write_level(output, &self.roots, root, &numbers, &visible)?;
        for (index, item) in self.items.iter().enumerate() {
            if let Some(number) = numbers.get(index) {
                self.write_level(output, &item.children, *number, &numbers, &visible)?;
            }
        }
        let mut dictionary = Dictionary::new();
        dictionary.insert("Type", Object::name("Outlines"));
        for (key, index) in [("First", first), ("Last", last)] {
            if let Some(number) = numbers.get(*index) {
                dictionary.insert(key, *number);
            }
        }
        dictionary.insert("Count", self.shown(&self.roots, &visible));
        output.write(root, &dictionary.into(), &[])?;
        Ok(Some(root))
    }

    /// For each entry the number of descendants shown when it is open. Children come after their parents,
    /// so one pass from the end does it.
    fn visible(&self) -> Vec<i64> {
        let mut visible = vec![0; self.items.len()];
        for (index, item) in self.items.iter().enumerate().rev() {
            let shown = self.shown(&item.children, &visible);
            if let Some(slot) = visible.get_mut(index) {
                *slot = shown;
            }
        }
        visible
    }

    fn shown(&self, level: &[usize], visible: &[i64]) -> i64 {
        let below = |index: &usize| match self.items.get(*index) {
            Some(item) if item.open => visible.get(*index).copied().unwrap_or(0),
            _ => 0,
        };
        level.iter().map(|index| 1 + below(index)).sum()
    }

    /// Writes the entries of one level, linked to each other and to their parent.
    fn write_level(
        &self,
        output: &mut Output,
        level: &[usize],
        parent: Reference,
        numbers: &[Reference],
        visible: &[i64],
    ) -> Result<(), ReadError> {
        let number = |index: Option<&usize>| index.and_then(|i| numbers.get(*i)).copied();
        for (position, index) in level.iter().enumerate() {
            let (Some(item), Some(own)) = (self.items.get(*index), number(Some(index))) else {
                continue;
            };
            let mut dictionary = item.dictionary.clone();
            dictionary.insert("Parent", parent);
            let neighbours = [
                ("Prev", position.checked_sub(1).and_then(|p| number(level.get(p)))),
                ("Next", number(level.get(position + 1))),
                ("First", number(item.children.first())),
                ("Last", number(item.children.last())),
            ];
            for (key, value) in neighbours {
                if let Some(value) = value {
                    dictionary.insert(key, value);
                }
            }
            if !item.children.is_empty() {
                let count = visible.get(*index).copied().unwrap_or(0);
                dictionary.insert("Count", if item.open { count } else { -count });
            }
            output.write(own, &dictionary.into(), &[])?;
        }
        Ok(())
    }
}

fn read_item(copier: &mut Copier<'_, '_>, old: &Dictionary, targets: &Targets) -> Result<Item, ReadError> {
    let document = copier.document;
    let mut dictionary = Dictionary::new();
    let title = document.get(old, "Title")?.as_string().cloned();
    dictionary.insert("Title", title.unwrap_or_else(|| PdfString::literal("")));
    if let Some(color) = document.get(old, "C")?.as_array()
        && color.len() == 3
        && color.iter().all(|value| value.as_number().is_some())
    {
        dictionary.insert("C", color.to_vec());
    }
    if let Some(style) = document.get(old, "F")?.as_integer() {
        dictionary.insert("F", style & 3);
    }
    if let Some(jump) = copier.jump(old, targets)? {
        jump.insert_into(&mut dictionary);
    }
    let open = document
        .get(old, "Count")?
        .as_integer()
        .is_some_and(|count| count > 0);
    Ok(Item {
        dictionary,
        open,
        children: Vec::new(),
    })
}

/// Page labels (12.4.2) of the new document.
#[derive(Default)]
pub(super) struct Labels {
    ranges: Vec<(usize, Dictionary)>,
    any: bool,
}

impl Labels {
    /// Appends the labels of a file whose first page has the index `first_page` in the new document.
    pub(super) fn read(&mut self, document: &Document<'_>, first_page: usize) -> Result<(), ReadError> {
        let mut ranges = Vec::new();
        if let Some(root) = document.catalog().get("PageLabels") {
            for (key, value) in walk_tree(document, root, "Nums")? {
                let index = key.as_integer().and_then(|v| usize::try_from(v).ok());
                let value = document.resolve(&value)?;
                let (Some(index), Some(label)) = (index, value.as_dictionary()) else {
                    continue;
                };
                if index < document.pages().len() {
                    ranges.push((first_page + index, clean_label(document, label)?));
                }
            }
        }
        self.any |= !ranges.is_empty();
        ranges.sort_by_key(|(index, _)| *index);
        if ranges.first().is_none_or(|(index, _)| *index != first_page) {
            // Pages without a label count from 1, as viewers do.
            let mut plain = Dictionary::new();
            plain.insert("S", Object::name("D"));
            ranges.insert(0, (first_page, plain));
        }
        self.ranges.append(&mut ranges);
        Ok(())
    }

    /// The number tree, or nothing when no file had labels.
    pub(super) fn to_object(&self) -> Option<Object> {
        let mut tree = Dictionary::new();
        let index = |i: usize| Object::Integer(i64::try_from(i).unwrap_or(i64::MAX));
        let flat = self
            .ranges
            .iter()
            .flat_map(|(i, label)| [index(*i), Object::Dictionary(label.clone())]);
        tree.insert("Nums", flat.collect::<Vec<_>>());
        self.any.then(|| tree.into())
    }
}

fn clean_label(document: &Document<'_>, label: &Dictionary) -> Result<Dictionary, ReadError> {
    let mut new = Dictionary::new();
    for key in ["S", "P", "St"] {
        let value = document.get(label, key)?;
        if matches!(
            value.as_ref(),
            Object::Name(_) | Object::String(_) | Object::Integer(_)
        ) {
            new.insert(key, value.into_owned());
        }
    }
    Ok(new)
}
