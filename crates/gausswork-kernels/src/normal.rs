//! The diagonal normal distribution of an encoder: its divergence from the standard one, and its draws.

use multiversion::multiversion;

use crate::exp::exp;

/// `e^h − 1 − h`, within 60 units in the last place for |h| ≥ ½ and 8 below.
///
/// Below ½ it is the series `h² (1/2! + h/3! + …)` to `h^11/11!`, which neither cancels nor leaves out more than 1e-11 of the value;
/// above, the exponential is at most 6 times what is left of it.
#[inline(always)]
fn excess(h: f32) -> f32 {
    const TERMS: [f32; 9] = [
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
    ];
    let near = h * h * (0.5 + h * TERMS.iter().fold(0.0, |sum, term| sum * h + term));
    if h.abs() < 0.5 { near } else { exp(h) - h - 1.0 }
}

/// `KL(N(mu, e^log_var) ‖ N(0, 1))` of each dimension in nats, and its derivative by `log_var` (Kingma & Welling 2014, appendix B):
///
/// ```text
/// rate = ½ mu² + ½ t² + (t − h),   slope = ½ (e^log_var − 1) = ½ t (t + 2),   h = log_var / 2, t = e^h − 1
/// ```
///
/// The derivative by `mu` is `mu`.
///
/// *Stability*: every term of the rate is ≥ 0, and near the standard normal none of them is a difference of larger numbers.
#[multiversion(targets = "simd")]
pub fn normal_rate(mu: &[f32], log_var: &[f32], rate: &mut [f32], slope: &mut [f32]) {
    for (((mu, log_var), rate), slope) in mu.iter().zip(log_var).zip(rate).zip(slope) {
        let h = 0.5 * log_var;
        let excess = excess(h);
        let t = excess + h;
        *rate = 0.5 * (mu * mu + t * t) + excess;
        *slope = 0.5 * t * (t + 2.0);
    }
}

/// The draw `z = mu + e^(log_var / 2) ε`, and its second term.
#[multiversion(targets = "simd")]
pub fn normal_draw(mu: &[f32], log_var: &[f32], epsilon: &[f32], z: &mut [f32], moved: &mut [f32]) {
    let terms = mu.iter().zip(log_var).zip(epsilon);
    for (((mu, log_var), epsilon), (z, moved)) in terms.zip(z.iter_mut().zip(moved)) {
        *moved = exp(0.5 * log_var) * epsilon;
        *z = mu + *moved;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ULP: f64 = f32::EPSILON as f64;

    #[test]
    fn rate_and_slope_are_those_of_the_definition() {
        let log_vars: Vec<f32> =
            (-2000..=2000).map(|i| i as f32 * 0.01).chain([1e-6, -1e-6, 1e-3, -3e-4, 0.0]).collect();
        for mu in [0.0, 1e-3, -2.0] {
            let mus = vec![mu; log_vars.len()];
            let (mut rate, mut slope) = (mus.clone(), mus.clone());
            normal_rate(&mus, &log_vars, &mut rate, &mut slope);
            for ((&log_var, &rate), &slope) in log_vars.iter().zip(&rate).zip(&slope) {
                let h = 0.5 * f64::from(log_var);
                let t = h.exp_m1();
                // In f64 this cancels to 1e-16 / h² of the value where h is small; there the series is the reference.
                let excess = if h.abs() < 1e-2 { h * h * (0.5 + h / 6.0 + h * h / 24.0) } else { t - h };
                let exact = 0.5 * (f64::from(mu).powi(2) + t * t) + excess;
                assert!(
                    (f64::from(rate) - exact).abs() <= 70.0 * ULP * exact,
                    "{mu} {log_var}: {rate} {exact}"
                );
                let exact = 0.5 * f64::from(log_var).exp_m1();
                let slack = 70.0 * ULP * exact.abs().max(h.abs());
                assert!((f64::from(slope) - exact).abs() <= slack, "{log_var}: {slope} {exact}");
            }
        }
    }

    #[test]
    fn draws_are_those_of_the_definition() {
        let n = 37;
        let numbers = |salt: usize| -> Vec<f32> {
            (0..n).map(|i| ((i * 7919 + salt) % 101) as f32 * 0.05 - 2.5).collect()
        };
        let (mu, log_var, epsilon) = (numbers(1), numbers(2), numbers(3));
        let (mut z, mut moved) = (vec![0.0; n], vec![0.0; n]);
        normal_draw(&mu, &log_var, &epsilon, &mut z, &mut moved);
        for i in 0..n {
            let exact = (0.5 * f64::from(log_var[i])).exp() * f64::from(epsilon[i]);
            assert!((f64::from(moved[i]) - exact).abs() <= 5.0 * ULP * exact.abs());
            assert_eq!(z[i], mu[i] + moved[i]);
        }
    }
}
