//! Unsigned attributes: what is added to a signature after it was made.

use super::CmsError;
use super::parse::CMS_LEN_MAX;
use super::prepared::attribute;
use crate::der::{DerError, Element, Reader, encode, header_len, oid, tag};
use crate::tsp::TimeStampToken;

/// The bytes a signature gains as unsigned-attributes field by a time-stamp token of this length.
pub(super) fn time_stamp_field_len(token_len: usize) -> usize {
    let with_header = |contents: usize| header_len(contents) + contents;
    let attribute = with_header(oid::SIGNATURE_TIME_STAMP.len()) + with_header(token_len);
    with_header(with_header(attribute))
}

/// Adds a time-stamp token over the signature value as the unsigned attribute signature-time-stamp (RFC 3161 appendix A,
/// ETSI EN 319 122-1 5.3), which makes level B-T of a B-B signature. Everything else stays byte for byte; attributes
/// that are there stay too.
///
/// The token has to be about the signature value in `cms`; whether it can be trusted is said by
/// [`verify_time_stamp`](crate::verify_time_stamp).
///
/// # Errors
/// [`CmsError::TimeStamp`] when the token is about something else or no token, [`CmsError::Der`] and the like when `cms`
/// is not SignedData with one signer.
pub fn add_signature_time_stamp(cms: &[u8], token: &[u8]) -> Result<Vec<u8>, CmsError> {
    let places = Places::find(cms)?;
    let unsigned = TimeStampToken::read(token).map_err(|error| CmsError::TimeStamp(error.to_string()))?;
    if !unsigned.info().imprint.is_of(places.signature) {
        return Err(CmsError::TimeStamp("its imprint is of other bytes".to_owned()));
    }
    let stamp = attribute(oid::SIGNATURE_TIME_STAMP, |w| w.raw(token));
    Ok(places.rebuilt_with(stamp))
}

/// Where the parts of a CMS with one signer are.
struct Places<'a> {
    outer_type: &'a [u8],
    /// Elements of SignedData before the signers.
    before_signers: Vec<Element<'a>>,
    /// Elements of the only SignerInfo up to the signature value.
    signer: Vec<Element<'a>>,
    signature: &'a [u8],
    /// Attributes that are there already, each as a whole.
    unsigned: Vec<Vec<u8>>,
}

impl<'a> Places<'a> {
    fn find(cms: &'a [u8]) -> Result<Self, CmsError> {
        if cms.len() > CMS_LEN_MAX {
            return Err(CmsError::TooLarge);
        }
        let mut info = Reader::open_only(cms, tag::SEQUENCE)?;
        let outer_type = info.element(tag::OID)?.whole;
        let signed_data = info.optional_explicit(0)?.ok_or(CmsError::NotSignedData)?;
        info.finish()?;
        let mut fields = all_elements(signed_data.contents)?;
        let signers = fields
            .pop()
            .filter(|last| last.tag == tag::SET)
            .ok_or(CmsError::NotSignedData)?;
        let signers = all_elements(signers.contents)?;
        let [signer] = signers.as_slice() else {
            return Err(CmsError::SignerCount(signers.len()));
        };
        let mut signer = all_elements(signer.contents)?;
        let unsigned = match signer.pop_if(|last| last.tag == tag::context_constructed(1)) {
            Some(set) => all_elements(set.contents)?
                .iter()
                .map(|element| element.whole.to_vec())
                .collect(),
            None => Vec::new(),
        };
        let signature = match signer.last() {
            Some(last) if last.tag == tag::OCTET_STRING => last.contents,
            _ => return Err(DerError::Value.into()),
        };
        Ok(Self {
            outer_type,
            before_signers: fields,
            signer,
            signature,
            unsigned,
        })
    }

    fn rebuilt_with(mut self, new: Vec<u8>) -> Vec<u8> {
        self.unsigned.push(new);
        let signer = encode(|w| {
            w.sequence(|w| {
                self.signer.iter().for_each(|element| w.raw(element.whole));
                w.set_of(tag::context_constructed(1), self.unsigned);
            });
        });
        encode(|w| {
            w.sequence(|w| {
                w.raw(self.outer_type);
                w.explicit(0, |w| {
                    w.sequence(|w| {
                        self.before_signers
                            .iter()
                            .for_each(|element| w.raw(element.whole));
                        w.element(tag::SET, &signer);
                    });
                });
            });
        })
    }
}

/// The elements of one level. Every element is at least two bytes long, so this ends soon.
fn all_elements(contents: &[u8]) -> Result<Vec<Element<'_>>, DerError> {
    let mut reader = Reader::new(contents);
    let mut elements = Vec::new();
    while !reader.is_empty() {
        elements.push(reader.any()?);
    }
    Ok(elements)
}
