//! Relationships of a part (ECMA-376 part 2, 8.3): where it points to other parts, and to the outside.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::office::check::OfficeRefusal;

/// The part without what LibreOffice need not know; `None` when it stays as it is.
///
/// Links that a reader may click stay: nobody follows them here, and the PDF keeps only those to the web. Templates
/// are left out, since the text has all it needs of them. Everything else from outside would show: it is refused.
pub(super) fn clean(format: &'static str, text: &str) -> Result<Option<String>, OfficeRefusal> {
    let damaged = |what: &dyn std::fmt::Display| OfficeRefusal::Damaged {
        format,
        what: format!("its relationships cannot be read: {what}"),
    };
    let mut reader = Reader::from_str(text);
    let mut kept = String::new();
    let mut is_changed = false;
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Eof => break,
            Event::Empty(element) | Event::Start(element) => {
                if element.local_name().as_ref() != "Relationship" {
                    continue;
                }
                let relationship = read(&element).map_err(|what| damaged(&what))?;
                match judge(&relationship) {
                    Verdict::Keep => {
                        kept.push_str(&format!("<Relationship {}/>", element.attributes_raw().trim()));
                    }
                    Verdict::LeaveOut => is_changed = true,
                    Verdict::Refuse(what) => return Err(OfficeRefusal::External { format, what }),
                }
            }
            _ => {}
        }
    }
    Ok(is_changed.then(|| {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{kept}</Relationships>"
        )
    }))
}

#[derive(Default)]
struct Relationship {
    kind: String,
    target: String,
    is_external: bool,
}

fn read(element: &BytesStart<'_>) -> Result<Relationship, String> {
    let mut found = Relationship::default();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?
            .into_owned();
        match attribute.key.local_name().as_ref() {
            "Type" => found.kind = value.rsplit('/').next().unwrap_or_default().to_ascii_lowercase(),
            "Target" => found.target = value,
            "TargetMode" => found.is_external = value.eq_ignore_ascii_case("external"),
            _ => {}
        }
    }
    Ok(found)
}

enum Verdict {
    Keep,
    LeaveOut,
    Refuse(String),
}

fn judge(relationship: &Relationship) -> Verdict {
    let target = &relationship.target;
    // A target with a scheme or of a network share is outside, whatever the mode says.
    let leads_out = target.split('/').next().is_some_and(|first| first.contains(':'))
        || target.starts_with("//")
        || target.contains('\\');
    if !relationship.is_external && !leads_out {
        return Verdict::Keep;
    }
    match relationship.kind.as_str() {
        "hyperlink" => Verdict::Keep,
        "attachedtemplate" => Verdict::LeaveOut,
        "image" => Verdict::Refuse("a picture".to_owned()),
        "oleobject" | "package" => Verdict::Refuse("an object".to_owned()),
        "" => Verdict::Refuse("something".to_owned()),
        kind => Verdict::Refuse(format!("something ({kind})")),
    }
}
