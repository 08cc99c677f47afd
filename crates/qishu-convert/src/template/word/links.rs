//! What leads out of a Word file: links to other files are cut or refused, programs refused; and links to the
//! pictures that filling adds.

use super::{AddedPicture, Names, WordFile};
use crate::package::Package;
use crate::template::TemplateError;
use crate::template::tree::{Element, Node, parse_xml, write_xml};

/// Kinds of links outwards that are cut; with any other the file is refused.
const CUT: [&str; 2] = ["/hyperlink", "/attachedTemplate"];
/// Fields that read another file or address (ECMA-376 part 1, 17.16.5).
const FETCHING_FIELDS: [&str; 8] = [
    "DATABASE",
    "DDE",
    "DDEAUTO",
    "IMPORT",
    "INCLUDE",
    "INCLUDEPICTURE",
    "INCLUDETEXT",
    "LINK",
];
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const IMAGE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image";

/// Refuses files with macros.
pub(super) fn check_content_types(content_types: &Element) -> Result<(), TemplateError> {
    for entry in content_types.elements() {
        let kind = entry.attribute("ContentType").unwrap_or_default();
        let kind = kind.to_ascii_lowercase();
        if ["macroenabled", "vbaproject", "activex"]
            .iter()
            .any(|known| kind.contains(known))
        {
            let part = entry.attribute("PartName").or(entry.attribute("Extension"));
            let part = part.unwrap_or_default();
            return Err(TemplateError::forbidden(format!("a macro or control ({part})")));
        }
    }
    Ok(())
}

/// Cuts the links of web addresses and of the author's own style sheet; everything else that leads out is refused.
pub(super) fn cut(word: &mut WordFile) -> Result<(), TemplateError> {
    let is_list = |name: &&str| name.to_ascii_lowercase().ends_with(".rels");
    let lists: Vec<String> = word.package.names().filter(is_list).map(str::to_owned).collect();
    for list in lists {
        let bytes = word.package.bytes(&list).unwrap_or_default();
        let mut root = parse_xml(&list, bytes)?;
        if cut_list(&list, &mut root)? {
            word.package.put(&list, write_xml(&root));
        }
    }
    for part in &mut word.parts {
        check_fields(&part.name, &part.root, &part.names)?;
        unlink(&mut part.root, &part.names);
    }
    Ok(())
}

/// Whether anything was cut.
fn cut_list(list: &str, root: &mut Element) -> Result<bool, TemplateError> {
    let before = root.children.len();
    let mut kept = Vec::with_capacity(before);
    for child in std::mem::take(&mut root.children) {
        let Node::Element(relationship) = &child else {
            kept.push(child);
            continue;
        };
        let kind = relationship.attribute("Type").unwrap_or_default();
        if kind.ends_with("/aFChunk") {
            return Err(TemplateError::forbidden(format!(
                "another document in it ({list})"
            )));
        }
        if !leads_out(relationship) {
            kept.push(child);
        } else if !CUT.iter().any(|known| kind.ends_with(known)) {
            let kind = kind.rsplit('/').next().unwrap_or_default();
            return Err(TemplateError::forbidden(format!(
                "a link of type {kind} to something outside ({list})"
            )));
        }
    }
    root.children = kept;
    Ok(root.children.len() < before)
}

fn leads_out(relationship: &Element) -> bool {
    let mode = relationship.attribute("TargetMode").unwrap_or_default();
    let target = relationship.attribute("Target").unwrap_or_default();
    mode.eq_ignore_ascii_case("External") || target.contains(':') || target.contains('\\')
}

fn check_fields(part: &str, element: &Element, names: &Names) -> Result<(), TemplateError> {
    if element.name == names.alternative_chunk {
        return Err(TemplateError::forbidden(format!("another document in {part}")));
    }
    if element.name == names.paragraph {
        let mut instructions = String::new();
        add_instructions(element, names, &mut instructions);
        // Addresses stand in quotation marks and may hold any word.
        let unquoted = instructions.split('"').step_by(2);
        let mut words = unquoted.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric()));
        let fetches = |word: &&str| {
            FETCHING_FIELDS
                .iter()
                .any(|known| word.eq_ignore_ascii_case(known))
        };
        if let Some(found) = words.find(fetches) {
            return Err(TemplateError::forbidden(format!("the field {found} in {part}")));
        }
    }
    element
        .elements()
        .try_for_each(|child| check_fields(part, child, names))
}

fn add_instructions(element: &Element, names: &Names, instructions: &mut String) {
    for child in element.elements() {
        if child.name == names.instruction {
            instructions.push_str(&child.text());
        } else if child.name == names.simple_field {
            instructions.push(' ');
            instructions.push_str(child.attribute(&names.instruction_attribute).unwrap_or_default());
            instructions.push(' ');
        }
        if !names.is_block(&child.name) {
            add_instructions(child, names, instructions);
        }
    }
}

/// Hyperlinks keep their text and lose their target, which is cut.
fn unlink(element: &mut Element, names: &Names) {
    if element.name == names.hyperlink {
        element.attributes.retain(|(name, _)| !name.ends_with(":id"));
    }
    for child in &mut element.children {
        if let Node::Element(child) = child {
            unlink(child, names);
        }
    }
}

/// Adds pictures to the package, to the links of the part that shows them, and to the list of types.
pub(super) fn add_pictures(
    package: &mut Package,
    content_types: &mut Element,
    part: &str,
    pictures: Vec<AddedPicture>,
) -> Result<(), TemplateError> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let list = format!("{folder}/_rels/{file}.rels");
    let mut links = match package.bytes(&list) {
        Some(bytes) => parse_xml(&list, bytes)?,
        None => Element::new("Relationships").with("xmlns", RELATIONSHIPS),
    };
    for picture in pictures {
        let is_same = |entry: &Element| {
            let suffix = entry.attribute("Extension").unwrap_or_default();
            suffix.eq_ignore_ascii_case(picture.suffix)
        };
        if !content_types.elements().any(is_same) {
            let entry = Element::new("Default")
                .with("Extension", picture.suffix)
                .with("ContentType", format!("image/{}", picture.suffix));
            content_types.children.insert(0, Node::Element(entry));
        }
        let link = Element::new("Relationship")
            .with("Id", picture.relationship)
            .with("Type", IMAGE)
            .with("Target", format!("media/{}", picture.file));
        links.children.push(Node::Element(link));
        package.put(&format!("{folder}/media/{}", picture.file), picture.bytes);
    }
    package.put(&list, write_xml(&links));
    Ok(())
}
