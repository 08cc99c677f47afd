//! Where a stamp stands on a page: from what the reader sees to the page's own coordinates.

/// How a reader shows one page (ISO 32000-2, 7.7.3.3: `CropBox`, `Rotate`, `UserUnit`).
///
/// Displayed coordinates are points (1/72 inch) with the origin in the lower-left corner of the page as it is shown,
/// x to the right, y upwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageGeometry {
    crop: [f64; 4],
    quarter_turns: u8,
    user_unit: f64,
}

/// Size, turn and rectangle of a widget annotation, in user space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WidgetPlace {
    /// `/Rect` of the annotation: left, bottom, right, top.
    pub rect: [f64; 4],
    /// `/Matrix` of the appearance: a pure turn. The reader shifts the turned box into `rect` (ISO 32000-2, 12.5.5).
    pub matrix: [f64; 4],
    /// Width of the appearance's `/BBox` (its origin is 0 0).
    pub width: f64,
    /// Height of the appearance's `/BBox`.
    pub height: f64,
}

impl PageGeometry {
    /// `crop` is the effective crop box (any two opposite corners), `rotate` the clockwise turn in degrees, `user_unit`
    /// the size of one unit in points. Turns that are not multiples of 90 count as 0 and a unit that is not positive
    /// as 1, as readers do.
    #[must_use]
    pub fn new(crop: [f64; 4], rotate: i64, user_unit: f64) -> Self {
        let [x0, y0, x1, y1] = crop;
        let quarter_turns = if rotate % 90 == 0 {
            (rotate / 90).rem_euclid(4)
        } else {
            0
        };
        Self {
            crop: [x0.min(x1), y0.min(y1), x0.max(x1), y0.max(y1)],
            quarter_turns: u8::try_from(quarter_turns).unwrap_or(0),
            user_unit: if user_unit.is_finite() && user_unit > 0.0 {
                user_unit
            } else {
                1.0
            },
        }
    }

    /// Width of the page as shown, in points.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.size().0
    }

    /// Height of the page as shown, in points.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.size().1
    }

    /// The effective crop box in user space: left, bottom, right, top.
    #[must_use]
    pub fn crop_box(&self) -> [f64; 4] {
        self.crop
    }

    /// The clockwise turn: 0, 90, 180 or 270 degrees.
    #[must_use]
    pub fn rotation_degrees(&self) -> u16 {
        u16::from(self.quarter_turns) * 90
    }

    /// Points in one unit of user space.
    #[must_use]
    pub fn user_unit(&self) -> f64 {
        self.user_unit
    }

    /// Maps a displayed point to user space.
    #[must_use]
    pub fn to_user(&self, x: f64, y: f64) -> (f64, f64) {
        let [left, bottom, right, top] = self.crop;
        let (x, y) = (x / self.user_unit, y / self.user_unit);
        match self.quarter_turns {
            0 => (left + x, bottom + y),
            1 => (right - y, bottom + x),
            2 => (right - x, top - y),
            _ => (left + y, top - x),
        }
    }

    /// Places an upright box with its lower-left corner at (`x`, `y`), then turns it clockwise around its centre.
    ///
    /// All lengths are displayed points. The result's rectangle is the bounding box of the turned box.
    #[must_use]
    pub fn place(&self, x: f64, y: f64, width: f64, height: f64, clockwise_degrees: f64) -> WidgetPlace {
        let (centre_x, centre_y) = self.to_user(x + width / 2.0, y + height / 2.0);
        let (width, height) = (width / self.user_unit, height / self.user_unit);
        // The page turns clockwise by `rotate` when shown: the content turns the other way first.
        let (sin, cos) = exact_sin_cos(f64::from(self.rotation_degrees()) - clockwise_degrees);
        let half_width = f64::midpoint(width * cos.abs(), height * sin.abs());
        let half_height = f64::midpoint(width * sin.abs(), height * cos.abs());
        WidgetPlace {
            rect: [
                centre_x - half_width,
                centre_y - half_height,
                centre_x + half_width,
                centre_y + half_height,
            ],
            matrix: [cos, sin, -sin, cos],
            width,
            height,
        }
    }

    fn size(&self) -> (f64, f64) {
        let [left, bottom, right, top] = self.crop;
        let (width, height) = ((right - left) * self.user_unit, (top - bottom) * self.user_unit);
        if self.quarter_turns.is_multiple_of(2) {
            (width, height)
        } else {
            (height, width)
        }
    }
}

/// Sine and cosine of an angle in degrees, exact at multiples of 90 so that straight stamps stay sharp.
fn exact_sin_cos(degrees: f64) -> (f64, f64) {
    let degrees = if degrees.is_finite() {
        degrees.rem_euclid(360.0)
    } else {
        0.0
    };
    for (angle, exact) in [
        (0.0, (0.0, 1.0)),
        (90.0, (1.0, 0.0)),
        (180.0, (0.0, -1.0)),
        (270.0, (-1.0, 0.0)),
    ] {
        if (degrees - angle).abs() < 1e-9 {
            return exact;
        }
    }
    degrees.to_radians().sin_cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CROP: [f64; 4] = [100.0, 50.0, 500.0, 850.0];

    #[test]
    fn corners_of_turned_pages_map_to_the_right_crop_box_corners() {
        let corner = |rotate| PageGeometry::new(CROP, rotate, 1.0).to_user(0.0, 0.0);
        assert_eq!(corner(0), (100.0, 50.0));
        assert_eq!(corner(90), (500.0, 50.0));
        assert_eq!(corner(180), (500.0, 850.0));
        assert_eq!(corner(-90), (100.0, 850.0));
    }

    #[test]
    fn displayed_size_swaps_on_quarter_turns_and_scales_with_the_user_unit() {
        let page = PageGeometry::new([500.0, 850.0, 100.0, 50.0], 450, 2.0);
        assert_eq!((page.width(), page.height()), (1600.0, 800.0));
        assert_eq!(page.rotation_degrees(), 90);
        assert_eq!(PageGeometry::new(CROP, 45, -1.0), PageGeometry::new(CROP, 0, 1.0));
    }

    #[test]
    fn a_box_on_a_turned_page_has_a_turned_rectangle_and_matrix() {
        let place = PageGeometry::new(CROP, 90, 1.0).place(10.0, 20.0, 120.0, 60.0, 0.0);
        assert_eq!(place.rect, [420.0, 60.0, 480.0, 180.0]);
        assert_eq!(place.matrix, [0.0, 1.0, -1.0, 0.0]);
        assert_eq!((place.width, place.height), (120.0, 60.0));
    }

    #[test]
    fn user_units_shrink_the_box_in_user_space() {
        let place = PageGeometry::new([0.0, 0.0, 100.0, 100.0], 0, 2.0).place(20.0, 40.0, 60.0, 20.0, 0.0);
        assert_eq!(place.rect, [10.0, 20.0, 40.0, 30.0]);
        assert_eq!((place.width, place.height), (30.0, 10.0));
    }

    #[test]
    fn a_clockwise_turn_keeps_the_centre_and_grows_the_rectangle() {
        let page = PageGeometry::new([0.0, 0.0, 600.0, 800.0], 0, 1.0);
        let place = page.place(100.0, 100.0, 40.0, 40.0, 45.0);
        let half = 40.0 / 2.0_f64.sqrt();
        for (got, wanted) in place
            .rect
            .iter()
            .zip([120.0 - half, 120.0 - half, 120.0 + half, 120.0 + half])
        {
            assert!((got - wanted).abs() < 1e-9, "{got} is not {wanted}");
        }
        assert!(place.matrix[1] < 0.0, "a clockwise turn has a negative sine");
    }
}
