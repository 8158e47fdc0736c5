//! The log-normaliser of a density `e^(ηx)` on [0, 1], the continuous Bernoulli's.

use super::{log::itakura_saito, remainder::bregman_by_remainder};
use crate::real::Real;

/// `(2k−1) B_2k / (2k)!`, k = 1, 2 …: the Taylor coefficients of A'' in η² (from DLMF 4.19.6).
const SECOND_SERIES: [f64; 9] = [
    1.0 / 12.0,
    -1.0 / 240.0,
    1.0 / 6048.0,
    -1.0 / 172_800.0,
    1.0 / 5_322_240.0,
    -691.0 / 118_879_488_000.0,
    1.0 / 5_748_019_200.0,
    -3617.0 / 711_374_856_192_000.0,
    43_867.0 / 300_534_953_951_232_000.0,
];

/// `A(η) = ln ∫₀¹ e^(ηx) dx = ln((e^η − 1)/η)` (Loaiza-Ganem & Cunningham 2019, eq. 8, as a function of the logit).
pub fn log_uniform_normaliser<T: Real>(eta: T) -> T {
    eta.map(
        |eta| {
            let x = eta.abs();
            // A(−η) = A(η) − η.
            let at_positive = if x < 1e-5 {
                0.5 * x + x * x / 24.0
            } else if x < 1.0 {
                (x.exp_m1() / x).ln()
            } else {
                x + (-(-x).exp()).ln_1p() - x.ln()
            };
            if eta < 0.0 { at_positive - x } else { at_positive }
        },
        mean,
    )
}

/// The mean `A'(η) = 1/(1 − e^−η) − 1/η`.
pub fn mean_in_unit<T: Real>(eta: T) -> T {
    eta.map(mean, second)
}

fn mean(eta: f64) -> f64 {
    if eta.abs() < 1.0 {
        // ½ + ∫₀^η A''.
        let e2 = eta * eta;
        let terms = SECOND_SERIES.iter().enumerate().rev();
        return 0.5 + eta * terms.fold(0.0, |sum, (k, c)| sum * e2 + c / (2 * k + 1) as f64);
    }
    if eta > 0.0 { 1.0 / -(-eta).exp_m1() - 1.0 / eta } else { (eta.exp() / eta.exp_m1()) - 1.0 / eta }
}

/// The variance `A''(η) = 1/η² − 1/(4 sinh²(η/2))`.
fn second(eta: f64) -> f64 {
    let e2 = eta * eta;
    if e2 < 1.0 {
        return SECOND_SERIES.iter().rev().fold(0.0, |sum, c| sum * e2 + c);
    }
    let sinh = (0.5 * eta).sinh();
    1.0 / e2 - 0.25 / sinh / sinh
}

/// The Bregman divergence of A, `A(x) − A(y) − A'(y)(x − y) ≥ 0`.
///
/// *Stability*: near y as the integral of A''; beyond, `A(η) = −ln|η| + …` apart from exponentially small terms.
pub fn uniform_normaliser_bregman<T: Real>(x: T, y: T) -> T {
    x.map2(
        y,
        |x, y| {
            if (x - y).abs() <= 4.0 && x.abs().min(y.abs()) < 40.0 {
                return bregman_by_remainder(second, x, y, 2.0);
            }
            if x * y > 0.0 && x.abs().min(y.abs()) >= 1.0 {
                // For η < 0 by the mirror image, which takes a linear term from A.
                let (x, y) = (x.abs(), y.abs());
                let rest = |eta: f64| (-(-eta).exp()).ln_1p();
                return itakura_saito(x, y) + rest(x) - rest(y) - (x - y) / y.exp_m1();
            }
            log_uniform_normaliser(x) - log_uniform_normaliser(y) - mean(y) * (x - y)
        },
        |x, y| mean(x) - mean(y),
        |x, y| -second(y) * (x - y),
    )
}

/// The variance `A''(η)`.
pub fn variance_in_unit<T: Real>(eta: T) -> T {
    eta.map(second, third)
}

fn third(eta: f64) -> f64 {
    let e2 = eta * eta;
    if e2 < 1.0 {
        let terms = SECOND_SERIES.iter().enumerate().skip(1).rev();
        return eta * terms.fold(0.0, |sum, (k, c)| sum * e2 + (2 * k) as f64 * c);
    }
    let half = 0.5 * eta;
    -2.0 / (e2 * eta) + 0.25 / (half.tanh() * half.sinh().powi(2))
}
