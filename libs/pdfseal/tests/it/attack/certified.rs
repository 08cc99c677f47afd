//! Certified and locked documents: evil annotations and sneaky signatures.

use super::{
    Attack, attack,
    forge::{Update, plain},
    format,
    scene::{CONTRACT, FIELD, Scene, contract},
};

/// The contract certified by the honest signer with a permission level.
fn certified(scene: &Scene, level: u8) -> Vec<u8> {
    let transform = format!(
        "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P {level} /V /1.2 >> >>]"
    );
    let dictionary = |range: &str, hole: &str| plain(range, hole).replace(" >>", &format!(" {transform} >>"));
    Update::of(&contract())
        .object(1, &CONTRACT[0].replace(" >>", " /Perms << /DocMDP 90 0 R >> >>"))
        .object(91, FIELD)
        .object(5, "[11 0 R 91 0 R]")
        .object(6, "[11 0 R 91 0 R]")
        .signed_as(&scene.signer, &dictionary, &|start, end, length| {
            format!("[0 {start} {end} {}]", length - end)
        })
}

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let changed = format("was added after the signature");
    let mut attacks = Vec::new();
    for level in [1, 2, 3] {
        let file = certified(scene, level);
        let update = || Update::of(&file);
        let mut add = |name: &str, file: Vec<u8>| {
            attacks.push(attack(format!("certified {level}: {name}"), file, changed));
        };
        add(
            "annotation over the text",
            update()
                .object(
                    92,
                    "<< /Type /Annot /Subtype /FreeText /Contents (Pay 9999) /Rect [60 690 200 720] >>",
                )
                .object(5, "[11 0 R 91 0 R 92 0 R]")
                .unsigned(),
        );
        add(
            "stamp over the text",
            update()
                .object(
                    92,
                    "<< /Type /Annot /Subtype /Stamp /AP << /N 10 0 R >> /Rect [60 690 200 720] >>",
                )
                .object(5, "[11 0 R 91 0 R 92 0 R]")
                .unsigned(),
        );
        add(
            "unsigned signature field over the text",
            update()
                .object(92, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (s) /F 132 /AP << /N 10 0 R >> /Rect [60 690 200 720] >>")
                .object(5, "[11 0 R 91 0 R 92 0 R]")
                .object(6, "[11 0 R 91 0 R 92 0 R]")
                .unsigned(),
        );
        add("page content", update().object(4, CONTRACT[11]).unsigned());
        add(
            "text field filled in",
            update()
                .object(11, &CONTRACT[10].replace("(100)", "(9999)"))
                .unsigned(),
        );
        add(
            "certification taken away",
            update().object(1, CONTRACT[0]).unsigned(),
        );
        add(
            "certification by another signature",
            update()
                .object(1, &CONTRACT[0].replace(" >>", " /Perms << /DocMDP 12 0 R >> >>"))
                .unsigned(),
        );
    }
    attacks
}
