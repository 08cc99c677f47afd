//! A font file without outlines, standing in for every font a PDF names but does not carry.
//!
//! Only positions matter here, and those come from the widths in the PDF or from the metrics of the 14 standard fonts.
//! A real substitute would be stretched to these widths, which hides the true advance from the device; the advance of
//! this one is zero, and then nothing is stretched.

/// The tables a reader insists on: one empty glyph of width zero, 1,000 units per em.
pub(super) fn stub_font() -> Vec<u8> {
    let tables: [(&[u8; 4], Vec<u8>); 4] = [
        (b"head", head()),
        (b"hhea", hhea()),
        (b"hmtx", vec![0; 4]),
        (b"maxp", vec![0, 0, 0x50, 0, 0, 1]),
    ];
    let mut file = vec![0, 1, 0, 0, 0, 4, 0, 64, 0, 2, 0, 0];
    let mut offset = 12 + 16 * tables.len();
    for (tag, table) in &tables {
        file.extend_from_slice(*tag);
        file.extend_from_slice(&[0; 4]);
        file.extend_from_slice(&u32::try_from(offset).unwrap_or(0).to_be_bytes());
        file.extend_from_slice(&u32::try_from(table.len()).unwrap_or(0).to_be_bytes());
        offset += table.len().next_multiple_of(4);
    }
    for (_, table) in tables {
        file.extend_from_slice(&table);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    file
}

fn head() -> Vec<u8> {
    let mut table = vec![0; 54];
    table[0..4].copy_from_slice(&[0, 1, 0, 0]);
    table[12..16].copy_from_slice(&0x5f0f_3cf5_u32.to_be_bytes());
    table[18..20].copy_from_slice(&1000_u16.to_be_bytes());
    table
}

fn hhea() -> Vec<u8> {
    let mut table = vec![0; 36];
    table[0..4].copy_from_slice(&[0, 1, 0, 0]);
    // One entry in hmtx.
    table[35] = 1;
    table
}
