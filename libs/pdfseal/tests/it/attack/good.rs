//! Files that must be accepted: the strictness against attacks must not cost honest files.

use sealpki::KeyAlgorithm;

use super::{
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

#[test]
fn honest_files_are_accepted() {
    let mut accepted = 0;
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let scene = Scene::new(algorithm);
        for (name, file, signatures) in files(&scene) {
            let report = judge(&file, &scene.root);
            assert!(report.all_passed(), "{algorithm:?} {name}: {report:#?}");
            assert_eq!(report.signatures.len(), signatures, "{name}");
            accepted += 1;
        }
    }
    assert!(accepted >= 40, "{accepted}");
}
