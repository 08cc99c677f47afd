use hayro_interpret::hayro_cmap::{CMap, CMapName, load_embedded};

use super::*;

/// A file of these objects, numbered from 1. The first is the catalog.
fn pdf(objects: &[String]) -> Vec<u8> {
    let mut file = String::from("%PDF-1.7\n");
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let xref = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1));
    offsets
        .iter()
        .for_each(|offset| file.push_str(&format!("{offset:010} 00000 n \n")));
    let size = offsets.len() + 1;
    file.push_str(&format!(
        "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n"
    ));
    file.into_bytes()
}

fn stream(dictionary: &str, data: &str) -> String {
    format!(
        "<< {dictionary} /Length {} >>\nstream\n{data}\nendstream",
        data.len()
    )
}

/// One page 600 × 800 with Helvetica as /H and the font of object 6 as /C; `page` adds page attributes.
fn page_with_font(page: &str, contents: &str, more: &[String]) -> Vec<u8> {
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] {page} /Contents 4 0 R \
             /Resources << /Font << /H 5 0 R /C 6 0 R >> >> >>"
        ),
        stream("", contents),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into(),
    ];
    if more.is_empty() {
        objects.push("null".into());
    }
    objects.extend_from_slice(more);
    pdf(&objects)
}

fn index_of(page: &str, contents: &str) -> TextIndex {
    TextIndex::read(&page_with_font(page, contents, &[]), &TextLimits::default()).unwrap()
}

/// Right end and baseline of every hit, in tenths of a point.
fn ends(index: &TextIndex, keyword: &str) -> Vec<(usize, i64, i64)> {
    let tenths = |value: f64| format!("{:.0}", value * 10.0).parse().unwrap();
    index
        .find(keyword)
        .iter()
        .map(|hit| (hit.page, tenths(hit.x), tenths(hit.y)))
        .collect()
}

fn sample(name: &str) -> TextIndex {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/text")
        .join(name);
    TextIndex::read(&std::fs::read(path).unwrap(), &TextLimits::default()).unwrap()
}

// Widths in Helvetica at 10 pt: A 6.67, B 6.67, C 7.22, D 7.22, blank 2.78.
const ABCD_AT_100_700: &str = "BT /H 10 Tf 1 0 0 1 100 700 Tm (ABCD) Tj ET";

#[test]
fn a_hit_ends_at_the_last_glyph_on_the_baseline() {
    let index = index_of("", ABCD_AT_100_700);
    assert_eq!(ends(&index, "ABCD"), [(0, 1278, 7000)]);
    assert_eq!(ends(&index, "BC"), [(0, 1206, 7000)]);
    let hit = index.find("BC")[0];
    assert!((hit.start_x - 106.67).abs() < 0.01 && hit.start_y == 700.0 && hit.height == 10.0);
    assert_eq!(index.find("CB"), []);
    assert_eq!(index.find(""), []);
    assert_eq!(index.find(" \n"), []);
}

#[test]
fn rotated_and_cropped_pages_are_measured_as_displayed() {
    let cases = [
        ("/CropBox [50 600 450 750]", 1278 - 500, 7000 - 6000),
        ("/Rotate 90", 7000, 6000 - 1278),
        ("/Rotate 180", 6000 - 1278, 8000 - 7000),
        ("/Rotate 270", 8000 - 7000, 1278),
        ("/Rotate 90 /CropBox [50 600 450 750]", 1000, 4500 - 1278),
        ("/UserUnit 2", 2556, 14000),
    ];
    for (page, x, y) in cases {
        let found = ends(&index_of(page, ABCD_AT_100_700), "ABCD");
        assert_eq!(found.len(), 1, "{page}");
        assert!(
            (found[0].1 - x).abs() <= 1 && (found[0].2 - y).abs() <= 1,
            "{page}: {found:?} not {x} {y}"
        );
    }
}

#[test]
fn text_outside_the_visible_page_does_not_count() {
    assert_eq!(
        index_of("/CropBox [0 0 600 400]", ABCD_AT_100_700).find("ABCD"),
        []
    );
    assert_eq!(
        index_of("", "BT /H 10 Tf 1 0 0 1 700 700 Tm (ABCD) Tj ET").find("ABCD"),
        []
    );
}

#[test]
fn a_keyword_may_lie_in_several_runs_of_a_line() {
    // Three operators, drawn right to left, on baselines that differ by a point; then kerning and wide blanks.
    let pieces = "BT /H 10 Tf 1 0 0 1 113.34 699 Tm (CD) Tj 1 0 0 1 100 700 Tm (AB) Tj \
                  1 0 0 1 100 500 Tm [(A) -200 (B) 300 (C)] TJ 1 0 0 1 160 500 Tm (D) Tj ET";
    assert_eq!(
        ends(&index_of("", pieces), "ABCD"),
        [(0, 1278, 6990), (0, 1672, 5000)]
    );
}

#[test]
fn blanks_and_line_breaks_do_not_count() {
    let text = "BT /H 10 Tf 12 TL 1 0 0 1 100 700 Tm (A  B) Tj T* (C D) Tj ET";
    let index = index_of("", text);
    for keyword in ["ABCD", "AB CD", "A B\nC D"] {
        assert_eq!(ends(&index, keyword), [(0, 1172, 6880)], "{keyword}");
    }
}

#[test]
fn a_keyword_does_not_jump_over_wide_gaps() {
    let columns = "BT /H 10 Tf 1 0 0 1 50 700 Tm (AB) Tj 1 0 0 1 400 700 Tm (CD) Tj ET";
    assert_eq!(index_of("", columns).find("ABCD"), []);
    let far_lines = "BT /H 10 Tf 1 0 0 1 50 700 Tm (AB) Tj 1 0 0 1 50 600 Tm (CD) Tj ET";
    assert_eq!(index_of("", far_lines).find("ABCD"), []);
}

#[test]
fn what_is_wrapped_in_a_table_cell_is_found_in_drawing_order() {
    let cells =
        "BT /H 10 Tf 12 TL 1 0 0 1 50 700 Tm (xAB) Tj T* (CDx) Tj 1 0 0 1 100 700 Tm (yy) Tj T* (zz) Tj ET";
    assert_eq!(ends(&index_of("", cells), "ABCD"), [(0, 644, 6880)]);
}

#[test]
fn hits_are_numbered_top_to_bottom_then_left_to_right() {
    let text = "BT /H 10 Tf 1 0 0 1 50 100 Tm (AB) Tj 1 0 0 1 300 702 Tm (AB) Tj 1 0 0 1 50 700 Tm (AB) Tj \
                1 0 0 1 50 750 Tm (ABAB) Tj ET";
    let starts: Vec<(f64, f64)> = index_of("", text)
        .find("AB")
        .iter()
        .map(|hit| (hit.start_x.round(), hit.start_y))
        .collect();
    assert_eq!(
        starts,
        [
            (50.0, 750.0),
            (63.0, 750.0),
            (50.0, 700.0),
            (300.0, 702.0),
            (50.0, 100.0)
        ]
    );
}

#[test]
fn white_and_invisible_text_counts_once_however_it_is_drawn() {
    let modes = "1 g BT /H 10 Tf 1 0 0 1 50 700 Tm (ABCD) Tj ET \
                 BT /H 10 Tf 3 Tr 1 0 0 1 50 600 Tm (ABCD) Tj ET \
                 BT /H 10 Tf 2 Tr 1 0 0 1 50 500 Tm (ABCD) Tj ET \
                 BT /H 10 Tf 0 Tr 1 0 0 1 50 400 Tm (ABCD) Tj 1 0 0 1 50.3 400 Tm (ABCD) Tj ET";
    let found: Vec<i64> = ends(&index_of("", modes), "ABCD")
        .iter()
        .map(|hit| hit.2)
        .collect();
    assert_eq!(found, [7000, 6000, 5000, 4000]);
}

#[test]
fn slanted_and_upside_down_text_is_read_along_its_direction() {
    let text = "BT /H 10 Tf 0 1 -1 0 300 200 Tm (AB) Tj (CD) Tj -1 0 0 -1 500 500 Tm (ABCD) Tj \
                0.8 0.6 -0.6 0.8 100 600 Tm (ABCD) Tj ET";
    let found = ends(&index_of("", text), "ABCD");
    assert_eq!(found, [(0, 1222, 6167), (0, 4722, 5000), (0, 3000, 2278)]);
}

#[test]
fn forms_and_their_matrices_are_followed() {
    let form = stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Matrix [1 0 0 1 10 20] /Resources << /Font << /H 5 0 R >> >>",
        ABCD_AT_100_700,
    );
    let mut file = String::from_utf8(page_with_font("", "2 0 0 2 0 -1000 cm /C Do", &[form])).unwrap();
    file = file.replace("/C 6 0 R >> >> >>", "      >> /XObject << /C 6 0 R >> >> >>");
    // The added text moves every offset after object 3: build the file anew from its objects.
    let objects: Vec<String> = file
        .split("endobj\n")
        .filter_map(|part| {
            part.split_once(" 0 obj\n")
                .map(|(_, object)| object.trim_end().to_owned())
        })
        .collect();
    let index = TextIndex::read(&pdf(&objects), &TextLimits::default()).unwrap();
    assert_eq!(ends(&index, "ABCD"), [(0, 2756, 4400)]);
    assert_eq!(index.find("ABCD")[0].height, 20.0);
}

/// A composite font with a predefined CMap, the way invoice software writes it.
fn composite(encoding: &str, ordering: &str, program: Option<&str>) -> Vec<String> {
    let program_entry = if program.is_some() { "/FontFile2 9 0 R" } else { "" };
    let mut objects = vec![
        format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /{encoding} /DescendantFonts [7 0 R] >>"
        ),
        format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /FontDescriptor 8 0 R /DW 1000 \
             /CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 2 >> >>"
        ),
        format!(
            "<< /Type /FontDescriptor /FontName /SimSun /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 \
             /Ascent 880 /Descent -120 /CapHeight 880 /StemV 80 {program_entry} >>"
        ),
    ];
    if let Some(hex) = program {
        objects.push(stream("/Filter /ASCIIHexDecode", hex));
    }
    objects
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn composite_fonts_without_to_unicode_are_read_by_their_cmap() {
    let stub = hex(&stub_font::stub_font());
    // 甲方 in UCS-2, GBK and as CIDs of Adobe-GB1.
    let gbk = CMap::parse(load_embedded(CMapName::GbkEucH).unwrap(), load_embedded).unwrap();
    let cids = [0xbcd7, 0xb7bd]
        .map(|code| format!("{:04x}", gbk.lookup_cid_code(code, 2).unwrap()))
        .concat();
    for (encoding, ordering, code) in [
        ("UniGB-UCS2-H", "GB1", "753265b9"),
        ("UniGB-UTF16-H", "GB1", "753265b9"),
        ("GBK-EUC-H", "GB1", "bcd7b7bd"),
        ("GBKp-EUC-H", "GB1", "bcd7b7bd"),
        ("GBK2K-H", "GB1", "bcd7b7bd"),
        ("GB-EUC-H", "GB1", "bcd7b7bd"),
        ("Identity-H", "GB1", cids.as_str()),
    ] {
        for program in [None, Some(stub.as_str())] {
            let contents = format!("BT /C 20 Tf 1 0 0 1 100 700 Tm <{code}> Tj ET");
            let file = page_with_font("", &contents, &composite(encoding, ordering, program));
            let index = TextIndex::read(&file, &TextLimits::default()).unwrap();
            let embedded = program.is_some();
            assert_eq!(
                ends(&index, "甲方"),
                [(0, 1400, 7000)],
                "{encoding}, embedded: {embedded}"
            );
        }
    }
}

#[test]
fn vertical_fonts_are_read_downwards() {
    let contents = "BT /C 20 Tf 1 0 0 1 300 700 Tm <753265b9> Tj ET";
    let file = page_with_font("", contents, &composite("UniGB-UCS2-V", "GB1", None));
    let index = TextIndex::read(&file, &TextLimits::default()).unwrap();
    // The right side of the second glyph: centred on x = 300, its baseline 0.88 em under its top at 680.
    assert_eq!(ends(&index, "甲方"), [(0, 3100, 6624)]);
}

#[test]
fn libreoffice_contracts_are_found_where_they_show() {
    let index = sample("libreoffice-cjk.pdf");
    // Expected from pdftotext -bbox: the right end of the word; baselines are inside the word's box.
    let near = |keyword: &str, page: usize, x: f64, top: f64, bottom: f64| {
        let hit = index
            .find(keyword)
            .into_iter()
            .find(|hit| hit.page == page)
            .unwrap();
        let from_top = 841.89 - hit.y;
        assert!(
            (hit.x - x).abs() < 0.5 && from_top > top && from_top < bottom,
            "{keyword}: {hit:?}"
        );
    };
    near("（以下简称“甲方”）", 0, 332.8, 111.7, 127.3);
    near("隐藏签章位", 0, 116.8, 192.7, 208.3);
    near("甲方（盖章）：", 0, 142.2, 221.9, 237.5);
    near("乙方（签字）：", 0, 232.3, 221.9, 237.5);
    near("甲方（盖章）：", 1, 188.8, 59.2, 74.8);
    assert_eq!(index.find("采购合同").len(), 1);
    assert_eq!(index.find("上海云中书科技").len(), 1);
    assert_eq!(
        index
            .find("日期：")
            .iter()
            .map(|hit| hit.page)
            .collect::<Vec<_>>(),
        [0, 0, 1]
    );
    assert_eq!(index.find("丙方"), []);
}

#[test]
fn browser_made_contracts_are_found_in_spite_of_radicals() {
    let index = sample("chromium-cjk.pdf");
    let near = |keyword: &str, page: usize, x: f64, top: f64, bottom: f64| {
        let hit = index
            .find(keyword)
            .into_iter()
            .find(|hit| hit.page == page)
            .unwrap();
        let from_top = 841.92 - hit.y;
        assert!(
            (hit.x - x).abs() < 0.5 && from_top > top && from_top < bottom,
            "{keyword}: {hit:?}"
        );
    };
    near("隐藏签章位", 0, 123.0, 205.2, 236.4);
    near("甲方（盖章）", 0, 138.75, 238.9, 270.2);
    near("乙方（签字）", 0, 372.38, 238.9, 270.2);
    near("甲方（盖章）", 1, 183.0, 60.4, 91.7);
    for keyword in [
        "采购合同",
        "北京长页门见有限公司",
        "上海云中书",
        "民用食品、马车、齿轮",
        "竖排文字签名处",
    ] {
        assert_eq!(index.find(keyword).len(), 1, "{keyword}");
    }
    assert_eq!(index.find("甲方(盖章):").len(), 2);
    assert_eq!(
        index
            .find("日期：")
            .iter()
            .map(|hit| hit.page)
            .collect::<Vec<_>>(),
        [0, 0, 1]
    );
}

/// Runs an installed program to make a PDF of `cjk.html`; `None` when it is not installed or does not work here.
fn made_by(
    program: &str,
    arguments: impl Fn(&std::path::Path) -> Vec<String>,
    result: &str,
) -> Option<Vec<u8>> {
    let folder = std::env::temp_dir().join(format!("pdfseal-{program}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    let html = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/text/cjk.html");
    std::fs::copy(html, folder.join("cjk.html")).ok()?;
    let output = std::process::Command::new(program)
        .args(arguments(&folder))
        .output();
    let made = output.ok().and_then(|_| std::fs::read(folder.join(result)).ok());
    std::fs::remove_dir_all(&folder).ok();
    made
}

#[test]
fn files_of_the_installed_programs_are_read() {
    let path = |folder: &std::path::Path, name: &str| folder.join(name).display().to_string();
    let of_office = made_by(
        "soffice",
        |folder| {
            let profile = format!("-env:UserInstallation=file://{}", path(folder, "profile"));
            let convert = [
                "--headless",
                &profile,
                "--infilter=HTML (StarWriter)",
                "--convert-to",
            ];
            let output = [
                "pdf:writer_pdf_Export",
                "--outdir",
                &path(folder, ""),
                &path(folder, "cjk.html"),
            ];
            convert.into_iter().chain(output).map(str::to_owned).collect()
        },
        "cjk.pdf",
    );
    let of_browser = made_by(
        "chromium",
        |folder| {
            let flags = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
                         --disable-dev-shm-usage --no-pdf-header-footer";
            let mut arguments: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
            arguments.push(format!("--user-data-dir={}", path(folder, "profile")));
            arguments.push(format!("--print-to-pdf={}", path(folder, "cjk.pdf")));
            arguments.push(format!("file://{}", path(folder, "cjk.html")));
            arguments
        },
        "cjk.pdf",
    );
    for (program, made) in [("soffice", of_office), ("chromium", of_browser)] {
        let Some(made) = made else {
            println!("{program} is not installed or made no file");
            continue;
        };
        let index = TextIndex::read(&made, &TextLimits::default()).unwrap();
        for (keyword, count) in [
            ("采购合同", 1),
            ("隐藏签章位", 1),
            ("甲方（盖章）", 2),
            ("乙方（签字）", 1),
            ("日期", 3),
        ] {
            assert_eq!(index.find(keyword).len(), count, "{program}: {keyword}");
        }
    }
}

#[test]
fn an_exact_place_wins_over_compatible_ones() {
    let text = |first: &str| {
        let contents = format!("BT /C 20 Tf 1 0 0 1 100 700 Tm <{first}> Tj 1 0 0 1 100 600 Tm <ff21> Tj ET");
        let file = page_with_font("", &contents, &composite("UniGB-UCS2-H", "GB1", None));
        TextIndex::read(&file, &TextLimits::default()).unwrap()
    };
    // U+FF21 is the full-width A.
    assert_eq!(ends(&text("0041"), "A"), [(0, 1200, 7000)]);
    assert_eq!(ends(&text("0042"), "A"), [(0, 1200, 6000)]);
    assert_eq!(ends(&text("0041"), "Ａ"), [(0, 1200, 6000)]);
}

#[test]
fn limits_stop_the_reading() {
    let file = page_with_font("", ABCD_AT_100_700, &[]);
    let read = |limits: TextLimits| TextIndex::read(&file, &limits);
    let few_glyphs = read(TextLimits {
        glyphs: 3,
        ..TextLimits::default()
    });
    assert_eq!(
        few_glyphs,
        Err(TextError::LimitExceeded {
            what: "glyphs",
            limit: 3
        })
    );
    let few_bytes = read(TextLimits {
        decoded_bytes: 10,
        ..TextLimits::default()
    });
    assert_eq!(
        few_bytes,
        Err(TextError::LimitExceeded {
            what: "decoded bytes",
            limit: 10
        })
    );
    let few_steps = read(TextLimits {
        drawing_steps: 0,
        ..TextLimits::default()
    });
    assert_eq!(
        few_steps,
        Err(TextError::LimitExceeded {
            what: "drawing steps",
            limit: 0
        })
    );
}

#[test]
fn pictures_do_not_count_as_long_as_they_are_nothing_else() {
    let picture = |data: &str| {
        let entries =
            "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8";
        stream(entries, data)
    };
    let file = |contents: &str, table: &str| {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {contents} \
             /Resources << /XObject {table} >> >>"
        );
        let catalog = "<< /Type /Catalog /Pages 2 0 R >>".to_owned();
        let pages = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned();
        // A table that nothing names would be a use of its own.
        let table = if table == "6 0 R" {
            "<< /P 5 0 R >>".to_owned()
        } else {
            "null".to_owned()
        };
        pdf(&[
            catalog,
            pages,
            page,
            stream("", "/P Do"),
            picture(&" ".repeat(500)),
            table,
        ])
    };
    let limits = TextLimits {
        decoded_bytes: 100,
        ..TextLimits::default()
    };
    for table in ["<< /P 5 0 R >>", "6 0 R"] {
        assert_eq!(
            TextIndex::read(&file("4 0 R", table), &limits).map(|index| index.pages().len()),
            Ok(1)
        );
        for hidden in ["5 0 R", "[4 0 R 5 0 R]"] {
            let refused = TextIndex::read(&file(hidden, table), &limits);
            assert_eq!(
                refused,
                Err(TextError::LimitExceeded {
                    what: "decoded bytes",
                    limit: 100
                }),
                "{hidden}"
            );
        }
    }
}

#[test]
fn forms_that_repeat_each_other_are_stopped() {
    // Twelve levels that each draw the next one ten times: 10^12 drawings in 2 kB.
    let repeat = "/F Do ".repeat(10);
    let mut objects: Vec<String> = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".into(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".into(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>"
            .into(),
        stream("", &repeat),
    ];
    for next in 6..18 {
        let dictionary = format!(
            "/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << /F {next} 0 R >> >>"
        );
        objects.push(stream(&dictionary, &repeat));
    }
    objects.push(stream(
        "/Type /XObject /Subtype /Form /BBox [0 0 600 800]",
        "0 0 1 1 re f",
    ));
    let limits = TextLimits {
        drawing_steps: 20_000,
        ..TextLimits::default()
    };
    let stopped = TextIndex::read(&pdf(&objects), &limits);
    assert_eq!(
        stopped,
        Err(TextError::LimitExceeded {
            what: "drawing steps",
            limit: 20_000
        })
    );
}

#[test]
fn refused_files_are_refused_here_too() {
    assert!(matches!(
        TextIndex::read(b"no PDF", &TextLimits::default()),
        Err(TextError::Read(_))
    ));
}

#[test]
fn a_stored_index_finds_the_same() {
    let index = sample("libreoffice-cjk.pdf");
    let stored = index.to_bytes();
    let again = TextIndex::from_bytes(&stored).unwrap();
    assert_eq!(again, index);
    assert_eq!(again.find("日期"), index.find("日期"));
    assert!(stored.len() < 10_000, "{} bytes", stored.len());
}

/// Every accepted sample is read without a panic, whatever is in it.
#[test]
fn odd_samples_are_read_or_refused() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples/pdf");
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        match TextIndex::read(&std::fs::read(&path).unwrap(), &TextLimits::default()) {
            Ok(index) => {
                let glyphs: usize = index
                    .pages()
                    .iter()
                    .flat_map(|page| &page.runs)
                    .map(|run| run.glyphs.len())
                    .sum();
                println!(
                    "{}: {} pages, {glyphs} glyphs",
                    path.display(),
                    index.pages().len()
                );
                assert_eq!(TextIndex::from_bytes(&index.to_bytes()).as_ref(), Ok(&index));
            }
            Err(error) => {
                println!("{}: {error}", path.display());
                assert!(
                    !matches!(error, TextError::Unreadable { .. }),
                    "{}: {error}",
                    path.display()
                );
            }
        }
    }
}
