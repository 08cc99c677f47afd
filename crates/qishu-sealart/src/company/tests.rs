use super::*;
use crate::Shape;
use crate::contact_sheet::name_of;

fn universal(name: &str) -> CompanySealSpec {
    CompanySealSpec {
        name: name.to_owned(),
        ..CompanySealSpec::default()
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn centre(shape: &Shape) -> Point {
    let (low, high) = shape.hull().unwrap();
    Point::new(f64::midpoint(low.x, high.x), f64::midpoint(low.y, high.y))
}

fn refused(spec: &CompanySealSpec) -> &'static str {
    company_seal(spec).unwrap_err().field().unwrap()
}

#[test]
fn a_plain_seal_is_rim_star_and_name() {
    let seal = company_seal(&universal("契书演示科技有限公司")).unwrap();
    assert_eq!((seal.width_mm, seal.height_mm), (42.0, 42.0));
    assert_eq!(seal.shapes.len(), 2 + 10);
    let (low, high) = seal.shapes[0].hull().unwrap();
    assert!(low.x.abs() < 1e-9 && (high.y - 42.0).abs() < 1e-9);
    let star = seal.shapes[1].hull().unwrap();
    assert!(
        (star.0.y - 14.0).abs() < 1e-9,
        "its point stands 7 mm above the centre"
    );
    assert!((centre(&seal.shapes[1]).x - 21.0).abs() < 1e-9);
}

#[test]
fn the_name_is_symmetric_about_the_top() {
    let seal = company_seal(&universal("国国国国国国国国国")).unwrap();
    let centres: Vec<Point> = seal.shapes.iter().skip(2).map(centre).collect();
    assert!((centres[4].x - 21.0).abs() < 0.25);
    for k in 0..4 {
        let (left, right) = (centres[k], centres[8 - k]);
        assert!(
            (left.x + right.x - 42.0).abs() < 0.3 && (left.y - right.y).abs() < 0.4,
            "{k} {left:?} {right:?}"
        );
    }
}

/// Distance between two outlines' sample points, coarse but enough to find an overlap.
fn closest(a: &[Point], b: &[Point]) -> f64 {
    let mut least = f64::INFINITY;
    for p in a {
        for q in b {
            let (x, y) = (p.x - q.x, p.y - q.y);
            least = least.min(x * x + y * y);
        }
    }
    least.sqrt()
}

/// Whether the boxes of two outlines come near each other: only then is the slow comparison worth its time.
fn hulls_meet(a: &Shape, b: &Shape) -> bool {
    let ((la, ha), (lb, hb)) = (a.hull().unwrap(), b.hull().unwrap());
    la.x < hb.x + 0.1 && lb.x < ha.x + 0.1 && la.y < hb.y + 0.1 && lb.y < ha.y + 0.1
}

#[test]
fn nothing_touches_anything_else_whatever_the_style_size_and_length() {
    for style in SealStyle::ALL {
        for spec in [
            SealSpec::Circular60,
            SealSpec::Circular42,
            SealSpec::Circular38,
            SealSpec::Oval40x30,
        ] {
            for length in [4, 13, 40] {
                let input = CompanySealSpec {
                    style,
                    spec: Some(spec),
                    foot: text("合同专用章"),
                    branch_name: (length == 13).then(|| "浦东分公司".to_owned()),
                    enterprise_code: text("310115000123456"),
                    en_content: text("QISHU TECHNOLOGY (SHANGHAI) CO., LTD."),
                    ..universal(&name_of(length))
                };
                check_apart(&input);
            }
        }
    }
}

fn check_apart(input: &CompanySealSpec) {
    let seal = company_seal(input).unwrap_or_else(|e| panic!("{input:?}: {e}"));
    let (a, b) = (seal.width_mm / 2.0, seal.height_mm / 2.0);
    let points: Vec<Vec<Point>> = seal
        .shapes
        .iter()
        .map(|s| s.segments.iter().flat_map(crate::Segment::points).collect())
        .collect();
    for (i, shape) in seal.shapes.iter().enumerate().skip(1) {
        for p in &points[i] {
            let inside = ((p.x - a) / (a - 1.3)).powi(2) + ((p.y - b) / (b - 1.3)).powi(2);
            assert!(inside < 1.0, "{input:?}: shape {i} reaches the rim at {p:?}");
        }
        for (j, _) in seal
            .shapes
            .iter()
            .enumerate()
            .skip(i + 1)
            .filter(|(_, o)| hulls_meet(shape, o))
        {
            assert!(
                closest(&points[i], &points[j]) > 0.02,
                "{input:?}: shapes {i} and {j} meet"
            );
        }
    }
}

#[test]
fn lines_stand_under_the_star() {
    let with = |branch: Option<String>, foot: Option<String>| {
        let input = CompanySealSpec {
            branch_name: branch,
            foot,
            ..universal("契书演示科技有限公司")
        };
        company_seal(&input).unwrap()
    };
    let one = with(None, text("国国国"));
    let lines: Vec<_> = one.shapes[2..5].iter().map(|s| s.hull().unwrap()).collect();
    assert!(
        (lines[1].0.y - (21.0 + 0.809 * 7.0 + 1.0)).abs() < 0.1,
        "{lines:?}"
    );
    assert!(
        (lines[0].0.x + lines[2].1.x - 42.0).abs() < 1e-6,
        "centred: {lines:?}"
    );
    assert!((lines[0].1.y - lines[0].0.y - 4.2).abs() < 0.15, "{lines:?}");
    let two = with(text("国国国"), text("国国国"));
    let (first, second) = (two.shapes[2].hull().unwrap(), two.shapes[5].hull().unwrap());
    assert!(second.0.y > first.1.y + 0.4);
}

#[test]
fn an_own_rim_and_star_are_used() {
    let input = CompanySealSpec {
        edge_width_mm: Some(2.0),
        star_size_mm: Some(10.0),
        spec: Some(SealSpec::Circular45),
        ..universal("契书演示科技有限公司")
    };
    let seal = company_seal(&input).unwrap();
    let (low, _) = seal.shapes[1].hull().unwrap();
    assert!((low.y - (22.5 - 5.0)).abs() < 1e-9);
    let inner = seal.shapes[0].segments.iter().flat_map(crate::Segment::points);
    assert!(
        inner
            .into_iter()
            .any(|p| (p.y - 2.0).abs() < 1e-9 && (p.x - 22.5).abs() < 1e-9)
    );
}

#[test]
fn ellipses_have_no_star_and_circles_of_foreign_companies_neither() {
    let count = |style, spec| {
        let input = CompanySealSpec {
            style,
            spec,
            ..universal("契书演示科技有限公司")
        };
        company_seal(&input).unwrap().shapes.len()
    };
    assert_eq!(count(SealStyle::Foreign, None), 11);
    assert_eq!(count(SealStyle::Foreign, Some(SealSpec::Circular42)), 11);
    assert_eq!(count(SealStyle::Universal, Some(SealSpec::Oval45x30)), 11);
    assert_eq!(count(SealStyle::Universal, None), 12);
}

#[test]
fn a_short_name_stands_across_the_ellipse() {
    let input = CompanySealSpec {
        style: SealStyle::Foreign,
        ..universal("契书公司")
    };
    let seal = company_seal(&input).unwrap();
    for shape in seal.shapes.iter().skip(1) {
        assert!((centre(shape).y - 15.0).abs() < 0.6);
    }
}

#[test]
fn the_operators_emblem_takes_the_place_of_the_star() {
    let mut asset = Drawing::new(10.0, 10.0);
    asset.push_centred(crate::shapes::ellipse(5.0, 5.0), FillRule::NonZero);
    let input = CompanySealSpec {
        style: SealStyle::YouthLeague,
        emblem: Some(asset),
        ..universal("共青团契书演示委员会")
    };
    let seal = company_seal(&input).unwrap();
    let (low, high) = seal.shapes[1].hull().unwrap();
    assert!((low.x - 14.0).abs() < 1e-9 && (high.y - 28.0).abs() < 1e-9);
}

#[test]
fn missing_and_malformed_parameters_are_named() {
    assert_eq!(refused(&universal("  ")), "name");
    assert_eq!(refused(&universal(&"契".repeat(61))), "name");
    assert_eq!(refused(&universal("契书😀")), "name");
    let base = universal("契书演示科技有限公司");
    let special = CompanySealSpec {
        style: SealStyle::Special,
        foot: text(""),
        ..base.clone()
    };
    assert_eq!(refused(&special), "foot");
    let mixed = CompanySealSpec {
        style: SealStyle::ForeignMix,
        ..base.clone()
    };
    assert_eq!(refused(&mixed), "enContent");
    let endless = CompanySealSpec {
        en_content: text(&"Endless ".repeat(30)),
        ..mixed
    };
    assert_eq!(refused(&endless), "enContent");
    for bad in [
        "123456789012",
        "1234567890123456",
        "12345678901ab",
        "１２３４５６７８９０１２３",
    ] {
        let input = CompanySealSpec {
            enterprise_code: text(bad),
            ..base.clone()
        };
        assert_eq!(refused(&input), "enterpriseCode", "{bad}");
    }
    assert_eq!(
        refused(&CompanySealSpec {
            foot: text(&"章".repeat(50)),
            ..base.clone()
        }),
        "foot"
    );
    assert_eq!(
        refused(&CompanySealSpec {
            spec: Some(SealSpec::Rectangle40x16),
            ..base
        }),
        "spec"
    );
}

#[test]
fn empty_strings_are_absent_and_ignored_parameters_do_no_harm() {
    let plain = company_seal(&universal("契书演示科技有限公司")).unwrap();
    let input = CompanySealSpec {
        branch_name: text(""),
        foot: text(" "),
        enterprise_code: text(""),
        en_content: text("ignored"),
        ..universal(" 契书演示科技有限公司 ")
    };
    assert_eq!(company_seal(&input).unwrap(), plain);
    let mixed = CompanySealSpec {
        style: SealStyle::ForeignMix,
        en_content: text("Qishu Ltd."),
        ..universal("契书演示科技有限公司")
    };
    let with_foot = CompanySealSpec {
        foot: text("合同专用章"),
        ..mixed.clone()
    };
    assert_eq!(company_seal(&mixed).unwrap(), company_seal(&with_foot).unwrap());
}
