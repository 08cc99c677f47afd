//! Marks drawn over every page before the first signature: watermarks. The file is rewritten as [`rebuild()`] does it, and
//! each page gets one more content stream behind its own, which paints one form. Pages of one shape share that form,
//! and all of them the pictures, so the file grows by little more than the pictures.
//!
//! [`rebuild()`]: super::rebuild()

use super::copy::Copier;
use super::{Assembly, MergeError, Rebuilt};
use crate::appearance::{StampPicture, deflate, push_number, push_numbers};
use crate::error::ReadError;
use crate::limits::Limits;
use crate::object::{Dictionary, Name, Object, Reference, Stream};
use crate::page::Page;

/// A picture at a place on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Index into the pictures.
    pub picture: usize,
    /// The matrix `[a b c d e f]` (8.3.3) from the picture, in its natural size with the origin in its lower left
    /// corner, to the page as a reader sees it; points.
    pub matrix: [f64; 6],
    /// 0 (not visible) to 1 (covers what is below).
    pub opacity: f64,
}

/// Rewrites an unsigned file with marks on every page. `marks` gives those of a page of this displayed width and height
/// in points; it is asked once for each shape of pages.
///
/// # Errors
///
/// As [`rebuild()`](super::rebuild()).
pub fn overlay(
    bytes: &[u8],
    limits: &Limits,
    pictures: &[StampPicture],
    marks: &dyn Fn(f64, f64) -> Vec<Mark>,
) -> Result<Rebuilt, ReadError> {
    let cover = Cover {
        pictures,
        marks,
        written: vec![None; pictures.len()],
        opacities: Vec::new(),
        forms: Vec::new(),
        opening: None,
    };
    let mut assembly = Assembly::new(bytes.len(), limits.file_bytes);
    assembly.cover = Some(cover);
    let done = assembly.add(bytes, limits).and_then(|()| assembly.finish(limits));
    done.map_err(|source| MergeError { index: 0, source }.source)
}

/// What goes over the pages, and what of it is written already.
pub(super) struct Cover<'c> {
    pictures: &'c [StampPicture],
    marks: &'c dyn Fn(f64, f64) -> Vec<Mark>,
    written: Vec<Option<Reference>>,
    opacities: Vec<(u16, Reference)>,
    forms: Vec<(Shape, Reference)>,
    /// The stream that saves the graphics state in front of a page's own content.
    opening: Option<Reference>,
}

/// What decides how marks lie on a page.
#[derive(Clone, Copy, PartialEq)]
struct Shape {
    width: f64,
    height: f64,
    matrix: [f64; 6],
}

impl Cover<'_> {
    /// Puts the marks over one page; `page` becomes its new dictionary, without `/Contents` and `/Resources` so far.
    pub(super) fn put(
        &mut self,
        copier: &mut Copier<'_, '_>,
        old: &Page,
        page: &mut Dictionary,
    ) -> Result<(), ReadError> {
        let shape = Shape {
            width: old.width(),
            height: old.height(),
            matrix: old.display_to_user(),
        };
        let form = self.form(copier, shape)?;
        let (resources, name) = resources_with(copier, old, form)?;
        page.insert("Resources", resources);
        let contents = self.contents(copier, old, &name)?;
        page.insert("Contents", contents);
        Ok(())
    }

    fn contents(&mut self, copier: &mut Copier<'_, '_>, old: &Page, name: &str) -> Result<Object, ReadError> {
        let opening = match self.opening {
            Some(opening) => opening,
            None => *self
                .opening
                .insert(write_stream(copier, Dictionary::new(), b"q\n")?),
        };
        let mut parts = vec![Object::Reference(opening)];
        let mut open = 0;
        if let Some(contents) = old.dictionary.get("Contents") {
            let resolved = copier.document.resolve(contents)?.into_owned();
            open = open_states(copier, &resolved)?;
            match resolved {
                Object::Array(items) => {
                    for item in &items {
                        if !copier.document.resolve(item)?.is_null() {
                            parts.push(copier.copy(item)?);
                        }
                    }
                }
                Object::Null => {}
                _ => parts.push(copier.copy(contents)?),
            }
        }
        let closing = format!("\n{}/Artifact BMC q /{name} Do Q EMC\n", "Q ".repeat(open + 1));
        parts.push(write_stream(copier, Dictionary::new(), closing.as_bytes())?.into());
        parts.retain(|part| !part.is_null());
        Ok(Object::Array(parts))
    }

    /// The form with all marks of pages of this shape.
    fn form(&mut self, copier: &mut Copier<'_, '_>, shape: Shape) -> Result<Reference, ReadError> {
        if let Some((_, form)) = self.forms.iter().find(|(known, _)| *known == shape) {
            return Ok(*form);
        }
        let mut content = Vec::new();
        let (mut objects, mut states) = (Dictionary::new(), Dictionary::new());
        for mark in (self.marks)(shape.width, shape.height) {
            let Some(picture) = self.pictures.get(mark.picture) else {
                continue;
            };
            let reference = self.picture(copier, mark.picture, picture)?;
            let (state, percent) = self.opacity(copier, mark.opacity)?;
            let name = format!("P{}", mark.picture);
            if !objects.contains(&name) {
                objects.insert(&name, reference);
            }
            let state_name = format!("G{percent}");
            if !states.contains(&state_name) {
                states.insert(&state_name, state);
            }
            let [a, b, c, d, e, f] = mark.matrix;
            let unit = picture.unit();
            let (across, up) = (picture.width_pt() / unit[0], picture.height_pt() / unit[1]);
            content.extend_from_slice(format!("q /{state_name} gs ").as_bytes());
            push_numbers(&mut content, &[a * across, b * across, c * up, d * up, e, f]);
            content.extend_from_slice(format!(" cm /{name} Do Q\n").as_bytes());
        }
        let mut resources = Dictionary::new();
        resources.insert("XObject", objects);
        resources.insert("ExtGState", states);
        let numbers =
            |values: &[f64]| Object::Array(values.iter().map(|value| Object::Real(*value)).collect());
        let mut form = Dictionary::new();
        form.insert("Type", Object::name("XObject"));
        form.insert("Subtype", Object::name("Form"));
        form.insert("BBox", numbers(&[0.0, 0.0, shape.width, shape.height]));
        form.insert("Matrix", numbers(&shape.matrix));
        form.insert("Resources", resources);
        let reference = write_stream(copier, form, &content)?;
        self.forms.push((shape, reference));
        Ok(reference)
    }

    fn picture(
        &mut self,
        copier: &mut Copier<'_, '_>,
        index: usize,
        picture: &StampPicture,
    ) -> Result<Reference, ReadError> {
        if let Some(Some(known)) = self.written.get(index) {
            return Ok(*known);
        }
        let references: Vec<Reference> = picture.objects().iter().map(|_| copier.output.allot()).collect();
        let first = references.first().copied().unwrap_or_else(|| Reference::new(0));
        for (reference, object) in references.iter().zip(picture.objects()) {
            let mut bytes = Vec::new();
            object.write(&mut bytes, first.number);
            copier.output.write_bytes(*reference, &bytes)?;
        }
        if let Some(slot) = self.written.get_mut(index) {
            *slot = Some(first);
        }
        Ok(first)
    }

    /// The graphics state of an opacity, and its name in whole percent.
    fn opacity(&mut self, copier: &mut Copier<'_, '_>, opacity: f64) -> Result<(Reference, u16), ReadError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 0 to 100"
        )]
        let percent = (opacity.clamp(0.0, 1.0) * 100.0).round() as u16;
        if let Some((_, known)) = self.opacities.iter().find(|(known, _)| *known == percent) {
            return Ok((*known, percent));
        }
        let mut state = b"<< /Type /ExtGState /BM /Normal /SMask /None /ca ".to_vec();
        push_number(&mut state, f64::from(percent) / 100.0);
        state.extend_from_slice(b" /CA ");
        push_number(&mut state, f64::from(percent) / 100.0);
        state.extend_from_slice(b" >>");
        let reference = copier.output.allot();
        copier.output.write_bytes(reference, &state)?;
        self.opacities.push((percent, reference));
        Ok((reference, percent))
    }
}

/// The page's resources with the form added under a name that nothing uses.
fn resources_with(
    copier: &mut Copier<'_, '_>,
    old: &Page,
    form: Reference,
) -> Result<(Dictionary, String), ReadError> {
    let document = copier.document;
    let resources = match old.resources.as_deref() {
        Some(resources) => document.resolve(resources)?.into_owned(),
        None => Object::Null,
    };
    let resources = resources.as_dictionary().cloned().unwrap_or_default();
    let objects = document.get(&resources, "XObject")?.into_owned();
    let objects = objects.as_dictionary().cloned().unwrap_or_default();
    let mut new = copier.entries(&resources, &["XObject"])?;
    let mut new_objects = copier.entries(&objects, &[])?;
    // A dictionary has fewer entries than names are tried.
    let name = (0..=objects.len())
        .map(|number| format!("QsMark{number}"))
        .find(|name| !objects.contains(name))
        .unwrap_or_default();
    new_objects.insert(&name, form);
    new.insert("XObject", new_objects);
    Ok((new, name))
}

fn write_stream(
    copier: &mut Copier<'_, '_>,
    mut dictionary: Dictionary,
    content: &[u8],
) -> Result<Reference, ReadError> {
    let reference = copier.output.allot();
    let data = if content.len() > 64 {
        dictionary.push(Name::new("Filter"), Object::name("FlateDecode"));
        deflate(content)
    } else {
        content.to_vec()
    };
    copier.write(reference, &Object::Stream(Stream::new(dictionary, data)))?;
    Ok(reference)
}

/// How many graphics states a page's content leaves open: sloppy producers forget to restore them, and marks would be
/// drawn in whatever coordinates were left.
fn open_states(copier: &Copier<'_, '_>, contents: &Object) -> Result<usize, ReadError> {
    let document = copier.document;
    let parts = match contents {
        Object::Array(items) => items.clone(),
        other => vec![other.clone()],
    };
    let mut content = Vec::new();
    for part in &parts {
        if let Object::Stream(stream) = document.resolve(part)?.as_ref() {
            content.extend_from_slice(&document.decode(stream)?);
            content.push(b'\n');
        }
    }
    Ok(count_open_states(&content))
}

/// Counts `q` without `Q` outside of strings, names, comments and inline pictures (7.8.2, 8.9.7).
fn count_open_states(content: &[u8]) -> usize {
    const MOST: usize = 1_000;
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(&byte) = content.get(at) {
        match byte {
            b'(' => at = end_of_string(content, at),
            b'<' if content.get(at + 1) == Some(&b'<') => at += 2,
            b'<' => at = position_after(content, at, |byte| byte == b'>'),
            b'%' => at = position_after(content, at, |byte| matches!(byte, b'\r' | b'\n')),
            _ if is_regular(byte) => {
                let end = content[at..]
                    .iter()
                    .position(|byte| !is_regular(*byte))
                    .map_or(content.len(), |length| at + length);
                match &content[at..end] {
                    b"q" => open += 1,
                    b"Q" => open = open.saturating_sub(1),
                    b"ID" => at = end_of_inline_picture(content, end),
                    _ => {}
                }
                at = at.max(end);
            }
            b'/' => {
                at += 1;
                while content.get(at).is_some_and(|byte| is_regular(*byte)) {
                    at += 1;
                }
            }
            _ => at += 1,
        }
    }
    open.min(MOST)
}

const fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        0 | b'\t'
            | b'\n'
            | 12
            | b'\r'
            | b' '
            | b'('
            | b')'
            | b'<'
            | b'>'
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'/'
            | b'%'
    )
}

fn position_after(content: &[u8], from: usize, ends: impl Fn(u8) -> bool) -> usize {
    let found = content[from..].iter().position(|byte| ends(*byte));
    found.map_or(content.len(), |length| from + length + 1)
}

fn end_of_string(content: &[u8], from: usize) -> usize {
    let (mut depth, mut at) = (0_usize, from);
    while let Some(&byte) = content.get(at) {
        match byte {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' if depth <= 1 => return at + 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    content.len()
}

fn end_of_inline_picture(content: &[u8], from: usize) -> usize {
    let mut at = from;
    while at + 3 <= content.len() {
        let blank_before = !is_regular(content[at]);
        let blank_after = content.get(at + 3).is_none_or(|byte| !is_regular(*byte));
        if blank_before && blank_after && &content[at + 1..at + 3] == b"EI" {
            return at + 3;
        }
        at += 1;
    }
    content.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;
    use crate::appearance::{FillRule, Rgb, Segment, VectorPath, VectorPicture};
    use crate::text::{TextIndex, TextLimits};

    fn square() -> StampPicture {
        let corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)];
        let mut segments = vec![Segment::Move(0.0, 0.0)];
        segments.extend(corners[1..].iter().map(|(x, y)| Segment::Line(*x, *y)));
        segments.push(Segment::Close);
        StampPicture::from_vector(&VectorPicture {
            width_pt: 10.0,
            height_pt: 10.0,
            paths: vec![VectorPath {
                segments,
                fill: Rgb(200, 0, 0),
                rule: FillRule::NonZero,
            }],
        })
        .unwrap()
    }

    fn marked(file: &[u8]) -> Vec<u8> {
        let corner = |_: f64, _: f64| {
            vec![Mark {
                picture: 0,
                matrix: [2.0, 0.0, 0.0, 2.0, 20.0, 30.0],
                opacity: 0.7,
            }]
        };
        overlay(file, &Limits::default(), &[square()], &corner)
            .unwrap()
            .bytes
    }

    fn contract() -> &'static [u8] {
        include_bytes!("../../../../examples/contract.pdf")
    }

    #[test]
    fn every_page_gets_the_mark_and_keeps_its_text() {
        let file = marked(contract());
        let document = Document::open(&file, &Limits::default()).unwrap();
        for page in document.pages() {
            let contents = page.dictionary.get("Contents").unwrap().as_array().unwrap();
            let last = document.resolve(contents.last().unwrap()).unwrap().into_owned();
            let text = document.decode(last.as_stream().unwrap()).unwrap();
            assert_eq!(text, b"\nQ /Artifact BMC q /QsMark0 Do Q EMC\n");
            let resources = document
                .resolve(page.resources.as_deref().unwrap())
                .unwrap()
                .into_owned();
            let objects = document
                .get(resources.as_dictionary().unwrap(), "XObject")
                .unwrap()
                .into_owned();
            let form = document
                .get(objects.as_dictionary().unwrap(), "QsMark0")
                .unwrap()
                .into_owned();
            let drawn = document.decode(form.as_stream().unwrap()).unwrap();
            assert_eq!(drawn, b"q /G70 gs 2 0 0 2 20 30 cm /P0 Do Q\n");
        }
        let before = TextIndex::read(contract(), &TextLimits::default()).unwrap();
        let after = TextIndex::read(&file, &TextLimits::default()).unwrap();
        assert_eq!(before.find("甲方").len(), after.find("甲方").len());
    }

    #[test]
    fn a_marked_file_can_be_marked_again() {
        let twice = marked(&marked(contract()));
        let document = Document::open(&twice, &Limits::default()).unwrap();
        let page = &document.pages()[0];
        let resources = document
            .resolve(page.resources.as_deref().unwrap())
            .unwrap()
            .into_owned();
        let objects = document
            .get(resources.as_dictionary().unwrap(), "XObject")
            .unwrap()
            .into_owned();
        let objects = objects.as_dictionary().unwrap();
        assert!(objects.contains("QsMark0") && objects.contains("QsMark1"));
    }

    #[test]
    fn states_left_open_are_counted() {
        for (content, open) in [
            ("q 1 0 0 1 0 0 cm Q", 0),
            ("q q Q", 1),
            ("Q Q q", 1),
            ("(q \\) q (q)) Tj q", 1),
            ("<71> Tj /q gs % q\nq", 1),
            ("q BI /W 1 ID \u{1}q q\nEI Q", 0),
            ("", 0),
            ("(never ends q", 0),
            ("ID q", 0),
        ] {
            assert_eq!(count_open_states(content.as_bytes()), open, "{content}");
        }
    }
}
