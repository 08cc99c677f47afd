//! Name constraints (RFC 5280 4.2.1.10): which names an issuer may give.
//!
//! Names of people and companies, mail addresses and host names are judged. An issuer that is constrained in another kind
//! of name must not have issued any certificate with such a name.

use crate::certificate::Certificate;
use crate::certificate::names::{GeneralName, NameConstraints};

/// Checks all names on the path below an issuer; the error is the name that breaks the constraints.
pub(super) fn check(constraints: &NameConstraints, below: &[Certificate]) -> Result<(), String> {
    for (index, certificate) in below.iter().enumerate() {
        // RFC 5280 6.1.4: self-issued certificates count only at the end of the path.
        if index > 0 && certificate.is_self_issued() {
            continue;
        }
        for name in certificate.all_names() {
            check_name(constraints, &name)?;
        }
    }
    Ok(())
}

fn check_name(constraints: &NameConstraints, name: &GeneralName) -> Result<(), String> {
    let same_kind = |other: &&GeneralName| other.is_same_kind(name);
    let is_inside = |subtree: &GeneralName| is_within(name, subtree).ok_or_else(|| name.to_string());
    for subtree in constraints.excluded.iter().filter(same_kind) {
        if is_inside(subtree)? {
            return Err(name.to_string());
        }
    }
    let mut permitted = constraints.permitted.iter().filter(same_kind).peekable();
    if permitted.peek().is_none() {
        return Ok(());
    }
    for subtree in permitted {
        if is_inside(subtree)? {
            return Ok(());
        }
    }
    Err(name.to_string())
}

/// `None` for kinds of names that are not processed.
fn is_within(name: &GeneralName, subtree: &GeneralName) -> Option<bool> {
    match (name, subtree) {
        (GeneralName::Directory(name), GeneralName::Directory(subtree)) => {
            let (name, subtree) = (name.comparable(), subtree.comparable());
            Some(name.starts_with(&subtree))
        }
        (GeneralName::Dns(name), GeneralName::Dns(subtree)) => Some(is_host_within(name, subtree)),
        (GeneralName::Mail(name), GeneralName::Mail(subtree)) => Some(is_mail_within(name, subtree)),
        _ => None,
    }
}

/// A host name and all below it.
fn is_host_within(host: &str, subtree: &str) -> bool {
    let (host, subtree) = (host.to_ascii_lowercase(), subtree.to_ascii_lowercase());
    let subtree = subtree.strip_prefix('.').unwrap_or(&subtree);
    subtree.is_empty()
        || host == subtree
        || host
            .strip_suffix(subtree)
            .is_some_and(|front| front.ends_with('.'))
}

/// One mailbox, all mailboxes of a host, or (with a leading point) of all hosts below a domain.
fn is_mail_within(mail: &str, subtree: &str) -> bool {
    let Some((_, host)) = mail.rsplit_once('@') else {
        return false;
    };
    if let Some((box_name, subtree_host)) = subtree.rsplit_once('@') {
        let own = mail.strip_suffix(host).and_then(|front| front.strip_suffix('@'));
        return own == Some(box_name) && host.eq_ignore_ascii_case(subtree_host);
    }
    match subtree.strip_prefix('.') {
        Some(domain) => !host.eq_ignore_ascii_case(domain) && is_host_within(host, domain),
        None => host.eq_ignore_ascii_case(subtree),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_mailboxes_are_inside_by_whole_labels() {
        assert!(is_host_within("a.example.com", "example.com"));
        assert!(is_host_within("Example.com", "example.COM"));
        assert!(is_host_within("a.example.com", ".example.com"));
        assert!(!is_host_within("badexample.com", "example.com"));
        assert!(!is_host_within("com", "example.com"));
        assert!(is_mail_within("a@example.com", "example.com"));
        assert!(!is_mail_within("a@b.example.com", "example.com"));
        assert!(is_mail_within("a@b.example.com", ".example.com"));
        assert!(!is_mail_within("a@example.com", ".example.com"));
        assert!(is_mail_within("a@EXAMPLE.com", "a@example.com"));
        assert!(!is_mail_within("A@example.com", "a@example.com"));
        assert!(!is_mail_within("example.com", "example.com"));
    }
}
