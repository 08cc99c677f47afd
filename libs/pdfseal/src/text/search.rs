//! Looks for a keyword in the chains of a page.

use super::layout::{PageLayout, PlacedGlyph};
use super::plain::Comparison;
use super::{Hit, glyphs};

/// All places of the keyword, exact ones, or if there is none compatible ones.
pub(super) fn find(pages: &[PageLayout], keyword: &str) -> Vec<Hit> {
    let exact = find_with(pages, keyword, Comparison::Exact);
    if exact.is_empty() {
        find_with(pages, keyword, Comparison::Compatible)
    } else {
        exact
    }
}

fn find_with(pages: &[PageLayout], keyword: &str, comparison: Comparison) -> Vec<Hit> {
    let mut wanted = Vec::new();
    comparison.for_each(keyword, |character| wanted.push(character));
    if wanted.is_empty() {
        return Vec::new();
    }
    pages
        .iter()
        .enumerate()
        .flat_map(|(page, layout)| find_on_page(page, layout, &wanted, comparison))
        .collect()
}

fn find_on_page(page: usize, layout: &PageLayout, wanted: &[char], comparison: Comparison) -> Vec<Hit> {
    let mut taken = vec![false; layout.glyphs.len()];
    let mut hits = Vec::new();
    // The order of lines decides; the order of drawing adds what is wrapped inside a table cell.
    for chain in layout.reading_chains.iter().chain(&layout.drawing_chains) {
        for place in places_in_chain(layout, chain, wanted, comparison) {
            let is_known = place
                .iter()
                .any(|index| taken.get(*index).copied().unwrap_or(true));
            if is_known {
                continue;
            }
            place
                .iter()
                .for_each(|index| taken.get_mut(*index).into_iter().for_each(|flag| *flag = true));
            hits.extend(hit_of(page, layout, place));
        }
    }
    sort_for_reading(&mut hits);
    hits
}

/// The glyphs of every place of the wanted characters in a chain, places not overlapping.
fn places_in_chain<'c>(
    layout: &PageLayout,
    chain: &'c [usize],
    wanted: &[char],
    comparison: Comparison,
) -> Vec<&'c [usize]> {
    let mut characters = Vec::new();
    let mut owners = Vec::new();
    for (position, index) in chain.iter().enumerate() {
        let text = layout
            .glyphs
            .get(*index)
            .map_or(glyphs::UNKNOWN, |glyph| &glyph.text);
        comparison.for_each(text, |character| {
            characters.push(character);
            owners.push(position);
        });
    }
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(window) = characters.get(from..from + wanted.len()) {
        if window == wanted && !window.contains(&char::REPLACEMENT_CHARACTER) {
            let ends = owners.get(from).zip(owners.get(from + wanted.len() - 1));
            places.extend(ends.and_then(|(first, last)| chain.get(*first..=*last)));
            from += wanted.len();
        } else {
            from += 1;
        }
    }
    places
}

fn hit_of(page: usize, layout: &PageLayout, place: &[usize]) -> Option<Hit> {
    let glyph = |index: &usize| layout.glyphs.get(*index);
    let first: &PlacedGlyph = place.first().and_then(glyph)?;
    let last: &PlacedGlyph = place.last().and_then(glyph)?;
    Some(Hit {
        page,
        x: last.end.0,
        y: last.end.1,
        start_x: first.start.0,
        start_y: first.start.1,
        height: last.size,
    })
}

/// Top to bottom, and within a row left to right. A row is what starts within half a font size of its highest hit.
fn sort_for_reading(hits: &mut [Hit]) {
    hits.sort_by(|a, b| b.start_y.total_cmp(&a.start_y));
    let mut rest = hits;
    while let Some(top) = rest.first().copied() {
        let length = rest
            .iter()
            .take_while(|hit| top.start_y - hit.start_y <= top.height / 2.0)
            .count();
        let (row, remaining) = std::mem::take(&mut rest).split_at_mut(length.max(1));
        row.sort_by(|a, b| a.start_x.total_cmp(&b.start_x));
        rest = remaining;
    }
}
