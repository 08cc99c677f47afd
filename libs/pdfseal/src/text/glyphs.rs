//! Runs the page contents through the interpreter and keeps the glyphs.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use hayro_interpret::font::{Glyph, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::{LoadPdfError, Pdf};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect, Vec2};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};

use super::stub_font::stub_font;
use super::unicode::FontTexts;
use super::{PageText, Run, RunGlyph, TextError, TextLimits};
use crate::{Document, Page, ReadError};

/// Glyph space: a thousand units are one em.
const EM: f64 = 1000.0;
/// What a glyph without a known meaning stands for; it never takes part in a match.
pub(super) const UNKNOWN: &str = "\u{fffd}";

/// Reads the runs of all pages.
pub(super) fn read_pages(document: &Document<'_>, limits: &TextLimits) -> Result<Vec<PageText>, TextError> {
    // The interpreter is written to accept any file, but it is large and not ours: a panic in it must not end the
    // caller, and unwinding is also the only way to stop it when a limit is reached.
    let outcome = catch_unwind(AssertUnwindSafe(|| interpret(document, limits)));
    outcome.unwrap_or_else(|payload| match payload.downcast::<LimitReached>() {
        Ok(limit) => Err(TextError::LimitExceeded {
            what: limit.what,
            limit: limit.limit,
        }),
        Err(_) => Err(TextError::Unreadable {
            what: "the page contents are not sound",
        }),
    })
}

fn interpret(document: &Document<'_>, limits: &TextLimits) -> Result<Vec<PageText>, TextError> {
    let pdf = Pdf::new(document.bytes().to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => TextError::Read(ReadError::Encrypted),
        LoadPdfError::Invalid => TextError::Unreadable {
            what: "the file structure is not understood",
        },
    })?;
    let pages = pdf.pages();
    if pages.len() != document.pages().len() {
        return Err(TextError::Unreadable {
            what: "two readers find different pages",
        });
    }
    let settings = settings();
    let cache = InterpreterCache::new();
    let mut device = Collector::new(FontTexts::of_document(document), limits);
    let mut texts = Vec::with_capacity(pages.len());
    for (page, geometry) in pages.iter().zip(document.pages()) {
        let bounds = Rect::new(0.0, 0.0, geometry.width(), geometry.height());
        device.bounds = bounds;
        let mut context = Context::new(
            user_to_display(geometry),
            bounds,
            &cache,
            pages.xref(),
            settings.clone(),
        );
        interpret_page(page, &mut context, &mut device);
        texts.push(PageText {
            width: narrow(geometry.width()),
            height: narrow(geometry.height()),
            runs: std::mem::take(&mut device.runs),
        });
    }
    Ok(texts)
}

fn user_to_display(page: &Page) -> Affine {
    Affine::new(page.display_to_user()).inverse()
}

fn settings() -> InterpreterSettings {
    let stub: Arc<Vec<u8>> = Arc::new(stub_font());
    InterpreterSettings {
        font_resolver: Arc::new(move |_| Some((stub.clone(), 0))),
        ..Default::default()
    }
}

/// Coordinates are kept in single precision: exact to a thousandth of a point on any page.
#[expect(
    clippy::cast_possible_truncation,
    reason = "rounding is intended; out of range becomes infinite"
)]
fn narrow(value: f64) -> f32 {
    value as f32
}

/// The payload that stops the interpreter.
struct LimitReached {
    what: &'static str,
    limit: usize,
}

struct Collector<'l> {
    fonts: FontTexts,
    bounds: Rect,
    runs: Vec<Run>,
    glyph_count: usize,
    step_count: usize,
    limits: &'l TextLimits,
}

impl<'l> Collector<'l> {
    fn new(fonts: FontTexts, limits: &'l TextLimits) -> Self {
        Self {
            fonts,
            bounds: Rect::ZERO,
            runs: Vec::new(),
            glyph_count: 0,
            step_count: 0,
            limits,
        }
    }

    fn count_step(&mut self) {
        self.step_count += 1;
        if self.step_count > self.limits.drawing_steps {
            resume_unwind(Box::new(LimitReached {
                what: "drawing steps",
                limit: self.limits.drawing_steps,
            }));
        }
    }

    fn count_glyphs(&mut self, count: usize) {
        self.glyph_count += count;
        if self.glyph_count > self.limits.glyphs {
            resume_unwind(Box::new(LimitReached {
                what: "glyphs",
                limit: self.limits.glyphs,
            }));
        }
    }

    fn text_of(&mut self, glyph: &Glyph<'_>) -> Box<str> {
        match glyph.as_unicode() {
            Some(BfString::Char(character)) if character != '\0' => {
                character.encode_utf8(&mut [0; 4]).to_owned().into()
            }
            Some(BfString::String(text)) if !text.is_empty() => text.into(),
            _ => self.fonts.text_of(glyph).unwrap_or_else(|| UNKNOWN.into()),
        }
    }

    fn is_on_page(&self, point: Point) -> bool {
        self.bounds.inflate(1.0, 1.0).contains(point)
    }
}

/// Direction, size and start of a run, from the placing of its first glyph.
struct Frame {
    origin: Point,
    direction: Vec2,
    next_line: Vec2,
    size: f64,
    /// Points along the direction for one unit of a glyph's advance.
    scale: f64,
    vertical: bool,
}

impl Frame {
    /// `None` when the text has no extent or is placed nowhere.
    fn of_transform(transform: Affine, vertical: bool) -> Option<Self> {
        let [a, b, c, d, e, f] = transform.as_coeffs();
        let (right, up) = (Vec2::new(a, b) * EM, Vec2::new(c, d) * EM);
        let (width, height) = (right.hypot(), up.hypot());
        let is_usable = |length: f64| length.is_finite() && length > 1e-3;
        if !is_usable(width) || !is_usable(height) || !e.is_finite() || !f.is_finite() {
            return None;
        }
        let (right, up) = (right / width, up / height);
        let (direction, next_line, scale) = if vertical {
            (-up, -right, height / EM)
        } else {
            (right, -up, width / EM)
        };
        Some(Self {
            origin: Point::new(e, f),
            direction,
            next_line,
            size: height,
            scale,
            vertical,
        })
    }
}

fn glyph_origin(transform: Affine) -> Point {
    transform * Point::ORIGIN
}

/// The advance in glyph units. Vertical fonts step by an em; a font that does not say is taken for half an em.
fn advance_of(glyph: &PositionedGlyph<'_>, vertical: bool) -> f64 {
    let advance = match &**glyph {
        _ if vertical => None,
        Glyph::Outline(outline) => outline.advance_width(),
        Glyph::Type3(type3) => type3.advance_width(),
    };
    let missing = if vertical { EM } else { EM / 2.0 };
    advance
        .map(f64::from)
        .filter(|value| value.is_finite() && *value >= 0.0)
        .unwrap_or(missing)
}

impl<'a> Device<'a> for Collector<'_> {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        self.count_step();
        self.count_glyphs(run.glyphs().len());
        let vertical = run.writing_mode() == WritingMode::Vertical;
        let Some(first) = run.glyphs().first() else { return };
        let Some(frame) = Frame::of_transform(props.transform * first.transform(), vertical) else {
            return;
        };
        let mut glyphs = Vec::with_capacity(run.glyphs().len());
        for glyph in run.glyphs() {
            let origin = glyph_origin(props.transform * glyph.transform());
            let advance = advance_of(glyph, vertical) * frame.scale;
            let middle = origin + frame.direction * (advance / 2.0);
            // What lies outside the page is not seen by anybody and must not count as a hit.
            if !self.is_on_page(middle) {
                continue;
            }
            glyphs.push(RunGlyph {
                text: self.text_of(glyph),
                start: narrow((origin - frame.origin).dot(frame.direction)),
                advance: narrow(advance),
            });
        }
        if glyphs.is_empty() {
            return;
        }
        let pair = |x: f64, y: f64| [narrow(x), narrow(y)];
        self.runs.push(Run {
            origin: pair(frame.origin.x, frame.origin.y),
            direction: pair(frame.direction.x, frame.direction.y),
            next_line: pair(frame.next_line.x, frame.next_line.y),
            size: narrow(frame.size),
            vertical: frame.vertical,
            glyphs,
        });
    }

    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {
        self.count_step();
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count_step();
    }

    fn push_clip_rect(&mut self, _: &Rect) {
        self.count_step();
    }

    fn draw_rect(&mut self, _: &Rect, _: DrawProps<'a>, _: &DrawMode) {
        self.count_step();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count_step();
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.count_step();
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
