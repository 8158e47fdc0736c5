//! Differences of logarithms and exponentials that vanish to second order.

use crate::real::Real;

/// `t − ln(1 + t) ≥ 0`.
///
/// *Stability*: with `s = t/(2+t)`, `ln(1+t) = 2 atanh s` and `t − 2s = ts`, so that
/// `t − ln(1+t) = ts − 2s³(1/3 + s²/5 + s⁴/7 + …)`, used while |s| < 0.19; what is cut off is below 1e-17.
pub fn log_excess(t: f64) -> f64 {
    if !(-0.3..=0.45).contains(&t) {
        return t - t.ln_1p();
    }
    let s = t / (2.0 + t);
    let s2 = s * s;
    // The series of (atanh s − s)/s³, to s²²/25.
    let series = (0..12).rev().fold(0.0, |sum, k| sum * s2 + 1.0 / f64::from(2 * k + 3));
    t * s - 2.0 * s * s2 * series
}

/// `x/y − ln(x/y) − 1 ≥ 0`, the Bregman divergence of `−ln` (Itakura & Saito 1968); x, y > 0.
pub fn itakura_saito<T: Real>(x: T, y: T) -> T {
    x.map2(
        y,
        |x, y| {
            let t = (x - y) / y;
            if t.abs() < 0.5 {
                return log_excess(t);
            }
            let ratio = x / y;
            // The ratio of two representable numbers may not be one; its logarithm always is.
            let log = if ratio.is_normal() { ratio.ln() } else { x.ln() - y.ln() };
            if ratio == f64::INFINITY { ratio } else { ratio - log - 1.0 }
        },
        |x, y| (x - y) / (x * y),
        |x, y| -(x - y) / y / y,
    )
}

/// `x ln(x/y) − x + y ≥ 0`, the Bregman divergence of `x ln x`; x, y ≥ 0, and +∞ for y = 0 < x.
pub fn relative_entropy<T: Real>(x: T, y: T) -> T {
    x.map2(
        y,
        |x, y| match (x == 0.0, y == 0.0) {
            (true, _) => y,
            (false, true) => f64::INFINITY,
            _ if y / x == f64::INFINITY => x * (x.ln() - y.ln()) - x + y,
            _ => x * itakura_saito(y, x),
        },
        |x, y| (x / y).ln(),
        |x, y| 1.0 - x / y,
    )
}

/// [`relative_entropy`] of numbers given by their logarithms, as densities are.
pub fn relative_entropy_of_ln<T: Real>(ln_x: T, ln_y: T) -> T {
    let (x, y) = (ln_x.exp(), ln_y.exp());
    if x.value() == 0.0 {
        return y;
    }
    let w = ln_x - ln_y;
    if w.value().abs() < 0.5 { x * neg_exp_excess(w) } else { x * (w - 1.0) + y }
}

/// `ln(1 + e^x)`.
pub fn softplus<T: Real>(x: T) -> T {
    if x.value() > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// `ln(x/(1 − x))`.
pub fn logit<T: Real>(x: T) -> T {
    x.ln() - (-x).ln_1p()
}

/// `eˣ − 1 − x ≥ 0`.
pub fn exp_excess<T: Real>(x: T) -> T {
    x.map(
        |x| {
            if x.abs() >= 0.5 {
                return x.exp_m1() - x;
            }
            // x²/2! + x³/3! + … + x¹⁶/16!, by Horner's rule.
            x * x
                * (2..=16).rev().fold(0.0, |sum, k| (1.0 + x * sum) / if k == 2 { 2.0 } else { f64::from(k) })
        },
        f64::exp_m1,
    )
}

/// `e⁻ˣ − 1 + x ≥ 0`.
pub fn neg_exp_excess<T: Real>(x: T) -> T {
    exp_excess(-x)
}

/// `x coth x − 1 ≥ 0`.
pub fn coth_excess<T: Real>(x: T) -> T {
    x.map(
        |x| {
            let x = x.abs();
            if x > 0.5 {
                return x / x.tanh() - 1.0;
            }
            // (x cosh x − sinh x) / sinh x with x cosh x − sinh x = Σ 2k x^(2k+1) / (2k+1)!.
            let x2 = x * x;
            let (mut term, mut sum) = (x, 0.0);
            for k in 1..10 {
                let k2 = f64::from(2 * k);
                term *= x2 / (k2 * (k2 + 1.0));
                sum += k2 * term;
            }
            if x == 0.0 { 0.0 } else { sum / x.sinh() }
        },
        |x| {
            if x.abs() < 1e-4 {
                return 2.0 * x / 3.0;
            }
            let (coth, csch) = (1.0 / x.tanh(), 1.0 / x.sinh());
            coth - x * csch * csch
        },
    )
}
