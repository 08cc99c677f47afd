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
    /// name trees. Default 100. Values above 500 endanger the stack of a thread and are treated as 500.
    pub nesting: usize,
    /// Decoded size of one stream in bytes. Default 200 MiB.
    pub stream_bytes: usize,
    /// Decoded size of all object streams and cross-reference streams together in bytes. Default 400 MiB.
    pub structure_bytes: usize,
    /// Entries of the cross-reference sections counted over all revisions. Default 2,000,000.
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
            structure_bytes: 400 << 20,
            objects: 2_000_000,
            sections: 1_000,
            outline_entries: 20_000,
            annotations: 50_000,
        }
    }
}

impl Limits {
    pub(crate) fn depth(&self) -> usize {
        self.nesting.min(500)
    }
}
