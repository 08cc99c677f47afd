//! Files whose signatures are judged (`organisation` 12.1).

use qishu_model::rights::Area;
use qishu_testkit::on_both;
use serde_json::json;

use crate::app::TestApp;
use crate::client::contract_pdf;
use crate::flow::{PERSON, draft, draft_body, send};

#[tokio::test(flavor = "multi_thread")]
async fn signed_altered_and_unsigned_files_are_told_apart() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let sign = json!({ "contractId": drafted.contract });
        assert_eq!(app.post("/v2/contract/companysign", &sign).await.code(), 0);
        let target = format!("/v2/document/download?documentId={}", drafted.document);
        let signed = app.get(&target).await.body;
        let verdict = app
            .upload("/v2/verify", &[("showImg", "false")], &signed)
            .await
            .result();
        assert_eq!(
            (&verdict["statusCode"], &verdict["documentId"]),
            (&json!(0), &json!(drafted.document))
        );
        assert_eq!(verdict["hash"].as_str().unwrap().len(), 64);
        let signatures = verdict["signatureInfos"].as_array().unwrap();
        assert_eq!(signatures.len(), 1);
        let one = &signatures[0];
        assert_eq!(
            (
                &one["code"],
                &one["modified"],
                &one["signatureCoversWholeDocument"],
                &one["visibleSignature"]
            ),
            (&json!(0), &json!(false), &json!(true), &json!(true))
        );
        assert_eq!(one["strAlgName"], "SHA256withECDSA");
        assert_eq!(one["signPlatform"], "Qishu");
        assert_eq!(one["sigItem"]["number"], 1);
        assert!(
            one["signatory"]
                .as_str()
                .unwrap()
                .contains(qishu_app::demo::PLATFORM_COMPANY),
            "{one}"
        );
        assert!(one["organization"].as_str().unwrap().contains("Qishu"), "{one}");
        for date in ["signTime", "certDateFrom", "certDateTo"] {
            assert_eq!(one[date].as_str().unwrap().len(), 19, "{date} {one}");
        }
        assert_eq!(
            (&one["hasTimeStamp"], &one["imgString"]),
            (&json!(false), &json!(null))
        );
        let shown = app
            .upload("/v2/verify", &[("showImg", "true")], &signed)
            .await
            .result();
        let picture = shown["signatureInfos"][0]["imgString"].as_str().unwrap();
        assert!(picture.starts_with("iVBORw0KGgo"), "a PNG: {picture:.20}");
        // One byte of what was signed, in the comment that marks the file as binary.
        let mut altered = signed.clone();
        altered[11] ^= 1;
        let verdict = app.upload("/v2/verify", &[], &altered).await.result();
        assert_eq!(
            (&verdict["statusCode"], &verdict["documentId"]),
            (&json!(2), &json!(null)),
            "{verdict}"
        );
        let unsigned = app.upload("/v2/verify", &[], contract_pdf()).await.result();
        assert_eq!(
            (&unsigned["statusCode"], &unsigned["signatureInfos"]),
            (&json!(1), &json!([]))
        );
        // The document is named to those it concerns only.
        let stranger = app.stranger().await;
        let headers = app.headers_of(&stranger.token, &stranger.secret);
        let foreign = app
            .upload_with("/v2/verify", &headers, &[], ("file", &signed))
            .await
            .result();
        assert_eq!(
            (&foreign["statusCode"], &foreign["documentId"]),
            (&json!(0), &json!(null))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_files_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        assert_eq!(app.upload("/v2/verify", &[], b"no pdf at all").await.code(), 1403);
        assert_eq!(
            app.upload("/v2/verify", &[], b"%PDF-1.7\nbroken").await.code(),
            1403
        );
        let wrong = app
            .upload("/v2/verify", &[("showImg", "perhaps")], contract_pdf())
            .await;
        assert_eq!(wrong.code(), 1005);
        assert_eq!(app.post("/v2/verify", &json!({})).await.code(), 1005);
        let confined = app
            .application_of(qishu_app::demo::PLATFORM_COMPANY, &[Area::Contracts])
            .await;
        let headers = app.headers_of(&confined.token, &confined.secret);
        assert_eq!(
            app.upload_with("/v2/verify", &headers, &[], ("file", contract_pdf()))
                .await
                .code(),
            1002
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulated_data_source_agrees_with_what_is_well_formed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let person = json!({ "name": "张三", "cardNo": "11010519491231002X" });
        let agreed = app.post("/v2/identity/verify", &person).await.result();
        assert_eq!(
            (&agreed["result"], &agreed["pass"], &agreed["factor"], &agreed["mismatch"]),
            (&json!(true), &json!(true), &json!("TWO"), &json!([]))
        );
        assert!(agreed["message"].as_str().unwrap().contains("模拟"), "R-27");
        let four = json!({ "name": "张三", "cardNo": "110105194912310021", "mobile": "123", "bankcardNo": "4111111111111111" });
        let differs = app.post("/v2/identity/verify", &four).await.result();
        assert_eq!((&differs["factor"], &differs["mismatch"]), (&json!("FOUR"), &json!(["cardNo", "mobile"])));
        let company = json!({ "companyName": "外部贸易有限公司", "registerNo": "91310000MA1OTHER01", "legalPerson": "赵六" });
        let agreed = app.post("/v2/companyinfo/verify", &company).await.result();
        assert_eq!((&agreed["result"], &agreed["factor"]), (&json!(true), &json!("THREE")));
        app.assert_refused("/v2/identity/verify", &[(json!({ "name": "张三" }), 1005, "cardNo"), (json!({ "name": "张三", "cardNo": ["1", "2"] }), 1005, "cardNo")])
            .await;
        app.assert_refused("/v2/companyinfo/verify", &[(json!({ "companyName": "x" }), 1005, "registerNo")])
            .await;
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_stamps_are_told_and_judged() {
    on_both(async |database| {
        let long_term = |settings: &mut qishu_app::Settings| {
            settings.signature_level = qishu_app::SignatureLevel::BaselineLta;
        };
        let app = TestApp::start_changed(database, long_term, |_| {}).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let sign = json!({ "contractId": drafted.contract });
        assert_eq!(app.post("/v2/contract/companysign", &sign).await.code(), 0);
        let target = format!("/v2/document/download?documentId={}", drafted.document);
        let signed = app.get(&target).await.body;
        let verdict = app.upload("/v2/verify", &[], &signed).await.result();
        let one = &verdict["signatureInfos"][0];
        assert_eq!(
            (&one["hasTimeStamp"], &one["verifyTimestamp"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(one["timeStamp"].as_str().unwrap().len(), 19);
    })
    .await;
}
