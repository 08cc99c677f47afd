//! Boxes, rotation and the smallest shift back onto the page.

/// Width and height in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
}

/// Millimetres to points: 1 mm = 72/25.4 pt (7.6).
#[must_use]
pub fn points_from_mm(millimetres: f64) -> f64 {
    millimetres * 72.0 / 25.4
}

/// The largest size with the picture's proportions that fits into the box (D-54). Both must be positive.
#[must_use]
pub fn fit_in_box(picture: Size, limit: Size) -> Size {
    let height_at_full_width = picture.height * limit.width / picture.width;
    if height_at_full_width <= limit.height {
        Size {
            width: limit.width,
            height: height_at_full_width,
        }
    } else {
        Size {
            width: picture.width * limit.height / picture.height,
            height: limit.height,
        }
    }
}

/// The same direction as 0 ≤ degrees < 360.
pub(super) fn normal_rotation(degrees: f64) -> f64 {
    if degrees >= 360.0 {
        degrees - 360.0
    } else {
        degrees
    }
}

/// Moves a box (lower-left corner before rotation) by the smallest shift that brings its rotated outline onto the page
/// (7.4). An outline larger than the page is moved until it covers the page in that direction.
pub(super) fn keep_on_page(point: (f64, f64), size: Size, rotation_degrees: f64, page: Size) -> (f64, f64) {
    let outline = outline(size, rotation_degrees);
    let margin_x = (outline.width - size.width) / 2.0;
    let margin_y = (outline.height - size.height) / 2.0;
    (
        keep_in(point.0 - margin_x, outline.width, page.width) + margin_x,
        keep_in(point.1 - margin_y, outline.height, page.height) + margin_y,
    )
}

/// Nearest start of a span of this length within 0..limit.
pub(super) fn keep_in(start: f64, length: f64, limit: f64) -> f64 {
    let room = limit - length;
    start.max(room.min(0.0)).min(room.max(0.0))
}

/// Upright outline of a rotated box. Quarter turns are exact, so that a stamp is not shifted by a rounding error.
fn outline(size: Size, rotation_degrees: f64) -> Size {
    let half_turn = rotation_degrees % 180.0;
    if half_turn == 0.0 {
        return size;
    }
    if half_turn == 90.0 {
        return Size {
            width: size.height,
            height: size.width,
        };
    }
    let (sin, cos) = half_turn.to_radians().sin_cos();
    let (sin, cos) = (sin.abs(), cos.abs());
    Size {
        width: size.width * cos + size.height * sin,
        height: size.width * sin + size.height * cos,
    }
}
