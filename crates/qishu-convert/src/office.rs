//! Office files and HTML to PDF, by LibreOffice in a process of its own.
//!
//! First [`check_office`] looks at the file, as a worker's job: what could reach outside is taken out or refused. Then
//! [`Office`] starts one LibreOffice per file: own profile, own folder, own memory and time limits, no sockets to other
//! machines, no second process, nothing but its own installation and the fonts to read ([`become_office`]).
//!
//! LibreOffice decides nothing about types: the filter is given to it, so content cannot choose one.

mod check;
mod css;
mod folder;
mod fonts;
mod html;
mod install;
mod package;
mod profile;
mod run;

use thiserror::Error;

pub use check::{OfficeRefusal, check_office};
pub use install::OfficeProgram;
pub use run::{Office, OfficeLimits, become_office, office_arguments};

/// Formats that LibreOffice converts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OfficeFormat {
    /// Word 97 to 2003.
    Doc,
    /// Word 2007 and later.
    Docx,
    /// HTML page.
    Html,
    /// Rich text.
    Rtf,
    /// Excel 97 to 2003.
    Xls,
    /// Excel 2007 and later.
    Xlsx,
}

impl OfficeFormat {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::Doc,
        Self::Docx,
        Self::Html,
        Self::Rtf,
        Self::Xls,
        Self::Xlsx,
    ];

    /// Suffix of its files, without a dot.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::Docx => "docx",
            Self::Html => "html",
            Self::Rtf => "rtf",
            Self::Xls => "xls",
            Self::Xlsx => "xlsx",
        }
    }

    /// The format with a suffix.
    #[must_use]
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.suffix() == suffix)
    }

    /// LibreOffice's name of the filter that reads it.
    const fn import_filter(self) -> &'static str {
        match self {
            Self::Doc => "MS Word 97",
            Self::Docx => "MS Word 2007 XML",
            // The usual HTML filter drops Chinese headings and adds an empty page.
            Self::Html => "HTML (StarWriter)",
            Self::Rtf => "Rich Text Format",
            Self::Xls => "MS Excel 97",
            Self::Xlsx => "Calc MS Excel 2007 XML",
        }
    }

    const fn export_filter(self) -> &'static str {
        match self {
            Self::Doc | Self::Docx | Self::Html | Self::Rtf => "writer_pdf_Export",
            Self::Xls | Self::Xlsx => "calc_pdf_Export",
        }
    }
}

/// Why there is no PDF of an office file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfficeError {
    /// Too many conversions are under way.
    #[error("all converters are busy; try again")]
    Busy,
    /// LibreOffice could not read the file.
    #[error(
        "the {format} file cannot be converted; open it in the program it was made with and save it anew"
    )]
    Failed {
        /// Suffix of the format.
        format: &'static str,
    },
    /// LibreOffice is not there.
    #[error(
        "{format} files are converted by LibreOffice, which is not installed on this server; its operator installs it \
         with: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui fonts-noto-cjk"
    )]
    NotInstalled {
        /// Suffix of the format.
        format: &'static str,
    },
    /// The result is larger than allowed.
    #[error("the {format} file becomes a PDF of more than {limit_mb} MB")]
    TooLarge {
        /// Suffix of the format.
        format: &'static str,
        /// The limit in force.
        limit_mb: u64,
    },
    /// It took too long.
    #[error("converting the {format} file took longer than {seconds} s")]
    Time {
        /// Suffix of the format.
        format: &'static str,
        /// The limit in force.
        seconds: u64,
    },
    /// No process could be started, or its folder not be made.
    #[error("LibreOffice could not be started: {what}")]
    Start {
        /// The system's reason.
        what: String,
    },
}

impl OfficeError {
    /// Whether the caller can do something about it: another file, or asking the operator.
    #[must_use]
    pub const fn is_about_the_file(&self) -> bool {
        !matches!(self, Self::Busy | Self::Start { .. })
    }
}
