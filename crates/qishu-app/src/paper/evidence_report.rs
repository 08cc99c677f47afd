//! 出证报告: the pages of an evidence report. Everything on them is in `evidence.json`, too.

use pdfseal::compose::Attachment;

use super::{Column, GREY, INK, MARGIN, Paper, RULE, SHADE, bold, style};
use crate::AppError;
use crate::evidence::{
    ContractFacts, DocumentFacts, Facts, NotaryFacts, PartyFacts, RevisionFacts, SignatureFacts,
    TimelineFacts,
};

/// Where the seal goes: lower left corner in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SealPlace {
    /// Page, counted from 0.
    pub(crate) page: usize,
    /// Left edge.
    pub(crate) x: f64,
    /// Lower edge.
    pub(crate) y: f64,
}

/// Lines of the timeline on paper; the file has all of them.
const MOST_ROWS: usize = 2_000;
const CELL: f64 = 8.5;
const SMALL: f64 = 7.2;
/// Height of the block that is signed.
const SIGNED: f64 = 140.0;

/// Draws the pages with their attachments; `proof` sums up what proves the rows of the ledger.
///
/// # Errors
/// Internal when the pages cannot be written.
pub(crate) fn draw_evidence_report(
    facts: &Facts,
    proof: &str,
    attachments: &[Attachment<'_>],
) -> Result<(Vec<u8>, SealPlace), AppError> {
    let mut paper = Paper::new()?;
    let (chinese, english) = title(facts);
    paper.space(10.0);
    paper.centred(chinese, bold(24.0));
    paper.centred(english, style(10.5, GREY));
    paper.space(14.0);
    report(&mut paper, facts);
    platform(&mut paper, facts);
    if let Some(notary) = &facts.notary {
        draw_notary(&mut paper, notary);
    }
    if let Some(contract) = &facts.contract {
        draw_contract(&mut paper, contract);
    }
    paper.heading("账本证明", "Proof of the ledger");
    paper.paragraph(proof, style(9.0, INK));
    files(&mut paper, facts);
    paper.heading("如何验证", "How to verify");
    for text in &facts.how_to_verify {
        paper.paragraph(text, style(9.0, INK));
        paper.space(3.0);
    }
    let place = sign_block(&mut paper, facts);
    let foot = format!("报告编号 {}　出具时间 {}", facts.report.id, facts.report.made);
    let file = paper.finish_with(&foot, &format!("{chinese} {}", facts.report.id), attachments)?;
    Ok((file, place))
}

fn title(facts: &Facts) -> (&'static str, &'static str) {
    if facts.contract.is_some() {
        ("电子合同出证报告", "Evidence Report on an Electronic Contract")
    } else {
        ("电子数据存证证明", "Certificate of Notarised Electronic Data")
    }
}

fn report(paper: &mut Paper<'_>, facts: &Facts) {
    let report = &facts.report;
    paper.entry("报告编号", "Report no.", &report.id);
    paper.entry("申请单位", "Applicant", &report.company);
    if let Some(operator) = &report.operator {
        paper.entry("经办人", "Operator", operator);
    }
    paper.entry("申请时间", "Applied", &report.applied);
    paper.entry("出具时间", "Made", &report.made);
}

fn platform(paper: &mut Paper<'_>, facts: &Facts) {
    let platform = &facts.platform;
    paper.heading("平台与证书服务", "Platform and authority");
    paper.entry("运营方", "Operator", &platform.operator);
    paper.entry("平台地址", "Address", &platform.address);
    paper.entry("软件版本", "Software", &platform.software);
    paper.entry("时钟状态", "Clock", &platform.clock);
    paper.entry("证书服务", "Authority", &platform.authority_kind);
    paper.entry("根证书", "Root", &platform.root);
    paper.entry("根证书 SHA-256", "", &platform.root_sha256);
    paper.entry("时间戳服务", "TSA", &platform.time_stamping);
    if platform.simulated {
        paper.entry(
            "环境说明",
            "Environment",
            "演示环境：短信、邮件和身份核验均为模拟 (simulated)",
        );
    }
}

fn draw_notary(paper: &mut Paper<'_>, notary: &NotaryFacts) {
    paper.heading("存证数据", "Notarised data");
    paper.entry("存证编号", "Chain id", &notary.chain_id);
    paper.entry("存证名称", "Name", &notary.name);
    paper.entry("业务数据编号", "Data id", &notary.data_id);
    paper.entry("摘要算法", "Algorithm", &notary.algorithm);
    paper.entry("数据摘要", "Digest", &notary.hash);
    if let Some(operator) = &notary.operator {
        paper.entry("提交人", "Operator", operator);
    }
    paper.entry("时间戳时间", "Time-stamp", &notary.time);
    paper.entry(
        "账本记录",
        "Ledger row",
        &format!("{}\n{}", notary.row, notary.row_hash),
    );
}

fn draw_contract(paper: &mut Paper<'_>, contract: &ContractFacts) {
    paper.heading("合同", "Contract");
    paper.entry("合同名称", "Subject", &contract.subject);
    paper.entry("合同编号", "Contract no.", &contract.sn);
    paper.entry("合同 ID", "Contract id", &contract.id);
    paper.entry("发起方", "Initiator", &contract.initiator);
    paper.entry("合同状态", "Status", &contract.status);
    paper.entry("创建时间", "Created", &contract.created);
    for (chinese, english, value) in [
        ("发起时间", "Sent", &contract.sent),
        ("完成时间", "Completed", &contract.completed),
    ] {
        if let Some(value) = value {
            paper.entry(chinese, english, value);
        }
    }
    draw_parties(paper, &contract.parties);
    for (number, document) in (1_u32..).zip(&contract.documents) {
        draw_document(paper, number, document);
    }
    draw_timeline(paper, &contract.timeline);
}

fn draw_parties(paper: &mut Paper<'_>, parties: &[PartyFacts]) {
    paper.heading("签署方", "Parties");
    let columns = columns(&[(132.0, CELL), (92.0, CELL), (118.0, CELL), (141.0, CELL)]);
    let names = [
        "名称 Name",
        "联系方式 Contact",
        "身份 Identity",
        "状态与意愿确认 Status, confirmation",
    ];
    paper.table_head(&columns, &names);
    for party in parties {
        let sponsor = if party.sponsor {
            "·发起方 initiator"
        } else {
            ""
        };
        let status: Vec<&str> = [
            Some(party.status.as_str()),
            party.time.as_deref(),
            party.confirmed.as_deref(),
        ]
        .into_iter()
        .flatten()
        .collect();
        paper.table_row(
            &columns,
            &names,
            &[
                format!("{}\n{}{sponsor}", party.name, party.kind),
                party.contact.clone().unwrap_or_else(|| "—".to_owned()),
                party.identity.clone(),
                status.join("\n"),
            ],
        );
    }
}

fn draw_document(paper: &mut Paper<'_>, number: u32, document: &DocumentFacts) {
    let kind = if document.content_type == "INVALID" {
        "作废协议"
    } else {
        "合同文档"
    };
    let title: String = document.title.chars().take(24).collect();
    let heading = paper.clean(&format!(
        "文件 {number}　{title}（{kind}，{} 页）",
        document.pages
    ));
    paper.heading(&heading, "Document");
    if title != document.title {
        paper.entry("文件名称", "Title", &document.title);
    }
    let state = |revision: &RevisionFacts| {
        format!(
            "SHA-256 {}\nSM3 {}\n{} 字节 bytes，{}",
            revision.sha256, revision.sm3, revision.size_bytes, revision.time
        )
    };
    paper.entry("首个版本", "First", &state(&document.first));
    paper.entry("最终版本", "Last", &state(&document.last));
    let place = document
        .file
        .as_deref()
        .unwrap_or("文件过大，未附；以摘要为准 too large to be enclosed");
    paper.entry("原件附件", "Attached as", place);
    if let Some(row) = document.row {
        paper.entry("账本记录", "Ledger row", &row.to_string());
    }
    for (place, signature) in (1_u32..).zip(&document.signatures) {
        draw_signature(paper, place, signature);
    }
}

fn draw_signature(paper: &mut Paper<'_>, number: u32, signature: &SignatureFacts) {
    let result = match signature.result.as_str() {
        "TOTAL-PASSED" => "有效 TOTAL-PASSED",
        other => other,
    };
    let mut lines = vec![format!(
        "验证结果 {result}　级别 {}",
        signature.level.as_deref().unwrap_or("—")
    )];
    if let Some(act) = &signature.act {
        let confirmed = act.confirmed.as_deref().unwrap_or("—");
        lines.push(format!(
            "签署方 {}　意愿确认 {confirmed}　{}",
            act.party, act.done
        ));
        if !act.seals.is_empty() {
            lines.push(format!("印章 {}", act.seals.join("、")));
        }
        lines.push(format!("所签版本 SHA-256 {}", act.revision_sha256));
    }
    lines.push(format!("证书 {}", signature.subject));
    lines.push(format!(
        "序列号 {}（{}）　{} — {}",
        signature.serial, signature.certificate_state, signature.valid_from, signature.valid_to
    ));
    if let Some(time) = &signature.time_stamp {
        lines.push(format!("时间戳 {time}"));
    }
    if !signature.pages.is_empty() {
        let pages: Vec<String> = signature.pages.iter().map(ToString::to_string).collect();
        lines.push(format!("签章位置 第 {} 页", pages.join("、")));
    }
    paper.entry(&format!("签名 {number}"), "Signature", &lines.join("\n"));
}

fn draw_timeline(paper: &mut Paper<'_>, timeline: &[TimelineFacts]) {
    paper.heading("时间线", "Timeline");
    let columns = columns(&[
        (92.0, CELL),
        (108.0, CELL),
        (96.0, CELL),
        (92.0, SMALL),
        (95.0, SMALL),
    ]);
    let names = [
        "时间 Time",
        "操作人 Who",
        "操作 What",
        "地址、客户端 Address",
        "账本记录 Ledger row",
    ];
    paper.table_head(&columns, &names);
    for line in timeline.iter().filter(|line| line.shown).take(MOST_ROWS) {
        let client: String = line.client.chars().take(48).collect();
        let hash = line.row_hash.get(..24).unwrap_or_default();
        paper.table_row(
            &columns,
            &names,
            &[
                line.time.clone(),
                line.who.clone(),
                line.what.clone(),
                format!("{}\n{client}", line.address),
                format!("{}\n{hash}…", line.row),
            ],
        );
    }
}

fn files(paper: &mut Paper<'_>, facts: &Facts) {
    if facts.files.is_empty() {
        return;
    }
    paper.need(130.0);
    paper.heading("附件", "Attached files");
    let columns = columns(&[(118.0, CELL), (130.0, CELL), (235.0, SMALL)]);
    let names = ["文件 File", "说明 Description", "SHA-256、SM3"];
    paper.table_head(&columns, &names);
    for file in &facts.files {
        paper.table_row(
            &columns,
            &names,
            &[
                format!("{}\n{} bytes", file.name, file.size_bytes),
                file.description.clone(),
                format!("{}\n{}", file.sha256, file.sm3),
            ],
        );
    }
}

/// Who issues the report and when, with room for the seal over it.
fn sign_block(paper: &mut Paper<'_>, facts: &Facts) -> SealPlace {
    paper.need(SIGNED + 20.0);
    paper.space(16.0);
    let (top, left, width) = (paper.y, MARGIN, Paper::width());
    let made: String = facts.report.made.chars().take(10).collect();
    let page = paper.sheets.len().saturating_sub(1);
    if let Some(sheet) = paper.sheet() {
        let bottom = top - SIGNED;
        sheet.area([left, bottom, width, SIGNED], SHADE);
        sheet.line([left, bottom], [left + width, bottom], 0.5, RULE);
        sheet.line([left, top], [left + width, top], 0.5, RULE);
        let text = left + 14.0;
        sheet.text(text, top - 34.0, bold(12.0), "出具方");
        sheet.text(text + 44.0, top - 34.0, style(8.5, GREY), "Issued by");
        sheet.text(text, top - 84.0, style(9.0, GREY), made);
        sheet.text(
            text,
            top - 112.0,
            style(8.5, GREY),
            "本报告以数字签名和时间戳密封，纸质打印件仅供阅读。",
        );
        sheet.text(
            text,
            top - 125.0,
            style(7.5, GREY),
            "Sealed by digital signature and time-stamp; prints are for reading only.",
        );
    }
    let name = paper.clean(&facts.platform.operator);
    if let Some(sheet) = paper.sheet() {
        sheet.text(left + 14.0, top - 60.0, style(11.0, INK), name);
    }
    paper.space(SIGNED);
    SealPlace {
        page,
        x: left + width - 150.0,
        y: top - SIGNED + 10.0,
    }
}

fn columns(widths: &[(f64, f64)]) -> Vec<Column> {
    widths
        .iter()
        .map(|(width, size)| Column {
            width: *width,
            style: style(*size, INK),
        })
        .collect()
}
