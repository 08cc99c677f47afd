//! TC3-HMAC-SHA256, the signature of Tencent Cloud API 3.0.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;

use super::CONTENT_TYPE;

/// The header `Authorization` of a POST of `body` to `/` on `host`. `keys` are SecretId and SecretKey; `now_s` is the value
/// of `X-TC-Timestamp`, in seconds since 1970. Content type and host are signed.
#[must_use]
pub fn tc3_authorization(
    (secret_id, secret_key): (&str, &str),
    service: &str,
    host: &str,
    body: &[u8],
    now_s: i64,
) -> String {
    let hex_sha256 = |bytes: &[u8]| hex::encode(digest(&SHA256, bytes));
    let request = format!(
        "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\n\ncontent-type;host\n{}",
        hex_sha256(body)
    );
    let date = utc_date(now_s);
    let scope = format!("{date}/{service}/tc3_request");
    let to_sign = format!(
        "TC3-HMAC-SHA256\n{now_s}\n{scope}\n{}",
        hex_sha256(request.as_bytes())
    );
    let key = mac(format!("TC3{secret_key}").as_bytes(), date.as_bytes());
    let key = mac(key.as_ref(), service.as_bytes());
    let key = mac(key.as_ref(), b"tc3_request");
    let signature = hex::encode(mac(key.as_ref(), to_sign.as_bytes()));
    format!(
        "TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
    )
}

fn mac(key: &[u8], text: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text)
}

/// `yyyy-MM-dd` of a second, in UTC.
fn utc_date(unix_s: i64) -> String {
    // Days are counted from 0000-03-01, so that the leap day is the last of its year; 400 years have 146,097 days.
    let shifted = unix_s.div_euclid(86_400) + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the service's documentation.
    #[test]
    fn the_documented_example_has_the_documented_signature() {
        let keys = (
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        );
        let body =
            br#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
        let header = tc3_authorization(keys, "cvm", "cvm.tencentcloudapi.com", body, 1_551_113_065);
        assert_eq!(
            header,
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        );
    }

    #[test]
    fn days_begin_at_midnight_utc() {
        for (second, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (1_798_761_600, "2027-01-01"),
        ] {
            assert_eq!(utc_date(second), day);
        }
    }
}
