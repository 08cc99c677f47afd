//! A signer with its authority, and pictures to stamp: shared by the examples, the benchmark and the tests.

#[path = "longterm.rs"]
mod longterm;

use std::f64::consts::{FRAC_PI_2, TAU};

use pdfseal::appearance::{FillRule, Rgb, Segment, StampPicture, VectorPath, VectorPicture};
use sealpki::{
    AttributeKind, Certificate, CertificateTemplate, DistinguishedName, Issuer, KeyAlgorithm, PrivateKey,
    Profile, SerialNumber, SignerIdentity, sign_certificate,
};

pub(crate) use longterm::{Services, Stamper};

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A root and one signer directly below it.
pub(crate) struct DemoPki {
    pub(crate) root: Certificate,
    pub(crate) signer: SignerIdentity,
    /// Time-stamps, OCSP and revocation lists of the same root.
    pub(crate) services: Services,
}

impl DemoPki {
    pub(crate) fn new(algorithm: KeyAlgorithm, now_unix_s: i64, seed: u8) -> Result<Self, Failure> {
        let template = |random, issuer, subject, key: &PrivateKey, profile| CertificateTemplate {
            serial: SerialNumber::from_random([random; 16]),
            issuer,
            subject,
            not_before_unix_s: now_unix_s - 86_400,
            not_after_unix_s: now_unix_s + 86_400,
            public_key: key.public_key().clone(),
            profile,
            ca_issuers_url: None,
            ocsp_url: None,
            crl_url: None,
        };
        let root_key = PrivateKey::generate(algorithm)?;
        let root_name =
            DistinguishedName::new(&[(AttributeKind::CommonName, "Demo Root, not for real contracts")])?;
        let itself = Issuer {
            name: root_name.clone(),
            key_id: root_key.public_key().key_id().to_vec(),
        };
        let root = sign_certificate(
            &template(seed, itself, root_name, &root_key, Profile::Root),
            &root_key,
        )?;
        let key = PrivateKey::generate(algorithm)?;
        let name = DistinguishedName::new(&[(AttributeKind::CommonName, "契书演示科技有限公司")])?;
        let issuer = Issuer::from_certificate(&root);
        let profile = Profile::DocumentSigning;
        let certificate = sign_certificate(&template(seed ^ 0x55, issuer, name, &key, profile), &root_key)?;
        let signer = SignerIdentity::new(key, certificate, vec![root.clone()])?;
        let key = PrivateKey::generate(algorithm)?;
        let name = DistinguishedName::new(&[(AttributeKind::CommonName, "Demo Time-Stamps")])?;
        let issuer = Issuer::from_certificate(&root);
        let profile = Profile::TimeStamping;
        let certificate = sign_certificate(&template(seed ^ 0x33, issuer, name, &key, profile), &root_key)?;
        let services = Services::new(&root, &root_key, Stamper { key, certificate })?;
        Ok(Self {
            root,
            signer,
            services,
        })
    }
}

/// A round seal of 42 mm: ring, star, and a bar at the bottom so that one sees which way is up.
pub(crate) fn seal() -> Result<StampPicture, Failure> {
    let size = 42.0 * 72.0 / 25.4;
    let centre = size / 2.0;
    let red = Rgb(0xD7, 0x1A, 0x1A);
    let mut ring = circle(centre, centre, centre - 1.0);
    ring.extend(circle(centre, centre, centre - 4.5));
    let bar =
        polygon(&[(0.36, 0.16), (0.64, 0.16), (0.64, 0.22), (0.36, 0.22)].map(|(x, y)| (x * size, y * size)));
    let picture = VectorPicture {
        width_pt: size,
        height_pt: size,
        paths: vec![
            VectorPath {
                segments: ring,
                fill: red,
                rule: FillRule::EvenOdd,
            },
            VectorPath {
                segments: polygon(&star(centre, centre, size * 0.17)),
                fill: red,
                rule: FillRule::NonZero,
            },
            VectorPath {
                segments: bar,
                fill: red,
                rule: FillRule::NonZero,
            },
        ],
    };
    Ok(StampPicture::from_vector(&picture)?)
}

/// A drawn signature: a wavy blue line, half transparent at its edges, on nothing.
pub(crate) fn handwriting() -> Result<StampPicture, Failure> {
    const WIDTH: u32 = 336;
    const HEIGHT: u32 = 144;
    let mut pixels = Vec::new();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let wave = 72.0 + 45.0 * (f64::from(x) / 22.0).sin() * (1.0 - f64::from(x) / 400.0);
            let distance = (f64::from(y) - wave).abs();
            let alpha = ((6.0 - distance) * 80.0).clamp(0.0, 255.0);
            pixels.extend_from_slice(&[20, 40, 160]);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "clamped to a byte"
            )]
            pixels.push(alpha as u8);
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgba);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(StampPicture::from_png(&file)?)
}

fn circle(x: f64, y: f64, radius: f64) -> Vec<Segment> {
    // The usual four Bézier arcs; the handle length keeps the error below 0.03 % of the radius.
    let handle = radius * 0.552_284_75;
    let (left, right, bottom, top) = (x - radius, x + radius, y - radius, y + radius);
    vec![
        Segment::Move(right, y),
        Segment::Cubic(right, y + handle, x + handle, top, x, top),
        Segment::Cubic(x - handle, top, left, y + handle, left, y),
        Segment::Cubic(left, y - handle, x - handle, bottom, x, bottom),
        Segment::Cubic(x + handle, bottom, right, y - handle, right, y),
        Segment::Close,
    ]
}

fn star(x: f64, y: f64, radius: f64) -> Vec<(f64, f64)> {
    let corner = |index: u32| {
        let angle = FRAC_PI_2 + TAU * f64::from(index) / 10.0;
        let reach = if index.is_multiple_of(2) {
            radius
        } else {
            radius * 0.382
        };
        (x + reach * angle.cos(), y + reach * angle.sin())
    };
    (0..10).map(corner).collect()
}

fn polygon(corners: &[(f64, f64)]) -> Vec<Segment> {
    let step = |(index, &(x, y)): (usize, &(f64, f64))| {
        if index == 0 {
            Segment::Move(x, y)
        } else {
            Segment::Line(x, y)
        }
    };
    corners
        .iter()
        .enumerate()
        .map(step)
        .chain([Segment::Close])
        .collect()
}
