//! Nobody is told what is not theirs: recognisable names, contacts, secrets and links of strangers are planted, every
//! served endpoint is called, and no answer, header or line of the log has any of them.

use std::io::Write;
use std::sync::{Arc, Mutex};

use qishu_testkit::on_both;
use qishu_wire::endpoints::{ENDPOINTS, Method};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{Ids, NOBODYS, call};
use crate::client::{Answer, contract_pdf};
use crate::flow::{draft, draft_body, open_page, send};
use crate::organisation::Credentials;

/// Contact of a person that only the stranger's contracts know.
const CONTACT: &str = "18612349876";
const MAIL: &str = "kanarienvogel@stranger.example";
const NAME: &str = "金丝雀";
const COMPANY: &str = "路人科技有限公司";
const SUBJECT: &str = "金丝雀保密协议";
/// Contact of somebody in a contract of the demo company that the asked contracts have nothing to do with.
const COLLEAGUE: &str = "18655554321";

/// Keeps what is logged while a test runs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What was planted.
struct Canaries {
    /// May be in no answer to the demo's application.
    of_stranger: Vec<String>,
    /// May be in no answer at all but that which hands them out, and in no log.
    secrets: Vec<String>,
    ids: Vec<String>,
}

/// A contract of the stranger with a document, a seal and an employee; everything in it is recognisable.
async fn plant(app: &TestApp, stranger: &Credentials) -> Canaries {
    let headers = || app.headers_of(&stranger.token, &stranger.secret);
    let user = json!({ "name": NAME, "contact": CONTACT, "contactType": "MOBILE" });
    let post = async |path: &str, body: Value| app.post_with(path, &headers(), &body).await.result();
    let employee = post(
        "/v2/employee/create",
        json!({ "user": user, "number": "KANARI-7" }),
    )
    .await;
    let seal = post("/v2/seal/autocreate", json!({ "name": "金丝雀专用章" })).await;
    let parties = json!([
        { "tenantType": "COMPANY", "tenantName": COMPANY, "serialNo": "1", "actions": [{ "type": "COMPANY" }] },
        { "tenantType": "PERSONAL", "tenantName": NAME, "receiver": user },
        { "tenantType": "PERSONAL", "tenantName": NAME,
          "receiver": { "name": NAME, "contact": MAIL, "contactType": "EMAIL" } },
    ]);
    let drafted = post(
        "/v2/contract/draft",
        json!({ "subject": SUBJECT, "signatories": parties, "bizId": "KANARI-BIZ" }),
    )
    .await;
    let contract = drafted["id"].as_str().unwrap();
    let fields = [
        ("contractId", contract),
        ("title", "金丝雀附件"),
        ("fileSuffix", "pdf"),
    ];
    let document = app
        .upload_with(
            "/v2/document/addbyfile",
            &headers(),
            &fields,
            ("file", contract_pdf()),
        )
        .await
        .result();
    post("/v2/contract/send", json!({ "contractId": contract })).await;
    let link = post(
        "/v2/contract/pageurl",
        json!({ "contractId": contract, "user": user }),
    )
    .await;
    let notary = post(
        "/v2/chain/notary",
        json!({ "notaryName": "金丝雀数据", "notaryDataID": "KANARI-DATA", "notaryType": "HASH",
                "hashAlgorithm": "SHA256", "notaryDataHash": "ca".repeat(32) }),
    )
    .await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let token = text(&link["pageUrl"]).rsplit('/').next().unwrap().to_owned();
    Canaries {
        of_stranger: [CONTACT, MAIL, NAME, SUBJECT, "KANARI"]
            .map(str::to_owned)
            .to_vec(),
        secrets: vec![stranger.secret.clone(), token],
        ids: vec![
            contract.to_owned(),
            text(&document["documentId"]),
            text(&employee["id"]),
            text(&seal["id"]),
            text(&notary["chainId"]),
        ],
    }
}

fn assert_silent(what: &str, answer: &Answer, canaries: &[String]) {
    let body = String::from_utf8_lossy(&answer.body);
    for canary in canaries {
        let shown = format!("{what}: {} {body}", answer.head);
        assert!(
            !answer.head.contains(canary.as_str()) && !body.contains(canary.as_str()),
            "{canary} in {shown}"
        );
    }
}

/// The ids of the stranger's objects under every parameter name.
fn foreign(ids: &Ids, canaries: &Canaries) -> Vec<Ids> {
    let with = |id: &String| Ids(ids.0.iter().map(|(name, _)| (*name, id.clone())).collect());
    canaries.ids.iter().map(with).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_header_or_log_line_tells_of_strangers() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // The only test of this process that looks at the log; others that run beside it add lines, none of ours.
    let logged = tracing::subscriber::set_global_default(subscriber).is_ok();
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let stranger = app.stranger().await;
        let canaries = plant(&app, &stranger).await;
        let of_demo = Ids::of_demo(&app).await;
        // Somebody in another contract of the same company, with a link of their own.
        let other = draft(&app, &draft_body(&[COLLEAGUE])).await;
        assert_eq!(send(&app, &other).await.code(), 0);
        let link = app
            .post(
                "/v2/contract/pageurl",
                &json!({ "contractId": other.contract, "user": { "contact": COLLEAGUE, "contactType": "MOBILE" } }),
            )
            .await
            .result();
        let token = link["pageUrl"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let mut secrets = canaries.secrets.clone();
        secrets.extend([token, qishu_app::demo::APP_SECRET.to_owned()]);
        let served = ENDPOINTS.iter().filter(|one| qishu_server::api::SERVED.contains(&one.path));
        for endpoint in served {
            let mut asked = foreign(&of_demo, &canaries);
            asked.push(Ids(of_demo.0.iter().map(|(name, _)| (*name, NOBODYS.to_owned())).collect()));
            if endpoint.method == Method::Get {
                // Calls that change nothing are made with our own ids, too.
                asked.push(Ids(of_demo.0.clone()));
            }
            for ids in asked {
                let answer = call(&app, endpoint, &app.signed_headers(), &ids).await;
                assert_silent(endpoint.path, &answer, &secrets);
                // The caller's own ids and texts may come back; what is planted was in no request.
                assert_silent(endpoint.path, &answer, &canaries.of_stranger);
                let lists_all = matches!(endpoint.path, "/v2/contract/list");
                if !lists_all {
                    assert_silent(endpoint.path, &answer, &[COLLEAGUE.to_owned()]);
                }
                let unsigned = call(&app, endpoint, "", &ids).await;
                assert_silent(endpoint.path, &unsigned, &secrets);
                assert_silent(endpoint.path, &unsigned, &canaries.of_stranger);
            }
        }
        // A party of one contract sees nothing of another.
        let (session, _) = open_page(&app, &other.contract, COLLEAGUE).await;
        for page in ["/contract", "/task", "/seals", "/attachments"] {
            let answer = app.page(page, &session, None).await;
            assert_silent(page, &answer, &canaries.of_stranger);
            assert_silent(page, &answer, &secrets);
        }
        app.work().await;
        let text = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        assert!(!logged || text.len() > 1_000, "the log was caught");
        for canary in secrets.iter().chain(&canaries.of_stranger).chain([&COLLEAGUE.to_owned()]) {
            assert!(!text.contains(canary.as_str()), "{canary} is in the log");
        }
    })
    .await;
}
