//! What messages say, in Chinese and English. An SMS is paid by its length: one sentence, then the link.

use qishu_model::time::Timestamp;

use crate::Language;

/// Asks somebody to sign, or to agree that a contract becomes void.
pub(super) fn invitation(
    language: Language,
    sponsor: &str,
    subject: &str,
    deadline: Option<Timestamp>,
    is_void: bool,
    link: &str,
) -> String {
    let day = deadline.map(Timestamp::date_text);
    match language {
        Language::Chinese => {
            let asks = match is_void {
                true => "申请作废合同，请您确认并签署作废协议",
                false => "邀请您签署",
            };
            let by = day.map(|day| format!("，请在{day}前完成")).unwrap_or_default();
            format!("【契书】{sponsor}{asks}《{subject}》{by}：{link}")
        }
        Language::English => {
            let asks = match is_void {
                true => "asks you to agree that this contract becomes void",
                false => "asks you to sign",
            };
            let by = day.map(|day| format!(" by {day}")).unwrap_or_default();
            format!("[Qishu] {sponsor} {asks}{by}: \"{subject}\" {link}")
        }
    }
}

/// Asks somebody to fill in what is left open.
pub(super) fn fill_invitation(language: Language, sponsor: &str, subject: &str, link: &str) -> String {
    match language {
        Language::Chinese => format!("【契书】{sponsor}邀请您填写《{subject}》：{link}"),
        Language::English => format!("[Qishu] {sponsor} asks you to fill in \"{subject}\": {link}"),
    }
}

/// Says that there is a copy.
pub(super) fn copy(language: Language, sponsor: &str, subject: &str, link: &str) -> String {
    match language {
        Language::Chinese => format!("【契书】{sponsor}向您抄送《{subject}》，点击查看：{link}"),
        Language::English => format!("[Qishu] {sponsor} sends you a copy of \"{subject}\": {link}"),
    }
}

/// Says that a contract is void.
pub(super) fn voided(language: Language, sponsor: &str, subject: &str, sn: &str, link: &str) -> String {
    match language {
        Language::Chinese => {
            format!("【契书】{sponsor}的合同《{subject}》（编号{sn}）已作废，点击查看：{link}")
        }
        Language::English => {
            format!("[Qishu] The contract \"{subject}\" (no. {sn}) of {sponsor} is void now: {link}")
        }
    }
}

/// A code. `purpose` is one of [`code_purpose`].
pub(super) fn code(language: Language, code: &str, purpose: &str) -> String {
    match language {
        Language::Chinese => format!("【契书】验证码{code}，用于{purpose}，5分钟内有效。请勿告诉他人。"),
        Language::English => {
            format!("[Qishu] Your code is {code}, to {purpose}. Valid for 5 minutes; tell it to nobody.")
        }
    }
}

/// Subject of the mail that brings a code.
pub(super) const fn code_subject(language: Language) -> &'static str {
    match language {
        Language::Chinese => "验证码",
        Language::English => "Your code",
    }
}

/// What a code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodePurpose<'a> {
    /// Approving the contract of this subject.
    Audit(&'a str),
    /// Prove who one is.
    Authenticate,
    /// Authorise the authentication of a company, as its legal representative.
    AuthoriseCompany,
    /// Let a company use one's signature.
    AuthoriseSign,
    /// Open modules to single sign-on.
    AuthoriseSso,
    /// Taking a free place of the contract of this subject, and signing.
    Join(&'a str),
    /// Logging in to look at a contract.
    LogIn,
    /// Setting the signing password.
    SetPassword,
    /// Signing the contract of this subject.
    Sign(&'a str),
    /// Signing the agreement that voids the contract of this subject.
    SignVoid(&'a str),
}

/// What a code is good for, as its message says it.
pub(crate) fn code_purpose(language: Language, purpose: CodePurpose<'_>) -> String {
    match language {
        Language::Chinese => match purpose {
            CodePurpose::Audit(subject) => format!("审批《{subject}》"),
            CodePurpose::Authenticate => "实名认证".to_owned(),
            CodePurpose::AuthoriseCompany => "确认企业认证授权".to_owned(),
            CodePurpose::AuthoriseSign => "个人签名授权".to_owned(),
            CodePurpose::AuthoriseSso => "单点登录模块授权".to_owned(),
            CodePurpose::Join(subject) => format!("加入并签署《{subject}》"),
            CodePurpose::LogIn => "登录查看合同".to_owned(),
            CodePurpose::SetPassword => "设置签署密码".to_owned(),
            CodePurpose::Sign(subject) => format!("签署《{subject}》"),
            CodePurpose::SignVoid(subject) => format!("签署《{subject}》的作废协议"),
        },
        Language::English => match purpose {
            CodePurpose::Audit(subject) => format!("approve \"{subject}\""),
            CodePurpose::Authenticate => "prove your identity".to_owned(),
            CodePurpose::AuthoriseCompany => "authorise the authentication of your company".to_owned(),
            CodePurpose::AuthoriseSign => "authorise the use of your signature".to_owned(),
            CodePurpose::AuthoriseSso => "open modules to single sign-on".to_owned(),
            CodePurpose::Join(subject) => format!("join and sign \"{subject}\""),
            CodePurpose::LogIn => "log in and read a contract".to_owned(),
            CodePurpose::SetPassword => "set your signing password".to_owned(),
            CodePurpose::Sign(subject) => format!("sign \"{subject}\""),
            CodePurpose::SignVoid(subject) => format!("sign the agreement that voids \"{subject}\""),
        },
    }
}

/// Asks a legal representative to authorise the authentication of their company.
pub(super) fn legal_invitation(language: Language, company: &str, link: &str) -> String {
    match language {
        Language::Chinese => format!("【契书】{company}申请企业认证，请您作为法定代表人确认授权：{link}"),
        Language::English => format!(
            "[Qishu] {company} is being authenticated. As its legal representative, please authorise it: {link}"
        ),
    }
}

/// Tells a person what they allowed, and where they can withdraw it.
pub(super) fn authorisation_receipt(
    language: Language,
    company: &str,
    until: Timestamp,
    link: &str,
) -> String {
    let day = until.date_text();
    match language {
        Language::Chinese => {
            format!("【契书】您已授权{company}使用您的个人签名，有效期至{day}。查看或撤销：{link}")
        }
        Language::English => {
            format!("[Qishu] You let {company} use your signature until {day}. Look or withdraw: {link}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_names_sender_contract_deadline_and_link() {
        let day = Timestamp::parse_date("2026-12-31").unwrap();
        let say = |language, deadline, is_void| {
            invitation(
                language,
                "契书演示",
                "采购合同",
                deadline,
                is_void,
                "https://q.cn/s/x",
            )
        };
        assert_eq!(
            say(Language::Chinese, Some(day), false),
            "【契书】契书演示邀请您签署《采购合同》，请在2026-12-31前完成：https://q.cn/s/x"
        );
        assert_eq!(
            say(Language::English, Some(day), false),
            "[Qishu] 契书演示 asks you to sign by 2026-12-31: \"采购合同\" https://q.cn/s/x"
        );
        assert_eq!(
            say(Language::English, None, true),
            "[Qishu] 契书演示 asks you to agree that this contract becomes void: \"采购合同\" https://q.cn/s/x"
        );
    }

    #[test]
    fn a_code_says_what_it_is_good_for() {
        let say = |language| {
            code(
                language,
                "135790",
                &code_purpose(language, CodePurpose::SignVoid("采购合同")),
            )
        };
        assert_eq!(
            say(Language::Chinese),
            "【契书】验证码135790，用于签署《采购合同》的作废协议，5分钟内有效。请勿告诉他人。"
        );
        assert_eq!(
            say(Language::English),
            "[Qishu] Your code is 135790, to sign the agreement that voids \"采购合同\". Valid for 5 minutes; tell it to nobody."
        );
    }
}
