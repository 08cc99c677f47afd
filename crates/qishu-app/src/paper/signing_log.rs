//! 签署日志: who did what with a contract and when, which files were signed with which certificates, and how to check it.

use qishu_model::time::Timestamp;

use super::{Column, GREY, INK, Paper, bold, style};
use crate::AppError;

/// A file of the contract.
#[derive(Debug, Clone)]
pub(crate) struct LoggedDocument {
    /// Title.
    pub(crate) title: String,
    /// Pages.
    pub(crate) pages: u32,
    /// It voids the contract.
    pub(crate) voids: bool,
    /// SHA-256 (hex) before the first signature.
    pub(crate) before: String,
    /// SHA-256 (hex) of the newest bytes.
    pub(crate) now: String,
}

/// A party.
#[derive(Debug, Clone)]
pub(crate) struct LoggedParty {
    /// Name.
    pub(crate) name: String,
    /// Company or person.
    pub(crate) company: bool,
    /// It started the contract.
    pub(crate) sponsor: bool,
    /// Masked contact.
    pub(crate) contact: Option<String>,
    /// Status in Chinese.
    pub(crate) status: &'static str,
    /// When it finished.
    pub(crate) time: Option<Timestamp>,
    /// How the will was confirmed, in Chinese.
    pub(crate) confirmed: Option<&'static str>,
}

/// A signature with its certificate.
#[derive(Debug, Clone)]
pub(crate) struct LoggedAct {
    /// Name of the party.
    pub(crate) signer: String,
    /// Title of the document.
    pub(crate) document: String,
    /// When.
    pub(crate) time: Timestamp,
    /// Serial of the one-time certificate, hex.
    pub(crate) serial: String,
    /// SHA-256 (hex) of the bytes that were shown and signed.
    pub(crate) revision: String,
}

/// A line of the log.
#[derive(Debug, Clone)]
pub(crate) struct LoggedRow {
    /// When.
    pub(crate) time: Timestamp,
    /// Who; masked contact beside the name.
    pub(crate) who: String,
    /// What.
    pub(crate) what: String,
    /// Network address.
    pub(crate) address: String,
    /// Client and browser.
    pub(crate) client: String,
}

/// Everything the log says.
#[derive(Debug, Clone)]
pub(crate) struct SigningLog {
    /// Contract's id.
    pub(crate) contract: String,
    /// Title.
    pub(crate) subject: String,
    /// Number.
    pub(crate) sn: String,
    /// Initiating company.
    pub(crate) initiator: String,
    /// Status in Chinese.
    pub(crate) status: &'static str,
    /// When drafted.
    pub(crate) created: Timestamp,
    /// When sent.
    pub(crate) sent: Option<Timestamp>,
    /// When completed.
    pub(crate) completed: Option<Timestamp>,
    /// Files.
    pub(crate) documents: Vec<LoggedDocument>,
    /// Parties.
    pub(crate) parties: Vec<LoggedParty>,
    /// Signatures.
    pub(crate) acts: Vec<LoggedAct>,
    /// Log.
    pub(crate) rows: Vec<LoggedRow>,
    /// Issuer of the certificates.
    pub(crate) issuer: String,
    /// Messages and identities come from simulators.
    pub(crate) simulated: bool,
    /// When this file was made.
    pub(crate) made: Timestamp,
}

const CELL: f64 = 8.5;
const SMALL: f64 = 7.5;

impl SigningLog {
    /// Draws the log.
    ///
    /// # Errors
    /// Internal when the pages cannot be written.
    pub(crate) fn draw(&self) -> Result<Vec<u8>, AppError> {
        let mut paper = Paper::new()?;
        paper.space(6.0);
        paper.centred("签署日志", bold(22.0));
        paper.centred("Signing Log", style(10.0, GREY));
        paper.space(12.0);
        self.facts(&mut paper);
        self.draw_documents(&mut paper);
        self.draw_parties(&mut paper);
        self.draw_acts(&mut paper);
        self.draw_rows(&mut paper);
        self.how_to_verify(&mut paper);
        let foot = format!("合同编号 {}　生成时间 {}", self.sn, self.made.date_time_text());
        paper.finish(&foot, &format!("签署日志 {}", self.sn))
    }

    fn facts(&self, paper: &mut Paper<'_>) {
        paper.entry("合同名称", "Contract", &self.subject);
        paper.entry("合同编号", "Contract no.", &self.sn);
        paper.entry("合同 ID", "Contract id", &self.contract);
        paper.entry("发起方", "Initiator", &self.initiator);
        paper.entry("合同状态", "Status", self.status);
        paper.entry("创建时间", "Created", &self.created.date_time_text());
        if let Some(sent) = self.sent {
            paper.entry("发起时间", "Sent", &sent.date_time_text());
        }
        if let Some(completed) = self.completed {
            paper.entry("签署完成时间", "Completed", &completed.date_time_text());
        }
        if self.simulated {
            paper.entry(
                "环境说明",
                "Environment",
                "演示环境：短信、邮件和身份均为模拟 (simulated)",
            );
        }
    }

    fn draw_documents(&self, paper: &mut Paper<'_>) {
        paper.heading("文件", "Documents");
        for (number, document) in (1_u32..).zip(&self.documents) {
            let kind = if document.voids {
                "作废协议"
            } else {
                "合同文档"
            };
            let title = format!("{number}. {}（{kind}，{} 页）", document.title, document.pages);
            paper.paragraph(&title, style(10.0, INK));
            paper.paragraph(
                &format!("签署前 SHA-256 before　{}", document.before),
                style(SMALL, GREY),
            );
            paper.paragraph(
                &format!("当前　 SHA-256 now　　{}", document.now),
                style(SMALL, GREY),
            );
            paper.space(4.0);
        }
    }

    fn draw_parties(&self, paper: &mut Paper<'_>) {
        paper.heading("签署方", "Parties");
        let columns = columns(&[
            (150.0, CELL),
            (62.0, CELL),
            (92.0, CELL),
            (56.0, CELL),
            (123.0, CELL),
        ]);
        let names = [
            "名称 Name",
            "类型 Type",
            "联系方式 Contact",
            "状态 Status",
            "完成时间与意愿确认 Signed",
        ];
        paper.table_head(&columns, &names);
        for party in &self.parties {
            let kind = match (party.company, party.sponsor) {
                (true, true) => "企业·发起方",
                (true, false) => "企业",
                (false, true) => "个人·发起方",
                (false, false) => "个人",
            };
            let time = party.time.map(Timestamp::date_time_text).unwrap_or_default();
            let confirmed = party.confirmed.unwrap_or_default();
            let signed = format!("{time}\n{confirmed}");
            paper.table_row(
                &columns,
                &names,
                &[
                    party.name.clone(),
                    kind.to_owned(),
                    party.contact.clone().unwrap_or_else(|| "—".to_owned()),
                    party.status.to_owned(),
                    signed.trim().to_owned(),
                ],
            );
        }
    }

    fn draw_acts(&self, paper: &mut Paper<'_>) {
        if self.acts.is_empty() {
            return;
        }
        paper.heading("数字签名与证书", "Signatures and certificates");
        let columns = columns(&[(92.0, CELL), (92.0, CELL), (84.0, CELL), (215.0, SMALL)]);
        let names = [
            "时间 Time",
            "签署方 Signer",
            "文件 Document",
            "证书序列号、所签版本 Serial, revision signed",
        ];
        paper.table_head(&columns, &names);
        for act in &self.acts {
            paper.table_row(
                &columns,
                &names,
                &[
                    act.time.date_time_text(),
                    act.signer.clone(),
                    act.document.clone(),
                    format!("{}\n{}", act.serial, act.revision),
                ],
            );
        }
        paper.space(4.0);
        paper.paragraph(
            &format!(
                "证书签发者 Issuer：{}。每次签署使用一张一次性证书，证书序列号在签署前登记。",
                self.issuer
            ),
            style(8.0, GREY),
        );
    }

    fn draw_rows(&self, paper: &mut Paper<'_>) {
        paper.heading("操作记录", "Log");
        let columns = columns(&[
            (96.0, CELL),
            (118.0, CELL),
            (96.0, CELL),
            (84.0, CELL),
            (89.0, SMALL),
        ]);
        let names = [
            "时间 Time",
            "操作人 Who",
            "操作 What",
            "地址 Address",
            "客户端 Client",
        ];
        paper.table_head(&columns, &names);
        for row in &self.rows {
            paper.table_row(
                &columns,
                &names,
                &[
                    row.time.date_time_text(),
                    row.who.clone(),
                    row.what.clone(),
                    row.address.clone(),
                    row.client.clone(),
                ],
            );
        }
    }

    fn how_to_verify(&self, paper: &mut Paper<'_>) {
        paper.heading("如何验证", "How to verify");
        let text = style(9.5, INK);
        paper.paragraph(
            "1. 用支持数字签名的 PDF 阅读器打开合同文件，在签名面板中查看每一个签名：文件在签署后是否被改动、由谁的证书签署。",
            text,
        );
        paper.paragraph(
            "2. 计算文件的 SHA-256，与上面“当前”一栏比较：sha256sum 文件名（Windows：certutil -hashfile 文件名 SHA256）。",
            text,
        );
        paper.paragraph(
            "3. 用平台程序离线验证：qishu verify 文件名。结果与签署方、证书序列号应与本日志一致。",
            text,
        );
        paper.space(2.0);
        paper.paragraph(
            "Open the file in a PDF reader that shows digital signatures, compare its SHA-256 with the one above, or run \
             qishu verify FILE. Times are China standard time (UTC+8). Contacts are masked.",
            style(8.0, GREY),
        );
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

#[cfg(test)]
mod tests {
    use super::*;

    fn log(rows: usize) -> SigningLog {
        let at = |seconds: i64| Timestamp::from_ms(1_795_000_000_000 + seconds * 1000);
        SigningLog {
            contract: "3014826187358859384".to_owned(),
            subject: "劳动合同".to_owned(),
            sn: "QS3014826187358859384".to_owned(),
            initiator: "契书演示科技有限公司".to_owned(),
            status: "已完成",
            created: at(0),
            sent: Some(at(60)),
            completed: Some(at(600)),
            documents: vec![LoggedDocument {
                title: "合同正文".to_owned(),
                pages: 2,
                voids: false,
                before: "3f".repeat(32),
                now: "a7".repeat(32),
            }],
            parties: vec![
                LoggedParty {
                    name: "契书演示科技有限公司".to_owned(),
                    company: true,
                    sponsor: true,
                    contact: None,
                    status: "已签署",
                    time: Some(at(300)),
                    confirmed: Some("授权签署"),
                },
                LoggedParty {
                    name: "张三".to_owned(),
                    company: false,
                    sponsor: false,
                    contact: Some("139****0001".to_owned()),
                    status: "已签署",
                    time: Some(at(600)),
                    confirmed: Some("短信验证码"),
                },
            ],
            acts: vec![LoggedAct {
                signer: "张三".to_owned(),
                document: "合同正文".to_owned(),
                time: at(600),
                serial: "5A".repeat(16),
                revision: "3f".repeat(32),
            }],
            rows: (0..rows)
                .map(|row| LoggedRow {
                    time: at(i64::try_from(row).unwrap() * 60),
                    who: "张三 139****0001".to_owned(),
                    what: "签署（合同正文）".to_owned(),
                    address: "2001:db8:85a3::8a2e:370:7334".to_owned(),
                    client: "H5 Mozilla/5.0 (Linux; Android 15)".to_owned(),
                })
                .collect(),
            issuer: "Qishu Authority".to_owned(),
            simulated: true,
            made: at(7200),
        }
    }

    #[test]
    fn the_log_is_a_readable_file_however_long_it_is() {
        for (rows, pages) in [(5, 1..=2), (200, 8..=16)] {
            let file = log(rows).draw().unwrap();
            let limits = pdfseal::text::TextLimits::default();
            let index = pdfseal::text::TextIndex::read(&file, &limits).unwrap();
            assert!(!index.find("139****0001").is_empty());
            assert_eq!(index.find("如何验证").len(), 1);
            let rebuilt = pdfseal::rebuild(&file, &pdfseal::Limits::default()).unwrap();
            assert!(pages.contains(&rebuilt.page_count), "{}", rebuilt.page_count);
        }
    }
}
