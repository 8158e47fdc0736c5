//! The truncated logistic far outside its interval and at extreme scales.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::dist::{TruncatedLogistic, truncated_logistic_quantile};

use super::families::log_logistic_mass;
use super::support::{ROUNDOFF, host, uniforms};

const LOW: f32 = -0.3125;
const HIGH: f32 = 0.1875;
/// A power of two, so that cells partition the interval exactly.
const CELLS: usize = 64;

/// `[mu, log_scale, low, high]` with `mu` up to 20 widths from the interval and scales from 1e-4 to 20.
fn settings() -> Vec<[f64; 4]> {
    let middle = 0.5 * f64::from(LOW + HIGH);
    let mut settings = Vec::new();
    for widths in [-20.0, -5.0, -1.0, -0.5, -0.25, 0.0, 0.31, 0.5, 2.0, 20.0] {
        for scale in [1e-4f64, 1e-3, 1e-2, 0.1, 1.0, 20.0] {
            let mu = middle + widths * f64::from(HIGH - LOW);
            settings.push([mu, scale.ln(), LOW.into(), HIGH.into()].map(|v| f64::from(v as f32)));
        }
    }
    settings
}

fn leaf(value: f64, n: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(vec![value as f32; n], [n, 1]), device).require_grad()
}

#[test]
fn values_and_gradients_are_finite_and_cells_sum_to_one() {
    let device = Device::flex().autodiff();
    let width = (HIGH - LOW) / CELLS as f32;
    let centres: Vec<f32> = (0..CELLS).map(|k| LOW + (k as f32 + 0.5) * width).collect();
    for setting in settings() {
        for grid in [0.0, 1.0] {
            let [mu, log_scale, low, high] = setting.map(|v| leaf(v, CELLS, &device));
            let distribution = TruncatedLogistic { mu, log_scale, low, high };
            let x = Tensor::from_data(TensorData::new(centres.clone(), [CELLS, 1]), &device);
            let log_mass = distribution.log_mass(
                x,
                Tensor::full([CELLS, 1], width, &device),
                Tensor::full([1, 1], grid, &device),
            );
            let values = host(&log_mass);
            assert!(values.iter().all(|v| v.is_finite()), "{setting:?}: {values:?}");
            let gradients = log_mass.sum().backward();
            for leaf in [&distribution.mu, &distribution.log_scale, &distribution.low, &distribution.high] {
                let gradient = host(&leaf.grad(&gradients).unwrap());
                assert!(gradient.iter().all(|g| g.is_finite()), "{setting:?}: {gradient:?}");
            }
            if grid == 1.0 {
                let sum: f64 = values.iter().map(|v| v.exp()).sum();
                // Standardised ends are rounded to 2^-24 of themselves; that error is one of the logarithm.
                let reach = (f64::from(LOW.abs().max(HIGH)) + setting[0].abs()) / setting[1].exp();
                let bound = 16.0 * ROUNDOFF * (1.0 + reach);
                assert!(sum.ln().abs() <= bound, "{setting:?}: Σ = {sum}, bound {bound:e}");
            }
        }
    }
}

#[test]
fn the_distribution_function_of_a_quantile_is_u() {
    let mut us: Vec<f64> = uniforms(1, 200).into_iter().map(f64::from).collect();
    us.extend([0.5f64.powi(24), 0.5, 1.0 - 0.5f64.powi(24)]);
    for p in settings() {
        let scale = p[1].exp();
        for &u in &us {
            let x = truncated_logistic_quantile(p[0], scale, p[2], p[3], u);
            assert!((p[2]..=p[3]).contains(&x), "{p:?}: {x}");
            let f = if x == p[2] { 0.0 } else { log_logistic_mass(&p, p[2], x).exp() };
            // x is rounded in units of mu and of the interval; the density is at most 1/scale + 1/width.
            let density = 1.0 / scale + 1.0 / (p[3] - p[2]);
            // On a flat one σ is rounded near ½, and changes by only width / 4 scale over the interval.
            let flatness = 4.0 * scale / (p[3] - p[2]);
            let bound = 16.0 * f64::EPSILON * (1.0 + (1.0 + p[0].abs()) * density + flatness);
            assert!((f - u).abs() <= bound, "{p:?}: F(quantile({u})) = {f}, bound {bound:e}");
        }
    }
}
