//! The gamma function's logarithm, its derivatives, and the Bregman divergences of both.

use super::log::{itakura_saito, log_excess};
use crate::real::Real;

/// From here on Stirling's series is exact to double precision.
const ASYMPTOTIC: f64 = 10.0;

/// `c_m` of Stirling's series `S(x) = Σ c_m / x^m`, m = 1, 3, 5 …: `B_2k / (2k (2k − 1))` (DLMF 5.11.1).
const STIRLING: [f64; 8] = [
    1.0 / 12.0,
    -1.0 / 360.0,
    1.0 / 1260.0,
    -1.0 / 1680.0,
    1.0 / 1188.0,
    -691.0 / 360_360.0,
    1.0 / 156.0,
    -3617.0 / 122_400.0,
];

/// `ln Γ(x)`, x > 0.
pub fn ln_gamma<T: Real>(x: T) -> T {
    x.map(libm::lgamma, digamma)
}

/// `ψ(x) = d/dx ln Γ(x) = ln x − 1/(2x) + S'(x)`, x > 0.
pub fn digamma<T: Real>(x: T) -> T {
    x.map(|x| x.ln() - 0.5 / x + stirling_derivative(x, 1), trigamma)
}

/// `ψ'(x) = 1/x + 1/(2x²) + S''(x)`, x > 0.
pub fn trigamma<T: Real>(x: T) -> T {
    x.map(
        |x| 1.0 / x + 0.5 / (x * x) + stirling_derivative(x, 2),
        |x| -1.0 / (x * x) - 1.0 / (x * x * x) + stirling_derivative(x, 3),
    )
}

/// The remainder of Stirling's formula or one of its derivatives, x > 0:
/// `S(x) = ln Γ(x) − (x − ½) ln x + x − ½ ln 2π`, convex and falling to 0 as 1/(12x).
pub fn stirling<T: Real>(x: T, order: usize) -> T {
    x.map(|x| stirling_derivative(x, order), |x| stirling_derivative(x, order + 1))
}

/// *Stability*: `S(x) = S(x + 1) + g(x)`, `g(x) = (x + ½) ln(1 + 1/x) − 1`, up to where the series is exact.
fn stirling_derivative(mut x: f64, order: usize) -> f64 {
    let mut sum = 0.0;
    while x < ASYMPTOTIC {
        sum += gudermann(x, order);
        x += 1.0;
    }
    let x2 = x * x;
    // d^order/dx^order of x^-m is (−1)^order m (m+1) … (m+order−1) x^−(m+order).
    let series = STIRLING.iter().enumerate().rev().fold(0.0, |sum, (k, c)| {
        let m = (2 * k + 1) as f64;
        let factor: f64 = (0..order).map(|j| -(m + j as f64)).product();
        sum / x2 + c * factor
    });
    sum + series / x.powi(order as i32 + 1)
}

/// A derivative of the term `g(x) = (x + ½) ln(1 + 1/x) − 1` of Gudermann's series.
fn gudermann(x: f64, order: usize) -> f64 {
    let square = x * (x + 1.0);
    match order {
        0 if x < 1.0 => (x + 0.5) * (1.0 / x).ln_1p() - 1.0,
        0 => {
            // atanh(s)/s − 1 with s = 1/(2x + 1).
            let s2 = (2.0 * x + 1.0).powi(-2);
            (1..18).rev().fold(0.0, |sum, k| sum * s2 + 1.0 / f64::from(2 * k + 1)) * s2
        }
        1 => (1.0 / x).ln_1p() - (x + 0.5) / square,
        2 => 0.5 / (square * square),
        _ => -(2.0 * x + 1.0) / (square * square * square),
    }
}

/// The Bregman divergence of `ln Γ`, `ln Γ(x) − ln Γ(y) − ψ(y)(x − y) ≥ 0`; x, y > 0.
///
/// *Stability*: `−ln Γ(x)` is `Σ ln(x + n)` up to terms linear in x (DLMF 5.8.2), so this is
/// `Σ_n itakura_saito(x + n, y + n)`: ten of those terms, and Stirling's formula for the rest.
pub fn gamma_bregman<T: Real>(x: T, y: T) -> T {
    x.map2(
        y,
        |x, y| {
            let (x10, y10) = (x + ASYMPTOTIC, y + ASYMPTOTIC);
            let head: f64 = (0..10).map(|n| itakura_saito(x + f64::from(n), y + f64::from(n))).sum();
            // ln Γ = x ln x − x − ½ ln x + S(x) + constant, term by term.
            head + x10 * itakura_saito(y10, x10)
                + 0.5 * itakura_saito(x10, y10)
                + stirling_bregman(y10, x - y)
        },
        |x, y| digamma(x) - digamma(y),
        |x, y| -trigamma(y) * (x - y),
    )
}

/// The Bregman divergence of `ln Γ(x) − x ln x + x`, which is what remains between gamma distributions of
/// equal means; x, y > 0.
///
/// *Stability*: it is that of `−½ ln x` plus that of the convex S.
pub fn gamma_shape_bregman<T: Real>(x: T, y: T) -> T {
    gamma_shape_bregman_apart(x, y, x.value() - y.value())
}

/// [`gamma_shape_bregman`] of x and y whose difference is known more exactly than they are, as that of two sums is.
pub(crate) fn gamma_shape_bregman_apart<T: Real>(x: T, y: T, difference: f64) -> T {
    x.map2(
        y,
        |x, y| {
            if difference.abs() > 0.5 * y {
                // S is convex and x so far from y that nothing cancels.
                let linear = stirling_derivative(y, 1) * difference;
                return 0.5 * itakura_saito(x, y)
                    + (stirling_derivative(x, 0) - stirling_derivative(y, 0) - linear);
            }
            let mut sum = 0.5 * log_excess(difference / y);
            let mut y = y;
            while y.min(y + difference) < ASYMPTOTIC {
                sum += gudermann_bregman(y, difference);
                y += 1.0;
            }
            sum + stirling_bregman(y, difference)
        },
        |x, y| digamma(x) - x.ln() - digamma(y) + y.ln(),
        |x, y| -(trigamma(y) - 1.0 / y) * (x - y),
    )
}

/// The Bregman divergence of `(x + ½) ln(1 + 1/x)` at x = y + d.
fn gudermann_bregman(y: f64, d: f64) -> f64 {
    (y + d + 0.5) * (log_excess(d / y) - log_excess(d / (y + 1.0))) - d / y * (d / (y + 1.0))
}

/// The Bregman divergence of Stirling's series at x = y + d; x, y ≥ 10.
///
/// With r = x/y, that of `x^-m` is the sum of positive terms `y^-m (r − 1)² Σ_{j=1}^m j r^(j−m−1)`.
fn stirling_bregman(y: f64, d: f64) -> f64 {
    let t = d / y;
    let r = 1.0 + t;
    let sum: f64 = STIRLING
        .iter()
        .enumerate()
        .map(|(k, c)| {
            let m = 2 * k as i32 + 1;
            let powers: f64 = (1..=m).map(|j| f64::from(j) * r.powi(j - m - 1)).sum();
            c * powers / y.powi(m)
        })
        .sum();
    t * (t * sum)
}

/// `ln(Γ(a + k)/Γ(a))`, a and a + k > 0.
///
/// *Stability*: for large a from Stirling's formula, of which only the remainders differ.
pub fn ln_gamma_ratio<T: Real>(a: T, k: T) -> T {
    let sum = a + k;
    if a.value().min(sum.value()) < ASYMPTOTIC {
        return ln_gamma(sum) - ln_gamma(a);
    }
    (a - 0.5) * (k / a).ln_1p() + k * (sum.ln() - 1.0) + stirling(sum, 0) - stirling(a, 0)
}

/// `ln(√ν B(ν/2, ½))`, the normaliser of Student's t, which tends to `½ ln 2π`; ν > 0.
///
/// *Stability*: from Stirling's formula, of which only the remainders differ for large ν.
pub fn ln_beta_half<T: Real>(nu: T) -> T {
    let (a, b) = (nu * 0.5, nu * 0.5 + 0.5);
    // ½ ln ν + ln Γ(a) + ½ ln π − ln Γ(a + ½) with ln Γ(x) = (x − ½) ln x − x + ½ ln 2π + S(x).
    -(a * (a.recip() * 0.5).ln_1p()) + stirling(a, 0) - stirling(b, 0) + 0.5 * (super::LN_TWO_PI + 1.0)
}

/// `ln k! − k ln k + k = ½ ln 2πk + S(k)`, and 0 for k = 0: what Stirling's first terms leave of a factorial.
pub fn ln_factorial_rest(k: f64) -> f64 {
    if k == 0.0 { 0.0 } else { 0.5 * (super::LN_TWO_PI + k.ln()) + stirling_derivative(k, 0) }
}
