//! A choice by the greatest of perturbed logits, and the gradient of its relaxation.

use multiversion::multiversion;

use crate::exp::exp;

/// `out[row, k] = 1` where `x[row, ·]` is greatest, the first of equals, else 0; `x: [rows, levels]`.
#[multiversion(targets = "simd")]
pub fn one_hot_of_greatest(x: &[f32], levels: usize, out: &mut [f32]) {
    for (x, out) in x.chunks_exact(levels).zip(out.chunks_exact_mut(levels)) {
        let (mut greatest, mut at) = (f32::NEG_INFINITY, 0);
        for (k, &x) in x.iter().enumerate() {
            if x > greatest {
                (greatest, at) = (x, k);
            }
        }
        out.fill(0.0);
        out[at] = 1.0;
    }
}

/// `out[row, k] = y_k (g_k − Σ_j y_j g_j) / τ` with `y = softmax(x[row, ·] / τ)`: the gradient of that softmax by `x`, times `g`.
///
/// *Stability*: the greatest number is subtracted before the exponential.
#[multiversion(targets = "simd")]
pub fn softmax_gradient(x: &[f32], levels: usize, temperature: f32, g: &[f32], out: &mut [f32]) {
    let scale = 1.0 / temperature;
    let rows = x.chunks_exact(levels).zip(g.chunks_exact(levels)).zip(out.chunks_exact_mut(levels));
    for ((x, g), out) in rows {
        let greatest = x.iter().fold(f32::NEG_INFINITY, |a, &b| if b > a { b } else { a });
        let (mut total, mut dot) = (0.0, 0.0);
        for (out, &x) in out.iter_mut().zip(x) {
            *out = exp((x - greatest) * scale);
        }
        for (&y, &g) in out.iter().zip(g) {
            total += y;
            dot += y * g;
        }
        let (mean, scale) = (dot / total, scale / total);
        for (out, &g) in out.iter_mut().zip(g) {
            *out *= (g - mean) * scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chooses_the_first_of_equals_and_survives_infinities() {
        let mut out = [9.0; 6];
        one_hot_of_greatest(&[1.0, 3.0, 3.0, f32::NEG_INFINITY, f32::NEG_INFINITY, -1.0], 3, &mut out);
        assert_eq!(out, [0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let x = [0.3_f32, -1.2, 2.0, 40.0, 39.5, -1.0e4];
        let g = [1.0_f32, -2.0, 0.5, 0.25, -0.75, 3.0];
        for temperature in [0.2_f32, 0.5, 1.0] {
            let mut found = [0.0; 6];
            softmax_gradient(&x, 3, temperature, &g, &mut found);
            let value = |x: &[f64]| -> f64 {
                (x.chunks(3).zip(g.chunks(3)))
                    .map(|(x, g)| {
                        // No logit here overflows an f64.
                        let y: Vec<f64> = x.iter().map(|x| (x / f64::from(temperature)).exp()).collect();
                        let total: f64 = y.iter().sum();
                        y.iter().zip(g).map(|(y, g)| y / total * f64::from(*g)).sum::<f64>()
                    })
                    .sum()
            };
            for i in 0..6 {
                let at = |step: f64| {
                    let mut x: Vec<f64> = x.iter().map(|&x| x.into()).collect();
                    x[i] += step;
                    value(&x)
                };
                // The truncation error of a step of 1e-4 is some 1e-8; single precision leaves 1e-6.
                let slope = (at(1e-4) - at(-1e-4)) / 2e-4;
                assert!(
                    (f64::from(found[i]) - slope).abs() < 1e-5,
                    "{i} at {temperature}: {} {slope}",
                    found[i]
                );
            }
        }
    }
}
