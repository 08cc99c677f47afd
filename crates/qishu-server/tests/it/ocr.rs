//! Reading of cards (`organisation` 12.5, D-36), with the simulator.

use qishu_model::rights::Area;
use qishu_testkit::on_both;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::app::TestApp;
use crate::client::Answer;

const IDCARD: &str = "/v2/ocr/idcard";
const BANKCARD: &str = "/v2/ocr/bankcard";

async fn read(app: &TestApp, path: &str, picture: &str) -> Answer {
    let headers = app.signed_headers();
    app.upload_with(path, &headers, &[], ("image", picture.as_bytes()))
        .await
}

/// A server that gives this picture to everybody who asks.
async fn picture_server(picture: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 2048];
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(buffer[..count].starts_with(b"GET /card.jpg?k=1 HTTP/1.1"));
            let reply = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{picture}",
                picture.len()
            );
            stream.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    format!("http://{address}/card.jpg?k=1")
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_are_read_from_files_and_addresses() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let front = "qishu-ocr:name=张三;sex=男;nation=汉;birth=1949-12-31;address=北京市;idCardNo=11010519491231002X";
        let card = read(&app, IDCARD, front).await.result();
        assert_eq!(
            card,
            json!({ "side": "FRONT", "name": "张三", "sex": "男", "nation": "汉", "birth": "1949-12-31",
                    "address": "北京市", "idCardNo": "11010519491231002X" })
        );
        let back = "qishu-ocr:side=BACK;authority=北京市公安局;validFrom=2020-01-01;validTo=长期";
        let card = read(&app, IDCARD, back).await.result();
        assert_eq!((&card["side"], &card["validTo"]), (&json!("BACK"), &json!("长期")));
        let bank = "qishu-ocr:bankNo=6225788888888888;bankName=招商银行;cardType=DEBIT;validDate=07/2029";
        assert_eq!(
            read(&app, BANKCARD, bank).await.result(),
            json!({ "bankNo": "6225788888888888", "bankName": "招商银行", "cardType": "DEBIT", "validDate": "07/2029" })
        );
        let address = picture_server("qishu-ocr:bankNo=4111111111111111").await;
        let card = app.post(BANKCARD, &json!({ "imageUrl": address })).await.result();
        assert_eq!(card, json!({ "bankNo": "4111111111111111" }));
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_read_or_should_fetch_is_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for path in [IDCARD, BANKCARD] {
            assert_eq!(
                read(&app, path, "a picture of a cat").await.code(),
                1005,
                "{path}"
            );
            assert_eq!(read(&app, path, "").await.code(), 1005, "{path}");
            assert_eq!(
                read(&app, path, "qishu-ocr:fail=timeout").await.code(),
                1001,
                "{path}"
            );
            let huge = "x".repeat((5 << 20) + 1);
            assert_eq!(read(&app, path, &huge).await.code(), 1010, "{path}");
            app.assert_refused(
                path,
                &[
                    (json!({}), 1005, "image"),
                    (json!({ "imageUrl": ["a", "b"] }), 1005, "imageUrl"),
                    (json!({ "imageUrl": "no address" }), 1005, "imageUrl"),
                    (json!({ "imageUrl": "file:///etc/passwd" }), 1005, "imageUrl"),
                    (
                        json!({ "imageUrl": "http://169.254.169.254/latest/meta-data" }),
                        1005,
                        "imageUrl",
                    ),
                    (
                        json!({ "imageUrl": "http://10.0.0.1/card.jpg" }),
                        1005,
                        "imageUrl",
                    ),
                    (
                        json!({ "imageUrl": "http://127.0.0.1:1/card.jpg" }),
                        1005,
                        "imageUrl",
                    ),
                ],
            )
            .await;
            let confined = app
                .application_of(qishu_app::demo::PLATFORM_COMPANY, &[Area::Contracts])
                .await;
            let headers = app.headers_of(&confined.token, &confined.secret);
            let refused = app
                .upload_with(path, &headers, &[], ("image", b"qishu-ocr:bankNo=1"))
                .await;
            assert_eq!(refused.code(), 1002, "{path}");
        }
        app.assert_promises().await;
    })
    .await;
}
