//! Reading HTML as editors write it. Lenient like a browser where that is simple; the result is only ever cleaned and
//! written anew, so that no second reader sees anything else in it.

use crate::template::TemplateError;
use crate::template::tree::{DEEPEST, Element, MOST_NODES, Node};

/// Elements without content.
const VOID: [&str; 13] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
];
/// Elements whose content is no HTML.
const RAW: [&str; 8] = [
    "iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp",
];
/// What ends when another element begins.
const CLOSED_BY: [(&str, &[&str]); 8] = [
    ("dd", &["dd", "dt"]),
    ("dt", &["dd", "dt"]),
    ("li", &["li"]),
    (
        "p",
        &[
            "blockquote",
            "div",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "li",
            "ol",
            "p",
            "pre",
            "table",
            "ul",
        ],
    ),
    ("td", &["td", "th", "tr", "tbody", "tfoot"]),
    ("th", &["td", "th", "tr", "tbody", "tfoot"]),
    ("tr", &["tr", "tbody", "tfoot", "thead"]),
    ("tbody", &["tbody", "tfoot"]),
];

/// The children of the document.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, TemplateError> {
    let mut parser = Parser {
        rest: text,
        open: vec![Element::default()],
        nodes: 0,
    };
    while !parser.rest.is_empty() {
        parser.step();
        parser.nodes += 1;
        if parser.open.len() > DEEPEST || parser.nodes > MOST_NODES {
            return Err(TemplateError::damaged(
                "it has too many or too deeply nested elements",
            ));
        }
    }
    while parser.open.len() > 1 {
        parser.close_top();
    }
    Ok(parser.open.pop().unwrap_or_default().children)
}

struct Parser<'a> {
    rest: &'a str,
    open: Vec<Element>,
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn step(&mut self) {
        let rest = self.rest;
        if let Some(comment) = rest.strip_prefix("<!--") {
            self.rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            self.rest = rest.split_once('>').map_or("", |(_, after)| after);
        } else if let Some(end) = rest.strip_prefix("</").filter(|end| begins_name(end)) {
            let (name, after) = end.split_once('>').unwrap_or((end, ""));
            self.rest = after;
            self.end(&name_of(name));
        } else if let Some(start) = rest.strip_prefix('<').filter(|start| begins_name(start)) {
            self.start(start);
        } else {
            let skip = usize::from(rest.starts_with('<'));
            let length = rest.get(skip..).and_then(|rest| rest.find('<'));
            let (text, after) = rest.split_at(length.map_or(rest.len(), |length| length + skip));
            self.rest = after;
            self.push(Node::Text(unescape(text)));
        }
    }

    fn start(&mut self, start: &'a str) {
        let name = name_of(start);
        let (attributes, after, is_closed) = attributes(&start[name.len()..]);
        self.rest = after;
        while let Some(top) = self.open.last() {
            let ends = CLOSED_BY
                .iter()
                .any(|(open, by)| *open == top.name && by.contains(&name.as_str()));
            if !ends {
                break;
            }
            self.close_top();
        }
        let mut element = Element {
            name,
            attributes,
            children: Vec::new(),
        };
        if RAW.contains(&element.name.as_str()) {
            let (content, after) = raw(self.rest, &element.name);
            element.children.push(Node::Text(content.to_owned()));
            self.rest = after;
            self.push(Node::Element(element));
        } else if VOID.contains(&element.name.as_str()) || is_closed {
            self.push(Node::Element(element));
        } else {
            self.open.push(element);
        }
    }

    fn end(&mut self, name: &str) {
        let Some(place) = self.open.iter().rposition(|open| open.name == name) else {
            return;
        };
        while self.open.len() > place.max(1) {
            self.close_top();
        }
    }

    fn close_top(&mut self) {
        if let Some(element) = self.open.pop() {
            self.push(Node::Element(element));
        }
    }

    fn push(&mut self, node: Node) {
        let Some(parent) = self.open.last_mut() else {
            return;
        };
        match (parent.children.last_mut(), node) {
            (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
            (_, node) => parent.children.push(node),
        }
    }
}

fn begins_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The name of a tag in lower case.
fn name_of(text: &str) -> String {
    let ends = |c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/' | '=');
    let name = text.split(ends).next().unwrap_or_default();
    name.to_ascii_lowercase()
}

type Attributes = Vec<(String, String)>;

/// Attributes up to the end of the tag, what follows it, and whether it closes itself.
fn attributes(mut rest: &str) -> (Attributes, &str, bool) {
    let mut attributes: Attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
        if let Some(after) = rest.strip_prefix("/>") {
            return (attributes, after, true);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (attributes, after, false);
        }
        let mut characters = rest.chars();
        match characters.next() {
            None => return (attributes, "", false),
            Some('/' | '=' | '"' | '\'') => {
                rest = characters.as_str();
                continue;
            }
            Some(_) => {}
        }
        let name = name_of(rest);
        rest = rest.get(name.len()..).unwrap_or_default();
        let blank = |c: char| c.is_ascii_whitespace();
        let (value, after) = match rest.trim_start_matches(blank).strip_prefix('=') {
            Some(value) => value_of(value.trim_start_matches(blank)),
            None => ("", rest),
        };
        rest = after;
        if !attributes.iter().any(|(known, _)| *known == name) {
            attributes.push((name, unescape(value)));
        }
    }
}

fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(value) = text.strip_prefix(quote) {
            return value.split_once(quote).unwrap_or((value, ""));
        }
    }
    let end = text.find(|c: char| c.is_ascii_whitespace() || c == '>');
    text.split_at(end.unwrap_or(text.len()))
}

/// Content of an element that holds no HTML, up to its end tag.
fn raw<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("</")) {
        let at = from + found;
        let after = &text[at + 2..];
        let is_end = after
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name));
        if is_end {
            let behind = after.split_once('>').map_or("", |(_, behind)| behind);
            return (&text[..at], behind);
        }
        from = at + 2;
    }
    (text, "")
}

/// Character references: numbers and the names that editors write. Others stay as they are.
fn unescape(text: &str) -> String {
    const LONGEST: usize = 10;
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after.split_once(';').filter(|(name, _)| name.len() <= LONGEST);
        match reference.and_then(|(name, behind)| Some((character(name)?, behind))) {
            Some((character, behind)) => {
                plain.push(character);
                rest = behind;
            }
            None => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code).filter(|character| *character != '\0');
    }
    Some(match name {
        "amp" => '&',
        "apos" => '\'',
        "copy" => '©',
        "gt" => '>',
        "hellip" => '…',
        "laquo" => '«',
        "ldquo" => '“',
        "lsquo" => '‘',
        "lt" => '<',
        "mdash" => '—',
        "middot" => '·',
        "nbsp" => '\u{a0}',
        "ndash" => '–',
        "quot" => '"',
        "raquo" => '»',
        "rdquo" => '”',
        "reg" => '®',
        "rsquo" => '’',
        "times" => '×',
        "yen" => '¥',
        _ => return None,
    })
}
