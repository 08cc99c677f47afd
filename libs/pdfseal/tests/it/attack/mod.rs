//! The attack corpus: files manipulated in every published way and some more, made from files signed by us.
//! None may pass, and each must fail for the reason it is meant to fail for.

mod appended;
mod certified;
mod cms;
mod countersigned;
pub(crate) mod der;
mod dictionaries;
pub(crate) mod forge;
mod good;
pub(crate) mod scene;
mod structure;
mod validation;

use std::collections::HashSet;

use pdfseal::{
    Limits,
    verify::{Indication, SubIndication, VerificationReport, verify},
};
use sealpki::{Certificate, KeyAlgorithm};

use self::scene::Scene;
use crate::sign::NOW;

/// Why a manipulated file must not pass.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why {
    /// The file cannot be read strictly; the message contains this text.
    Unreadable(&'static str),
    /// No signature is left in it.
    Unsigned,
    /// A signature has this sub-indication, and a detail with this text.
    Reason(SubIndication, &'static str),
}

/// One manipulated file.
pub(crate) struct Attack {
    pub(crate) name: String,
    pub(crate) file: Vec<u8>,
    pub(crate) why: Why,
}

pub(crate) fn attack(name: impl Into<String>, file: Vec<u8>, why: Why) -> Attack {
    Attack {
        name: name.into(),
        file,
        why,
    }
}

/// The signature or the document around it is not formed as required, or was changed.
pub(crate) const fn format(detail: &'static str) -> Why {
    Why::Reason(SubIndication::FormatFailure, detail)
}

pub(crate) fn judge(file: &[u8], root: &Certificate) -> VerificationReport {
    verify(
        file,
        &Limits::default(),
        std::slice::from_ref(root),
        NOW.unix_seconds,
    )
}

fn fits(report: &VerificationReport, why: Why) -> bool {
    match why {
        Why::Unreadable(text) => report
            .failure
            .as_deref()
            .is_some_and(|found| found.contains(text)),
        Why::Unsigned => report.failure.is_none() && report.signatures.is_empty(),
        Why::Reason(reason, text) => report.signatures.iter().any(|one| {
            one.status != Indication::TotalPassed
                && one.sub_indication == Some(reason)
                && one.detail.as_deref().is_some_and(|found| found.contains(text))
        }),
    }
}

fn corpus(scene: &Scene) -> Vec<Attack> {
    [
        dictionaries::attacks(scene),
        appended::attacks(scene),
        countersigned::attacks(scene),
        structure::attacks(scene),
        certified::attacks(scene),
        cms::attacks(scene),
        validation::attacks(scene),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn run(algorithm: KeyAlgorithm) -> usize {
    let scene = Scene::new(algorithm);
    let honest = judge(&scene.file, &scene.root);
    assert!(honest.all_passed(), "{honest:#?}");
    let attacks = corpus(&scene);
    let names: HashSet<&str> = attacks.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names.len(), attacks.len(), "two attacks have the same name");
    let mut wrong = Vec::new();
    for Attack { name, file, why } in &attacks {
        assert_ne!(*file, scene.file, "{name} changes nothing");
        let report = judge(file, &scene.root);
        if report.all_passed() {
            wrong.push(format!("ACCEPTED {name}"));
        } else if !fits(&report, *why) {
            wrong.push(format!("{name}: wanted {why:?}, got {report:#?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        attacks.len(),
        wrong.join("\n")
    );
    attacks.len()
}

#[test]
fn no_manipulated_ecdsa_file_is_accepted() {
    assert!(run(KeyAlgorithm::EcdsaP256) >= 120);
}

#[test]
fn no_manipulated_sm2_file_is_accepted() {
    assert!(run(KeyAlgorithm::Sm2) >= 120);
}

#[test]
fn no_manipulated_rsa_file_is_accepted() {
    assert!(run(KeyAlgorithm::Rsa2048) >= 120);
}
