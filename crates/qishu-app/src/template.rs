//! Templates: made, read, changed and removed (chapter 6 of the organisation group), and filled (chapter 15).

mod create;
mod form;
mod manage;
mod preview;
mod read;
mod render;

pub(crate) use create::template_of;
pub use create::{NewTemplate, create_template};
pub use form::{FormField, form_file};
pub use manage::{TemplateEdit, define_parameters, edit_template, remove_template, set_template_state};
pub use preview::{TemplatePreview, preview_by_link, preview_file_by_link, template_page_url};
pub use read::{TemplateFile, TemplateQuery, list_templates, template_detail, template_file};
pub(crate) use render::{check_value, fill};

/// The kind of file that a kind of template has.
pub(crate) const fn file_kind(
    kind: qishu_model::template::TemplateKind,
) -> qishu_convert::template::TemplateKind {
    use qishu_convert::template::TemplateKind as FileKind;
    use qishu_model::template::TemplateKind;
    match kind {
        TemplateKind::Form | TemplateKind::Html => FileKind::Html,
        TemplateKind::Word => FileKind::Word,
    }
}
