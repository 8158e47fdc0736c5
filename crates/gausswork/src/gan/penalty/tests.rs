//! Tests of the penalties' gradients.

use super::super::tests::{ROUNDING, configurations, network, normal};
use super::super::{DiscriminatorConfig, Layers, Nonlinearity, Normalisation};
use super::*;
use crate::nn::Params;
use crate::noise::{Noise, Stream};
use burn::tensor::{Device, TensorData};
use serde_json::Value;

/// `f(k)` rounded to f32, for k from 0.
fn formula([rows, columns]: [usize; 2], f: impl Fn(f64) -> f64) -> Tensor<2> {
    let values: Vec<f32> = (0..rows * columns).map(|k| f(k as f64) as f32).collect();
    Tensor::from_data(TensorData::new(values, [rows, columns]), &Device::flex())
}

fn penalised(
    penalty: Penalty,
    discriminator: &Discriminator,
    params: &Params,
    rows: &PenalisedRows,
    mode: Mode<'_>,
) -> (Vec<Vec<f32>>, f64, f64) {
    let leaves = params.leaves(&Device::flex().autodiff());
    let plain = params.leaves(&Device::flex());
    let found = penalty.of(discriminator, [&leaves, &plain], rows.clone(), mode).expect("a penalty");
    let gradient = params.gradient(&leaves, &mut found.surrogate.backward());
    (gradient, found.value, found.norm)
}

/// Second derivatives by PyTorch in f64, made by `tests/reference/penalty.py`.
#[test]
fn gradients_are_those_of_double_differentiation() {
    let text = include_str!("../../../tests/reference/penalty.json");
    let cases: Vec<Value> = serde_json::from_str(text).expect("the reference");
    assert_eq!(cases.len(), 9 * 2 * 2 * 3);
    let mut worst: f64 = 0.0;
    for case in cases {
        let read = |key: &str| case[key].clone();
        let config = DiscriminatorConfig {
            width: 4,
            blocks: read("blocks").as_u64().expect("a number") as usize,
            layers: serde_json::from_value::<Layers>(read("layers")).expect("layers"),
            activation: serde_json::from_value::<Nonlinearity>(read("activation")).expect("an activation"),
            pac: read("pac").as_u64().expect("a number") as usize,
            dropout: 0.0,
            normalisation: serde_json::from_value::<Normalisation>(read("normalisation")).expect("one"),
            waves: None,
            ..DiscriminatorConfig::default()
        };
        let penalty = Penalty {
            kind: serde_json::from_value(read("kind")).expect("a kind"),
            weight: read("weight").as_f64().expect("a number"),
            every: 1,
            last: None,
        };
        let (discriminator, mut params) = network(&config, 3);
        let of_iteration = |name: &str| name.ends_with(".left") || name.ends_with(".right");
        let entries: Vec<_> = params.entries().to_vec();
        let mut k = 0.0_f64;
        for entry in entries.iter().filter(|entry| !of_iteration(&entry.name)) {
            for value in &mut params.values_mut()[entry.offset..entry.offset + entry.len()] {
                *value = (0.9 * (1.0 + 1.7 * k).sin()) as f32;
                k += 1.0;
            }
        }
        (0..3000).for_each(|_| discriminator.advance(&mut params));
        let rows = PenalisedRows {
            real: formula([4, 3], |k| 1.2 * (0.3 + 2.1 * k).sin()),
            fake: formula([4, 3], |k| (0.9 + 1.3 * k).cos()),
            mix: formula([4 / config.pac, 1], |k| 0.5 + 0.45 * (1.0 + k).sin()),
            condition: 0,
        };
        let (gradient, value, norm) = penalised(penalty, &discriminator, &params, &rows, Mode::Evaluate);
        let gradient: Vec<f64> = (gradient.iter().zip(&entries))
            .filter(|(_, entry)| !of_iteration(&entry.name))
            .flat_map(|(part, _)| part.iter().map(|&g| g.into()))
            .collect();
        let exact: Vec<f64> = serde_json::from_value(read("gradient")).expect("the gradient");
        assert_eq!(gradient.len(), exact.len());
        let number = |key: &str| case[key].as_f64().expect("a number");
        // A gradient sums a few dozen terms, each a product of at most a dozen f32 factors (weights, slopes, rows, divisors), over
        // four rows; the terms are of the size of the largest entry, or of weight · ‖g‖ before 1 − 1/‖g‖ cancels.
        let size = exact.iter().fold(penalty.weight * number("norm"), |size, g| size.max(g.abs()));
        for (found, exact) in gradient.iter().zip(&exact) {
            worst = worst.max((found - exact).abs() / size);
            assert!((found - exact).abs() < 40.0 * ROUNDING * size, "{case}: {found} against {exact}");
        }
        // The value and the norm: 20 roundings of relative size, and of 1 before the subtraction.
        let slack = 40.0 * ROUNDING * penalty.weight * 4.0 * (1.0 + number("norm").powi(2));
        assert!((value - number("value")).abs() < slack, "{case}: {value}");
        assert!((norm - number("norm")).abs() < 40.0 * ROUNDING * (1.0 + norm), "{case}: {norm}");
    }
    assert!(worst > 0.0, "f32 is not exact");
}

/// Smooth networks only: with rectifiers the slope jumps where a unit switches, and a difference quotient sees it.
#[test]
fn gradients_are_those_of_finite_differences() {
    let noise = Noise::new(6);
    let smooth = |c: &DiscriminatorConfig| {
        matches!(c.activation, Nonlinearity::Silu | Nonlinearity::Tanh)
            && !matches!(c.layers, Layers::Maxout { .. })
    };
    for pac in [1, 2] {
        for mut config in configurations(pac).into_iter().filter(smooth) {
            config.dropout = 0.3;
            let mode = Mode::Train { noise: &noise, address: 5 };
            let (discriminator, params) = network(&config, 4);
            let device = Device::flex();
            let (real, fake) = (normal(0, [8, 4], &device), normal(1, [8, 4], &device));
            let mut mix = vec![0.0; 8 / pac];
            noise.fill_uniform(Stream::Test, 2, &mut mix);
            let mix = Tensor::from_data(TensorData::new(mix, [8 / pac, 1]), &device);
            let rows = PenalisedRows { real, fake, mix, condition: 0 };
            for kind in [PenaltyKind::R1, PenaltyKind::R1R2, PenaltyKind::Gradient] {
                let penalty = Penalty { kind, weight: 2.0, every: 1, last: None };
                let (gradient, value, norm) = penalised(penalty, &discriminator, &params, &rows, mode);
                let gradient: Vec<f64> = gradient.concat().iter().map(|&g| g.into()).collect();
                // Along the gradient itself and a fixed direction together, of length 1.
                let length = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
                let mut along: Vec<f64> = gradient
                    .iter()
                    .enumerate()
                    .map(|(k, g)| if *g == 0.0 { 0.0 } else { g / length + 0.1 * (k as f64).sin() })
                    .collect();
                let scale = along.iter().map(|a| a * a).sum::<f64>().sqrt();
                along.iter_mut().for_each(|a| *a /= scale);
                let exact: f64 = gradient.iter().zip(&along).map(|(g, a)| g * a).sum();
                let quotient = |h: f64| {
                    let at = |h: f64| {
                        let mut moved = params.clone();
                        let values = moved.values_mut().iter_mut().zip(&along);
                        values.for_each(|(value, a)| *value = (f64::from(*value) + h * a) as f32);
                        penalised(penalty, &discriminator, &moved, &rows, mode).1
                    };
                    (at(h) - at(-h)) / (2.0 * h)
                };
                // The error of a central difference is h²/6 of the third derivative, four times that at 2h: their difference is three
                // times the error at h. A value is within 40 roundings of its terms, and each weight that is moved rounds, which moves the
                // value by its slope times that.
                let h = 0.01;
                let (near, far) = (quotient(h), quotient(2.0 * h));
                let rounding = ROUNDING * (40.0 * (value + 2.0 * 8.0 * (1.0 + norm * norm)) + length) / h;
                let slack = (near - far).abs() + rounding;
                assert!(
                    slack < 0.05 * length,
                    "{config:?} {kind:?}: a test that tells nothing, {slack} of {length}"
                );
                assert!((near - exact).abs() < slack, "{config:?} {kind:?}: {near} {exact} ± {slack}");
            }
        }
    }
}

#[test]
fn lazy_weights_and_sums_of_penalties() {
    let config = DiscriminatorConfig { width: 6, ..DiscriminatorConfig::default() };
    let (discriminator, params) = network(&config, 3);
    let device = Device::flex();
    let (real, fake) = (normal(0, [5, 3], &device), normal(1, [5, 3], &device));
    let rows = PenalisedRows { real, fake, mix: Tensor::zeros([5, 1], &device), condition: 0 };
    let of = |kind, every| {
        let penalty = Penalty { kind, weight: 3.0, every, last: None };
        let (gradient, value, norm) = penalised(penalty, &discriminator, &params, &rows, Mode::Evaluate);
        (gradient.concat(), value, norm)
    };
    let (r1, r2, both) = (of(PenaltyKind::R1, 1), of(PenaltyKind::R2, 1), of(PenaltyKind::R1R2, 1));
    assert!((r1.1 + r2.1 - both.1).abs() < 1e-12 * both.1 && (0.5 * (r1.2 + r2.2) - both.2).abs() < 1e-12);
    let largest = both.0.iter().fold(0.0_f32, |m, g| m.max(g.abs()));
    for ((a, b), sum) in r1.0.iter().zip(&r2.0).zip(&both.0) {
        assert!((a + b - sum).abs() < 20.0 * f32::EPSILON * largest, "{a} {b} {sum}");
    }
    // A power of two multiplies exactly.
    let lazy = of(PenaltyKind::R1, 4);
    assert_eq!(lazy.1, r1.1);
    assert!(lazy.0.iter().zip(&r1.0).all(|(lazy, g)| *lazy == 4.0 * g));
    // At u = 0 the interpolates are the samples.
    let between = of(PenaltyKind::Gradient, 1);
    assert_eq!(between.2, r2.2);
    let penalty = Penalty { kind: PenaltyKind::R1, weight: 1.0, every: 16, last: None };
    assert!(penalty.due(0) && !penalty.due(15) && penalty.due(16) && !Penalty::default().due(0));
    assert!(penalty.check().is_ok() && Penalty { every: 0, ..penalty }.check().is_err());
    assert!(Penalty { weight: -1.0, ..penalty }.check().is_err());
}

#[test]
fn a_flat_discriminator_has_no_gradient_and_no_nan() {
    let (discriminator, mut params) = network(&DiscriminatorConfig::default(), 3);
    params.values_mut().fill(0.0);
    let x = normal(0, [4, 3], &Device::flex());
    let rows =
        PenalisedRows { real: x.clone(), fake: x, mix: Tensor::zeros([4, 1], &Device::flex()), condition: 0 };
    let penalty = Penalty { kind: PenaltyKind::Gradient, weight: 1.0, every: 1, last: None };
    let (gradient, value, norm) = penalised(penalty, &discriminator, &params, &rows, Mode::Evaluate);
    assert!(gradient.iter().flatten().all(|&g| g == 0.0));
    assert_eq!((value, norm), (4.0, 0.0));
}

/// With the condition held, the discriminator is a function of the rest of the row: that function's slope is penalised, and no other.
#[test]
fn the_slope_along_a_condition_is_left_alone() {
    let config = DiscriminatorConfig { width: 8, blocks: 0, ..DiscriminatorConfig::default() };
    let device = Device::flex();
    // One linear layer and an activation: a condition of zeros acts as if its weights were not there.
    let (told, params) = network(&config, 5);
    let (untold, mut fewer) = network(&config, 3);
    let rest = &params.values()[..3 * 8];
    let behind = &params.values()[5 * 8..];
    fewer.values_mut().copy_from_slice(&[rest, behind].concat());
    let zeros = || Tensor::zeros([6, 2], &device);
    let with = |x: Tensor<2>| Tensor::cat(vec![x, zeros()], 1);
    let (real, fake, mix) =
        (normal(0, [6, 3], &device), normal(1, [6, 3], &device), normal(2, [6, 1], &device));
    for kind in [PenaltyKind::R1, PenaltyKind::R2, PenaltyKind::R1R2, PenaltyKind::Gradient] {
        let penalty = Penalty { kind, weight: 2.0, every: 3, last: None };
        let alone = PenalisedRows { real: real.clone(), fake: fake.clone(), mix: mix.clone(), condition: 0 };
        let rows = PenalisedRows {
            real: with(real.clone()),
            fake: with(fake.clone()),
            mix: mix.clone(),
            condition: 2,
        };
        let (expected, value, norm) = penalised(penalty, &untold, &fewer, &alone, Mode::Evaluate);
        let (found, same_value, same_norm) = penalised(penalty, &told, &params, &rows, Mode::Evaluate);
        assert!(
            (value - same_value).abs() < 40.0 * ROUNDING * (1.0 + value),
            "{kind:?}: {value} {same_value}"
        );
        assert!((norm - same_norm).abs() < 40.0 * ROUNDING * (1.0 + norm), "{kind:?}: {norm} {same_norm}");
        let (expected, found) = (expected.concat(), found.concat());
        let size = expected.iter().fold(0.0_f32, |size, g| size.max(g.abs()));
        let shared = found[..3 * 8].iter().chain(&found[5 * 8..]);
        for (found, expected) in shared.zip(&expected) {
            assert!((found - expected).abs() < 40.0 * f32::EPSILON * size, "{kind:?}: {found} {expected}");
        }
        assert!(found[3 * 8..5 * 8].iter().all(|&g| g == 0.0), "{kind:?}");
        let counted = PenalisedRows { condition: 0, ..rows };
        let (_, more, _) = penalised(penalty, &told, &params, &counted, Mode::Evaluate);
        assert!((more - value).abs() > 1e-3 * value, "{kind:?}: the law means something");
    }
}
