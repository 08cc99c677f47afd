//! Correctly signed requests made at random of the API's own description: whatever they hold, an answer is one of the
//! documented ones and nothing fails on our side.

use qishu_testkit::{TestRandom, on_both};
use serde_json::{Map, Value, json};

use crate::app::TestApp;
use crate::authorisation::Ids;
use crate::client::{Answer, contract_pdf};

/// Requests of each operation; `QISHU_API_EXAMPLES` asks for more.
const EXAMPLES: u64 = 12;

/// What clients send by mistake, and what attackers send on purpose.
const ODD_TEXTS: [&str; 14] = [
    "",
    " ",
    "null",
    "0",
    "-1",
    "9223372036854775808",
    "1e400",
    "[]",
    "{\"a\":[{}]}",
    "'; DROP TABLE contract; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u{0}\u{7f}\u{202e}",
    "𠮷👩‍👩‍👧‍👦é",
];

struct Maker<'a> {
    random: TestRandom,
    ids: &'a Ids,
}

impl Maker<'_> {
    fn one_in(&self, bound: u64) -> bool {
        self.random.below(bound) == 0
    }

    fn pick<'b, T>(&self, all: &'b [T]) -> &'b T {
        &all[usize::try_from(self.random.below(all.len() as u64)).unwrap()]
    }

    /// A value that fits its schema, mostly.
    fn value(&self, name: &str, schema: &Value, depth: u32) -> Value {
        if self.one_in(8) {
            return self.odd(depth);
        }
        if let Some(names) = schema["enum"].as_array() {
            return self.pick(names).clone();
        }
        if let Some((_, id)) = self.ids.0.iter().find(|(known, _)| *known == name)
            && !self.one_in(4)
        {
            return json!(id);
        }
        let kind = schema["type"].as_str().unwrap_or("id");
        match kind {
            "object" => self.object(schema, depth + 1),
            "array" => {
                let members = 0..self.random.below(3);
                members
                    .map(|_| self.value(name, &schema["items"], depth + 1))
                    .collect()
            }
            "boolean" => json!(self.one_in(2)),
            "integer" => self.number(schema),
            "number" => json!(f64::from(u32::try_from(self.random.below(2_000)).unwrap()) / 1_000.0 - 1.0),
            "id" => json!(self.random.next_u64() >> 1),
            _ if schema["pattern"].is_string() => json!("2027-01-01 12:00:00"),
            _ => {
                let texts = [
                    "示例",
                    "13912345678",
                    "pdf",
                    "https://example.com/x",
                    "契书演示科技有限公司",
                    "#1989FA",
                ];
                json!(self.pick(&texts))
            }
        }
    }

    /// A number within its bounds, near them or small.
    fn number(&self, schema: &Value) -> Value {
        match self.random.below(4) {
            0 => schema["minimum"].clone(),
            1 => schema["maximum"].clone(),
            _ => json!(self.random.below(100)),
        }
    }

    fn object(&self, schema: &Value, depth: u32) -> Value {
        let mut made = Map::new();
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            if !self.one_in(4) {
                made.insert(name.clone(), self.value(name, schema, depth));
            }
        }
        Value::Object(made)
    }

    fn odd(&self, depth: u32) -> Value {
        match self.random.below(8) {
            0 => Value::Null,
            1 => json!(self.random.below(2) == 0),
            2 => json!(-1.5e300),
            3 => json!(u64::MAX),
            4 if depth < 4 => json!([self.odd(depth + 1), self.odd(depth + 1)]),
            5 if depth < 4 => json!({ "name": self.odd(depth + 1), "": self.odd(depth + 1) }),
            6 => json!("长".repeat(5_000)),
            _ => json!(self.pick(&ODD_TEXTS)),
        }
    }
}

/// Sends a request in the operation's own form.
async fn send(
    app: &TestApp,
    path: &str,
    method: &str,
    operation: &Value,
    maker: &Maker<'_>,
) -> (String, Answer) {
    if method == "get" {
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let value = maker.value(name, &parameter["schema"], 0);
            query.push(format!("{name}={}", percent(&text(&value))));
        }
        let target = format!("{path}?{}", query.join("&"));
        let answer = app.get(&target).await;
        return (target, answer);
    }
    let content = &operation["requestBody"]["content"];
    let form = &content["multipart/form-data"]["schema"];
    if form.is_object() {
        let made = maker.object(form, 0);
        let members = made.as_object().unwrap();
        let fields: Vec<(&str, String)> = members
            .iter()
            .map(|(name, value)| (name.as_str(), text(value)))
            .collect();
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let part = if form["properties"]["files"].is_object() {
            "files"
        } else {
            "file"
        };
        let files: [&[u8]; 4] = [contract_pdf(), b"", b"%PDF-1.7\n%%EOF", b"\x89PNG\r\n\x1a\n"];
        let file = *maker.pick(&files);
        let answer = app
            .upload_with(path, &app.signed_headers(), &fields, (part, file))
            .await;
        return (made.to_string(), answer);
    }
    let body = maker.object(&content["application/json"]["schema"], 0);
    let answer = app.post(path, &body).await;
    (body.to_string(), answer)
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "how thorough a run is, is for whoever starts it"
)]
fn examples() -> u64 {
    let asked = std::env::var("QISHU_API_EXAMPLES").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(EXAMPLES)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_signed_request_holds_the_answer_is_a_documented_one() {
    on_both(async |database| {
        let app = TestApp::start_with(database, |settings| settings.refusals_per_minute = 100_000).await;
        let description: Value = serde_json::from_str(qishu_server::api_description()).unwrap();
        let codes: Vec<Value> = description["x-codes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["code"].clone())
            .collect();
        let (mut accepted, mut seed) = (0, 0);
        for (path, methods) in description["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                // Fresh objects: what is asked for may change or delete them.
                let ids = Ids::of_demo(&app).await;
                for _ in 0..examples() {
                    seed += 1;
                    let maker = Maker {
                        random: TestRandom::new(seed),
                        ids: &ids,
                    };
                    let (request, answer) = send(&app, path, method, operation, &maker).await;
                    if answer.status == 414 {
                        // A long text in the address.
                        continue;
                    }
                    if answer.status == 200 && !answer.body.starts_with(b"{") {
                        accepted += 1;
                        continue;
                    }
                    let code = answer.json()["code"].clone();
                    assert!(
                        codes.contains(&code),
                        "{path} answers an unknown code {code}: {request}"
                    );
                    assert_ne!(code, 1001, "{path}, request {seed}: {request}\n{}", answer.text());
                    assert!(answer.status < 500, "{path} answers {}: {request}", answer.status);
                    accepted += u32::from(code == 0);
                }
            }
        }
        assert!(
            accepted > 100,
            "only {accepted} requests were good enough to be accepted"
        );
    })
    .await;
}
