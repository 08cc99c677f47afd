//! GIF files: every frame as it is shown, on the canvas with what earlier frames left there.

use std::io::Cursor;
use std::num::NonZeroU64;

use ::gif::{ColorOutput, DecodeOptions, DisposalMethod, Frame, MemoryLimit};

use super::{Frames, PdfImage, PictureError, Samples, check_size};

const CHANNELS: usize = 4;

pub(super) fn read(file: &[u8]) -> Result<Vec<PdfImage>, PictureError> {
    let mut options = DecodeOptions::new();
    options.set_color_output(ColorOutput::RGBA);
    if let Some(limit) = NonZeroU64::new(super::MAX_PIXELS * CHANNELS as u64) {
        options.set_memory_limit(MemoryLimit::Bytes(limit));
    }
    let damaged = |error: ::gif::DecodingError| PictureError::damaged(error.to_string());
    let mut decoder = options.read_info(Cursor::new(file)).map_err(damaged)?;
    let (width, height) = (decoder.width(), decoder.height());
    check_size(width.into(), height.into())?;
    let mut canvas = Canvas::new(width.into(), height.into());
    let mut frames = Frames::default();
    while let Some(frame) = decoder.read_next_frame().map_err(damaged)? {
        let before = (frame.dispose == DisposalMethod::Previous).then(|| canvas.pixels.clone());
        canvas.paint(frame);
        frames.add(&Samples::rgba(width.into(), height.into(), &canvas.pixels))?;
        match (frame.dispose, before) {
            (_, Some(before)) => canvas.pixels = before,
            (DisposalMethod::Background, None) => canvas.clear(frame),
            _ => {}
        }
    }
    frames.finish()
}

struct Canvas {
    width: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            pixels: vec![0; width * height * CHANNELS],
        }
    }

    /// The pixels of the canvas that a frame covers, row by row, with the frame's own; what lies outside is left out.
    fn rows(&mut self, frame: &Frame<'_>, mut act: impl FnMut(&mut [u8], &[u8])) {
        let left = usize::from(frame.left).min(self.width);
        let shown = usize::from(frame.width).min(self.width - left);
        let row_bytes = usize::from(frame.width).max(1) * CHANNELS;
        let rows = self.pixels.chunks_exact_mut(self.width * CHANNELS);
        let below = rows.skip(frame.top.into());
        for (row, colours) in below.zip(frame.buffer.chunks_exact(row_bytes)) {
            let range = left * CHANNELS..(left + shown) * CHANNELS;
            if let (Some(row), Some(colours)) = (row.get_mut(range), colours.get(..shown * CHANNELS)) {
                act(row, colours);
            }
        }
    }

    fn paint(&mut self, frame: &Frame<'_>) {
        self.rows(frame, |row, colours| {
            let pixels = row.chunks_exact_mut(CHANNELS).zip(colours.chunks_exact(CHANNELS));
            for (pixel, colour) in pixels {
                if colour.last() != Some(&0) {
                    pixel.copy_from_slice(colour);
                }
            }
        });
    }

    fn clear(&mut self, frame: &Frame<'_>) {
        self.rows(frame, |row, _| row.fill(0));
    }
}
