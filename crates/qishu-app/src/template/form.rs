//! Form templates: a list of fields becomes a sheet with a line for each.

use std::fmt::Write as _;

use qishu_model::template::ParameterType;

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// Name of the parameter, and what stands before its place.
    pub name: String,
    /// Kind.
    pub parameter_type: ParameterType,
    /// Mandatory.
    pub required: bool,
    /// What can be chosen.
    pub options: Vec<String>,
    /// Columns of a table.
    pub columns: Vec<String>,
}

/// The file of a form template: title, then a row for each field; a table has rows of its own.
#[must_use]
pub fn form_file(title: &str, fields: &[FormField]) -> String {
    let mut page = format!("<h1 align=\"center\">{}</h1>", escaped(title));
    for field in fields {
        let name = escaped(&field.name);
        let attributes = format!(
            "data-param=\"{name}\" data-type=\"{}\" data-required=\"{}\" data-options=\"{}\"",
            field.parameter_type.name(),
            field.required,
            escaped(&field.options.join(","))
        );
        // Writing to a text cannot fail.
        let _ = if field.parameter_type == ParameterType::Table {
            let headings: String = field
                .columns
                .iter()
                .map(|column| format!("<th>{}</th>", escaped(column)))
                .collect();
            let cells = "<td></td>".repeat(field.columns.len());
            write!(
                page,
                "<p>{name}</p><table border=\"1\" width=\"100%\"><tr>{headings}</tr><tr {attributes}>{cells}</tr></table>"
            )
        } else {
            write!(
                page,
                "<table border=\"1\" width=\"100%\"><tr><td width=\"30%\">{name}</td><td><span {attributes}></span></td></tr></table>"
            )
        };
    }
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use qishu_convert::template::{TemplateKind, read_template};

    use super::*;

    #[test]
    fn a_form_is_a_template_with_its_fields() {
        let field = |name: &str, parameter_type, columns: &[&str]| FormField {
            name: name.to_owned(),
            parameter_type,
            required: true,
            options: vec!["甲".to_owned(), "乙".to_owned()],
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        };
        let file = form_file(
            "入职<登记>表",
            &[
                field("类型", ParameterType::Radio, &[]),
                field("经历", ParameterType::Table, &["公司", "年限"]),
            ],
        );
        assert!(file.contains("入职&lt;登记&gt;表"));
        let read = read_template(TemplateKind::Html, file.as_bytes()).unwrap();
        let kind = &read.parameters[0];
        assert_eq!(
            (kind.name.as_str(), kind.declared.kind.as_deref()),
            ("类型", Some("radio"))
        );
        assert!(kind.declared.required);
        assert_eq!(kind.declared.options, ["甲", "乙"]);
        assert_eq!(read.parameters[1].columns.as_deref().unwrap(), ["公司", "年限"]);
    }
}
