//! What several laws share: tensors from numbers, quadrature, goodness of fit.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::noise::{Noise, Stream};

/// Unit roundoff of f32.
pub(crate) const ROUNDOFF: f64 = f32::EPSILON as f64 / 2.0;

/// The seeds on which every statistical law must hold.
pub(crate) const SEEDS: [u64; 3] = [1, 2, 3];

/// A matrix on the CPU.
pub(crate) fn matrix(values: &[f32], shape: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), &Device::flex())
}

/// One column.
pub(crate) fn column(values: &[f32]) -> Tensor<2> {
    matrix(values, [values.len(), 1])
}

/// The values of a tensor.
pub(crate) fn host<const D: usize>(x: &Tensor<D>) -> Vec<f64> {
    x.to_data().iter::<f64>().collect()
}

/// `n` draws on (0, 1).
pub(crate) fn uniforms(seed: u64, n: usize) -> Vec<f32> {
    let mut u = vec![0.0; n];
    Noise::new(seed).fill_uniform(Stream::Test, 0, &mut u);
    u
}

/// `n` standard normal draws.
pub(crate) fn normals(seed: u64, n: usize) -> Vec<f32> {
    let mut z = vec![0.0; n];
    Noise::new(seed).fill_normal(Stream::Test, 1, &mut z);
    z
}

/// `panels + 1` numbers from `low` to `high`, each exact in f32.
pub(crate) fn nodes(low: f64, high: f64, panels: usize) -> Vec<f32> {
    (0..=panels).map(|i| (low + (high - low) * i as f64 / panels as f64) as f32).collect()
}

/// Integral over every `stride`-th of unevenly spaced nodes by the trapezoidal rule.
pub(crate) fn trapezoid(x: &[f32], y: &[f64], stride: usize) -> f64 {
    let points: Vec<(f64, f64)> = x.iter().zip(y).step_by(stride).map(|(&x, &y)| (f64::from(x), y)).collect();
    points.windows(2).map(|pair| 0.5 * (pair[1].1 + pair[0].1) * (pair[1].0 - pair[0].0)).sum()
}

/// Integral, and the difference to the one with half the nodes, which bounds its error.
pub(crate) fn quadrature(x: &[f32], y: &[f64]) -> (f64, f64) {
    let (fine, coarse) = (trapezoid(x, y, 1), trapezoid(x, y, 2));
    (fine, (fine - coarse).abs())
}

/// Draws a distribution function can be held against: panics where the Kolmogorov–Smirnov distance has probability
/// below 10⁻⁴ (Massart 1990: `P(√n D > c) ≤ 2 e^(-2c²)` for every n).
pub(crate) fn assert_kolmogorov(what: &str, mut values_of_f: Vec<f64>) {
    values_of_f.sort_unstable_by(f64::total_cmp);
    let n = values_of_f.len() as f64;
    let distance = values_of_f
        .iter()
        .enumerate()
        .map(|(i, &f)| (f - i as f64 / n).abs().max((f - (i as f64 + 1.0) / n).abs()))
        .fold(0.0, f64::max);
    let bound = (-0.5 * 0.5e-4f64.ln()).sqrt();
    assert!(n.sqrt() * distance < bound, "{what}: √n D = {} > {bound}", n.sqrt() * distance);
}

/// Panics where Pearson's statistic of `counts` under `probabilities` has probability below 10⁻⁴.
///
/// Cells expected fewer than 10 times are taken together; the quantile is Wilson & Hilferty's (1931).
pub(crate) fn assert_chi_square(what: &str, counts: &[u64], probabilities: &[f64]) {
    let n = counts.iter().sum::<u64>() as f64;
    let (mut statistic, mut cells) = (0.0, 0);
    let mut rest = (0.0, 0.0);
    let mut add = |observed: f64, expected: f64| {
        statistic += (observed - expected).powi(2) / expected;
        cells += 1;
    };
    for (&count, &p) in counts.iter().zip(probabilities) {
        assert!(p > 0.0 || count == 0, "{what}: an impossible cell was drawn");
        if n * p < 10.0 {
            rest = (rest.0 + count as f64, rest.1 + n * p);
        } else {
            add(count as f64, n * p);
        }
    }
    if rest.1 >= 10.0 {
        add(rest.0, rest.1);
    } else {
        // Too few for Pearson; Bernstein's inequality at the same level.
        let slack = 10.0 + (2.0 * rest.1 * 10.0).sqrt();
        assert!(rest.0 <= rest.1 + slack, "{what}: {} rare cells for {}", rest.0, rest.1);
    }
    assert!(cells >= 2, "{what}: nothing to compare");
    let freedom = f64::from(cells - 1);
    let quantile = freedom * (1.0 - 2.0 / (9.0 * freedom) + 3.719 * (2.0 / (9.0 * freedom)).sqrt()).powi(3);
    assert!(statistic < quantile, "{what}: χ² = {statistic} > {quantile} on {freedom} degrees of freedom");
}

/// Mean and its standard error.
pub(crate) fn mean_and_error(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}
