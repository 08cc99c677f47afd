//! SM2 against the formulas of the standard, computed by hand with big numbers: for any private number, message and
//! change of the signature both must agree whether it is good.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use sealpki::{PrivateKey, SignatureAlgorithm};
use sm3::{Digest, Sm3};

const P: &str = "fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff";
const A: &str = "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc";
const B: &str = "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93";
const N: &str = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123";
const GX: &str = "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7";
const GY: &str = "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0";

fn number(hex: &str) -> BigUint {
    BigUint::parse_bytes(hex.as_bytes(), 16).expect("the constant is hexadecimal")
}

fn octets(number: &BigUint) -> Vec<u8> {
    let digits = number.to_bytes_be();
    [vec![0; 32 - digits.len()], digits].concat()
}

/// A point in affine coordinates; `None` is infinity.
type Point = Option<(BigUint, BigUint)>;

/// Points looked up for each digit of a factor.
const WINDOW_BITS: u64 = 4;

/// The curve, and multiples of its generator: line i holds 1 to 15 times 16^i G. With them no point is ever doubled, and a
/// multiplication takes sixty additions.
struct Curve {
    p: BigUint,
    a: BigUint,
    n: BigUint,
    multiples: Vec<Vec<(BigUint, BigUint)>>,
}

impl Curve {
    fn new() -> Self {
        let mut curve = Self {
            p: number(P),
            a: number(A),
            n: number(N),
            multiples: Vec::new(),
        };
        let mut base = Some((number(GX), number(GY)));
        for _ in 0..256 / WINDOW_BITS {
            let (mut line, mut multiple) = (Vec::new(), None);
            for _ in 1..1 << WINDOW_BITS {
                multiple = curve.add(&multiple, &base);
                line.extend(multiple.clone());
            }
            base = curve.add(&multiple, &base);
            curve.multiples.push(line);
        }
        curve
    }

    /// The textbook formula (GB/T 32918.1 3.2.3.1), with a division for each addition: for the table only.
    fn add(&self, one: &Point, other: &Point) -> Point {
        let p = &self.p;
        let (Some((x1, y1)), Some((x2, y2))) = (one, other) else {
            return one.clone().or_else(|| other.clone());
        };
        let slope = if x1 == x2 {
            if (y1 + y2) % p == BigUint::ZERO {
                return None;
            }
            let inverse = (y1 * 2u32).modinv(p)?;
            (x1 * x1 * 3u32 + &self.a) * inverse % p
        } else {
            let inverse = (x2 + p - x1).modinv(p)?;
            (y2 + p - y1) * inverse % p
        };
        let x = (&slope * &slope + p * 2u32 - x1 - x2) % p;
        let y = (slope * (x1 + p - &x) + p - y1) % p;
        Some((x, y))
    }

    /// `factor` times the generator, for a factor below the order: the sums are kept as X/Z², Y/Z³, so that one division at
    /// the end does. The points added are multiples of higher and higher powers of 16, so none equals the sum before it.
    fn multiply(&self, factor: &BigUint) -> Point {
        let p = &self.p;
        let minus = |one: &BigUint, other: &BigUint| (one + p - other) % p;
        let mut sum: Option<[BigUint; 3]> = None;
        for (line, digit) in self.multiples.iter().zip(factor.to_radix_le(1 << WINDOW_BITS)) {
            let Some((x2, y2)) = usize::from(digit).checked_sub(1).and_then(|index| line.get(index)) else {
                continue;
            };
            sum = Some(match sum {
                None => [x2.clone(), y2.clone(), BigUint::from(1u32)],
                Some([x1, y1, z1]) => {
                    let square = &z1 * &z1 % p;
                    let h = minus(&(x2 * &square % p), &x1);
                    let r = minus(&(y2 * (square * &z1 % p) % p), &y1);
                    assert_ne!(h, BigUint::ZERO, "two equal or opposite points are added");
                    let h2 = &h * &h % p;
                    let h3 = &h2 * &h % p;
                    let v = x1 * h2 % p;
                    let x = (&r * &r + p * 3u32 - &h3 - &v * 2u32) % p;
                    let y = (r * minus(&v, &x) + p * p - y1 * h3) % p;
                    [x, y, z1 * h % p]
                }
            });
        }
        let [x, y, z] = sum?;
        let inverse = z.modinv(p)?;
        let square = &inverse * &inverse % p;
        Some((x * &square % p, y * (square * inverse % p) % p))
    }
}

static CURVE: LazyLock<Curve> = LazyLock::new(Curve::new);

/// e = SM3(Z || message), GB/T 32918.2 6.1.
fn message_number(public: &(BigUint, BigUint), message: &[u8]) -> BigUint {
    let mut z = Sm3::new();
    z.update([0, 128]);
    z.update(b"1234567812345678");
    for constant in [A, B, GX, GY] {
        z.update(octets(&number(constant)));
    }
    z.update(octets(&public.0));
    z.update(octets(&public.1));
    let mut digest = Sm3::new();
    digest.update(z.finalize());
    digest.update(message);
    BigUint::from_bytes_be(&digest.finalize())
}

/// GB/T 32918.2 7.1. As the private number d is known here, sG + tP is computed as (s + td)G.
fn is_good(d: &BigUint, e: &BigUint, r: &BigUint, s: &BigUint) -> bool {
    let n = &CURVE.n;
    let in_range = |value: &BigUint| *value != BigUint::ZERO && value < n;
    let t = (r + s) % n;
    if !in_range(r) || !in_range(s) || t == BigUint::ZERO {
        return false;
    }
    CURVE
        .multiply(&((s + t * d) % n))
        .is_some_and(|(x, _)| (e + x) % n == *r)
}

fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u8::try_from(contents.len()).expect("all elements here are short");
    let header = if length < 0x80 {
        vec![tag, length]
    } else {
        vec![tag, 0x81, length]
    };
    [header, contents.to_vec()].concat()
}

fn integer(value: &BigUint) -> Vec<u8> {
    let digits = value.to_bytes_be();
    let sign = digits.first().filter(|&&first| first & 0x80 != 0).map(|_| 0);
    element(2, &sign.into_iter().chain(digits).collect::<Vec<u8>>())
}

/// PKCS #8 around the private number.
fn private_key(scalar: &[u8]) -> Vec<u8> {
    let key = element(0x30, &[element(2, &[1]), element(4, scalar)].concat());
    let ec = element(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]);
    let curve = element(6, &[0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d]);
    let algorithm = element(0x30, &[ec, curve].concat());
    element(0x30, &[element(2, &[0]), algorithm, element(4, &key)].concat())
}

/// The two numbers of a signature in DER.
fn numbers(der: &[u8]) -> (BigUint, BigUint) {
    let r_len = usize::from(der[3]);
    let (r, s) = (&der[4..4 + r_len], &der[6 + r_len..]);
    (BigUint::from_bytes_be(r), BigUint::from_bytes_be(s))
}

fuzz_target!(|data: &[u8]| {
    let Some((scalar, rest)) = data.split_first_chunk::<32>() else {
        return;
    };
    let Some((change, message)) = rest.split_first_chunk::<8>() else {
        return;
    };
    let d = BigUint::from_bytes_be(scalar);
    let n = &CURVE.n;
    let key = PrivateKey::from_pkcs8(&private_key(scalar));
    let is_key = d != BigUint::ZERO && d < n - 1u32;
    assert_eq!(key.is_ok(), is_key);
    let Ok(key) = key else { return };
    let public = CURVE.multiply(&d).expect("d is below the order");
    let spki = key.subject_public_key_info();
    assert!(spki.ends_with(&[octets(&public.0), octets(&public.1)].concat()));

    let signature = key.sign(message).expect("every key signs");
    let (r, s) = numbers(&signature);
    let e = message_number(&public, message);
    assert!(is_good(&d, &e, &r, &s));
    let verify = |message: &[u8], r: &BigUint, s: &BigUint| {
        let der = element(0x30, &[integer(r), integer(s)].concat());
        key.public_key()
            .verify(SignatureAlgorithm::Sm2Sm3, message, &der)
            .is_ok()
    };
    assert!(verify(message, &r, &s));
    // One change an input, so that libFuzzer can tell which one matters.
    let (kind, delta) = (change[0] % 8, BigUint::from_bytes_be(&change[1..]));
    let (r, s) = match kind {
        0 => (&r + &delta, s),
        1 => (r, &s + &delta),
        2 => (delta, s),
        3 => (r, delta),
        4 => (n - &r, s),
        5 => (r, n - &s),
        6 => (n + &r, s),
        _ => (s, r),
    };
    assert_eq!(verify(message, &r, &s), is_good(&d, &e, &r, &s));
});
