//! Files made to cost more than they should: each is over within 10 s, the server lives, and work beside them goes
//! on. Whether one is refused or read does not matter here.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use qishu_app::AppError;
use qishu_app::document::Upload;
use qishu_app::file_work::{FileLimits, FileWork};
use qishu_convert::office::{Office, OfficeLimits};
use qishu_convert::worker::{Layer, WorkerLimits};
use qishu_testkit::office::{archive, docx_entries, xlsx_entries};

use crate::workers::workers_with;

/// What R-34 allows one file.
const ALLOWED: Duration = Duration::from_secs(10);

/// A name for the report, the suffix, the file.
type Bomb = (String, &'static str, Vec<u8>);

fn pdf_of(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, body) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(body);
        file.extend_from_slice(b"\nendobj\n");
    }
    let start = file.len();
    file.extend_from_slice(table.as_bytes());
    let size = objects.len() + 1;
    file.extend_from_slice(
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n").as_bytes(),
    );
    file
}

fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut body = format!("<< {entries} /Length {} >>\nstream\n", data.len()).into_bytes();
    body.extend_from_slice(data);
    body.extend_from_slice(b"\nendstream");
    body
}

fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A one-page file: catalog 1, tree 2, page 3, content 4, then more.
fn page_pdf(catalog: &str, page: &str, content: Vec<u8>, more: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>").into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {page} >>")
            .into_bytes(),
        content,
    ];
    objects.extend_from_slice(more);
    pdf_of(&objects, "")
}

fn plain(content: &str) -> Vec<u8> {
    stream("", content.as_bytes())
}

/// PDF files with their names.
fn named(files: Vec<(&str, Vec<u8>)>) -> Vec<Bomb> {
    files
        .into_iter()
        .map(|(name, file)| (name.to_owned(), "pdf", file))
        .collect()
}

fn nothing() -> Vec<u8> {
    plain("")
}

fn page_trees() -> Vec<Bomb> {
    let tree = |kids: &str, more: &[Vec<u8>]| {
        let mut objects = vec![
            b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
            format!("<< /Type /Pages /Kids [{kids}] /Count 5 >>").into_bytes(),
        ];
        objects.extend_from_slice(more);
        pdf_of(&objects, "")
    };
    let page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>".to_vec();
    let deep_tree: Vec<Vec<u8>> = (4..3000)
        .map(|next| format!("<< /Type /Pages /Kids [{next} 0 R] /Count 1 /Parent 2 0 R >>").into_bytes())
        .collect();
    named(vec![
        ("page tree that is its own child", tree("2 0 R", &[])),
        (
            "page trees that are each other's",
            tree("3 0 R", &[b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>".to_vec()]),
        ),
        (
            "one page 200,000 times",
            tree(&"3 0 R ".repeat(200_000), std::slice::from_ref(&page)),
        ),
        ("page tree 3,000 deep", tree("3 0 R", &deep_tree)),
        (
            "kids that are no pages",
            tree("1 0 R 2 0 R 3 0 R 9 0 R", std::slice::from_ref(&page)),
        ),
    ])
}

fn values() -> Vec<Bomb> {
    let chain: Vec<Vec<u8>> = (6..20_000)
        .map(|next| format!("{next} 0 R").into_bytes())
        .collect();
    named(vec![
        (
            "arrays 200,000 deep",
            page_pdf(&format!("/X {}", "[".repeat(200_000)), "", nothing(), &[]),
        ),
        (
            "dictionaries 100,000 deep",
            page_pdf(&format!("/X {}", "<</A ".repeat(100_000)), "", nothing(), &[]),
        ),
        (
            "references in a chain of 20,000",
            page_pdf("/X 5 0 R", "/Resources 5 0 R", nothing(), &chain),
        ),
        (
            "object that is itself",
            page_pdf("/X 5 0 R", "/Resources 5 0 R", nothing(), &[b"5 0 R".to_vec()]),
        ),
        (
            "length that is its own stream",
            page_pdf("", "", b"<< /Length 4 0 R >>\nstream\nx\nendstream".to_vec(), &[]),
        ),
        (
            "1,000,000 values in an array",
            page_pdf(&format!("/X [{}]", "1 ".repeat(1_100_000)), "", nothing(), &[]),
        ),
        (
            "a number of 1,000,000 digits",
            page_pdf(&format!("/X {}", "9".repeat(1_000_000)), "", nothing(), &[]),
        ),
        (
            "a name of 5,000,000 letters",
            page_pdf(&format!("/{} 1", "a".repeat(5_000_000)), "", nothing(), &[]),
        ),
        (
            "brackets 1,000,000 deep in a string",
            page_pdf(&format!("/X {}", "(".repeat(1_000_000)), "", nothing(), &[]),
        ),
        (
            "20 MB of comments",
            page_pdf(&"%x\n".repeat(7_000_000), "", nothing(), &[]),
        ),
        (
            "cross-reference table of two thousand million",
            pdf_of(
                &[b"<< /Type /Catalog /Pages 2 0 R >>".to_vec()],
                "/Size 2000000000",
            ),
        ),
    ])
}

fn revisions() -> Vec<Bomb> {
    let circle = page_pdf("", "", nothing(), &[]);
    let start = circle
        .windows(4)
        .rposition(|window| window == b"xref")
        .unwrap_or_default();
    let at_table = circle
        .windows(5)
        .position(|window| window == b"xref\n")
        .unwrap_or(start);
    let mut revisions = circle;
    let mut previous = at_table;
    for _ in 0..3000 {
        let at = revisions.len();
        revisions.extend_from_slice(
            format!(
                "xref\n0 0\ntrailer\n<< /Size 5 /Root 1 0 R /Prev {previous} >>\nstartxref\n{at}\n%%EOF\n"
            )
            .as_bytes(),
        );
        previous = at;
    }
    named(vec![
        ("previous table that is the same", {
            let mut file = page_pdf("", "", nothing(), &[]);
            let text = format!("/Size 5 /Root 1 0 R /Prev {at_table}");
            let from = file
                .windows(15)
                .rposition(|window| window == b"/Size 5 /Root 1")
                .unwrap();
            file.splice(from..from + 19, text.into_bytes());
            file
        }),
        ("3,000 revisions", revisions),
    ])
}

fn navigation() -> Vec<Bomb> {
    named(vec![
        (
            "outline that is its own child",
            page_pdf(
                "/Outlines 5 0 R",
                "",
                nothing(),
                &[b"<< /First 5 0 R /Last 5 0 R /Next 5 0 R /Title (a) >>".to_vec()],
            ),
        ),
        (
            "names that are their own kids",
            page_pdf(
                "/Names << /Dests 5 0 R >> /PageLabels 5 0 R",
                "",
                nothing(),
                &[b"<< /Kids [5 0 R 5 0 R] /Names [] /Nums [] >>".to_vec()],
            ),
        ),
        (
            "layers within themselves",
            page_pdf(
                "/OCProperties << /OCGs [5 0 R] /D 5 0 R >>",
                "",
                nothing(),
                &[b"<< /Type /OCG /Name (a) /Order [5 0 R [5 0 R]] /D 5 0 R >>".to_vec()],
            ),
        ),
        (
            "100,000 annotations",
            page_pdf(
                "",
                &format!(
                    "/Annots [{}]",
                    "<< /Subtype /Text /Rect [0 0 1 1] >> ".repeat(100_000)
                ),
                nothing(),
                &[],
            ),
        ),
        (
            "form fields that are their own kids",
            page_pdf(
                "/AcroForm << /Fields [5 0 R] >>",
                "/Annots [5 0 R]",
                nothing(),
                &[
                    b"<< /FT /Tx /T (a) /Kids [5 0 R] /Parent 5 0 R /Subtype /Widget /Rect [0 0 1 1] >>"
                        .to_vec(),
                ],
            ),
        ),
    ])
}

fn streams() -> Vec<Bomb> {
    let zeros = vec![0u8; 40 << 20];
    let once = deflated(&zeros);
    let twice = deflated(&once);
    let text = deflated(&b"BT /F 1 Tf (a) Tj ET ".repeat(2_000_000));
    let fonts = "/Resources << /Font << /F 5 0 R >> >>";
    let cmap = |body: &str| {
        stream(
            "",
            format!("/CIDInit /ProcSet findresource begin begincmap {body} endcmap end").as_bytes(),
        )
    };
    let font = |entries: &str| {
        format!("<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 6 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> {entries} >>] >>")
            .into_bytes()
    };
    let shown = || plain("BT /F 12 Tf <00010002> Tj ET");
    let form = |resources: &str, content: &str| {
        stream(
            &format!(
                "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << {resources} >> >>"
            ),
            content.as_bytes(),
        )
    };
    let laughing: Vec<Vec<u8>> = (0..40)
        .map(|level| form(&format!("/X {} 0 R", (level + 6).min(44)), &"/X Do ".repeat(20)))
        .collect();
    let uses = "/Resources << /XObject << /X 5 0 R >> >>";
    let pdfs: Vec<(&str, Vec<u8>)> = vec![
        ("content that inflates to 40 MB", page_pdf("", "", stream("/Filter /FlateDecode", &once), &[])),
        ("content that inflates twice", page_pdf("", "", stream("/Filter [/FlateDecode /FlateDecode]", &twice), &[])),
        ("200 filters", page_pdf("", "", stream(&format!("/Filter [{}]", "/ASCIIHexDecode ".repeat(200)), b"00>"), &[])),
        ("run lengths that grow", page_pdf("", "", stream("/Filter /RunLengthDecode", &[129, b' '].repeat(2_000_000)), &[])),
        ("LZW of nothing but codes", page_pdf("", "", stream("/Filter /LZWDecode", &vec![0x80; 1 << 20]), &[])),
        ("a predictor of two thousand million columns", page_pdf("", "", stream("/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 2000000000 /Colors 32 /BitsPerComponent 16 >>", &deflated(b"x")), &[])),
        ("object stream that inflates", page_pdf("/X 5 0 R", "", plain(""), &[stream("/Type /ObjStm /N 1000000 /First 99999999 /Filter /FlateDecode", &once)])),
        ("2,000,000 texts", page_pdf("", "", stream("/Filter /FlateDecode", &text), &[])),
        ("1,000,000 saved states", page_pdf("", "", plain(&"q ".repeat(1_000_000)), &[])),
        ("content nested 200,000 deep", page_pdf("", "", plain(&"[".repeat(200_000)), &[])),
        ("marked content nested 500,000 deep", page_pdf("", "", plain(&"/A BMC ".repeat(500_000)), &[])),
        ("inline picture without end", page_pdf("", "", plain(&format!("BI /W 1 /H 1 ID {}", "x".repeat(1_000_000))), &[])),
        ("form that draws itself", page_pdf("", uses, plain("/X Do"), &[form("/X 5 0 R", "/X Do /X Do")])),
        ("forms that draw each other", page_pdf("", uses, plain("/X Do"), &[form("/X 6 0 R", "/X Do /X Do"), form("/X 5 0 R", "/X Do /X Do")])),
        ("forms that multiply", page_pdf("", uses, plain("/X Do"), &laughing)),
        ("pattern that paints itself", page_pdf("", "/Resources << /Pattern << /P 5 0 R >> >>", plain("/Pattern cs /P scn 0 0 9 9 re f"), &[stream("/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.0001 /YStep 0.0001 /Resources << /Pattern << /P 5 0 R >> >>", b"/Pattern cs /P scn 0 0 9 9 re f")])),
        ("drawn font that shows itself", page_pdf("", fonts, shown(), &[b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 1 1] /FontMatrix [1 0 0 1 0 0] /CharProcs << /a 6 0 R >> /Encoding << /Differences [0 /a /a /a] >> /FirstChar 0 /LastChar 2 /Widths [1 1 1] /Resources << /Font << /F 5 0 R >> >> >>".to_vec(), plain("BT /F 1 Tf (\\001\\002) Tj ET")])),
        ("map of a million ranges", page_pdf("", fonts, shown(), &[font(""), cmap(&format!("1 beginbfrange {} endbfrange", "<0000> <FFFF> <0000> ".repeat(50_000)))])),
        ("map of long targets", page_pdf("", fonts, shown(), &[font(""), cmap(&format!("1 beginbfrange <0000> <FFFF> <{}> endbfrange", "0041".repeat(100_000)))])),
        ("map that uses itself", page_pdf("", fonts, shown(), &[font(""), stream("/UseCMap 6 0 R", b"/X usecmap")])),
        ("widths of a million glyphs", page_pdf("", fonts, shown(), &[font(&format!("/W [{}]", "0 65535 500 ".repeat(100_000))), cmap("")])),
        ("font file that inflates", page_pdf("", fonts, shown(), &[font("/FontDescriptor << /Type /FontDescriptor /FontName /A /FontFile2 7 0 R >>"), cmap(""), stream("/Filter /FlateDecode", &once)])),
        ("cross-reference stream that inflates", {
            let mut file = b"%PDF-1.7\n".to_vec();
            let start = file.len();
            file.extend_from_slice(b"1 0 obj\n");
            file.extend_from_slice(&stream("/Type /XRef /Size 100000000 /W [1 8 8] /Root 1 0 R /Filter /FlateDecode", &once));
            file.extend_from_slice(format!("\nendobj\nstartxref\n{start}\n%%EOF\n").as_bytes());
            file
        }),
    ];
    pdfs.into_iter()
        .map(|(name, file)| (name.to_owned(), "pdf", file))
        .collect()
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let mut out = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    out.extend_from_slice(&body);
    out.extend_from_slice(&qishu_testkit::office::crc32(&body).to_be_bytes());
    out
}

fn png(width: u32, height: u32, depth: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&[depth, 0, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(chunk(b"IHDR", &header));
    file.extend(chunks.concat());
    file.extend(chunk(b"IEND", b""));
    file
}

/// A TIFF directory of long values.
fn tiff(tags: &[(u16, u32)], next: u32) -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    file.extend_from_slice(&u16::try_from(tags.len()).unwrap().to_le_bytes());
    for (tag, value) in tags {
        file.extend_from_slice(&tag.to_le_bytes());
        file.extend_from_slice(&4u16.to_le_bytes());
        file.extend_from_slice(&1u32.to_le_bytes());
        file.extend_from_slice(&value.to_le_bytes());
    }
    file.extend_from_slice(&next.to_le_bytes());
    file.resize(file.len() + 64, 0);
    file
}

fn pictures() -> Vec<Bomb> {
    let zeros = deflated(&vec![0; 16 << 20]);
    let frame = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
    let gif = |width: u16, height: u16, frames: usize| {
        let mut file = b"GIF89a".to_vec();
        file.extend_from_slice(&width.to_le_bytes());
        file.extend_from_slice(&height.to_le_bytes());
        file.extend_from_slice(b"\x80\0\0\0\0\0\xff\xff\xff");
        file.extend(frame.repeat(frames));
        file.push(b';');
        file
    };
    let base = |width, height| {
        vec![
            (256, width),
            (257, height),
            (258, 8),
            (259, 1),
            (262, 1),
            (273, 8),
            (277, 1),
            (278, height),
            (279, 9),
        ]
    };
    let wide: Vec<(u16, u32)> = base(1, 1)
        .into_iter()
        .map(|(tag, value)| (tag, if tag == 277 { 60_000 } else { value }))
        .collect();
    let files: Vec<(&str, &'static str, Vec<u8>)> = vec![
        ("PNG of four thousand million pixels", "png", png(65_535, 65_535, 8, &[chunk(b"IDAT", &zeros)])),
        ("PNG of 25 million pixels", "png", png(5000, 5000, 1, &[chunk(b"IDAT", &deflated(&vec![0; 5000 * 626]))])),
        ("PNG with more data than pixels", "png", png(1, 1, 8, &[chunk(b"IDAT", &zeros)])),
        ("PNG with text that inflates", "png", png(1, 1, 8, &[chunk(b"zTXt", &[b"a\0\0".as_slice(), &zeros].concat()), chunk(b"IDAT", &deflated(&[0, 0]))])),
        ("PNG with a profile that inflates", "png", png(1, 1, 8, &[chunk(b"iCCP", &[b"a\0\0".as_slice(), &zeros].concat()), chunk(b"IDAT", &deflated(&[0, 0]))])),
        ("PNG of 300,000 pieces", "png", png(100, 100, 8, &vec![chunk(b"IDAT", b""); 300_000])),
        ("JPEG of a million empty segments", "jpg", [b"\xff\xd8".as_slice(), &b"\xff\xe0\0\x02".repeat(1_000_000)].concat()),
        ("JPEG of four thousand million pixels", "jpg", b"\xff\xd8\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\xff\xd9".to_vec()),
        ("GIF of four thousand million pixels", "gif", gif(65_535, 65_535, 1)),
        ("GIF of 100,000 frames", "gif", gif(1, 1, 100_000)),
        ("GIF of 500 large frames", "gif", gif(5000, 5000, 500)),
        ("TIFF whose next page is its first", "tiff", tiff(&base(1, 1), 8)),
        ("TIFF of four thousand million pixels", "tiff", tiff(&base(65_535, 65_535), 0)),
        ("TIFF of 60,000 samples a pixel", "tiff", tiff(&wide, 0)),
        ("TIFF with rows of no height", "tiff", tiff(&[(256, 5000), (257, 5000), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 0), (279, 9)], 0)),
    ];
    files
        .into_iter()
        .map(|(name, suffix, file)| (name.to_owned(), suffix, file))
        .collect()
}

fn office_files() -> Vec<Bomb> {
    let with = |name: &str, content: Vec<u8>| {
        let mut entries = docx_entries(&["a"], "");
        entries.push((name.to_owned(), content));
        archive(&entries)
    };
    let laughs = format!(
        "<!DOCTYPE a [<!ENTITY a \"ha\">{}]><a>&z;</a>",
        (0..30)
            .map(|level| format!("<!ENTITY a{level} \"&a;&a;&a;&a;\">"))
            .collect::<String>()
    );
    let mut circle = vec![0u8; 3 * 512];
    circle[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    circle[30] = 9;
    circle[48] = 1;
    circle[512..1024].fill(1);
    let relations = "<Relationship Id=\"a\" Type=\"x/hyperlink\" Target=\"b\"/>".repeat(200_000);
    let files: Vec<(&str, &'static str, Vec<u8>)> = vec![
        (
            "XML 500,000 deep",
            "docx",
            with("word/x.xml", "<a>".repeat(500_000).into_bytes()),
        ),
        (
            "200,000 relationships",
            "docx",
            with(
                "word/_rels/x.rels",
                format!("<Relationships>{relations}</Relationships>").into_bytes(),
            ),
        ),
        (
            "entities that multiply",
            "docx",
            with("word/x.xml", laughs.into_bytes()),
        ),
        (
            "50,000 entries",
            "xlsx",
            archive(
                &(0..50_000)
                    .map(|index| (format!("{index}"), Vec::new()))
                    .collect::<Vec<_>>(),
            ),
        ),
        ("an entry within another", "xlsx", {
            let mut file = archive(&xlsx_entries(&[&["a"]], ""));
            let directory = file
                .windows(4)
                .rposition(|window| window == b"PK\x01\x02")
                .unwrap();
            file[directory + 20..directory + 24].copy_from_slice(&5u32.to_le_bytes());
            file
        }),
        (
            "instructions of fields without end",
            "docx",
            with("word/x.xml", "<w:instrText>A".repeat(500_000).into_bytes()),
        ),
        ("old file whose sectors go in a circle", "doc", circle.clone()),
        ("old file whose tree goes in a circle", "xls", circle),
        (
            "rich text 1,000,000 deep",
            "rtf",
            format!("{{\\rtf1 {}", "{".repeat(1_000_000)).into_bytes(),
        ),
        (
            "1,000,000 tags",
            "html",
            format!("<html>{}", "<b>".repeat(1_000_000)).into_bytes(),
        ),
        (
            "a tag of 10 MB",
            "html",
            format!("<html><p {}>", "a=b ".repeat(2_500_000)).into_bytes(),
        ),
        (
            "500,000 tags without end",
            "html",
            format!("<html>{}", "<script".repeat(500_000)).into_bytes(),
        ),
        (
            "500,000 scripts without end",
            "html",
            format!("<html>{}", "<script></".repeat(500_000)).into_bytes(),
        ),
        ("5,000,000 lines", "txt", "a\n".repeat(5_000_000).into_bytes()),
        ("one line of 10 MB", "txt", "甲".repeat(3_500_000).into_bytes()),
    ];
    files
        .into_iter()
        .map(|(name, suffix, file)| (name.to_owned(), suffix, file))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bomb_is_over_in_time_and_work_beside_it_goes_on() {
    let limits = WorkerLimits {
        timeout: ALLOWED,
        at_once: 3,
        run_without: Layer::ALL.to_vec(),
        ..WorkerLimits::default()
    };
    // What passes the check would go to LibreOffice; here only the check is meant.
    let office = Office::new(
        qishu_convert::worker::WorkerProgram {
            path: PathBuf::from("/nowhere"),
            arguments: Vec::new(),
        },
        Some(PathBuf::from("/nowhere")),
        std::env::temp_dir(),
        OfficeLimits::default(),
    );
    let files = FileWork::in_workers(workers_with(limits, 11), office);
    let pdfs = [page_trees(), values(), revisions(), navigation(), streams()].concat();
    let bombs: Vec<Bomb> = [pdfs, pictures(), office_files()].concat();
    assert!(bombs.len() >= 60, "{} bombs", bombs.len());
    let limits = FileLimits {
        most_pages: 2000,
        // Smaller than in service, so that the files can be smaller, too.
        stream_bytes: 32 << 20,
    };
    for (name, suffix, bytes) in bombs {
        let began = Instant::now();
        let upload = Upload {
            suffix: Some(suffix.to_owned()),
            bytes: bytes.into(),
        };
        let uploads = [upload];
        let (outcome, beside) = tokio::join!(
            files.read_files(&uploads, limits),
            files.prepare_picture(include_bytes!("pixel.png"))
        );
        let took = began.elapsed();
        match outcome {
            Ok(_) | Err(AppError::InvalidFile { .. } | AppError::UnsupportedFile { .. }) => {}
            Err(other) => panic!("{name}: {other}"),
        }
        assert!(beside.is_ok(), "beside {name}");
        // Handing the file over and ending the worker are not the file's own time.
        assert!(took < ALLOWED + Duration::from_secs(5), "{name}: {took:?}");
        println!("{took:>10.3?}  {name}");
    }
}
