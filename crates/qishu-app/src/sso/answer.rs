//! What an integrator's server answers about a ticket: JSON of the vendor's style, or CAS 1 to 3 (6.3 of the protocol, D35).

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// Names under which the contact may come, the likeliest first. The vendor's only public example spells it `contract`.
const CONTACTS: [&str; 6] = ["contact", "contract", "mobile", "phone", "email", "user"];
/// Names under which the person's name may come.
const NAMES: [&str; 4] = ["name", "username", "displayName", "cn"];
/// Deepest and longest XML that is looked at.
const MOST_DEPTH: usize = 16;
const MOST_EVENTS: usize = 2_000;

/// Who holds the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// Mobile number or mail address.
    pub(super) contact: String,
    /// Name, when told.
    pub(super) name: Option<String>,
}

/// The holder of the ticket; `None` for every answer that does not plainly name one.
pub(super) fn holder(body: &[u8]) -> Option<Holder> {
    let text = std::str::from_utf8(body)
        .ok()?
        .trim_start_matches('\u{feff}')
        .trim();
    match text.as_bytes().first()? {
        b'{' => of_json(&serde_json::from_str(text).ok()?),
        b'<' => of_pairs(&xml_pairs(text, "authenticationSuccess")?),
        _ => of_cas1(text),
    }
}

/// `{"code":0,"result":{…}}`, or `{"serviceResponse":{"authenticationSuccess":{"user":…,"attributes":{…}}}}`.
fn of_json(value: &Value) -> Option<Holder> {
    if let Some(response) = value.get("serviceResponse") {
        let success = response.get("authenticationSuccess")?;
        let mut pairs = success.get("attributes").map(pairs_of).unwrap_or_default();
        pairs.extend(pairs_of(success));
        return of_pairs(&pairs);
    }
    let code = value.get("code")?;
    let good = matches!(code.as_i64(), Some(0 | 200)) || matches!(code.as_str(), Some("0" | "200"));
    let data = value.get("result").or_else(|| value.get("data"))?;
    if good { of_pairs(&pairs_of(data)) } else { None }
}

/// Members that are texts or numbers; of several values the first counts.
fn pairs_of(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let members = value.as_object().into_iter().flatten();
    members
        .filter_map(|(name, value)| {
            let value = value.as_array().and_then(|list| list.first()).unwrap_or(value);
            Some((name.clone(), text(value)?))
        })
        .collect()
}

fn of_pairs(pairs: &[(String, String)]) -> Option<Holder> {
    let find = |names: &[&str]| {
        let named = |name: &&str| {
            let found = pairs
                .iter()
                .find(|(known, value)| known == name && !value.trim().is_empty());
            found.map(|(_, value)| value.trim().to_owned())
        };
        names.iter().find_map(named)
    };
    let contact = find(&CONTACTS).filter(|contact| is_contact(contact))?;
    Some(Holder {
        contact,
        name: find(&NAMES),
    })
}

/// A user name of the integrator's own is nobody we could tell apart from others.
fn is_contact(text: &str) -> bool {
    let is_mail = text
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_phone = digits >= 7 && text.chars().all(|c| c.is_ascii_digit() || "+- ".contains(c));
    text.len() <= 100 && (is_mail || is_phone)
}

/// Two lines: `yes` and the user, or `no`.
fn of_cas1(text: &str) -> Option<Holder> {
    let (first, user) = text.split_once('\n')?;
    let pairs = [("user".to_owned(), user.trim().to_owned())];
    if first.trim() == "yes" {
        of_pairs(&pairs)
    } else {
        None
    }
}

/// Names and texts of all elements below the first `wanted` one, without their prefixes. Anything but elements and texts
/// (entities, document types) makes the whole text worthless.
pub(super) fn xml_pairs(text: &str, wanted: &str) -> Option<Vec<(String, String)>> {
    let mut reader = Reader::from_str(text);
    let (mut depth, mut inside) = (0_usize, None::<usize>);
    let mut names: Vec<String> = Vec::new();
    let mut pairs: Vec<(String, String)> = Vec::new();
    for _ in 0..MOST_EVENTS {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                depth += 1;
                if depth > MOST_DEPTH {
                    return None;
                }
                if inside.is_none() && name == wanted {
                    inside = Some(depth);
                }
                names.push(name);
            }
            Event::End(_) => {
                if inside == Some(depth) {
                    return Some(pairs);
                }
                depth = depth.checked_sub(1)?;
                names.pop();
            }
            Event::Text(found) if inside.is_some() => {
                let text = found.xml10_content();
                if let Some(name) = names.last().filter(|_| !text.trim().is_empty()) {
                    pairs.push((name.clone(), text.trim().to_owned()));
                }
            }
            Event::Text(_) | Event::Decl(_) | Event::Comment(_) | Event::Empty(_) => {}
            _ => return None,
        }
    }
    None
}

/// The ticket of a SAML `LogoutRequest` (CAS 3.0, 6.4).
pub(super) fn session_index(text: &str) -> Option<String> {
    let pairs = xml_pairs(text.trim(), "LogoutRequest")?;
    let mut found = pairs.into_iter().filter(|(name, _)| name == "SessionIndex");
    found.next().map(|(_, ticket)| ticket)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUCCESS: &str = "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'><cas:authenticationSuccess>\
        <cas:user>zhangsan</cas:user><cas:attributes><cas:mobile>13900000001</cas:mobile><cas:cn>张三</cas:cn>\
        <cas:memberOf>a</cas:memberOf><cas:memberOf>b</cas:memberOf></cas:attributes>\
        </cas:authenticationSuccess></cas:serviceResponse>";

    fn found(body: &str) -> Option<(String, Option<String>)> {
        holder(body.as_bytes()).map(|holder| (holder.contact, holder.name))
    }

    #[test]
    fn holders_are_read_from_every_style() {
        let zhang = Some(("13900000001".to_owned(), Some("张三".to_owned())));
        let nameless = Some(("li@example.com".to_owned(), None));
        for (body, expected) in [
            (
                r#"{"code":0,"message":"SUCCESS","result":{"contract":"13900000001","name":"张三"}}"#,
                &zhang,
            ),
            (
                r#"{"code":"0","data":{"mobile":13900000001,"displayName":"张三"}}"#,
                &zhang,
            ),
            (r#"{"code":200,"result":{"email":"li@example.com"}}"#, &nameless),
            (
                r#"{"serviceResponse":{"authenticationSuccess":{"user":"zhangsan","attributes":{"phone":["13900000001"],"cn":"张三"}}}}"#,
                &zhang,
            ),
            (SUCCESS, &zhang),
            ("yes\nli@example.com\n", &nameless),
        ] {
            assert_eq!(&found(body), expected, "{body}");
        }
    }

    #[test]
    fn whatever_does_not_plainly_name_somebody_is_a_refusal() {
        let failure = "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>\
            <cas:authenticationFailure code='INVALID_TICKET'>ST-1 13900000001</cas:authenticationFailure></cas:serviceResponse>";
        let entity = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a><authenticationSuccess><user>13900000001</user>\
            </authenticationSuccess></a>";
        let deep = format!("{}<user>13900000001</user>", "<authenticationSuccess>".repeat(40));
        for body in [
            "",
            "no\n",
            "no\n13900000001",
            r#"{"code":-1,"result":{"contact":"13900000001"}}"#,
            r#"{"code":0}"#,
            r#"{"code":0,"result":{"contact":""}}"#,
            r#"{"code":0,"result":{"contact":"zhangsan"}}"#,
            r#"{"result":{"contact":"13900000001"}}"#,
            r#"{"serviceResponse":{"authenticationFailure":{"code":"INVALID_SERVICE","user":"13900000001"}}}"#,
            failure,
            entity,
            &deep,
            "<html><user>13900000001</user></html>",
            &SUCCESS[..SUCCESS.len() - 60],
        ] {
            assert_eq!(found(body), None, "{body}");
        }
    }

    #[test]
    fn log_out_requests_name_their_ticket() {
        let request = "<samlp:LogoutRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol' ID='1' Version='2.0'>\
            <saml:NameID xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'>@NOT_USED@</saml:NameID>\
            <samlp:SessionIndex>ST-42</samlp:SessionIndex></samlp:LogoutRequest>";
        assert_eq!(session_index(request), Some("ST-42".to_owned()));
        assert_eq!(session_index("<a>ST-42</a>"), None);
    }
}
