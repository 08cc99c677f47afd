//! Brings the glyphs of a page into lines, as a reader sees them, whatever order they were drawn in.

use super::{PageText, Run};

/// Two glyphs belong to one line when their baselines differ by less than this share of the font size.
const SAME_LINE: f64 = 0.4;
/// The same character drawn again within this share of the font size is a thickened stroke or a shadow.
const DOUBLE_STRIKE: f64 = 0.15;
/// Words further apart on one line than this many font sizes do not belong together.
const WIDEST_GAP: f64 = 12.0;
/// Lines further apart than this many font sizes do not belong together.
const WIDEST_LINE_STEP: f64 = 3.0;
/// Text of less than this share of the other's size is no continuation of it on the next line.
const LINE_SIZE_RATIO: f64 = 0.6;

/// A glyph with its place in displayed coordinates and in the frame of its text direction.
#[derive(Debug, Clone)]
pub(super) struct PlacedGlyph {
    /// What it means.
    pub(super) text: Box<str>,
    /// Origin in displayed coordinates.
    pub(super) start: (f64, f64),
    /// Right end on the baseline in displayed coordinates.
    pub(super) end: (f64, f64),
    /// Font size in points.
    pub(super) size: f64,
    /// Direction of writing it was sorted into.
    frame: FrameKey,
    /// Distance along the text to its origin and to its end.
    along: (f64, f64),
    /// Distance across the lines; grows from line to line.
    across: f64,
}

/// Direction in whole degrees, and whether lines follow clockwise of it (mirrored text does not).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct FrameKey {
    degrees: i32,
    mirrored: bool,
    vertical: bool,
}

/// The glyphs of a page in two orders.
#[derive(Debug, Clone)]
pub(super) struct PageLayout {
    /// The glyphs, in the order they were drawn.
    pub(super) glyphs: Vec<PlacedGlyph>,
    /// Line by line; every sequence is a chain in which a keyword may lie.
    pub(super) reading_chains: Vec<Vec<usize>>,
    /// As drawn, which is the order of writing in the cells of a table.
    pub(super) drawing_chains: Vec<Vec<usize>>,
}

impl PageLayout {
    pub(super) fn of_page(page: &PageText) -> Self {
        let glyphs: Vec<PlacedGlyph> = page.runs.iter().flat_map(placed_glyphs).collect();
        let mut order: Vec<usize> = (0..glyphs.len()).collect();
        // Upright text first, whatever comes first on the page.
        order.sort_by_key(|index| glyphs.get(*index).map(|glyph| glyph.frame));
        let mut reading_chains = Vec::new();
        let mut kept = vec![false; glyphs.len()];
        let frames =
            order.chunk_by(|a, b| glyphs.get(*a).map(|g| g.frame) == glyphs.get(*b).map(|g| g.frame));
        for frame in frames {
            let ordered = reading_order(&glyphs, frame);
            ordered
                .iter()
                .for_each(|index| kept.get_mut(*index).into_iter().for_each(|flag| *flag = true));
            reading_chains.extend(chains(&glyphs, &ordered));
        }
        let drawn: Vec<usize> = (0..glyphs.len())
            .filter(|index| kept.get(*index).copied().unwrap_or(false))
            .collect();
        let drawing_chains = chains(&glyphs, &drawn);
        Self {
            glyphs,
            reading_chains,
            drawing_chains,
        }
    }
}

fn placed_glyphs(run: &Run) -> impl Iterator<Item = PlacedGlyph> + '_ {
    let wide = |pair: [f32; 2]| (f64::from(pair[0]), f64::from(pair[1]));
    let (origin, direction, next_line) = (wide(run.origin), wide(run.direction), wide(run.next_line));
    let size = f64::from(run.size);
    let cross = direction.0 * next_line.1 - direction.1 * next_line.0;
    let frame = FrameKey {
        degrees: whole_degrees(direction),
        mirrored: cross > 0.0,
        vertical: run.vertical,
    };
    let along_origin = dot(origin, direction);
    let across = dot(origin, next_line);
    run.glyphs.iter().map(move |glyph| {
        let (first, last) = (f64::from(glyph.start), f64::from(glyph.start + glyph.advance));
        let at = |distance: f64| {
            (
                origin.0 + direction.0 * distance,
                origin.1 + direction.1 * distance,
            )
        };
        let start = at(first);
        let end = if run.vertical {
            // The right side of a vertical glyph: one em against the direction in which the lines follow.
            (start.0 - next_line.0 * size, start.1 - next_line.1 * size)
        } else {
            at(last)
        };
        PlacedGlyph {
            text: glyph.text.clone(),
            start,
            end,
            size,
            frame,
            along: (along_origin + first, along_origin + last),
            across,
        }
    })
}

fn dot(a: (f64, f64), b: (f64, f64)) -> f64 {
    a.0 * b.0 + a.1 * b.1
}

/// The direction rounded to a degree, 0 to 359, counter-clockwise.
#[expect(clippy::cast_possible_truncation, reason = "an angle in degrees fits")]
fn whole_degrees(direction: (f64, f64)) -> i32 {
    (direction.1.atan2(direction.0).to_degrees().round() as i32).rem_euclid(360)
}

/// Sorts the glyphs of one direction into lines, drops doubled strokes.
fn reading_order(glyphs: &[PlacedGlyph], members: &[usize]) -> Vec<usize> {
    let mut sorted: Vec<(usize, &PlacedGlyph)> = members
        .iter()
        .filter_map(|index| glyphs.get(*index).map(|glyph| (*index, glyph)))
        .collect();
    sorted.sort_by(|a, b| a.1.across.total_cmp(&b.1.across));
    let mut ordered = Vec::with_capacity(sorted.len());
    let mut rest = sorted.as_mut_slice();
    while let Some((_, first)) = rest.first() {
        let (across, mut size) = (first.across, first.size);
        let length = rest
            .iter()
            .take_while(|(_, glyph)| {
                let is_same = glyph.across - across <= SAME_LINE * size.max(glyph.size);
                size = size.max(glyph.size);
                is_same
            })
            .count();
        let (line, remaining) = rest.split_at_mut(length.max(1));
        line.sort_by(|a, b| a.1.along.0.total_cmp(&b.1.along.0));
        add_line(line, &mut ordered);
        rest = remaining;
    }
    ordered
}

/// Adds the glyphs of a line but those that only thicken another.
fn add_line(line: &[(usize, &PlacedGlyph)], ordered: &mut Vec<usize>) {
    for (position, (index, glyph)) in line.iter().enumerate() {
        let is_repeated =
            line.get(..position)
                .unwrap_or_default()
                .iter()
                .rev()
                .take(4)
                .any(|(_, earlier)| {
                    glyph.along.0 - earlier.along.0 < DOUBLE_STRIKE * glyph.size && glyph.text == earlier.text
                });
        if !is_repeated {
            ordered.push(*index);
        }
    }
}

/// Parts a sequence where a reader would not go on.
fn chains(glyphs: &[PlacedGlyph], sequence: &[usize]) -> Vec<Vec<usize>> {
    let follows = |a: &usize, b: &usize| match (glyphs.get(*a), glyphs.get(*b)) {
        (Some(a), Some(b)) => continues(a, b),
        _ => false,
    };
    sequence.chunk_by(follows).map(<[usize]>::to_vec).collect()
}

/// Whether `next` is the continuation of `glyph`: further on the line, or on the line below.
fn continues(glyph: &PlacedGlyph, next: &PlacedGlyph) -> bool {
    if glyph.frame != next.frame {
        return false;
    }
    let size = glyph.size.max(next.size);
    let step = next.across - glyph.across;
    if step.abs() <= SAME_LINE * size {
        let gap = next.along.0 - glyph.along.1;
        return gap > -size && gap <= WIDEST_GAP * size;
    }
    let is_alike = glyph.size.min(next.size) >= LINE_SIZE_RATIO * size;
    step > 0.0 && step <= WIDEST_LINE_STEP * size && is_alike
}
