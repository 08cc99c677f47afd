//! Documents that the category of a draft puts in, made before the transaction that stores the draft: converting takes
//! seconds, and nobody else could write meanwhile.

use qishu_model::category::{Category, CategoryTemplate};
use qishu_model::contract::{Contract, ContractDraft, Document};
use qishu_model::template::TemplateState;
use qishu_store::{Scope, Transaction, Versioned, template};

use super::category::{apply_presets, select_category};
use super::draft::{find_existing, sponsor_index};
use super::params::{follow_parties, give_values, with_values};
use crate::company::acting_company;
use crate::document::{MadeDocument, make, params_of, store_made};
use crate::{ApiCaller, App, AppError};

/// Documents of a draft that are ready to be stored.
pub(super) struct PreparedDocuments {
    /// The category they were made for, as it was then.
    category: Versioned<Category>,
    /// Made of its templates, in their order.
    made: Vec<MadeDocument>,
    /// The draft to be overwritten, with the new values in the documents that it keeps.
    kept: Option<(Versioned<Contract>, Vec<MadeDocument>)>,
}

/// Makes the documents of the draft's category, and those of an earlier draft whose values change.
///
/// # Errors
/// `1302` for the category or when one of its templates is gone or disabled; `1005` for values; `1403`.
pub(super) async fn prepare_documents(
    app: &App,
    caller: &ApiCaller,
    draft: &ContractDraft,
) -> Result<PreparedDocuments, AppError> {
    let mut reader = app.store.read("prepare_documents");
    let company = acting_company(&mut reader, caller, draft.tenant_name.as_deref()).await?;
    let existing = find_existing(&mut reader, caller, &company, draft).await?;
    let category = select_category(&mut reader, company.id, draft.category.as_ref()).await?;
    // Nobody has LibreOffice work for a draft that is refused anyway.
    let mut parties = draft.signatories.clone();
    let sponsor = sponsor_index(&parties, &company);
    apply_presets(&category.value, &mut parties, sponsor)?;
    let mut templates = Vec::with_capacity(category.value.templates.len());
    for used in &category.value.templates {
        let found = template::find(&mut reader, Scope::Company(company.id), used.id).await?;
        let usable = found
            .map(|found| found.value)
            .filter(|template| template.state == TemplateState::Enabled);
        templates.push(usable.ok_or_else(|| AppError::CategoryBroken {
            detail: format!(
                "template {} of category {} is gone or disabled",
                used.name, category.value.name
            ),
        })?);
    }
    drop(reader);
    let mut made = Vec::with_capacity(templates.len());
    for (used, template) in category.value.templates.iter().zip(&templates) {
        let mut params = params_of(template);
        give_values(template.kind, &mut params, &draft.template_params, false)?;
        // Who fills what is the category's to say; ids of parties do not exist yet.
        params.iter_mut().for_each(|param| param.signatory_id = None);
        // An earlier draft may bear marks, which its new documents bear too.
        let marks = existing.as_ref().map(|existing| &existing.value);
        made.push(make(app, marks, template, (&used.name, None), params, true).await?);
    }
    let kept = match existing {
        Some(existing) => Some(keep(app, existing, draft).await?),
        None => None,
    };
    Ok(PreparedDocuments { category, made, kept })
}

async fn keep(
    app: &App,
    existing: Versioned<Contract>,
    draft: &ContractDraft,
) -> Result<(Versioned<Contract>, Vec<MadeDocument>), AppError> {
    let mut old = existing.value;
    old.documents.retain(|document| !is_of_category(document));
    // Ids of parties in a draft are those of the parties it replaces.
    let (value, remade) = with_values(app, &old, &draft.template_params).await?;
    let version = existing.version;
    Ok((Versioned { version, value }, remade))
}

fn is_of_category(document: &Document) -> bool {
    document
        .template
        .as_ref()
        .is_some_and(|template| template.of_category)
}

impl PreparedDocuments {
    /// Gives the contract its documents: those it keeps of an earlier draft (D-18), then those of the category.
    ///
    /// # Errors
    /// [`AppError::Busy`] when category or draft have changed since the documents were made.
    pub(super) fn give(
        &self,
        contract: &mut Contract,
        category: &Versioned<Category>,
        existing: Option<&Versioned<Contract>>,
    ) -> Result<(), AppError> {
        let kept = self.kept.as_ref().map(|(kept, _)| kept);
        let same_draft = kept.map(|kept| (kept.value.id, kept.version))
            == existing.map(|existing| (existing.value.id, existing.version));
        let same_category =
            (category.value.id, category.version) == (self.category.value.id, self.category.version);
        if !same_draft || !same_category {
            return Err(AppError::Busy);
        }
        contract.documents = kept.map(|kept| kept.value.documents.clone()).unwrap_or_default();
        if let Some(existing) = existing {
            for document in &mut contract.documents {
                follow_parties(document, &existing.value.signatories, &contract.signatories);
            }
        }
        for (used, made) in category.value.templates.iter().zip(&self.made) {
            let mut document = made.document.clone();
            assign(contract, used, &mut document)?;
            contract.add_document(document);
        }
        Ok(())
    }

    /// Stores the rows of the documents, after those of the contract.
    ///
    /// # Errors
    /// Internal when the store fails.
    pub(super) async fn store(
        self,
        app: &App,
        transaction: &mut Transaction,
        contract: &Contract,
    ) -> Result<(), AppError> {
        store_made(app, transaction, contract.id, self.made).await?;
        let remade = self.kept.map(|(_, remade)| remade).unwrap_or_default();
        store_made(app, transaction, contract.id, remade).await
    }
}

/// Says which receiver fills which parameter.
fn assign(contract: &Contract, used: &CategoryTemplate, document: &mut Document) -> Result<(), AppError> {
    for filler in &used.fillers {
        let mut receivers = contract.signatories.iter().filter(|party| !party.sponsor);
        let place = usize::try_from(filler.receiver).unwrap_or(usize::MAX);
        let receiver = place.checked_sub(1).and_then(|place| receivers.nth(place));
        let receiver = receiver.ok_or_else(|| AppError::CategoryMismatch {
            detail: format!(
                "parameter {} of {} is filled by receiver {}, which the contract does not have",
                filler.parameter, used.name, filler.receiver
            ),
        })?;
        let params = document.params.iter_mut();
        for param in params.filter(|param| param.name == filler.parameter) {
            param.signatory_id = Some(receiver.id);
        }
    }
    Ok(())
}
