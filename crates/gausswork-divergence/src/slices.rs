//! Millions of normal distributions at once: slices in, sums or slices out.

use rayon::prelude::*;

use crate::{
    error::DivergenceError,
    real::Real,
    special::{exp_excess, itakura_saito},
};

/// Pairs per unit of parallel work; small enough for the nearest cache.
const BLOCK: usize = 4096;

/// Numbers that the diagonal Gaussian is computed for: `f32` and `f64`. The arithmetic is in `f64` for both, so that a
/// result in `f32` is the true value rounded once.
pub trait Float: Copy + Send + Sync {
    /// The number as f64, exactly.
    fn to_f64(self) -> f64;
    /// The nearest number.
    fn of(value: f64) -> Self;
}

impl Float for f32 {
    fn to_f64(self) -> f64 {
        f64::from(self)
    }
    fn of(value: f64) -> Self {
        value as Self
    }
}

impl Float for f64 {
    fn to_f64(self) -> f64 {
        self
    }
    fn of(value: f64) -> Self {
        value
    }
}

/// `KL(N(mu1, sigma1²) ‖ N(mu2, sigma2²))` of each pair, nats; NaN for a deviation that is not above 0.
///
/// `½((mu1 − mu2)/sigma2)² + ½t² + (t − ln(1 + t))`, `t = (sigma1 − sigma2)/sigma2`.
///
/// *Stability*: as [`kl`](crate::kl); finite wherever the value is representable.
///
/// # Errors
/// Slices of different lengths.
///
/// ```
/// let mut kl = [0.0_f32];
/// gausswork_divergence::slices::normal_kl(&[0.0], &[1.0001], &[0.0], &[1.0], &mut kl)?;
/// assert!((kl[0] - 1.0e-8).abs() < 1e-11);
/// # Ok::<(), gausswork_divergence::DivergenceError>(())
/// ```
pub fn normal_kl<T: Float>(
    mu1: &[T],
    sigma1: &[T],
    mu2: &[T],
    sigma2: &[T],
    out: &mut [T],
) -> Result<(), DivergenceError> {
    same_length(&[mu1.len(), sigma1.len(), mu2.len(), sigma2.len(), out.len()])?;
    out.par_chunks_mut(BLOCK).enumerate().for_each(|(block, out)| {
        let range = block * BLOCK..block * BLOCK + out.len();
        let (mu1, sigma1) = (&mu1[range.clone()], &sigma1[range.clone()]);
        let (mu2, sigma2) = (&mu2[range.clone()], &sigma2[range]);
        normal_block(mu1, sigma1, mu2, sigma2, out);
    });
    Ok(())
}

/// A block: everything by the branch-free kernel, and once more, one by one, what it was not made for.
fn normal_block<T: Float>(mu1: &[T], sigma1: &[T], mu2: &[T], sigma2: &[T], out: &mut [T]) {
    let mut ordinary = true;
    for ((((out, m1), s1), m2), s2) in out.iter_mut().zip(mu1).zip(sigma1).zip(mu2).zip(sigma2) {
        let (s1, s2) = (s1.to_f64(), s2.to_f64());
        let inverse = 1.0 / s2;
        let z = (m1.to_f64() - m2.to_f64()) * inverse;
        let t = (s1 - s2) * inverse;
        let (excess, normal) = log_excess_branch_free(t, s1 * inverse);
        let value = 0.5 * (z * z + t * t) + excess;
        // Everything finite, and nothing subnormal that rounding would have eaten.
        ordinary &= normal & (value < f64::INFINITY) & (inverse > 1e-290) & (inverse < 1e290);
        *out = T::of(value);
    }
    if !ordinary {
        for (i, out) in out.iter_mut().enumerate() {
            *out = T::of(one(mu1[i].to_f64(), sigma1[i].to_f64(), mu2[i].to_f64(), sigma2[i].to_f64()));
        }
    }
}

/// One pair, whatever its size.
fn one(mu1: f64, sigma1: f64, mu2: f64, sigma2: f64) -> f64 {
    let proper = |sigma: f64| sigma > 0.0 && sigma.is_finite();
    if !proper(sigma1) || !proper(sigma2) || !mu1.is_finite() || !mu2.is_finite() {
        return f64::NAN;
    }
    let z = (mu1 * 0.5 - mu2 * 0.5) / sigma2 * 2.0;
    let t = (sigma1 - sigma2) / sigma2;
    0.5 * z * z + 0.5 * t * t + itakura_saito(sigma1, sigma2)
}

/// `t − ln(1 + t)` for `ratio = 1 + t` without a branch, so that it runs in vector registers; and whether the ratio was
/// a normal number from 2⁻¹⁰⁰⁰ to 2¹⁰⁰⁰.
///
/// With `ratio = 2^k (1 + f)`, f from √½ − 1 to √2 − 1, and f = t exactly where k = 0:
/// `t − ln(1 + t) = (t − f − k ln 2) + (f − ln(1 + f))`, the second by its series in `s = f/(2 + f)`.
#[inline(always)]
fn log_excess_branch_free(t: f64, ratio: f64) -> (f64, bool) {
    const SQRT_HALF_BITS: u64 = 0x3FE6_A09E_667F_3BCD;
    let bits = ratio.to_bits();
    // The exponent of ratio/√½, as a float by the bits of 2⁵² + exponent.
    let shifted = bits.wrapping_sub(SQRT_HALF_BITS).wrapping_add(1023 << 52);
    let k = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let mantissa = f64::from_bits((shifted & 0x000F_FFFF_FFFF_FFFF).wrapping_add(SQRT_HALF_BITS));
    let f = if k == 0.0 { t } else { mantissa - 1.0 };
    let s = f / (2.0 + f);
    let s2 = s * s;
    let mut series = 1.0 / 27.0;
    for k in [25.0, 23.0, 21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        series = series * s2 + 1.0 / k;
    }
    let excess = f * s - 2.0 * s * s2 * series;
    ((t - f - k * std::f64::consts::LN_2) + excess, (ratio > 1e-300) & (ratio < 1e300))
}

/// How often a log-variance was outside its range, and what was made of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Charged {
    /// `Σ KL`, nats.
    pub total: f64,
    /// How many log-variances were below the range and were taken as its lower end.
    pub raised: usize,
    /// How many were above it and were taken as its upper end.
    pub lowered: usize,
}

/// `KL(N(mu, e^log_var) ‖ N(0, 1))` of each dimension, nats, as a VAE is charged for its code (Kingma & Welling 2014,
/// appendix B): `½mu² + ½t² + (t − h)`, `h = log_var/2`, `t = e^h − 1`.
///
/// A log-variance outside `range` is taken as the nearer end of it; such hits are counted, never hidden. For no
/// clamping the range is that of all numbers.
///
/// *Stability*: each term is ≥ 0; `t` and `t − h` do not cancel at `log_var` near 0.
///
/// # Errors
/// Slices of different lengths.
///
/// ```
/// use gausswork_divergence::slices::standard_normal_kl;
///
/// let mut kl = [0.0_f32; 3];
/// let charged = standard_normal_kl(&[0.0, 1.0, 0.0], &[0.0, 0.0, 99.0], (-20.0, 10.0), &mut kl)?;
/// assert_eq!((kl[0], kl[1]), (0.0, 0.5));
/// assert_eq!((charged.raised, charged.lowered), (0, 1));
/// # Ok::<(), gausswork_divergence::DivergenceError>(())
/// ```
pub fn standard_normal_kl<T: Float>(
    mu: &[T],
    log_var: &[T],
    range: (f64, f64),
    out: &mut [T],
) -> Result<Charged, DivergenceError> {
    same_length(&[mu.len(), log_var.len(), out.len()])?;
    let blocks: Vec<Charged> = out
        .par_chunks_mut(BLOCK)
        .enumerate()
        .map(|(block, out)| {
            let mut charged = Charged { total: 0.0, raised: 0, lowered: 0 };
            for (i, out) in out.iter_mut().enumerate() {
                let at = block * BLOCK + i;
                let (mu, log_var) = (mu[at].to_f64(), log_var[at].to_f64());
                charged.raised += usize::from(log_var < range.0);
                charged.lowered += usize::from(log_var > range.1);
                let kl = standard(mu, clamped(log_var, range));
                charged.total += kl;
                *out = T::of(kl);
            }
            charged
        })
        .collect();
    Ok(blocks.into_iter().fold(Charged { total: 0.0, raised: 0, lowered: 0 }, |all, block| Charged {
        total: all.total + block.total,
        raised: all.raised + block.raised,
        lowered: all.lowered + block.lowered,
    }))
}

/// The nearest number in the range; a NaN stays one.
fn clamped(x: f64, (low, high): (f64, f64)) -> f64 {
    if x < low {
        low
    } else if x > high {
        high
    } else {
        x
    }
}

/// `½mu² + ½t² + (t − h)`.
fn standard<T: Real>(mu: T, log_var: T) -> T {
    let h = log_var * 0.5;
    let excess = exp_excess(h);
    let t = excess + h;
    mu.square() * 0.5 + t.square() * 0.5 + excess
}

fn same_length(lengths: &[usize]) -> Result<(), DivergenceError> {
    if lengths.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(());
    }
    Err(DivergenceError::Lengths { lengths: lengths.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Normal, kl, special::log_excess};

    #[test]
    fn the_branch_free_kernel_is_the_plain_function() {
        for i in -4000..4000 {
            let ratio = (f64::from(i) * 0.01).exp();
            let t = ratio - 1.0;
            let ratio = 1.0 + t;
            if ratio < 1e-15 {
                continue;
            }
            let (found, normal) = log_excess_branch_free(t, ratio);
            let expected = if t.abs() < 0.4 { log_excess(t) } else { t - ratio.ln() };
            assert!(
                normal && (found - expected).abs() <= 8.0 * f64::EPSILON * expected.abs(),
                "{t}: {found} {expected}"
            );
        }
        for exponent in 1..300 {
            let t = 0.3_f64.powi(exponent);
            for t in [t, -t] {
                let (found, expected) = (log_excess_branch_free(t, 1.0 + t).0, log_excess(t));
                assert!(
                    (found - expected).abs() <= 4.0 * f64::EPSILON * expected.abs(),
                    "{t}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn slices_are_the_scalar_form_for_ordinary_and_extreme_pairs() {
        let cases = [
            (0.0, 1.0001, 0.0, 1.0),
            (0.001, 1.0001, 0.0, 1.0),
            (1000.0, 0.01, 1000.001, 0.01),
            (0.0, 1e-25, 0.0, 1e-25),
            (0.0, 1e20, 0.0, 1.0),
            (1.0, 1e-300, -1.0, 1e300),
            (1e308, 1e308, -1e308, 1e308),
            (0.0, 5e-324, 0.0, 1.0),
            (0.0, 3.0, 2.0, 0.7),
        ];
        for (m1, s1, m2, s2) in cases {
            let expected = kl(&Normal::new(m1, s1).unwrap(), &Normal::new(m2, s2).unwrap()).unwrap().value;
            let mut found = [0.0; 3];
            normal_kl(&[m1, 0.5, m1], &[s1, 1.0, s1], &[m2, 0.5, m2], &[s2, 1.0, s2], &mut found).unwrap();
            let close = (found[0] - expected).abs() <= 8.0 * f64::EPSILON * expected || found[0] == expected;
            assert!(
                close && found[0].to_bits() == found[2].to_bits(),
                "{m1} {s1} {m2} {s2}: {found:?} {expected}"
            );
            assert_eq!(found[1], 0.0);
        }
    }

    /// The cases that libraries lose in f32; the truth is computed in f64 from the very f32 parameters.
    #[test]
    fn six_digits_in_f32_near_equality() {
        let near = |m1: f32, s1: f32, m2: f32, s2: f32| {
            let mut found = [0.0_f32];
            normal_kl(&[m1], &[s1], &[m2], &[s2], &mut found).unwrap();
            let wide = [m1, s1, m2, s2].map(f64::from);
            let expected =
                kl(&Normal::new(wide[0], wide[1]).unwrap(), &Normal::new(wide[2], wide[3]).unwrap())
                    .unwrap()
                    .value;
            let error = (f64::from(found[0]) - expected).abs();
            assert!(error <= 6e-8 * expected, "{m1} {s1} {m2} {s2}: {} not {expected}", found[0]);
        };
        for k in 0..200 {
            let step = 1e-6 * (1.0 + k as f32 * 0.37);
            near(0.0, 1.0 + step, 0.0, 1.0);
            near(step, 1.0 + step, 0.0, 1.0);
            near(0.3, 0.7 * (1.0 - step), 0.3 + step, 0.7);
        }
        let mut out = [0.0_f32];
        normal_kl(&[0.0], &[1e20], &[0.0], &[1.0], &mut out).unwrap();
        assert_eq!(out[0], f32::INFINITY, "5e39 is beyond f32");
    }

    #[test]
    fn improper_parameters_are_nan_and_lengths_are_checked() {
        let mut out = [0.0; 5];
        let sigma = [0.0, -1.0, f64::NAN, f64::INFINITY, 1.0];
        normal_kl(&[0.0; 5], &sigma, &[0.0; 5], &[1.0; 5], &mut out).unwrap();
        assert!(out[..4].iter().all(|kl| kl.is_nan()) && out[4] == 0.0, "{out:?}");
        assert!(normal_kl(&[0.0; 2], &[1.0; 2], &[0.0; 2], &[1.0; 2], &mut [0.0]).is_err());
    }

    #[test]
    fn log_variances_agree_with_deviations_and_clamping_is_counted() {
        for i in -300..300 {
            let log_var = f64::from(i) * 0.1 + 1e-7;
            let mut found = [0.0];
            standard_normal_kl(&[0.3], &[log_var], (-1e300, 1e300), &mut found).unwrap();
            let q = Normal::new(0.3, (0.5 * log_var).exp()).unwrap();
            let expected = kl(&q, &Normal::new(0.0, 1.0).unwrap()).unwrap().value;
            assert!((found[0] - expected).abs() <= 1e-14 * expected, "{log_var}: {} {expected}", found[0]);
        }
        let log_var = [-99.0_f32, 0.0, 99.0, f32::NAN];
        let mut out = [0.0_f32; 4];
        let charged = standard_normal_kl(&[0.0; 4], &log_var, (-20.0, 10.0), &mut out).unwrap();
        assert_eq!((charged.raised, charged.lowered), (1, 1));
        assert!(out[3].is_nan(), "a NaN is not clamped away");
    }
}
