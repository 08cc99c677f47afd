//! What may stay of an HTML file: known elements with known attributes; nothing that is fetched or run (R-35).

use super::MARK;
use crate::template::Declared;
use crate::template::place::clean_name;
use crate::template::tree::{Element, Node};

/// Elements that stay.
const KEPT: [&str; 57] = [
    "a",
    "address",
    "article",
    "aside",
    "b",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "label",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "s",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "wbr",
];
/// Elements that go with all that is in them; of any other unknown element only the content stays.
const DROPPED: [&str; 23] = [
    "applet", "area", "audio", "base", "canvas", "embed", "frame", "frameset", "iframe", "link", "map",
    "math", "meta", "noembed", "noframes", "object", "script", "source", "svg", "template", "title", "track",
    "video",
];
/// Attributes that stay.
const ATTRIBUTES: [&str; 22] = [
    "align",
    "alt",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "class",
    "color",
    "colspan",
    "dir",
    "face",
    "height",
    "id",
    "lang",
    "rowspan",
    "size",
    "span",
    "start",
    "title",
    "type",
    "valign",
    "width",
];
/// Pictures that are in the file itself.
const PICTURES: [&str; 3] = [
    "data:image/png;base64,",
    "data:image/jpeg;base64,",
    "data:image/jpg;base64,",
];

/// What is left.
pub(super) struct Cleaned {
    pub(super) style: String,
    pub(super) children: Vec<Node>,
    pub(super) declared: Vec<(String, Declared)>,
}

pub(super) fn clean(nodes: Vec<Node>) -> Cleaned {
    let mut cleaned = Cleaned {
        style: String::new(),
        children: Vec::new(),
        declared: Vec::new(),
    };
    let mut children = Vec::new();
    cleaned.add(nodes, &mut children);
    cleaned.children = children;
    cleaned
}

impl Cleaned {
    fn add(&mut self, nodes: Vec<Node>, kept: &mut Vec<Node>) {
        for node in nodes {
            match node {
                Node::Text(text) => kept.push(Node::Text(text)),
                Node::Element(element) if element.name == "style" => self.add_style(&element),
                Node::Element(element) if DROPPED.contains(&element.name.as_str()) => {}
                Node::Element(element) => self.add_element(element, kept),
            }
        }
    }

    fn add_style(&mut self, element: &Element) {
        let text = element.text();
        if is_harmless_sheet(&text) {
            self.style.push_str(&text);
        }
    }

    fn add_element(&mut self, mut element: Element, kept: &mut Vec<Node>) {
        if let Some(name) = element.attribute(MARK).and_then(clean_name) {
            self.declare(&name, &element);
            mark(&mut element, &name);
        }
        let mut children = Vec::new();
        self.add(std::mem::take(&mut element.children), &mut children);
        if !KEPT.contains(&element.name.as_str()) {
            kept.append(&mut children);
            return;
        }
        element.children = children;
        let is_picture = element.name == "img";
        element
            .attributes
            .retain(|(name, value)| is_kept(name, value, is_picture));
        kept.push(Node::Element(element));
    }

    fn declare(&mut self, name: &str, element: &Element) {
        if self.declared.iter().any(|(known, _)| known == name) {
            return;
        }
        let text = |attribute: &str| {
            let value = element.attribute(attribute).map(str::trim);
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let is_set = |value: String| !value.eq_ignore_ascii_case("false") && value != "0";
        let options = text("data-options").unwrap_or_default();
        let options = options.split([',', '，']).map(str::trim);
        let declared = Declared {
            kind: text("data-type"),
            required: element
                .attribute("data-required")
                .is_some_and(|value| is_set(value.to_owned())),
            options: options
                .filter(|option| !option.is_empty())
                .map(str::to_owned)
                .collect(),
            default_value: text("data-default"),
            description: text("data-description"),
        };
        self.declared.push((name.to_owned(), declared));
    }
}

/// Makes the content of a marked element the placeholder itself. A marked row has it in its first cell, a marked picture as
/// its source.
fn mark(element: &mut Element, name: &str) {
    let placeholder = format!("{{{{{name}}}}}");
    match element.name.as_str() {
        "img" => {
            element.attributes.retain(|(known, _)| known != "src");
            element.attributes.push(("src".to_owned(), placeholder));
        }
        "tr" => {
            let cells = element.children.iter_mut().filter_map(|child| match child {
                Node::Element(cell) => Some(cell),
                Node::Text(_) => None,
            });
            for (place, cell) in cells.enumerate() {
                cell.children.clear();
                if place == 0 {
                    cell.children.push(Node::Text(placeholder.clone()));
                }
            }
        }
        _ => {
            // Fields of forms have no content; what stands in their place does.
            let is_known =
                KEPT.contains(&element.name.as_str()) && element.name != "br" && element.name != "hr";
            if !is_known {
                "span".clone_into(&mut element.name);
            }
            element.children = vec![Node::Text(placeholder)];
        }
    }
}

fn is_kept(name: &str, value: &str, is_picture: bool) -> bool {
    match name {
        "style" => is_harmless_style(value),
        "src" => is_picture && (is_own_picture(value) || is_placeholder(value)),
        _ => ATTRIBUTES.contains(&name),
    }
}

fn is_own_picture(value: &str) -> bool {
    let start = value.trim_start().get(..PICTURES[0].len() + 1).unwrap_or(value);
    let start = start.to_ascii_lowercase();
    PICTURES.iter().any(|known| start.starts_with(known))
}

/// Whether a text is one placeholder and nothing else.
pub(super) fn is_placeholder(value: &str) -> bool {
    let name = value
        .trim()
        .strip_prefix("{{")
        .and_then(|rest| rest.strip_suffix("}}"));
    name.and_then(clean_name).is_some()
}

/// Style sheets can fetch by `url(…)`, `src(…)`, `image(…)` and their kin and by `@import`, and hide both by escapes and comments.
fn is_harmless_sheet(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let fetches = ["url", "src", "image", "@", "expression", "binding", "behavior"];
    !lower.contains(['\\', '<']) && !lower.contains("/*") && !fetches.iter().any(|word| lower.contains(word))
}

/// The style of one element: braces would end it where it is read as a sheet.
fn is_harmless_style(text: &str) -> bool {
    is_harmless_sheet(text) && !text.contains(['{', '}'])
}
