//! Files that must be accepted: the strictness against attacks must not cost honest files.

use sealpki::KeyAlgorithm;

use super::{
    forge::Update,
    judge,
    scene::{CONTRACT, Scene, contract, contract_with_stream},
};
use crate::sign::{sign, sign_first, stamp};

/// Named files with the number of their signatures.
fn files(scene: &Scene) -> Vec<(String, Vec<u8>, usize)> {
    let mut files = Vec::new();
    for (kind, contract) in [("table", contract()), ("stream", contract_with_stream())] {
        for acts in [1, 2, 5] {
            for stamps in [0, 1, 3] {
                let mut file = contract.clone();
                let stamps: Vec<_> = (0..stamps).map(|index| stamp(index % 2)).collect();
                let mut plan = sign_first(&mut file, &scene.signer, "act0", &stamps);
                for act in 1..acts {
                    plan = sign(&mut file, &plan, &scene.signer, &format!("act{act}"), &stamps);
                }
                files.push((
                    format!("{kind}, {acts} acts, {} stamps", stamps.len()),
                    file,
                    acts,
                ));
            }
        }
    }
    files.push(("by hand".to_owned(), scene.forged(super::forge::plain), 1));
    files.push(("countersigned by hand".to_owned(), scene.countersigned(&[]), 2));
    files.push((
        "unchanged objects written again".to_owned(),
        scene.countersigned(&[(4, CONTRACT[3].to_owned()), (11, CONTRACT[10].to_owned())]),
        2,
    ));
    files.push((
        "document information brought up to date".to_owned(),
        scene.countersigned(&[(8, "<< /Title (Contract) /ModDate (D:2026) >>".to_owned())]),
        2,
    ));
    files
}

/// Files as viewers of web pages like them (ISO 32000-2, annex F), and files with a long history.
#[test]
fn linearised_files_and_long_histories_are_signed_and_accepted() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.pdf"), folder.path().join("to.pdf"));
    std::fs::write(&from, contract()).unwrap();
    for option in ["--object-streams=disable", "--object-streams=generate"] {
        let run = std::process::Command::new("qpdf")
            .args(["--linearize", option])
            .args([&from, &to])
            .output();
        let Ok(run) = run else {
            println!("qpdf is not installed, linearised files are not tried");
            break;
        };
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let mut file = std::fs::read(&to).unwrap();
        let plan = sign_first(&mut file, &scene.signer, "a", &[stamp(0)]);
        sign(&mut file, &plan, &scene.signer, "b", &[stamp(1)]);
        let report = judge(&file, &scene.root);
        assert!(report.all_passed(), "{option}: {report:#?}");
        assert_eq!(
            report.revisions, 3,
            "the two sections of a linearised file are one revision"
        );
    }
    let mut file = contract();
    let mut plan = sign_first(&mut file, &scene.signer, "act0", &[]);
    for act in 1..200 {
        plan = sign(&mut file, &plan, &scene.signer, &format!("act{act}"), &[]);
    }
    let report = judge(&file, &scene.root);
    assert!(report.all_passed());
    assert_eq!(report.signatures.len(), 200);
    let limits = pdfseal::Limits {
        sections: 200,
        ..pdfseal::Limits::default()
    };
    let failure = pdfseal::verify::verify(&file, &limits, &[], 0).failure.unwrap();
    assert!(
        failure.contains("more than 200 cross-reference sections"),
        "{failure}"
    );
}

/// Other producers write their metadata again with every revision.
#[test]
fn metadata_are_brought_up_to_date_again_and_again() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let metadata = |text: &str| {
        format!(
            "<< /Type /Metadata /Subtype /XML /Length {} >>\nstream\n{text}\nendstream",
            text.len()
        )
    };
    let catalog = |more: &str| CONTRACT[0].replace(" >>", &format!(" /Metadata 70 0 R {more} >>"));
    let mut file = scene
        .first_by_hand()
        .object(1, &catalog(""))
        .object(70, &metadata("<x/>"))
        .signed(&scene.signer);
    let mut certificates = String::new();
    for number in 71..75 {
        certificates += &format!("{number} 0 R ");
        file = Update::of(&file)
            .object(1, &catalog(&format!("/DSS << /Certs [{certificates}] >>")))
            .object(70, &metadata(&format!("<x>{number}</x>")))
            .object(number, "<< /Length 3 >>\nstream\nabc\nendstream")
            .unsigned();
        let report = judge(&file, &scene.root);
        assert!(report.all_passed(), "{number}: {report:#?}");
    }
    let report = judge(&file, &scene.root);
    assert_eq!(
        report.signatures[0].later_changes,
        pdfseal::verify::LaterChanges::ValidationData
    );
}

#[test]
fn honest_files_are_accepted() {
    let mut accepted = 0;
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048, KeyAlgorithm::Sm2] {
        let scene = Scene::new(algorithm);
        for (name, file, signatures) in files(&scene) {
            let report = judge(&file, &scene.root);
            assert!(report.all_passed(), "{algorithm:?} {name}: {report:#?}");
            assert_eq!(report.signatures.len(), signatures, "{name}");
            accepted += 1;
        }
    }
    assert!(accepted >= 60, "{accepted}");
}
