//! Constructed games, and the verdict on each.

use super::*;
use crate::gan::Objective;

/// `n` points of a game at its equilibrium, with a small ripple that isn't periodic.
fn balanced(n: usize) -> GameRecord {
    let ripple = |i: usize| 0.01 * ((i * i * 7) % 11) as f64 / 11.0;
    let points = (0..n).map(|i| GamePoint {
        step: 100 * i as u64,
        j_d: LN_2 - 0.005 + ripple(i),
        j_g: 0.5 * LN_2 - ripple(i),
        real: Some(0.51 - ripple(i)),
        fake: Some(0.49 + ripple(i)),
        minimax_gradient: 0.1,
        non_saturating_gradient: 0.1,
        jensen_shannon: Some(ripple(i) / 5.0),
        position: vec![ripple(i), -ripple(i)],
    });
    GameRecord {
        objective: Objective::NonSaturating,
        points: points.collect(),
        fresh: Some(FreshDiscriminator { j_d: LN_2 - 0.002, standard_error: 0.001 }),
        modes: None,
        spread: Some(0.97),
    }
}

/// The same after a change of every point.
fn with(mut record: GameRecord, change: impl Fn(usize, &mut GamePoint)) -> GameRecord {
    record.points.iter_mut().enumerate().for_each(|(i, point)| change(i, point));
    record
}

fn lost() -> GameRecord {
    let record = with(balanced(40), |_, point| {
        (point.j_d, point.j_g) = (0.01, 2.3);
        (point.real, point.fake) = (Some(0.995), Some(0.008));
        (point.minimax_gradient, point.non_saturating_gradient) = (1e-3, 0.13);
        point.jensen_shannon = Some(0.68);
    });
    GameRecord { fresh: Some(FreshDiscriminator { j_d: 0.005, standard_error: 0.001 }), ..record }
}

fn fresh(j_d: f64, standard_error: f64) -> GameRecord {
    GameRecord { fresh: Some(FreshDiscriminator { j_d, standard_error }), ..balanced(40) }
}

#[track_caller]
fn is(verdict: Verdict, record: &GameRecord) -> Vec<String> {
    let found = judge(record);
    assert_eq!(found.verdict, verdict, "{:?}", found.reasons);
    assert!(!found.reasons.is_empty() && found.reasons.iter().all(|reason| !reason.is_empty()));
    found.reasons
}

#[test]
fn converged() {
    let reasons = is(Verdict::Converged, &balanced(40));
    assert!(reasons[0].contains("0.6911 ± 0.0010"), "{reasons:?}");
    // One point is enough where a fresh discriminator proves it, and every mode is there.
    let modes = Some(ModesCaptured { captured: 8, of: 8 });
    is(Verdict::Converged, &GameRecord { modes, ..balanced(1) });
    // Three standard errors, or the small advantage, whichever is more.
    is(Verdict::Converged, &fresh(LN_2 - 0.0049, 0.0001));
    is(Verdict::Undecided, &fresh(LN_2 - 0.0051, 0.0001));
    is(Verdict::Converged, &fresh(LN_2 - 0.0149, 0.005));
    is(Verdict::Undecided, &fresh(LN_2 - 0.0151, 0.005));
    // A little worse than guessing is guessing.
    is(Verdict::Converged, &fresh(LN_2 + 0.02, 0.002));
    // A discriminator that starts sure and ends at ½.
    let late = with(balanced(40), |i, point| {
        if i < 10 {
            (point.j_d, point.real, point.fake) = (0.05, Some(0.97), Some(0.03));
        }
    });
    is(Verdict::Converged, &late);
}

#[test]
fn converged_without_probabilities() {
    let hinge = with(GameRecord { objective: Objective::Hinge, ..balanced(40) }, |_, point| {
        (point.j_d, point.real, point.fake) = (0.95, None, None);
    });
    is(Verdict::Converged, &hinge);
    is(Verdict::Undecided, &with(hinge, |_, point| point.j_d = 0.89));
    let wasserstein = with(GameRecord { objective: Objective::Wasserstein, ..balanced(40) }, |_, point| {
        (point.j_d, point.real, point.fake) = (-0.4, None, None);
    });
    is(Verdict::Converged, &wasserstein);
    let sure = Some(FreshDiscriminator { j_d: 0.3, standard_error: 0.01 });
    is(
        Verdict::DeadDiscriminator,
        &GameRecord { fresh: sure, objective: Objective::Relativistic, ..balanced(8) },
    );
}

#[test]
fn discriminator_won() {
    let reasons = is(Verdict::DiscriminatorWon, &lost());
    assert!(reasons[1].contains("7.69e-3") && reasons[2].contains("0.680"), "{reasons:?}");
    // Samples that never moved have no spread either; the vanished gradient is the cause.
    let reasons = is(Verdict::DiscriminatorWon, &GameRecord { spread: Some(0.05), ..lost() });
    assert!(reasons.last().is_some_and(|reason| reason.contains("0.050 of the data's")));
    is(
        Verdict::DiscriminatorWon,
        &GameRecord { modes: Some(ModesCaptured { captured: 0, of: 8 }), ..lost() },
    );
    // Of pairs, the loss alone says how sure D is; D(x) and both gradients would depend on where the outputs have their origin.
    let pairs = |j_d: f64| {
        let record = GameRecord { objective: Objective::Relativistic, ..lost() };
        with(record, |_, point| {
            (point.j_d, point.real, point.fake, point.jensen_shannon) = (j_d, None, None, Some(0.0));
            (point.minimax_gradient, point.non_saturating_gradient) = (0.1, 0.1);
        })
    };
    let reasons = is(Verdict::DiscriminatorWon, &pairs(0.05));
    assert!(reasons[0].contains("which is real") && reasons[1].contains("5.26e-2"), "{reasons:?}");
    // What the divergence is at least, the fresh one knows.
    assert!(reasons[2].contains("at least 0.688 nats"), "{reasons:?}");
    is(Verdict::Undecided, &pairs(0.052));
    let modes = Some(ModesCaptured { captured: 1, of: 8 });
    is(Verdict::Collapsed, &GameRecord { modes, ..pairs(0.01) });
    // A critic has no output that says so.
    is(Verdict::Undecided, &GameRecord { objective: Objective::Hinge, ..pairs(0.01) });
    // Just not sure, and a gradient that has not vanished.
    is(Verdict::Undecided, &with(lost(), |_, point| point.real = Some(0.949)));
    is(Verdict::Undecided, &with(lost(), |_, point| point.fake = Some(0.051)));
    is(Verdict::Undecided, &with(lost(), |_, point| point.minimax_gradient = 0.1 * 0.131));
    is(Verdict::Undecided, &with(lost(), |_, point| point.non_saturating_gradient = 0.0));
}

#[test]
fn dead_discriminator() {
    let reasons = is(Verdict::DeadDiscriminator, &fresh(0.2, 0.004));
    assert!(reasons[0].contains("0.2000 ± 0.0040"));
    is(Verdict::DeadDiscriminator, &fresh(LN_2 - 0.0501, 0.001));
    is(Verdict::Undecided, &fresh(LN_2 - 0.0499, 0.001));
}

#[test]
fn oscillating() {
    let swing = |i: usize| (std::f64::consts::TAU * i as f64 / 10.0).sin();
    let of_loss = with(balanced(80), |i, point| point.j_d = 0.5 + 0.2 * swing(i));
    let reasons = is(Verdict::Oscillating, &of_loss);
    assert!(reasons.len() == 1 && reasons[0].contains("J_D swings by 0.139 about"), "{reasons:?}");
    // The mean of the samples goes round while D says ½, and even where a fresh one at the end finds nothing.
    let of_samples = with(balanced(80), |i, point| point.position[1] = swing(i));
    assert!(is(Verdict::Oscillating, &of_samples)[0].contains("standard deviations"));
    // Small swings, a trend, too few points, and rattle are none.
    is(Verdict::Converged, &with(balanced(80), |i, point| point.j_d = 0.68 + 0.1 * swing(i)));
    is(Verdict::Converged, &with(balanced(80), |i, point| point.position[0] = 0.05 * i as f64));
    is(Verdict::Converged, &with(balanced(46), |i, point| point.position[0] = swing(i)));
    let rattle = |i: usize| [0.9, -0.4, 0.1, -1.0, 0.6, 0.8, -0.7][i * i * i % 7];
    is(Verdict::Converged, &with(balanced(80), |i, point| point.position[0] = rattle(i)));
    // Swings that died out before the last half.
    is(
        Verdict::Converged,
        &with(balanced(80), |i, point| {
            point.position[0] = if i < 40 { swing(i) } else { 0.0 };
        }),
    );
    // The Wasserstein loss has no scale; the samples have.
    let wasserstein = GameRecord { objective: Objective::Wasserstein, ..balanced(80) };
    is(Verdict::Converged, &with(wasserstein.clone(), |i, point| point.j_d = swing(i)));
    is(Verdict::Oscillating, &with(wasserstein, |i, point| point.position[0] = swing(i)));
}

#[test]
fn collapsed() {
    let modes = |captured, of| GameRecord { modes: Some(ModesCaptured { captured, of }), ..balanced(40) };
    assert!(is(Verdict::Collapsed, &modes(7, 8))[0].contains("7 of 8 modes"));
    is(Verdict::Collapsed, &modes(1, 25));
    is(Verdict::Converged, &modes(24, 25));
    is(Verdict::Converged, &modes(95, 100));
    is(Verdict::Collapsed, &modes(94, 100));
    is(Verdict::Collapsed, &GameRecord { spread: Some(0.499), ..balanced(40) });
    is(Verdict::Converged, &GameRecord { spread: Some(0.5), ..balanced(40) });
    // On one mode of eight, a sure discriminator is the consequence.
    is(Verdict::Collapsed, &GameRecord { modes: Some(ModesCaptured { captured: 1, of: 8 }), ..lost() });
}

#[test]
fn diverged() {
    let mut record = balanced(40);
    record.points[3].j_g = f64::NAN;
    assert_eq!(is(Verdict::Diverged, &record), ["step 300: J_G is NaN"]);
    let mut record = lost();
    record.points[7].position[1] = f64::INFINITY;
    is(Verdict::Diverged, &record);
    is(Verdict::Diverged, &GameRecord { spread: Some(f64::NAN), ..balanced(40) });
    is(Verdict::Diverged, &fresh(f64::NAN, 0.0));
}

#[test]
fn undecided() {
    assert_eq!(is(Verdict::Undecided, &GameRecord::default()), ["no figures"]);
    // ½ without a proof, with too wide an error, with a proof that is none, and a game that goes on.
    assert!(is(Verdict::Undecided, &GameRecord { fresh: None, ..balanced(40) })[0].contains("dead"));
    is(Verdict::Undecided, &fresh(LN_2, 0.0101));
    is(Verdict::Converged, &fresh(LN_2, 0.0099));
    is(Verdict::Undecided, &fresh(LN_2 + 0.06, 0.002));
    let playing = with(balanced(40), |_, point| {
        (point.real, point.fake, point.j_d) = (Some(0.75), Some(0.25), 0.4);
    });
    assert!(is(Verdict::Undecided, &playing)[0].contains("D(x) = 0.750"));
    is(Verdict::Undecided, &with(balanced(40), |_, point| point.real = Some(0.601)));
    is(Verdict::Converged, &with(balanced(40), |_, point| point.real = Some(0.599)));
}

#[test]
fn records_and_names_are_written_and_read() {
    let record = GameRecord { modes: Some(ModesCaptured { captured: 3, of: 4 }), ..balanced(3) };
    let text = serde_json::to_string(&record).expect("text");
    assert_eq!(serde_json::from_str::<GameRecord>(&text).expect("a record"), record);
    for verdict in Verdict::ALL {
        assert_eq!(serde_json::to_string(&verdict).expect("a name"), format!("\"{}\"", verdict.name()));
    }
}
