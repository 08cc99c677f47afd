//! Changes under a further valid signature: a party that signs must not thereby rewrite what others have signed.

use super::{
    Attack, Why, appended, attack,
    forge::{Update, plain},
    format,
    scene::{FIELD, Scene},
};

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let changed = format("was added after the signature");
    let mut attacks: Vec<Attack> = appended::changes(scene)
        .into_iter()
        .map(|(name, number, body)| {
            let file = scene.countersigned(&[(number, body)]);
            attack(format!("countersigned: {name}"), file, changed)
        })
        .collect();
    attacks.extend(fields(scene));
    attacks.extend(order(scene));
    attacks
}

/// The attacker's own field is the attack.
fn fields(scene: &Scene) -> Vec<Attack> {
    let changed = format("was added after the signature");
    let field = |name: &str, field: String| {
        attack(
            format!("new field: {name}"),
            scene.countersigned(&[(91, field)]),
            changed,
        )
    };
    let with = |entries: &str| FIELD.replace("/F 132", &format!("/F 132 {entries}"));
    let mut attacks = vec![
        field(
            "with an additional action",
            with("/AA << /E << /S /JavaScript /JS (1) >> >>"),
        ),
        field("with an action", with("/A << /S /Launch /F (x) >>")),
        field("with kids", with("/Kids [92 0 R]")),
        field("with a parent", with("/Parent 11 0 R")),
        field("with optional content", with("/OC 16 0 R")),
        field(
            "on another page than it says",
            FIELD.replace("/P 3 0 R", "/P 14 0 R"),
        ),
        field(
            "showing the victim's signature",
            FIELD.replace("90 0 R", &format!("{} 0 R", scene.value)),
        ),
        field("not signed", FIELD.replace("/V 90 0 R", "")),
        field("without a name", FIELD.replace("/T (forged)", "")),
        field("with an empty name", FIELD.replace("(forged)", "()")),
        field("with the victim's name", FIELD.replace("(forged)", "(first-1)")),
        field(
            "with the name of the text field",
            FIELD.replace("(forged)", "(amount)"),
        ),
        field("of text", FIELD.replace("/FT /Sig", "/FT /Tx")),
        field(
            "that is no widget",
            FIELD.replace("/Subtype /Widget", "/Subtype /Stamp"),
        ),
    ];
    attacks.push(attack(
        "new field: not in the form",
        scene.countersigned(&[(6, format!("[11 0 R {} 0 R]", scene.field))]),
        changed,
    ));
    attacks.push(attack(
        "new field: in front of the others",
        scene.countersigned(&[(6, format!("[91 0 R 11 0 R {} 0 R]", scene.field))]),
        changed,
    ));
    attacks.push(attack(
        "new field: together with an annotation",
        scene.countersigned(&[
            (5, format!("[11 0 R {} 0 R 92 0 R 91 0 R]", scene.field)),
            (
                92,
                "<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] >>".to_owned(),
            ),
        ]),
        changed,
    ));
    attacks.push(attack(
        "new field: shown on two pages",
        scene.countersigned(&[(
            14,
            "<< /Type /Page /Parent 2 0 R /Contents 15 0 R /Annots [91 0 R] /Missing 40 0 R >>".to_owned(),
        )]),
        changed,
    ));
    attacks.push(attack(
        "new field: over an object in use",
        Update::of(&scene.file)
            .object(12, FIELD)
            .object(5, &format!("[11 0 R {} 0 R 12 0 R]", scene.field))
            .object(6, &format!("[11 0 R {} 0 R 12 0 R]", scene.field))
            .signed(&scene.signer),
        changed,
    ));
    attacks
}

/// Several revisions, of which one does the harm.
fn order(scene: &Scene) -> Vec<Attack> {
    let changed = format("revision 3 was added after the signature");
    let content = super::scene::CONTRACT[11];
    let hidden = scene.countersigned(&[(4, content.to_owned())]);
    let mut later = hidden.clone();
    crate::sign::sign_first(&mut later, &scene.signer, "third", &[]);
    let restored = Update::of(&hidden)
        .object(4, super::scene::CONTRACT[3])
        .object(5, &format!("[11 0 R {} 0 R 91 0 R]", scene.field))
        .unsigned();
    let stranger = Update::of(&scene.file)
        .objects(&scene.listed("91 0 R"))
        .signed_as(&scene.stranger, &plain, &|start, end, length| {
            format!("[0 {start} {end} {}]", length - end)
        });
    vec![
        attack("order: a bad revision under a good one", later, changed),
        attack("order: a bad revision taken back", restored, changed),
        attack(
            "order: a stranger signs as well",
            stranger,
            Why::Reason(super::SubIndication::NoCertificateChainFound, ""),
        ),
    ]
}
