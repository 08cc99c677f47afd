//! The new file while it grows: objects numbered from 1 in the order they are met, each written once.

use std::io::Write as _;

use crate::error::ReadError;
use crate::object::{Object, Reference};
use crate::serialize;

/// 7.5.2: four bytes above 127 tell transfer programs that the file is binary.
const HEADER: &[u8] = b"%PDF-1.7\n%\xc7\xe6\xca\xe9\n";

pub(crate) struct Output {
    bytes: Vec<u8>,
    /// Offset of object `index + 1`; 0 until written.
    offsets: Vec<usize>,
    limit: usize,
}

impl Output {
    pub(crate) fn new(size_hint: usize, limit: usize) -> Self {
        let mut bytes = Vec::with_capacity(size_hint + size_hint / 16 + 4096);
        bytes.extend_from_slice(HEADER);
        Self {
            bytes,
            offsets: Vec::new(),
            limit,
        }
    }

    /// The next object number.
    pub(crate) fn allot(&mut self) -> Reference {
        self.offsets.push(0);
        // Object numbers come from cross-reference entries, which the reader counts; u32 cannot run out.
        Reference::new(u32::try_from(self.offsets.len()).unwrap_or(u32::MAX))
    }

    /// Writes an object under a number from [`Self::allot`]. `file` is where its streams were read from.
    pub(crate) fn write(
        &mut self,
        reference: Reference,
        object: &Object,
        file: &[u8],
    ) -> Result<(), ReadError> {
        self.begin(reference)?;
        serialize::write_object(&mut self.bytes, object, file);
        self.bytes.extend_from_slice(b"\nendobj\n");
        Ok(())
    }

    /// Writes an object that is bytes already.
    pub(crate) fn write_bytes(&mut self, reference: Reference, object: &[u8]) -> Result<(), ReadError> {
        self.begin(reference)?;
        self.bytes.extend_from_slice(object);
        self.bytes.extend_from_slice(b"\nendobj\n");
        Ok(())
    }

    fn begin(&mut self, reference: Reference) -> Result<(), ReadError> {
        let offset = self.bytes.len();
        if offset > self.limit {
            return Err(ReadError::LimitExceeded {
                what: "bytes after rewriting",
                limit: self.limit,
            });
        }
        let index = (reference.number as usize).wrapping_sub(1);
        if let Some(slot) = self.offsets.get_mut(index) {
            *slot = offset;
        }
        // Writing to a vector cannot fail.
        let _ = writeln!(self.bytes, "{} 0 obj", reference.number);
        Ok(())
    }

    /// Writes the cross-reference table in one section and the trailer.
    pub(crate) fn finish(mut self, root: Reference) -> Vec<u8> {
        let digest = sealpki::sha256(&self.bytes);
        let id: String = digest.iter().take(16).map(|byte| format!("{byte:02X}")).collect();
        let start = self.bytes.len();
        let size = self.offsets.len() + 1;
        let _ = write!(self.bytes, "xref\n0 {size}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            // A number given out and not used would be free; nothing does that today.
            let _ = match offset {
                0 => writeln!(self.bytes, "0000000000 00000 f "),
                _ => writeln!(self.bytes, "{offset:010} 00000 n "),
            };
        }
        let _ = write!(
            self.bytes,
            "trailer\n<</Size {size}/Root {root}/ID[<{id}><{id}>]>>\nstartxref\n{start}\n%%EOF\n"
        );
        self.bytes
    }
}
