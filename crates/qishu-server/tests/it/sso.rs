//! Single sign-on against a server that speaks the vendor's style and CAS (chapter 6 of the protocol).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qishu_app::application::{ApplicationChange, change_application};
use qishu_app::demo::APP_TOKEN;
use qishu_model::application::{SsoMode, SsoSettings};
use qishu_testkit::on_both;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::app::TestApp;
use crate::client::Answer;
use crate::flow::PERSON;
use crate::stage::{contract_of, individual, sent, text};

const LOG_IN: &str = "https://erp.example.com/login";

/// The integrator's log-in: tickets it has minted, each good once and for one service.
#[derive(Clone)]
struct Double {
    base: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Ticket, and the body that says who holds it.
    tickets: BTreeMap<String, String>,
    /// The only service the tickets are for.
    service: Option<String>,
    refuses_post: bool,
    status: u16,
    seen: Vec<String>,
}

impl Double {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let double = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let shared = double.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 8192];
                let length = stream.read(&mut bytes).await.unwrap_or_default();
                let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
                let (status, body) = shared.answer(&request);
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            }
        });
        double
    }

    fn answer(&self, request: &str) -> (u16, String) {
        let mut state = self.state.lock().unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let line = head.lines().next().unwrap_or_default();
        state.seen.push(line.to_owned());
        if state.status != 0 {
            return (state.status, String::new());
        }
        let is_post = line.starts_with("POST");
        if is_post && state.refuses_post {
            return (405, String::new());
        }
        let target = line.split(' ').nth(1).unwrap_or_default();
        let parameters = if is_post {
            body
        } else {
            target.split_once('?').unwrap().1
        };
        let value = |name: &str| {
            let found = parameters
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.unwrap_or_default().to_owned()
        };
        let service = value("service");
        let fits = state.service.as_ref().is_none_or(|known| *known == service);
        let refusal = r#"{"code":-1,"message":"INVALID TICKET"}"#.to_owned();
        let known = state.tickets.remove(&value("ticket")).filter(|_| fits);
        (200, known.unwrap_or(refusal))
    }

    fn mint(&self, ticket: &str, answer: &str) {
        self.state
            .lock()
            .unwrap()
            .tickets
            .insert(ticket.to_owned(), answer.to_owned());
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }
}

fn vendor(contact: &str) -> String {
    json!({ "code": 0, "message": "SUCCESS", "result": { "contract": contact, "name": "张三" } }).to_string()
}

fn xml(contact: &str) -> String {
    format!(
        "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'><cas:authenticationSuccess><cas:user>zhangsan</cas:user>\
         <cas:attributes><cas:mobile>{contact}</cas:mobile></cas:attributes></cas:authenticationSuccess></cas:serviceResponse>"
    )
}

async fn offer(app: &TestApp, double: &Double, mode: SsoMode) {
    let wanted = ApplicationChange {
        return_origins: Some(vec!["https://erp.example.com".to_owned()]),
        sso: Some(Some(SsoSettings {
            login_url: LOG_IN.to_owned(),
            verify_url: format!("{}/verify", double.base),
            mode,
            logout_url: Some("https://erp.example.com/logout".to_owned()),
        })),
        ..ApplicationChange::default()
    };
    change_application(&app.app, APP_TOKEN, wanted).await.unwrap();
}

async fn come(app: &TestApp, contract: &str, ticket: &str, more: &str) -> Answer {
    let target =
        format!("/ssogateway?pageType=CONTRACT_DETAIL_PAGE&contractId={contract}&ticket={ticket}{more}");
    app.get_with(&target, "").await
}

fn header(answer: &Answer, name: &str) -> Option<String> {
    let mut lines = answer.head.lines();
    lines.find_map(|line| {
        let (known, value) = line.split_once(": ")?;
        known.eq_ignore_ascii_case(name).then(|| value.to_owned())
    })
}

/// The session of somebody who was let in.
fn session(answer: &Answer) -> String {
    assert_eq!(answer.status, 302, "{answer:?}");
    assert_eq!(
        header(answer, "location").as_deref(),
        Some("/page/contract"),
        "{answer:?}"
    );
    let cookie = header(answer, "set-cookie").unwrap();
    let (_, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
    value.to_owned()
}

fn assert_sent_to_log_in(answer: &Answer, why: &str) {
    assert_eq!(
        (answer.status, header(answer, "location").as_deref()),
        (302, Some(LOG_IN)),
        "{why}"
    );
    assert_eq!(header(answer, "set-cookie"), None, "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_come_with_tickets_of_every_style() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &contract_of(&[individual(PERSON)])).await["id"]);
        let double = Double::start().await;
        let modes = [
            (SsoMode::Vendor, "T1", vendor(PERSON), "/verify"),
            (SsoMode::Cas2, "ST-2", xml(PERSON), "/verify/serviceValidate"),
            (SsoMode::Cas3, "ST-3", xml(PERSON), "/verify/p3/serviceValidate"),
        ];
        for (mode, ticket, answer, path) in modes {
            offer(&app, &double, mode).await;
            double.mint(ticket, &answer);
            let session = session(&come(&app, &id, ticket, "").await);
            let page = app.page("/contract", &session, None).await.json();
            assert_eq!(page["me"]["contact"], "139****0001", "{ticket}");
            assert_eq!(page["step"]["canSign"], true);
            let line = double.state.lock().unwrap().seen.last().cloned().unwrap();
            assert_eq!(line, format!("POST {path} HTTP/1.1"));
            assert_sent_to_log_in(&come(&app, &id, ticket, "").await, "a ticket is good once");
        }
        double.change(|state| state.refuses_post = true);
        double.mint("ST-4", &xml(PERSON));
        session(&come(&app, &id, "ST-4", "").await);
        let line = double.state.lock().unwrap().seen.last().cloned().unwrap();
        assert!(
            line.starts_with("GET /verify/p3/serviceValidate?ticket=ST-4&service="),
            "{line}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_tickets_lead_to_the_log_in() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &contract_of(&[individual(PERSON)])).await["id"]);
        let double = Double::start().await;
        assert_eq!(
            come(&app, &id, "T0", "").await.status,
            503,
            "nobody offers it yet"
        );
        offer(&app, &double, SsoMode::Vendor).await;
        assert_sent_to_log_in(&come(&app, &id, "", "").await, "no ticket");
        assert_sent_to_log_in(&come(&app, &id, "T-unknown", "").await, "an unknown ticket");
        assert_sent_to_log_in(&come(&app, &id, &"T".repeat(257), "").await, "an endless ticket");
        double.mint("T-nameless", &vendor("zhangsan"));
        assert_sent_to_log_in(&come(&app, &id, "T-nameless", "").await, "no contact");
        double.change(|state| state.service = Some("https://elsewhere.example/".to_owned()));
        double.mint("T-elsewhere", &vendor(PERSON));
        assert_sent_to_log_in(
            &come(&app, &id, "T-elsewhere", "").await,
            "minted for another service",
        );
        double.change(|state| {
            state.service = None;
            state.status = 503;
        });
        double.mint("T-down", &vendor(PERSON));
        assert_eq!(
            come(&app, &id, "T-down", "").await.status,
            503,
            "the log-in fails"
        );
        double.change(|state| state.status = 0);
        assert_sent_to_log_in(
            &come(&app, &id, "T-down", "").await,
            "tried before, whatever became of it",
        );
        double.mint("T-stranger", &vendor("13900000099"));
        assert_eq!(
            come(&app, &id, "T-stranger", "").await.status,
            403,
            "nobody of the contract"
        );
        double.mint("T-away", &vendor(PERSON));
        let away = "&signReturnUrl=https%3A%2F%2Fevil.example%2F";
        assert_eq!(
            come(&app, &id, "T-away", away).await.status,
            400,
            "a return address nobody listed"
        );
        double.mint("T-console", &vendor(PERSON));
        let console = app
            .get_with("/saas/ssogateway?pageType=SEAL_PAGE&ticket=T-console", "")
            .await;
        assert_eq!(console.status, 403, "the console does not open by sign-on");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_works_from_both_sides() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &contract_of(&[individual(PERSON)])).await["id"]);
        let double = Double::start().await;
        offer(&app, &double, SsoMode::Cas3).await;
        let enter = async |ticket: &str| {
            double.mint(ticket, &xml(PERSON));
            let more = "&signReturnUrl=https%3A%2F%2Ferp.example.com%2Fdone";
            session(&come(&app, &id, ticket, more).await)
        };
        let alive = async |session: &str| app.page("/contract", session, None).await.status;
        let (first, second, third) = (enter("ST-a").await, enter("ST-b").await, enter("ST-c").await);
        let page = app.page("/contract", &first, None).await.json();
        assert_eq!(page["callbackPage"], "https://erp.example.com/done");
        let saml = "<samlp:LogoutRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' ID='1' Version='2.0'>\
                    <samlp:SessionIndex>ST-a</samlp:SessionIndex></samlp:LogoutRequest>";
        let form = "application/x-www-form-urlencoded";
        let escaped = crate::embedded::escaped(saml);
        let body = format!("logoutRequest={escaped}");
        let ended = app.post_bytes("/ssogateway", "", form, body.as_bytes()).await;
        assert_eq!(ended.status, 200, "{ended:?}");
        assert_eq!((alive(&first).await, alive(&second).await), (401, 200), "the session of that ticket only");
        app.post_bytes("/saas/ssogateway", "", form, b"ticket=ST-b").await;
        assert_eq!(alive(&second).await, 401);
        let nobody = app.post_bytes("/ssogateway", "", form, b"ticket=ST-nobody").await;
        assert_eq!(nobody.status, 200, "whether there was a session is told to nobody");
        let cookie = format!("Cookie: qishu-page={third}\r\n");
        let listed = "/sso/logout?service=https%3A%2F%2Ferp.example.com%2Fbye";
        let out = app.get_with(listed, &cookie).await;
        assert_eq!(header(&out, "location").as_deref(), Some("https://erp.example.com/bye"));
        assert!(header(&out, "set-cookie").unwrap().contains("Max-Age=0"));
        assert_eq!(alive(&third).await, 401);
        let evil = app.get_with("/sso/logout?service=https%3A%2F%2Fevil.example%2F", "").await;
        assert_eq!(header(&evil, "location").as_deref(), Some("https://erp.example.com/logout"), "nobody listed it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_in_that_hangs_holds_nobody_for_long() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &contract_of(&[individual(PERSON)])).await["id"]);
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let double = Double {
            base: format!("http://{}", silent.local_addr().unwrap()),
            state: Arc::default(),
        };
        offer(&app, &double, SsoMode::Vendor).await;
        let closing = tokio::spawn(async move {
            let (stream, _) = silent.accept().await.unwrap();
            drop(stream);
        });
        let answer = tokio::time::timeout(Duration::from_secs(20), come(&app, &id, "T-hangs", "")).await;
        assert_eq!(answer.unwrap().status, 503, "the connection broke off");
        closing.await.unwrap();
    })
    .await;
}
