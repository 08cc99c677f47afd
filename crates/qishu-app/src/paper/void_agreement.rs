//! 作废协议: the document that the parties sign to void a contract.

use pdfseal::compose::A4;
use qishu_model::contract::{DatePattern, Stamper, StamperType};
use qishu_model::id::SignatoryId;
use qishu_model::time::Timestamp;

use super::{GREY, INK, MARGIN, Paper, RULE, SHADE, Spot, bold, style};
use crate::AppError;

/// A party that signs.
#[derive(Debug, Clone)]
pub(crate) struct AgreementParty {
    /// Which party of the contract.
    pub(crate) id: SignatoryId,
    /// Its name.
    pub(crate) name: String,
    /// A company seals, a person signs.
    pub(crate) company: bool,
    /// It started the contract.
    pub(crate) sponsor: bool,
}

/// A document of the contract, named by its content.
#[derive(Debug, Clone)]
pub(crate) struct AgreementDocument {
    /// Title.
    pub(crate) title: String,
    /// SHA-256 (hex) of the signed file.
    pub(crate) sha256: String,
}

/// What the agreement says.
#[derive(Debug, Clone)]
pub(crate) struct VoidAgreement {
    /// Number of this agreement.
    pub(crate) number: String,
    /// Title of the contract.
    pub(crate) subject: String,
    /// Number of the contract.
    pub(crate) sn: String,
    /// Who asks for it.
    pub(crate) initiator: String,
    /// When the contract was completed.
    pub(crate) completed: Timestamp,
    /// When the request was made.
    pub(crate) requested: Timestamp,
    /// Until when all have to sign.
    pub(crate) deadline: Option<Timestamp>,
    /// Why.
    pub(crate) reason: Option<String>,
    /// Documents of the contract.
    pub(crate) documents: Vec<AgreementDocument>,
    /// Everybody who signs.
    pub(crate) parties: Vec<AgreementParty>,
}

/// The box of one party: a seal of 42 mm has room beside the party's name.
const BOX_HEIGHT: f64 = 146.0;
const BOX_GAP: f64 = 14.0;
/// Side of the usual round seal, points.
const SEAL: f64 = 119.06;
/// Box of a drawn signature, points.
const SIGNATURE: (f64, f64) = (112.0, 48.0);
/// Box of the date, points.
const DATE: (f64, f64) = (100.0, 13.0);

impl VoidAgreement {
    /// Draws the agreement: the file, and where each party signs and has its date, bound by `signatoryId`.
    ///
    /// # Errors
    /// Internal when the pages cannot be written.
    pub(crate) fn draw(&self) -> Result<(Vec<u8>, Vec<Stamper>), AppError> {
        let mut paper = Paper::new()?;
        paper.space(6.0);
        paper.centred("合同作废协议", bold(22.0));
        paper.centred("Agreement to Void a Contract", style(10.0, GREY));
        paper.space(12.0);
        self.facts(&mut paper);
        self.terms(&mut paper);
        let places = self.places(&mut paper);
        let foot = format!("作废协议编号 {}　合同编号 {}", self.number, self.sn);
        let file = paper.finish(&foot, "合同作废协议")?;
        Ok((file, places))
    }

    fn facts(&self, paper: &mut Paper<'_>) {
        paper.entry("合同名称", "Contract", &self.subject);
        paper.entry("合同编号", "Contract no.", &self.sn);
        paper.entry("签署完成时间", "Completed", &self.completed.date_time_text());
        paper.entry("作废申请方", "Requested by", &self.initiator);
        paper.entry("申请时间", "Requested", &self.requested.date_time_text());
        if let Some(deadline) = self.deadline {
            paper.entry("签署截止时间", "Sign before", &deadline.date_time_text());
        }
        let reason = self.reason.as_deref().unwrap_or("未填写 (none given)");
        paper.entry("作废原因", "Reason", reason);
        let names: Vec<&str> = self.parties.iter().map(|party| party.name.as_str()).collect();
        paper.entry("协议各方", "Parties", &names.join("；"));
    }

    fn terms(&self, paper: &mut Paper<'_>) {
        paper.space(8.0);
        let text = style(10.5, INK);
        paper.paragraph(
            &format!(
                "　　就作废《{}》（合同编号：{}，以下简称“原合同”）一事，协议各方约定如下：",
                self.subject, self.sn
            ),
            text,
        );
        paper.paragraph(
            "　　一、自协议各方全部签署本协议之时起，原合同作废。原合同作废前已经履行部分的处理，由各方另行协商确定。",
            text,
        );
        let late = if self.deadline.is_some() {
            "，或者逾期未全部签署"
        } else {
            ""
        };
        paper.paragraph(
            &format!("　　二、任何一方拒绝签署本协议{late}的，本协议不生效，原合同继续有效。"),
            text,
        );
        paper.paragraph(
            "　　三、本协议以电子方式签署。每一方的签署均带有数字签名，可用通用的 PDF 阅读器验证。",
            text,
        );
        if !self.documents.is_empty() {
            paper.paragraph("　　四、原合同由下列文件组成，以文件的 SHA-256 摘要为准：", text);
            for document in &self.documents {
                paper.paragraph(&format!("　　　　{}", document.title), style(9.5, INK));
                paper.paragraph(&format!("　　　　{}", document.sha256), style(8.0, GREY));
            }
        }
        paper.space(4.0);
        paper.paragraph(
            "English summary: the contract named above is void from the moment all parties have signed this agreement. \
             If a party refuses, or does not sign in time, the contract remains in force. What was performed before is \
             settled between the parties. The Chinese text prevails.",
            style(8.0, GREY),
        );
        paper.space(8.0);
    }

    /// Two boxes in a row; answers where marks go.
    fn places(&self, paper: &mut Paper<'_>) -> Vec<Stamper> {
        paper.heading("签署", "Signatures");
        paper.space(4.0);
        let width = (Paper::width() - BOX_GAP) / 2.0;
        let mut stampers = Vec::with_capacity(self.parties.len() * 2);
        for row in self.parties.chunks(2) {
            paper.need(BOX_HEIGHT);
            let (page, y) = (paper.sheets.len() - 1, paper.y - BOX_HEIGHT);
            for (party, x) in row.iter().zip([MARGIN, MARGIN + width + BOX_GAP]) {
                stampers.extend(party_box(paper, party, Spot { page, x, y }, width));
            }
            paper.y = y;
            paper.space(BOX_GAP);
        }
        stampers
    }
}

fn party_box(paper: &mut Paper<'_>, party: &AgreementParty, spot: Spot, width: f64) -> [Stamper; 2] {
    let role = match (party.sponsor, party.company) {
        (true, true) => "发起方（盖章）",
        (true, false) => "发起方（签字）",
        (false, true) => "签署方（盖章）",
        (false, false) => "签署方（签字）",
    };
    let mut lines = paper.lines(&party.name, 10.5, width - 20.0);
    lines.truncate(4);
    let Spot { x, y, .. } = spot;
    let top = y + BOX_HEIGHT;
    if let Some(sheet) = paper.sheet() {
        sheet.area([x, top - 20.0, width, 20.0], SHADE);
        for (from, to) in [
            ([x, y], [x + width, y]),
            ([x, top], [x + width, top]),
            ([x, y], [x, top]),
            ([x + width, y], [x + width, top]),
        ] {
            sheet.line(from, to, 0.6, RULE);
        }
        sheet.text(x + 10.0, top - 14.0, style(9.0, GREY), role);
        for (number, line) in (0_u32..).zip(lines) {
            let base = top - 36.0 - f64::from(number) * 15.0;
            sheet.text(x + 10.0, base, bold(10.5), line);
        }
        sheet.text(x + 10.0, y + 12.0, style(9.0, GREY), "日期 Date");
    }
    let mark = if party.company {
        let place = Spot {
            x: x + width - SEAL - 8.0,
            y: y + 4.0,
            ..spot
        };
        stamper(party.id, StamperType::Company, place, None)
    } else {
        let place = Spot {
            x: x + width - SIGNATURE.0 - 20.0,
            y: y + 38.0,
            ..spot
        };
        stamper(party.id, StamperType::Personal, place, Some(SIGNATURE))
    };
    let place = Spot {
        x: x + 58.0,
        y: y + 9.0,
        ..spot
    };
    [mark, stamper(party.id, StamperType::Timestamp, place, Some(DATE))]
}

fn stamper(party: SignatoryId, kind: StamperType, place: Spot, size: Option<(f64, f64)>) -> Stamper {
    let mut stamper = Stamper::new(kind);
    stamper.signatory_id = Some(party);
    stamper.page = i32::try_from(place.page + 1).ok();
    stamper.offset_x = Some(place.x / A4.0);
    stamper.offset_y = Some(place.y / A4.1);
    stamper.width = size.map(|(width, _)| width);
    stamper.height = size.map(|(_, height)| height);
    if kind == StamperType::Timestamp {
        stamper.date_patterns = vec![DatePattern::Chinese];
    }
    stamper
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreement(parties: usize) -> VoidAgreement {
        let party = |number: usize| AgreementParty {
            id: SignatoryId::new(number as u64 + 1),
            name: if number == 0 {
                "契书演示科技有限公司".to_owned()
            } else {
                format!("张三{number}")
            },
            company: number == 0,
            sponsor: number == 0,
        };
        VoidAgreement {
            number: "3014826187358859384".to_owned(),
            subject: "劳动合同😀".to_owned(),
            sn: "QS3014826187358859380".to_owned(),
            initiator: "契书演示科技有限公司".to_owned(),
            completed: Timestamp::from_ms(1_795_000_000_000),
            requested: Timestamp::from_ms(1_795_100_000_000),
            deadline: Some(Timestamp::from_ms(1_796_000_000_000)),
            reason: Some("双方协商一致，改签新合同。".to_owned()),
            documents: vec![AgreementDocument {
                title: "劳动合同正文".to_owned(),
                sha256: "3f".repeat(32),
            }],
            parties: (0..parties).map(party).collect(),
        }
    }

    #[test]
    fn every_party_has_a_place_for_its_mark_and_its_date_on_the_paper() {
        for parties in [1, 2, 7, 30] {
            let (file, places) = agreement(parties).draw().unwrap();
            pdfseal::rebuild(&file, &pdfseal::Limits::default()).unwrap();
            assert_eq!(places.len(), parties * 2);
            assert!(places.iter().all(|place| {
                let inside = |offset: Option<f64>| offset.is_some_and(|offset| offset > 0.0 && offset < 0.9);
                inside(place.offset_x) && inside(place.offset_y)
            }));
        }
    }

    #[test]
    fn what_the_typeface_lacks_is_written_as_its_code() {
        let (file, _) = agreement(2).draw().unwrap();
        let index = pdfseal::text::TextIndex::read(&file, &pdfseal::text::TextLimits::default()).unwrap();
        assert!(!index.find("劳动合同[U+1F600]").is_empty());
        assert!(!index.find("QS3014826187358859380").is_empty());
    }
}
