//! Templates as editors write them, and those that nobody should open.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::make::{Block, word_document};
use super::*;
use crate::package::Package;

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// A Word file with this body and further parts, of which headers and footers are declared.
fn docx(body: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let mut types =
        format!("<Override PartName=\"/word/document.xml\" ContentType=\"{TYPE}.document.main+xml\"/>");
    for (name, _) in parts {
        for kind in ["header", "footer"] {
            if name.starts_with(&format!("word/{kind}")) {
                types.push_str(&format!(
                    "<Override PartName=\"/{name}\" ContentType=\"{TYPE}.{kind}+xml\"/>"
                ));
            }
        }
    }
    let types = format!(
        "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"xml\" \
         ContentType=\"application/xml\"/>{types}</Types>"
    );
    let document = format!("<w:document xmlns:w=\"{WORD}\"><w:body>{body}</w:body></w:document>");
    let mut package = Package::empty();
    package.put("[Content_Types].xml", types.into_bytes());
    package.put("word/document.xml", document.into_bytes());
    for (name, content) in parts {
        package.put(name, content.as_bytes().to_vec());
    }
    package.to_bytes().unwrap()
}

fn header(text: &str) -> String {
    format!("<w:hdr xmlns:w=\"{WORD}\">{}</w:hdr>", paragraph(&[text]))
}

/// A paragraph of runs, the first of them bold.
fn paragraph(runs: &[&str]) -> String {
    let run = |(place, text): (usize, &&str)| {
        let bold = if place == 0 { "<w:rPr><w:b/></w:rPr>" } else { "" };
        format!("<w:r>{bold}<w:t>{text}</w:t></w:r>")
    };
    let runs: String = runs.iter().enumerate().map(run).collect();
    format!("<w:p>{runs}</w:p>")
}

fn table(rows: &[&[&str]]) -> String {
    let row = |row: &&[&str]| {
        let cells: String = row
            .iter()
            .map(|cell| format!("<w:tc>{}</w:tc>", paragraph(&[cell])))
            .collect();
        format!("<w:tr>{cells}</w:tr>")
    };
    format!("<w:tbl>{}</w:tbl>", rows.iter().map(row).collect::<String>())
}

fn part(file: &[u8], name: &str) -> String {
    let package = Package::open(file).unwrap();
    String::from_utf8(package.bytes(name).unwrap().to_vec()).unwrap()
}

fn names(reading: &TemplateReading) -> Vec<&str> {
    reading
        .parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect()
}

fn text(value: &str) -> FieldValue {
    FieldValue::Text(value.to_owned())
}

fn values<const N: usize>(values: [(&str, FieldValue); N]) -> FieldValues {
    values
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 1);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[0, 0, 0, 255, 255, 255]).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn parameters_are_found_in_body_tables_headers_and_footers_each_once() {
    let body = [
        paragraph(&["甲方：{{ 甲方名称 }}，金额{", "{金", "额}}元"]),
        table(&[&["名称", "数量"], &["{{明细}}", ""], &["{{合计}}", "{{金额}}"]]),
    ]
    .concat();
    let file = docx(
        &body,
        &[
            ("word/header1.xml", &header("{{编号}}")),
            ("word/footer1.xml", &header("{{编号}} ｛｛页脚｝｝")),
        ],
    );
    let reading = read_template(TemplateKind::Word, &file).unwrap();
    assert_eq!(names(&reading), ["甲方名称", "金额", "明细", "合计", "编号"]);
    let columns = |name: &str| {
        let found = reading.parameters.iter().find(|known| known.name == name);
        found.unwrap().columns.clone()
    };
    assert_eq!(columns("明细").unwrap(), ["名称", "数量"]);
    assert_eq!(columns("金额"), None, "it also stands outside of the table");
    assert_eq!(reading.ignored, ["页脚"]);
}

#[test]
fn values_stand_in_the_formatting_of_the_first_run_and_cannot_break_out() {
    let file = docx(
        &paragraph(&["名称{", "{a}", "}；<![CDATA[{{b}}]]>&#123;{c}}"]),
        &[("word/header1.xml", &header("{{a}}"))],
    );
    let filled = fill_template(
        TemplateKind::Word,
        &file,
        &values([
            ("a", text("<w:t>&\"'</w:t>")),
            ("b", text("一\n二\t三")),
            ("c", text("{{a}}")),
        ]),
    )
    .unwrap();
    let body = part(&filled, "word/document.xml");
    let escaped = "&lt;w:t&gt;&amp;&quot;'&lt;/w:t&gt;";
    let expected = format!(
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">名称</w:t><w:t xml:space=\"preserve\">{escaped}</w:t></w:r>\
         <w:r/><w:r><w:t xml:space=\"preserve\">；</w:t><w:t xml:space=\"preserve\">一</w:t><w:br/><w:t xml:space=\"preserve\">二</w:t>\
         <w:tab/><w:t xml:space=\"preserve\">三</w:t><w:t xml:space=\"preserve\">{{{{a}}}}</w:t></w:r></w:p>"
    );
    assert!(body.contains(&expected), "{body}");
    assert!(part(&filled, "word/header1.xml").contains(escaped));
    assert_eq!(
        names(&read_template(TemplateKind::Word, &filled).unwrap()),
        ["a"],
        "a value that looks like a placeholder is text in this filling"
    );
}

#[test]
fn rows_of_a_table_are_repeated_for_each_record() {
    let body = table(&[
        &["名称", "数量", "备注"],
        &["{{明细}}", "约", "{{说明}}"],
        &["合计", "", ""],
    ]);
    let file = docx(&body, &[]);
    let fill = |records: &[[&str; 2]]| {
        let records = records
            .iter()
            .map(|record| record.iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        let values = values([("明细", FieldValue::Rows(records)), ("说明", text("同上"))]);
        let filled = fill_template(TemplateKind::Word, &file, &values).unwrap();
        let body = tree::parse_xml("", part(&filled, "word/document.xml").as_bytes()).unwrap();
        let table = body.elements().next().unwrap().elements().next().unwrap();
        table
            .elements()
            .map(|row| {
                row.elements()
                    .map(tree::Element::text)
                    .collect::<Vec<_>>()
                    .join("|")
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        fill(&[["钢笔", "3"], ["{{说明}}", "5"]]),
        ["名称|数量|备注", "钢笔|约3|同上", "{{说明}}|约5|同上", "合计||"]
    );
    assert_eq!(fill(&[]), ["名称|数量|备注", "合计||"]);
}

#[test]
fn pictures_become_drawings_of_the_part_that_shows_them() {
    let file = docx(
        &paragraph(&["{{照片}}"]),
        &[("word/header1.xml", &header("{{照片}}"))],
    );
    let filled = fill_template(
        TemplateKind::Word,
        &file,
        &values([("照片", FieldValue::Picture(picture()))]),
    )
    .unwrap();
    let body = part(&filled, "word/document.xml");
    assert!(
        body.contains("r:embed=\"rIdqishuValue1\"") && body.contains("cx=\"19050\""),
        "{body}"
    );
    let links = part(&filled, "word/_rels/document.xml.rels");
    assert!(links.contains("Target=\"media/qishuValue1.png\""), "{links}");
    assert!(part(&filled, "word/_rels/header1.xml.rels").contains("qishuValue2.png"));
    assert!(part(&filled, "[Content_Types].xml").contains("image/png"));
    assert_eq!(
        Package::open(&filled)
            .unwrap()
            .bytes("word/media/qishuValue1.png")
            .unwrap(),
        picture()
    );
    let refused = fill_template(
        TemplateKind::Word,
        &file,
        &values([("照片", FieldValue::Picture(b"GIF89a".to_vec()))]),
    );
    assert!(matches!(refused, Err(TemplateError::Picture { parameter, .. }) if parameter == "照片"));
}

#[test]
fn repeated_names_get_numbers_in_the_order_of_the_document() {
    let box_of = |text: &str| paragraph(&[text]);
    let alternatives = format!(
        "<mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>",
        box_of("{{金额}}"),
        box_of("{{金额}}")
    );
    let body = [
        paragraph(&["{{金额}}和{{金额", "}}，{{金额1}}，{{日期}}"]),
        alternatives,
        paragraph(&["{{金额}}"]),
    ]
    .concat();
    let numbered = number_repeated(TemplateKind::Word, &docx(&body, &[])).unwrap();
    assert_eq!(
        names(&read_template(TemplateKind::Word, &numbered).unwrap()),
        ["金额2", "金额3", "金额1", "日期", "金额4", "金额5"]
    );
    let numbered = number_repeated(
        TemplateKind::Html,
        b"<p>{{a}}</p><div title='{{a}}'><p>{{a}}{{b}}</p></div>",
    );
    assert_eq!(
        names(&read_template(TemplateKind::Html, &numbered.unwrap()).unwrap()),
        ["a1", "a2", "a3", "b"]
    );
}

#[test]
fn files_of_our_own_are_templates() {
    let file = word_document(&[
        Block::Title("合同".to_owned()),
        Block::Paragraph("甲方：{{甲方}}".to_owned()),
        Block::Table(vec![vec!["项目".to_owned()], vec!["{{明细}}".to_owned()]]),
    ])
    .unwrap();
    let reading = read_template(TemplateKind::Word, &file).unwrap();
    assert_eq!(names(&reading), ["甲方", "明细"]);
    assert_eq!(crate::kind::detect(&file), crate::FileKind::Docx);
}

fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn refusal(file: &[u8]) -> String {
    read_template(TemplateKind::Word, file).unwrap_err().to_string()
}

#[test]
fn links_outwards_are_cut_or_refused() {
    let links = |kind: &str, target: &str| {
        let links = format!(
            "<Relationships xmlns=\"x\"><Relationship Id=\"rId1\" Type=\"http://x/{kind}\" Target=\"{target}\" \
             TargetMode=\"External\"/></Relationships>"
        );
        let body =
            "<w:p><w:hyperlink r:id=\"rId1\" xmlns:r=\"y\"><w:r><w:t>{{a}}</w:t></w:r></w:hyperlink></w:p>";
        docx(body, &[("word/_rels/document.xml.rels", &links)])
    };
    let file = links("hyperlink", "http://198.51.100.7/");
    let filled = fill_template(TemplateKind::Word, &file, &values([("a", text("官网"))])).unwrap();
    assert!(!part(&filled, "word/_rels/document.xml.rels").contains("198.51.100.7"));
    let body = part(&filled, "word/document.xml");
    assert!(body.contains("官网") && !body.contains("rId1"), "{body}");
    assert!(
        read_template(
            TemplateKind::Word,
            &links("attachedTemplate", "file:///C:/Normal.dotm")
        )
        .is_ok()
    );
    for kind in ["image", "oleObject", "frame", "subDocument", "video", "aFChunk"] {
        assert!(
            refusal(&links(kind, "http://198.51.100.7/")).contains("not accepted"),
            "{kind}"
        );
    }
}

#[test]
fn files_that_fetch_run_or_burst_are_refused() {
    let field = |runs: &[&str]| {
        let runs: String = runs
            .iter()
            .map(|run| format!("<w:r><w:instrText>{run}</w:instrText></w:r>"))
            .collect();
        docx(&format!("<w:p>{runs}</w:p>"), &[])
    };
    assert!(
        refusal(&field(&[" INCLUDE", "PICTURE \"http://198.51.100.7/a.png\""])).contains("INCLUDEPICTURE")
    );
    assert!(refusal(&field(&[" DDEAUTO c:\\a"])).contains("DDEAUTO"));
    assert!(
        read_template(
            TemplateKind::Word,
            &field(&[" HYPERLINK \"http://x/link/import\" "])
        )
        .is_ok(),
        "words of an address are no fields"
    );
    let simple = "<w:p><w:fldSimple w:instr=\"INCLUDETEXT a.docx\"/></w:p>";
    assert!(refusal(&docx(simple, &[])).contains("INCLUDETEXT"));
    assert!(refusal(&docx("<w:altChunk/>", &[])).contains("another document"));
    assert!(refusal(&docx("", &[("word/vbaProject.bin", "x")])).contains("macro"));
    let entity = format!(
        "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w:document xmlns:w=\"{WORD}\"><w:body>&x;</w:body></w:document>"
    );
    let types = part(&docx("", &[]), "[Content_Types].xml");
    let with_document = |document: &[u8]| {
        zipped(&[
            ("[Content_Types].xml", types.as_bytes()),
            ("word/document.xml", document),
        ])
    };
    assert!(refusal(&with_document(entity.as_bytes())).contains("document type"));
    let undeclared = format!("<w:document xmlns:w=\"{WORD}\">&x;</w:document>");
    assert!(refusal(&with_document(undeclared.as_bytes())).contains("unknown entity"));
    let deep = format!("<w:document xmlns:w=\"{WORD}\">{}", "<w:p>".repeat(100_000));
    assert!(refusal(&with_document(deep.as_bytes())).contains("nested"));
    assert!(refusal(&with_document(b"<html/>")).contains("no part of Word"));
    assert!(refusal(&with_document(b"<w:document")).contains("word/document.xml"));
    assert!(refusal(&with_document(b"\xff\xfe<\0")).contains("word/document.xml"));
    let bomb = vec![b' '; 30 * 1024 * 1024];
    assert!(refusal(&with_document(&bomb)).contains("unpacks"));
    let macro_types = types.replace("document.main+xml", "document.macroEnabled.main+xml");
    assert!(refusal(&zipped(&[("[Content_Types].xml", macro_types.as_bytes())])).contains("macro"));
    let other_types = types.replace("document.main+xml", "template.main+xml");
    assert!(refusal(&zipped(&[("[Content_Types].xml", other_types.as_bytes())])).contains("docx"));
}

#[test]
fn archives_that_two_readers_would_see_differently_are_refused() {
    for name in ["../a.xml", "/etc/passwd", "word\\a.xml", "c:/a.xml", "a/./b.xml"] {
        let file = zipped(&[("[Content_Types].xml", b"<Types/>"), (name, b"x")]);
        assert!(refusal(&file).contains("path"), "{name}");
    }
    let twice = zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("a.xml", b"1"),
        ("A.XML", b"2"),
    ]);
    assert!(refusal(&twice).contains("twice"));
    let mut many = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..2_001 {
        many.start_file(format!("{number}"), SimpleFileOptions::default())
            .unwrap();
    }
    assert!(refusal(&many.finish().unwrap().into_inner()).contains("2001 entries"));
    let mut link = ZipWriter::new(Cursor::new(Vec::new()));
    link.add_symlink("word/document.xml", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    assert!(refusal(&link.finish().unwrap().into_inner()).contains("link"));
    let prefixed = [b"MZ".as_slice(), &docx("", &[])].concat();
    assert!(refusal(&prefixed).contains("two readers"));
    assert!(refusal(b"no archive").contains("no readable Word file"));
}

fn html(file: &str) -> TemplateReading {
    read_template(TemplateKind::Html, file.as_bytes()).unwrap()
}

fn filled_html(file: &str, values: &FieldValues) -> String {
    String::from_utf8(fill_template(TemplateKind::Html, file.as_bytes(), values).unwrap()).unwrap()
}

#[test]
fn html_names_its_parameters_in_text_and_in_marked_elements() {
    let reading = html(
        "<h1>{{标题}}</h1><p>{{<b>甲方</b>}}，<span data-param=\"日期\" data-type=\"date\" data-required>x</span>\
         <input data-param=\"类型\" data-type=\"radio\" data-options=\"全职, 兼职\" data-default=\"\" data-description=\"选一项\">\
         <img data-param=\"照片\" data-type=\"image\" width=\"90\"><span data-param=\"{{坏}}\">留</span>\
         <table><tr><th>名称<th>数量<tr data-param=\"明细\" data-type=\"table\"><td>x<td>y</table>",
    );
    assert_eq!(names(&reading), ["标题", "甲方", "日期", "类型", "照片", "明细"]);
    let declared = |name: &str| {
        let found = reading.parameters.iter().find(|known| known.name == name);
        found.unwrap().declared.clone()
    };
    assert_eq!(declared("日期").kind.as_deref(), Some("date"));
    assert!(declared("日期").required);
    let kind = declared("类型");
    assert_eq!(kind.options, ["全职", "兼职"]);
    assert_eq!(
        (kind.default_value, kind.description.as_deref()),
        (None, Some("选一项"))
    );
    let table = reading
        .parameters
        .iter()
        .find(|known| known.name == "明细")
        .unwrap();
    assert_eq!(table.columns.as_deref().unwrap(), ["名称", "数量"]);
}

#[test]
fn html_is_filled_with_escaped_values() {
    let file = "<style>p{color:red}</style><p title=\"{{a}}\">{{a}}&amp;{{b}}</p><span data-param=c>old</span>\
                <img data-param=\"照片\" width=90><table><tr><td>名<td>量<tr><td>{{t}}<td></table>";
    let filled = filled_html(
        file,
        &values([
            ("a", text("<script>\"alert('1')\"</script>")),
            ("b", text("一\n二")),
            ("照片", FieldValue::Picture(picture())),
            (
                "t",
                FieldValue::Rows(vec![
                    vec!["x".to_owned(), "<b>".to_owned()],
                    vec!["{{a}}".to_owned()],
                ]),
            ),
        ]),
    );
    let escaped = "&lt;script&gt;&quot;alert('1')&quot;&lt;/script&gt;";
    assert!(
        filled.contains(&format!("<p title=\"{escaped}\">{escaped}&amp;一<br>二</p>")),
        "{filled}"
    );
    assert!(
        filled.contains("<span></span>") && filled.contains("<style>p{color:red}</style>"),
        "{filled}"
    );
    assert!(
        filled.contains("<img width=\"90\" src=\"data:image/png;base64,iVBOR"),
        "{filled}"
    );
    assert!(
        filled.contains("<tr><td>x</td><td>&lt;b&gt;</td></tr><tr><td>{{a}}</td><td></td></tr>"),
        "{filled}"
    );
    assert!(!filled_html("<p><img data-param=x>", &values([])).contains("<img"));
}

#[test]
fn nothing_of_html_is_fetched_or_run() {
    let vectors = [
        "<script src=http://198.51.100.7/></script>",
        "<script>evil()</script>",
        "<SCRIPT>evil()</SCRIPT >",
        "<p onclick=evil()>a</p>",
        "<p onclick = 'evil()'>a</p>",
        "<img src=http://198.51.100.7/a.png>",
        "<img src=\"//198.51.100.7/a.png\">",
        "<img src=file:///etc/passwd>",
        "<img src=\"data:image/svg+xml;base64,evil\">",
        "<img src=x onerror=evil()>",
        "<img srcset=http://198.51.100.7/a.png>",
        "<image src=http://198.51.100.7/a.png>",
        "<link rel=stylesheet href=http://198.51.100.7/>",
        "<meta http-equiv=refresh content=\"0;url=http://198.51.100.7/\">",
        "<base href=http://198.51.100.7/>",
        "<iframe src=http://198.51.100.7/>",
        "<iframe srcdoc=\"<script>evil()</script>\"></iframe>",
        "<object data=http://198.51.100.7/></object>",
        "<embed src=http://198.51.100.7/>",
        "<applet codebase=http://198.51.100.7/></applet>",
        "<svg onload=evil()><image href=http://198.51.100.7/ /></svg>",
        "<svg><script>evil()</script></svg>",
        "<math href=http://198.51.100.7/>",
        "<video src=http://198.51.100.7/><source src=http://198.51.100.7/></video>",
        "<body background=http://198.51.100.7/>",
        "<table background=http://198.51.100.7/><tr><td>a</table>",
        "<a href=javascript:evil()>a</a>",
        "<a href=http://198.51.100.7/>a</a>",
        "<form action=http://198.51.100.7/><input name=a></form>",
        "<p style=\"background:url(http://198.51.100.7/)\">a</p>",
        "<p style=\"background:u\\72l(http://198.51.100.7/)\">a</p>",
        "<p style=\"background:u/**/rl(http://198.51.100.7/)\">a</p>",
        "<p style=\"background:image-set('http://198.51.100.7/' 1x)\">a</p>",
        "<p style=\"width:expression(evil())\">a</p>",
        "<p style=\"a:b}evil{\">a</p>",
        "<style>@import 'http://198.51.100.7/';</style>",
        "<style>p{background:url(http://198.51.100.7/)}</style>",
        "<style></style><script>evil()</script>",
        "<style><!--</style><img src=http://198.51.100.7/>--></style>",
        "<!--[if IE]><script>evil()</script><![endif]-->",
        "<!-- --!><script>evil()</script>-->",
        "<?xml-stylesheet href=\"http://198.51.100.7/\"?>",
        "<!DOCTYPE html SYSTEM \"http://198.51.100.7/\">",
        "<template><script>evil()</script></template>",
        "<noscript><img src=http://198.51.100.7/></noscript>",
        "<textarea><script>evil()</script></textarea>",
        "<title><script>evil()</script></title>",
        "<p title=\"'><script>evil()</script>\">a</p>",
        "<p><scr<script>ipt>evil()</script>",
        "<frameset><frame src=http://198.51.100.7/></frameset>",
    ];
    for vector in vectors {
        let out = filled_html(&format!("<p>前{vector}后</p>"), &values([]));
        let lower = out.to_ascii_lowercase();
        let tags: Vec<&str> = lower
            .split('<')
            .skip(1)
            .filter_map(|tag| tag.split('>').next())
            .collect();
        for tag in &tags {
            let harmless =
                !tag.starts_with("script") && !tag.contains("198.51.100.7") && !tag.contains(" on");
            assert!(
                harmless && !tag.contains("javascript:") && !tag.contains("evil{"),
                "{vector} -> {out}"
            );
        }
        assert!(
            !lower.contains("url(") && !lower.contains("@import"),
            "{vector} -> {out}"
        );
        assert_eq!(
            filled_html(&out, &values([])),
            out,
            "{vector}: cleaning again changes nothing"
        );
    }
}

#[test]
fn html_that_no_reader_should_try_is_refused() {
    let deep = "<div>".repeat(100_000);
    assert!(read_template(TemplateKind::Html, deep.as_bytes()).is_err());
    assert!(read_template(TemplateKind::Html, b"<p>\xff</p>").is_err());
    assert_eq!(html("").parameters, []);
    assert_eq!(
        html("<p>{{a</p><p>b}}</p>").parameters,
        [],
        "no placeholder spans two paragraphs"
    );
    assert_eq!(names(&html("<p>a < b {{c}} <3 </p")), ["c"]);
}
