//! One signature: appended bytes with room for the CMS, digest, completion.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use sealpki::{DigestAlgorithm, Sha256State, Sm3State};

use super::{
    error::SignError,
    plan::{GrowingArray, SigningPlan},
    request::{Lock, SignOptions, SignRequest, SignatureFormat},
    update::{Trailer, Update, push_hex, push_optional_text, push_reference_entry, push_text},
};
use crate::{
    appearance::{Stamp, WidgetPlace, appearance_form, push_integer, push_numbers, push_reference},
    object::Reference,
};

/// Room for each of the three numbers of `/ByteRange` that are not 0.
const RANGE_DIGITS: usize = 10;

/// `/F` of every widget: Print and Locked (ISO 32000-2, table 167).
const WIDGET_FLAGS: &[u8] = b" /F 132";

/// A signature that lacks only its CMS.
#[derive(Debug)]
pub struct PendingSignature {
    bytes: Vec<u8>,
    /// The hexadecimal string of `/Contents` with its angle brackets, in `bytes`.
    hole: Range<usize>,
    reserve: usize,
    /// Digest state of everything before the hole.
    before_hole: Sha256State,
    digest: [u8; 32],
    /// The same by SM3, where the plan has it.
    sm3: Option<(Sm3State, [u8; 32])>,
    plan: SigningPlan,
}

/// An appended revision.
#[derive(Debug)]
pub struct AppendedRevision {
    /// Bytes to append to the file the plan was made from.
    pub bytes: Vec<u8>,
    /// Plan for the next revision.
    pub plan: SigningPlan,
    /// SHA-256 of the whole file including `bytes`.
    pub revision_sha256: [u8; 32],
}

/// Writes everything of a signature but the CMS. The document itself is not needed, only its plan.
///
/// # Errors
/// [`SignError`] when the request does not fit the document; nothing has been written then.
pub fn prepare_signature(
    plan: &SigningPlan,
    request: &SignRequest<'_>,
) -> Result<PendingSignature, SignError> {
    prepare_signature_with(plan, request, &SignOptions::default())
}

/// As [`prepare_signature`], for a signature that restricts later ones.
///
/// # Errors
/// [`SignError`] when the request does not fit the document; nothing has been written then.
pub fn prepare_signature_with(
    plan: &SigningPlan,
    request: &SignRequest<'_>,
    options: &SignOptions,
) -> Result<PendingSignature, SignError> {
    check(plan, request)?;
    check_format(&options.format)?;
    let date = request.time.to_pdf_date().ok_or(SignError::Time)?;
    let mut next = plan.clone();
    let mut update = Update::new(
        plan.file_length,
        plan.needs_line_break,
        plan.next_object,
        capacity(request),
    );
    let signature = Reference::new(update.allocate()?);
    if options.certification.is_some() {
        certify(&mut next, plan, signature)?;
    }
    next.write_once(&mut update);
    let pictures = write_pictures(&mut update, &mut next, request)?;
    let lock = options.lock.as_ref().map(lock_text);
    let fields = write_fields(&mut update, plan, request, signature, &pictures, lock.as_deref())?;
    grow_arrays(&mut update, &mut next, &fields);
    next.names.push(request.field_prefix.as_bytes().into());
    next.is_signed = true;
    next.augment_only |= options.lock == Some(Lock::AllFields);
    update.begin(signature);
    write_signature_entries(&mut update.bytes, request, &options.format, &date);
    write_transforms(&mut update.bytes, options, lock.as_deref());
    let hole = Hole::write(&mut update, request.contents_reserve);
    close(update, next, plan, hole, request.contents_reserve)
}

/// `/Perms` of the catalog (ISO 32000-2, 12.8.6), due with this very revision.
fn certify(next: &mut SigningPlan, plan: &SigningPlan, signature: Reference) -> Result<(), SignError> {
    if plan.is_signed {
        let what = "only the first signature can certify it";
        return Err(SignError::CannotCertify { what });
    }
    let mut value = b"<< /DocMDP ".to_vec();
    push_reference(&mut value, signature.number, signature.generation);
    value.extend_from_slice(b" >>");
    next.edit_catalog(|text| {
        if text.value(0, "Perms").map_err(|_| SignError::OldPlan)?.is_some() {
            let what = "it has permissions of another kind already";
            return Err(SignError::CannotCertify { what });
        }
        text.set(0, "Perms", &value).map_err(|_| SignError::OldPlan)
    })?;
    next.invisible_only = true;
    // With the list of fields inside the catalog, the catalog is written for the new field anyway.
    if let Some(catalog) = next
        .catalog
        .clone()
        .filter(|one| one.reference != next.fields.object)
    {
        next.once.retain(|object| object.reference != catalog.reference);
        next.once.push(catalog);
    }
    Ok(())
}

/// The entries a field lock and the parameters of FieldMDP have in common.
fn lock_text(lock: &Lock) -> Vec<u8> {
    match lock {
        Lock::AllFields => b"/Action /All".to_vec(),
        Lock::Fields(names) => {
            let mut text = b"/Action /Include /Fields [".to_vec();
            for name in names {
                push_text(&mut text, name);
            }
            text.push(b']');
            text
        }
    }
}

/// Signature references (ISO 32000-2, table 256).
fn write_transforms(out: &mut Vec<u8>, options: &SignOptions, lock: Option<&[u8]>) {
    if options.certification.is_none() && lock.is_none() {
        return;
    }
    out.extend_from_slice(b" /Reference [");
    if options.certification.is_some() {
        out.extend_from_slice(
            b"<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P 2 >> >>",
        );
    }
    if let Some(lock) = lock {
        out.extend_from_slice(
            b"<< /Type /SigRef /TransformMethod /FieldMDP /TransformParams << /Type /TransformParams /V /1.2 ",
        );
        out.extend_from_slice(lock);
        out.extend_from_slice(b" >> >>");
    }
    out.push(b']');
}

impl PendingSignature {
    /// SHA-256 of everything the signature covers: the content digest of the CMS.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The digest the key of a signer needs: SHA-256, or SM3 where the plan has it.
    ///
    /// # Errors
    /// [`SignError::NoSm3`] for SM3 with a plan without it; other algorithms are not kept and refused the same way.
    pub fn digest_by(&self, algorithm: DigestAlgorithm) -> Result<[u8; 32], SignError> {
        match (algorithm, &self.sm3) {
            (DigestAlgorithm::Sha256, _) => Ok(self.digest),
            (DigestAlgorithm::Sm3, Some((_, digest))) => Ok(*digest),
            _ => Err(SignError::NoSm3),
        }
    }

    /// Bytes kept free for the CMS.
    #[must_use]
    pub fn contents_reserve(&self) -> usize {
        self.reserve
    }

    /// Where the digits of `/Contents` stand in the bytes of the completed revision, for
    /// [`evidence_key`](super::evidence_key).
    #[must_use]
    pub fn contents(&self) -> Range<usize> {
        self.hole.start + 1..self.hole.end - 1
    }

    /// `/ByteRange` as it stands in the file: start and length of what is covered before and after `/Contents`.
    #[must_use]
    pub fn byte_range(&self) -> [u64; 4] {
        let base = self.plan.file_length - self.bytes.len() as u64;
        [
            0,
            base + self.hole.start as u64,
            base + self.hole.end as u64,
            (self.bytes.len() - self.hole.end) as u64,
        ]
    }

    /// Puts the CMS (a DER SignedData over [`PendingSignature::digest`]) into its room.
    ///
    /// # Errors
    /// [`SignError::ContentsOverflow`] when it does not fit; the file is untouched then.
    pub fn complete(mut self, cms: &[u8]) -> Result<AppendedRevision, SignError> {
        if cms.len() > self.reserve {
            return Err(SignError::ContentsOverflow {
                needed: cms.len(),
                reserved: self.reserve,
            });
        }
        let mut hex = Vec::with_capacity(cms.len() * 2);
        push_hex(&mut hex, cms);
        let start = self.hole.start + 1;
        self.bytes[start..start + hex.len()].copy_from_slice(&hex);
        let mut digest = self.before_hole;
        digest.update(&self.bytes[self.hole.start..]);
        self.plan.digest = digest;
        self.plan.sm3 = self.sm3.map(|(mut state, _)| {
            state.update(&self.bytes[self.hole.start..]);
            state
        });
        let revision_sha256 = self.plan.file_sha256();
        Ok(AppendedRevision {
            bytes: self.bytes,
            plan: self.plan,
            revision_sha256,
        })
    }
}

/// A field name that can be used and is not taken.
pub(super) fn check_prefix(plan: &SigningPlan, prefix: &str) -> Result<(), SignError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if prefix.is_empty() || prefix.len() > 100 || !prefix.bytes().all(allowed) {
        return Err(SignError::FieldPrefix {
            prefix: prefix.to_owned(),
        });
    }
    if plan.is_name_taken(prefix.as_bytes()) {
        return Err(SignError::FieldNameTaken {
            prefix: prefix.to_owned(),
        });
    }
    Ok(())
}

fn check_format(format: &SignatureFormat) -> Result<(), SignError> {
    let (filter, sub_filter) = format.names();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
    let usable = |name: &&str| !name.is_empty() && name.len() <= 100 && name.bytes().all(allowed);
    match [filter, sub_filter].into_iter().find(|name| !usable(name)) {
        Some(name) => Err(SignError::FormatName {
            name: name.to_owned(),
        }),
        None => Ok(()),
    }
}

fn check(plan: &SigningPlan, request: &SignRequest<'_>) -> Result<(), SignError> {
    if plan.augment_only {
        return Err(SignError::Locked);
    }
    check_prefix(plan, request.field_prefix)?;
    if plan.invisible_only && !request.stamps.is_empty() {
        return Err(SignError::VisibleForbidden);
    }
    for (index, stamp) in request.stamps.iter().enumerate() {
        check_stamp(plan, request, index, stamp)?;
    }
    Ok(())
}

fn check_stamp(
    plan: &SigningPlan,
    request: &SignRequest<'_>,
    index: usize,
    stamp: &Stamp,
) -> Result<(), SignError> {
    if stamp.page >= plan.pages.len() {
        return Err(no_such_page(plan, index, stamp.page));
    }
    let whole = stamp.slice.is_none_or(|slice| slice.index < slice.count);
    if stamp.picture >= request.pictures.len() || !whole {
        return Err(SignError::NoSuchPicture {
            stamp: index,
            picture: stamp.picture,
        });
    }
    // Pages are at most some hundred thousand points wide (UserUnit); anything beyond is a mistake of the caller.
    let sane = |value: f64| value.is_finite() && value.abs() < 1e7;
    let numbers = [
        stamp.x,
        stamp.y,
        stamp.width,
        stamp.height,
        stamp.rotation_degrees,
    ];
    if !numbers.into_iter().all(sane) || stamp.width <= 0.0 || stamp.height <= 0.0 {
        return Err(SignError::NoPlace { stamp: index });
    }
    Ok(())
}

fn no_such_page(plan: &SigningPlan, stamp: usize, page: usize) -> SignError {
    SignError::NoSuchPage {
        stamp,
        page: page.saturating_add(1),
        pages: plan.pages.len(),
    }
}

/// A guess that avoids growing the buffer.
fn capacity(request: &SignRequest<'_>) -> usize {
    let pictures: usize = request
        .pictures
        .iter()
        .flat_map(|picture| picture.objects())
        .map(|object| object.bytes.len() + 64)
        .sum();
    2_048 + pictures + request.stamps.len() * 900 + request.contents_reserve * 2
}

/// Writes the pictures that are used and not in the file yet; returns the object number of each used one.
fn write_pictures(
    update: &mut Update,
    plan: &mut SigningPlan,
    request: &SignRequest<'_>,
) -> Result<Vec<Option<u32>>, SignError> {
    let mut numbers = vec![None; request.pictures.len()];
    for stamp in request.stamps {
        if numbers[stamp.picture].is_some() {
            continue;
        }
        let picture = request.pictures[stamp.picture];
        let known = plan
            .pictures
            .iter()
            .find(|(id, _)| id == picture.id())
            .map(|(_, number)| *number);
        let number = match known {
            Some(number) => number,
            None => write_picture(update, plan, picture)?,
        };
        numbers[stamp.picture] = Some(number);
    }
    Ok(numbers)
}

fn write_picture(
    update: &mut Update,
    plan: &mut SigningPlan,
    picture: &crate::appearance::StampPicture,
) -> Result<u32, SignError> {
    let first = update.allocate_many(picture.objects().len())?;
    for (number, object) in (first..).zip(picture.objects()) {
        update.begin(Reference::new(number));
        object.write(&mut update.bytes, first);
        update.end();
    }
    plan.pictures.push((*picture.id(), first));
    Ok(first)
}

/// New field numbers per page index.
type FieldsByPage = BTreeMap<usize, Vec<u32>>;

/// One field with one widget per stamp, all with the same value (ISO 32000-2, 12.7.5.5: a signature field has one
/// annotation at most); a single invisible one on the first page without stamps.
fn write_fields(
    update: &mut Update,
    plan: &SigningPlan,
    request: &SignRequest<'_>,
    signature: Reference,
    pictures: &[Option<u32>],
    lock: Option<&[u8]>,
) -> Result<FieldsByPage, SignError> {
    let mut fields = FieldsByPage::new();
    let mut appearances: HashMap<Vec<u8>, Reference> = HashMap::new();
    for (index, stamp) in request.stamps.iter().enumerate() {
        let (Some(page), Some(geometry)) = (plan.pages.reference(stamp.page), plan.page(stamp.page)) else {
            return Err(no_such_page(plan, index, stamp.page));
        };
        let place = geometry.place(
            stamp.x,
            stamp.y,
            stamp.width,
            stamp.height,
            stamp.rotation_degrees,
        );
        let picture = request.pictures[stamp.picture];
        let form = appearance_form(&place, picture, pictures[stamp.picture].unwrap_or(0), stamp.slice);
        // The same stamp on many pages needs one form only.
        let appearance = match appearances.get(&form) {
            Some(reference) => *reference,
            None => {
                let reference = Reference::new(update.allocate()?);
                update.object(reference, &form);
                appearances.insert(form, reference);
                reference
            }
        };
        let widget = Widget {
            page,
            place: Some((place, appearance)),
            description: &stamp.description,
            lock,
        };
        let number = write_field(update, request.field_prefix, index + 1, signature, &widget)?;
        fields.entry(stamp.page).or_default().push(number);
    }
    if let (true, Some(page)) = (fields.is_empty(), plan.pages.reference(0)) {
        let description = request.signer_name.unwrap_or_default();
        let widget = Widget {
            page,
            place: None,
            description,
            lock,
        };
        fields
            .entry(0)
            .or_default()
            .push(write_field(update, request.field_prefix, 1, signature, &widget)?);
    }
    Ok(fields)
}

struct Widget<'a> {
    page: Reference,
    place: Option<(WidgetPlace, Reference)>,
    description: &'a str,
    /// Entries of `/Lock`.
    lock: Option<&'a [u8]>,
}

fn write_field(
    update: &mut Update,
    prefix: &str,
    index: usize,
    signature: Reference,
    widget: &Widget<'_>,
) -> Result<u32, SignError> {
    let number = update.allocate()?;
    update.begin(Reference::new(number));
    let out = &mut update.bytes;
    out.extend_from_slice(b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (");
    out.extend_from_slice(prefix.as_bytes());
    out.push(b'-');
    push_integer(out, index as u64);
    out.push(b')');
    if !widget.description.is_empty() {
        push_optional_text(out, b" /TU", Some(widget.description));
    }
    out.extend_from_slice(WIDGET_FLAGS);
    push_reference_entry(out, b" /P", widget.page);
    out.extend_from_slice(b" /Rect [");
    push_numbers(out, &widget.place.map_or([0.0; 4], |(place, _)| place.rect));
    out.push(b']');
    if let Some((_, appearance)) = widget.place {
        push_reference_entry(out, b" /AP << /N", appearance);
        out.extend_from_slice(b" >>");
    }
    if let Some(lock) = widget.lock {
        out.extend_from_slice(b" /Lock << /Type /SigFieldLock ");
        out.extend_from_slice(lock);
        out.extend_from_slice(b" >>");
    }
    push_reference_entry(out, b" /V", signature);
    out.extend_from_slice(b" >>");
    update.end();
    Ok(number)
}

/// A field on the first page that shows nothing.
pub(super) fn add_invisible_field(
    update: &mut Update,
    plan: &mut SigningPlan,
    prefix: &str,
    value: Reference,
) -> Result<(), SignError> {
    let mut fields = FieldsByPage::new();
    if let Some(page) = plan.pages.reference(0) {
        let widget = Widget {
            page,
            place: None,
            description: "",
            lock: None,
        };
        fields.insert(0, vec![write_field(update, prefix, 1, value, &widget)?]);
    }
    grow_arrays(update, plan, &fields);
    Ok(())
}

/// Adds the new fields to the annotations of their pages and to the form.
fn grow_arrays(update: &mut Update, plan: &mut SigningPlan, fields: &FieldsByPage) {
    for (index, numbers) in fields {
        if let Some(annotations) = plan.pages.annotate(*index, numbers) {
            write_array(update, annotations);
        }
    }
    let mut all: Vec<u32> = fields.values().flatten().copied().collect();
    // Numbers rise in the order of the stamps, which is the order readers list the fields in.
    all.sort_unstable();
    plan.fields = plan.fields.extended(&all);
    write_array(update, &plan.fields);
}

fn write_array(update: &mut Update, array: &GrowingArray) {
    update.object(array.object, &array.body);
}

/// The entries of the signature dictionary (ISO 32000-2, table 255; ETSI EN 319 142-1, 5.3) up to `/ByteRange`.
fn write_signature_entries(
    out: &mut Vec<u8>,
    request: &SignRequest<'_>,
    format: &SignatureFormat,
    date: &str,
) {
    let (filter, sub_filter) = format.names();
    out.extend_from_slice(b"<< /Type /Sig /Filter /");
    out.extend_from_slice(filter.as_bytes());
    out.extend_from_slice(b" /SubFilter /");
    out.extend_from_slice(sub_filter.as_bytes());
    out.extend_from_slice(b" /M ");
    push_text(out, date);
    push_optional_text(out, b" /Name", request.signer_name);
    push_optional_text(out, b" /Reason", request.reason);
    push_optional_text(out, b" /Location", request.location);
}

/// The open places of a signature dictionary.
pub(super) struct Hole {
    /// Room for the last three numbers of `/ByteRange`.
    range: Range<usize>,
    /// The hexadecimal string of `/Contents`.
    contents: Range<usize>,
}

impl Hole {
    /// Writes `/ByteRange`, which is filled in later, `/Contents`, and the end of the dictionary. It comes last of the
    /// objects so that little is left to digest after it.
    pub(super) fn write(update: &mut Update, reserve: usize) -> Self {
        let out = &mut update.bytes;
        out.extend_from_slice(b" /ByteRange [0");
        let range_start = out.len();
        out.extend(std::iter::repeat_n(b' ', 3 * (RANGE_DIGITS + 1)));
        let range = range_start..out.len();
        out.extend_from_slice(b"] /Contents ");
        let start = out.len();
        out.push(b'<');
        out.extend(std::iter::repeat_n(b'0', reserve * 2));
        out.push(b'>');
        let contents = start..out.len();
        out.extend_from_slice(b" >>");
        update.end();
        Self { range, contents }
    }
}

/// A revision without a signature.
pub(super) fn append(
    update: Update,
    mut next: SigningPlan,
    plan: &SigningPlan,
) -> Result<AppendedRevision, SignError> {
    let bytes = write_section(update, &mut next, plan, b"")?;
    let mut digest = plan.digest.clone();
    digest.update(&bytes);
    next.digest = digest;
    if let Some(state) = &mut next.sm3 {
        state.update(&bytes);
    }
    Ok(AppendedRevision {
        revision_sha256: next.file_sha256(),
        bytes,
        plan: next,
    })
}

/// Writes the cross-reference section; `next` becomes the plan of what is there then, but for the digest.
fn write_section(
    mut update: Update,
    next: &mut SigningPlan,
    plan: &SigningPlan,
    name: &[u8],
) -> Result<Vec<u8>, SignError> {
    let id = plan.id.clone();
    let trailer = Trailer {
        entries: &plan.trailer,
        id: id.as_deref().map(|first| (first, revision_id(plan, name))),
        previous: plan.startxref,
        kind: plan.xref,
    };
    let (startxref, next_object) = update.finish(&trailer)?;
    next.file_length = plan.file_length + update.bytes.len() as u64;
    next.needs_line_break = false;
    next.startxref = startxref;
    next.next_object = next_object;
    Ok(update.bytes)
}

/// Writes the cross-reference section and the byte range, then continues the digest over the appended bytes.
pub(super) fn close(
    update: Update,
    mut next: SigningPlan,
    plan: &SigningPlan,
    hole: Hole,
    reserve: usize,
) -> Result<PendingSignature, SignError> {
    let name = next.names.last().cloned().unwrap_or_default();
    let mut bytes = write_section(update, &mut next, plan, &name)?;
    write_byte_range(&mut bytes, plan.file_length, &hole);
    let mut before_hole = plan.digest.clone();
    before_hole.update(&bytes[..hole.contents.start]);
    let mut digest = before_hole.clone();
    digest.update(&bytes[hole.contents.end..]);
    let sm3 = plan.sm3.clone().map(|mut state| {
        state.update(&bytes[..hole.contents.start]);
        let mut whole = state.clone();
        whole.update(&bytes[hole.contents.end..]);
        (state, whole.finish())
    });
    Ok(PendingSignature {
        bytes,
        hole: hole.contents,
        reserve,
        before_hole,
        digest: digest.finish(),
        sm3,
        plan: next,
    })
}

/// The changing half of `/ID`: no chance is needed, as file and field names are unique, and equal inputs give equal bytes.
fn revision_id(plan: &SigningPlan, name: &[u8]) -> [u8; 16] {
    let mut seed = plan.digest.clone();
    seed.update(name);
    let digest = seed.finish();
    std::array::from_fn(|index| digest[index])
}

fn write_byte_range(bytes: &mut [u8], base: u64, place: &Hole) {
    let after_hole = (bytes.len() - place.contents.end) as u64;
    let numbers = [
        base + place.contents.start as u64,
        base + place.contents.end as u64,
        after_hole,
    ];
    for (index, number) in numbers.into_iter().enumerate() {
        let start = place.range.start + index * (RANGE_DIGITS + 1) + 1;
        let text = number.to_string();
        // File lengths are limited to ten digits, so the text always fits.
        if let Some(room) = bytes.get_mut(start..start + text.len().min(RANGE_DIGITS)) {
            room.copy_from_slice(&text.as_bytes()[..room.len()]);
        }
    }
}
