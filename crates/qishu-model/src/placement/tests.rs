use proptest::prelude::*;

use super::*;

const A4: Size = Size {
    width: 595.0,
    height: 842.0,
};
/// Page, x and y.
type Point = (usize, f64, f64);

const SEAL: Size = Size {
    width: 119.0,
    height: 119.0,
};

fn document(page_count: usize) -> Vec<PageSize> {
    vec![A4; page_count]
}

fn company() -> StampSpec {
    StampSpec::new(StampKind::Company, SEAL)
}

fn keyword(text: &str, index: i64) -> StampSpec {
    StampSpec {
        keyword: Some(text.into()),
        keyword_index: Some(index),
        ..company()
    }
}

fn across(kind: StampKind) -> StampSpec {
    StampSpec::new(kind, SEAL)
}

fn scope(pages: &str) -> StampSpec {
    StampSpec {
        seal_page_config: Some(pages.into()),
        ..across(StampKind::AcrossPageScope)
    }
}

/// Hits of the word 甲方: pages 1, 1 and 3. No other word exists.
fn hits(_document: usize, text: &str) -> Vec<KeywordHit> {
    let hit = |page, x, y| KeywordHit { page, x, y };
    if text == "甲方" {
        vec![hit(0, 100.0, 700.0), hit(0, 100.0, 300.0), hit(2, 50.0, 500.0)]
    } else {
        Vec::new()
    }
}

fn place_one(spec: &StampSpec, pages: usize) -> Result<Vec<Placed>, PlacementRefusal> {
    place(
        &[document(pages)],
        std::slice::from_ref(spec),
        PlacementOptions::default(),
        hits,
    )
}

fn points(placed: &[Placed]) -> Vec<(usize, f64, f64)> {
    placed
        .iter()
        .map(|place| (place.page, place.x, place.y))
        .collect()
}

fn invalid_field(result: Result<Vec<Placed>, PlacementRefusal>) -> PlacementField {
    match result {
        Err(PlacementRefusal::InvalidField { field, .. }) => field,
        other => panic!("expected an invalid field, got {other:?}"),
    }
}

#[test]
fn page_numbers_count_from_one_and_from_the_end() {
    let cases: [(Option<i64>, &[usize]); 6] = [
        (None, &[0]),
        (Some(1), &[0]),
        (Some(3), &[2]),
        (Some(0), &[0, 1, 2]),
        (Some(-1), &[2]),
        (Some(-3), &[0]),
    ];
    for (page, expected) in cases {
        let placed = place_one(&StampSpec { page, ..company() }, 3).unwrap();
        assert_eq!(
            placed.iter().map(|place| place.page).collect::<Vec<_>>(),
            expected,
            "page {page:?}"
        );
    }
}

#[test]
fn pages_beyond_the_document_are_refused() {
    for page in [4, -4, i64::MAX, i64::MIN] {
        let refusal = place_one(
            &StampSpec {
                page: Some(page),
                ..company()
            },
            3,
        )
        .unwrap_err();
        assert_eq!(
            refusal,
            PlacementRefusal::PageBeyond {
                stamper: 0,
                page,
                page_count: 3
            }
        );
    }
    let every_page_of_none = place_one(
        &StampSpec {
            page: Some(0),
            ..company()
        },
        0,
    );
    assert!(matches!(
        every_page_of_none,
        Err(PlacementRefusal::PageBeyond { .. })
    ));
}

#[test]
fn offsets_are_fractions_of_the_page() {
    let spec = StampSpec {
        offset_x: Some(0.5),
        offset_y: Some(0.25),
        ..company()
    };
    assert_eq!(points(&place_one(&spec, 1).unwrap()), [(0, 297.5, 210.5)]);
    assert_eq!(points(&place_one(&company(), 1).unwrap()), [(0, 0.0, 0.0)]);
}

#[test]
fn an_offset_of_one_is_moved_back_onto_the_page() {
    let spec = StampSpec {
        offset_x: Some(1.0),
        offset_y: Some(1.0),
        ..company()
    };
    assert_eq!(
        points(&place_one(&spec, 1).unwrap()),
        [(0, 595.0 - 119.0, 842.0 - 119.0)]
    );
}

#[test]
fn coordinate_offsets_outside_the_page_are_refused() {
    for wrong in [-0.001, 1.001, f64::NAN, f64::INFINITY] {
        let wrong_x = StampSpec {
            offset_x: Some(wrong),
            ..company()
        };
        assert_eq!(invalid_field(place_one(&wrong_x, 1)), PlacementField::OffsetX);
        let wrong_y = StampSpec {
            offset_y: Some(wrong),
            ..company()
        };
        assert_eq!(invalid_field(place_one(&wrong_y, 1)), PlacementField::OffsetY);
    }
}

#[test]
fn keyword_index_chooses_hits() {
    let (first, second, third) = ((0, 100.0, 700.0), (0, 100.0, 300.0), (2, 50.0, 500.0));
    let cases: [(i64, &[Point]); 6] = [
        (1, &[first]),
        (3, &[third]),
        (0, &[first, second, third]),
        (-1, &[third]),
        (-2, &[second]),
        (-3, &[first]),
    ];
    for (index, expected) in cases {
        assert_eq!(
            points(&place_one(&keyword("甲方", index), 3).unwrap()),
            expected,
            "index {index}"
        );
    }
    let without_index = StampSpec {
        keyword_index: None,
        ..keyword("甲方", 1)
    };
    assert_eq!(points(&place_one(&without_index, 3).unwrap()), [first]);
}

#[test]
fn a_missing_occurrence_is_a_missing_keyword() {
    for index in [4, -4, i64::MIN, i64::MAX] {
        let refusal = place_one(&keyword("甲方", index), 3).unwrap_err();
        assert_eq!(
            refusal,
            PlacementRefusal::KeywordNotFound {
                stamper: 0,
                keyword: "甲方".into(),
                index
            }
        );
    }
    let every_hit_of_none = place_one(&keyword("乙方", 0), 3);
    assert!(matches!(
        every_hit_of_none,
        Err(PlacementRefusal::KeywordNotFound { index: 0, .. })
    ));
}

#[test]
fn keyword_wins_over_page_and_empty_text_does_not_count() {
    let both = StampSpec {
        page: Some(9),
        ..keyword("甲方", 3)
    };
    assert_eq!(points(&place_one(&both, 3).unwrap()), [(2, 50.0, 500.0)]);
    for blank in ["", "  "] {
        let by_page = StampSpec {
            keyword: Some(blank.into()),
            page: Some(2),
            ..company()
        };
        assert_eq!(points(&place_one(&by_page, 3).unwrap()), [(1, 0.0, 0.0)]);
    }
}

#[test]
fn keyword_offsets_may_be_negative() {
    let spec = StampSpec {
        offset_x: Some(0.1),
        offset_y: Some(-0.1),
        ..keyword("甲方", 1)
    };
    assert_eq!(points(&place_one(&spec, 3).unwrap()), [(0, 159.5, 700.0 - 84.2)]);
    for wrong in [-1.0, 1.0, f64::NAN] {
        let spec = StampSpec {
            offset_x: Some(wrong),
            ..keyword("甲方", 1)
        };
        assert_eq!(invalid_field(place_one(&spec, 3)), PlacementField::OffsetX);
    }
}

#[test]
fn the_anchor_option_puts_the_keyword_at_half_height() {
    let options = PlacementOptions {
        keyword_anchor: KeywordAnchor::MiddleLeft,
        ..PlacementOptions::default()
    };
    let placed = place(&[document(3)], &[keyword("甲方", 1)], options, hits).unwrap();
    assert_eq!(points(&placed), [(0, 100.0, 700.0 - 59.5)]);
}

#[test]
fn locate_all_off_drops_missing_keywords_while_one_is_found() {
    let options = PlacementOptions {
        locate_all_keywords: false,
        ..PlacementOptions::default()
    };
    let place_all = |specs: &[StampSpec]| place(&[document(3)], specs, options, hits);
    let found_and_missing = [keyword("乙方", 1), keyword("甲方", 1), company()];
    let stampers: Vec<usize> = place_all(&found_and_missing)
        .unwrap()
        .iter()
        .map(|place| place.stamper)
        .collect();
    assert_eq!(stampers, [1, 2]);

    let only_missing = [company(), keyword("乙方", 1), keyword("丙方", 1)];
    let refusal = place_all(&only_missing).unwrap_err();
    assert_eq!(
        refusal,
        PlacementRefusal::KeywordNotFound {
            stamper: 1,
            keyword: "乙方".into(),
            index: 1
        }
    );

    assert_eq!(place_all(&[company()]).unwrap().len(), 1);
}

#[test]
fn locate_all_on_needs_every_keyword() {
    let specs = [keyword("甲方", 1), keyword("乙方", 1)];
    let refusal = place(&[document(3)], &specs, PlacementOptions::default(), hits).unwrap_err();
    assert!(matches!(
        refusal,
        PlacementRefusal::KeywordNotFound { stamper: 1, .. }
    ));
}

#[test]
fn a_position_needs_its_document_when_there_are_several() {
    let documents = [document(1), document(2)];
    let place_in = |document| {
        place(
            &documents,
            &[StampSpec {
                document,
                ..company()
            }],
            PlacementOptions::default(),
            hits,
        )
    };
    assert_eq!(place_in(Some(1)).unwrap()[0].document, 1);
    assert_eq!(invalid_field(place_in(None)), PlacementField::DocumentId);
    assert_eq!(invalid_field(place_in(Some(2))), PlacementField::DocumentId);
}

#[test]
fn personal_pictures_are_fitted_into_their_box() {
    let wide = Size {
        width: 400.0,
        height: 100.0,
    };
    let fitted = |kind, box_width, box_height| {
        let placed = place_one(
            &StampSpec {
                box_width,
                box_height,
                ..StampSpec::new(kind, wide)
            },
            1,
        )
        .unwrap();
        (placed[0].width, placed[0].height)
    };
    assert_eq!(fitted(StampKind::Personal, None, None), (112.0, 28.0));
    assert_eq!(fitted(StampKind::Timestamp, None, None), (64.0, 16.0));
    assert_eq!(fitted(StampKind::Personal, Some(40.0), Some(48.0)), (40.0, 10.0));
    assert_eq!(fitted(StampKind::Company, Some(9999.0), None), (400.0, 100.0));
    for (width, height, field) in [
        (Some(9.0), None, PlacementField::Width),
        (Some(121.0), None, PlacementField::Width),
        (None, Some(3.0), PlacementField::Height),
        (None, Some(f64::NAN), PlacementField::Height),
    ] {
        let spec = StampSpec {
            box_width: width,
            box_height: height,
            ..StampSpec::new(StampKind::Personal, wide)
        };
        assert_eq!(invalid_field(place_one(&spec, 1)), field);
    }
}

#[test]
fn rotation_is_applied_before_the_page_test() {
    let flat = StampSpec::new(
        StampKind::Company,
        Size {
            width: 100.0,
            height: 20.0,
        },
    );
    let at_origin = |degrees| {
        let spec = StampSpec {
            rotation_degrees: Some(degrees),
            ..flat.clone()
        };
        let placed = place_one(&spec, 1).unwrap();
        (placed[0].x, placed[0].y, placed[0].rotation_degrees)
    };
    assert_eq!(at_origin(0.0), (0.0, 0.0, 0.0));
    assert_eq!(at_origin(180.0), (0.0, 0.0, 180.0));
    // Turned by 90° it is 20 wide and 100 high around the same centre, so it moves up by 40; the free side stays.
    assert_eq!(at_origin(90.0), (0.0, 40.0, 90.0));
    assert_eq!(at_origin(270.0), (0.0, 40.0, 270.0));
    assert_eq!(at_origin(360.0), (0.0, 0.0, 0.0));
    for wrong in [-1.0, 360.5, f64::NAN] {
        let spec = StampSpec {
            rotation_degrees: Some(wrong),
            ..company()
        };
        assert_eq!(
            invalid_field(place_one(&spec, 1)),
            PlacementField::RotationDegrees
        );
    }
}

#[test]
fn pictures_without_a_size_are_refused() {
    for width in [0.0, -5.0, f64::NAN] {
        for kind in [StampKind::Company, StampKind::Personal, StampKind::AcrossPage] {
            let spec = StampSpec::new(kind, Size { width, height: 10.0 });
            assert!(matches!(
                place_one(&spec, 2),
                Err(PlacementRefusal::UnusablePicture { .. })
            ));
        }
    }
}

fn taken_pages(spec: &StampSpec, pages: usize) -> Vec<usize> {
    place_one(spec, pages)
        .unwrap()
        .iter()
        .map(|place| place.page + 1)
        .collect()
}

#[test]
fn across_page_strips_lie_at_the_right_edge() {
    let spec = StampSpec {
        offset_x: Some(-7.0),
        page: Some(99),
        ..across(StampKind::AcrossPage)
    };
    let placed = place_one(&spec, 2).unwrap();
    let expected = |page: usize| Placed {
        stamper: 0,
        kind: StampKind::AcrossPage,
        document: 0,
        page,
        x: 595.0 - 59.5,
        y: 421.0,
        width: 59.5,
        height: 119.0,
        rotation_degrees: 0.0,
        slice: Some(Slice {
            index: page,
            count: 2,
        }),
    };
    assert_eq!(placed, [expected(0), expected(1)]);
    let too_high = StampSpec {
        offset_y: Some(1.0),
        ..spec
    };
    assert_eq!(place_one(&too_high, 2).unwrap()[0].y, 842.0 - 119.0);
    let wrong = StampSpec {
        offset_y: Some(-0.1),
        ..too_high
    };
    assert_eq!(invalid_field(place_one(&wrong, 2)), PlacementField::OffsetY);
}

#[test]
fn across_page_kinds_choose_pages() {
    let cases: [(StampSpec, usize, &[usize]); 13] = [
        (across(StampKind::AcrossPage), 3, &[1, 2, 3]),
        (across(StampKind::AcrossPage), 1, &[]),
        (across(StampKind::AcrossPageOdd), 5, &[1, 3, 5]),
        (across(StampKind::AcrossPageOdd), 2, &[]),
        (across(StampKind::AcrossPageEven), 5, &[2, 4]),
        (across(StampKind::AcrossPageEven), 3, &[]),
        (scope("2,4~7"), 8, &[2, 4, 5, 6, 7]),
        (scope(" 7-8 , 2 ,"), 8, &[2, 7, 8]),
        (scope("１,2".replace('１', "1").as_str()), 8, &[1, 2]),
        (scope("1～2，2，2~3"), 8, &[1, 2, 3]),
        (scope("3"), 8, &[]),
        (scope("3,3"), 8, &[]),
        (scope("5,9"), 1, &[]),
    ];
    for (spec, pages, expected) in cases {
        assert_eq!(taken_pages(&spec, pages), expected, "{spec:?} on {pages} pages");
    }
}

#[test]
fn page_lists_that_cannot_be_read_or_leave_the_document_are_refused() {
    for text in ["", ",", "a", "1~", "~2", "7~4", "0,1", "1~2~3", "-1", "1.5", "+2"] {
        assert_eq!(
            invalid_field(place_one(&scope(text), 9)),
            PlacementField::SealPageConfig,
            "{text:?}"
        );
    }
    for (text, page) in [
        ("2,10", 10),
        ("2~10", 10),
        ("1,99999999999999999999999", i64::MAX),
    ] {
        let refusal = place_one(&scope(text), 9).unwrap_err();
        assert_eq!(
            refusal,
            PlacementRefusal::PageBeyond {
                stamper: 0,
                page,
                page_count: 9
            }
        );
    }
    let missing = across(StampKind::AcrossPageScope);
    assert_eq!(
        invalid_field(place_one(&missing, 9)),
        PlacementField::SealPageConfig
    );
}

#[test]
fn long_documents_repeat_the_seal_in_groups_of_twenty() {
    let group_sizes = |pages| {
        let placed = place_one(&across(StampKind::AcrossPage), pages).unwrap();
        assert_eq!(placed.len(), pages);
        let starts = placed
            .iter()
            .filter_map(|place| place.slice)
            .filter(|slice| slice.index == 0);
        starts.map(|slice| slice.count).collect::<Vec<_>>()
    };
    assert_eq!(group_sizes(20), [20]);
    assert_eq!(group_sizes(21), [21]);
    assert_eq!(group_sizes(22), [20, 2]);
    assert_eq!(group_sizes(40), [20, 20]);
    assert_eq!(group_sizes(41), [20, 21]);
    assert_eq!(group_sizes(200), [20; 10]);
}

#[test]
fn across_types_join_or_part_documents() {
    let documents = [document(2), document(1), document(3)];
    let pages = |spec: StampSpec| -> Vec<(usize, usize, usize)> {
        let placed = place(&documents, &[spec], PlacementOptions::default(), hits).unwrap();
        placed
            .iter()
            .map(|place| (place.document, place.page, place.slice.unwrap().count))
            .collect()
    };
    let each_alone = across(StampKind::AcrossPage);
    assert_eq!(
        pages(each_alone.clone()),
        [(0, 0, 2), (0, 1, 2), (2, 0, 3), (2, 1, 3), (2, 2, 3)]
    );
    assert_eq!(
        pages(StampSpec {
            document: Some(0),
            ..each_alone
        }),
        [(0, 0, 2), (0, 1, 2)]
    );

    let joined = |kind, chosen: &[usize]| StampSpec {
        across_type: AcrossType::AllDocuments(chosen.to_vec()),
        ..across(kind)
    };
    let all = pages(joined(StampKind::AcrossPage, &[]));
    assert_eq!(
        all,
        [(0, 0, 6), (0, 1, 6), (1, 0, 6), (2, 0, 6), (2, 1, 6), (2, 2, 6)]
    );
    assert_eq!(
        pages(joined(StampKind::AcrossPageEven, &[])),
        [(0, 1, 3), (2, 0, 3), (2, 2, 3)]
    );
    let contract_order = pages(joined(StampKind::AcrossPage, &[1, 0, 1]));
    assert_eq!(contract_order, [(0, 0, 3), (0, 1, 3), (1, 0, 3)]);

    let unknown = joined(StampKind::AcrossPage, &[7]);
    let refusal = place(&documents, &[unknown], PlacementOptions::default(), hits);
    assert_eq!(invalid_field(refusal), PlacementField::DocumentId);
}

#[test]
fn strips_follow_the_size_of_each_page() {
    let landscape = Size {
        width: 842.0,
        height: 595.0,
    };
    let documents = [vec![A4, landscape]];
    let placed = place(
        &documents,
        &[across(StampKind::AcrossPage)],
        PlacementOptions::default(),
        hits,
    )
    .unwrap();
    assert_eq!(
        points(&placed),
        [(0, 595.0 - 59.5, 421.0), (1, 842.0 - 59.5, 297.5)]
    );
}

#[test]
fn a_union_drops_duplicates_of_the_same_kind() {
    let at = |kind, x| Placed {
        kind,
        x,
        ..place_one(&company(), 1).unwrap()[0]
    };
    let given = vec![at(StampKind::Company, 100.0)];
    let of_call = vec![
        at(StampKind::Company, 100.9),
        at(StampKind::Company, 101.1),
        at(StampKind::Timestamp, 100.0),
    ];
    let kept: Vec<f64> = union(given, of_call).iter().map(|place| place.x).collect();
    assert_eq!(kept, [100.0, 101.1, 100.0]);
}

#[test]
fn messages_name_what_to_change() {
    let message = |spec: StampSpec| place_one(&spec, 3).unwrap_err().to_string();
    assert_eq!(
        message(StampSpec {
            offset_x: Some(2.0),
            ..company()
        }),
        "offsetX: must be from 0 up to 1 (a fraction of the page)"
    );
    assert_eq!(
        message(StampSpec {
            page: Some(9),
            ..company()
        }),
        "page 9 is beyond the document, which has 3 pages"
    );
    assert_eq!(
        message(keyword("乙方", 1)),
        "keyword \"乙方\" (occurrence 1, 0 = all) was not found in the document"
    );
    assert_eq!(
        message(scope("x")),
        "sealPageConfig: \"x\" is not a page list such as 2,4~7"
    );
}

#[test]
fn millimetres_become_points() {
    assert!((points_from_mm(42.0) - 119.055_118).abs() < 1e-6);
}

/// Corners of the box after rotation.
fn corners(place: &Placed) -> [(f64, f64); 4] {
    let (sin, cos) = place.rotation_degrees.to_radians().sin_cos();
    let centre = (place.x + place.width / 2.0, place.y + place.height / 2.0);
    [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(right, up)| {
        let (dx, dy) = (right * place.width, up * place.height);
        (centre.0 + dx * cos + dy * sin, centre.1 - dx * sin + dy * cos)
    })
}

proptest! {
    #[test]
    fn a_stamp_that_fits_stays_on_the_page(
        page in (200.0..1200.0f64, 200.0..1200.0f64),
        picture in (1.0..140.0f64, 1.0..140.0f64),
        point in (-500.0..1500.0f64, -500.0..1500.0f64),
        offset in (-0.99..0.99f64, -0.99..0.99f64),
        rotation in 0.0..=360.0f64,
    ) {
        let spec = StampSpec {
            picture: Size { width: picture.0, height: picture.1 },
            offset_x: Some(offset.0),
            offset_y: Some(offset.1),
            rotation_degrees: Some(rotation),
            ..keyword("any", 1)
        };
        let size = Size { width: page.0, height: page.1 };
        let find = |_: usize, _: &str| vec![KeywordHit { page: 0, x: point.0, y: point.1 }];
        let placed = place(&[vec![size]], &[spec], PlacementOptions::default(), find).unwrap();
        for (x, y) in corners(&placed[0]) {
            prop_assert!((-1e-6..=size.width + 1e-6).contains(&x), "x {x} of {size:?}");
            prop_assert!((-1e-6..=size.height + 1e-6).contains(&y), "y {y} of {size:?}");
        }
    }

    #[test]
    fn a_stamp_already_on_the_page_does_not_move(
        offset in (0.2..0.6f64, 0.2..0.6f64),
        rotation in 0.0..=360.0f64,
    ) {
        let spec = StampSpec {
            offset_x: Some(offset.0),
            offset_y: Some(offset.1),
            rotation_degrees: Some(rotation),
            ..company()
        };
        let placed = place_one(&spec, 1).unwrap();
        prop_assert!((placed[0].x - offset.0 * A4.width).abs() < 1e-9);
        prop_assert!((placed[0].y - offset.1 * A4.height).abs() < 1e-9);
    }

    #[test]
    fn strips_of_every_group_make_one_whole_picture(pages in 2usize..150) {
        let placed = place_one(&across(StampKind::AcrossPage), pages).unwrap();
        let mut expected_index = 0;
        for place in &placed {
            let slice = place.slice.unwrap();
            prop_assert_eq!(slice.index, expected_index);
            prop_assert!((2..=21).contains(&slice.count));
            prop_assert!((place.width * slice.count as f64 - SEAL.width).abs() < 1e-9);
            prop_assert!((place.x + place.width - A4.width).abs() < 1e-9);
            expected_index = (slice.index + 1) % slice.count;
        }
        prop_assert_eq!(expected_index, 0);
    }

    #[test]
    fn any_numbers_give_boxes_or_a_refusal(
        page in any::<i64>(),
        index in any::<i64>(),
        numbers in any::<[f64; 6]>(),
        config in ".{0,12}",
        kind in prop::sample::select(vec![
            StampKind::Company, StampKind::Personal, StampKind::AcrossPage, StampKind::AcrossPageScope,
        ]),
        has_keyword in any::<bool>(),
    ) {
        let spec = StampSpec {
            keyword: has_keyword.then(|| "甲方".to_owned()),
            keyword_index: Some(index),
            page: Some(page),
            offset_x: Some(numbers[0]),
            offset_y: Some(numbers[1]),
            box_width: Some(numbers[2]),
            rotation_degrees: Some(numbers[3]),
            seal_page_config: Some(config),
            ..StampSpec::new(kind, Size { width: numbers[4], height: numbers[5] })
        };
        if let Ok(placed) = place_one(&spec, 4) {
            prop_assert!(placed.iter().all(|place| place.page < 4 && place.x.is_finite() && place.y.is_finite()));
        }
    }
}
