//! A person signing on a page: as a party, or with a step of a company.

use pdfseal::appearance::StampPicture;
use qishu_authority::{Holder, Reference, VerifiedSubject};
use qishu_model::contact::User;
use qishu_model::contract::{
    Action, ActionType, Contract, DatePattern, IntentionConfirm, Refusal, Signatory, Stamper, StamperRule,
    StamperType, Step,
};
use qishu_model::id::{ContractId, DocumentId, PersonId, SealId};
use qishu_model::seal::{Seal, SealOwner};
use qishu_store::confirm::{self, Binding, Check};
use qishu_store::{Reader, person, person_key};

use super::code::code_channel;
use super::confirm_way::check_way;
use super::founding::{ConfirmedCompany, Founding, standard_seal};
use super::identify::require_identity;
use super::person::find_person;
use super::seal_choice::{SigningCompany, signing_company, usable_seals};
use super::task::require_task;
use crate::company::find_employee;
use crate::seal::{load_picture, require_seal};
use crate::signing::{DocumentAids, Mark, PlannedAct, company_subject};
use crate::{App, AppError};

/// A revision the person was shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SeenRevision {
    /// Document.
    pub document: DocumentId,
    /// SHA-256 (hex) of the bytes that were shown.
    pub revision: String,
}

/// Where the person put a signature or seal, when nobody had fixed a place.
#[derive(Debug, Clone, PartialEq)]
pub struct PagePlacement {
    /// Id of the step it is for; absent where the visit has a single one.
    pub step: Option<u64>,
    /// Document.
    pub document: DocumentId,
    /// Page, counted from 0.
    pub page: u32,
    /// Left edge, points.
    pub x: f64,
    /// Lower edge, points.
    pub y: f64,
    /// Width, points.
    pub width: f64,
    /// Height, points.
    pub height: f64,
}

/// The picture of the signature.
#[derive(Clone)]
pub enum Picture {
    /// Drawn just now, already checked and prepared.
    Drawn(StampPicture),
    /// None: only possible where nothing visible is asked for.
    Missing,
}

/// How a person shows the will to sign.
#[derive(Clone)]
pub(crate) enum Will {
    /// A code that was sent for this contract, person and these revisions.
    Code(String),
    /// The person's signing password, already found right by the caller.
    Password,
    /// The confirmation of the step before in the same visit.
    Carried(IntentionConfirm),
}

/// A person's act on one step, planned anew on every attempt.
pub(crate) struct PersonAct {
    pub(crate) user: User,
    pub(crate) step: Step,
    pub(crate) seen: Vec<SeenRevision>,
    pub(crate) will: Will,
    pub(crate) picture: Picture,
    /// Seal chosen for a company's step; absent = the first one the person may use.
    pub(crate) seal: Option<SealId>,
    pub(crate) placements: Vec<PagePlacement>,
    /// Date style chosen among those a position allows.
    pub(crate) date_pattern: Option<DatePattern>,
    pub(crate) company: ConfirmedCompany,
}

/// Who signs with a step, and what is put on the page.
struct Signer {
    subject: VerifiedSubject,
    name: String,
    ink: Ink,
    founding: Option<Founding>,
}

/// What is put at a position that is no date.
enum Ink {
    Seals(Vec<Seal>, Option<SealId>),
    Seal(Box<Seal>, StampPicture),
    Signature(Picture),
}

impl PersonAct {
    /// Decides what this act does to the contract as it is now. [`PersonAct::confirm`] comes after it.
    pub(crate) async fn plan(
        &self,
        app: &App,
        reader: &mut Reader,
        contract: &Contract,
        documents: &[DocumentAids],
    ) -> Result<PlannedAct, AppError> {
        let task = require_task(reader, contract, &self.user, self.step).await?;
        check_revisions(contract, &self.seen)?;
        let party = contract.signatory(task.party).ok_or(Refusal::UnknownParty)?;
        check_way(party, &self.will)?;
        if let Some(missing) = party.missing_attachment() {
            return Err(missing.into());
        }
        let action = match task.step {
            Step::Action(id) => party.action(id),
            Step::Personal(_) | Step::Void(_) => None,
        };
        let rule = contract.stamper_rule.unwrap_or(StamperRule::Optional);
        let stampers = self.stampers(party, action, rule, documents)?;
        let performer = performer(reader, party, action, &self.user).await?;
        let signer = match action {
            Some(action) if task.uses_seal() => {
                self.company_signer(app, reader, party, action, &performer)
                    .await?
            }
            _ => {
                self.person_signer(app, reader, contract, party, &performer)
                    .await?
            }
        };
        let mut marks = Vec::with_capacity(stampers.len());
        for stamper in stampers {
            marks.push(self.mark(app, reader, stamper, &signer).await?);
        }
        let given = marks.len();
        let confirm = self.way(reader, contract).await?;
        Ok(PlannedAct {
            step: task.step,
            party: party.id,
            marks,
            given,
            locate_all_keywords: false,
            subject: signer.subject,
            signer_name: signer.name,
            performed_by: Some(performer),
            confirm,
            confirmation: None,
            founding: signer.founding,
        })
    }

    /// How the person confirms, as the contract keeps it.
    pub(super) async fn way(
        &self,
        reader: &mut Reader,
        contract: &Contract,
    ) -> Result<IntentionConfirm, AppError> {
        match &self.will {
            Will::Carried(confirm) => Ok(*confirm),
            Will::Password => Ok(IntentionConfirm::SignPwd),
            Will::Code(_) => code_channel(reader, contract, &self.user).await,
        }
    }

    /// The person as signer: a party, a handler, an employee who signs. A proven identity goes before what the contract says
    /// where the contract names somebody else, nobody signs.
    async fn person_signer(
        &self,
        app: &App,
        reader: &mut Reader,
        contract: &Contract,
        party: &Signatory,
        performer: &User,
    ) -> Result<Signer, AppError> {
        let of_party = (!party.tenant_type.is_company())
            .then(|| party.tenant_name.clone())
            .flatten();
        require_identity(reader, contract, party, &self.user).await?;
        let person = find_person(reader, contract, &self.user).await?;
        let proven = match person {
            Some(person) => proven_identity(reader, person).await?,
            None => None,
        };
        if let (Some(proven), Some(of_party)) = (&proven, &of_party)
            && proven.name != *of_party
        {
            return Err(AppError::NameMismatch {
                contact: self.user.masked(),
            });
        }
        let name = proven
            .as_ref()
            .map(|proven| proven.name.clone())
            .or(of_party)
            .or_else(|| performer.name.clone())
            .unwrap_or_else(|| performer.masked());
        Ok(Signer {
            subject: person_subject(app, &name, &self.user.normalised(), proven.as_ref()),
            name,
            ink: Ink::Signature(self.picture.clone()),
            founding: None,
        })
    }

    /// The company as signer, with the seals this person may use for it.
    async fn company_signer(
        &self,
        app: &App,
        reader: &mut Reader,
        party: &Signatory,
        action: &Action,
        performer: &User,
    ) -> Result<Signer, AppError> {
        match signing_company(reader, party).await? {
            SigningCompany::Known(company) => {
                let seals = usable_seals(reader, company.id, action, &self.user).await?;
                if seals.is_empty() {
                    return Err(AppError::NoSealRight);
                }
                Ok(Signer {
                    subject: company_subject(&company),
                    name: company.name,
                    ink: Ink::Seals(seals, self.seal),
                    founding: None,
                })
            }
            SigningCompany::Unverified(known) => {
                let standard =
                    standard_seal(app, reader, party, known, action.action_type, &self.company).await?;
                let mut subject = company_subject(&standard.company);
                if let Holder::Company { operator, .. } = &mut subject.holder {
                    // Nobody vouches for this company: its certificate says who acted for it.
                    *operator = Some(performer.name.clone().unwrap_or_else(|| performer.masked()));
                }
                Ok(Signer {
                    subject,
                    name: standard.company.name,
                    ink: Ink::Seal(Box::new(standard.seal), standard.picture),
                    founding: Some(standard.founding),
                })
            }
        }
    }

    /// Fixed positions, and those the person chose: instead of them where there are none, beside them where the rule allows
    /// more (7.7).
    fn stampers(
        &self,
        party: &Signatory,
        action: Option<&Action>,
        rule: StamperRule,
        documents: &[DocumentAids],
    ) -> Result<Vec<Stamper>, AppError> {
        let mut stampers = given_stampers(party, action).to_vec();
        let fixed = has_visible_place(&stampers);
        if fixed && (rule == StamperRule::MustForbid || self.placements.is_empty()) {
            return Ok(stampers);
        }
        if self.placements.is_empty() {
            return Err(AppError::PlacementRequired);
        }
        let kind = stamper_type_of(action.map(|action| action.action_type));
        for placement in &self.placements {
            stampers.push(chosen(placement, kind, documents)?);
        }
        Ok(stampers)
    }

    async fn mark(
        &self,
        app: &App,
        reader: &mut Reader,
        mut stamper: Stamper,
        signer: &Signer,
    ) -> Result<Mark, AppError> {
        if stamper.stamper_type == StamperType::Timestamp {
            let chosen = self
                .date_pattern
                .filter(|chosen| stamper.date_patterns.contains(chosen));
            if let Some(chosen) = chosen {
                stamper.date_patterns = vec![chosen];
            }
            return Mark::date(app, stamper);
        }
        match &signer.ink {
            Ink::Signature(Picture::Drawn(picture)) => {
                Ok(Mark::picture(stamper, picture.clone(), signer.name.clone()))
            }
            Ink::Signature(Picture::Missing) => Err(AppError::PictureRequired),
            Ink::Seal(seal, picture) => Ok(Mark::seal(stamper, seal, picture.clone(), signer.name.clone())),
            Ink::Seals(seals, chosen) => {
                let seal = match (stamper.seal_id, chosen) {
                    // Fixed with the position, by the company itself.
                    (Some(fixed), _) => fixed_seal(reader, seals, fixed).await?,
                    (None, Some(id)) => pick(seals, *id)?,
                    (None, None) => seals.first().cloned().ok_or(AppError::NoSealRight)?,
                };
                let picture = load_picture(app, &seal).await?;
                Ok(Mark::seal(stamper, &seal, picture, signer.name.clone()))
            }
        }
    }

    /// Judges the code, last of all, so that it is not spoilt by a refusal that the person cannot help. Nothing of the store
    /// may be open meanwhile.
    pub(crate) async fn confirm(
        &self,
        app: &App,
        contract: ContractId,
    ) -> Result<Option<confirm::Confirmation>, AppError> {
        match &self.will {
            Will::Code(code) => check_code(app, contract, &self.user, &self.seen, code)
                .await
                .map(Some),
            Will::Carried(_) | Will::Password => Ok(None),
        }
    }
}

/// Positions given for a step, or for a personal party.
pub(super) fn given_stampers<'a>(party: &'a Signatory, action: Option<&'a Action>) -> &'a [Stamper] {
    action.map_or(&party.stampers, |action| &action.stampers)
}

/// Whether any position shows more than a date: without one, the signer chooses the place.
pub(super) fn has_visible_place(stampers: &[Stamper]) -> bool {
    stampers
        .iter()
        .any(|stamper| stamper.stamper_type != StamperType::Timestamp)
}

/// Kind of the position a person chooses for a step.
pub(super) const fn stamper_type_of(action: Option<ActionType>) -> StamperType {
    match action {
        None | Some(ActionType::Audit | ActionType::Operator | ActionType::Personal) => StamperType::Personal,
        Some(ActionType::Lp) => StamperType::Lp,
        Some(ActionType::Company | ActionType::Practice) => StamperType::Company,
    }
}

/// A seal that was fixed with a position. It belongs to the signing company, whoever performs the step.
async fn fixed_seal(reader: &mut Reader, usable: &[Seal], id: SealId) -> Result<Seal, AppError> {
    if let Ok(seal) = pick(usable, id) {
        return Ok(seal);
    }
    match usable.first().map(|seal| seal.owner) {
        Some(SealOwner::Company(company)) => require_seal(reader, company, id).await,
        _ => Err(AppError::NoSealRight),
    }
}

fn pick(seals: &[Seal], id: SealId) -> Result<Seal, AppError> {
    let found = seals.iter().find(|seal| seal.id == id).cloned();
    found.ok_or_else(|| AppError::SealNotFound {
        detail: format!("{id} is not among the seals this person may use for the step"),
    })
}

/// The person with the best name known for them: the step's, the employee's, the handler's.
pub(super) async fn performer(
    reader: &mut Reader,
    party: &Signatory,
    action: Option<&Action>,
    user: &User,
) -> Result<User, AppError> {
    let employee = match party.company_id {
        Some(company) => find_employee(reader, company, user).await?,
        None => None,
    };
    let is = |other: &&User| {
        other.same_contact(user) || employee.as_ref().is_some_and(|employee| employee.is(other))
    };
    let operators = action.map(|action| action.operators.iter()).into_iter().flatten();
    let named = operators
        .chain(&party.receiver)
        .find(is)
        .and_then(|known| known.name.clone());
    let name = named
        .or_else(|| employee.as_ref().map(|employee| employee.name.clone()))
        .or_else(|| user.name.clone());
    Ok(User { name, ..user.clone() })
}

/// Judges a confirmation code.
///
/// # Errors
/// [`AppError::CodeWrong`], [`AppError::CodeClosed`].
pub(super) async fn check_code(
    app: &App,
    contract: ContractId,
    user: &User,
    seen: &[SeenRevision],
    code: &str,
) -> Result<confirm::Confirmation, AppError> {
    let (contact, revision) = (user.normalised(), revisions_text(seen));
    let binding = sign_binding(contract, &contact, &revision);
    match confirm::check(&app.store, &binding, code, app.now()).await? {
        Check::Right(confirmation) => Ok(confirmation),
        Check::Wrong { left } => Err(AppError::CodeWrong { left }),
        Check::Closed => Err(AppError::CodeClosed),
    }
}

/// What a confirmation code is bound to.
pub(super) const fn sign_binding<'a>(
    contract: ContractId,
    contact: &'a str,
    revision: &'a str,
) -> Binding<'a> {
    Binding {
        contract: Some(contract),
        contact,
        purpose: "SIGN",
        revision,
    }
}

/// What is proven of a person.
pub(crate) struct ProvenIdentity {
    /// Real name.
    pub(crate) name: String,
    /// Keyed digest of the identity number.
    digest: [u8; 32],
}

/// What is proven of a person, if anything.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn proven_identity(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Option<ProvenIdentity>, AppError> {
    let Some(digest) = person_key::digest_of(reader, person).await? else {
        return Ok(None);
    };
    let known = person::find(reader, person).await?;
    Ok(known
        .filter(|known| known.value.verified)
        .map(|known| ProvenIdentity {
            name: known.value.name,
            digest,
        }))
}

/// The subject of a person's one-time certificate. Until an identity number is proven, the contact that received the code
/// tells people of one name apart; only its keyed digest enters the certificate.
pub(crate) fn person_subject(
    app: &App,
    name: &str,
    contact: &str,
    proven: Option<&ProvenIdentity>,
) -> VerifiedSubject {
    let reference = match proven {
        Some(proven) => Reference::IdentityDigest(proven.digest),
        None => {
            let digest = app.store.lookup_digest("certificate subject", contact);
            Reference::PlatformId(hex::encode(digest))
        }
    };
    VerifiedSubject {
        holder: Holder::Person {
            name: name.to_owned(),
        },
        reference,
    }
}

/// A place the person chose, as a position.
pub(super) fn chosen(
    placement: &PagePlacement,
    kind: StamperType,
    documents: &[DocumentAids],
) -> Result<Stamper, AppError> {
    let refused = || {
        AppError::invalid(
            "placements",
            "a place on a page of the contract's documents is expected",
        )
    };
    let document = documents
        .iter()
        .find(|document| document.id == placement.document)
        .ok_or_else(refused)?;
    let page = usize::try_from(placement.page)
        .ok()
        .and_then(|page| document.page_sizes().get(page).copied());
    let page = page.ok_or_else(refused)?;
    let fits = |value: f64, low: f64, high: f64| value.is_finite() && (low..=high).contains(&value);
    // Seals have a size of their own; a signature fills the box it is given (7.6).
    let box_fits = kind != StamperType::Personal
        || (fits(placement.width, 10.0, 120.0) && fits(placement.height, 4.0, 48.0));
    if !box_fits || !fits(placement.x, 0.0, page.width) || !fits(placement.y, 0.0, page.height) {
        return Err(refused());
    }
    let mut stamper = Stamper::new(kind);
    stamper.document_id = Some(placement.document.get());
    stamper.page = i32::try_from(placement.page + 1).ok();
    stamper.offset_x = Some(placement.x / page.width);
    stamper.offset_y = Some(placement.y / page.height);
    if kind == StamperType::Personal {
        stamper.width = Some(placement.width);
        stamper.height = Some(placement.height);
    }
    Ok(stamper)
}

/// The person must have seen every document as it is now.
///
/// # Errors
/// [`AppError::RevisionChanged`].
pub(super) fn check_revisions(contract: &Contract, seen: &[SeenRevision]) -> Result<(), AppError> {
    let current = |document: &qishu_model::contract::Document| {
        seen.iter()
            .any(|seen| seen.document == document.id && seen.revision == document.revision_hash)
    };
    if contract.shown_documents().all(current) {
        Ok(())
    } else {
        Err(AppError::RevisionChanged)
    }
}

/// One text for a set of revisions, whatever their order.
pub(super) fn revisions_text(seen: &[SeenRevision]) -> String {
    let mut revisions: Vec<String> = seen
        .iter()
        .map(|seen| format!("{}={}", seen.document, seen.revision))
        .collect();
    revisions.sort_unstable();
    revisions.dedup();
    revisions.join(",")
}
