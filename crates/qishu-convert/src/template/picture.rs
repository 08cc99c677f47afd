//! Pictures as values.

use super::TemplateError;
use crate::kind::{FileKind, detect};
use crate::picture::displayed_size;

/// English Metric Units in a pixel of 1/96 inch (ECMA-376 part 1, 20.1.2.1).
const EMU_PER_PIXEL: u64 = 9_525;
/// Widest and highest a picture is shown: 15 cm by 20 cm fit between the margins of an A4 page.
const MOST_EMU: (u64, u64) = (5_400_000, 7_200_000);

/// A picture that was looked at.
pub(super) struct Checked {
    /// `png` or `jpeg`.
    pub(super) suffix: &'static str,
    /// Size on paper in English Metric Units.
    pub(super) width_emu: u64,
    pub(super) height_emu: u64,
}

impl Checked {
    /// The same in pixels of 1/96 inch.
    pub(super) const fn pixels(&self) -> (u64, u64) {
        (self.width_emu / EMU_PER_PIXEL, self.height_emu / EMU_PER_PIXEL)
    }
}

/// Checks that a picture is a whole PNG or JPEG of at most 25 million pixels, and tells how large it is shown.
pub(super) fn check(parameter: &str, bytes: &[u8]) -> Result<Checked, TemplateError> {
    let refuse = |reason: String| TemplateError::Picture {
        parameter: parameter.to_owned(),
        reason,
    };
    let suffix = match detect(bytes) {
        FileKind::Jpeg => "jpeg",
        FileKind::Png => "png",
        found => return Err(refuse(format!("a PNG or JPEG picture is expected, not {found}"))),
    };
    let (width, height) = displayed_size(bytes).map_err(|error| refuse(error.to_string()))?;
    let (width, height) = (
        u64::from(width) * EMU_PER_PIXEL,
        u64::from(height) * EMU_PER_PIXEL,
    );
    let (width_emu, height_emu) = fit(width, height, MOST_EMU);
    Ok(Checked {
        suffix,
        width_emu,
        height_emu,
    })
}

/// Scales down, in proportion, to what fits.
fn fit(width: u64, height: u64, most: (u64, u64)) -> (u64, u64) {
    let by_width = (most.0, (height * most.0 / width.max(1)).max(1));
    let by_height = ((width * most.1 / height.max(1)).max(1), most.1);
    if width <= most.0 && height <= most.1 {
        (width, height)
    } else if by_width.1 <= most.1 {
        by_width
    } else {
        by_height
    }
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn large_pictures_keep_their_proportions() {
        assert_eq!(fit(100, 50, (200, 300)), (100, 50));
        assert_eq!(fit(400, 100, (200, 300)), (200, 50));
        assert_eq!(fit(400, 1200, (200, 300)), (100, 300));
    }
}
