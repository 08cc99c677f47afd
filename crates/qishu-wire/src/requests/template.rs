//! 模板管理 (chapter 6 of the organisation group).

use qishu_model::contact::User;
use qishu_model::id::TemplateId;
use qishu_model::template::ParameterEdit;

use super::objects::{NAME, Paging, TimeSpan, paging, tenant_name, time_span, users};
use crate::fields::{FieldError, Fields, Object, Problem, UploadedFile};

/// Characters of a parameter's default; as long as a text may be (15.3).
const VALUE: usize = 1_000;
/// Characters of a hint; not documented.
const DESCRIPTION: usize = 500;

/// 模板列表 — GET `/v2/template/list`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateListRequest {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Which rows.
    pub paging: Paging,
    /// When changed last.
    pub modified: TimeSpan,
}

impl TemplateListRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            paging: paging(&root)?,
            modified: time_span(&root, "modifyTimeStart", "modifyTimeEnd")?,
        })
    }
}

/// 模板详情, 模版预览页面, 下载模板, 删除模板: a template and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateIdRequest {
    /// Template.
    pub template_id: TemplateId,
}

impl TemplateIdRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the id is missing or none.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            template_id: root.require("templateId", root.id("templateId")?)?,
        })
    }
}

/// 创建Word模板 — POST `/v3/template/createbyword`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateByWordRequest {
    /// Name of the template.
    pub title: String,
    /// The file.
    pub file: UploadedFile,
    /// Owner; absent = platform company.
    pub tenant_name: Option<String>,
    /// Number repeated parameters.
    pub rename_repeated: bool,
    /// People who manage it.
    pub managers: Vec<User>,
    /// People who may use it.
    pub range: Vec<User>,
    /// Everyone may use it when `range` is empty.
    pub all_users: bool,
    /// Ready for use at once.
    pub enabled: bool,
}

impl CreateByWordRequest {
    /// Reads the request. `DISABLE` means `DISABLED` (D-26); `managersInfo` and `managers` are one field, so are `rangeInfo`
    /// and `range` (D-05).
    ///
    /// # Errors
    /// When title or file are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let status = root.one_of("status", &Status::ALL, Status::name)?;
        Ok(Self {
            title: root.require("title", root.text("title", NAME)?)?,
            file: root.require("file", fields.file("file").cloned())?,
            tenant_name: tenant_name(&root)?,
            rename_repeated: root.boolean("renameRepeatParam")?.unwrap_or_default(),
            managers: either(&root, "managersInfo", "managers")?,
            range: either(&root, "rangeInfo", "range")?,
            all_users: root.boolean("allUser")?.unwrap_or_default(),
            enabled: status.is_none_or(|status| matches!(status, Status::Enabled | Status::Enable)),
        })
    }
}

#[derive(Clone, Copy)]
enum Status {
    Enabled,
    Enable,
    Disabled,
    Disable,
}

impl Status {
    const ALL: [Self; 4] = [Self::Enabled, Self::Enable, Self::Disabled, Self::Disable];

    const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Enable => "ENABLE",
            Self::Disabled => "DISABLED",
            Self::Disable => "DISABLE",
        }
    }
}

/// People under one of two names; the first wins.
fn either(root: &Object<'_>, first: &str, second: &str) -> Result<Vec<User>, FieldError> {
    let given = users(root, first)?;
    if given.is_empty() {
        users(root, second)
    } else {
        Ok(given)
    }
}

/// 编辑模板 — POST `/v2/template/edit`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateEditRequest {
    /// Template.
    pub template_id: TemplateId,
    /// New name.
    pub title: Option<String>,
    /// Changes of parameters.
    pub parameters: Vec<ParameterEdit>,
    /// All managers from now on; empty = unchanged.
    pub managers: Vec<User>,
    /// All users from now on; empty = unchanged.
    pub range: Vec<User>,
}

impl TemplateEditRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the id is missing, a parameter has no name, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let parameters = root.objects("templateParams")?;
        Ok(Self {
            template_id: root.require("templateId", root.id("templateId")?)?,
            title: root.text("title", NAME)?,
            parameters: parameters.iter().map(edit).collect::<Result<_, _>>()?,
            managers: either(&root, "managers", "managersInfo")?,
            range: either(&root, "range", "rangeInfo")?,
        })
    }
}

fn edit(object: &Object<'_>) -> Result<ParameterEdit, FieldError> {
    Ok(ParameterEdit {
        name: object.require("name", object.text("name", NAME)?)?,
        required: object.boolean("required")?,
        default_value: object.opaque("defaultValue", VALUE)?,
        description: object.text("description", DESCRIPTION)?,
    })
}

/// 管理模板状态 — POST `/v2/template/status`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateStatusRequest {
    /// Template.
    pub template_id: TemplateId,
    /// Enable it; otherwise disable it.
    pub enable: bool,
}

impl TemplateStatusRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a field is missing, or `operate` is neither `ENABLE` nor `DISABLE`.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let operate = root.text("operate", NAME)?;
        let operate = root.require("operate", operate)?.to_ascii_uppercase();
        let enable = match operate.as_str() {
            "ENABLE" | "ENABLED" => true,
            "DISABLE" | "DISABLED" => false,
            _ => return Err(root.error("operate", Problem::NotOneOf("ENABLE DISABLE".to_owned()))),
        };
        Ok(Self {
            template_id: root.require("templateId", root.id("templateId")?)?,
            enable,
        })
    }
}
