//! Revisions: what each saving of a file appended (ISO 32000-1, 7.5.6).

/// How a cross-reference section is written. An update must use the form of the section before it
/// (7.5.8.4); mixed chains break some viewers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XrefKind {
    /// A cross-reference stream (7.5.8).
    Stream,
    /// A cross-reference table and a trailer (7.5.4); also when it names a stream beside it (hybrid file).
    Table,
}

/// One revision: the file as it was after one saving is the bytes `0..end_offset`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Offset of the cross-reference section, at the word `xref` or at the object number of the stream.
    /// For the first revision of a linearised file: the section of the first page.
    pub xref_offset: usize,
    /// Offset just after `%%EOF`; a line break may follow.
    pub end_offset: usize,
    /// Form of the section.
    pub kind: XrefKind,
}
