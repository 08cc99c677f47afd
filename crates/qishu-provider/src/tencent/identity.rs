//! Data of people, their bank cards and faces (`faceid` 2018-03-01).

use serde_json::{Value, json};

use super::{TencentAction, TencentClient, untrusted};
use crate::error::SendError;
use crate::identity::{
    Asking, Checking, FaceCheck, FaceClaim, FaceResult, FaceStart, IdentityResult, PersonCheck, PersonClaim,
};

/// Name under which records show it.
const PROVIDER: &str = "tencent";

const fn faceid(action: &'static str) -> TencentAction {
    TencentAction {
        service: "faceid",
        version: "2018-03-01",
        action,
    }
}

/// Asks Tencent Cloud about people.
#[derive(Clone)]
pub struct TencentIdentity {
    client: TencentClient,
    /// Scenario of face checks, from the supplier's console.
    rule_id: String,
}

impl TencentIdentity {
    /// With a client, and the scenario of face checks from the supplier's console.
    #[must_use]
    pub const fn new(client: TencentClient, rule_id: String) -> Self {
        Self { client, rule_id }
    }

    async fn compare(&self, claim: &PersonClaim, now_ms: i64) -> Result<IdentityResult, SendError> {
        let (name, card_no) = (&claim.name, &claim.card_no);
        let (action, body) = match (&claim.bankcard_no, &claim.mobile) {
            (Some(card), mobile) => (
                "BankCard4EVerification",
                json!({ "Name": name, "BankCard": card, "Phone": mobile, "IdCard": card_no }),
            ),
            (None, Some(mobile)) => (
                "PhoneVerification",
                json!({ "Name": name, "IdCard": card_no, "Phone": mobile }),
            ),
            (None, None) => ("IdCardVerification", json!({ "Name": name, "IdCard": card_no })),
        };
        let answer = self.client.call(faceid(action), &body, now_ms).await?;
        let mut result = IdentityResult {
            mismatch: Vec::new(),
            undecided: false,
            provider: PROVIDER,
            number: answer["RequestId"].as_str().map(str::to_owned),
            simulated: false,
        };
        match verdict(action, answer["Result"].as_str(), answer["ResultDetail"].as_str())? {
            Verdict::Agrees => {}
            Verdict::Differs(fields) => result.mismatch = fields.to_vec(),
            Verdict::Undecided => result.undecided = true,
        }
        Ok(result)
    }
}

enum Verdict {
    Agrees,
    Differs(&'static [&'static str]),
    Undecided,
}

/// The documented result codes of each action; one that is not documented proves nothing.
fn verdict(action: &str, code: Option<&str>, detail: Option<&str>) -> Result<Verdict, SendError> {
    let code = code.ok_or_else(|| untrusted("it has no Result".to_owned()))?;
    let busy = || SendError::Unavailable {
        service: super::SERVICE,
        cause: format!("{action} answered {code}"),
    };
    Ok(match (action, code) {
        (_, "0") => Verdict::Agrees,
        ("BankCard4EVerification", "-1" | "-6") => {
            Verdict::Differs(&["name", "cardNo", "bankcardNo", "mobile"])
        }
        (
            "BankCard4EVerification",
            "-7" | "-8" | "-9" | "-10" | "-11" | "-12" | "-13" | "-14" | "-15" | "-4",
        ) => Verdict::Differs(&["bankcardNo"]),
        ("BankCard4EVerification", "-16" | "-17") => Verdict::Undecided,
        ("BankCard4EVerification", "-18") => return Err(busy()),
        ("BankCard4EVerification", "-2") | ("PhoneVerification", "-8") => Verdict::Differs(&["name"]),
        ("BankCard4EVerification", "-3") | ("PhoneVerification", "-7") => Verdict::Differs(&["cardNo"]),
        ("BankCard4EVerification", "-5") | ("PhoneVerification", "-6") => Verdict::Differs(&["mobile"]),
        ("PhoneVerification", "-4") => Verdict::Differs(match detail {
            Some("PhoneIdCardMismatch") => &["cardNo"],
            Some("PhoneNameMismatch") => &["name"],
            Some("PhoneNameIdCardMismatch") => &["mobile"],
            Some("NameIdCardMismatch") => &["name", "cardNo"],
            _ => &["name", "cardNo", "mobile"],
        }),
        // No record, asked too often today, or a range of numbers that cannot be asked.
        ("PhoneVerification", "-9" | "-12" | "-13") => Verdict::Undecided,
        ("PhoneVerification", "-11") => return Err(busy()),
        ("IdCardVerification", "-1") => Verdict::Differs(&["name", "cardNo"]),
        ("IdCardVerification", "-2") => Verdict::Differs(&["cardNo"]),
        ("IdCardVerification", "-3") => Verdict::Differs(&["name"]),
        ("IdCardVerification", "-4" | "-6") => return Err(busy()),
        ("IdCardVerification", "-5" | "-7") => Verdict::Undecided,
        _ => {
            let shown: String = code.chars().take(20).collect();
            return Err(untrusted(format!("{action} answered the unknown result {shown}")));
        }
    })
}

impl PersonCheck for TencentIdentity {
    fn check_person<'a>(&'a self, claim: &'a PersonClaim, now_ms: i64) -> Checking<'a> {
        Box::pin(self.compare(claim, now_ms))
    }
}

impl TencentIdentity {
    async fn start(&self, claim: &FaceClaim, now_ms: i64) -> Result<FaceStart, SendError> {
        let body = json!({
            "RuleId": self.rule_id, "IdCard": claim.card_no, "Name": claim.name,
            "RedirectUrl": claim.return_url, "Extra": claim.order,
        });
        let answer = self.client.call(faceid("DetectAuth"), &body, now_ms).await?;
        let text = |name: &str| {
            answer[name]
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let (Some(ticket), Some(page_url)) = (text("BizToken"), text("Url")) else {
            return Err(untrusted("it has no BizToken or Url".to_owned()));
        };
        if !page_url.starts_with("https://") {
            return Err(untrusted("its Url is not https".to_owned()));
        }
        Ok(FaceStart {
            ticket,
            page_url: Some(page_url),
            simulated: false,
        })
    }

    async fn result(&self, ticket: &str, order: &str, now_ms: i64) -> Result<FaceResult, SendError> {
        // Text only: pictures and videos of the check are never fetched.
        let body = json!({ "BizToken": ticket, "RuleId": self.rule_id, "InfoType": "1" });
        let answer = self
            .client
            .call(faceid("GetDetectInfoEnhanced"), &body, now_ms)
            .await?;
        let text = &answer["Text"];
        let code = match &text["ErrCode"] {
            Value::Null => return Ok(FaceResult::Pending),
            Value::Number(code) => code.as_i64(),
            _ => None,
        };
        let code = code.ok_or_else(|| untrusted("its ErrCode is no number".to_owned()))?;
        if text["Extra"].as_str() != Some(order) {
            return Err(untrusted("it is about another check".to_owned()));
        }
        Ok(FaceResult::Done {
            passed: code == 0,
            provider: PROVIDER,
            number: answer["RequestId"].as_str().map(str::to_owned),
            simulated: false,
        })
    }
}

impl FaceCheck for TencentIdentity {
    fn start_face<'a>(&'a self, claim: &'a FaceClaim, now_ms: i64) -> Asking<'a, FaceStart> {
        Box::pin(self.start(claim, now_ms))
    }

    fn face_result<'a>(&'a self, ticket: &'a str, order: &'a str, now_ms: i64) -> Asking<'a, FaceResult> {
        Box::pin(self.result(ticket, order, now_ms))
    }
}
