//! Densities against quadrature, draws against densities, measures against known answers.
#![allow(clippy::unwrap_used, reason = "a test that unwraps nothing fails")]

use std::f64::consts::LN_2;
use std::path::Path;

use super::*;
use crate::noise::Noise;

/// One of each, and normals that are neither round nor at 0.
fn all() -> Vec<Density> {
    let oblique = [
        Density::Gaussian { mean: [3.0, -1.0], sd: [0.5, 2.0], correlation: -0.7 },
        Density::Gaussian { mean: [0.0; 2], sd: [1.0; 2], correlation: 0.5 },
        Density::Ring { modes: 1 },
        Density::Grid { modes: 4 },
    ];
    Density::ALL.into_iter().chain(oblique).collect()
}

#[test]
fn names_come_back() {
    for density in all() {
        for (rows, seed) in [(DEFAULT_ROWS, 0), (20_000, 0), (DEFAULT_ROWS, 3), (7, u64::MAX)] {
            let source = DensitySource { density, rows, seed };
            assert_eq!(source.to_string().parse::<DensitySource>().unwrap(), source, "{source}");
        }
    }
    let source: DensitySource = "ring:seed=2:rows=50".parse().unwrap();
    assert_eq!(source.to_string(), "ring:8:rows=50:seed=2");
    assert_eq!(source.directory_name(), "ring-8-rows-50-seed-2");
    assert_eq!("gaussian:0,0,1,1,0".parse::<Density>().unwrap().to_string(), "gaussian");
}

#[test]
fn what_is_no_name_is_told_apart_from_a_file() {
    let named = |text: &str| DensitySource::named(Path::new(text));
    for file in ["a/b", "missing.csv", "./ring", "Cargo.toml", "src", ""] {
        assert!(named(file).is_none(), "{file}");
    }
    let error = |text: &str| named(text).unwrap().unwrap_err().to_string();
    assert!(error("rng:8").contains("did you mean \"ring:8\"?") && error("rng:8").contains("checkerboard"));
    assert!(error("two-moon").contains("\"two-moons\""));
    assert!(!error("adult").contains("did you mean"));
    for (text, part) in [
        ("ring:0", "\"0\""),
        ("ring:x", "\"x\""),
        ("grid:24", "square"),
        ("ring:8:rows=0", "rows="),
        ("spiral:3", "no parameters"),
        ("gaussian:1", "correlation"),
        ("gaussian:0,0,1,-1,0", "standard deviations"),
        ("gaussian:nan", "correlation"),
        ("ring:8:seed=-1", "seed="),
    ] {
        assert!(error(text).contains(part), "{}", error(text));
    }
    assert!(named("gaussian:0.5").unwrap().is_ok());
}

/// ∫ f(p(x), log p(x)) dx by the midpoint rule on twice the bounds, with steps of a quarter of a standard deviation.
///
/// Of a sum of normals the error is 2 exp(−2π²·16) and the mass beyond 8 standard deviations, below 1e-14; that of rounding
/// prevails. Of the board, whose squares the steps divide, it is rounding alone.
fn integral(exact: &Exact, f: impl Fn(f64) -> f64) -> f64 {
    let [low, high] = exact.bounds();
    let step = match exact.density() {
        Density::Checkerboard => 0.125,
        // The lesser half axis of a normal is √(1 − ρ²) of a standard deviation or more.
        _ => exact.modes()[0].sd.into_iter().fold(f64::INFINITY, f64::min) * 0.25,
    };
    let middle = [0, 1].map(|axis| 0.5 * (low[axis] + high[axis]));
    let count = ((high[0] - low[0]) / step).ceil() as i64;
    let row = |i: i64| {
        let y = middle[1] + step * (i as f64 + 0.5);
        let cell = |j: i64| f(exact.log_prob(&[middle[0] + step * (j as f64 + 0.5), y]));
        (-count..count).map(cell).sum::<f64>()
    };
    (-count..count).map(row).sum::<f64>() * step * step
}

#[test]
fn densities_integrate_to_one() {
    for density in all() {
        let total = integral(&density.exact(), f64::exp);
        assert!((total - 1.0).abs() < 1e-9, "{density}: {total}");
    }
}

#[test]
fn cells_have_all_of_the_mass() {
    for density in all() {
        for points in [1, 2500, 1_000_000] {
            let masses = Cells::new(&density.exact(), points);
            let total: f64 = masses.masses().iter().sum();
            assert!(
                (total - 1.0).abs() < 1e-12 && masses.masses().iter().all(|&mass| mass >= 0.0),
                "{density}"
            );
        }
    }
}

#[test]
fn draws_have_the_density() {
    for density in all() {
        let exact = density.exact();
        for seed in 1..=4 {
            let points = exact.draw(&Noise::new(seed), 0..40_000);
            let cells = Cells::new(&exact, points.len());
            let counts = cells.counts(&exact, &points);
            // Pearson's χ², cells in which fewer than 5 points are expected taken together.
            let (mut chi, mut degrees, mut rest) = (0.0, 0.0, [0.0; 2]);
            for (&count, &mass) in counts.iter().zip(cells.masses()) {
                let expected = mass * points.len() as f64;
                if expected < 5.0 {
                    rest = [rest[0] + count as f64, rest[1] + expected];
                } else {
                    chi += (count as f64 - expected).powi(2) / expected;
                    degrees += 1.0;
                }
            }
            if rest[1] > 1.0 {
                chi += (rest[0] - rest[1]).powi(2) / rest[1];
            }
            // (χ² − ν)/√2ν is nearly normal for such ν: beyond 5 in one of a million, so one of 25,000 sets of seeds fails.
            let deviate = (chi - degrees) / (2.0f64 * degrees).sqrt();
            assert!(deviate.abs() < 5.0, "{density}, seed {seed}: χ² = {chi} of {degrees}");
        }
    }
}

#[test]
fn mean_log_density_of_draws_is_the_negative_entropy() {
    for density in all() {
        let exact = density.exact();
        let wanted = integral(&exact, |log| if log == f64::NEG_INFINITY { 0.0 } else { log.exp() * log });
        let points = exact.draw(&Noise::new(5), 0..40_000);
        let logs: Vec<f64> = points.iter().map(|point| exact.log_prob(point)).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / logs.len() as f64;
        let error = (variance / logs.len() as f64).sqrt() + 1e-9;
        // Five standard errors: one seed in 170,000 fails at all ten.
        assert!((mean - wanted).abs() < 5.0 * error, "{density}: {mean} for {wanted}");
    }
}

#[test]
fn rows_have_addresses() {
    let (exact, noise) = (Density::TwoMoons.exact(), Noise::new(4));
    assert_eq!(exact.draw(&noise, 0..10)[3..7], exact.draw(&noise, 3..7));
    assert_ne!(exact.draw(&noise, 0..5), exact.draw(&Noise::new(5), 0..5));
}

#[test]
fn modes_are_where_they_are_said_to_be() {
    let exact = Density::Grid { modes: 25 }.exact();
    let mut centres: Vec<[f64; 2]> = exact.modes().iter().map(|mode| mode.centre).collect();
    centres.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let wanted = (0..25).map(|i| [f64::from(i / 5 * 2 - 4), f64::from(i % 5 * 2 - 4)]);
    assert_eq!(centres, wanted.collect::<Vec<_>>());
    assert_eq!(exact.modes()[0].sd, [0.05; 2]);
    for density in all() {
        let exact = density.exact();
        assert_eq!(exact.modes().len(), exact.mode_count());
        let [low, high] = exact.bounds();
        assert!((high[0] - low[0] - (high[1] - low[1])).abs() < 1e-9);
    }
    // Where ρ = ½, xᵀ Σ⁻¹ x = (x² − xy + y²)·4/3.
    let place = all()[7].exact().place(&[1.0, 3.0]).unwrap();
    assert!((place.distance - (28.0f64 / 3.0).sqrt()).abs() < 1e-12 && place.mode == 0);
    assert_eq!(Density::ALL.map(|density| density.exact().mode_count()), [8, 25, 1, 16, 8, 2]);
}

#[test]
fn the_truth_scores_as_it_must() {
    for density in all() {
        let exact = density.exact();
        let points = exact.draw(&Noise::new(11), 0..50_000);
        let got = measure(&exact, &points);
        let cells = Cells::new(&exact, points.len()).masses().len() as f64;
        // χ²/8n has the mean (m − 1)/8n, and less where cells hold few points; its deviation is √(2m)/8n.
        let [mean, deviation] =
            [(cells - 1.0), (2.0 * cells).sqrt()].map(|v| v / (8.0 * points.len() as f64));
        assert!(got.jsd < mean + 5.0 * deviation && got.jsd > 0.2 * mean, "{density}: {} of {mean}", got.jsd);
        assert_eq!((got.modes, got.outside), (exact.mode_count(), 0.0));
        // 2n KL is χ² with K − 1 degrees: its mean and seven deviations.
        let modes = exact.mode_count() as f64;
        let kl = got.reverse_kl.unwrap() * 2.0 * MODE_SAMPLES as f64;
        assert!(kl <= modes - 1.0 + 7.0 * (2.0 * modes).sqrt(), "{density}: {kl}");
    }
    // A standard normal pair is within 3 with probability 1 − e^(−9/2).
    let exact = Density::Ring { modes: 8 }.exact();
    let (share, n) = (1.0 - (-4.5f64).exp(), MODE_SAMPLES as f64);
    let got = measure(&exact, &exact.draw(&Noise::new(2), 0..MODE_SAMPLES as u64));
    assert!((got.high_quality - share).abs() < 4.0 * (share * (1.0 - share) / n).sqrt());
}

#[test]
fn lost_modes_are_seen() {
    let exact = Density::Ring { modes: 8 }.exact();
    let all = exact.draw(&Noise::new(3), 0..100_000);
    let half: Vec<_> = all.iter().copied().filter(|point| exact.place(point).unwrap().mode < 4).collect();
    let got = measure(&exact, &half);
    assert_eq!(got.modes, 4);
    // Half of the modes, evenly: KL = log 2, but for χ² with 3 degrees over 2n, here seven times its mean.
    assert!((got.reverse_kl.unwrap() - LN_2).abs() < 21.0 / (2.0 * MODE_SAMPLES as f64));
    // p has half of its mass where q has twice as much, and half where q has none.
    let wanted = 0.25 * ((2.0f64 / 3.0).ln() + LN_2) + 0.5 * (4.0f64 / 3.0).ln();
    assert!((got.jsd - wanted).abs() < 0.01, "{} for {wanted}", got.jsd);
}

#[test]
fn points_far_off_are_all_that_a_divergence_can_be() {
    for density in all() {
        let exact = density.exact();
        for far in [1e9, f64::NAN, f64::INFINITY] {
            let got = measure(&exact, &vec![[far, far]; 3000]);
            assert!((got.jsd - LN_2).abs() < 1e-9, "{density}: {got:?}");
            assert_eq!((got.modes, got.high_quality, got.reverse_kl), (0, 0.0, None));
        }
        let mut mixed = exact.draw(&Noise::new(8), 0..50_000);
        mixed.extend(vec![[1e9, 1e9]; 50_000]);
        let got = measure(&exact, &mixed);
        let wanted = 0.25 * ((2.0f64 / 3.0).ln() + LN_2) + 0.5 * (4.0f64 / 3.0).ln();
        let floor = Cells::new(&exact, mixed.len()).masses().len() as f64 / (4.0 * mixed.len() as f64);
        assert!((got.jsd - wanted).abs() < 0.003 + floor, "{density}: {} for {wanted}", got.jsd);
    }
    assert_eq!(measure(&Density::Spiral.exact(), &[]).jsd, 0.0);
}

#[test]
fn the_divergence_of_two_normals_is_that_of_quadrature() {
    let exact = Density::Gaussian { mean: [0.0; 2], sd: [1.0; 2], correlation: 0.0 }.exact();
    let points: Vec<_> =
        exact.draw(&Noise::new(6), 0..100_000).into_iter().map(|[x, y]| [x + 1.0, y]).collect();
    // One coordinate is the same on both sides: ½ ∫ p log(2p/(p+q)) + q log(2q/(p+q)) of N(0, 1) and N(1, 1).
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let at = |i: i32| {
        let x = 0.01 * f64::from(i);
        let (p, q) = (density(x), density(x - 1.0));
        0.01 * 0.5 * (p * (2.0 * p / (p + q)).ln() + q * (2.0 * q / (p + q)).ln())
    };
    let wanted: f64 = (-1200..1300).map(at).sum();
    let got = measure(&exact, &points).jsd;
    let floor = measure(&exact, &exact.draw(&Noise::new(7), 0..100_000)).jsd;
    assert!(got > wanted - 0.004 && got < wanted + floor + 0.004, "{got} for {wanted}, floor {floor}");
}

#[test]
fn figures_are_finite_and_the_same_again() {
    for density in Density::ALL {
        let source = DensitySource { rows: 3000, ..DensitySource::new(density) };
        let points: Vec<[f64; 2]> = source.draw().into_iter().map(|[x, y]| [x + 3.0, y * 2.0]).collect();
        let against = Against::new(&source, &points);
        let figures = against.figures();
        assert!(figures.iter().all(|(_, value)| value.is_finite()));
        assert!(figures.iter().any(|(name, _)| name == "jsd_floor"));
        assert_eq!(figures, Against::new(&source, &points).figures());
        // The fresh sample is not the data.
        assert_ne!(against.fresh.jsd, measure(&density.exact(), &source.draw()).jsd);
    }
}
