//! Annotations (12.5) of a rewritten page. Kept: markup with its appearance, links inside the document and
//! to the web. Turned into plain pictures: form fields and everything that can hold files or media. Left
//! out: what is not visible on the screen, because a later change of one flag would show it.

use std::collections::{HashMap, HashSet};

use super::RemovedKind;
use super::copy::Copier;
use super::navigation::Targets;
use crate::error::{Place, ReadError};
use crate::object::{Dictionary, Object, Reference, Stream};
use crate::page::Rectangle;

/// Markup whose look may depend on its own entries, as viewers draw some of it without an appearance.
const MARKUP: [&str; 16] = [
    "Caret",
    "Circle",
    "FreeText",
    "Highlight",
    "Ink",
    "Line",
    "Polygon",
    "PolyLine",
    "Redact",
    "Square",
    "Squiggly",
    "Stamp",
    "StrikeOut",
    "Text",
    "Underline",
    "Watermark",
];

/// Markup with words or a picture: without an appearance no two viewers show the same, and some nothing.
const DRAWN_BY_VIEWERS: [&str; 3] = ["FreeText", "Stamp", "Watermark"];

/// Entries of markup and links that are carried over. Not listed: actions, rich media, associated files,
/// measuring, tags, popups, and other appearances than the normal one.
const ENTRIES: [&str; 37] = [
    "BE",
    "BM",
    "BS",
    "Border",
    "C",
    "CA",
    "CL",
    "CO",
    "CP",
    "Cap",
    "Contents",
    "CreationDate",
    "DA",
    "DS",
    "FixedPrint",
    "H",
    "IC",
    "IT",
    "InkList",
    "L",
    "LE",
    "LL",
    "LLE",
    "LLO",
    "Lang",
    "M",
    "NM",
    "Name",
    "OC",
    "Q",
    "QuadPoints",
    "RC",
    "RD",
    "Subj",
    "Sy",
    "T",
    "Vertices",
];

const INVISIBLE: i64 = 1;
const HIDDEN: i64 = 1 << 1;
const PRINT: i64 = 1 << 2;
const NO_ZOOM: i64 = 1 << 3;
const NO_ROTATE: i64 = 1 << 4;
const NO_VIEW: i64 = 1 << 5;
const READ_ONLY: i64 = 1 << 6;
const LOCKED: i64 = 1 << 7;
const LOCKED_CONTENTS: i64 = 1 << 9;

/// Field flag of radio buttons (table 226, bit 16).
const RADIO: i64 = 1 << 15;

/// An annotation on its way into the new file.
struct Kept {
    old: Option<Reference>,
    dictionary: Dictionary,
    /// The annotation it answers, as numbered in the old file.
    reply_to: Option<Reference>,
}

/// What the normal appearance of an annotation is.
enum Appearance {
    /// The stream with this number in the old file.
    Stream(Reference),
    /// Nothing is drawn in this state.
    Nothing,
    /// There is none, or not one a viewer could draw: each viewer decides itself.
    Unusable,
}

fn insert_appearance(new: &mut Dictionary, stream: Reference) {
    let mut appearance = Dictionary::new();
    appearance.insert("N", stream);
    new.insert("AP", appearance);
}

/// A tick, or a dot for a radio button, in the middle of a field.
fn mark(rect: &Rectangle, radio: bool) -> String {
    let side = rect.width().min(rect.height());
    let (left, bottom) = ((rect.width() - side) / 2.0, (rect.height() - side) / 2.0);
    let at = |x: f64, y: f64| format!("{:.2} {:.2}", left + x * side, bottom + y * side);
    let thick = side / 10.0;
    if radio {
        // A line of no length with round ends is a dot (8.5.3.2).
        let center = at(0.5, 0.5);
        let dot = side / 2.0;
        return format!("0 G 1 J {dot:.2} w {center} m {center} l S\n");
    }
    format!(
        "0 G {thick:.2} w {} m {} l {} l S\n",
        at(0.25, 0.5),
        at(0.45, 0.25),
        at(0.75, 0.8)
    )
}

impl Copier<'_, '_> {
    /// Writes the annotations of a page and gives their references in order.
    pub(super) fn annotations(
        &mut self,
        page: &Dictionary,
        page_number: usize,
        targets: &Targets,
    ) -> Result<Vec<Object>, ReadError> {
        let list = self.document.get(page, "Annots")?;
        let items = list.as_array().unwrap_or_default();
        self.count_annotations(items.len())?;
        let mut kept = Vec::new();
        for item in items {
            let value = self.document.resolve(item)?;
            let Some(old) = value.as_dictionary() else {
                continue;
            };
            if let Some(dictionary) = self.annotation(old, page_number, targets)? {
                let reply_to = old.get("IRT").and_then(Object::as_reference);
                kept.push(Kept {
                    old: item.as_reference(),
                    dictionary,
                    reply_to,
                });
            }
        }
        self.write_annotations(kept)
    }

    fn write_annotations(&mut self, kept: Vec<Kept>) -> Result<Vec<Object>, ReadError> {
        let numbers: Vec<Reference> = kept.iter().map(|_| self.output.allot()).collect();
        let by_old: HashMap<Reference, Reference> = kept
            .iter()
            .zip(&numbers)
            .filter_map(|(kept, new)| Some((kept.old?, *new)))
            .collect();
        for (mut annotation, number) in kept.into_iter().zip(&numbers) {
            if let Some(original) = annotation.reply_to.and_then(|old| by_old.get(&old)) {
                annotation.dictionary.insert("IRT", *original);
            }
            self.write(*number, &annotation.dictionary.into())?;
        }
        Ok(numbers.into_iter().map(Object::Reference).collect())
    }

    /// The new dictionary of one annotation, or nothing when it is left out.
    fn annotation(
        &mut self,
        old: &Dictionary,
        page_number: usize,
        targets: &Targets,
    ) -> Result<Option<Dictionary>, ReadError> {
        let flags = self.document.get(old, "F")?.as_integer().unwrap_or(0);
        let subtype = self.document.get(old, "Subtype")?.as_name().cloned();
        let subtype = subtype
            .as_ref()
            .and_then(|name| name.as_str())
            .unwrap_or_default();
        if subtype == "Popup" {
            // The window of a note; its text stays with the note.
            return Ok(None);
        }
        let widget = subtype == "Widget";
        if flags & (HIDDEN | NO_VIEW) != 0 {
            self.removals.note(if widget {
                RemovedKind::FormField
            } else {
                RemovedKind::HiddenAnnotation
            });
            return Ok(None);
        }
        if old.contains("AA") || (widget && old.contains("A")) {
            let action = self.document.get(old, "A")?;
            let kind = action
                .as_dictionary()
                .map_or(RemovedKind::Action, super::navigation::action_kind);
            self.removals.note(kind);
        }
        match subtype {
            "Link" => self.link(old, flags, page_number, targets).map(Some),
            "Widget" => self.widget(old, flags, page_number),
            known if MARKUP.contains(&known) => self.markup(old, known, flags, page_number).map(Some),
            other => self.foreign_annotation(old, other, flags),
        }
    }

    fn link(
        &mut self,
        old: &Dictionary,
        flags: i64,
        page_number: usize,
        targets: &Targets,
    ) -> Result<Dictionary, ReadError> {
        let mut new = self.markup(old, "Link", flags, page_number)?;
        if let Some(jump) = self.jump(old, targets)? {
            jump.insert_into(&mut new);
        }
        Ok(new)
    }

    fn markup(
        &mut self,
        old: &Dictionary,
        subtype: &str,
        flags: i64,
        page_number: usize,
    ) -> Result<Dictionary, ReadError> {
        let kept = INVISIBLE | PRINT | NO_ZOOM | NO_ROTATE | READ_ONLY | LOCKED | LOCKED_CONTENTS;
        let mut new = self.frame(old, subtype, flags & kept)?;
        for key in ENTRIES {
            if let Some(value) = old.get(key) {
                let value = self.copy(value)?;
                if !value.is_null() {
                    new.insert(key, value);
                }
            }
        }
        match self.normal_appearance(old)? {
            Appearance::Stream(appearance) => {
                insert_appearance(&mut new, self.reference(appearance));
                // What is seen is printed: some viewers decide by this flag what they show.
                new.insert("F", (flags & kept) | PRINT);
            }
            Appearance::Nothing | Appearance::Unusable if DRAWN_BY_VIEWERS.contains(&subtype) => {
                let what = format!(
                    "a {subtype} annotation that each viewer draws in its own way (print the file to PDF)"
                );
                return Err(ReadError::unsupported(Place::Page(page_number), what));
            }
            Appearance::Nothing | Appearance::Unusable => {}
        }
        Ok(new)
    }

    /// A form field becomes a picture of itself; an empty signature field disappears.
    fn widget(
        &mut self,
        old: &Dictionary,
        flags: i64,
        page_number: usize,
    ) -> Result<Option<Dictionary>, ReadError> {
        let kind = self.inherited(old, "FT")?;
        let kind = kind
            .as_name()
            .and_then(|name| name.as_str().map(str::to_owned))
            .unwrap_or_default();
        if kind == "Sig" {
            self.removals.note(RemovedKind::SignatureField);
            return Ok(None);
        }
        self.removals.note(RemovedKind::FormField);
        let appearance = self.normal_appearance(old)?;
        let drawn_by_viewer = matches!(appearance, Appearance::Unusable) || self.redraws_fields;
        if drawn_by_viewer && (kind == "Tx" || kind == "Ch") && self.has_value(old)? {
            let what = "a form field whose text each viewer draws in its own way (print the form to PDF)";
            return Err(ReadError::unsupported(Place::Page(page_number), what));
        }
        let picture = match appearance {
            Appearance::Stream(old) => Some(self.reference(old)),
            Appearance::Nothing => None,
            Appearance::Unusable => self.plain_field(old, &kind)?,
        };
        picture
            .map(|picture| self.picture(old, flags, picture))
            .transpose()
    }

    fn has_value(&self, field: &Dictionary) -> Result<bool, ReadError> {
        Ok(match self.inherited(field, "V")? {
            Object::String(value) => !value.bytes.is_empty() && value.bytes != [0xfe, 0xff],
            Object::Array(values) => !values.is_empty(),
            Object::Stream(_) => true,
            _ => false,
        })
    }

    /// Attachments, sound, film, 3D and kinds this engine does not know: only the picture stays.
    fn foreign_annotation(
        &mut self,
        old: &Dictionary,
        subtype: &str,
        flags: i64,
    ) -> Result<Option<Dictionary>, ReadError> {
        let known = match subtype {
            "FileAttachment" => Some(RemovedKind::EmbeddedFile),
            "3D" | "Movie" | "RichMedia" | "Screen" | "Sound" => Some(RemovedKind::Media),
            _ => None,
        };
        let appearance = match self.normal_appearance(old)? {
            Appearance::Stream(old) => Some(self.reference(old)),
            Appearance::Nothing | Appearance::Unusable => None,
        };
        if known.is_some() || appearance.is_none() {
            self.removals.note(known.unwrap_or(RemovedKind::Annotation));
        }
        match appearance {
            // The flag hides kinds that a viewer does not know.
            Some(appearance) if known.is_some() || flags & INVISIBLE == 0 => {
                self.picture(old, flags, appearance).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// A stamp annotation nobody can move or edit.
    fn picture(
        &mut self,
        old: &Dictionary,
        flags: i64,
        appearance: Reference,
    ) -> Result<Dictionary, ReadError> {
        let kept = flags & (NO_ZOOM | NO_ROTATE) | PRINT;
        let mut new = self.frame(old, "Stamp", kept | READ_ONLY | LOCKED | LOCKED_CONTENTS)?;
        if let Some(layer) = old.get("OC") {
            let layer = self.copy(layer)?;
            new.insert("OC", layer);
        }
        insert_appearance(&mut new, appearance);
        Ok(new)
    }

    /// `/Type`, `/Subtype`, `/Rect` and `/F`.
    fn frame(&mut self, old: &Dictionary, subtype: &str, flags: i64) -> Result<Dictionary, ReadError> {
        let mut new = Dictionary::new();
        new.insert("Type", Object::name("Annot"));
        new.insert("Subtype", Object::name(subtype));
        let rect = self.document.get(old, "Rect")?.into_owned();
        let rect = rect.as_array().unwrap_or_default();
        let mut numbers = Vec::with_capacity(4);
        for value in rect.iter().take(4) {
            let value = self.document.resolve(value)?.into_owned();
            numbers.push(if value.as_number().is_some() {
                value
            } else {
                Object::Integer(0)
            });
        }
        numbers.resize(4, Object::Integer(0));
        new.insert("Rect", numbers);
        if flags != 0 {
            new.insert("F", flags);
        }
        Ok(new)
    }

    /// What a viewer draws now: `/N`, of several states the one `/AS` names (12.5.5).
    fn normal_appearance(&self, old: &Dictionary) -> Result<Appearance, ReadError> {
        let document = self.document;
        let all = document.get(old, "AP")?;
        let Some(normal) = all.as_dictionary().and_then(|all| all.get("N")) else {
            return Ok(Appearance::Unusable);
        };
        let (entry, found) = match document.resolve(normal)?.into_owned() {
            Object::Dictionary(states) => {
                let state = document.get(old, "AS")?;
                let state = state.as_name().and_then(|name| name.as_str()).unwrap_or("Off");
                // A state without an appearance, usually the unchecked one, shows nothing.
                let Some(chosen) = states.get(state).cloned() else {
                    return Ok(Appearance::Nothing);
                };
                let found = document.resolve(&chosen)?.into_owned();
                (chosen, found)
            }
            found => (normal.clone(), found),
        };
        // Viewers do not draw a form without a bounding box (8.10.2).
        let has_box = match found.as_stream() {
            Some(stream) => document
                .get(&stream.dictionary, "BBox")?
                .as_array()
                .is_some_and(|b| b.len() == 4),
            None => false,
        };
        Ok(match entry.as_reference() {
            Some(reference) if has_box => Appearance::Stream(reference),
            _ => Appearance::Unusable,
        })
    }

    /// A field without appearance and without text shows its background, its border (12.5.6.19, `/MK`) and
    /// whether it is checked.
    fn plain_field(&mut self, field: &Dictionary, kind: &str) -> Result<Option<Reference>, ReadError> {
        let document = self.document;
        let rect = document.get(field, "Rect")?;
        let corners: Vec<f64> = rect
            .as_array()
            .unwrap_or_default()
            .iter()
            .filter_map(Object::as_number)
            .collect();
        let &[x1, y1, x2, y2] = corners.as_slice() else {
            return Ok(None);
        };
        let rect = Rectangle::from_corners(x1, y1, x2, y2);
        let mut content = self.background_and_border(field, &rect)?;
        let state = document.get(field, "AS")?;
        if kind == "Btn" && state.as_name().is_some_and(|state| state != "Off") {
            let radio = self.inherited(field, "Ff")?.as_integer().unwrap_or(0) & RADIO != 0;
            content.push_str(&mark(&rect, radio));
        }
        if content.is_empty() {
            return Ok(None);
        }
        let mut dictionary = Dictionary::new();
        dictionary.insert("Type", Object::name("XObject"));
        dictionary.insert("Subtype", Object::name("Form"));
        let corner = Rectangle::from_corners(0.0, 0.0, rect.width(), rect.height());
        dictionary.insert("BBox", corner.to_object());
        dictionary.insert("Resources", Dictionary::new());
        let new = self.output.allot();
        self.write(new, &Stream::new(dictionary, content.into_bytes()).into())?;
        Ok(Some(new))
    }

    fn background_and_border(&self, field: &Dictionary, rect: &Rectangle) -> Result<String, ReadError> {
        let mut content = String::new();
        let look = self.document.get(field, "MK")?;
        let Some(look) = look.as_dictionary() else {
            return Ok(content);
        };
        let (width, height) = (rect.width(), rect.height());
        if let Some(color) = self.color(look, "BG", ["g", "rg", "k"])? {
            content.push_str(&format!("{color}\n0 0 {width:.2} {height:.2} re f\n"));
        }
        let style = self.document.get(field, "BS")?;
        let line = match style.as_dictionary() {
            Some(style) => self.document.get(style, "W")?.as_number().unwrap_or(1.0),
            None => 1.0,
        };
        if let Some(color) = self.color(look, "BC", ["G", "RG", "K"])?
            && line > 0.0
        {
            let (inset, inner_width, inner_height) = (line / 2.0, width - line, height - line);
            content.push_str(&format!(
                "{color}\n{line:.2} w\n{inset:.2} {inset:.2} {inner_width:.2} {inner_height:.2} re s\n"
            ));
        }
        Ok(content)
    }

    /// A colour operator for an array of 1, 3 or 4 components; no components mean transparent.
    fn color(&self, look: &Dictionary, key: &str, operators: [&str; 3]) -> Result<Option<String>, ReadError> {
        let value = self.document.get(look, key)?;
        let components: Vec<f64> = value
            .as_array()
            .unwrap_or_default()
            .iter()
            .filter_map(Object::as_number)
            .collect();
        let [gray, rgb, cmyk] = operators;
        let operator = match components.len() {
            1 => gray,
            3 => rgb,
            4 => cmyk,
            _ => return Ok(None),
        };
        let numbers: String = components.iter().map(|value| format!("{value:.2} ")).collect();
        Ok(Some(numbers + operator))
    }

    /// A field attribute, looked for upwards through `/Parent` (12.7.3.1).
    fn inherited(&self, field: &Dictionary, key: &str) -> Result<Object, ReadError> {
        let mut node = field.clone();
        let mut seen = HashSet::new();
        for _ in 0..self.document.limits().depth() {
            let value = self.document.get(&node, key)?;
            if !value.is_null() {
                return Ok(value.into_owned());
            }
            let Some(parent) = node.get("Parent").cloned() else {
                return Ok(Object::Null);
            };
            if parent
                .as_reference()
                .is_some_and(|reference| !seen.insert(reference))
            {
                return Ok(Object::Null);
            }
            let Some(next) = self.document.resolve(&parent)?.as_dictionary().cloned() else {
                return Ok(Object::Null);
            };
            node = next;
        }
        Ok(Object::Null)
    }
}
