//! Documents that the platform writes itself: void agreements, signing logs and evidence reports, as A4 pages.
//!
//! [`Paper`] breaks lines and pages; the modules below say what stands on them. Texts are Chinese with English beside it.
//! A character that the typeface lacks is written as its code, `[U+1F600]`: nothing that somebody signs may have a gap.

mod evidence_report;
mod signing_log;
mod void_agreement;
mod wrap;

use pdfseal::appearance::Rgb;
use pdfseal::compose::{A4, Attachment, ComposeError, Sheet, TextStyle, write_with_attachments};
use pdfseal::font::{FontError, FontMeasure};
use qishu_sealart::song_font;

pub(crate) use evidence_report::{SealPlace, draw_evidence_report};
pub(crate) use signing_log::{LoggedAct, LoggedDocument, LoggedParty, LoggedRow, SigningLog};
pub(crate) use void_agreement::{AgreementDocument, AgreementParty, VoidAgreement};
use wrap::wrap;

use crate::AppError;

/// Free space around the text, points.
const MARGIN: f64 = 56.0;
/// Room for the line at the foot of each page, points.
const FOOT: f64 = 30.0;
/// Space between base lines, as a factor of the font size.
const LEADING: f64 = 1.55;

const INK: Rgb = Rgb(34, 34, 34);
const GREY: Rgb = Rgb(120, 120, 120);
const RULE: Rgb = Rgb(205, 205, 205);
const SHADE: Rgb = Rgb(245, 246, 248);
const RED: Rgb = Rgb(176, 32, 32);

const fn style(size: f64, colour: Rgb) -> TextStyle {
    TextStyle {
        size,
        colour,
        bold: false,
    }
}

const fn bold(size: f64) -> TextStyle {
    TextStyle {
        size,
        colour: INK,
        bold: true,
    }
}

/// Where on a page something stands.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spot {
    /// Page, counted from 0.
    page: usize,
    /// Left edge, points.
    x: f64,
    /// Lower edge, points.
    y: f64,
}

/// A column of a table.
struct Column {
    /// Width in points.
    width: f64,
    /// How its text looks.
    style: TextStyle,
}

/// Pages being filled from top to bottom.
struct Paper<'f> {
    measure: FontMeasure<'f>,
    sheets: Vec<Sheet>,
    /// Upper edge of what is still free.
    y: f64,
}

impl Paper<'static> {
    fn new() -> Result<Self, AppError> {
        let measure = FontMeasure::new(song_font()).map_err(|error| font_error(&error))?;
        let mut paper = Self {
            measure,
            sheets: Vec::new(),
            y: 0.0,
        };
        paper.next_page();
        Ok(paper)
    }
}

impl Paper<'_> {
    const fn width() -> f64 {
        A4.0 - 2.0 * MARGIN
    }

    fn next_page(&mut self) {
        self.sheets.push(Sheet::new(A4));
        self.y = A4.1 - MARGIN;
    }

    /// Begins a new page unless so much is free on this one.
    fn need(&mut self, height: f64) {
        if self.y - height < MARGIN + FOOT {
            self.next_page();
        }
    }

    fn space(&mut self, height: f64) {
        self.y -= height;
    }

    fn sheet(&mut self) -> Option<&mut Sheet> {
        self.sheets.last_mut()
    }

    /// The text with characters that the typeface lacks written as codes, without control characters.
    fn clean(&self, text: &str) -> String {
        let mut clean = String::with_capacity(text.len());
        for character in text.chars() {
            if character.is_control() {
                clean.push(' ');
            } else if self.measure.has(character) {
                clean.push(character);
            } else {
                clean.push_str(&format!("[U+{:04X}]", u32::from(character)));
            }
        }
        clean
    }

    fn lines(&self, text: &str, size: f64, width: f64) -> Vec<String> {
        let measure = |text: &str| self.measure.width(text, size);
        text.split('\n')
            .flat_map(|line| wrap(&self.clean(line), width, &measure))
            .collect()
    }

    fn centred(&mut self, text: &str, style: TextStyle) {
        for line in self.lines(text, style.size, Self::width()) {
            let width = self.measure.width(&line, style.size);
            self.line_at((A4.0 - width) / 2.0, style, line);
        }
    }

    /// Lines of text across the page.
    fn paragraph(&mut self, text: &str, style: TextStyle) {
        for line in self.lines(text, style.size, Self::width()) {
            self.line_at(MARGIN, style, line);
        }
    }

    fn line_at(&mut self, x: f64, style: TextStyle, line: String) {
        let height = style.size * LEADING;
        self.need(height);
        let base = self.y - style.size;
        self.y -= height;
        if let Some(sheet) = self.sheet() {
            sheet.text(x, base, style, line);
        }
    }

    /// A heading with its English beside it and a line below.
    fn heading(&mut self, chinese: &str, english: &str) {
        self.need(70.0);
        self.space(10.0);
        let base = self.y - 13.0;
        let after = MARGIN + self.measure.width(chinese, 12.5) + 8.0;
        self.y -= 20.0;
        let y = self.y;
        if let Some(sheet) = self.sheet() {
            sheet.area([MARGIN, base - 2.0, 3.0, 13.0], RED);
            sheet.text(MARGIN + 9.0, base, bold(12.5), chinese);
            sheet.text(after + 9.0, base, style(8.5, GREY), english);
            sheet.line([MARGIN, y], [A4.0 - MARGIN, y], 0.5, RULE);
        }
        self.space(6.0);
    }

    /// A name and what it is, as a row with a shaded first column.
    fn entry(&mut self, chinese: &str, english: &str, value: &str) {
        const NAME: f64 = 128.0;
        const SIZE: f64 = 10.0;
        let lines = self.lines(value, SIZE, Self::width() - NAME - 20.0);
        // Long values go on over the page's end in parts of this many lines.
        for (part, lines) in lines.chunks(30).enumerate() {
            let rows = f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX));
            let height = rows * SIZE * LEADING + 8.0;
            self.need(height);
            let (top, bottom) = (self.y, self.y - height);
            let base = top - SIZE - 5.0;
            let after = MARGIN + 16.0 + self.measure.width(chinese, SIZE);
            if let Some(sheet) = self.sheet() {
                sheet.area([MARGIN, bottom, NAME, height], SHADE);
                if part == 0 {
                    sheet.text(MARGIN + 10.0, base, style(SIZE, INK), chinese);
                    sheet.text(after, base, style(7.5, GREY), english);
                }
                for (number, line) in (0_u32..).zip(lines) {
                    let y = base - f64::from(number) * SIZE * LEADING;
                    sheet.text(MARGIN + NAME + 10.0, y, style(SIZE, INK), line.as_str());
                }
                sheet.line([MARGIN, bottom], [A4.0 - MARGIN, bottom], 0.5, RULE);
            }
            self.y = bottom;
        }
    }

    /// The head of a table.
    fn table_head(&mut self, columns: &[Column], names: &[&str]) {
        self.need(60.0);
        let (top, height) = (self.y, 19.0);
        if let Some(sheet) = self.sheet() {
            sheet.area([MARGIN, top - height, Self::width(), height], SHADE);
            let mut x = MARGIN;
            for (column, name) in columns.iter().zip(names) {
                sheet.text(x + 5.0, top - 13.0, style(8.5, GREY), *name);
                x += column.width;
            }
        }
        self.y -= height;
    }

    /// A row of a table; on a new page under the table's head again.
    fn table_row(&mut self, columns: &[Column], names: &[&str], cells: &[String]) {
        let cells: Vec<Vec<String>> = columns
            .iter()
            .zip(cells)
            .map(|(column, cell)| {
                let mut lines = self.lines(cell, column.style.size, column.width - 10.0);
                // Whatever is longer than half a page is no table any more.
                lines.truncate(24);
                lines
            })
            .collect();
        let heights = columns.iter().zip(&cells).map(|(column, lines)| {
            f64::from(u32::try_from(lines.len().max(1)).unwrap_or(u32::MAX)) * column.style.size * 1.4
        });
        let height = heights.fold(0.0, f64::max) + 7.0;
        if self.y - height < MARGIN + FOOT {
            self.next_page();
            self.table_head(columns, names);
        }
        let (top, bottom) = (self.y, self.y - height);
        if let Some(sheet) = self.sheet() {
            let mut x = MARGIN;
            for (column, lines) in columns.iter().zip(&cells) {
                for (number, line) in (0_u32..).zip(lines) {
                    let y = top - column.style.size - 4.0 - f64::from(number) * column.style.size * 1.4;
                    sheet.text(x + 5.0, y, column.style, line.as_str());
                }
                x += column.width;
            }
            sheet.line([MARGIN, bottom], [A4.0 - MARGIN, bottom], 0.4, RULE);
        }
        self.y = bottom;
    }

    /// Ends every page with a line of text and its number, and writes the file.
    fn finish(self, foot: &str, title: &str) -> Result<Vec<u8>, AppError> {
        self.finish_with(foot, title, &[])
    }

    /// The same, with files inside it.
    fn finish_with(
        mut self,
        foot: &str,
        title: &str,
        attachments: &[Attachment<'_>],
    ) -> Result<Vec<u8>, AppError> {
        let pages = self.sheets.len();
        let foot = self.clean(foot);
        for (index, sheet) in self.sheets.iter_mut().enumerate() {
            let number = format!(
                "第 {} 页，共 {pages} 页　Page {} of {pages}",
                index + 1,
                index + 1
            );
            let width = self.measure.width(&number, 8.0);
            sheet.line([MARGIN, MARGIN + 8.0], [A4.0 - MARGIN, MARGIN + 8.0], 0.5, RULE);
            sheet.text(MARGIN, MARGIN - 5.0, style(8.0, GREY), foot.as_str());
            sheet.text(A4.0 - MARGIN - width, MARGIN - 5.0, style(8.0, GREY), number);
        }
        let written = write_with_attachments(&self.sheets, song_font(), title, "zh-CN", attachments);
        written.map_err(|error| match error {
            ComposeError::Font(error) => font_error(&error),
            ComposeError::Size(error) => AppError::internal("own document", error),
        })
    }
}

fn font_error(error: &FontError) -> AppError {
    AppError::internal("own typeface", error)
}
