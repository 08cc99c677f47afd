//! Across-page seals (7.5, D-53): one picture cut into vertical strips along the right edges of several pages.

use super::geometry::keep_in;
use super::job::Job;
use super::{AcrossType, PageSize, Placed, PlacementField, PlacementRefusal, Size, Slice, StampKind};

/// At most this many pages share one picture (D-53).
const GROUP: usize = 20;

/// A page of the sequence a seal runs across.
#[derive(Clone, Copy)]
struct SequencePage {
    document: usize,
    page: usize,
    size: PageSize,
}

/// Strips of one across-page position; none when fewer than two pages take part.
pub(super) fn place(job: &Job<'_>) -> Result<Vec<Placed>, PlacementRefusal> {
    let picture = job.usable(job.spec.picture)?;
    let offset_y = job.coordinate_offset(PlacementField::OffsetY, job.spec.offset_y, 0.5)?;
    let scope = match job.spec.kind {
        StampKind::AcrossPageScope => parse_scope(job)?,
        _ => Vec::new(),
    };
    let mut placed = Vec::new();
    for sequence in sequences(job)? {
        if sequence.len() < 2 {
            continue;
        }
        let chosen = chosen_pages(job, &sequence, &scope)?;
        if chosen.len() < 2 {
            continue;
        }
        for group in groups(&chosen) {
            placed.extend(strips(job, group, picture, offset_y));
        }
    }
    Ok(placed)
}

/// The page sequences that count on their own: one per document, or one over all documents.
fn sequences(job: &Job<'_>) -> Result<Vec<Vec<SequencePage>>, PlacementRefusal> {
    match &job.spec.across_type {
        AcrossType::SingleDocument => match job.spec.document {
            Some(_) => {
                let (document, pages) = job.document()?;
                Ok(vec![pages_of(document, pages).collect()])
            }
            None => Ok(all_documents(job)
                .map(|(document, pages)| pages_of(document, pages).collect())
                .collect()),
        },
        AcrossType::AllDocuments(chosen) => {
            if chosen.iter().any(|index| *index >= job.documents.len()) {
                return Err(job.invalid(PlacementField::DocumentId, "names no document of the contract"));
            }
            let merged = all_documents(job)
                .filter(|(document, _)| chosen.is_empty() || chosen.contains(document))
                .flat_map(|(document, pages)| pages_of(document, pages));
            Ok(vec![merged.collect()])
        }
    }
}

fn all_documents<'a>(job: &Job<'a>) -> impl Iterator<Item = (usize, &'a [PageSize])> {
    job.documents.iter().map(Vec::as_slice).enumerate()
}

fn pages_of(document: usize, pages: &[PageSize]) -> impl Iterator<Item = SequencePage> {
    pages.iter().enumerate().map(move |(page, size)| SequencePage {
        document,
        page,
        size: *size,
    })
}

/// The pages of the sequence that the kind takes in.
fn chosen_pages(
    job: &Job<'_>,
    sequence: &[SequencePage],
    scope: &[(usize, usize)],
) -> Result<Vec<SequencePage>, PlacementRefusal> {
    let every_second = |first: usize| sequence.iter().skip(first).step_by(2).copied().collect();
    match job.spec.kind {
        StampKind::AcrossPageOdd => Ok(every_second(0)),
        StampKind::AcrossPageEven => Ok(every_second(1)),
        StampKind::AcrossPageScope => {
            if let Some(page) = scope
                .iter()
                .map(|range| range.1)
                .find(|page| *page > sequence.len())
            {
                let page = i64::try_from(page).unwrap_or(i64::MAX);
                return Err(PlacementRefusal::PageBeyond {
                    stamper: job.stamper,
                    page,
                    page_count: sequence.len(),
                });
            }
            let is_chosen = |number: usize| {
                scope
                    .iter()
                    .any(|(first, last)| (*first..=*last).contains(&number))
            };
            Ok(sequence
                .iter()
                .zip(1..)
                .filter(|(_, number)| is_chosen(*number))
                .map(|(page, _)| *page)
                .collect())
        }
        _ => Ok(sequence.to_vec()),
    }
}

/// Reads `2,4~7` into page ranges. `-` and the full-width forms `，` `～` `－` are read as well; callers type them.
fn parse_scope(job: &Job<'_>) -> Result<Vec<(usize, usize)>, PlacementRefusal> {
    let text = job.spec.seal_page_config.as_deref().unwrap_or_default();
    let invalid = || {
        job.invalid(
            PlacementField::SealPageConfig,
            format!("\"{text}\" is not a page list such as 2,4~7"),
        )
    };
    let number = |digits: &str| {
        let digits = digits.trim();
        let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_plain {
            return Err(invalid());
        }
        match digits.parse::<usize>() {
            Ok(0) => Err(invalid()),
            Ok(page) => Ok(page),
            // Only too many digits are left: certainly beyond any document.
            Err(_) => Ok(usize::MAX),
        }
    };
    let mut ranges = Vec::new();
    for part in text
        .split([',', '，'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let (first, last) = match part.split_once(['~', '-', '～', '－']) {
            Some((first, last)) => (number(first)?, number(last)?),
            None => (number(part)?, number(part)?),
        };
        if first > last {
            return Err(invalid());
        }
        ranges.push((first, last));
    }
    if ranges.is_empty() {
        Err(invalid())
    } else {
        Ok(ranges)
    }
}

/// Groups of up to 20 pages; a last group of one page joins the one before (D-53).
fn groups(pages: &[SequencePage]) -> Vec<&[SequencePage]> {
    let mut groups = Vec::new();
    let mut rest = pages;
    while !rest.is_empty() {
        let length = if rest.len() == GROUP + 1 {
            rest.len()
        } else {
            rest.len().min(GROUP)
        };
        let (group, remaining) = rest.split_at(length);
        groups.push(group);
        rest = remaining;
    }
    groups
}

/// Strip k of the picture at the right edge of the k-th page, at the same height on every page.
fn strips<'a>(
    job: &'a Job<'_>,
    group: &'a [SequencePage],
    picture: Size,
    offset_y: f64,
) -> impl Iterator<Item = Placed> + 'a {
    let count = group.len();
    // A contract has at most a few thousand pages; the count is exact as a float.
    let width = picture.width / count as f64;
    group.iter().enumerate().map(move |(index, page)| Placed {
        stamper: job.stamper,
        kind: job.spec.kind,
        document: page.document,
        page: page.page,
        x: page.size.width - width,
        y: keep_in(offset_y * page.size.height, picture.height, page.size.height),
        width,
        height: picture.height,
        rotation_degrees: 0.0,
        slice: Some(Slice { index, count }),
    })
}
