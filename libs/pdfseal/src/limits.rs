//! What a file may cost the reader. Every loop and every allocation that a file controls is bounded by one
//! of these numbers; the defaults suit contracts and keep the worst case within seconds and a few hundred
//! megabytes.

/// Upper bounds for reading one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes. Default 512 MiB.
    pub file_bytes: usize,
    /// Pages in the page tree. Default 2,000.
    pub pages: usize,
    /// Depth of arrays and dictionaries inside each other, of the page tree, of outlines and of number and
    /// name trees. Default 100. Values above 200 endanger the stack of a thread and are treated as 200.
    pub nesting: usize,
    /// Decoded size of one stream in bytes. Default 200 MiB.
    pub stream_bytes: usize,
    /// Decoded size of all object streams and cross-reference streams together in bytes. Default 128 MiB.
    pub structure_bytes: usize,
    /// Decoded size of the page contents of one file together in bytes. Default 512 MiB.
    pub content_bytes: usize,
    /// Text of objects read in total, in bytes, an object counting each time it is read. Ends files that
    /// make a small number of large objects be read over and over. Default 512 MiB.
    pub parsed_bytes: usize,
    /// Values (numbers, names, strings, ...) in one indirect object. Default 1,000,000.
    pub values: usize,
    /// Entries of the cross-reference sections counted over all revisions. Default 1,000,000.
    pub objects: usize,
    /// Cross-reference sections in the chain of `/Prev`. Default 1,000.
    pub sections: usize,
    /// Outline entries. Default 20,000.
    pub outline_entries: usize,
    /// Annotations over all pages. Default 50,000.
    pub annotations: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 512 << 20,
            pages: 2_000,
            nesting: 100,
            stream_bytes: 200 << 20,
            structure_bytes: 128 << 20,
            content_bytes: 512 << 20,
            parsed_bytes: 512 << 20,
            values: 1_000_000,
            objects: 1_000_000,
            sections: 1_000,
            outline_entries: 20_000,
            annotations: 50_000,
        }
    }
}

impl Limits {
    pub(crate) fn depth(&self) -> usize {
        self.nesting.min(200)
    }
}
