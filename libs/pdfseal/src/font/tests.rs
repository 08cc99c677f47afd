use super::*;
use crate::serialize::write_object;
use crate::text::{TextIndex, TextLimits};

const DATES: &str = "2026-01-31 2026年01月31日 二〇二六年一月三十一日";

fn font_file(name: &str) -> Vec<u8> {
    std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/font")
            .join(name),
    )
    .unwrap()
}

/// A page that shows the text at (100, 700) in 20 points.
fn page_with(font: &EmbeddedFont, text: &str) -> Vec<u8> {
    let codes: String = font
        .encode(text)
        .unwrap()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let content = format!("BT /F 20 Tf 1 0 0 1 100 700 Tm <{codes}> Tj ET");
    let mut bodies: Vec<Vec<u8>> = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
    ]
    .map(String::into_bytes)
    .to_vec();
    for (reference, object) in font.objects(5).unwrap() {
        assert_eq!(reference.number as usize, bodies.len() + 1);
        let mut body = Vec::new();
        write_object(&mut body, &object, &[]);
        bodies.push(body);
    }
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (index, body) in bodies.iter().enumerate() {
        offsets.push(file.len());
        file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
    }
    let (start, size) = (file.len(), offsets.len() + 1);
    file.extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
    for offset in offsets {
        file.extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
    }
    let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(trailer.as_bytes());
    file
}

#[test]
fn drawn_text_is_found_again_with_its_width() {
    for (name, program, text) in [
        ("cff.otf", FontProgram::Cff, DATES),
        ("cff.otf", FontProgram::Cff, "January 31, 2026"),
        ("glyf.ttf", FontProgram::TrueType, "2026-01-31"),
        ("glyf.ttf", FontProgram::TrueType, "January 31, 2026"),
    ] {
        let font = EmbeddedFont::subset(&font_file(name), text).unwrap();
        assert_eq!(font.parts().program, program, "{name}");
        let index = TextIndex::read(&page_with(&font, text), &TextLimits::default()).unwrap();
        let hits = index.find(text);
        assert_eq!(hits.len(), 1, "{name}: {:?}", index.pages());
        let expected = 100.0 + font.width(text, 20.0).unwrap();
        assert!(
            (hits[0].x - expected).abs() < 0.3 && hits[0].y == 700.0,
            "{name}: {hits:?} not {expected}"
        );
    }
}

#[test]
fn widths_are_those_of_the_font() {
    let font = EmbeddedFont::subset(&font_file("cff.otf"), "年0").unwrap();
    assert_eq!(font.width("年年", 10.0), Ok(20.0));
    assert_eq!(font.width("", 10.0), Ok(0.0));
    assert_eq!(
        font.parts()
            .widths
            .iter()
            .map(|(_, width)| *width)
            .collect::<Vec<_>>(),
        [1000, 555, 1000]
    );
    assert!(font.ascent(10.0) > 7.0 && font.descent(10.0) < -1.0);
}

#[test]
fn the_objects_are_those_of_a_composite_font() {
    let font = EmbeddedFont::subset(&font_file("cff.otf"), "年0").unwrap();
    let objects = font.objects(10).unwrap();
    let mut text = Vec::new();
    for (reference, object) in objects.iter().take(3) {
        text.extend_from_slice(format!("{reference} ").as_bytes());
        write_object(&mut text, object, &[]);
        text.push(b'\n');
    }
    let text = String::from_utf8(text).unwrap();
    let mark = font.parts().base_font.split('+').next().unwrap();
    assert!(
        mark.len() == 6 && mark.bytes().all(|byte| byte.is_ascii_uppercase()),
        "{mark}"
    );
    for part in [
        "10 0 R <</Type/Font/Subtype/Type0/BaseFont/",
        "/Encoding/Identity-H/DescendantFonts[11 0 R]/ToUnicode 14 0 R>>",
        "/Subtype/CIDFontType0/",
        "/W[0[1000 555 1000]]",
        "/FontFile3 13 0 R",
    ] {
        let plain: String = text.split_whitespace().collect();
        let wanted: String = part.split_whitespace().collect();
        assert!(plain.contains(&wanted), "{part} in {text}");
    }
}

#[test]
fn the_same_characters_give_the_same_font() {
    let file = font_file("cff.otf");
    let font = |text| EmbeddedFont::subset(&file, text).unwrap();
    assert_eq!(font("2026年").parts(), font("年6220").parts());
    assert_ne!(font("2026年").parts().base_font, font("2025年").parts().base_font);
}

#[test]
fn missing_characters_are_named() {
    let file = font_file("glyf.ttf");
    let error = EmbeddedFont::subset(&file, "2026年").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the font DejaVuSans has no character '年' (U+5E74)"
    );
    let font = EmbeddedFont::subset(&file, "20").unwrap();
    assert_eq!(
        font.encode("21"),
        Err(FontError::MissingCharacter {
            name: "DejaVuSans".into(),
            character: '1'
        })
    );
    assert!(font.width("21", 1.0).is_err());
}

#[test]
fn to_unicode_writes_characters_beyond_the_basic_plane_as_pairs() {
    let glyphs = BTreeMap::from([
        (
            'A',
            Glyph {
                number: 1,
                advance: 0.5,
            },
        ),
        (
            '𠮷',
            Glyph {
                number: 2,
                advance: 1.0,
            },
        ),
    ]);
    let map = to_unicode(&glyphs);
    assert!(
        map.contains("2 beginbfchar\n<0001> <0041>\n<0002> <d842dfb7>\nendbfchar\n"),
        "{map}"
    );
}

#[test]
fn other_files_and_damaged_fonts_are_refused() {
    assert!(matches!(
        EmbeddedFont::subset(b"no font", "1"),
        Err(FontError::Unusable { .. })
    ));
    let whole = font_file("cff.otf");
    for length in (0..whole.len()).step_by(97) {
        // A cut font may still have what is needed; it must only not panic.
        let cut = EmbeddedFont::subset(&whole[..length], "年");
        assert!(length > 100 || cut.is_err());
    }
    let mut forbidden = whole;
    let record = forbidden.windows(4).position(|tag| tag == b"OS/2").unwrap();
    let table = u32::from_be_bytes(forbidden[record + 8..record + 12].try_into().unwrap()) as usize;
    forbidden[table + 8..table + 10].copy_from_slice(&[0, 2]);
    assert!(matches!(
        EmbeddedFont::subset(&forbidden, "年"),
        Err(FontError::EmbeddingForbidden { .. })
    ));
}
