//! Time-stamps and validation data exchanged, taken away, made unrecognisable.

use pdfseal::sign::{SignRequest, SigningPlan, prepare_signature};
use sealpki::{CertificateStatus, RevokedCertificate};

use super::{
    Attack, SubIndication, Why, attack,
    der::{Cms, Node},
    forge::{Update, exchanged, last_cms, last_position, position, with_cms},
    format,
    scene::{CONTRACT, Scene, contract},
};
use crate::sign::{NOW, demo::Services, plan};

const CONSTRAINTS: Why = Why::Reason(SubIndication::SigConstraintsFailure, "");
const NO_CHAIN: Why = Why::Reason(SubIndication::NoCertificateChainFound, "");

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let services = scene.services((-86_400, 86_400));
    [
        signature_time_stamps(scene, &services),
        document_time_stamps(scene, &services),
        stores(scene, &services),
        catalogs(scene),
        revoked(scene, &services),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A signature of level B-T with room to spare.
fn stamped(scene: &Scene, by: &Services, at: i64) -> (Vec<u8>, SigningPlan) {
    let request = SignRequest {
        stamps: &[],
        pictures: &[],
        field_prefix: "a",
        signer_name: None,
        reason: None,
        location: None,
        time: NOW,
        contents_reserve: by.reserve(&scene.signer) + 4_000,
    };
    let plan = plan(&contract()).with_sm3(&contract()).unwrap();
    let pending = prepare_signature(&plan, &request).unwrap();
    let revision = by.sign(&scene.signer, pending, at).unwrap();
    let file = [contract(), revision.bytes].concat();
    (file, revision.plan)
}

/// The unsigned attributes.
fn unsigned(cms: &mut Cms) -> &mut Vec<Node> {
    cms.signer().at(&[6]).children()
}

fn edited(file: &[u8], change: impl FnOnce(&mut Cms)) -> Vec<u8> {
    let mut cms = Cms::of(&last_cms(file).1);
    change(&mut cms);
    with_cms(file, &cms.encode())
}

fn signature_time_stamps(scene: &Scene, services: &Services) -> Vec<Attack> {
    let now = NOW.unix_seconds;
    let (file, _) = stamped(scene, services, now);
    let other = services
        .token(&sealpki::sha256(b"another signature"), now)
        .unwrap();
    let (strange, _) = stamped(scene, &scene.strange_services(), now);
    let mut flipped = Cms::of(&last_cms(&file).1);
    let mut bytes = flipped.encode();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    assert_eq!(unsigned(&mut flipped).len(), 1);
    vec![
        attack(
            "time-stamp: of another signature",
            edited(&file, |cms| *unsigned(cms)[0].at(&[1, 0]) = Node::parse(&other)),
            CONSTRAINTS,
        ),
        attack("time-stamp: of an authority nobody trusts", strange, NO_CHAIN),
        attack(
            "time-stamp: one bit of its signature changed",
            with_cms(&file, &bytes),
            CONSTRAINTS,
        ),
        attack(
            "time-stamp: under another name",
            edited(&file, |cms| {
                if let Node::Leaf(_, oid) = unsigned(cms)[0].at(&[0]) {
                    *oid.last_mut().unwrap() ^= 1;
                }
            }),
            CONSTRAINTS,
        ),
        attack(
            "time-stamp: no token in it",
            edited(&file, |cms| unsigned(cms)[0].at(&[1]).children().clear()),
            CONSTRAINTS,
        ),
        attack(
            "time-stamp: something else in it",
            edited(&file, |cms| {
                *unsigned(cms)[0].at(&[1, 0]) = Node::Branch(0x30, vec![Node::Leaf(5, Vec::new())]);
            }),
            CONSTRAINTS,
        ),
        attack(
            "time-stamp: together with an unknown attribute",
            edited(&file, |cms| {
                let mut copy = unsigned(cms)[0].clone();
                *copy.at(&[0]) = Node::Leaf(6, vec![0x2a, 3]);
                unsigned(cms).insert(0, copy);
            }),
            CONSTRAINTS,
        ),
        attack(
            "time-stamp: from the future",
            stamped(scene, services, now + 7_200).0,
            Why::Reason(SubIndication::TimestampOrderFailure, ""),
        ),
        attack(
            "time-stamp: older than its authority",
            stamped(scene, services, now - 2 * 86_400).0,
            Why::Reason(SubIndication::OutOfBoundsNoPoe, "time-stamp"),
        ),
    ]
}

/// Signature, validation data, time-stamp of the document.
fn archived(scene: &Scene, services: &Services, stamper: &Services) -> Vec<u8> {
    let (mut file, next) = stamped(scene, services, NOW.unix_seconds);
    let data = services
        .add_validation_data(&next, scene.signer.certificate(), NOW.unix_seconds)
        .unwrap();
    file.extend_from_slice(&data.bytes);
    let stamp = stamper
        .add_time_stamp(&data.plan, "stamp", NOW.unix_seconds)
        .unwrap();
    file.extend_from_slice(&stamp.bytes);
    file
}

fn document_time_stamps(scene: &Scene, services: &Services) -> Vec<Attack> {
    let file = archived(scene, services, services);
    let changed = format("was added after the signature");
    let mut in_store = file.clone();
    let at = last_position(&in_store, b"endstream") - 20;
    in_store[at] ^= 1;
    let mut in_token = file.clone();
    let (hole, token) = last_cms(&in_token);
    let digit = hole + 1 + 2 * (token.len() - 4);
    in_token[digit] = if in_token[digit] == b'0' { b'1' } else { b'0' };
    let kind = b"/Type /DocTimeStamp";
    let (signed, _) = stamped(scene, services, NOW.unix_seconds);
    vec![
        attack(
            "document time-stamp: data changed in place",
            in_store,
            Why::Reason(SubIndication::HashFailure, ""),
        ),
        attack(
            "document time-stamp: token changed",
            in_token,
            Why::Reason(SubIndication::SigCryptoFailure, ""),
        ),
        attack(
            "document time-stamp: of an authority nobody trusts",
            archived(scene, services, &scene.strange_services()),
            NO_CHAIN,
        ),
        attack(
            "document time-stamp: says it is a signature",
            exchanged(&file, kind, b"/Type /Sig         "),
            format("contradict each other"),
        ),
        attack(
            "document time-stamp: a signature says it is one",
            exchanged(
                &signed,
                b"/SubFilter /ETSI.CAdES.detached",
                b"/SubFilter /ETSI.RFC3161       ",
            ),
            format("contradict each other"),
        ),
        attack(
            "document time-stamp: page content changed afterwards",
            Update::of(&file).object(4, CONTRACT[11]).unsigned(),
            changed,
        ),
        attack(
            "document time-stamp: its token is that of the signature",
            {
                let mut cms = Cms::of(&last_cms(&signed).1);
                let token = unsigned(&mut cms)[0].at(&[1, 0]).encode();
                with_cms(&file, &token)
            },
            Why::Reason(SubIndication::HashFailure, ""),
        ),
    ]
}

/// The number of the dictionary of the store.
fn store_number(file: &[u8]) -> u32 {
    let at = last_position(file, b"/DSS ") + 5;
    let end = position(&file[at..], b" ").unwrap();
    String::from_utf8_lossy(&file[at..at + end]).parse().unwrap()
}

/// The dictionary of the store as it is written.
fn store_text(file: &[u8]) -> String {
    let at = last_position(file, b"<< /Type /DSS");
    let end = position(&file[at..], b"\nendobj").unwrap();
    String::from_utf8_lossy(&file[at..at + end]).into_owned()
}

fn stores(scene: &Scene, services: &Services) -> Vec<Attack> {
    let (mut file, next) = stamped(scene, services, NOW.unix_seconds);
    let data = services
        .add_validation_data(&next, scene.signer.certificate(), NOW.unix_seconds)
        .unwrap();
    file.extend_from_slice(&data.bytes);
    let mut signed = file.clone();
    crate::sign::sign(&mut signed, &data.plan, &scene.signer, "b", &[]);
    let (number, text) = (store_number(&file), store_text(&file));
    let first_certificate: u32 = {
        let at = text.find("/Certs [").unwrap() + 8;
        text[at..].split(' ').next().unwrap().parse().unwrap()
    };
    let changed = format("was added after the signature");
    let with = |name: &str, body: String| {
        attack(
            format!("store: {name}"),
            Update::of(&signed).object(number, &body).unsigned(),
            changed,
        )
    };
    vec![
        with("emptied", "<< /Type /DSS >>".to_owned()),
        with("a list taken away", text.replace("/CRLs [", "/Other [")),
        with(
            "a certificate taken away",
            text.replace(&format!("/Certs [{first_certificate} 0 R "), "/Certs ["),
        ),
        with(
            "unknown entry",
            text.replace("/Type /DSS", "/Type /DSS /AA << /S /JavaScript >>"),
        ),
        with(
            "a page among the certificates",
            text.replace("/Certs [", "/Certs [3 0 R "),
        ),
        with(
            "an entry for a signature that is no dictionary",
            text.replace("/Type /DSS", "/VRI << /AB [] >>"),
        ),
        with(
            "an entry for a signature with a script",
            text.replace("/Type /DSS", "/VRI << /AB << /JS (1) >> >>"),
        ),
        with("another kind of object", "[]".to_owned()),
        attack(
            "store: a certificate replaced",
            Update::of(&signed)
                .object(first_certificate, "<< /Length 3 >>\nstream\nabc\nendstream")
                .unsigned(),
            changed,
        ),
        attack(
            "store: taken out of the catalog",
            Update::of(&signed).object(1, CONTRACT[0]).unsigned(),
            changed,
        ),
        attack(
            "store: page content under the cover of new data",
            Update::of(&signed)
                .object(number, &text.replace("/Certs [", "/Certs [95 0 R "))
                .object(95, "<< /Length 3 >>\nstream\nabc\nendstream")
                .object(4, CONTRACT[11])
                .unsigned(),
            changed,
        ),
    ]
}

/// New entries of the catalog that pretend to be harmless.
fn catalogs(scene: &Scene) -> Vec<Attack> {
    let changed = format("was added after the signature");
    let catalog = |more: &str| CONTRACT[0].replace(" >>", &format!(" {more} >>"));
    vec![
        attack(
            "store: the catalog gets an action with it",
            Update::of(&scene.file)
                .object(
                    1,
                    &catalog("/DSS << /Certs [95 0 R] >> /OpenAction [14 0 R /Fit]"),
                )
                .object(95, "<< /Length 3 >>\nstream\nabc\nendstream")
                .unsigned(),
            changed,
        ),
        attack(
            "store: an object the page uses as well grows",
            aliased(scene),
            changed,
        ),
        attack(
            "store: extensions are no dictionary",
            Update::of(&scene.file)
                .object(1, &catalog("/Extensions 4 0 R"))
                .unsigned(),
            changed,
        ),
        attack(
            "store: metadata are page content",
            Update::of(&scene.file)
                .object(1, &catalog("/Metadata 4 0 R"))
                .unsigned(),
            changed,
        ),
        attack(
            "store: metadata are no metadata",
            Update::of(&scene.file)
                .object(1, &catalog("/Metadata 95 0 R"))
                .object(95, "<< /Length 3 >>\nstream\nabc\nendstream")
                .unsigned(),
            changed,
        ),
    ]
}

/// The signed contract uses one dictionary as entries per signature and as the pictures of its page; adding to the one
/// adds to the other.
fn aliased(scene: &Scene) -> Vec<u8> {
    let page = super::scene::PAGE.replace("/XObject << /X 10 0 R >>", "/XObject 60 0 R");
    let catalog = CONTRACT[0].replace(" >>", " /DSS << /VRI 60 0 R >> >>");
    let file = scene
        .first_by_hand()
        .object(1, &catalog)
        .object(3, &page)
        .object(60, "<< /X 10 0 R >>")
        .signed(&scene.signer);
    Update::of(&file)
        .object(60, "<< /X 10 0 R /Y << /Cert [61 0 R] >> >>")
        .object(61, "<< /Length 3 >>\nstream\nabc\nendstream")
        .unsigned()
}

/// Somebody signs with a key that was reported stolen, and the document says so itself.
fn revoked(scene: &Scene, services: &Services) -> Vec<Attack> {
    let now = NOW.unix_seconds;
    let no_proof = Why::Reason(SubIndication::RevokedNoPoe, "revoked");
    let stored = |name: &str, lists: &[&[u8]], responses: &[&[u8]]| {
        let (mut file, next) = stamped(scene, services, now);
        let data = pdfseal::sign::ValidationData {
            ocsp_responses: responses,
            revocation_lists: lists,
            ..pdfseal::sign::ValidationData::default()
        };
        let revision = pdfseal::sign::append_validation_data(&next, &data).unwrap();
        file.extend_from_slice(&revision.bytes);
        attack(format!("revoked: {name}"), file, no_proof)
    };
    let entry = RevokedCertificate {
        serial: scene.signer.certificate().serial().clone(),
        at_unix_s: now - 60,
        reason: None,
    };
    let list = services.revocation_list(vec![entry], now).unwrap();
    let status = CertificateStatus::Revoked {
        at_unix_s: now - 60,
        reason: None,
    };
    let response = services.ocsp(scene.signer.certificate(), status, now).unwrap();
    let good = services
        .ocsp(scene.signer.certificate(), CertificateStatus::Good, now)
        .unwrap();
    vec![
        stored("by a list", &[list.der()], &[]),
        stored("by a response", &[], &[&response]),
        stored(
            "by a list, with a response that says otherwise",
            &[list.der()],
            &[&good],
        ),
    ]
}
