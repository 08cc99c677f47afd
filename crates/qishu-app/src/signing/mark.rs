//! What a signature shows: pictures at positions, and how they become stamps on pages.

use std::collections::{BTreeSet, HashMap};

use pdfseal::appearance::{Slice, Stamp, StampPicture};
use qishu_model::contract::Stamper;
use qishu_model::id::SealId;
use qishu_model::placement::{Placed, Size};
use qishu_model::seal::Seal;

use crate::{App, AppError};

/// Something to put on the page: a picture at a position.
pub(crate) struct Mark {
    pub(crate) stamper: Stamper,
    pub(crate) picture: StampPicture,
    pub(crate) size: Size,
    /// Seal it shows.
    pub(crate) seal: Option<SealId>,
    /// What an electronic seal says of it; of company seals only.
    pub(super) face: Option<SealFace>,
    description: String,
}

/// What an electronic seal says of a seal (GB/T 38540).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SealFace {
    pub(super) id: SealId,
    pub(super) name: String,
    /// SHA-256 (hex) of its picture as PNG.
    pub(super) image: String,
    pub(super) width_mm: u32,
    pub(super) height_mm: u32,
}

impl SealFace {
    fn of(seal: &Seal) -> Self {
        let millimetres = |um: u32| um.div_ceil(1000);
        Self {
            id: seal.id,
            name: seal.name.clone(),
            image: seal.image.clone(),
            width_mm: millimetres(seal.width_um),
            height_mm: millimetres(seal.height_um),
        }
    }
}

impl Mark {
    /// A seal in its fixed size (7.6).
    pub(crate) fn seal(stamper: Stamper, seal: &Seal, picture: StampPicture, description: String) -> Self {
        let points = |um: u32| f64::from(um) / 1000.0 * 72.0 / 25.4;
        let size = Size {
            width: points(seal.width_um),
            height: points(seal.height_um),
        };
        Self {
            stamper,
            picture,
            size,
            seal: Some(seal.id),
            face: Some(SealFace::of(seal)),
            description,
        }
    }

    /// A picture whose position gives it a box, as a drawn signature.
    pub(crate) fn picture(stamper: Stamper, picture: StampPicture, description: String) -> Self {
        let size = Size {
            width: picture.width_pt(),
            height: picture.height_pt(),
        };
        Self {
            stamper,
            picture,
            size,
            seal: None,
            face: None,
            description,
        }
    }

    /// The date of signing (7.6).
    ///
    /// # Errors
    /// `2210` when the date cannot be drawn.
    pub(crate) fn date(app: &App, stamper: Stamper) -> Result<Self, AppError> {
        let pattern = stamper.date_patterns.first().copied().unwrap_or_default();
        let (year, month, day) = app.now().china_date();
        let text = pattern.write(year, month, day);
        let picture = crate::seal::draw_text(&text)?;
        Ok(Self::picture(stamper, picture, text))
    }
}

/// The company seals among the marks of these places, each once.
pub(super) fn seals(placed: &[&Placed], marks: &[Mark]) -> Vec<SealId> {
    let shown = placed.iter().filter_map(|place| marks.get(place.stamper)?.seal);
    let each: BTreeSet<SealId> = shown.collect();
    each.into_iter().collect()
}

/// The first company seal among the marks of these places.
pub(super) fn first_face<'a>(placed: &[&Placed], marks: &'a [Mark]) -> Option<&'a SealFace> {
    let mut faces = placed
        .iter()
        .filter_map(|place| marks.get(place.stamper)?.face.as_ref());
    faces.next()
}

/// Stamps of one document, with each picture named once.
pub(super) fn stamps<'a>(placed: &[&Placed], marks: &'a [Mark]) -> (Vec<Stamp>, Vec<&'a StampPicture>) {
    let mut pictures: Vec<&StampPicture> = Vec::new();
    let mut known: HashMap<[u8; 32], usize> = HashMap::new();
    let mut stamps = Vec::with_capacity(placed.len());
    for place in placed {
        let Some(mark) = marks.get(place.stamper) else {
            continue;
        };
        let picture = *known.entry(*mark.picture.id()).or_insert_with(|| {
            pictures.push(&mark.picture);
            pictures.len() - 1
        });
        stamps.push(Stamp {
            page: place.page,
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
            rotation_degrees: place.rotation_degrees,
            picture,
            slice: place.slice.map(|slice| Slice {
                index: narrow(slice.index),
                count: narrow(slice.count),
            }),
            description: mark.description.clone(),
        });
    }
    (stamps, pictures)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
