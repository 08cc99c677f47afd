//! JPEG files (ITU-T T.81): the headers are read, the compressed data is copied.

use super::{Colours, Orientation, PdfImage, PictureError, check_size, exif};

const START_OF_IMAGE: u8 = 0xd8;
const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP14: u8 = 0xee;
const APP15: u8 = 0xef;
const COMMENT: u8 = 0xfe;

/// What the headers say.
#[derive(Default)]
struct Headers {
    frame: Option<Frame>,
    has_adobe_mark: bool,
    orientation: Option<Orientation>,
    has_scan: bool,
}

struct Frame {
    width: u32,
    height: u32,
    components: u8,
}

pub(super) fn read(file: &[u8]) -> Result<PdfImage, PictureError> {
    let (headers, data) = copy_visible(file)?;
    let Some(frame) = headers.frame.filter(|_| headers.has_scan) else {
        return Err(PictureError::damaged("the JPEG data has no picture in it"));
    };
    let colours = match frame.components {
        1 => Colours::Grey,
        3 => Colours::Rgb,
        4 if headers.has_adobe_mark => Colours::InvertedCmyk,
        4 => Colours::Cmyk,
        _ => {
            return Err(PictureError::Unsupported {
                what: "a JPEG of an unusual number of colours",
            });
        }
    };
    Ok(PdfImage {
        width: frame.width,
        height: frame.height,
        colours,
        orientation: headers.orientation.unwrap_or(Orientation::UPRIGHT),
        data,
        filter: "DCTDecode",
        opacity: None,
    })
}

/// Walks over the segments up to the end of the picture and copies those a decoder needs.
fn copy_visible(file: &[u8]) -> Result<(Headers, Vec<u8>), PictureError> {
    let mut headers = Headers::default();
    let mut copy = vec![0xff, START_OF_IMAGE];
    let mut rest = file.get(2..).unwrap_or_default();
    loop {
        let (marker, after) = next_marker(rest)?;
        match marker {
            END_OF_IMAGE => {
                copy.extend_from_slice(&[0xff, END_OF_IMAGE]);
                return Ok((headers, copy));
            }
            0x01 | 0xd0..=0xd7 => rest = after,
            START_OF_IMAGE | 0x00 => {
                return Err(PictureError::damaged("the JPEG data has a marker out of place"));
            }
            _ => {
                let (body, following) = segment(after)?;
                headers.note(marker, body)?;
                if is_needed(marker, body) {
                    copy.extend_from_slice(&[0xff, marker]);
                    copy.extend_from_slice(after.get(..after.len() - following.len()).unwrap_or_default());
                }
                rest = following;
                if marker == START_OF_SCAN {
                    let length = scan_length(rest)?;
                    let (scan, following) = rest.split_at_checked(length).unwrap_or((rest, &[]));
                    copy.extend_from_slice(scan);
                    rest = following;
                }
            }
        }
    }
}

/// The next marker and what follows it. Fill bytes (0xff) may stand before it (B.1.1.2).
fn next_marker(rest: &[u8]) -> Result<(u8, &[u8]), PictureError> {
    let fill = rest.iter().take_while(|byte| **byte == 0xff).count();
    match rest.get(fill..).and_then(<[u8]>::split_first) {
        Some((marker, after)) if fill > 0 => Ok((*marker, after)),
        Some(_) => Err(PictureError::damaged(
            "the JPEG data has no marker where one is due",
        )),
        None => Err(cut_off()),
    }
}

fn cut_off() -> PictureError {
    PictureError::damaged("the JPEG data ends before the picture does")
}

/// The body of a segment and what follows it.
fn segment(after: &[u8]) -> Result<(&[u8], &[u8]), PictureError> {
    let [high, low, ..] = after else {
        return Err(cut_off());
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length < 2 {
        return Err(PictureError::damaged("a JPEG segment has no length"));
    }
    let (segment, following) = after.split_at_checked(length).ok_or_else(cut_off)?;
    Ok((segment.get(2..).unwrap_or_default(), following))
}

/// How long the compressed data of a scan is: up to a marker that is neither a stuffed zero nor a restart.
fn scan_length(rest: &[u8]) -> Result<usize, PictureError> {
    let ends = |pair: &[u8]| matches!(pair, [0xff, marker] if !matches!(marker, 0x00 | 0xd0..=0xd7 | 0xff));
    rest.windows(2).position(ends).ok_or_else(cut_off)
}

/// Application data and comments do not show, but for the two marks that tell a decoder about the colours.
fn is_needed(marker: u8, body: &[u8]) -> bool {
    match marker {
        APP0 => body.starts_with(b"JFIF\0"),
        APP14 => body.starts_with(b"Adobe"),
        APP1..=APP15 | COMMENT => false,
        _ => true,
    }
}

impl Headers {
    fn note(&mut self, marker: u8, body: &[u8]) -> Result<(), PictureError> {
        match marker {
            // Baseline, extended and progressive (B.2.2). 0xc4, 0xc8 and 0xcc are no frames.
            0xc0..=0xc2 if self.frame.is_none() => self.frame = Some(read_frame(body)?),
            0xc0..=0xc2 => return Err(PictureError::damaged("the JPEG data has two frame headers")),
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(PictureError::Unsupported {
                    what: "lossless, hierarchical or arithmetic JPEG",
                });
            }
            START_OF_SCAN => self.has_scan = true,
            APP1 => {
                if let (None, Some(tiff)) = (self.orientation, body.strip_prefix(b"Exif\0\0")) {
                    self.orientation = Some(exif::orientation(tiff));
                }
            }
            APP14 => self.has_adobe_mark |= body.starts_with(b"Adobe"),
            _ => {}
        }
        Ok(())
    }
}

fn read_frame(body: &[u8]) -> Result<Frame, PictureError> {
    let [
        precision,
        height_high,
        height_low,
        width_high,
        width_low,
        components,
        ..,
    ] = body
    else {
        return Err(PictureError::damaged("the JPEG frame header is too short"));
    };
    if *precision != 8 {
        return Err(PictureError::Unsupported {
            what: "a JPEG of more than 8 bits per colour",
        });
    }
    let height = u32::from(u16::from_be_bytes([*height_high, *height_low]));
    let width = u32::from(u16::from_be_bytes([*width_high, *width_low]));
    check_size(width, height)?;
    Ok(Frame {
        width,
        height,
        components: *components,
    })
}
