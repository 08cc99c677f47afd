//! HTML without anything that is fetched or run: written anew from a list of what may stay.
//!
//! Tags are taken apart by the rules that browsers have (HTML, 13.2.5, without its rare states) and written in one
//! form: lower case, every value in double quotes. So there is nothing that a second reader sees differently.

use super::check::OfficeRefusal;
use super::css;
use crate::text;

/// Elements that go with all that is in them.
const REMOVED_WHOLE: [&str; 13] = [
    "applet", "audio", "canvas", "iframe", "math", "noframes", "noscript", "object", "script", "select",
    "svg", "template", "video",
];
/// Elements of which only the tags go.
const REMOVED: [&str; 13] = [
    "base", "embed", "frame", "frameset", "input", "link", "meta", "param", "portal", "source", "track",
    "button", "textarea",
];
/// Attributes that may stay; others are left out.
const KEPT: [&str; 32] = [
    "align",
    "alt",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "class",
    "clear",
    "color",
    "cols",
    "colspan",
    "dir",
    "face",
    "frame",
    "headers",
    "height",
    "hspace",
    "id",
    "lang",
    "name",
    "noshade",
    "nowrap",
    "rows",
    "rowspan",
    "rules",
    "scope",
    "size",
    "span",
    "start",
    "title",
    "type",
    "valign",
];
/// Longest tag: longer ones hold data pictures, which may be long.
const LONGEST_TAG: usize = 60 << 20;
/// Most tags. A page of a contract has a few hundred.
const MOST_TAGS: usize = 500_000;

/// The page as UTF-8, cleaned.
pub(super) fn clean(file: &[u8]) -> Result<Vec<u8>, OfficeRefusal> {
    let format = "html";
    let page = text::decode_html(file).ok_or_else(|| OfficeRefusal::Damaged {
        format,
        what: "its text is in no known encoding; save it as UTF-8".to_owned(),
    })?;
    let mut cleaner = Cleaner {
        out: String::with_capacity(page.len() + 64),
        tags: 0,
    };
    cleaner
        .out
        .push_str("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n");
    cleaner.page(&page);
    if cleaner.tags > MOST_TAGS {
        return Err(OfficeRefusal::TooMuch {
            format,
            what: format!("{} tags", cleaner.tags),
            limit: MOST_TAGS.to_string(),
        });
    }
    Ok(cleaner.out.into_bytes())
}

struct Cleaner {
    out: String,
    tags: usize,
}

/// A tag taken apart.
struct Tag<'a> {
    name: String,
    is_end: bool,
    attributes: Vec<(String, String)>,
    /// What follows it.
    rest: &'a str,
}

impl Cleaner {
    fn page(&mut self, page: &str) {
        let mut rest = page;
        while let Some((text, after)) = rest.split_once('<') {
            self.out.push_str(text);
            let begins_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
            rest = if let Some(comment) = after.strip_prefix("!--") {
                comment.split_once("-->").map_or("", |(_, behind)| behind)
            } else if after.starts_with(['!', '?']) {
                after.split_once('>').map_or("", |(_, behind)| behind)
            } else if begins_tag {
                let Some(tag) = read_tag(after) else { return };
                self.tags += 1;
                self.tag(&tag)
            } else {
                self.out.push_str("&lt;");
                after
            };
        }
        self.out.push_str(rest.split('<').next().unwrap_or_default());
    }

    /// Writes a tag as far as it may stay; answers where to go on.
    fn tag<'a>(&mut self, tag: &Tag<'a>) -> &'a str {
        if REMOVED_WHOLE.contains(&tag.name.as_str()) {
            return if tag.is_end {
                tag.rest
            } else {
                behind_element(&tag.name, tag.rest)
            };
        }
        let has_colon = tag.name.contains(':');
        if tag.name.is_empty() || has_colon || REMOVED.contains(&tag.name.as_str()) {
            return tag.rest;
        }
        if tag.is_end {
            self.out.push_str(&format!("</{}>", tag.name));
            return tag.rest;
        }
        if tag.name == "style" {
            let (style, behind) = split_element("style", tag.rest);
            self.out
                .push_str(&format!("<style>{}</style>", css::clean(style)));
            return behind;
        }
        self.out.push('<');
        self.out.push_str(&tag.name);
        for (name, value) in &tag.attributes {
            if let Some(value) = kept_value(&tag.name, name, value) {
                self.out.push_str(&format!(" {name}=\"{}\"", escape(&value)));
            }
        }
        self.out.push('>');
        tag.rest
    }
}

/// The value an attribute keeps, if any.
fn kept_value(tag: &str, name: &str, value: &str) -> Option<String> {
    match (tag, name) {
        (_, "style") => Some(css::clean(value)).filter(|style| !style.trim().is_empty()),
        ("a", "href") => {
            let lower = value.trim().to_ascii_lowercase();
            let is_plain = ["http://", "https://", "mailto:", "tel:", "#"]
                .iter()
                .any(|scheme| lower.starts_with(scheme));
            is_plain.then(|| value.trim().to_owned())
        }
        ("img", "src") => {
            let lower = value.trim_start().get(..40).unwrap_or(value).to_ascii_lowercase();
            let is_data = [
                "data:image/png;base64,",
                "data:image/jpeg;base64,",
                "data:image/gif;base64,",
            ]
            .iter()
            .any(|kind| lower.starts_with(kind));
            is_data.then(|| value.trim().to_owned())
        }
        (_, "width") => Some(value.to_owned()),
        _ => KEPT.contains(&name).then(|| value.to_owned()),
    }
}

fn escape(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// What stands behind the end of an element, which may hold anything.
fn behind_element<'a>(name: &str, rest: &'a str) -> &'a str {
    split_element(name, rest).1
}

fn split_element<'a>(name: &str, rest: &'a str) -> (&'a str, &'a str) {
    let mut from = 0;
    while let Some(found) = rest.get(from..).and_then(|part| part.find("</")) {
        let at = from + found;
        let end = rest.get(at + 2..).unwrap_or_default();
        let matches = end
            .get(..name.len())
            .is_some_and(|tag| tag.eq_ignore_ascii_case(name));
        if matches {
            let behind = end.split_once('>').map_or("", |(_, behind)| behind);
            return (rest.get(..at).unwrap_or_default(), behind);
        }
        from = at + 2;
    }
    (rest, "")
}

/// Reads a tag behind its `<`. `None` when it never ends.
fn read_tag(after: &str) -> Option<Tag<'_>> {
    let (is_end, body) = match after.strip_prefix('/') {
        Some(body) => (true, body),
        None => (false, after),
    };
    let name_end = body.find(|c: char| c.is_whitespace() || c == '/' || c == '>')?;
    let name = body.get(..name_end)?.to_ascii_lowercase();
    let is_plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '-');
    let mut rest = body.get(name_end..)?;
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            return Some(Tag {
                name: if is_plain { name } else { String::new() },
                is_end,
                attributes,
                rest: behind,
            });
        }
        if rest.is_empty() || after.len() - rest.len() > LONGEST_TAG {
            return None;
        }
        let (attribute, value, behind) = read_attribute(rest)?;
        attributes.push((attribute, value));
        rest = behind;
    }
}

fn read_attribute(rest: &str) -> Option<(String, String, &str)> {
    let name_end = rest
        .char_indices()
        .find(|(at, c)| c.is_whitespace() || *c == '/' || *c == '>' || (*c == '=' && *at > 0))
        .map(|(at, _)| at)?;
    let name = rest.get(..name_end)?.to_ascii_lowercase();
    let behind = rest.get(name_end..)?.trim_start();
    let Some(value) = behind.strip_prefix('=') else {
        return Some((name, String::new(), rest.get(name_end..)?));
    };
    let value = value.trim_start();
    let (value, behind) = match value.chars().next()? {
        quote @ ('"' | '\'') => value.get(1..)?.split_once(quote)?,
        _ => {
            let end = value.find(|c: char| c.is_whitespace() || c == '>')?;
            value.split_at_checked(end)?
        }
    };
    Some((name, text::unescape(value), behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(page: &str) -> String {
        let page = String::from_utf8(clean(page.as_bytes()).unwrap()).unwrap();
        page.strip_prefix("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n")
            .unwrap()
            .to_owned()
    }

    #[test]
    fn an_ordinary_page_stays_as_it_is() {
        let page = "<html><body><h1 style=\"color: red\">劳动合同</h1><table border=\"1\"><tr><td colspan=\"2\">a &lt; b</td></tr></table></body></html>";
        assert_eq!(cleaned(page), page);
    }

    #[test]
    fn what_is_fetched_or_run_is_left_out() {
        for (page, expected) in [
            ("<img src=\"http://192.0.2.1/a.png\" alt=x>", "<img alt=\"x\">"),
            ("<IMG SRC=file:///etc/passwd>", "<img>"),
            (
                "<img src=\"data:image/png;base64,AA==\">",
                "<img src=\"data:image/png;base64,AA==\">",
            ),
            ("<img src=\"data:image/svg+xml;base64,AA==\">", "<img>"),
            ("<link rel=stylesheet href=http://x/a.css>a", "a"),
            (
                "<base href=http://x/><meta http-equiv=refresh content=\"0;url=http://x\">a",
                "a",
            ),
            ("<script>document.write('<img src=x>')</script >b", "b"),
            ("<iframe src=http://x>text</iframe>b", "b"),
            ("<object data=http://x><embed src=http://x></object>b", "b"),
            ("<p onclick=\"x()\" background=http://x>b</p>", "<p>b</p>"),
            (
                "<p style=\"background:url(http://x);color:red\">b</p>",
                "<p style=\";color:red\">b</p>",
            ),
            (
                "<style>@import url(http://x);p{color:red}</style>b",
                "<style>;p{color:red}</style>b",
            ),
            ("<a href=\"javascript:x()\">b</a>", "<a>b</a>"),
            ("<a href=\"java&#115;cript:x()\">b</a>", "<a>b</a>"),
            (
                "<a href=https://example.com/?a=1&amp;b=2>b</a>",
                "<a href=\"https://example.com/?a=1&amp;b=2\">b</a>",
            ),
            ("<!--[if mso]><img src=http://x><![endif]-->b", "b"),
            ("<v:imagedata src=http://x>b", "b"),
            ("<?xml version=\"1.0\"?><p>b", "<p>b"),
            ("5 < 6 <p>b", "5 &lt; 6 <p>b"),
            ("a<p title=\"never", "a"),
            ("<svg><image href=http://x></svg>b", "b"),
            ("<body background=http://x>b", "<body>b"),
        ] {
            assert_eq!(cleaned(page), expected, "{page}");
        }
    }
}
