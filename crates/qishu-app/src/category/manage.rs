//! Making, changing, disabling and removing categories.

use qishu_model::category::{
    Category, CategoryState, CategoryTemplate, PresetAction, PresetSignatory, TemplateFiller,
};
use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_model::contract::{ActionType, CopySendReceiver, Stamper, TenantType};
use qishu_model::id::{CategoryId, CompanyId, SealId, TemplateId};
use qishu_model::template::{Template, TemplateState};
use qishu_store::category::CategoryFilter;
use qishu_store::ledger::{Actor, Entry};
use qishu_store::template::TemplateFilter;
use qishu_store::{Page, Reader, Scope, StoreError, Transaction, Versioned, category, template};
use serde_json::json;

use super::definition::{
    CategoryDefinition, DefinitionError, PartyDefinition, StamperPlace, StepDefinition, TemplateUse,
};
use crate::company::{check_callback_url, require_employee};
use crate::contract::check_contact;
use crate::seal::{enabled_seals, require_seal};
use crate::signing::check_type;
use crate::{App, AppError};

/// Characters of names.
const NAME: usize = 100;
/// Characters of a rule that makes subjects or numbers; not documented.
const RULE: usize = 200;
/// Days a contract may be open: two years (4.1).
const MOST_DAYS: u32 = 730;
/// Rows looked at for names.
const ALL: Page = Page {
    offset: 0,
    limit: 10_000,
};

/// Stores a definition: as a new category, or as the one with this id or, without an id, this name.
///
/// # Errors
/// `1005` naming the faulty field; `1302` when there is no category with this id.
pub async fn save_category(
    app: &App,
    actor: Actor,
    company: &Company,
    id: Option<CategoryId>,
    definition: &CategoryDefinition,
) -> Result<Category, AppError> {
    check_texts(definition)?;
    let mut transaction = app.store.begin("save_category");
    let known = match id {
        Some(id) => Some(locate(&mut transaction, company.id, id).await?),
        None => category::find_by_name(&mut transaction, company.id, definition.name.trim()).await?,
    };
    let resolved = Resolver {
        company,
        templates: templates(&mut transaction, company.id).await?,
        reader: &mut transaction,
    };
    let mut built = resolved.build(app, definition).await?;
    if built.default {
        take_default(app, &mut transaction, company.id, known.as_ref()).await?;
    } else if known.as_ref().is_some_and(|known| known.value.default) {
        return Err(AppError::invalid(
            "default",
            "it is the default category; make another one the default first",
        ));
    }
    let kind = if let Some(known) = known {
        built.id = known.value.id;
        built.create_time = known.value.create_time;
        built.state = known.value.state;
        let updated = Versioned {
            version: known.version,
            value: built.clone(),
        };
        named(category::update(&mut transaction, &updated).await)?;
        "CATEGORY_EDIT"
    } else {
        named(category::insert(&mut transaction, &built).await)?;
        "CATEGORY_CREATE"
    };
    transaction.record(entry(app, &built, kind, actor));
    transaction.commit().await?;
    Ok(built)
}

/// Enables or disables a category.
///
/// # Errors
/// `1302` unknown; `1005` for disabling the default category.
pub async fn set_category_state(
    app: &App,
    actor: Actor,
    company: &Company,
    id: CategoryId,
    enabled: bool,
) -> Result<(), AppError> {
    let (state, kind) = if enabled {
        (CategoryState::Enabled, "CATEGORY_ENABLE")
    } else {
        (CategoryState::Disabled, "CATEGORY_DISABLE")
    };
    change_state(app, actor, company, id, state, kind).await
}

/// Removes a category; it stays for the contracts that name it.
///
/// # Errors
/// `1302` unknown; `1005` for the default category.
pub async fn remove_category(
    app: &App,
    actor: Actor,
    company: &Company,
    id: CategoryId,
) -> Result<(), AppError> {
    change_state(app, actor, company, id, CategoryState::Deleted, "CATEGORY_REMOVE").await
}

async fn change_state(
    app: &App,
    actor: Actor,
    company: &Company,
    id: CategoryId,
    state: CategoryState,
    kind: &'static str,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("change_category_state");
    let mut found = locate(&mut transaction, company.id, id).await?;
    if found.value.default && state != CategoryState::Enabled {
        return Err(AppError::invalid(
            "categoryId",
            "it is the default category; make another one the default first",
        ));
    }
    found.value.state = state;
    found.value.modify_time = app.now();
    named(category::update(&mut transaction, &found).await)?;
    transaction.record(entry(app, &found.value, kind, actor));
    Ok(transaction.commit().await?)
}

async fn locate(
    reader: &mut Reader,
    company: CompanyId,
    id: CategoryId,
) -> Result<Versioned<Category>, AppError> {
    let found = category::find(reader, Scope::Company(company), id).await?;
    found
        .filter(|found| found.value.state != CategoryState::Deleted)
        .ok_or_else(|| AppError::CategoryNotFound {
            selector: id.to_string(),
        })
}

/// Two categories of one name are the caller's mistake, not ours.
fn named(stored: Result<(), StoreError>) -> Result<(), AppError> {
    match stored {
        Err(StoreError::Duplicate { .. }) => Err(AppError::invalid(
            "name",
            "another category of the company has this name",
        )),
        other => Ok(other?),
    }
}

/// The present default category stops being it.
async fn take_default(
    app: &App,
    transaction: &mut Transaction,
    company: CompanyId,
    successor: Option<&Versioned<Category>>,
) -> Result<(), AppError> {
    let filter = CategoryFilter {
        company,
        modified_from: None,
        modified_to: None,
    };
    let all = category::list(transaction, &filter, ALL).await?.rows;
    for mut other in all {
        let is_successor = successor.is_some_and(|known| known.value.id == other.value.id);
        if other.value.default && !is_successor {
            other.value.default = false;
            other.value.modify_time = app.now();
            category::update(transaction, &other).await?;
        }
    }
    Ok(())
}

fn entry(app: &App, category: &Category, kind: &'static str, actor: Actor) -> Entry {
    Entry {
        at: app.now(),
        tenant: Some(category.company_id),
        kind,
        subject: Some(category.id.get()),
        actor,
        details: json!({ "name": category.name }),
    }
}

fn check_texts(definition: &CategoryDefinition) -> Result<(), AppError> {
    let name = definition.name.trim();
    if name.is_empty() || name.chars().count() > NAME {
        return Err(AppError::invalid("name", format!("1 to {NAME} characters")));
    }
    for (field, rule) in [
        ("subjectRule", &definition.subject_rule),
        ("snRule", &definition.sn_rule),
    ] {
        if rule
            .as_ref()
            .is_some_and(|rule| rule.trim().is_empty() || rule.chars().count() > RULE)
        {
            return Err(AppError::invalid(field, format!("1 to {RULE} characters")));
        }
    }
    if definition
        .sn_rule
        .as_ref()
        .is_some_and(|rule| !rule.contains("{id}"))
    {
        return Err(AppError::invalid(
            "snRule",
            "must contain {id}, or numbers would repeat",
        ));
    }
    if !(1..=MOST_DAYS).contains(&definition.expire_days) {
        return Err(AppError::invalid(
            "expireDays",
            format!("between 1 and {MOST_DAYS}"),
        ));
    }
    match &definition.callback_url {
        Some(url) => check_callback_url("callbackUrl", url),
        None => Ok(()),
    }
}

async fn templates(reader: &mut Reader, company: CompanyId) -> Result<Vec<Template>, AppError> {
    let filter = TemplateFilter {
        company,
        modified_from: None,
        modified_to: None,
    };
    let listed = template::list(reader, &filter, ALL).await?;
    Ok(listed.rows.into_iter().map(|row| row.value).collect())
}

/// Looks up what a definition names.
struct Resolver<'a> {
    company: &'a Company,
    templates: Vec<Template>,
    reader: &'a mut Reader,
}

impl Resolver<'_> {
    async fn build(mut self, app: &App, definition: &CategoryDefinition) -> Result<Category, AppError> {
        let receivers = definition
            .signatories
            .iter()
            .filter(|party| !party.sponsor)
            .count();
        let mut used = Vec::with_capacity(definition.templates.len());
        for (place, wanted) in definition.templates.iter().enumerate() {
            used.push(self.template_use(&format!("templates[{place}]"), wanted, receivers)?);
        }
        if definition
            .signatories
            .iter()
            .filter(|party| party.sponsor)
            .count()
            > 1
        {
            return Err(AppError::invalid(
                "signatories",
                "only one party is the initiator",
            ));
        }
        let mut signatories = Vec::with_capacity(definition.signatories.len());
        for (place, party) in definition.signatories.iter().enumerate() {
            signatories.push(self.party(place, party, &used).await?);
        }
        let mut copies = Vec::new();
        for (place, person) in definition.copy_send_receivers.iter().enumerate() {
            let receiver = person.user();
            check_contact(&format!("copySendReceivers[{place}].contact"), &receiver)?;
            copies.push(CopySendReceiver {
                name: None,
                receiver,
                prohibit_type: None,
                copy_send_person_type: None,
                create_time: None,
                send: false,
            });
        }
        let mut starters = Vec::new();
        for (place, person) in definition.starters.iter().enumerate() {
            starters.push(
                self.employee(&format!("starters[{place}]"), person.user())
                    .await?,
            );
        }
        let now = app.now();
        Ok(Category {
            id: CategoryId::new(app.next_id()),
            company_id: self.company.id,
            name: definition.name.trim().to_owned(),
            state: CategoryState::Enabled,
            default: definition.default,
            define_signatories: definition.define_signatories,
            define_sponsor: definition.define_sponsor,
            signatories,
            templates: used,
            expire_days: definition.expire_days,
            stamper_rule: definition.stamper_rule,
            callback_url: definition.callback_url.clone(),
            copy_send_time: definition.copy_send_time,
            copy_send_receivers: copies,
            notify_sponsor: definition.notify_sponsor,
            starters,
            continue_sending: definition.continue_sending,
            sn_rule: definition.sn_rule.clone(),
            subject_rule: definition.subject_rule.clone(),
            create_time: now,
            modify_time: now,
        })
    }

    fn template_use(
        &self,
        path: &str,
        wanted: &TemplateUse,
        receivers: usize,
    ) -> Result<CategoryTemplate, AppError> {
        let found = self.template(&format!("{path}.template"), &wanted.template)?;
        let mut fillers = Vec::with_capacity(wanted.fillers.len());
        for (place, filler) in wanted.fillers.iter().enumerate() {
            let path = format!("{path}.fillers[{place}]");
            if found.parameter(&filler.parameter).is_none() {
                let reason = format!("template {} has no parameter of this name", found.name);
                return Err(AppError::invalid(format!("{path}.parameter"), reason));
            }
            let number = usize::try_from(filler.receiver).unwrap_or(usize::MAX);
            if !(1..=receivers).contains(&number) {
                let reason = format!("the category presets {receivers} receivers, counted from 1");
                return Err(AppError::invalid(format!("{path}.receiver"), reason));
            }
            fillers.push(TemplateFiller {
                parameter: filler.parameter.clone(),
                receiver: filler.receiver,
            });
        }
        Ok(CategoryTemplate {
            id: found.id,
            name: wanted.name.clone().unwrap_or_else(|| found.name.clone()),
            fillers,
        })
    }

    fn template(&self, path: &str, wanted: &str) -> Result<&Template, AppError> {
        let usable = self
            .templates
            .iter()
            .filter(|template| template.state == TemplateState::Enabled);
        let id: Option<TemplateId> = wanted.parse().ok();
        let fits = |template: &&Template| Some(template.id) == id || template.name == wanted;
        let found: Vec<&Template> = usable.filter(fits).collect();
        match found.as_slice() {
            [only] => Ok(only),
            [] => Err(AppError::invalid(
                path,
                format!("there is no enabled template {wanted}"),
            )),
            _ => Err(AppError::invalid(
                path,
                format!("several templates are called {wanted}; give the id"),
            )),
        }
    }

    async fn party(
        &mut self,
        place: usize,
        party: &PartyDefinition,
        used: &[CategoryTemplate],
    ) -> Result<PresetSignatory, AppError> {
        let path = format!("signatories[{place}]");
        let is_company = party.tenant_type == TenantType::Company;
        if !is_company && party.tenant_type != TenantType::Personal {
            return Err(AppError::invalid(
                format!("{path}.tenantType"),
                "COMPANY or PERSONAL",
            ));
        }
        if party.sponsor && !is_company {
            return Err(AppError::invalid(
                format!("{path}.sponsor"),
                "the initiator is a company",
            ));
        }
        if !is_company && !party.actions.is_empty() {
            return Err(AppError::invalid(
                format!("{path}.actions"),
                "a person has no steps",
            ));
        }
        if is_company && !party.stampers.is_empty() {
            return Err(AppError::invalid(
                format!("{path}.stampers"),
                "positions of a company belong to its steps",
            ));
        }
        let mut actions = Vec::with_capacity(party.actions.len());
        for (number, step) in party.actions.iter().enumerate() {
            let path = format!("{path}.actions[{number}]");
            actions.push(self.step(&path, number, step, party.sponsor, used).await?);
        }
        let mut stampers = Vec::with_capacity(party.stampers.len());
        for (number, wanted) in party.stampers.iter().enumerate() {
            let path = format!("{path}.stampers[{number}]");
            stampers.push(self.stamper(&path, wanted, None, used).await?);
        }
        Ok(PresetSignatory {
            tenant_type: party.tenant_type,
            sponsor: party.sponsor,
            serial_no: party
                .serial_no
                .unwrap_or_else(|| i32::try_from(place + 1).unwrap_or(i32::MAX)),
            actions,
            stampers,
        })
    }

    async fn step(
        &mut self,
        path: &str,
        number: usize,
        step: &StepDefinition,
        of_sponsor: bool,
        used: &[CategoryTemplate],
    ) -> Result<PresetAction, AppError> {
        if !of_sponsor && (!step.seals.is_empty() || !step.operators.is_empty()) {
            return Err(AppError::invalid(
                path,
                "seals and operators can be preset for the initiator only",
            ));
        }
        if step.action_type == ActionType::Audit && of_sponsor && step.operators.is_empty() {
            return Err(AppError::invalid(
                format!("{path}.operators"),
                "an approval needs people",
            ));
        }
        let mut seal_ids = Vec::with_capacity(step.seals.len());
        for (place, wanted) in step.seals.iter().enumerate() {
            seal_ids.push(self.seal(&format!("{path}.seals[{place}]"), wanted).await?);
        }
        let mut operators = Vec::with_capacity(step.operators.len());
        for (place, person) in step.operators.iter().enumerate() {
            operators.push(
                self.employee(&format!("{path}.operators[{place}]"), person.user())
                    .await?,
            );
        }
        let mut stampers = Vec::with_capacity(step.stampers.len());
        for (place, wanted) in step.stampers.iter().enumerate() {
            let path = format!("{path}.stampers[{place}]");
            stampers.push(self.stamper(&path, wanted, Some(step.action_type), used).await?);
        }
        Ok(PresetAction {
            action_type: step.action_type,
            name: step
                .name
                .clone()
                .unwrap_or_else(|| step.action_type.chinese().to_owned()),
            serial_no: step
                .serial_no
                .unwrap_or_else(|| i32::try_from(number).unwrap_or(i32::MAX)),
            seal_ids,
            operators,
            stampers,
        })
    }

    async fn stamper(
        &mut self,
        path: &str,
        wanted: &StamperPlace,
        step: Option<ActionType>,
        used: &[CategoryTemplate],
    ) -> Result<Stamper, AppError> {
        let refuse = |error: DefinitionError| AppError::invalid(error.field, error.reason);
        let mut stamper = wanted.stamper(path).map_err(refuse)?;
        check_type(wanted.stamper_type, step)
            .map_err(|_| AppError::invalid(format!("{path}.type"), "does not fit this step or party"))?;
        if let Some(name) = &wanted.template {
            let field = format!("{path}.template");
            let id = self.template(&field, name)?.id;
            if !used.iter().any(|used| used.id == id) {
                return Err(AppError::invalid(field, "is none of the category's templates"));
            }
            stamper.document_id = Some(id.get());
        }
        if let Some(wanted) = &wanted.seal {
            stamper.seal_id = Some(self.seal(&format!("{path}.seal"), wanted).await?);
        }
        Ok(stamper)
    }

    /// A seal of the company by id or name.
    async fn seal(&mut self, path: &str, wanted: &str) -> Result<SealId, AppError> {
        let named = |error: AppError| AppError::invalid(path, error.to_string());
        if let Ok(id) = wanted.parse::<SealId>() {
            return Ok(require_seal(self.reader, self.company.id, id)
                .await
                .map_err(named)?
                .id);
        }
        let usable = enabled_seals(self.reader, self.company.id).await?;
        let found: Vec<SealId> = usable
            .filter(|seal| seal.name == wanted)
            .map(|seal| seal.id)
            .collect();
        match found.as_slice() {
            [only] => Ok(*only),
            [] => Err(AppError::invalid(
                path,
                format!("there is no enabled seal {wanted}"),
            )),
            _ => Err(AppError::invalid(
                path,
                format!("several seals are called {wanted}; give the id"),
            )),
        }
    }

    async fn employee(&mut self, path: &str, user: User) -> Result<User, AppError> {
        let checked = require_employee(self.reader, self.company, &user).await;
        checked.map_err(|error| AppError::invalid(path, error.to_string()))?;
        Ok(user)
    }
}
