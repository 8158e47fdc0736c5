//! What holds of every page.

use std::collections::BTreeMap;

use gausswork::data::density::{Against, Density, DensitySource};
use gausswork::gan::{HISTOGRAM_FAKE, HISTOGRAM_REAL, Judgement, Objective, Verdict};
use gausswork::learner::PlaneFrame;
use gausswork_eval::frame::{Cells, Domain, Kind, MISSING};
use gausswork_eval::report::{
    Baselines, CurvePoint, Input, Limits, NearTruth, Provenance, Report, Source, Stage, Truth, evaluate,
};

use super::html;
use crate::game::{Game, Shot};

/// A name that would do harm where it is not escaped.
const HOSTILE: &str = "<script>alert('&')</script> \"x\" onload=\"y";

/// Numbers that look random enough.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    }
}

/// Columns of every kind, in turn.
fn table(columns: usize, rows: usize, seed: u64) -> Vec<(String, Kind, Cells)> {
    let mut draw = noise(seed);
    let mut numbers = |of: &dyn Fn(f64) -> f64| Cells::Numbers((0..rows).map(|_| of(draw())).collect());
    let column = |i: usize| {
        let (kind, cells) = match i % 7 {
            0 => (Kind::Number, numbers(&|u| (40.0 * u).round())),
            1 => (Kind::Number, numbers(&|u| if u < 0.2 { f64::NAN } else { (1.0 / u).powi(9) })),
            2 => (Kind::Time, numbers(&|u| 1.5e9 + 1e8 * u)),
            3 => (Kind::Number, numbers(&|_| 7.0)),
            4 => (Kind::Number, numbers(&|_| f64::NAN)),
            5 => (Kind::Number, numbers(&|u| if u < 0.5 { 1e30 } else { -1e30 })),
            _ => {
                let levels = vec![HOSTILE.to_owned(), format!("level {seed}"), "a level".repeat(90)];
                let code = |r: usize| if r % 5 == 4 { MISSING } else { (r % 3) as u32 };
                (Kind::Category, Cells::Labels { codes: (0..rows).map(code).collect(), levels })
            }
        };
        (format!("{HOSTILE} {i} {}", "long ".repeat(i)), kind, cells)
    };
    (0..columns).map(column).collect()
}

fn report(columns: usize, rows: usize, sets: usize, holdout: bool) -> Report {
    report_of(columns, rows, sets, holdout, &Stage::ALL)
}

fn report_of(columns: usize, rows: usize, sets: usize, holdout: bool, stages: &[Stage]) -> Report {
    let tables: Vec<_> = (0..2 + sets as u64).map(|seed| table(columns, rows, seed + 1)).collect();
    let names = tables[0].iter().map(|(name, kind, _)| (name.clone(), *kind)).collect();
    let cells = tables.into_iter().map(|table| table.into_iter().map(|column| column.2).collect()).collect();
    let (domain, mut frames) = Domain::align(names, cells).unwrap();
    let synthetic =
        frames.split_off(2).into_iter().zip(1..).map(|(frame, i)| (format!("{HOSTILE}{i}"), frame));
    let synthetic = synthetic.collect();
    let point = |step: u32| CurvePoint {
        step: step.into(),
        train_elbo: Some(-1e6 / f64::from(step + 1)),
        held_out_elbo: step.is_multiple_of(3).then_some(f64::NAN),
    };
    let input = Input {
        domain,
        left_out: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        holdout: frames.pop().filter(|_| holdout),
        training: frames.remove(0),
        synthetic,
        target: None,
        of_model: Vec::new(),
        curve: (0..500).map(point).collect(),
        baselines: Baselines::All,
        stages: stages.to_vec(),
        limits: Limits { two_sample: 60, usefulness: 40, every_target: 40, neighbours: 40, permutation: 20 },
        seed: 1,
        made: Provenance {
            command: HOSTILE.to_owned(),
            version: "0".to_owned(),
            sources: vec![Source { role: HOSTILE.to_owned(), name: HOSTILE.to_owned(), ..Source::default() }],
        },
    };
    evaluate(&input, &mut |_| ())
}

/// What holds of every page, whatever is on it.
fn check(page: &str) {
    for never in [
        "NaN",
        ">inf",
        " inf ",
        "-inf",
        "<script",
        "onload=\"",
        "src=",
        "xmlns",
        "http://",
        "https://",
        "url(",
        "@import",
    ] {
        let at = page.find(never);
        assert_eq!(
            at,
            None,
            "{never}: {:?}",
            at.map(|at| page[at.saturating_sub(80)..].chars().take(160).collect::<String>())
        );
    }
    for svg in page.split("<svg ").skip(1) {
        assert!(svg.starts_with("role=\"img\" aria-label=\""), "{:.90}", svg);
        assert!(!svg.starts_with("role=\"img\" aria-label=\"\""));
    }
    assert!(page.contains("<html lang=\"en\">") && page.matches("<h1").count() == 1);
    for tag in ["section", "table", "details", "svg", "figure", "article", "div", "span", "small", "dl"] {
        let open = page.matches(&format!("<{tag} ")).count() + page.matches(&format!("<{tag}>")).count();
        let close = page.matches(&format!("</{tag}>")).count();
        assert_eq!(open, close, "{tag}");
    }
}

#[test]
fn pages_are_whole_harmless_and_small() {
    let page = html(&report(60, 90, 2, true), None).unwrap();
    check(&page);
    assert!(page.len() < 2_000_000, "{} bytes", page.len());
    assert!(page.contains("20 columns are left out of them") && page.contains("&#60;script&#62;"));
}

#[test]
fn rows_stand_against_every_density() {
    for density in Density::ALL {
        let source = DensitySource { rows: 400, ..DensitySource::new(density) };
        let mut points = source.draw();
        points.extend([[f64::NAN, 0.0], [1e9, -1e9]]);
        let figures: BTreeMap<_, _> = Against::new(&source, &points).figures().into_iter().collect();
        let set = |i: usize| NearTruth {
            name: format!("{HOSTILE}{i}"),
            figures: figures.clone(),
            points: points.clone(),
        };
        let mut report = report(2, 30, 5, false);
        report.truth = Some(Truth { name: source.to_string(), sets: (0..5).map(set).collect() });
        let page = html(&report, None).unwrap();
        check(&page);
        assert!(
            page.contains("Against the truth") && page.len() < 1_500_000,
            "{density}: {} bytes",
            page.len()
        );
        let zooms = page.matches("around the mode that it reaches most often").count();
        assert_eq!(zooms > 0, matches!(density, Density::Ring { .. } | Density::Grid { .. }));
    }
    // A set with nothing near, and one without rows.
    let mut report = report(2, 30, 1, false);
    let set = |points: Vec<[f64; 2]>| NearTruth { name: "a".to_owned(), figures: BTreeMap::new(), points };
    report.truth =
        Some(Truth { name: "ring:8".to_owned(), sets: vec![set(Vec::new()), set(vec![[f64::NAN; 2]])] });
    check(&html(&report, None).unwrap());
}

#[test]
fn little_is_enough() {
    for (columns, rows, sets) in [(1, 30, 1), (2, 3, 2), (7, 30, 1), (7, 40, 6), (3, 30, 0)] {
        for holdout in [false, true] {
            check(&html(&report(columns, rows, sets, holdout), None).unwrap());
        }
    }
}

#[test]
fn many_columns_are_cut_and_that_is_said() {
    let mut report = report(7, 30, 1, false);
    let columns = (0..1200).map(|i| report.columns[i % 7].clone()).collect();
    report.columns = columns;
    let page = html(&report, None).unwrap();
    check(&page);
    assert!(page.contains("columns, all with a higher score, are left out") && page.len() < 3_000_000);
}

#[test]
fn a_group_of_metrics_is_enough() {
    for stage in Stage::ALL {
        check(&html(&report_of(7, 30, 2, true, &[stage]), None).unwrap());
    }
}

/// A game of `steps` steps with every figure, whose numbers are `wild` or not.
fn game(objective: Objective, steps: u64, wild: fn(u64, f64) -> f64) -> Game {
    let mut game = Game::new(objective);
    let plain =
        ["j_d", "j_g", "d_real", "d_fake", "logit_real", "logit_fake", "minimax_norm", "non_saturating_norm"];
    let validated = ["held_out_jsd_bound", "spectral_norm_00", "spectral_norm_05", "spectral_norm_11"];
    let mut draw = noise(3);
    for step in 0..steps {
        let mut line = serde_json::Map::from_iter([("step".to_owned(), step.into())]);
        let mut put = |name: &str, value: f64| line.insert(name.to_owned(), wild(step, value).into());
        plain.iter().for_each(|name| drop(put(name, draw())));
        if step % 10 == 0 {
            validated.iter().for_each(|name| drop(put(name, draw())));
            HISTOGRAM_REAL.iter().chain(&HISTOGRAM_FAKE).for_each(|name| drop(put(name, 0.05)));
        }
        game.take(&line);
    }
    game
}

/// Frames of a square, with `across` cells along a side.
fn film(frames: u64, across: usize, output: f64) -> Vec<Shot> {
    let mut draw = noise(5);
    let mut point = |_| [3.0 * draw() - 1.5, 3.0 * draw() - 1.5];
    let points: Vec<[f64; 2]> = (0..500).map(&mut point).collect();
    let surface = (0..across * across).map(|cell| output * (cell as f64 * 0.37).sin()).collect();
    let frame = PlaneFrame { square: [[-1.2; 2], [1.2; 2]], points, across, surface };
    (0..frames).map(|step| Shot { step: step * step, frame: frame.clone() }).collect()
}

#[test]
fn games_of_every_objective_are_shown() {
    let source = DensitySource { rows: 400, ..DensitySource::new(Density::Ring { modes: 8 }) };
    let mut report = report(2, 30, 1, false);
    let set = NearTruth { name: "a".to_owned(), figures: BTreeMap::new(), points: source.draw() };
    report.truth = Some(Truth { name: source.to_string(), sets: vec![set] });
    for objective in Objective::ALL {
        let mut game = game(objective, 5000, |_, value| value);
        game.film = film(30, 40, 4.0);
        let reasons = vec![HOSTILE.to_owned(), "a reason".to_owned()];
        game.judgement = Some(Judgement { verdict: Verdict::Oscillating, reasons });
        let page = html(&report, Some(&game)).unwrap();
        check(&page);
        // Thousands of steps, and no line of thousands of points.
        assert!(page.len() < 1_500_000, "{} bytes", page.len());
        for part in [
            "href=\"#game\"",
            "oscillating",
            "a reason",
            "Losses",
            "Gradients at",
            "lower bound",
            "Spectral norms",
        ] {
            assert!(page.contains(part), "{objective:?}: {part}");
        }
        let sure = objective.probability(0.0).is_some();
        assert_eq!(page.contains("D(x) and D(G(z))"), sure);
        assert_eq!(page.contains("What D says of held-out data"), sure);
        assert_eq!(page.contains("no probability"), !sure);
        assert_eq!(page.matches("<g id=\"frame-").count(), 12);
        assert_eq!(page.matches("<use href=\"#frame-").count(), 12);
        assert!(page.contains("After step 0:") && page.contains("After step 841:"));
    }
}

#[test]
fn games_without_much_to_show() {
    let report = report(2, 30, 1, false);
    let wild =
        |step: u64, value: f64| [f64::NAN, 0.0, 1e300, -1e300, value, f64::INFINITY][step as usize % 6];
    for objective in Objective::ALL {
        let empty = Game::new(objective);
        let page = html(&report, Some(&empty)).unwrap();
        check(&page);
        assert!(page.contains("There are no figures of it") && !page.contains("The film"));
        let mut games = vec![game(objective, 1, |_, value| value), game(objective, 500, wild), empty];
        games.push(game(objective, 30, |_, _| 0.0));
        for (game, (frames, across)) in games.iter_mut().zip([(1, 40), (3, 0), (2, 1), (2, 2)]) {
            game.film = film(frames, across, 0.0);
            check(&html(&report, Some(game)).unwrap());
        }
        // Outputs beyond what an exponential can hold, and a film without points.
        games[0].film = film(2, 8, 1e6);
        games[0].film[1].frame.points.clear();
        check(&html(&report, Some(&games[0])).unwrap());
    }
    assert!(!html(&report, None).unwrap().contains("The game"));
}
