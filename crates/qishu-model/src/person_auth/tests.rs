use super::*;
use crate::contact::ContactType;

const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

fn auth(mode: WantedMode, others: &[AuthMode]) -> PersonAuth {
    PersonAuth {
        id: PersonAuthId::new(1),
        platform_id: CompanyId::new(2),
        application_id: Some(ApplicationId::new(3)),
        for_company: None,
        person_id: PersonId::new(4),
        user: User {
            name: None,
            contact: "13900000000".to_owned(),
            contact_type: ContactType::Mobile,
        },
        mode,
        fresh: false,
        other_modes: others.to_vec(),
        paper_type: PaperType::IdCard,
        modify_fields: Vec::new(),
        callback_url: None,
        tries: Vec::new(),
        elsewhere: None,
        consents: Vec::new(),
        photos: Vec::new(),
        state: PersonAuthState::Issued,
        create_time: NOW,
    }
}

fn open(mode: WantedMode, others: &[AuthMode]) -> PersonAuth {
    auth(mode, others).opened(None, NOW).unwrap().0
}

fn tried(mode: AuthMode, passed: bool) -> AuthTry {
    AuthTry {
        mode,
        at: NOW,
        passed,
        mismatch: Vec::new(),
        provider: "test".to_owned(),
        number: None,
        simulated: true,
    }
}

fn fail(auth: PersonAuth, mode: AuthMode) -> (PersonAuth, Option<AuthNews>) {
    auth.judged(tried(mode, false)).unwrap()
}

#[test]
fn a_link_opens_once_within_five_minutes() {
    let (opened, news) = auth(WantedMode::Any, &[])
        .opened(None, NOW.plus_ms(UNOPENED_MS - 1))
        .unwrap();
    assert_eq!((opened.state.name(), news), ("OPEN", None));
    assert_eq!(opened.opened(None, NOW), Err(AuthRefusal::Over));
    assert_eq!(
        auth(WantedMode::Any, &[]).opened(None, NOW.plus_ms(UNOPENED_MS)),
        Err(AuthRefusal::Over)
    );
}

#[test]
fn the_page_lasts_fifteen_minutes() {
    let open = open(WantedMode::Any, &[]);
    let last = NOW.plus_ms(OPEN_MS - 1);
    assert_eq!(open.require_offered(AuthMode::Ivs, last), Ok(()));
    assert_eq!(
        open.require_offered(AuthMode::Ivs, last.plus_ms(1)),
        Err(AuthRefusal::Over)
    );
}

#[test]
fn the_default_order_is_mobile_then_face_with_the_bank_card_beside_them() {
    let open = open(WantedMode::Any, &[AuthMode::Manual]);
    assert_eq!(open.offered(), [AuthMode::Ivs, AuthMode::Bank]);
    let (failed, news) = fail(open, AuthMode::Ivs);
    assert_eq!(news, None);
    assert_eq!(
        failed.offered(),
        [AuthMode::Ivs, AuthMode::Face, AuthMode::Bank, AuthMode::Manual]
    );
    let (passed, news) = failed.judged(tried(AuthMode::Face, true)).unwrap();
    assert_eq!(news, Some(AuthNews::Passed(AuthMode::Face)));
    assert_eq!(passed.passed_by().map(AuthMode::query_name), Some("FACEID"));
}

#[test]
fn a_fixed_method_gives_way_only_to_the_named_ones_and_only_after_it_failed() {
    let open = open(WantedMode::Only(AuthMode::Face), &[AuthMode::Bank]);
    assert_eq!(open.offered(), [AuthMode::Face]);
    assert_eq!(
        open.clone().judged(tried(AuthMode::Ivs, true)),
        Err(AuthRefusal::NotOffered)
    );
    assert_eq!(
        fail(open, AuthMode::Face).0.offered(),
        [AuthMode::Face, AuthMode::Bank]
    );
}

#[test]
fn it_has_failed_when_no_method_is_left() {
    let mut auth = open(WantedMode::Only(AuthMode::Bank), &[]);
    let mut last = None;
    for _ in 0..MOST_TRIES {
        assert_eq!(last, None);
        (auth, last) = fail(auth, AuthMode::Bank);
    }
    assert_eq!(last, Some(AuthNews::Failed(AuthMode::Bank)));
    assert_eq!(auth.state.name(), "FAILED");
    assert_eq!(auth.judged(tried(AuthMode::Bank, true)), Err(AuthRefusal::Over));
}

#[test]
fn passports_go_by_face_or_staff() {
    let mut passport = open(WantedMode::Any, &[AuthMode::Manual, AuthMode::Bank]);
    passport.paper_type = PaperType::Passport;
    assert_eq!(passport.offered(), [AuthMode::Face]);
    assert_eq!(
        fail(passport, AuthMode::Face).0.offered(),
        [AuthMode::Face, AuthMode::Manual]
    );
    assert!(!PersonAuth::fits(
        WantedMode::Only(AuthMode::Ivs),
        PaperType::Passport
    ));
    assert!(PersonAuth::fits(
        WantedMode::Only(AuthMode::Face),
        PaperType::Hkmp
    ));
}

#[test]
fn staff_needs_a_picture_and_decides_once() {
    let (mut auth, _) = fail(open(WantedMode::Any, &[AuthMode::Manual]), AuthMode::Ivs);
    assert_eq!(auth.clone().handed_over(NOW), Err(AuthRefusal::PictureMissing));
    auth.photos.push(AuthPhoto {
        side: PhotoSide::Front,
        blob: "00".to_owned(),
    });
    let (waiting, news) = auth.handed_over(NOW).unwrap();
    assert_eq!((news.status(), news.mode().name()), ("3", "MANUAL"));
    let (refused, news) = waiting
        .clone()
        .reviewed(false, Some("看不清".to_owned()), NOW)
        .unwrap();
    assert_eq!((news.status(), refused.state.name()), ("2", "FAILED"));
    assert!(refused.photos.is_empty(), "pictures are not kept");
    let (passed, _) = waiting.reviewed(true, None, NOW).unwrap();
    assert_eq!(passed.reviewed(true, None, NOW), Err(AuthRefusal::NotReviewing));
}

#[test]
fn nobody_is_authenticated_twice_by_the_same_method() {
    let record = PersonIdentity {
        person_id: PersonId::new(4),
        mode: AuthMode::Ivs,
        paper_type: PaperType::IdCard,
        provider: "test".to_owned(),
        number: None,
        simulated: true,
        at: NOW,
    };
    let (known, news) = auth(WantedMode::Any, &[]).opened(Some(&record), NOW).unwrap();
    assert_eq!(
        (known.state.name(), news),
        ("PASSED", Some(AuthNews::Passed(AuthMode::Ivs)))
    );
    let (other, news) = auth(WantedMode::Only(AuthMode::Bank), &[])
        .opened(Some(&record), NOW)
        .unwrap();
    assert_eq!((other.state.name(), news), ("OPEN", None));
}

#[test]
fn prefilled_fields_are_locked_unless_named() {
    let mut auth = auth(WantedMode::Any, &[]);
    auth.modify_fields = vec![ModifyField::UserName];
    let prefill = PersonData {
        name: Some("张三".to_owned()),
        id_card_no: Some("11010519491231002X".to_owned()),
        ..PersonData::default()
    };
    assert!(auth.may_change(ModifyField::UserName, &prefill));
    assert!(!auth.may_change(ModifyField::IdCardNo, &prefill));
    assert!(auth.may_change(ModifyField::BankNo, &prefill));
    assert_eq!(format!("{prefill:?}"), r#"PersonData["name", "id_card_no"]"#);
}
