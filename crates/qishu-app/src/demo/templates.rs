//! The sandbox's templates: a Word file and an HTML file of our own.

use bytes::Bytes;
use qishu_convert::template::make::{Block, word_document};
use qishu_convert::template::{TemplateKind as FileKind, read_template};
use qishu_model::company::Company;
use qishu_model::template::{ParameterType, Template, TemplateKind};

use crate::template::{NewTemplate, template_of};
use crate::{App, AppError};

/// Name of the Word template; category 预设流程演示 uses it.
pub const WORD_TEMPLATE: &str = "劳动合同模板";
/// Name of the HTML template.
pub const HTML_TEMPLATE: &str = "入职登记表模板";

const HTML: &str = include_str!("templates/registration.html");

/// Both templates, with their files stored.
///
/// # Errors
/// Internal when a file cannot be made or stored.
pub(super) async fn templates(app: &App, owner: &Company) -> Result<[Template; 2], AppError> {
    let word = word_document(&contract()).map_err(|error| AppError::internal("demo template", error))?;
    let mut contract = template(app, owner, WORD_TEMPLATE, TemplateKind::Word, word.into()).await?;
    for parameter in &mut contract.parameters {
        parameter.required = matches!(parameter.name.as_str(), "乙方姓名" | "岗位");
        match parameter.name.as_str() {
            "合同起始日" | "合同终止日" => parameter.parameter_type = ParameterType::Date,
            "乙方证件号" => parameter.parameter_type = ParameterType::IdCard,
            "薪酬明细" => parameter.parameter_type = ParameterType::Table,
            "月薪" => parameter.default_value = Some("面议".to_owned()),
            _ => {}
        }
    }
    let html = Bytes::from_static(HTML.as_bytes());
    let registration = template(app, owner, HTML_TEMPLATE, TemplateKind::Html, html).await?;
    Ok([contract, registration])
}

/// A template of a file of our own, which needs no locked-in process to be read.
async fn template(
    app: &App,
    owner: &Company,
    title: &str,
    kind: TemplateKind,
    file: Bytes,
) -> Result<Template, AppError> {
    let file_kind = if kind == TemplateKind::Word {
        FileKind::Word
    } else {
        FileKind::Html
    };
    let own = file.clone();
    let reading = tokio::task::spawn_blocking(move || read_template(file_kind, &own)).await?;
    let reading = reading.map_err(|error| AppError::internal("demo template", error))?;
    let wanted = NewTemplate {
        tenant_name: None,
        title: title.to_owned(),
        kind,
        file: file.clone(),
        number_repeated: false,
        managers: Vec::new(),
        range: Vec::new(),
        all_users: true,
        enabled: true,
    };
    template_of(app, owner, wanted, reading, file).await
}

fn contract() -> Vec<Block> {
    let paragraph = |text: &str| Block::Paragraph(text.to_owned());
    let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
    vec![
        Block::Title("劳 动 合 同".to_owned()),
        paragraph("甲方（用人单位）：{{甲方名称}}"),
        paragraph("乙方（劳动者）：{{乙方姓名}}，证件号码：{{乙方证件号}}"),
        paragraph("根据《中华人民共和国劳动合同法》等法律、法规的规定，甲乙双方经平等协商，自愿签订本合同。"),
        paragraph("一、合同期限：自{{合同起始日}}起至{{合同终止日}}止。"),
        paragraph("二、工作岗位：甲方安排乙方从事{{岗位}}工作。"),
        paragraph("三、劳动报酬：乙方月薪为{{月薪}}，明细如下："),
        Block::Table(vec![row(["项目", "金额", "备注"]), row(["{{薪酬明细}}", "", ""])]),
        paragraph("四、其他约定：{{其他约定}}"),
        paragraph("五、本合同自双方签署之日起生效，以电子形式订立，与纸质合同具有同等法律效力。"),
        paragraph("甲方（盖章）："),
        paragraph(""),
        paragraph("签署日期："),
        paragraph(""),
        paragraph("乙方（签字）："),
    ]
}
