//! Where stamps go on the documents of a contract: the bridge between stored positions and the geometry of
//! [`qishu_model::placement`].

use pdfseal::sign::SigningPlan;
use pdfseal::text::TextIndex;
use qishu_blob::Digest;
use qishu_model::contract::{AcrossType, Contract, Document, Stamper, StamperType};
use qishu_model::id::{ActionId, DocumentId, SignatoryId};
use qishu_model::placement::{
    self, AcrossType as Across, KeywordHit, PageSize, Placed, PlacementOptions, PlacementRefusal, Size,
    StampKind, StampSpec,
};
use qishu_store::Reader;
use qishu_store::document::find_revision;
use sealpki::DigestAlgorithm;

use super::layer::families;
use crate::document::{blob_digest, parts};
use crate::{App, AppError};

/// Everything placing and signing needs of a document, taken once when it entered and again after each signature; its size
/// does not depend on the document's (design 4.5).
pub(crate) struct DocumentAids {
    /// Which document.
    pub(crate) id: DocumentId,
    /// Number of the revision the plan continues.
    pub(crate) revision: u32,
    /// SHA-256 (hex) of that revision.
    pub(crate) revision_hash: String,
    /// How to append the next signature.
    pub(crate) plan: SigningPlan,
    /// Digest of the blob with the text positions.
    text_index: String,
}

impl DocumentAids {
    /// Aids of a document whose plan is at hand.
    pub(crate) fn new(document: &Document, plan: SigningPlan) -> Self {
        Self {
            id: document.id,
            revision: document.revision,
            revision_hash: document.revision_hash.clone(),
            plan,
            text_index: document.text_index.clone(),
        }
    }

    /// Displayed sizes of its pages.
    pub(crate) fn page_sizes(&self) -> Vec<PageSize> {
        self.plan
            .page_sizes()
            .map(|(width, height)| Size { width, height })
            .collect()
    }
}

/// Loads the aids of every document of a contract that people see, in contract order.
///
/// # Errors
/// Internal when a row or blob is missing or damaged.
pub(crate) async fn load_aids(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
) -> Result<Vec<DocumentAids>, AppError> {
    let mut aids = Vec::with_capacity(contract.documents.len());
    for document in contract.shown_documents() {
        aids.push(load_one(app, reader, document).await?);
    }
    Ok(aids)
}

/// Aids of the files that a party has handed in to be signed.
///
/// # Errors
/// As [`load_aids`].
pub(super) async fn load_attachment_aids(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    party: SignatoryId,
) -> Result<Vec<DocumentAids>, AppError> {
    let demands = contract
        .signatory(party)
        .into_iter()
        .flat_map(|party| &party.attachments);
    let files: Vec<&Document> = demands
        .filter(|demand| demand.need_sign)
        .filter_map(|demand| demand.file.as_ref()?.document.as_ref())
        .collect();
    let mut aids = Vec::with_capacity(files.len());
    for file in files {
        aids.push(load_one(app, reader, file).await?);
    }
    Ok(aids)
}

async fn load_one(app: &App, reader: &mut Reader, document: &Document) -> Result<DocumentAids, AppError> {
    let row = find_revision(reader, document.id, document.revision).await?;
    let plan = row.and_then(|row| row.plan);
    let plan =
        plan.ok_or_else(|| AppError::Internal(format!("document {} has no signing plan", document.id)))?;
    let plan = app.blobs.get(&Digest::from_bytes(plan)).await?;
    let plan = SigningPlan::from_bytes(&plan).map_err(|error| AppError::internal("signing plan", error))?;
    Ok(DocumentAids::new(document, plan))
}

/// Takes the digests that this installation's keys sign and that a plan does not have, from the document itself. That is done
/// before the first signature after the key algorithm was set; the plans that follow carry them on.
///
/// # Errors
/// Internal when a row or blob is missing or damaged.
pub(super) async fn add_digests(
    app: &App,
    reader: &mut Reader,
    documents: impl Iterator<Item = &mut DocumentAids>,
) -> Result<(), AppError> {
    let wanted = families(app)
        .iter()
        .map(|family| app.hierarchy(*family).map(|one| one.digest()))
        .collect::<Result<Vec<_>, _>>()?;
    if !wanted.contains(&DigestAlgorithm::Sm3) {
        return Ok(());
    }
    for document in documents.filter(|document| !document.plan.has_sm3()) {
        let revision = find_revision(reader, document.id, document.revision).await?;
        let lost = || AppError::Internal(format!("document {} lost its revision", document.id));
        let bytes = app.blobs.read_parts(&parts(&revision.ok_or_else(lost)?)).await?;
        let plan = document.plan.clone();
        let plan = tokio::task::spawn_blocking(move || plan.with_sm3(&bytes)).await?;
        document.plan = plan.map_err(|error| AppError::internal("signing plan", error))?;
    }
    Ok(())
}

/// A position with the size of what is put there.
pub(crate) struct Wanted<'a> {
    pub(crate) stamper: &'a Stamper,
    pub(crate) picture: Size,
}

/// Places positions on documents.
///
/// # Errors
/// `1005`, `1108`, `1109` as the geometry refuses; internal when a text index cannot be read.
pub(crate) async fn place(
    app: &App,
    documents: &[DocumentAids],
    wanted: &[Wanted<'_>],
    locate_all_keywords: bool,
) -> Result<Vec<Placed>, AppError> {
    let indexes = load_text_indexes(app, documents, wanted).await?;
    let ids: Vec<DocumentId> = documents.iter().map(|document| document.id).collect();
    let specs: Vec<StampSpec> = wanted
        .iter()
        .map(|wanted| spec(wanted, &ids))
        .collect::<Result<_, _>>()?;
    let sizes: Vec<Vec<PageSize>> = documents.iter().map(DocumentAids::page_sizes).collect();
    let options = PlacementOptions {
        locate_all_keywords,
        ..PlacementOptions::default()
    };
    let find = |document: usize, keyword: &str| -> Vec<KeywordHit> {
        let index = indexes.get(document).and_then(Option::as_ref);
        let hits = index.map(|index| index.find(keyword)).unwrap_or_default();
        hits.into_iter()
            .map(|hit| KeywordHit {
                page: hit.page,
                x: hit.x,
                y: hit.y,
            })
            .collect()
    };
    placement::place(&sizes, &specs, options, find)
        .map_err(|refusal: PlacementRefusal| AppError::from_placement(&refusal))
}

/// Text positions of those documents in which a keyword is looked for.
async fn load_text_indexes(
    app: &App,
    documents: &[DocumentAids],
    wanted: &[Wanted<'_>],
) -> Result<Vec<Option<TextIndex>>, AppError> {
    let mut indexes = Vec::with_capacity(documents.len());
    for document in documents {
        let asked = |wanted: &Wanted<'_>| {
            let here = wanted
                .stamper
                .document_id
                .is_none_or(|id| id == document.id.get());
            here && wanted.stamper.keyword.is_some()
        };
        let needed = wanted.iter().any(asked);
        indexes.push(if needed {
            Some(load_text_index(app, document).await?)
        } else {
            None
        });
    }
    Ok(indexes)
}

async fn load_text_index(app: &App, document: &DocumentAids) -> Result<TextIndex, AppError> {
    let stored = app.blobs.get(&blob_digest(&document.text_index)?).await?;
    TextIndex::from_bytes(&stored).map_err(|error| AppError::internal("text positions", error))
}

fn spec(wanted: &Wanted<'_>, documents: &[DocumentId]) -> Result<StampSpec, AppError> {
    let stamper = wanted.stamper;
    let index_of = |id: u64| documents.iter().position(|known| known.get() == id);
    let document = match stamper.document_id {
        Some(id) => Some(index_of(id).ok_or_else(|| unknown_document(id))?),
        None => None,
    };
    let listed: Result<Vec<usize>, AppError> = stamper
        .document_ids
        .iter()
        .map(|id| index_of(*id).ok_or_else(|| unknown_document(*id)))
        .collect();
    let mut spec = StampSpec::new(kind(stamper.stamper_type), wanted.picture);
    spec.document = document;
    spec.keyword.clone_from(&stamper.keyword);
    spec.keyword_index = stamper.keyword_index.map(i64::from);
    spec.page = stamper.page.map(i64::from);
    spec.offset_x = stamper.offset_x;
    spec.offset_y = stamper.offset_y;
    spec.box_width = stamper.width;
    spec.box_height = stamper.height;
    spec.rotation_degrees = Some(stamper.rotation_degrees);
    spec.seal_page_config.clone_from(&stamper.seal_page_config);
    spec.across_type = match stamper.across_type {
        AcrossType::AllDocument => Across::AllDocuments(listed?),
        AcrossType::SingleDocument => Across::SingleDocument,
    };
    Ok(spec)
}

fn unknown_document(id: u64) -> AppError {
    AppError::invalid(
        "stampers.documentId",
        format!("{id} is no document of this contract"),
    )
}

const fn kind(stamper_type: StamperType) -> StampKind {
    match stamper_type {
        StamperType::AcrossPage => StampKind::AcrossPage,
        StamperType::AcrossPageEven => StampKind::AcrossPageEven,
        StamperType::AcrossPageOdd => StampKind::AcrossPageOdd,
        StamperType::AcrossPageScope => StampKind::AcrossPageScope,
        StamperType::Company => StampKind::Company,
        StamperType::Lp => StampKind::LegalPerson,
        StamperType::Personal => StampKind::Personal,
        StamperType::Timestamp => StampKind::Timestamp,
    }
}

/// Size assumed for a picture that is not chosen yet: kinds with a box of their own fill it, seals are round ones.
fn nominal(stamper: &Stamper) -> Size {
    let (width, height) = match stamper.stamper_type {
        StamperType::Personal => (112.0, 48.0),
        StamperType::Timestamp => (120.0, 16.0),
        _ => return NOMINAL_SEAL,
    };
    Size {
        width: stamper.width.unwrap_or(width),
        height: stamper.height.unwrap_or(height),
    }
}

const NOMINAL_SEAL: Size = Size {
    width: 119.06,
    height: 119.06,
};

/// Checks that positions can be found, before any seal is chosen; answers which of them count. Keywords that are not
/// found are dropped when `locate_all_keywords` is off.
///
/// # Errors
/// As [`place`].
pub(crate) async fn check_positions(
    app: &App,
    documents: &[DocumentAids],
    stampers: &[Stamper],
    locate_all_keywords: bool,
) -> Result<Vec<bool>, AppError> {
    let wanted: Vec<Wanted<'_>> = stampers
        .iter()
        .map(|stamper| Wanted {
            stamper,
            picture: nominal(stamper),
        })
        .collect();
    let placed = place(app, documents, &wanted, locate_all_keywords).await?;
    let found = |(index, stamper): (usize, &Stamper)| {
        let across = stamper.stamper_type.is_across();
        across || placed.iter().any(|placed| placed.stamper == index)
    };
    Ok(stampers.iter().enumerate().map(found).collect())
}

/// Where a position stands on the pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The position as it was given.
    pub stamper: Stamper,
    /// Its place among the positions of its party or step.
    pub index: usize,
    /// Party it belongs to.
    pub party: SignatoryId,
    /// Step it belongs to; absent for a person.
    pub action: Option<ActionId>,
    /// Document.
    pub document: DocumentId,
    /// Page, counted from 0.
    pub page: usize,
    /// Left edge, points from the left edge of the displayed page.
    pub x: f64,
    /// Lower edge, points from the lower edge of the displayed page.
    pub y: f64,
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Left edge as a fraction of the page width.
    pub offset_x: f64,
    /// Lower edge as a fraction of the page height.
    pub offset_y: f64,
}

/// Places of every position of a contract; keywords that are not there are left out.
///
/// # Errors
/// Internal when a row or blob is missing or damaged.
pub(crate) async fn find_positions(
    app: &App,
    documents: &[DocumentAids],
    contract: &Contract,
) -> Result<Vec<Found>, AppError> {
    let mut found = Vec::new();
    for (owner, stamper) in owned_stampers(contract) {
        let wanted = [Wanted {
            stamper,
            picture: nominal(stamper),
        }];
        let Ok(placed) = place(app, documents, &wanted, true).await else {
            continue;
        };
        found.extend(
            placed
                .iter()
                .filter_map(|placed| describe(documents, owner, stamper, placed)),
        );
    }
    Ok(found)
}

/// Every position with whose it is; while the contract is being voided those on the void document.
fn owned_stampers(contract: &Contract) -> Vec<(Owner, &Stamper)> {
    let mut all = Vec::new();
    if let Some(request) = contract.void_request() {
        for (index, stamper) in request.stampers.iter().enumerate() {
            let owner = |party| Owner {
                party,
                action: None,
                index,
            };
            all.extend(stamper.signatory_id.map(|party| (owner(party), stamper)));
        }
        return all;
    }
    for party in &contract.signatories {
        let owner = |action: Option<ActionId>, index: usize| Owner {
            party: party.id,
            action,
            index,
        };
        let own = party.stampers.iter().enumerate();
        all.extend(own.map(|(index, stamper)| (owner(None, index), stamper)));
        for step in &party.actions {
            let of_step = step.stampers.iter().enumerate();
            all.extend(of_step.map(|(index, stamper)| (owner(Some(step.id), index), stamper)));
        }
    }
    all
}

#[derive(Clone, Copy)]
struct Owner {
    party: SignatoryId,
    action: Option<ActionId>,
    index: usize,
}

fn describe(documents: &[DocumentAids], owner: Owner, stamper: &Stamper, placed: &Placed) -> Option<Found> {
    let document = documents.get(placed.document)?;
    let page = *document.page_sizes().get(placed.page)?;
    Some(Found {
        stamper: stamper.clone(),
        index: owner.index,
        party: owner.party,
        action: owner.action,
        document: document.id,
        page: placed.page,
        x: placed.x,
        y: placed.y,
        width: placed.width,
        height: placed.height,
        offset_x: placed.x / page.width,
        offset_y: placed.y / page.height,
    })
}
