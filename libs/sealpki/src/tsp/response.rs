//! The answer of an authority: TimeStampResp (RFC 3161 2.4.2).

use super::{TimeStampError, TimeStampFailure};
use crate::der::{DerError, Reader, encode, tag};

/// PKIStatus: granted and granted with modifications come with a token.
const GRANTED: u8 = 0;
const GRANTED_WITH_MODIFICATIONS: u8 = 1;
const REJECTION: u8 = 2;

/// A response that grants this token.
pub(super) fn granted(token: &[u8]) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.sequence(|w| w.small_integer(GRANTED));
            w.raw(token);
        });
    })
}

/// A response that refuses.
pub(super) fn refused(failure: TimeStampFailure) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.small_integer(REJECTION);
                w.sequence(|w| w.element(tag::UTF8_STRING, failure.to_string().as_bytes()));
                w.element(tag::BIT_STRING, &named_bit(failure.bit()));
            });
        });
    })
}

/// A named bit list with one bit set (X.690 11.2.2): number of unused bits, octets.
fn named_bit(bit: u8) -> Vec<u8> {
    let mut contents = vec![7 - bit % 8];
    contents.resize(usize::from(bit / 8) + 1, 0);
    contents.push(0x80 >> (bit % 8));
    contents
}

/// Takes the token out of a response (content type `application/timestamp-reply`). The token is not judged; see
/// [`TimeStampRequest::verify_response`](crate::TimeStampRequest::verify_response).
///
/// # Errors
/// [`TimeStampError::Refused`] with what the authority says, [`TimeStampError::Der`] for anything that is no response.
pub fn time_stamp_token(response: &[u8]) -> Result<&[u8], TimeStampError> {
    let mut fields = Reader::open_only(response, tag::SEQUENCE)?;
    let mut status_info = fields.open(tag::SEQUENCE)?;
    let token = fields.optional(tag::SEQUENCE)?;
    fields.finish()?;
    let status = status_info.small_integer()?;
    let text = match status_info.optional(tag::SEQUENCE)? {
        Some(texts) => free_text(texts.contents)?,
        None => String::new(),
    };
    let failure = match status_info.optional(tag::BIT_STRING)? {
        Some(bits) => first_failure(bits.contents)?,
        None => None,
    };
    status_info.finish()?;
    match token {
        Some(token) if matches!(status, GRANTED | GRANTED_WITH_MODIFICATIONS) => Ok(token.whole),
        None if !matches!(status, GRANTED | GRANTED_WITH_MODIFICATIONS) => Err(TimeStampError::Refused {
            status,
            failure,
            text,
        }),
        // A token with a refusal, or none although granted.
        _ => Err(DerError::Value.into()),
    }
}

/// PKIFreeText, its strings joined by blanks; at most 1000 characters are kept.
fn free_text(contents: &[u8]) -> Result<String, DerError> {
    let mut texts = Reader::new(contents);
    let mut joined = String::new();
    while !texts.is_empty() {
        let text =
            std::str::from_utf8(texts.element(tag::UTF8_STRING)?.contents).map_err(|_| DerError::Value)?;
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(
            text.chars()
                .filter(|character| !character.is_control())
                .take(1000),
        );
    }
    Ok(joined.chars().take(1000).collect())
}

/// The lowest bit set that has a name.
fn first_failure(contents: &[u8]) -> Result<Option<TimeStampFailure>, DerError> {
    let (_, octets) = contents.split_first().ok_or(DerError::Value)?;
    let set = |bit: &u8| {
        octets
            .get(usize::from(bit / 8))
            .is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0)
    };
    Ok((0..32).filter(set).find_map(TimeStampFailure::from_bit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_is_wrong() {
        for failure in [
            TimeStampFailure::BadAlgorithm,
            TimeStampFailure::BadDataFormat,
            TimeStampFailure::UnacceptedPolicy,
            TimeStampFailure::SystemFailure,
        ] {
            let text = failure.to_string();
            assert_eq!(
                time_stamp_token(&refused(failure)),
                Err(TimeStampError::Refused {
                    status: 2,
                    failure: Some(failure),
                    text
                })
            );
        }
    }

    #[test]
    fn status_and_token_must_fit() {
        let token = [0x30, 0];
        assert_eq!(time_stamp_token(&granted(&token)), Ok(&token[..]));
        let without = [0x30, 5, 0x30, 3, 2, 1, 0];
        assert_eq!(
            time_stamp_token(&without),
            Err(TimeStampError::Der(DerError::Value))
        );
        let refused_with_token = [0x30, 7, 0x30, 3, 2, 1, 2, 0x30, 0];
        assert_eq!(
            time_stamp_token(&refused_with_token),
            Err(TimeStampError::Der(DerError::Value))
        );
        let unnamed_bit = [0x30, 9, 0x30, 7, 2, 1, 2, 3, 2, 6, 0x40];
        assert!(matches!(
            time_stamp_token(&unnamed_bit),
            Err(TimeStampError::Refused { failure: None, .. })
        ));
    }
}
