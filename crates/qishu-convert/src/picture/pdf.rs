//! Writes the file: for each picture a page, its content, the image and its opacity.

use super::{Colours, PdfImage};

/// A4 portrait, in points.
const SHORT_SIDE: f64 = 595.0;
const LONG_SIDE: f64 = 842.0;

/// One page per picture: catalog and page tree, then page, content, image and opacity of each.
pub(super) fn write(images: &[PdfImage]) -> Vec<u8> {
    let objects = |image: &PdfImage| if image.opacity.is_some() { 4 } else { 3 };
    let mut kids = Vec::with_capacity(images.len());
    let mut next = 3;
    for image in images {
        kids.push(format!("{next} 0 R"));
        next += objects(image);
    }
    let mut file = Writer::new();
    file.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    let tree = format!(
        "<< /Type /Pages /Kids [{}] /Count {} >>",
        kids.join(" "),
        kids.len()
    );
    file.object(tree.as_bytes());
    for image in images {
        write_page(&mut file, image);
    }
    file.finish()
}

fn write_page(file: &mut Writer, image: &PdfImage) {
    let number_of_page = file.offsets.len() + 1;
    let (width, height) = if image.orientation.swaps_sides() {
        (image.height, image.width)
    } else {
        (image.width, image.height)
    };
    let (width, height) = (f64::from(width), f64::from(height));
    let (page_width, page_height) = if width > height {
        (LONG_SIDE, SHORT_SIDE)
    } else {
        (SHORT_SIDE, LONG_SIDE)
    };
    let scale = (page_width / width).min(page_height / height);
    let (width, height) = (width * scale, height * scale);
    let (x, y) = ((page_width - width) / 2.0, (page_height - height) / 2.0);
    let [a, b, c, d, e, f] = image.orientation.matrix();
    let content = format!(
        "q {width} 0 0 {height} {x} {y} cm {a} {b} {c} {d} {e} {f} cm /Im Do Q",
        width = number(width),
        height = number(height),
        x = number(x),
        y = number(y)
    );
    let page = format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page_width} {page_height}] \
         /Resources << /XObject << /Im {} 0 R >> >> /Contents {} 0 R >>",
        number_of_page + 2,
        number_of_page + 1
    );
    file.object(page.as_bytes());
    file.stream("", content.as_bytes());
    let soft_mask = match image.opacity {
        Some(_) => format!(" /SMask {} 0 R", number_of_page + 3),
        None => String::new(),
    };
    file.stream(
        &image_entries(image, image.colours, image.filter, &soft_mask),
        &image.data,
    );
    if let Some(opacity) = &image.opacity {
        file.stream(&image_entries(image, Colours::Grey, "FlateDecode", ""), opacity);
    }
}

fn image_entries(image: &PdfImage, colours: Colours, filter: &str, more: &str) -> String {
    let space = match colours {
        Colours::Grey => "/DeviceGray",
        Colours::Rgb => "/DeviceRGB",
        Colours::Cmyk => "/DeviceCMYK",
        Colours::InvertedCmyk => "/DeviceCMYK /Decode [1 0 1 0 1 0 1 0]",
    };
    format!(
        "/Type /XObject /Subtype /Image /Width {} /Height {} /BitsPerComponent 8 /ColorSpace {space} \
         /Filter /{filter}{more}",
        image.width, image.height
    )
}

/// A number with at most four decimals: a picture has no finer edges on paper.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Objects numbered from 1 in the order they are added.
struct Writer {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl Writer {
    fn new() -> Self {
        Self {
            bytes: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(),
            offsets: Vec::new(),
        }
    }

    fn object(&mut self, body: &[u8]) {
        self.offsets.push(self.bytes.len());
        self.bytes
            .extend_from_slice(format!("{} 0 obj\n", self.offsets.len()).as_bytes());
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    fn stream(&mut self, entries: &str, data: &[u8]) {
        let separator = if entries.is_empty() { "" } else { " " };
        let mut body = format!("<< {entries}{separator}/Length {} >>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.object(&body);
    }

    fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len();
        let size = self.offsets.len() + 1;
        self.bytes
            .extend_from_slice(format!("xref\n0 {size}\n0000000000 65535 f \n").as_bytes());
        for offset in &self.offsets {
            self.bytes
                .extend_from_slice(format!("{offset:010} 00000 n \n").as_bytes());
        }
        let trailer = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
        self.bytes.extend_from_slice(trailer.as_bytes());
        self.bytes
    }
}
