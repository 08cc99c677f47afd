//! 签署方

pub(super) mod add;
pub(super) mod edit;
pub(super) mod edit_v3;
pub(super) mod identity;
pub(super) mod operators_edit;

use qishu_app::contract::PartyEdit;
use qishu_wire::requests::EditSignatoryRequest;

/// The application's form of a change of a party.
fn party_edit(request: EditSignatoryRequest) -> PartyEdit {
    PartyEdit {
        signatory: request.signatory_id,
        tenant_name: request.tenant_name,
        receiver: request.receiver,
        sign_validate_way: request.sign_validate_way,
        operator: request.operator,
    }
}
