//! 文件验签: POST `/v2/verify`

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::Language;
use qishu_app::verify_file::{FileStatus, SignatureVerdict, verify_file};
use qishu_model::time::Timestamp;
use qishu_wire::answers::{SignatureAnswer, SignatureItem, VerificationAnswer};
use qishu_wire::requests::VerifyRequest;

use crate::api::{Answer, Call, answer};

/// What `signPlatform` says of signatures made here.
const PLATFORM: &str = "Qishu";

pub(in crate::api) async fn handle(call: Call) -> Answer {
    let request = VerifyRequest::read(&call.fields)?;
    let found = verify_file(&call.app, &call.caller, request.file.bytes, request.show_image).await?;
    let language = call.caller.language;
    let document_id = found.document.map(|id| id.to_string());
    let signatures = found.signatures.iter().enumerate();
    answer(&VerificationAnswer {
        status_code: found.status.number(),
        status_msg: words(found.status, language),
        hash: found.hash,
        signature_infos: signatures
            .map(|(index, signature)| shown(index, signature, document_id.clone(), language))
            .collect(),
        document_id,
    })
}

fn words(status: FileStatus, language: Language) -> String {
    let (chinese, english) = status.words();
    match language {
        Language::Chinese => chinese.to_owned(),
        Language::English => english.to_owned(),
    }
}

fn shown(
    index: usize,
    signature: &SignatureVerdict,
    document_id: Option<String>,
    language: Language,
) -> SignatureAnswer {
    SignatureAnswer {
        code: signature.status.number(),
        msg: words(signature.status, language),
        modified: signature.modified,
        sig_item: signature.field.as_ref().map(|name| SignatureItem {
            number: index + 1,
            name: name.clone(),
            kind: "SIGNATURE",
            type_name: "签名",
            page: signature.page,
        }),
        signatory: signature.signatory.clone(),
        sign_time: signature.sign_time.map(Timestamp::date_time_text),
        organization: signature.organisation.clone(),
        str_alg_name: signature.algorithm,
        signature_covers_whole_document: signature.covers_whole_document,
        has_time_stamp: signature.time_stamp.is_some(),
        time_stamp: signature.time_stamp.map(Timestamp::date_time_text),
        verify_timestamp: signature.time_stamp.map(|_| signature.time_is_proven),
        cert_serial_no: signature.serial.clone(),
        cert_date_from: signature.valid_from.map(Timestamp::date_time_text),
        cert_date_to: signature.valid_to.map(Timestamp::date_time_text),
        visible_signature: signature.visible,
        img_string: signature.image.as_ref().map(|png| STANDARD.encode(png)),
        document_id,
        sign_platform: signature.own.then_some(PLATFORM),
    }
}
