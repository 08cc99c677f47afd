//! Parties and steps as a draft or a later addition names them (3.4, 3.5, 3.9, 3.12).

use qishu_model::contract::draft::{ActionDraft, AttachmentDraft, SignatoryDraft};
use qishu_model::contract::{ActionType, ModifyField, SignValidateWay, TenantType, UserAuthInfo};
use qishu_model::id::SealId;

use super::objects::{NAME, category, stampers, tenant_name, user, users};
use crate::fields::{FieldError, Object, Problem};

/// Seals of one step (2.12).
const SEALS: usize = 9;
/// Characters of the caller's own numbers of parties and steps.
const OWN_NUMBER: usize = 50;

/// Reads `signatories`.
pub(super) fn signatories(fields: &Object<'_>) -> Result<Vec<SignatoryDraft>, FieldError> {
    fields.objects("signatories")?.iter().map(signatory).collect()
}

/// Reads one party.
pub(super) fn signatory(object: &Object<'_>) -> Result<SignatoryDraft, FieldError> {
    let tenant_type = object.one_of(
        "tenantType",
        &[TenantType::Company, TenantType::Personal],
        TenantType::name,
    )?;
    let tenant_type = object.require("tenantType", tenant_type)?;
    let receiver = user(object, "receiver")?;
    let delay_set = object.boolean("delaySet")?.unwrap_or_default();
    // A person is often named in the receiver only.
    let person = receiver
        .as_ref()
        .filter(|_| tenant_type == TenantType::Personal)
        .and_then(|user| user.name.clone());
    let tenant_name = tenant_name(object)?.or(person);
    if tenant_name.is_none() && !delay_set {
        return Err(object.error("tenantName", Problem::Missing));
    }
    Ok(SignatoryDraft {
        tenant_type,
        tenant_name,
        receiver,
        serial_no: object.integer("serialNo", i32::MIN..=i32::MAX)?,
        actions: object
            .objects("actions")?
            .iter()
            .map(action)
            .collect::<Result<_, _>>()?,
        stampers: stampers(object)?,
        attachments: object
            .objects("attachments")?
            .iter()
            .map(attachment)
            .collect::<Result<_, _>>()?,
        user_auth_info: object
            .object("userAuthInfo")?
            .as_ref()
            .map(user_auth_info)
            .transpose()?,
        category: category(object, "category")?,
        default_category_accepted: object.boolean("defaultCategoryAccepted")?.unwrap_or_default(),
        delay_set,
        fixed_flow: object.boolean("fixedFlow")?.unwrap_or_default(),
        signatory_no: object.text("signatoryNo", OWN_NUMBER)?,
        sign_validate_way: object.one_of("signValidateWay", &SignValidateWay::ALL, SignValidateWay::name)?,
    })
}

fn action(object: &Object<'_>) -> Result<ActionDraft, FieldError> {
    let action_type = object.one_of("type", &ActionType::ALL, ActionType::name)?;
    let corp_operators = users(object, "corpOperators")?;
    let operators = if corp_operators.is_empty() {
        users(object, "operators")?
    } else {
        corp_operators
    };
    Ok(ActionDraft {
        action_type: object.require("type", action_type)?,
        name: object.text("name", NAME)?,
        serial_no: object.integer("serialNo", i32::MIN..=i32::MAX)?,
        seal_ids: seals(object)?,
        operators,
        auto_sign: object.boolean("autoSign")?.unwrap_or_default(),
        stampers: stampers(object)?,
        action_no: object.text("actionNo", OWN_NUMBER)?,
    })
}

/// First non-empty of `corpSealIds`, `sealId`, `sealIds` (D-14).
fn seals(object: &Object<'_>) -> Result<Vec<SealId>, FieldError> {
    let corp = object.ids("corpSealIds", SEALS)?;
    if !corp.is_empty() {
        return Ok(corp);
    }
    match object.id("sealId")? {
        Some(seal) => Ok(vec![seal]),
        None => object.ids("sealIds", SEALS),
    }
}

fn attachment(object: &Object<'_>) -> Result<AttachmentDraft, FieldError> {
    Ok(AttachmentDraft {
        title: object.require("title", object.text("title", NAME)?)?,
        required: object.boolean("required")?.unwrap_or_default(),
        need_sign: object.boolean("needSign")?.unwrap_or_default(),
    })
}

fn user_auth_info(object: &Object<'_>) -> Result<UserAuthInfo, FieldError> {
    Ok(UserAuthInfo {
        id_card_no: object.text("idCardNo", NAME)?,
        bank_no: object.text("bankNo", NAME)?,
        bank_mobile: object.text("bankMobile", NAME)?,
        modify_fields: object.list_of("modifyFields", &ModifyField::ALL, ModifyField::name)?,
    })
}
