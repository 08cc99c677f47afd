//! The kind of a file, from its content, checked against what the caller says it is (D-19).

mod ole;
mod zip;

use std::fmt;

use thiserror::Error;

use crate::text::decode_text;

pub(crate) use ole::names as ole_names;
#[cfg(test)]
pub(crate) use tests::ole_with;

/// Kinds of files that can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// Word 97 to 2003.
    Doc,
    /// Word 2007 and later.
    Docx,
    /// GIF picture.
    Gif,
    /// HTML page.
    Html,
    /// JPEG picture.
    Jpeg,
    /// An OLE container that is neither a Word nor an Excel file.
    Ole,
    /// PDF.
    Pdf,
    /// PNG picture.
    Png,
    /// Rich text.
    Rtf,
    /// TIFF picture.
    Tiff,
    /// Plain text: only when it is said to be that, since anything readable could be.
    Txt,
    /// Excel 97 to 2003.
    Xls,
    /// Excel 2007 and later.
    Xlsx,
    /// A ZIP archive that is neither a Word nor an Excel file.
    Zip,
    /// None of these.
    Unknown,
}

impl FileKind {
    /// What people call it; the suffix where there is one.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::Docx => "docx",
            Self::Gif => "gif",
            Self::Html => "html",
            Self::Jpeg => "jpeg",
            Self::Ole => "an OLE container",
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Rtf => "rtf",
            Self::Tiff => "tiff",
            Self::Txt => "txt",
            Self::Xls => "xls",
            Self::Xlsx => "xlsx",
            Self::Zip => "a ZIP archive",
            Self::Unknown => "of an unknown kind",
        }
    }

    /// The kind a suffix of the API stands for: lower case, without its dot.
    fn of_suffix(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "doc" => Self::Doc,
            "docx" => Self::Docx,
            "gif" => Self::Gif,
            "htm" | "html" => Self::Html,
            "jpeg" | "jpg" => Self::Jpeg,
            "pdf" => Self::Pdf,
            "png" => Self::Png,
            "rtf" => Self::Rtf,
            "tif" | "tiff" => Self::Tiff,
            "txt" => Self::Txt,
            "xls" => Self::Xls,
            "xlsx" => Self::Xlsx,
            _ => return None,
        })
    }

    /// Whether content of the kind `found` may be called `self`: pictures among each other, Word files among each
    /// other (D-19), everything else only by its own name.
    fn covers(self, found: Self) -> bool {
        let is_picture = |kind| matches!(kind, Self::Gif | Self::Jpeg | Self::Png | Self::Tiff);
        let is_word = |kind| matches!(kind, Self::Doc | Self::Docx);
        self == found || (is_picture(self) && is_picture(found)) || (is_word(self) && is_word(found))
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label())
    }
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KindError {
    /// Content and suffix do not fit (code 1403).
    #[error("the file is called {stated} but its content is {found}; send the suffix of its real type")]
    Contradiction {
        /// The suffix in effect.
        stated: String,
        /// What the content is.
        found: FileKind,
    },
    /// The suffix is none of those the API takes (code 1402).
    #[error(
        "the suffix {stated} is not supported; send doc, docx, pdf, jpeg, png, jpg, gif, tiff, html, htm, xls, xlsx, rtf or txt"
    )]
    UnknownSuffix {
        /// The suffix as given.
        stated: String,
    },
    /// No suffix was given and the content is not recognised (code 1403).
    #[error("the type of the file is not recognised; it is {found}")]
    Unrecognised {
        /// What little is known.
        found: FileKind,
    },
}

/// The kind of a file with this content.
///
/// The stated suffix counts first: case, blanks and a leading dot do not matter. Without one the suffix of the file
/// name counts when it is a known one, without that the content alone (D-19).
///
/// # Errors
/// When the suffix is unknown, contradicts the content, or nothing is known at all.
pub fn decide_kind(
    stated_suffix: Option<&str>,
    file_name: Option<&str>,
    content: &[u8],
) -> Result<FileKind, KindError> {
    let found = detect(content);
    let stated = stated_suffix
        .map(normal_suffix)
        .filter(|suffix| !suffix.is_empty());
    let (suffix, expected) = match stated {
        Some(suffix) => {
            let Some(kind) = FileKind::of_suffix(&suffix) else {
                return Err(KindError::UnknownSuffix { stated: suffix });
            };
            (suffix, kind)
        }
        None => {
            let of_name = file_name
                .and_then(|name| name.rsplit_once('.'))
                .map(|(_, end)| normal_suffix(end));
            match of_name.and_then(|suffix| FileKind::of_suffix(&suffix).map(|kind| (suffix, kind))) {
                Some(known) => known,
                None if matches!(found, FileKind::Unknown | FileKind::Ole | FileKind::Zip) => {
                    return Err(KindError::Unrecognised { found });
                }
                None => return Ok(found),
            }
        }
    };
    if expected.covers(found) {
        Ok(found)
    } else if expected == FileKind::Txt && found == FileKind::Unknown && decode_text(content).is_some() {
        Ok(FileKind::Txt)
    } else {
        Err(KindError::Contradiction {
            stated: suffix,
            found,
        })
    }
}

fn normal_suffix(suffix: &str) -> String {
    suffix.trim().trim_start_matches('.').to_ascii_lowercase()
}

/// The kind of a file from its first bytes, for containers from their table of contents.
#[must_use]
pub fn detect(content: &[u8]) -> FileKind {
    let starts_with = |mark: &[u8]| content.starts_with(mark);
    if starts_with(b"\x89PNG\r\n\x1a\n") {
        FileKind::Png
    } else if starts_with(b"\xff\xd8\xff") {
        FileKind::Jpeg
    } else if starts_with(b"GIF87a") || starts_with(b"GIF89a") {
        FileKind::Gif
    } else if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
        .iter()
        .any(|mark| starts_with(*mark))
    {
        FileKind::Tiff
    } else if starts_with(ole::MARK) {
        ole::detect(content)
    } else if starts_with(b"PK\x03\x04") || starts_with(b"PK\x05\x06") {
        zip::detect(content)
    } else if starts_with(b"{\\rtf") {
        FileKind::Rtf
    } else if is_pdf(content) {
        FileKind::Pdf
    } else if is_html(content) {
        FileKind::Html
    } else {
        FileKind::Unknown
    }
}

/// Viewers accept the mark anywhere in the first kilobyte. Whether such a file is sound is for the PDF reader to say.
fn is_pdf(content: &[u8]) -> bool {
    let head = content.get(..1024).unwrap_or(content);
    head.windows(5).any(|window| window == b"%PDF-")
}

/// Text that begins with a tag and is no other XML.
fn is_html(content: &[u8]) -> bool {
    let head = content.get(..4096).unwrap_or(content);
    // Of UTF-16 only the ASCII part matters, and that is every other byte.
    let is_wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if !is_wide && head.contains(&0) {
        return false;
    }
    let ascii: String = head
        .iter()
        .filter(|byte| byte.is_ascii() && **byte != 0)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    // UTF-8 marks and text before the first tag are not ASCII-blank; only blanks may come first.
    let first_visible = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let first_visible = first_visible.iter().find(|byte| !byte.is_ascii_whitespace());
    if !is_wide && first_visible != Some(&b'<') {
        return false;
    }
    let text = ascii.trim_start();
    let tag = |name: &str| text.starts_with(&format!("<{name}"));
    if tag("?xml") || tag("!--") || tag("!doctype") {
        return text.contains("<html");
    }
    let begins_with_letter = text.strip_prefix('<').and_then(|rest| rest.chars().next());
    begins_with_letter.is_some_and(|first| first.is_ascii_lowercase()) && !tag("svg")
}

#[cfg(test)]
mod tests;
