//! Which blobs are named by rows (P8). What is named here and missing is a loss; what is stored and not named here
//! is swept after 24 hours.

use std::collections::BTreeSet;

use qishu_model::company_auth::CompanyAuth;
use qishu_model::contract::Contract;
use qishu_model::contract::watermark::Motif;
use qishu_model::evidence::{Evidence, EvidenceState};
use qishu_model::person_auth::PersonAuth;
use qishu_model::seal::Seal;
use qishu_model::seal_review::SealReview;
use qishu_model::template::Template;

use crate::document::revision;
use crate::error::StoreError;
use crate::notary;
use crate::table::{
    COMPANY_AUTH, CONTRACT, DOCUMENT_REVISION, EVIDENCE, NOTARY, PERSON_AUTH, SEAL, SEAL_REVIEW, TEMPLATE,
    Table,
};
use crate::transaction::{Key, Reader};
use crate::value::{Row, Value, values};

/// Rows read at a time.
const PAGE: i64 = 200;

/// SHA-256 of every blob that a contract, a revision, a seal, an application for one, a template, notarised data or a report
/// names, in ascending order. Opens every contract: for the daily sweep
/// and for checks, not for requests.
///
/// # Errors
/// `Corrupt` when a row cannot be read: then nothing may be swept.
pub async fn list(reader: &mut Reader) -> Result<Vec<[u8; 32]>, StoreError> {
    let mut names = BTreeSet::new();
    walk(reader, DOCUMENT_REVISION, "*", |_, row| {
        let revision = revision(row)?;
        names.extend(revision.parts.iter().map(|part| part.sha256));
        names.extend(revision.plan);
        Ok(())
    })
    .await?;
    walk(reader, CONTRACT, "id, version, body", |reader, row| {
        let contract: Contract = reader.open_versioned(CONTRACT, row)?.value;
        for document in contract.signed_documents() {
            let template = document.template.as_ref().map(|template| &template.file);
            for name in document
                .uploads
                .iter()
                .chain([&document.text_index])
                .chain(template)
            {
                add(&mut names, name)?;
            }
        }
        for watermark in &contract.watermarks {
            if let Motif::Pic { image } = &watermark.motif {
                add(&mut names, image)?;
            }
        }
        let demands = contract.signatories.iter().flat_map(|party| &party.attachments);
        let handed_in = demands
            .filter_map(|demand| demand.file.as_ref())
            .map(|file| &file.file);
        for file in handed_in.chain(&contract.force_end_files) {
            add(&mut names, &file.upload)?;
        }
        Ok(())
    })
    .await?;
    walk(reader, SEAL, "id, version, body", |reader, row| {
        let seal: Seal = reader.open_versioned(SEAL, row)?.value;
        add(&mut names, &seal.image)?;
        add(&mut names, &seal.picture)
    })
    .await?;
    walk(reader, SEAL_REVIEW, "id, version, body", |reader, row| {
        let review: SealReview = reader.open_versioned(SEAL_REVIEW, row)?.value;
        for name in [&review.image, &review.picture, &review.original]
            .into_iter()
            .chain(&review.letter)
        {
            add(&mut names, name)?;
        }
        Ok(())
    })
    .await?;
    walk(reader, TEMPLATE, "id, version, body", |reader, row| {
        let template: Template = reader.open_versioned(TEMPLATE, row)?.value;
        add(&mut names, &template.source)?;
        add(&mut names, &template.file)
    })
    .await?;
    walk(reader, NOTARY, "id, body", |reader, row| {
        let file = notary::opened(reader, row)?.file;
        file.map_or(Ok(()), |file| add(&mut names, &file.blob))
    })
    .await?;
    walk(reader, EVIDENCE, "id, version, body", |reader, row| {
        let evidence: Evidence = reader.open_versioned(EVIDENCE, row)?.value;
        for material in &evidence.materials {
            add(&mut names, &material.blob)?;
        }
        match &evidence.state {
            EvidenceState::Complete { file, .. } => add(&mut names, file),
            EvidenceState::Failed { .. } | EvidenceState::Processing => Ok(()),
        }
    })
    .await?;
    walk(reader, PERSON_AUTH, "id, version, body", |reader, row| {
        let auth: PersonAuth = reader.open_versioned(PERSON_AUTH, row)?.value;
        auth.photos
            .iter()
            .try_for_each(|photo| add(&mut names, &photo.blob))
    })
    .await?;
    walk(reader, COMPANY_AUTH, "id, version, body", |reader, row| {
        let auth: CompanyAuth = reader.open_versioned(COMPANY_AUTH, row)?.value;
        let licences = auth.prefill.license.iter().chain(&auth.data.license);
        let letter = auth.letter.as_ref().map(|letter| &letter.blob);
        licences.chain(letter).try_for_each(|name| add(&mut names, name))
    })
    .await?;
    Ok(names.into_iter().collect())
}

/// Adds a name in hexadecimal digits; an empty one names nothing.
fn add(names: &mut BTreeSet<[u8; 32]>, name: &str) -> Result<(), StoreError> {
    if name.is_empty() {
        return Ok(());
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(name, &mut digest).map_err(|_| {
        StoreError::corrupt("a contract, seal or template names a blob by something that is no SHA-256")
    })?;
    names.insert(digest);
    Ok(())
}

async fn walk(
    reader: &mut Reader,
    table: Table,
    columns: &str,
    mut visit: impl FnMut(&Reader, &Row) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let Table { name, key, .. } = table;
    let mut last: Option<Key> = None;
    loop {
        let (sql, parameters) = match &last {
            None => (
                format!("SELECT {columns} FROM {name} ORDER BY {key} LIMIT $1"),
                values![PAGE],
            ),
            Some(last) => (
                format!("SELECT {columns} FROM {name} WHERE {key} > $1 ORDER BY {key} LIMIT $2"),
                vec![Value::from(last), Value::from(PAGE)],
            ),
        };
        let rows = reader.fetch(sql, parameters).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = Some(Key::of(table, end)?);
        for row in &rows {
            visit(reader, row)?;
        }
    }
}
