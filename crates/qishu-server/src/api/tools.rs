//! 辅助工具

pub(super) mod checkhealth;
pub(super) mod companyinfo_verify;
pub(super) mod identity_verify;
pub(super) mod ocr_bankcard;
pub(super) mod ocr_idcard;
pub(super) mod verify;

use qishu_app::Language;
use qishu_app::identity::IdentityResult;
use qishu_app::ocr::CardPicture;
use qishu_wire::answers::IdentityCheckAnswer;
use qishu_wire::requests::OcrRequest;

/// An uploaded picture wins over an address (12.5).
fn picture(request: OcrRequest) -> CardPicture {
    match request.image {
        Some(image) => CardPicture::File(image.bytes),
        None => CardPicture::Address(request.image_url.unwrap_or_default()),
    }
}

/// That data differ is an answer, not an error (D-34).
fn identity_answer(result: &IdentityResult, factors: usize, language: Language) -> IdentityCheckAnswer {
    let agrees = result.agrees();
    let words = match (language, agrees, result.simulated) {
        (Language::Chinese, true, false) => "信息一致",
        (Language::Chinese, true, true) => "信息一致（模拟）",
        (Language::Chinese, false, false) => "信息不一致",
        (Language::Chinese, false, true) => "信息不一致（模拟）",
        (Language::English, true, false) => "everything agrees",
        (Language::English, true, true) => "everything agrees (simulated)",
        (Language::English, false, false) => "something differs",
        (Language::English, false, true) => "something differs (simulated)",
    };
    IdentityCheckAnswer {
        result: agrees,
        pass: agrees,
        factor: match factors {
            2 => "TWO",
            3 => "THREE",
            _ => "FOUR",
        },
        mismatch: result.mismatch.clone(),
        message: words,
    }
}
