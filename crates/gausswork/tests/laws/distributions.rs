//! The laws of a distribution, in one loop over all of `dist`.

use burn::tensor::{Device, Tensor, TensorData};

use super::families::{Case, Support, all};
use super::support::{
    ROUNDOFF, SEEDS, assert_chi_square, assert_kolmogorov, column, host, nodes, quadrature, uniforms,
};

/// Roundings that one log-probability goes through, each by at most a unit of its greatest term.
const ROUNDINGS: f64 = 16.0;

/// Points of the support with a quadrature weight's worth of nodes on a line.
fn points(support: &Support) -> Vec<f32> {
    match support {
        Support::Codes(n) => (0..*n).map(|k| k as f32).collect(),
        Support::Cells(centres, _) => centres.iter().map(|&x| x as f32).collect(),
        Support::Line(low, high) => nodes(*low, *high, 1 << 14),
    }
}

/// Sum or integral of values at [`points`], with the error of the rule.
fn total(support: &Support, x: &[f32], y: &[f64]) -> (f64, f64) {
    match support {
        Support::Line(..) => quadrature(x, y),
        _ => (y.iter().sum(), 0.0),
    }
}

fn for_each_setting(law: impl Fn(&Case, &[f64], &Support)) {
    for case in all() {
        for setting in &case.settings {
            law(&case, setting, &(case.support)(setting));
        }
    }
}

#[test]
fn log_probabilities_are_the_formula_s() {
    for_each_setting(|case, setting, support| {
        let x = points(support);
        let log_probs = host(&case.copies(setting, x.len()).log_probs(column(&x)));
        for (&x, log_prob) in x.iter().zip(log_probs) {
            let x = f64::from(x);
            let error = log_prob - (case.log_prob)(setting, x);
            // A cell's ends are rounded with its centre; its neighbour gains what it loses.
            let ends = if let Support::Cells(_, width) = support { 4.0 * x.abs() / width } else { 0.0 };
            let bound = ROUNDINGS * ROUNDOFF * (1.0 + (case.terms)(setting, x).0 + ends);
            assert!(error.abs() <= bound, "{} {setting:?} at {x}: off by {error:e} > {bound:e}", case.name);
        }
    });
}

#[test]
fn mass_sums_to_one() {
    for_each_setting(|case, setting, support| {
        let x = points(support);
        let p: Vec<f64> =
            host(&case.copies(setting, x.len()).log_probs(column(&x))).into_iter().map(f64::exp).collect();
        let (mass, rule_error) = total(support, &x, &p);
        let weighted: Vec<f64> = x
            .iter()
            .zip(&p)
            .map(|(&x, p)| p * ROUNDINGS * ROUNDOFF * (1.0 + (case.terms)(setting, f64::from(x)).0))
            .collect();
        let bound = total(support, &x, &weighted).0 + rule_error;
        assert!((mass - 1.0).abs() <= bound, "{} {setting:?}: {mass}, bound {bound:e}", case.name);
        // The law means something only where its bound is tight.
        assert!(bound < 2e-3, "{} {setting:?}: {bound:e}", case.name);
    });
}

#[test]
fn gradients_are_those_of_finite_differences() {
    for_each_setting(|case, setting, support| {
        let points = match support {
            Support::Line(low, high) => nodes(*low, *high, 8)[1..8].to_vec(),
            _ => points(support),
        };
        for x in points {
            let device = Device::flex().autodiff();
            let row: Vec<f32> = setting.iter().map(|&v| v as f32).collect();
            let n = row.len();
            let p = Tensor::<2>::from_data(TensorData::new(row, [1, n]), &device).require_grad();
            let at = Tensor::from_data(TensorData::new(vec![x], [1, 1]), &device);
            let gradients = (case.build)(p.clone()).log_prob(at).sum().backward();
            let gradient = host(&p.grad(&gradients).unwrap());
            let x = f64::from(x);
            let (_, steepest) = (case.terms)(setting, x);
            for (i, &gradient) in gradient.iter().enumerate() {
                let moved = |by: f64| {
                    let mut p = setting.to_vec();
                    p[i] += by;
                    // A cell stays where it is when the interval's ends move, but for its share of the width.
                    (case.log_prob)(&p, x)
                };
                // Truncation and rounding of the f64 difference: 1e-10 and 1e-10 of the steepest term.
                let h = 1e-5 / steepest[i];
                let difference = (moved(h) - moved(-h)) / (2.0 * h);
                let bound = (ROUNDINGS * ROUNDOFF + 1e-9) * steepest[i];
                assert!(
                    (gradient - difference).abs() <= bound,
                    "{} {setting:?} at {x}, parameter {i}: {gradient} against {difference} ± {bound:e}",
                    case.name
                );
            }
        }
    });
}

#[test]
fn samples_follow_the_density() {
    const N: usize = 4000;
    for_each_setting(|case, setting, support| {
        let x = points(support);
        let p: Vec<f64> = x.iter().map(|&x| (case.log_prob)(setting, f64::from(x)).exp()).collect();
        for seed in SEEDS {
            let what = format!("{} {setting:?}, seed {seed}", case.name);
            let mut u = uniforms(seed, N);
            u.sort_unstable_by(f32::total_cmp);
            let draws = host(&case.copies(setting, N).sample(column(&u)));
            assert!(draws.is_sorted(), "{what}: not increasing in u");
            if let Support::Line(low, high) = support {
                let cumulative: Vec<f64> = x
                    .windows(2)
                    .zip(p.windows(2))
                    .scan(0.0, |sum, (x, p)| {
                        *sum += 0.5 * (p[0] + p[1]) * f64::from(x[1] - x[0]);
                        Some(*sum)
                    })
                    .collect();
                let f = |draw: f64| {
                    let cells = cumulative.len() as f64;
                    let at = ((draw - low) / (high - low) * cells).clamp(0.0, cells - 1.0);
                    let before = if at < 1.0 { 0.0 } else { cumulative[at as usize - 1] };
                    before + at.fract() * (cumulative[at as usize] - before)
                };
                assert_kolmogorov(&what, draws.into_iter().map(f).collect());
            } else {
                let mut counts = vec![0; x.len()];
                for draw in draws {
                    let distance = |x: f32| (f64::from(x) - draw).abs();
                    let nearest = (0..x.len()).min_by(|&a, &b| distance(x[a]).total_cmp(&distance(x[b])));
                    counts[nearest.unwrap()] += 1;
                }
                let rare = p.iter().filter(|&&p| p * N as f64 >= 10.0).count();
                // Where one code is all but certain there is nothing to compare but that.
                if rare < 2 {
                    let certain = p.iter().position(|&p| p > 0.99).unwrap();
                    assert!(counts[certain] >= N as u64 - 40, "{what}: {counts:?}");
                } else {
                    assert_chi_square(&what, &counts, &p);
                }
            }
        }
    });
}

#[test]
fn means_are_those_of_quadrature() {
    for_each_setting(|case, setting, support| {
        if matches!(support, Support::Cells(..)) {
            return;
        }
        let x = points(support);
        let weighted: Vec<f64> =
            x.iter().map(|&x| f64::from(x) * (case.log_prob)(setting, f64::from(x)).exp()).collect();
        let (expected, rule_error) = total(support, &x, &weighted);
        let mean = host(&case.copies(setting, 1).mean())[0];
        let farthest = x.iter().fold(0.0f64, |a, &b| a.max(f64::from(b).abs()));
        let bound = ROUNDINGS * ROUNDOFF * (1.0 + farthest) + rule_error;
        assert!(
            (mean - expected).abs() <= bound,
            "{} {setting:?}: {mean} against {expected} ± {bound:e}",
            case.name
        );
    });
}
