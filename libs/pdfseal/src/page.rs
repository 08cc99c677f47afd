//! The page tree (ISO 32000-1, 7.7.3) as a flat list with inherited attributes made explicit, and the
//! geometry of a page as a reader sees it.

use std::collections::HashSet;
use std::sync::Arc;

use crate::document::{Document, is_type};
use crate::error::{Place, ReadError};
use crate::object::{Dictionary, Object, Reference};

/// Without `/MediaBox` every viewer takes US Letter.
const DEFAULT_MEDIA_BOX: Rectangle = Rectangle {
    left: 0.0,
    bottom: 0.0,
    right: 612.0,
    top: 792.0,
};

/// Attributes a page inherits from the nodes above it (table 30).
const INHERITABLE: [&str; 4] = ["Resources", "MediaBox", "CropBox", "Rotate"];

/// A rectangle in default user space; `left <= right` and `bottom <= top`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// Smaller x.
    pub left: f64,
    /// Smaller y.
    pub bottom: f64,
    /// Larger x.
    pub right: f64,
    /// Larger y.
    pub top: f64,
}

impl Rectangle {
    /// A rectangle through two opposite corners in any order (7.9.5).
    pub fn from_corners(x1: f64, y1: f64, x2: f64, y2: f64) -> Self {
        Self {
            left: x1.min(x2),
            bottom: y1.min(y2),
            right: x1.max(x2),
            top: y1.max(y2),
        }
    }

    /// Width in units of user space.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Height in units of user space.
    pub fn height(&self) -> f64 {
        self.top - self.bottom
    }

    /// The common part; `None` when there is none of positive size.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let common = Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        };
        (common.width() > 0.0 && common.height() > 0.0).then_some(common)
    }

    /// The array of the four numbers.
    pub fn to_object(&self) -> Object {
        Object::Array(
            [self.left, self.bottom, self.right, self.top]
                .map(number)
                .to_vec(),
        )
    }
}

/// Whole numbers are written without a fraction.
fn number(value: f64) -> Object {
    Object::Real(value)
        .as_integer()
        .map_or(Object::Real(value), Object::Integer)
}

/// A page.
#[derive(Debug, Clone)]
pub struct Page {
    /// The page object.
    pub reference: Reference,
    /// The page dictionary as it stands in the file, without inherited attributes.
    pub dictionary: Dictionary,
    /// Effective `/MediaBox`, in units of user space.
    pub media_box: Rectangle,
    /// Effective `/CropBox`: what a viewer shows, already cut to the media box (14.11.2).
    pub crop_box: Rectangle,
    /// Effective `/Rotate` in degrees clockwise: 0, 90, 180 or 270.
    pub rotate: u16,
    /// `/UserUnit`: size of a unit of user space in 1/72 inch; 1 unless stated.
    pub user_unit: f64,
    /// Effective `/Resources` as written (a reference or a dictionary); absent when no node has it. Pages
    /// that inherit it share it.
    pub resources: Option<Arc<Object>>,
}

impl Page {
    /// Width as displayed, in points (1/72 inch): crop box, user unit and rotation applied.
    pub fn width(&self) -> f64 {
        self.user_unit
            * if self.rotate.is_multiple_of(180) {
                self.crop_box.width()
            } else {
                self.crop_box.height()
            }
    }

    /// Height as displayed, in points.
    pub fn height(&self) -> f64 {
        self.user_unit
            * if self.rotate.is_multiple_of(180) {
                self.crop_box.height()
            } else {
                self.crop_box.width()
            }
    }

    /// The matrix `[a b c d e f]` (8.3.3) from displayed coordinates to user space. Displayed coordinates
    /// are points with the origin in the lower left corner of the page as a viewer shows it, y upwards.
    pub fn display_to_user(&self) -> [f64; 6] {
        let s = 1.0 / self.user_unit;
        let b = &self.crop_box;
        match self.rotate {
            // The displayed lower left corner is the right lower one of user space, and so on clockwise.
            90 => [0.0, s, -s, 0.0, b.right, b.bottom],
            180 => [-s, 0.0, 0.0, -s, b.right, b.top],
            270 => [0.0, -s, s, 0.0, b.left, b.top],
            _ => [s, 0.0, 0.0, s, b.left, b.bottom],
        }
    }
}

/// Inheritable attributes, shared by all that inherit them: a large one must not be copied per page.
type Inherited = Vec<(&'static str, Arc<Object>)>;

/// A node of the tree on its way down.
struct Node {
    object: Object,
    depth: usize,
    inherited: Inherited,
}

/// Reads the whole tree.
pub(crate) fn read_tree(document: &Document<'_>) -> Result<Vec<Page>, ReadError> {
    let limits = document.limits();
    let Some(root) = document.catalog().get("Pages") else {
        return Err(ReadError::damaged(Place::Catalog, "there is no page tree"));
    };
    let mut stack = vec![Node {
        object: root.clone(),
        depth: 0,
        inherited: Vec::new(),
    }];
    let mut seen = HashSet::new();
    let mut pages: Vec<Page> = Vec::new();
    let mut root_count = None;
    while let Some(node) = stack.pop() {
        let Some(reference) = node.object.as_reference() else {
            return Err(ReadError::damaged(
                Place::Page(pages.len() + 1),
                "the page is not an indirect object",
            ));
        };
        let place = Place::Object(reference);
        if !seen.insert(reference) {
            return Err(ReadError::damaged(place, "it stands twice in the page tree"));
        }
        if node.depth > limits.depth() {
            return Err(ReadError::LimitExceeded {
                what: "levels in the page tree",
                limit: limits.depth(),
            });
        }
        let Object::Dictionary(dictionary) = document.object(reference)? else {
            return Err(ReadError::damaged(
                place,
                "it should be a page or a node of the page tree",
            ));
        };
        let Some(kids) = dictionary.get("Kids") else {
            if pages.len() == limits.pages {
                return Err(ReadError::LimitExceeded {
                    what: "pages",
                    limit: limits.pages,
                });
            }
            pages.push(read_page(
                document,
                reference,
                dictionary,
                &node.inherited,
                pages.len() + 1,
            )?);
            continue;
        };
        if !is_type(&dictionary, "Pages") {
            return Err(ReadError::damaged(place, "a page has /Kids"));
        }
        if node.depth == 0 {
            root_count = document.get(&dictionary, "Count")?.as_integer();
        }
        let Object::Array(kids) = document.resolve(kids)?.into_owned() else {
            return Err(ReadError::damaged(place, "/Kids is not an array"));
        };
        if kids.len() > limits.pages.saturating_mul(2) {
            return Err(ReadError::LimitExceeded {
                what: "pages",
                limit: limits.pages,
            });
        }
        let inherited = inherit(&dictionary, &node.inherited);
        stack.extend(kids.into_iter().rev().map(|object| Node {
            object,
            depth: node.depth + 1,
            inherited: inherited.clone(),
        }));
    }
    check_count(root_count, pages.len())?;
    Ok(pages)
}

/// Viewers show as many pages as `/Count` says or as there are; a file where that differs is refused.
fn check_count(count: Option<i64>, pages: usize) -> Result<(), ReadError> {
    if pages == 0 {
        return Err(ReadError::damaged(Place::Catalog, "there are no pages"));
    }
    match count {
        Some(count) if usize::try_from(count) != Ok(pages) => Err(ReadError::damaged(
            Place::Catalog,
            format!("the page tree announces {count} pages and has {pages}"),
        )),
        _ => Ok(()),
    }
}

fn inherit(dictionary: &Dictionary, above: &Inherited) -> Inherited {
    let find = |key: &'static str| {
        let own = dictionary.get(key).map(|value| Arc::new(value.clone()));
        let inherited = || {
            above
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| Arc::clone(value))
        };
        own.or_else(inherited).map(|value| (key, value))
    };
    INHERITABLE.into_iter().filter_map(find).collect()
}

fn read_page(
    document: &Document<'_>,
    reference: Reference,
    dictionary: Dictionary,
    inherited: &Inherited,
    number: usize,
) -> Result<Page, ReadError> {
    let place = Place::Page(number);
    if !is_type(&dictionary, "Page") {
        return Err(ReadError::damaged(
            Place::Object(reference),
            "it should be a page, but is of another /Type",
        ));
    }
    let effective = inherit(&dictionary, inherited);
    let find = |key: &str| {
        effective
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    };
    let get = |key: &str| find(key).map(Arc::as_ref);
    let media_box = read_box(document, get("MediaBox"), place)?.unwrap_or(DEFAULT_MEDIA_BOX);
    let crop_box = read_box(document, get("CropBox"), place)?.unwrap_or(media_box);
    let Some(crop_box) = crop_box.intersection(&media_box) else {
        return Err(ReadError::damaged(
            place,
            "the visible part of the page has no area",
        ));
    };
    let rotate = match get("Rotate")
        .map(|value| document.resolve(value))
        .transpose()?
        .as_deref()
    {
        None | Some(Object::Null) => Some(0),
        Some(value) => value
            .as_integer()
            .filter(|v| v % 90 == 0)
            .map(|v| v.rem_euclid(360)),
    };
    let Some(rotate) = rotate.and_then(|v| u16::try_from(v).ok()) else {
        return Err(ReadError::damaged(
            place,
            "the rotation is not a multiple of 90 degrees",
        ));
    };
    let user_unit = match document.get(&dictionary, "UserUnit")?.as_ref() {
        Object::Null => Some(1.0),
        value => value.as_number().filter(|v| (0.001..=10_000.0).contains(v)),
    };
    let Some(user_unit) = user_unit else {
        return Err(ReadError::damaged(place, "/UserUnit is not a usable number"));
    };
    let resources = find("Resources").cloned();
    Ok(Page {
        reference,
        dictionary,
        media_box,
        crop_box,
        rotate,
        user_unit,
        resources,
    })
}

fn read_box(
    document: &Document<'_>,
    value: Option<&Object>,
    place: Place,
) -> Result<Option<Rectangle>, ReadError> {
    let Some(value) = value else { return Ok(None) };
    let value = document.resolve(value)?;
    if value.is_null() {
        return Ok(None);
    }
    let mut numbers = Vec::with_capacity(4);
    for item in value.as_array().unwrap_or_default() {
        numbers.extend(document.resolve(item)?.as_number().filter(|n| n.abs() <= 1.0e7));
    }
    let &[x1, y1, x2, y2] = numbers.as_slice() else {
        return Err(ReadError::damaged(
            place,
            "a page box is not an array of four numbers",
        ));
    };
    let rectangle = Rectangle::from_corners(x1, y1, x2, y2);
    if rectangle.width() <= 0.0 || rectangle.height() <= 0.0 {
        return Err(ReadError::damaged(place, "a page box has no area"));
    }
    Ok(Some(rectangle))
}
