//! What an office file may hold before LibreOffice sees it.

use thiserror::Error;

use super::{OfficeFormat, html, package};
use crate::kind::ole_names;

/// Why an office file is not converted. Each is one sentence for the one who sent it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfficeRefusal {
    /// The container breaks the rules of its format.
    #[error("the {format} file is damaged: {what}")]
    Damaged {
        /// Suffix.
        format: &'static str,
        /// What is wrong.
        what: String,
    },
    /// It needs a password.
    #[error("the {format} file is protected by a password; remove the password first")]
    Encrypted {
        /// Suffix.
        format: &'static str,
    },
    /// It shows something that lies outside of it.
    #[error(
        "the {format} file takes {what} from outside; embed it or break the link, and save the file again"
    )]
    External {
        /// Suffix.
        format: &'static str,
        /// What it takes.
        what: String,
    },
    /// It holds programs.
    #[error("the {format} file holds macros or controls ({what}); save it without them")]
    Macros {
        /// Suffix.
        format: &'static str,
        /// Where.
        what: String,
    },
    /// More than a document needs.
    #[error("the {format} file has {what}, at most {limit} are allowed")]
    TooMuch {
        /// Suffix.
        format: &'static str,
        /// What there is too much of, with its number.
        what: String,
        /// The allowed number, with its unit.
        limit: String,
    },
}

/// Checks a file of a format that content and suffix agree on, and takes out what must not reach LibreOffice.
///
/// # Errors
/// [`OfficeRefusal`].
pub fn check_office(format: OfficeFormat, file: &[u8]) -> Result<Vec<u8>, OfficeRefusal> {
    match format {
        OfficeFormat::Docx | OfficeFormat::Xlsx => package::clean(format.suffix(), file),
        OfficeFormat::Html => html::clean(file),
        OfficeFormat::Doc | OfficeFormat::Xls => check_ole(format.suffix(), file).map(|()| file.to_vec()),
        OfficeFormat::Rtf => check_rtf(file).map(|()| file.to_vec()),
    }
}

/// Storages that hold programs, and streams of encrypted files, by name.
fn check_ole(format: &'static str, file: &[u8]) -> Result<(), OfficeRefusal> {
    let names = ole_names(file).ok_or_else(|| OfficeRefusal::Damaged {
        format,
        what: "its directory cannot be read".to_owned(),
    })?;
    for name in names {
        match name.to_ascii_lowercase().as_str() {
            "macros" | "_vba_project_cur" | "vba" | "_vba_project" | "vbaproject" => {
                return Err(OfficeRefusal::Macros { format, what: name });
            }
            "encryptedpackage" | "encryptioninfo" => return Err(OfficeRefusal::Encrypted { format }),
            _ => {}
        }
    }
    Ok(())
}

/// Control words that bring in objects or other files.
const RTF_REFUSED: [&str; 9] = [
    "objautlink",
    "objdata",
    "objhtml",
    "objlink",
    "objocx",
    "objsub",
    "objupdate",
    "filetbl",
    "mailmerge",
];
/// Fields whose result comes from elsewhere.
const FIELDS_REFUSED: [&str; 6] = [
    "DDE",
    "DDEAUTO",
    "IMPORT",
    "INCLUDEPICTURE",
    "INCLUDETEXT",
    "LINK",
];

fn check_rtf(file: &[u8]) -> Result<(), OfficeRefusal> {
    let format = OfficeFormat::Rtf.suffix();
    let text = String::from_utf8_lossy(file);
    let words = text.split('\\').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphabetic());
        rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
    });
    for word in words {
        if RTF_REFUSED.contains(&word) {
            return Err(OfficeRefusal::External {
                format,
                what: format!("an object (\\{word})"),
            });
        }
    }
    for instruction in text.split("\\fldinst").skip(1) {
        let head: String = instruction.chars().take(400).collect();
        if let Some(field) = refused_field(&head) {
            return Err(OfficeRefusal::External {
                format,
                what: format!("a field {field}"),
            });
        }
    }
    Ok(())
}

/// The kind of field, when it is one that brings something in from outside.
pub(super) fn refused_field(instruction: &str) -> Option<&'static str> {
    let mut words = instruction.split(|c: char| !c.is_ascii_alphanumeric());
    let kind = words.find(|word| !word.is_empty())?.to_ascii_uppercase();
    FIELDS_REFUSED.into_iter().find(|field| *field == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rich_text_that_reaches_out_is_refused() {
        let rtf = |body: &str| check_office(OfficeFormat::Rtf, format!("{{\\rtf1 {body}}}").as_bytes());
        assert!(rtf("\\b Contract\\b0\\par {\\field{\\*\\fldinst PAGE}{\\fldrslt 1}}").is_ok());
        assert!(rtf("{\\field{\\*\\fldinst HYPERLINK \"https://example.com/\"}}").is_ok());
        for body in [
            "{\\object\\objemb{\\*\\objdata 0105}}",
            "{\\object\\objautlink}",
            "{\\field{\\*\\fldinst INCLUDEPICTURE \"http://192.0.2.1/a.png\"}}",
            "{\\field{\\*\\fldinst { includetext \"/etc/passwd\"}}}",
            "{\\field{\\*\\fldinst DDEAUTO cmd}}",
        ] {
            assert!(matches!(rtf(body), Err(OfficeRefusal::External { .. })), "{body}");
        }
    }
}
