//! Requests that change what has been sent.

use qishu_model::contract::SignValidateWay;

use super::*;

#[test]
fn a_delay_needs_days_or_a_date() {
    let read = |value: Value| DelayRequest::read(&fields(value));
    let by_days = read(json!({ "contractId": 1, "days": "3" })).unwrap();
    assert_eq!((by_days.days, by_days.until), (Some(3), None));
    let by_date = read(json!({ "bizId": "a", "expireDate": "2026-12-31" })).unwrap();
    assert_eq!(by_date.until.unwrap().date_time_text(), "2026-12-31 23:59:59");
    assert_eq!(
        refusal(read(json!({ "contractId": 1, "days": "", "expireDate": null }))),
        "days is missing, give it or expireDate"
    );
    assert_eq!(
        refusal(read(json!({ "contractId": 1, "days": 0 }))),
        "days must be from 1 to 3650"
    );
}

#[test]
fn an_approval_needs_its_decision() {
    let read = |value: Value| EmployeeAuditRequest::read(&fields(value));
    let employee = json!({ "contact": "E001", "contactType": "NUMBER" });
    let refused =
        read(json!({ "contractId": "1", "pass": "0", "comment": "", "employee": employee })).unwrap();
    assert!(!refused.pass && refused.comment.is_none());
    assert_eq!(refused.employee.unwrap().contact_type, ContactType::Number);
    assert_eq!(refusal(read(json!({ "contractId": 1 }))), "pass is missing");
}

#[test]
fn the_two_versions_of_editing_a_party_differ_in_what_suffices() {
    let only_way = json!({ "signatoryId": 5, "signValidateWay": "pin" });
    assert_eq!(
        refusal(EditSignatoryRequest::read(&fields(only_way.clone()))),
        "tenantName is missing, give it or receiver"
    );
    let v3 = EditSignatoryRequest::read_v3(&fields(only_way)).unwrap();
    assert_eq!(v3.sign_validate_way, Some(SignValidateWay::Pin));
    let named = json!({ "signatoryId": 5, "tenantName": "张三", "operator": { "contact": "13800000001" } });
    let v2 = EditSignatoryRequest::read(&fields(named.clone())).unwrap();
    assert_eq!(v2.operator, None, "v2 knows no operator");
    let v3 = EditSignatoryRequest::read_v3(&fields(named)).unwrap();
    assert_eq!(v3.operator.unwrap().contact_type, ContactType::Mobile);
}

#[test]
fn every_spelling_of_an_edit_of_people() {
    let read = |kind: Value| {
        let people = json!([{ "contact": "13800000001" }]);
        let body = json!({ "contractId": 1, "actionId": 2, "editType": kind, "actionOperators": people });
        EditOperatorsRequest::read(&fields(body)).map(|request| request.edit)
    };
    for (spelling, meant) in [
        (json!(null), OperatorsEdit::Replace),
        (json!("replace"), OperatorsEdit::Replace),
        (json!("COVER"), OperatorsEdit::Replace),
        (json!("Add"), OperatorsEdit::Add),
        (json!("APPEND"), OperatorsEdit::Add),
        (json!("DELETE"), OperatorsEdit::Remove),
        (json!("REMOVE"), OperatorsEdit::Remove),
    ] {
        assert_eq!(read(spelling.clone()).unwrap(), meant, "{spelling}");
    }
    assert!(refusal(read(json!("SWAP"))).starts_with("editType must be one of"));
}

#[test]
fn the_address_may_be_called_id() {
    let modify =
        ModifyRequest::read(&fields(json!({ "id": "7", "documents": "3,4", "subject": "" }))).unwrap();
    assert_eq!(modify.address.contract_id, Some(ContractId::new(7)));
    assert_eq!(modify.change.documents.map(|ids| ids.len()), Some(2));
    assert_eq!(modify.change.subject, None, "empty is not given");
    let resend = ResendRequest::read(&fields(
        json!({ "contractId": 7, "signatories": [], "tags": "a,b" }),
    ))
    .unwrap();
    assert_eq!(resend.address.contract_id, Some(ContractId::new(7)));
    assert_eq!(resend.resend.signatories, None, "an empty list is not given");
    assert_eq!(resend.resend.tags, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert!(!resend.resend.send);
    let nothing = refusal(ResendRequest::read(&fields(json!({ "subject": "a" }))));
    assert_eq!(nothing, "id is missing, give it or contractId or bizId");
}

#[test]
fn joining_attachments_and_personal_signatures() {
    let join = JoinUrlRequest::read(&from_query("contractId=1&type=company")).unwrap();
    assert_eq!(join.tenant_type, TenantType::Company);
    assert_eq!(
        refusal(JoinUrlRequest::read(&from_query("contractId=1"))),
        "type is missing"
    );
    let personal = JoinUrlRequest::read_personal(&from_query("contractId=1")).unwrap();
    assert_eq!(personal.tenant_type, TenantType::Personal);
    let download = AttachmentDownloadRequest::read(&from_query("bizId=a&origin=1")).unwrap();
    assert!(download.origin);
    let user = json!({ "contact": "13900000000" });
    let read = |value: Value| PersonalSignRequest::read(&fields(value));
    let sign = read(json!({ "contractId": 1, "user": user, "companySignatory": { "name": "" } })).unwrap();
    assert_eq!(sign.company_signatory, None, "an empty company is not given");
    let named = read(json!({ "contractId": 1, "user": user, "companySignatory": { "id": "9" } })).unwrap();
    assert!(named.company_signatory.unwrap().id.is_some());
    assert_eq!(refusal(read(json!({ "contractId": 1 }))), "user is missing");
}
