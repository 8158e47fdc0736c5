//! The modified Bessel functions I₀ and I₁, as far as the von Mises distribution needs them.

use super::{LN_TWO_PI, log::itakura_saito, remainder::bregman_by_remainder};
use crate::real::Real;

/// From here on the asymptotic series is exact to double precision.
const ASYMPTOTIC: f64 = 100.0;

/// `a_m` of `ln I₀(κ) = κ − ½ ln 2πκ + Σ a_m / κ^m`: the logarithm of DLMF 10.40.1.
const LOG_SERIES: [f64; 7] = [
    1.0 / 8.0,
    1.0 / 16.0,
    25.0 / 384.0,
    13.0 / 128.0,
    1073.0 / 5120.0,
    103.0 / 192.0,
    375_733.0 / 229_376.0,
];

/// `(e^−κ I₀(κ), e^−κ I₁(κ))` for 0 ≤ κ < 100 by the power series, all of whose terms are positive.
fn scaled(kappa: f64) -> (f64, f64) {
    let quarter = 0.25 * kappa * kappa;
    let (mut term, mut i0, mut i1) = ((-kappa).exp(), 0.0, 0.0);
    for k in 0.. {
        let k = f64::from(k);
        i0 += term;
        i1 += term / (k + 1.0);
        if k > kappa && term < i0 * 1e-18 {
            break;
        }
        term *= quarter / ((k + 1.0) * (k + 1.0));
    }
    (i0, 0.5 * kappa * i1)
}

/// `ln I₀(κ) − κ`, κ ≥ 0.
fn log_i0_scaled(kappa: f64) -> f64 {
    if kappa < ASYMPTOTIC {
        return scaled(kappa).0.ln();
    }
    -0.5 * (LN_TWO_PI + kappa.ln()) + LOG_SERIES.iter().rev().fold(0.0, |sum, a| (sum + a) / kappa)
}

/// `ln I₀(κ)`, κ ≥ 0.
pub fn log_i0<T: Real>(kappa: T) -> T {
    kappa.map(|k| log_i0_scaled(k) + k, bessel_ratio)
}

/// `A(κ) = I₁(κ)/I₀(κ)`, the mean resultant length of a von Mises distribution (Mardia & Jupp 2000, eq. 3.5.32).
pub fn bessel_ratio<T: Real>(kappa: T) -> T {
    kappa.map(|k| 1.0 - ratio_complement(k), second)
}

/// `1 − A(κ)`.
fn ratio_complement(kappa: f64) -> f64 {
    if kappa < ASYMPTOTIC {
        let (i0, i1) = scaled(kappa);
        return (i0 - i1) / i0;
    }
    let terms = LOG_SERIES.iter().enumerate().rev();
    let series = terms.fold(0.0, |sum, (m, a)| (sum + (m + 1) as f64 * a) / kappa);
    0.5 / kappa + series / kappa
}

/// `A'(κ) = (ln I₀)''(κ) = 1 − A/κ − A²`.
fn second(kappa: f64) -> f64 {
    if kappa < 1e-4 {
        return 0.5 - 3.0 / 16.0 * kappa * kappa;
    }
    if kappa < ASYMPTOTIC {
        let a = 1.0 - ratio_complement(kappa);
        return 1.0 - a / kappa - a * a;
    }
    let terms = LOG_SERIES.iter().enumerate().rev();
    let series = terms.fold(0.0, |sum, (m, a)| (sum + ((m + 1) * (m + 2)) as f64 * a) / kappa);
    (0.5 + series) / (kappa * kappa)
}

/// The Bregman divergence of `ln I₀`, `ln I₀(x) − ln I₀(y) − A(y)(x − y) ≥ 0`; x, y ≥ 0.
///
/// *Stability*: near y as the integral of A'; for large arguments `−½ ln κ` apart from its small remainder.
pub fn log_bessel_bregman<T: Real>(x: T, y: T) -> T {
    x.map2(
        y,
        |x, y| {
            if x.min(y) < ASYMPTOTIC && (x - y).abs() <= 2.0 {
                return bregman_by_remainder(second, x, y, 1.0);
            }
            if x.min(y) >= ASYMPTOTIC {
                let r = x / y;
                let t = (x - y) / y;
                let rest = LOG_SERIES.iter().enumerate().map(|(m, a)| {
                    let m = m as i32 + 1;
                    let powers: f64 = (1..=m).map(|j| f64::from(j) * r.powi(j - m - 1)).sum();
                    a * powers / y.powi(m)
                });
                return 0.5 * itakura_saito(x, y) + t * (t * rest.sum::<f64>());
            }
            log_i0_scaled(x) - log_i0_scaled(y) + ratio_complement(y) * (x - y)
        },
        |x, y| bessel_ratio(x) - bessel_ratio(y),
        |x, y| -second(y) * (x - y),
    )
}
