//! A sheet with every style, size and name length, for people to look at: `contact-sheet-*.png` in the build folder.

use std::path::PathBuf;

use crate::{
    CompanySealSpec, Drawing, NameSealSize, PersonalSealShape, Point, SealSpec, SealStyle, Segment, Typeface,
    company_seal, legal_person_seal, personal_name_seal, text_line,
};

const CELL_MM: f64 = 64.0;
const NAME: &str = "契书演示电子合同科技发展（上海浦东新区）股份有限责任公司第一分公司自由贸易试验区经营部";

pub(crate) fn name_of(length: usize) -> String {
    let all: Vec<char> = NAME.chars().collect();
    if length >= 12 {
        // Real names end in 公司; keep that for the eye.
        let head: String = all[..length - 4].iter().collect();
        return head + "有限公司";
    }
    all[..length].iter().collect()
}

struct Sheet {
    columns: usize,
    cells: Vec<Drawing>,
}

impl Sheet {
    fn write(&self, file: &str) {
        let rows = self.cells.len().div_ceil(self.columns);
        let mut sheet = Drawing::new(self.columns as f64 * CELL_MM, rows as f64 * CELL_MM);
        for (i, cell) in self.cells.iter().enumerate() {
            let x = (i % self.columns) as f64 * CELL_MM + (CELL_MM - cell.width_mm) / 2.0;
            let y = (i / self.columns) as f64 * CELL_MM + (CELL_MM - cell.height_mm) / 2.0;
            for shape in &cell.shapes {
                let mut shape = shape.clone();
                let to = |p: Point| Point {
                    x: p.x + x,
                    y: p.y + y,
                };
                shape.segments = shape.segments.iter().map(|s: &Segment| s.map(to)).collect();
                sheet.shapes.push(shape);
            }
        }
        // …/debug/deps/<test binary> → …/debug/contact-sheets
        let folder: PathBuf = std::env::current_exe()
            .unwrap()
            .ancestors()
            .nth(2)
            .unwrap()
            .join("contact-sheets");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{file}.png")), sheet.to_png(120.0).unwrap()).unwrap();
        std::fs::write(folder.join(format!("{file}.svg")), sheet.to_svg()).unwrap();
    }
}

#[expect(clippy::needless_pass_by_value, reason = "reads better at the calls")]
fn seal(spec: CompanySealSpec) -> Drawing {
    company_seal(&spec).unwrap_or_else(|e| panic!("{spec:?}: {e}"))
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn name_lengths() {
    let lengths = [
        2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 31, 34, 36, 38, 40,
    ];
    let cells = lengths.map(|n| {
        let foot = (n % 4 == 0).then(|| "合同专用章".to_owned());
        let enterprise_code = (n % 3 == 0).then(|| "310115000123456".to_owned());
        seal(CompanySealSpec {
            name: name_of(n),
            foot,
            enterprise_code,
            ..CompanySealSpec::default()
        })
    });
    Sheet {
        columns: 5,
        cells: cells.to_vec(),
    }
    .write("name-lengths");
}

#[test]
fn styles() {
    let mut cells = Vec::new();
    for style in SealStyle::ALL {
        for length in [4, 9, 14, 22, 40] {
            cells.push(seal(CompanySealSpec {
                style,
                name: name_of(length),
                foot: (style != SealStyle::Foreign || length != 4).then(|| "财务专用章".to_owned()),
                en_content: text("QISHU DEMONSTRATION TECHNOLOGY (SHANGHAI) CO., LTD."),
                enterprise_code: text("3101150001234"),
                ..CompanySealSpec::default()
            }));
        }
    }
    Sheet { columns: 5, cells }.write("styles");
}

#[test]
fn sizes_and_lines() {
    let mut cells = Vec::new();
    for &spec in SealSpec::ALL.iter().filter(|s| s.is_round()) {
        let base = CompanySealSpec {
            spec: Some(spec),
            name: name_of(14),
            ..CompanySealSpec::default()
        };
        cells.push(seal(base.clone()));
        cells.push(seal(CompanySealSpec {
            foot: text("电子合同专用章"),
            ..base.clone()
        }));
        cells.push(seal(CompanySealSpec {
            branch_name: text("浦东分公司"),
            foot: text("合同专用章（1）"),
            enterprise_code: text("310115000123456"),
            ..base.clone()
        }));
        let special = CompanySealSpec {
            style: SealStyle::Special,
            ..base
        };
        cells.push(seal(CompanySealSpec {
            foot: text("发票专用章"),
            ..special.clone()
        }));
        cells.push(seal(CompanySealSpec {
            branch_name: text("第一分公司"),
            foot: text("Contract seal 2"),
            ..special
        }));
    }
    Sheet { columns: 5, cells }.write("sizes-and-lines");
}

#[test]
fn foreign() {
    let mut cells = Vec::new();
    let english = [
        "QISHU LTD.",
        "Qishu Technology Co., Ltd.",
        "QISHU DEMONSTRATION TECHNOLOGY (SHANGHAI) CO., LTD.",
        "Qishu Demonstration Electronic Contract Technology (Shanghai) Co., Limited",
    ];
    for spec in [
        SealSpec::Oval45x30,
        SealSpec::Oval40x30,
        SealSpec::Circular42,
        SealSpec::Circular45,
    ] {
        for (en, length) in english.iter().zip([4, 9, 14, 20]) {
            cells.push(seal(CompanySealSpec {
                style: SealStyle::ForeignMix,
                spec: Some(spec),
                name: name_of(length),
                en_content: text(en),
                ..CompanySealSpec::default()
            }));
        }
        cells.push(seal(CompanySealSpec {
            style: SealStyle::Foreign,
            spec: Some(spec),
            name: name_of(26),
            enterprise_code: text("310115000123456"),
            ..CompanySealSpec::default()
        }));
    }
    Sheet { columns: 5, cells }.write("foreign");
}

#[test]
fn name_seals() {
    let mut cells = Vec::new();
    let names = [
        "王伟",
        "王小明",
        "欧阳小明",
        "欧阳娜娜明",
        "买买提·阿不都拉",
        "龘䶮",
        "堃",
        "𠮷犇㐂",
        "John Smith",
        "Maria del Carmen Gutierrez",
    ];
    for name in names {
        cells.push(legal_person_seal(name, NameSealSize::Square20).unwrap());
    }
    for size in NameSealSize::ALL {
        cells.push(legal_person_seal("王小明", size).unwrap());
    }
    for name in ["王伟", "王小明", "买买提·阿不都拉", "John Smith"] {
        cells.push(personal_name_seal(name, PersonalSealShape::Horizontal).unwrap());
    }
    cells.push(text_line("2026年11月22日", 7.0, Typeface::Song).unwrap());
    cells.push(text_line("2026-11-22 王小明", 5.0, Typeface::Sans).unwrap());
    Sheet { columns: 5, cells }.write("name-seals");
}
