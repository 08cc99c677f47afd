//! Unpacked pictures, and several of them within limits.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};

use super::{Colours, MAX_FRAMES, MAX_TOTAL_PIXELS, Orientation, PdfImage, PictureError};

/// A picture with eight bits a sample.
pub(super) struct Samples {
    width: u32,
    height: u32,
    pub(super) colours: Colours,
    pub(super) pixels: Vec<u8>,
    opacity: Option<Vec<u8>>,
    pub(super) orientation: Orientation,
}

impl Samples {
    pub(super) fn new(width: u32, height: u32, colours: Colours, pixels: Vec<u8>) -> Self {
        Self {
            width,
            height,
            colours,
            pixels,
            opacity: None,
            orientation: Orientation::UPRIGHT,
        }
    }

    /// Pixels of some colour channels and one of opacity.
    pub(super) fn with_opacity(width: u32, height: u32, colours: Colours, samples: &[u8]) -> Self {
        let (pixels, opacity) = part(samples, colours.channels());
        let is_opaque = opacity.iter().all(|value| *value == u8::MAX);
        Self {
            opacity: (!is_opaque).then_some(opacity),
            ..Self::new(width, height, colours, pixels)
        }
    }

    pub(super) fn rgba(width: u32, height: u32, samples: &[u8]) -> Self {
        Self::with_opacity(width, height, Colours::Rgb, samples)
    }

    pub(super) fn compress(&self) -> Result<PdfImage, PictureError> {
        Ok(PdfImage {
            width: self.width,
            height: self.height,
            colours: self.colours,
            orientation: self.orientation,
            data: deflate(&self.pixels)?,
            filter: "FlateDecode",
            opacity: self.opacity.as_deref().map(deflate).transpose()?,
        })
    }
}

/// The pictures of one file, compressed one by one so that only one is unpacked at a time.
#[derive(Default)]
pub(super) struct Frames {
    images: Vec<PdfImage>,
    pixels: u64,
}

impl Frames {
    pub(super) fn add(&mut self, samples: &Samples) -> Result<(), PictureError> {
        self.pixels += u64::from(samples.width) * u64::from(samples.height);
        if self.images.len() >= MAX_FRAMES || self.pixels > MAX_TOTAL_PIXELS {
            return Err(PictureError::TooMany);
        }
        self.images.push(samples.compress()?);
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Vec<PdfImage>, PictureError> {
        if self.images.is_empty() {
            return Err(PictureError::damaged("it has no picture in it"));
        }
        Ok(self.images)
    }
}

/// Parts pixels of some colour channels and one of opacity.
fn part(samples: &[u8], channels: usize) -> (Vec<u8>, Vec<u8>) {
    let pixels = samples.len() / (channels + 1);
    let (mut colours, mut opacity) = (Vec::with_capacity(pixels * channels), Vec::with_capacity(pixels));
    for pixel in samples.chunks_exact(channels + 1) {
        if let Some((alpha, colour)) = pixel.split_last() {
            colours.extend_from_slice(colour);
            opacity.push(*alpha);
        }
    }
    (colours, opacity)
}

fn deflate(data: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(data).and_then(|()| encoder.finish());
    written.map_err(|error| PictureError::damaged(format!("it cannot be compressed: {error}")))
}
