//! 签署服务

pub(super) mod appointurl;
pub(super) mod companysign;
pub(super) mod employeeaudit;
pub(super) mod invalid;
pub(super) mod invalidbyfile;
pub(super) mod invalidbytemplate;
pub(super) mod invalidsign;
pub(super) mod legalpersonsign;
pub(super) mod notice;
pub(super) mod pageurl;
pub(super) mod personalsign;
pub(super) mod shorturl;

use qishu_app::signing::SignParam;
use qishu_wire::requests::SignRequest;

/// The application's form of a signing call.
fn sign_param(request: SignRequest) -> SignParam {
    SignParam {
        address: request.address,
        seal_id: request.seal_id,
        stampers: request.stampers,
        locate_all_keywords: request.locate_all_keywords,
        draftsman_name: request.draftsman_name,
    }
}
