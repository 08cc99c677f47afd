use std::io::Read as _;

use proptest::prelude::*;

use super::*;

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data")
            .join(name),
    )
    .unwrap()
}

fn png(width: u32, height: u32, colour: ::png::ColorType, depth: ::png::BitDepth, data: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    encoder.write_header().unwrap().write_image_data(data).unwrap();
    file
}

/// The file as text, binary data left out.
fn text_of(pdf: &[u8]) -> String {
    String::from_utf8_lossy(pdf).into_owned()
}

/// The data of the stream of an object.
fn stream_of(pdf: &[u8], number: u32) -> &[u8] {
    let find = |from: usize, mark: &str| {
        let tail = &pdf[from..];
        from + tail
            .windows(mark.len())
            .position(|window| window == mark.as_bytes())
            .unwrap()
    };
    let object = find(0, &format!("\n{number} 0 obj\n"));
    let start = find(object, "\nstream\n") + 8;
    &pdf[start..find(start, "\nendstream\nendobj")]
}

fn inflated(data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::ZlibDecoder::new(data)
        .read_to_end(&mut out)
        .unwrap();
    out
}

#[test]
fn pages_are_a4_with_the_picture_fitted_and_centred() {
    for (width, height, page, placing) in [
        (100, 100, "[0 0 595 842]", "q 595 0 0 595 0 123.5 cm"),
        (100, 200, "[0 0 595 842]", "q 421 0 0 842 87 0 cm"),
        (200, 100, "[0 0 842 595]", "q 842 0 0 421 0 87 cm"),
        (3, 1, "[0 0 842 595]", "q 842 0 0 280.6667 0 157.1667 cm"),
        (595, 842, "[0 0 595 842]", "q 595 0 0 842 0 0 cm"),
    ] {
        let pixels = vec![7; width as usize * height as usize];
        let picture = png(
            width,
            height,
            ::png::ColorType::Grayscale,
            ::png::BitDepth::Eight,
            &pixels,
        );
        let pdf = picture_to_pdf(&picture).unwrap();
        let text = text_of(&pdf);
        assert!(
            text.contains(&format!("/MediaBox {page}")),
            "{width} × {height}: {text}"
        );
        assert!(text.contains(placing), "{width} × {height}: {text}");
        assert_eq!(pdf, picture_to_pdf(&picture).unwrap());
    }
}

#[test]
fn the_whole_file_reads_as_it_should() {
    let picture = png(1, 1, ::png::ColorType::Grayscale, ::png::BitDepth::Eight, &[128]);
    let pdf = picture_to_pdf(&picture).unwrap();
    let text = text_of(&pdf);
    let object = "5 0 obj\n<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 \
                  /ColorSpace /DeviceGray /Filter /FlateDecode /Length";
    assert!(text.starts_with("%PDF-1.7\n%") && text.contains(object), "{text}");
    let xref: usize = text
        .split("startxref\n")
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .unwrap()
        .parse()
        .unwrap();
    assert!(pdf[xref..].starts_with(b"xref\n0 6\n0000000000 65535 f \n"));
    for (index, line) in String::from_utf8_lossy(&pdf[xref..])
        .lines()
        .skip(3)
        .take(5)
        .enumerate()
    {
        let offset: usize = line[..10].parse().unwrap();
        assert!(
            pdf[offset..].starts_with(format!("{} 0 obj\n", index + 1).as_bytes()),
            "{line}"
        );
    }
}

#[test]
fn opacity_becomes_a_soft_mask() {
    let half = png(
        2,
        1,
        ::png::ColorType::Rgba,
        ::png::BitDepth::Eight,
        &[1, 2, 3, 4, 5, 6, 7, 8],
    );
    let pdf = picture_to_pdf(&half).unwrap();
    assert!(text_of(&pdf).contains("/ColorSpace /DeviceRGB /Filter /FlateDecode /SMask 6 0 R"));
    assert_eq!(inflated(stream_of(&pdf, 5)), [1, 2, 3, 5, 6, 7]);
    assert_eq!(inflated(stream_of(&pdf, 6)), [4, 8]);

    let opaque = png(
        1,
        1,
        ::png::ColorType::Rgba,
        ::png::BitDepth::Eight,
        &[1, 2, 3, 255],
    );
    assert!(!text_of(&picture_to_pdf(&opaque).unwrap()).contains("SMask"));
}

#[test]
fn deep_and_shallow_pngs_become_eight_bits() {
    let deep = png(
        1,
        1,
        ::png::ColorType::GrayscaleAlpha,
        ::png::BitDepth::Sixteen,
        &[0x12, 0x34, 0x56, 0x78],
    );
    let pdf = picture_to_pdf(&deep).unwrap();
    assert_eq!(
        (inflated(stream_of(&pdf, 5)), inflated(stream_of(&pdf, 6))),
        (vec![0x12], vec![0x56])
    );
    let shallow = png(
        8,
        1,
        ::png::ColorType::Grayscale,
        ::png::BitDepth::One,
        &[0b1010_0000],
    );
    assert_eq!(
        inflated(stream_of(&picture_to_pdf(&shallow).unwrap(), 5)),
        [255, 0, 255, 0, 0, 0, 0, 0]
    );
}

#[test]
fn jpeg_data_is_passed_through_in_its_colours() {
    for (name, colours) in [
        ("rgb.jpg", "/ColorSpace /DeviceRGB /Filter /DCTDecode"),
        ("progressive.jpg", "/ColorSpace /DeviceRGB /Filter /DCTDecode"),
        ("grey.jpg", "/ColorSpace /DeviceGray /Filter /DCTDecode"),
        (
            "cmyk.jpg",
            "/ColorSpace /DeviceCMYK /Decode [1 0 1 0 1 0 1 0] /Filter /DCTDecode",
        ),
    ] {
        let pdf = picture_to_pdf(&sample(name)).unwrap();
        assert!(
            text_of(&pdf).contains(&format!("/Width 24 /Height 16 /BitsPerComponent 8 {colours}")),
            "{name}"
        );
        assert_eq!(stream_of(&pdf, 5), sample(name), "{name}");
    }
}

#[test]
fn the_camera_position_is_honoured_and_its_data_left_out() {
    let pdf = picture_to_pdf(&sample("turned.jpg")).unwrap();
    let text = text_of(&pdf);
    assert!(
        text.contains("/MediaBox [0 0 595 842]") && text.contains(" cm 0 -1 1 0 0 1 cm /Im Do Q"),
        "{text}"
    );
    assert!(String::from_utf8_lossy(&sample("turned.jpg")).contains("SecretCamera"));
    assert!(!text.contains("SecretCamera") && !text.contains("Exif") && !text.contains("secret remark"));
}

#[test]
fn every_orientation_maps_the_corners_as_exif_says() {
    // Where the top-left and the top-right corner of the stored picture are displayed, x to the right and y up.
    let expected: [[(i8, i8); 2]; 8] = [
        [(0, 1), (1, 1)],
        [(1, 1), (0, 1)],
        [(1, 0), (0, 0)],
        [(0, 0), (1, 0)],
        [(0, 1), (0, 0)],
        [(1, 1), (1, 0)],
        [(1, 0), (1, 1)],
        [(0, 0), (0, 1)],
    ];
    for (value, corners) in (1..).zip(expected) {
        let [a, b, c, d, e, f] = Orientation(value).matrix();
        let displayed = |x: i8, y: i8| (a * x + c * y + e, b * x + d * y + f);
        assert_eq!([displayed(0, 1), displayed(1, 1)], corners, "orientation {value}");
        assert_eq!(Orientation(value).swaps_sides(), value >= 5);
    }
}

#[test]
fn orientations_are_read_in_both_byte_orders() {
    let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0";
    let big = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0";
    assert_eq!(exif::orientation(little), Orientation(8));
    assert_eq!(exif::orientation(big), Orientation(3));
    for length in 0..little.len() - 3 {
        assert_eq!(exif::orientation(&little[..length]), Orientation::UPRIGHT);
    }
    let wrong_value = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0";
    assert_eq!(exif::orientation(wrong_value), Orientation::UPRIGHT);
}

#[test]
fn data_behind_the_picture_is_left_out() {
    let longer = [sample("rgb.jpg").as_slice(), b"%PDF-1.7 and more"].concat();
    assert_eq!(picture_to_pdf(&longer), picture_to_pdf(&sample("rgb.jpg")));
}

#[test]
fn too_many_pixels_are_refused_by_the_header_alone() {
    let mut big_png = png(1, 1, ::png::ColorType::Grayscale, ::png::BitDepth::Eight, &[0]);
    big_png[16..24].copy_from_slice(&[0, 0, 0x13, 0x89, 0, 0, 0x13, 0x88]);
    let crc = flate2::Crc::new();
    let mut crc = crc;
    crc.update(&big_png[12..29]);
    big_png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    assert_eq!(
        picture_to_pdf(&big_png),
        Err(PictureError::TooLarge {
            width: 5001,
            height: 5000
        })
    );

    let mut big_jpeg = sample("rgb.jpg");
    let frame = big_jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    big_jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert_eq!(
        picture_to_pdf(&big_jpeg),
        Err(PictureError::TooLarge {
            width: 65535,
            height: 65535
        })
    );
}

#[test]
fn damaged_rare_and_other_files_are_refused_with_the_reason() {
    let rgb = sample("rgb.jpg");
    let whole_png = png(
        20,
        20,
        ::png::ColorType::Grayscale,
        ::png::BitDepth::Eight,
        &[9; 400],
    );
    for cut in [3, 10, 100, rgb.len() / 2, rgb.len() - 1] {
        assert!(
            matches!(picture_to_pdf(&rgb[..cut]), Err(PictureError::Damaged { .. })),
            "cut to {cut}"
        );
    }
    for cut in [8, 20, 40, whole_png.len() - 20] {
        assert!(
            matches!(
                picture_to_pdf(&whole_png[..cut]),
                Err(PictureError::Damaged { .. })
            ),
            "cut to {cut}"
        );
    }
    let mut lossless = rgb;
    let frame = lossless.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    lossless[frame + 1] = 0xc3;
    assert!(matches!(
        picture_to_pdf(&lossless),
        Err(PictureError::Unsupported { .. })
    ));
    let not_a_picture = picture_to_pdf(b"%PDF-1.7").unwrap_err();
    assert_eq!(
        not_a_picture,
        PictureError::NotConvertible { found: FileKind::Pdf }
    );
    assert_eq!(
        not_a_picture.to_string(),
        "the file is pdf, only gif, jpeg, png and tiff pictures can be converted"
    );
}

proptest! {
    #[test]
    fn changed_pictures_convert_or_are_refused(
        name in prop::sample::select(vec!["rgb.jpg", "turned.jpg", "progressive.jpg"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut picture = sample(name);
        for (index, value) in changes {
            let at = index.index(picture.len());
            picture[at] = value;
        }
        if let Ok(pdf) = picture_to_pdf(&picture) {
            prop_assert!(pdf.ends_with(b"%%EOF\n"));
        }
    }
}

mod several {
    use std::io::Cursor;

    use ::gif::{DisposalMethod, Encoder as GifEncoder, Frame};
    use ::tiff::encoder::{Compression, TiffEncoder, colortype};

    use super::*;

    /// A GIF of 2 × 1 pixels whose frames have one colour each.
    fn gif(frames: &[(u16, u16, u8, DisposalMethod)]) -> Vec<u8> {
        let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255];
        let mut file = Vec::new();
        let mut encoder = GifEncoder::new(&mut file, 2, 1, &palette).unwrap();
        for (left, width, colour, dispose) in frames {
            let frame = Frame {
                left: *left,
                width: *width,
                height: 1,
                dispose: *dispose,
                buffer: vec![*colour; usize::from(*width)].into(),
                ..Frame::default()
            };
            encoder.write_frame(&frame).unwrap();
        }
        drop(encoder);
        file
    }

    const RED: [u8; 3] = [255, 0, 0];
    const GREEN: [u8; 3] = [0, 255, 0];

    #[test]
    fn every_frame_of_a_gif_is_a_page_as_it_is_shown() {
        let keep = gif(&[
            (0, 2, 0, DisposalMethod::Keep),
            (1, 1, 1, DisposalMethod::Previous),
            (0, 1, 1, DisposalMethod::Keep),
        ]);
        let pdf = picture_to_pdf(&keep).unwrap();
        assert!(text_of(&pdf).contains("/Kids [3 0 R 6 0 R 9 0 R] /Count 3"));
        assert_eq!(inflated(stream_of(&pdf, 5)), [RED, RED].concat());
        assert_eq!(inflated(stream_of(&pdf, 8)), [RED, GREEN].concat());
        assert_eq!(inflated(stream_of(&pdf, 11)), [GREEN, RED].concat());
    }

    #[test]
    fn a_frame_outside_of_the_canvas_shows_what_lies_inside() {
        let outside = gif(&[
            (1, 2, 1, DisposalMethod::Keep),
            (7, 1, 0, DisposalMethod::Background),
        ]);
        let pdf = picture_to_pdf(&outside).unwrap();
        assert_eq!(inflated(stream_of(&pdf, 5)), [[0; 3], GREEN].concat());
        assert_eq!(inflated(stream_of(&pdf, 6)), [0, 255]);
    }

    /// A TIFF with one page per picture.
    fn tiff(compression: Compression, pages: &[&[u8]]) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut encoder = TiffEncoder::new(&mut file).unwrap().with_compression(compression);
        for page in pages {
            encoder.write_image::<colortype::RGB8>(2, 1, page).unwrap();
        }
        file.into_inner()
    }

    #[test]
    fn every_page_of_a_tiff_is_a_page() {
        let (first, second) = ([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]);
        for compression in [Compression::Uncompressed, Compression::Lzw, Compression::Packbits] {
            let pdf = picture_to_pdf(&tiff(compression, &[&first, &second])).unwrap();
            assert!(text_of(&pdf).contains("/Count 2"));
            assert_eq!(inflated(stream_of(&pdf, 5)), first);
            assert_eq!(inflated(stream_of(&pdf, 8)), second);
        }
    }

    /// A TIFF of one strip, written by hand: tags with short values.
    fn plain_tiff(tags: &[(u16, u32)], data: &[u8], palette: &[u16]) -> Vec<u8> {
        let mut file = b"II*\0\0\0\0\0".to_vec();
        file.extend_from_slice(data);
        file.resize(file.len().next_multiple_of(2), 0);
        let palette_at = file.len() as u32;
        file.extend(palette.iter().flat_map(|value| value.to_le_bytes()));
        let directory = file.len() as u32;
        file[4..8].copy_from_slice(&directory.to_le_bytes());
        let mut entries: Vec<(u16, u16, u32, u32)> =
            tags.iter().map(|(tag, value)| (*tag, 4, 1, *value)).collect();
        entries.push((273, 4, 1, 8));
        entries.push((279, 4, 1, data.len() as u32));
        if !palette.is_empty() {
            entries.push((320, 3, palette.len() as u32, palette_at));
        }
        entries.sort_unstable();
        file.extend_from_slice(&(entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&count.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(&[0; 4]);
        file
    }

    fn tags(depth: u32, photometric: u32) -> Vec<(u16, u32)> {
        vec![
            (256, 3),
            (257, 2),
            (258, depth),
            (259, 1),
            (262, photometric),
            (277, 1),
            (278, 2),
        ]
    }

    #[test]
    fn shallow_and_indexed_tiffs_become_eight_bits() {
        // Black and white, rows padded to bytes: as scanners and fax machines send it.
        let scan = plain_tiff(&tags(1, 1), &[0b1010_0000, 0b0100_0000], &[]);
        let pdf = picture_to_pdf(&scan).unwrap();
        assert_eq!(inflated(stream_of(&pdf, 5)), [255, 0, 255, 0, 255, 0]);
        let inverted = plain_tiff(&tags(1, 0), &[0b1010_0000, 0b0100_0000], &[]);
        let pdf = picture_to_pdf(&inverted).unwrap();
        assert_eq!(inflated(stream_of(&pdf, 5)), [0, 255, 0, 255, 0, 255]);
        let grey = plain_tiff(&tags(4, 1), &[0x0f, 0x80, 0xf0, 0x10], &[]);
        let pdf = picture_to_pdf(&grey).unwrap();
        assert_eq!(inflated(stream_of(&pdf, 5)), [0, 255, 136, 255, 0, 17]);
        let palette = [0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 0x6000];
        let indexed = plain_tiff(&tags(1, 3), &[0b1000_0000, 0], &palette);
        let pdf = picture_to_pdf(&indexed).unwrap();
        assert_eq!(
            inflated(stream_of(&pdf, 5))[..6],
            [0x20, 0x40, 0x60, 0x10, 0x30, 0x50]
        );
    }

    #[test]
    fn damaged_and_endless_files_are_refused() {
        let whole = tiff(Compression::Lzw, &[&[1; 6], &[2; 6]]);
        for length in (8..whole.len()).step_by(3) {
            // Some cuts only lose what no picture needs.
            if let Ok(pdf) = picture_to_pdf(&whole[..length]) {
                assert!(pdf.ends_with(b"%%EOF\n"));
            }
        }
        // The next page of the first page is the first page.
        let mut circle = tiff(Compression::Uncompressed, &[&[1; 6]]);
        let directory = circle[4..8].to_vec();
        let at = circle.len() - 4;
        circle[at..].copy_from_slice(&directory);
        assert!(picture_to_pdf(&circle).is_err());
        let whole = gif(&[(0, 2, 0, DisposalMethod::Keep)]);
        for length in 6..whole.len() - 2 {
            assert!(picture_to_pdf(&whole[..length]).is_err(), "cut at {length}");
        }
        let many = vec![(0, 2, 0, DisposalMethod::Keep); MAX_FRAMES + 1];
        assert_eq!(picture_to_pdf(&gif(&many)), Err(PictureError::TooMany));
    }
}
