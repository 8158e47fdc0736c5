//! KL(N(mu, σ²) ‖ N(0, 1)) and its gradient against f64.

use burn::tensor::{Device, Tensor, TensorData};
use gausswork::dist::Normal;
use gausswork::divergence::slices::standard_normal_kl;

use super::support::{column, host};

/// `(mu, log_var)`, exact in f32: far, near zero, and on both sides of the switch between series and closed form.
fn settings() -> Vec<(f32, f32)> {
    let mut log_vars: Vec<f32> = (0..=1600).map(|i| -12.0 + i as f32 * 0.01).collect();
    for exponent in -6..0 {
        let magnitude = 10f32.powi(exponent);
        log_vars.extend([magnitude, -magnitude]);
    }
    for switch in [1.0f32, -1.0] {
        let (below, above) = (switch.to_bits() - 1, switch.to_bits() + 1);
        log_vars.extend([f32::from_bits(below), switch, f32::from_bits(above)]);
    }
    log_vars.push(0.0);
    [0.0, 1e-3, -1e-3, 3.0].iter().flat_map(|&mu| log_vars.iter().map(move |&l| (mu, l))).collect()
}

/// The divergence in f64, by the closed form that `gausswork verify` holds against quadrature.
fn reference(mu: f64, log_var: f64) -> f64 {
    let mut kl = [0.0];
    let everything = (f64::NEG_INFINITY, f64::INFINITY);
    standard_normal_kl(&[mu], &[log_var], everything, &mut kl).expect("one of each");
    kl[0]
}

fn columns() -> (Vec<f32>, Vec<f32>) {
    settings().into_iter().unzip()
}

#[test]
fn kl_has_six_digits_everywhere_and_is_never_negative() {
    let (mu, log_var) = columns();
    let kl = host(&Normal { mu: column(&mu), log_var: column(&log_var) }.kl_from_standard());
    for ((mu, log_var), kl) in settings().into_iter().zip(kl) {
        let expected = reference(mu.into(), log_var.into());
        assert!(kl >= 0.0, "({mu}, {log_var}): {kl}");
        assert!((kl - expected).abs() <= 1e-6 * expected, "({mu}, {log_var}): {kl} against {expected}");
    }
}

#[test]
fn gradient_of_kl_is_mu_and_half_of_expm1() {
    let device = Device::flex().autodiff();
    let (mu, log_var) = columns();
    let leaf = |values: &[f32]| {
        let data = TensorData::new(values.to_vec(), [values.len(), 1]);
        Tensor::<2>::from_data(data, &device).require_grad()
    };
    let (mu_leaf, log_var_leaf) = (leaf(&mu), leaf(&log_var));
    let normal = Normal { mu: mu_leaf.clone(), log_var: log_var_leaf.clone() };
    let gradients = normal.kl_from_standard().sum().backward();
    let (by_mu, by_log_var) =
        (host(&mu_leaf.grad(&gradients).unwrap()), host(&log_var_leaf.grad(&gradients).unwrap()));
    for (i, (mu, log_var)) in settings().into_iter().enumerate() {
        assert_eq!(by_mu[i], f64::from(mu), "({mu}, {log_var})");
        let expected = 0.5 * f64::from(log_var).exp_m1();
        // Some eight roundings, each of at most 2^-24 of the value.
        let bound = 1e-6 * expected.abs();
        assert!(
            (by_log_var[i] - expected).abs() <= bound,
            "({mu}, {log_var}): {} against {expected}",
            by_log_var[i]
        );
    }
}
