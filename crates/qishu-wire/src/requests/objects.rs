//! Objects that several endpoints share: contract address, person, position, paging, links (1.4, 3.2, 3.3, 3.6, 3.10).

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::draft::{CategorySelector, ContractAddress};
use qishu_model::contract::{
    AcrossType, CopySendReceiver, DatePattern, Stamper, StamperRule, StamperType, TemplateParam,
};
use qishu_model::id::{ActionId, DocumentId, SealId, SignatoryId};
use qishu_model::time::Timestamp;

use crate::fields::{DayEdge, FieldError, Object, Problem};
use crate::language::Language;

/// Characters of names, titles and subjects (2.12).
pub const NAME: usize = 100;
/// Characters of the caller's own id of a contract.
pub const BIZ_ID: usize = 50;
/// Characters of addresses that are called back.
pub const CALLBACK_URL: usize = 300;
/// Characters of addresses a page leads back to; not documented, bounded by what browsers take.
pub const PAGE_URL: usize = 2_000;
/// Characters of a reason; not documented.
pub const REASON: usize = 500;
/// Rows of one page, and the most a caller may ask for (D-07).
pub const PAGE_ROWS: u32 = 1_000;

/// Reads `contractId`, `bizId`, `tenantName`; one of the first two is mandatory.
///
/// # Errors
/// When both ids are missing, or one has the wrong form.
pub fn contract_address(fields: &Object<'_>) -> Result<ContractAddress, FieldError> {
    let address = ContractAddress {
        contract_id: fields.id("contractId")?,
        biz_id: fields.text("bizId", BIZ_ID)?,
        tenant_name: tenant_name(fields)?,
    };
    if address.contract_id.is_none() && address.biz_id.is_none() {
        return Err(fields.error("contractId", Problem::MissingUnless("bizId")));
    }
    Ok(address)
}

/// Reads `tenantName`, the full name of a company.
///
/// # Errors
/// When it is too long or no text.
pub fn tenant_name(fields: &Object<'_>) -> Result<Option<String>, FieldError> {
    fields.text("tenantName", NAME)
}

/// Reads a person out of the field `name`. An object without any of the three members counts as not given.
///
/// # Errors
/// When the contact is missing, or a member has the wrong form.
pub fn user(fields: &Object<'_>, name: &str) -> Result<Option<User>, FieldError> {
    fields
        .object(name)?
        .map(|object| user_of(&object))
        .transpose()
        .map(Option::flatten)
}

/// Reads a list of persons.
///
/// # Errors
/// As [`user`].
pub fn users(fields: &Object<'_>, name: &str) -> Result<Vec<User>, FieldError> {
    fields
        .objects(name)?
        .iter()
        .filter_map(|object| user_of(object).transpose())
        .collect()
}

fn user_of(object: &Object<'_>) -> Result<Option<User>, FieldError> {
    let name = object.text("name", NAME)?;
    let contact_type = object.one_of("contactType", &ContactType::ALL, ContactType::name)?;
    let Some(contact) = object.text("contact", NAME)? else {
        let nothing_given = name.is_none() && contact_type.is_none();
        return if nothing_given {
            Ok(None)
        } else {
            Err(object.error("contact", Problem::Missing))
        };
    };
    let contact_type = contact_type.unwrap_or_else(|| ContactType::guess(&contact));
    Ok(Some(User {
        name,
        contact,
        contact_type,
    }))
}

/// Reads a category by id or name; `None` when both are empty.
///
/// # Errors
/// When a member has the wrong form.
pub fn category(fields: &Object<'_>, name: &str) -> Result<Option<CategorySelector>, FieldError> {
    let Some(object) = fields.object(name)? else {
        return Ok(None);
    };
    let selector = CategorySelector {
        id: object.id("id")?,
        name: object.text("name", NAME)?,
    };
    Ok(Some(selector).filter(|selector| selector.id.is_some() || selector.name.is_some()))
}

/// Reads `stampers`.
///
/// # Errors
/// When a position has no known kind, or a member has the wrong form or is out of bounds.
pub fn stampers(fields: &Object<'_>) -> Result<Vec<Stamper>, FieldError> {
    fields.objects("stampers")?.iter().map(stamper).collect()
}

fn stamper(object: &Object<'_>) -> Result<Stamper, FieldError> {
    let kind = object.one_of("type", &StamperType::ALL, StamperType::name)?;
    let kind = object.require("type", kind)?;
    let across = object.one_of(
        "acrossType",
        &[AcrossType::AllDocument, AcrossType::SingleDocument],
        AcrossType::name,
    )?;
    let seal_page_config = object.text("sealPageConfig", 1_000)?;
    if kind == StamperType::AcrossPageScope && seal_page_config.is_none() {
        return Err(object.error("sealPageConfig", Problem::Missing));
    }
    let documents: Vec<DocumentId> = object.ids("documentIds", 1_000)?;
    let has_own_box = matches!(kind, StamperType::Personal | StamperType::Timestamp);
    let size = |name: &str, smallest: f64, largest: f64| {
        if has_own_box {
            object.decimal(name, smallest..=largest)
        } else {
            Ok(None)
        }
    };
    Ok(Stamper {
        action_id: object.id::<ActionId>("actionId")?,
        signatory_id: object.id::<SignatoryId>("signatoryId")?,
        stamper_type: kind,
        across_type: across.unwrap_or_default(),
        seal_page_config,
        document_id: object.id::<DocumentId>("documentId")?.map(DocumentId::get),
        document_ids: documents.into_iter().map(DocumentId::get).collect(),
        seal_id: object.id::<SealId>("sealId")?,
        keyword: object.opaque("keyword", 500)?,
        keyword_index: object.integer("keywordIndex", i32::MIN..=i32::MAX)?,
        page: object.integer("page", i32::MIN..=i32::MAX)?,
        // Across-page kinds ignore the horizontal place (7.5), so a wrong one must not fail the call.
        offset_x: if kind.is_across() {
            None
        } else {
            object.decimal("offsetX", -1.0..=1.0)?
        },
        offset_y: object.decimal("offsetY", -1.0..=1.0)?,
        date_patterns: date_patterns(object)?,
        width: size("width", 10.0, 120.0)?,
        height: size("height", 4.0, 48.0)?,
        rotation_degrees: object
            .decimal("rotationDegrees", 0.0..=360.0)?
            .unwrap_or_default(),
    })
}

/// `datePattern` and `datePatterns` are one field (D-16).
fn date_patterns(object: &Object<'_>) -> Result<Vec<DatePattern>, FieldError> {
    let mut patterns = Vec::new();
    for name in ["datePattern", "datePatterns"] {
        for pattern in object.list_of(name, &DatePattern::ALL, DatePattern::name)? {
            if !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
    }
    Ok(patterns)
}

/// Reads `stamperRule`.
///
/// # Errors
/// When it is no known rule.
pub fn stamper_rule(fields: &Object<'_>) -> Result<Option<StamperRule>, FieldError> {
    fields.one_of("stamperRule", &StamperRule::ALL, StamperRule::name)
}

/// Reads `locateAllStamperKeywords`, by default true (7.3).
///
/// # Errors
/// When it is no boolean.
pub fn locate_all_keywords(fields: &Object<'_>) -> Result<bool, FieldError> {
    Ok(fields.boolean("locateAllStamperKeywords")?.unwrap_or(true))
}

/// Reads people who get a copy; name and contact of each are mandatory (3.10).
///
/// # Errors
/// When one of them lacks name or contact.
pub fn copy_send_receivers(fields: &Object<'_>, name: &str) -> Result<Vec<CopySendReceiver>, FieldError> {
    fields.objects(name)?.iter().map(copy_send_receiver).collect()
}

fn copy_send_receiver(object: &Object<'_>) -> Result<CopySendReceiver, FieldError> {
    let receiver = object.require("receiver", user(object, "receiver")?)?;
    if receiver.name.is_none() {
        return Err(object.error("receiver.name", Problem::Missing));
    }
    Ok(CopySendReceiver {
        name: object.text("name", NAME)?,
        receiver,
        prohibit_type: object.text("prohibitType", NAME)?,
        copy_send_person_type: object.text("copySendPersonType", NAME)?,
        create_time: None,
        send: false,
    })
}

/// Reads values of template parameters, also under the misspelt name that some clients send (3.8). How long a value
/// may be depends on the parameter's type, which only the template knows; here only
/// what no type allows is refused.
///
/// # Errors
/// When a parameter has no name.
pub fn template_params(fields: &Object<'_>) -> Result<Vec<TemplateParam>, FieldError> {
    const VALUE: usize = 10 * 1024 * 1024;
    let mut params = Vec::new();
    for name in ["templateParams", "templateParms"] {
        for object in fields.objects(name)? {
            params.push(TemplateParam {
                name: object.require("name", object.text("name", NAME)?)?,
                value: object.text_or_json("value", VALUE)?,
                read_only: object.boolean("readOnly")?.unwrap_or_default(),
                signatory_id: object.id("signatoryId")?,
            });
        }
    }
    Ok(params)
}

/// Which rows of a list are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Rows to skip.
    pub offset: u64,
    /// Most rows; 1 to [`PAGE_ROWS`].
    pub limit: u32,
}

/// Reads `selectOffset` (default 0) and `selectLimit` (default, also for 0, and most: [`PAGE_ROWS`]).
///
/// # Errors
/// When one is negative or no number.
pub fn paging(fields: &Object<'_>) -> Result<Paging, FieldError> {
    let offset = fields.integer("selectOffset", 0..=i64::MAX)?.unwrap_or_default();
    let limit = fields.integer("selectLimit", 0..=i64::MAX)?.unwrap_or_default();
    let limit = u32::try_from(limit).unwrap_or(PAGE_ROWS).min(PAGE_ROWS);
    let limit = if limit == 0 { PAGE_ROWS } else { limit };
    Ok(Paging {
        offset: offset.unsigned_abs(),
        limit,
    })
}

/// A span of time with both ends included; an end that is not given does not limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimeSpan {
    /// Earliest moment.
    pub start: Option<Timestamp>,
    /// Latest moment.
    pub end: Option<Timestamp>,
}

/// Reads a span from two fields; a date alone means the whole day.
///
/// # Errors
/// When one is no time.
pub fn time_span(fields: &Object<'_>, start: &str, end: &str) -> Result<TimeSpan, FieldError> {
    Ok(TimeSpan {
        start: fields.date_time(start, DayEdge::Start)?,
        end: fields.date_time(end, DayEdge::End)?,
    })
}

/// Reads `lang`; `None` when the caller did not choose.
///
/// # Errors
/// When it is no text.
pub fn language(fields: &Object<'_>) -> Result<Option<Language>, FieldError> {
    Ok(fields.text("lang", NAME)?.map(|text| Language::read(&text)))
}

/// Reads `themeColor` as `#RRGGBB`; the number sign may be missing, since an unescaped one ends a query.
///
/// # Errors
/// When it is no colour.
pub fn theme_color(fields: &Object<'_>) -> Result<Option<String>, FieldError> {
    let Some(text) = fields.text("themeColor", NAME)? else {
        return Ok(None);
    };
    let digits = text.strip_prefix('#').unwrap_or(&text);
    let is_colour = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_colour {
        return Err(fields.error("themeColor", Problem::Not("a colour, #RRGGBB")));
    }
    Ok(Some(format!("#{}", digits.to_ascii_uppercase())))
}

/// Reads an address with the scheme http or https.
///
/// # Errors
/// When it is too long or has another scheme.
pub fn web_address(fields: &Object<'_>, name: &str, limit: usize) -> Result<Option<String>, FieldError> {
    let Some(text) = fields.text_only(name, limit)? else {
        return Ok(None);
    };
    let scheme = text
        .split_once("://")
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_web = matches!(scheme.as_deref(), Some("http" | "https")) && !text.contains(char::is_whitespace);
    if is_web {
        Ok(Some(text))
    } else {
        Err(fields.error(name, Problem::Not("an http or https address")))
    }
}
