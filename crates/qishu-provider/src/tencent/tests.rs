//! Against a double of the service that checks the signature of every request as the published rules say.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::{
    BankCard, CardSide, Channel, FaceCheck, FaceClaim, FaceResult, Message, MessageKind, MessageSender, Ocr,
    OcrError, PersonCheck, PersonClaim,
};

const NOW_MS: i64 = 1_700_000_000_000;

fn settings(endpoint: Option<String>) -> TencentSettings {
    TencentSettings {
        secret_id: "AKIDEXAMPLE".to_owned(),
        secret_key: "SECRETKEYEXAMPLE".to_owned(),
        region: "ap-guangzhou".to_owned(),
        endpoint,
        timeout: Duration::from_millis(500),
    }
}

/// Answers each request with the next of `answers` (status and body; an empty body is silence) and keeps action and body.
async fn double(answers: Vec<(u16, String)>) -> (TencentClient, Arc<Mutex<Vec<(String, Value)>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    tokio::spawn(async move {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (head, payload) = read_request(&mut stream).await;
            let header = |name: &str| {
                let line = head
                    .lines()
                    .find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
                line.map(|line| line.split_once(':').unwrap().1.trim().to_owned())
                    .unwrap()
            };
            let now_s: i64 = header("x-tc-timestamp").parse().unwrap();
            let service = header("authorization").split('/').nth(2).unwrap().to_owned();
            let expected = authorization(&settings(None), &service, &header("host"), &payload, now_s);
            let mut answer = (status, body);
            if header("authorization") != expected {
                let refused = json!({ "Response": { "RequestId": "r", "Error": { "Code": "AuthFailure.SignatureFailure", "Message": "m" } } });
                answer = (200, refused.to_string());
            }
            keep.lock()
                .unwrap()
                .push((header("x-tc-action"), serde_json::from_str(&payload).unwrap()));
            if answer.1.is_empty() {
                std::future::pending::<()>().await;
            }
            let text = format!(
                "HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
                answer.0,
                answer.1.len(),
                answer.1
            );
            stream.write_all(text.as_bytes()).await.unwrap();
        }
    });
    (
        TencentClient::new(settings(Some(format!("http://{address}")))).unwrap(),
        seen,
    )
}

async fn read_request(stream: &mut tokio::net::TcpStream) -> (String, String) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await.unwrap();
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length:")
                    .map(|rest| rest.trim().parse::<usize>().unwrap())
            });
            if body.len() >= length.unwrap_or_default() {
                return (head.to_owned(), body.to_owned());
            }
        }
    }
}

fn answered(response: Value) -> (u16, String) {
    let mut response = response;
    response["RequestId"] = json!("req-1");
    (200, json!({ "Response": response }).to_string())
}

fn claim(mobile: Option<&str>, card: Option<&str>) -> PersonClaim {
    PersonClaim {
        name: "张三".to_owned(),
        card_no: "11010519491231002X".to_owned(),
        mobile: mobile.map(str::to_owned),
        bankcard_no: card.map(str::to_owned),
    }
}

/// The example of the supplier's documentation of the signature.
#[test]
fn requests_are_signed_as_published() {
    let example = TencentSettings {
        secret_id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE".to_owned(),
        secret_key: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE".to_owned(),
        ..settings(None)
    };
    let payload = r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;
    let header = authorization(&example, "cvm", "cvm.tencentcloudapi.com", payload, 1_551_113_065);
    assert!(header.contains("Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request"));
    assert!(header.contains("SignedHeaders=content-type;host"));
    assert!(
        header.ends_with("72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"),
        "{header}"
    );
    assert_eq!(
        (utc_date(0), utc_date(951_782_400)),
        ("1970-01-01".to_owned(), "2000-02-29".to_owned())
    );
}

#[tokio::test]
async fn each_number_of_elements_asks_another_action() {
    let agrees = || answered(json!({ "Result": "0", "Description": "认证通过" }));
    let (client, seen) = double(vec![agrees(), agrees(), agrees()]).await;
    let source = TencentIdentity::new(client, "1".to_owned());
    for (mobile, card) in [
        (None, None),
        (Some("13800000001"), None),
        (Some("13800000001"), Some("4111111111111111")),
    ] {
        let result = source.check_person(&claim(mobile, card), NOW_MS).await.unwrap();
        assert!(result.agrees() && !result.simulated);
        assert_eq!(
            (result.provider, result.number.as_deref()),
            ("tencent", Some("req-1"))
        );
    }
    let seen = seen.lock().unwrap();
    let actions: Vec<&str> = seen.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "IdCardVerification",
            "PhoneVerification",
            "BankCard4EVerification"
        ]
    );
    assert_eq!(
        seen[2].1,
        json!({ "Name": "张三", "BankCard": "4111111111111111", "Phone": "13800000001", "IdCard": "11010519491231002X" })
    );
}

#[tokio::test]
async fn documented_results_are_told_apart_and_others_prove_nothing() {
    let results = ["-4", "-7", "-8", "-9", "-11", "-99", ""];
    let answers = results
        .iter()
        .map(|code| answered(json!({ "Result": code })))
        .collect();
    let (client, _) = double(answers).await;
    let source = TencentIdentity::new(client, "1".to_owned());
    let mut told = Vec::new();
    for _ in results {
        let result = source
            .check_person(&claim(Some("13800000001"), None), NOW_MS)
            .await;
        told.push(match result {
            Ok(result) if result.undecided => "undecided".to_owned(),
            Ok(result) => result.mismatch.join(","),
            Err(SendError::Unavailable { .. }) => "later".to_owned(),
            Err(SendError::Answer { .. }) => "untrusted".to_owned(),
            Err(error) => error.to_string(),
        });
    }
    assert_eq!(
        told,
        [
            "name,cardNo,mobile",
            "cardNo",
            "name",
            "undecided",
            "later",
            "untrusted",
            "untrusted"
        ]
    );
}

/// R-44: whatever goes wrong, nothing is taken for a success.
#[tokio::test]
async fn no_fault_becomes_a_success() {
    let error = |code: &str| {
        let response = json!({ "Error": { "Code": code, "Message": "13800000001" } });
        answered(response)
    };
    let faults = [
        ((500, "{}".to_owned()), true),
        ((302, "{}".to_owned()), true),
        ((200, "no json".to_owned()), true),
        ((200, r#"{"Response":{"Result":"0"}}"#.to_owned()), true),
        ((200, r#"{"Result":"0","RequestId":"r"}"#.to_owned()), true),
        (answered(json!({})), true),
        (answered(json!({ "Result": 0 })), true),
        (answered(json!({ "Result": "0", "Error": {} })), true),
        (error("InternalError"), true),
        (error("RequestLimitExceeded"), true),
        (error("AuthFailure.SecretIdNotFound"), false),
        (error("InvalidParameterValue"), false),
        ((200, "x".repeat(70_000)), true),
        ((200, String::new()), true),
    ];
    for ((status, body), transient) in faults {
        let (client, _) = double(vec![(status, body.clone())]).await;
        let source = TencentIdentity::new(client, "1".to_owned());
        let error = source.check_person(&claim(None, None), NOW_MS).await.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{status} {body:.60} {error}");
        assert!(!error.to_string().contains("13800000001"), "{error}");
    }
}

#[tokio::test]
async fn after_five_failures_nobody_is_asked_for_half_a_minute() {
    let failures = (0..6).map(|_| (503, "{}".to_owned())).collect();
    let (client, seen) = double(failures).await;
    let source = TencentIdentity::new(client, "1".to_owned());
    for _ in 0..10 {
        assert!(source.check_person(&claim(None, None), NOW_MS).await.is_err());
    }
    assert_eq!(seen.lock().unwrap().len(), 5);
    assert!(
        source
            .check_person(&claim(None, None), NOW_MS + 30_000)
            .await
            .is_err()
    );
    assert_eq!(seen.lock().unwrap().len(), 6, "asked again after the pause");
}

#[tokio::test]
async fn a_face_is_checked_on_the_suppliers_page_and_only_its_own_result_counts() {
    let text = |code: Value, extra: &str| answered(json!({ "Text": { "ErrCode": code, "Extra": extra } }));
    let (client, seen) = double(vec![
        answered(json!({ "BizToken": "T", "Url": "https://faceid.example/T" })),
        answered(json!({ "BizToken": "T", "Url": "http://faceid.example/T" })),
        text(Value::Null, ""),
        text(json!(0), "17-0"),
        text(json!(2016), "17-0"),
        text(json!(0), "18-0"),
        text(json!("0"), "17-0"),
    ])
    .await;
    let source = TencentIdentity::new(client, "rule".to_owned());
    let claim = FaceClaim {
        order: "17-0".to_owned(),
        name: "张三".to_owned(),
        card_no: "11010519491231002X".to_owned(),
        return_url: "https://qishu.example/page/identity".to_owned(),
    };
    let started = source.start_face(&claim, NOW_MS).await.unwrap();
    assert_eq!(started.page_url.as_deref(), Some("https://faceid.example/T"));
    assert!(source.start_face(&claim, NOW_MS).await.is_err());
    let result = async || source.face_result("T", "17-0", NOW_MS).await;
    assert_eq!(result().await.unwrap(), FaceResult::Pending);
    assert!(matches!(
        result().await.unwrap(),
        FaceResult::Done { passed: true, .. }
    ));
    assert!(matches!(
        result().await.unwrap(),
        FaceResult::Done { passed: false, .. }
    ));
    assert!(result().await.is_err(), "another check");
    assert!(result().await.is_err(), "no number");
    assert_eq!(seen.lock().unwrap()[0].1["Extra"], "17-0");
}

#[tokio::test]
async fn text_messages_go_out_as_templates() {
    let sent = |code: &str, context: &str| {
        answered(json!({ "SendStatusSet": [{ "Code": code, "SerialNo": "s-1", "SessionContext": context }] }))
    };
    let (client, seen) = double(vec![
        sent("Ok", "m1"),
        sent("Ok", "other"),
        sent("LimitExceeded.PhoneNumberDailyLimit", "m1"),
        answered(json!({ "SendStatusSet": [] })),
    ])
    .await;
    let settings = TencentSmsSettings {
        app_id: "1400".to_owned(),
        sign_name: "契书".to_owned(),
        code_template: "100".to_owned(),
        text_template: None,
    };
    let sms = TencentSms::new(client, settings);
    let mut message = Message {
        channel: Channel::Sms,
        contact: "13800000001".to_owned(),
        kind: MessageKind::Code,
        subject: String::new(),
        text: "验证码123456".to_owned(),
        code: Some("123456".to_owned()),
        id: "m1".to_owned(),
    };
    let receipt = sms.send(&message, NOW_MS).await.unwrap();
    assert_eq!(
        (receipt.provider_id.as_deref(), receipt.simulated),
        (Some("s-1"), false)
    );
    assert!(sms.send(&message, NOW_MS).await.unwrap_err().is_transient());
    let limited = sms.send(&message, NOW_MS).await.unwrap_err();
    assert!(matches!(limited, SendError::Refused { .. }), "{limited}");
    assert!(sms.send(&message, NOW_MS).await.is_err());
    assert_eq!(
        seen.lock().unwrap()[0].1,
        json!({ "PhoneNumberSet": ["+8613800000001"], "SmsSdkAppId": "1400", "SignName": "契书", "TemplateId": "100",
                "TemplateParamSet": ["123456"], "SessionContext": "m1" })
    );
    message.kind = MessageKind::Notice;
    assert!(matches!(
        sms.send(&message, NOW_MS).await,
        Err(SendError::Message { .. })
    ));
}

#[tokio::test]
async fn cards_are_read_and_written_in_our_form() {
    let front = json!({ "Name": "李明", "Sex": "男", "Nation": "汉", "Birth": "1987/1/1", "Address": "北京市石景山区",
        "IdNum": "440524198701010014", "Authority": "", "ValidDate": "" });
    let back =
        json!({ "Name": "", "IdNum": "", "Authority": "赣州市公安局", "ValidDate": "2010.07.21-长期" });
    let bank = json!({ "CardNo": "6225 7888 8888 8888", "BankInfo": "招商银行(03080010)", "ValidDate": "07/2023", "CardType": "贷记卡" });
    let (client, seen) = double([front, back, bank].into_iter().map(answered).collect()).await;
    let reader = TencentOcr::new(client);
    let card = reader.identity_card(b"abc", NOW_MS).await.ok().unwrap();
    assert_eq!(
        (card.side, card.name.as_deref()),
        (Some(CardSide::Front), Some("李明"))
    );
    assert_eq!(
        (card.birth.as_deref(), card.authority),
        (Some("1987-01-01"), None)
    );
    let card = reader.identity_card(b"abc", NOW_MS).await.ok().unwrap();
    assert_eq!(
        (card.side, card.valid_from.as_deref(), card.valid_to.as_deref()),
        (Some(CardSide::Back), Some("2010-07-21"), Some("长期"))
    );
    let card: BankCard = reader.bank_card(b"abc", NOW_MS).await.ok().unwrap();
    assert_eq!(
        (card.number.as_str(), card.bank.as_deref(), card.credit),
        ("6225788888888888", Some("招商银行"), Some(true))
    );
    let seen = seen.lock().unwrap();
    assert_eq!(
        seen[0],
        ("IDCardOCR".to_owned(), json!({ "ImageBase64": "YWJj" }))
    );
    assert_eq!(seen[2].0, "BankCardOCR");
}

#[tokio::test]
async fn errors_about_a_picture_are_told_from_those_of_the_service() {
    for (code, picture, passing) in [
        ("FailedOperation.ImageBlur", true, false),
        ("FailedOperation.ImageNoIdCard", true, false),
        ("FailedOperation.OcrFailed", true, false),
        ("LimitExceeded.TooLargeFileError", true, false),
        ("FailedOperation.UnOpenError", false, false),
        ("AuthFailure.SecretIdNotFound", false, false),
        ("RequestLimitExceeded", false, true),
        ("ResourceUnavailable.InArrears", false, true),
    ] {
        let (client, _) = double(vec![answered(
            json!({ "Error": { "Code": code, "Message": "m" } }),
        )])
        .await;
        match TencentOcr::new(client)
            .identity_card(b"abc", NOW_MS)
            .await
            .err()
            .unwrap()
        {
            OcrError::Unreadable { reason } => assert!(picture && reason == code, "{code}"),
            OcrError::Service(error) => {
                assert_eq!((picture, error.is_transient()), (false, passing), "{code}");
            }
        }
    }
}

#[tokio::test]
async fn a_card_without_its_number_is_no_card() {
    let answers = [json!({ "CardNo": "" }), json!({ "Name": "李明" })];
    let (client, _) = double(answers.into_iter().map(answered).collect()).await;
    let reader = TencentOcr::new(client);
    assert!(matches!(
        reader.bank_card(b"abc", NOW_MS).await,
        Err(OcrError::Service(SendError::Answer { .. }))
    ));
    assert!(matches!(
        reader.identity_card(b"abc", NOW_MS).await,
        Err(OcrError::Service(SendError::Answer { .. }))
    ));
}
