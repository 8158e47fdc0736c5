//! The same divergences by quadrature and by drawing.

use std::f64::consts::LN_2;

use super::wasserstein;
use crate::{
    distribution::{Distribution, Univariate},
    error::DivergenceError,
    measure::Divergence,
    monte_carlo::{self, Estimate},
    quadrature::{self, Numeric, over_both},
    special::{relative_entropy_of_ln, softplus},
};

/// `ln(½e^a + ½e^b)`.
fn ln_mean(a: f64, b: f64) -> f64 {
    let (high, low) = (a.max(b), a.min(b));
    if high == f64::NEG_INFINITY { high } else { high + (0.5 * (low - high).exp_m1()).ln_1p() }
}

/// `e^a − e^b`, accurate for a near b.
fn difference(a: f64, b: f64) -> f64 {
    let (high, low) = (a.max(b), a.min(b));
    let size = if high == f64::NEG_INFINITY { 0.0 } else { -high.exp() * (low - high).exp_m1() };
    if a >= b { size } else { -size }
}

/// A divergence between distributions of one dimension by quadrature, or by a sum.
pub(crate) fn numeric(
    divergence: Divergence,
    q: &dyn Univariate,
    p: &dyn Univariate,
) -> Result<Numeric, DivergenceError> {
    // Continuous against discrete: they share no mass.
    let singular = q.support().is_discrete() != p.support().is_discrete();
    let exactly = |value: f64| Numeric { value, error: 0.0, evaluations: 0 };
    // The error of f(x) for an x with an error.
    let through = |x: Numeric, value: f64, slope: f64| Numeric { value, error: x.error * slope.abs(), ..x };
    Ok(match divergence {
        Divergence::KullbackLeibler => quadrature::kl(q, p),
        Divergence::JensenShannon if singular => exactly(LN_2),
        Divergence::TotalVariation | Divergence::Hellinger if singular => exactly(1.0),
        Divergence::ChiSquared | Divergence::Renyi { .. } if singular => exactly(f64::INFINITY),
        Divergence::JensenShannon => over_both(q, p, |a, b| {
            let m = ln_mean(a, b);
            0.5 * (relative_entropy_of_ln(a, m) + relative_entropy_of_ln(b, m))
        }),
        Divergence::TotalVariation => over_both(q, p, |a, b| 0.5 * difference(a, b).abs()),
        Divergence::Hellinger => {
            let square = over_both(q, p, |a, b| 0.5 * difference(0.5 * a, 0.5 * b).powi(2));
            through(square, square.value.sqrt(), 0.5 / square.value.sqrt().max(1e-300))
        }
        Divergence::ChiSquared if !q.support().within(p.support()) => exactly(f64::INFINITY),
        Divergence::ChiSquared => over_both(q, p, |a, b| {
            if a == f64::NEG_INFINITY { b.exp() } else { (b + 2.0 * (a - b).exp_m1().abs().ln()).exp() }
        }),
        Divergence::Renyi { alpha } if alpha > 1.0 && !q.support().within(p.support()) => {
            exactly(f64::INFINITY)
        }
        Divergence::Renyi { alpha } => {
            let power = over_both(q, p, |a, b| {
                if a == f64::NEG_INFINITY || b == f64::NEG_INFINITY {
                    return 0.0;
                }
                (alpha * a + (1.0 - alpha) * b).exp()
            });
            through(power, power.value.ln() / (alpha - 1.0), 1.0 / (power.value * (alpha - 1.0)))
        }
        Divergence::Wasserstein1 => wasserstein::first_numeric(q, p),
        Divergence::Wasserstein2 => wasserstein::second_numeric(q, p),
    })
}

/// A divergence between distributions of vectors as a mean over draws from q, or from both.
pub(super) fn estimate(
    divergence: Divergence,
    q: &Distribution,
    p: &Distribution,
    draws: u64,
    seed: u64,
) -> Result<Estimate, DivergenceError> {
    let ln_ratio = |x: &monte_carlo::Draw| q.ln_density_of(x) - p.ln_density_of(x);
    let over_q =
        |f: &(dyn Fn(f64) -> f64 + Sync)| monte_carlo::expectation(q, draws, seed, |x| f(ln_ratio(x)));
    // The standard error of f(mean), to first order.
    let through = |x: Estimate, value: f64, slope: f64| Estimate {
        value,
        standard_error: x.standard_error * slope.abs(),
        ..x
    };
    Ok(match divergence {
        Divergence::KullbackLeibler => over_q(&|w| w),
        // ½ E_q[ln q/m] + ½ E_p[ln p/m], with ln(q/m) = ln 2 − ln(1 + p/q).
        Divergence::JensenShannon => {
            let a = over_q(&|w| LN_2 - softplus(-w));
            let b =
                monte_carlo::expectation(p, draws, seed.wrapping_add(1), |x| LN_2 - softplus(ln_ratio(x)));
            Estimate {
                value: 0.5 * (a.value + b.value),
                standard_error: 0.5 * a.standard_error.hypot(b.standard_error),
                draws: 2 * draws,
            }
        }
        // ½ ∫ |q − p| = E_q[max(0, 1 − p/q)].
        Divergence::TotalVariation => over_q(&|w| (-(-w).exp_m1()).max(0.0)),
        Divergence::Hellinger => {
            let coefficient = over_q(&|w| (-0.5 * w).exp());
            let value = (1.0 - coefficient.value).max(0.0).sqrt();
            through(coefficient, value, 0.5 / value.max(1e-300))
        }
        Divergence::ChiSquared => {
            let ratio = over_q(&|w| w.exp());
            through(ratio, ratio.value - 1.0, 1.0)
        }
        Divergence::Renyi { alpha } => {
            let power = over_q(&|w| ((alpha - 1.0) * w).exp());
            through(power, power.value.ln() / (alpha - 1.0), 1.0 / (power.value * (alpha - 1.0)))
        }
        Divergence::Wasserstein1 | Divergence::Wasserstein2 => {
            let needs = "one dimension, or normal distributions for the second";
            return Err(DivergenceError::Method { method: "a Wasserstein distance", needs });
        }
    })
}
