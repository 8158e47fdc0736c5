//! The error function and the normal distribution function.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

use crate::real::Real;

/// `erf x`.
pub fn erf<T: Real>(x: T) -> T {
    x.map(libm::erf, |x| FRAC_2_SQRT_PI * (-x * x).exp())
}

/// `Φ(x)`, exact in both tails.
pub fn normal_cdf<T: Real>(x: T) -> T {
    x.map(
        |x| 0.5 * libm::erfc(-x * FRAC_1_SQRT_2),
        |x| 0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2 * (-0.5 * x * x).exp(),
    )
}

/// `e^(x²) erfc x`, x ≥ 0.
///
/// *Stability*: from x = 2 by the continued fraction DLMF 7.9.1, where the product would be ∞·0.
pub fn erfcx<T: Real>(x: T) -> T {
    let value = |x: f64| {
        if x < 2.0 {
            return (x * x).exp() * libm::erfc(x);
        }
        let fraction = (1..=60).rev().fold(x, |tail, k| x + 0.5 * f64::from(k) / tail);
        0.5 * FRAC_2_SQRT_PI / fraction
    };
    x.map(value, |x| 2.0 * x * value(x) - FRAC_2_SQRT_PI)
}
