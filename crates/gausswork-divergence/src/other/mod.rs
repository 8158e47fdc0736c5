//! Divergences and distances other than Kullback's.

mod geodesic;
pub(crate) mod numeric;
mod wasserstein;

use crate::{
    distribution::Distribution,
    error::{DivergenceError, check_order},
    forms::{Closed, Formula, kl_of, leaves_support},
    measure::{Answer, Divergence},
};

const RENYI: Formula = Formula {
    name: "(α KL(r ‖ q) + (1−α) KL(r ‖ p))/(1−α), r ∝ q^α p^(1−α)",
    reference: "van Erven, Harremoës 2014, IEEE Trans. Inf. Theory 60, theorem 30",
};
const FROM_RENYI_HALF: Formula = Formula {
    name: "√(1 − e^−½D), D the Rényi divergence of order ½",
    reference: "van Erven, Harremoës 2014, eq. 5",
};
const FROM_RENYI_TWO: Formula = Formula {
    name: "e^D − 1, D the Rényi divergence of order 2",
    reference: "van Erven, Harremoës 2014, eq. 6",
};

/// The Rényi divergence `1/(α − 1) ln ∫ q^α p^(1−α)`, nats, where r ∝ q^α p^(1−α) is in the family of q and p: for
/// exponential families, and for uniform distributions.
///
/// *Stability*: it is made of two Kullback–Leibler divergences, which do not cancel near q = p.
///
/// # Errors
/// No closed form; α is not above 0 or is 1.
pub fn renyi(q: &Distribution, p: &Distribution, alpha: f64) -> Result<Closed, DivergenceError> {
    check_order(alpha)?;
    let missing = || no_closed_form(Divergence::Renyi { alpha }, q, p);
    if q.space() != p.space() {
        return Err(missing());
    }
    if let (Distribution::Uniform(a), Distribution::Uniform(b)) = (q, p)
        && !leaves_support(q, p)
    {
        // Of every order the logarithm of the widths' ratio.
        let value = ((b.high() - b.low()) / (a.high() - a.low())).ln();
        return Ok(Closed { value, formula: RENYI });
    }
    if alpha > 1.0 && leaves_support(q, p) {
        return Ok(Closed { value: f64::INFINITY, formula: crate::forms::OUTSIDE });
    }
    let value = match geodesic::between(q, p, alpha).ok_or_else(missing)? {
        None => f64::INFINITY,
        Some(r) => {
            let (to_q, to_p) = (kl_of(&r, q)?.value, kl_of(&r, p)?.value);
            (alpha * to_q + (1.0 - alpha) * to_p) / (1.0 - alpha)
        }
    };
    Ok(Closed { value, formula: RENYI })
}

fn no_closed_form(divergence: Divergence, q: &Distribution, p: &Distribution) -> DivergenceError {
    let (q, p) = (q.family().name(), p.family().name());
    DivergenceError::NoClosedForm { divergence: divergence.name(), q, p }
}

/// A divergence other than Kullback's in closed form.
///
/// # Errors
/// No closed form.
pub(crate) fn closed(
    divergence: Divergence,
    q: &Distribution,
    p: &Distribution,
) -> Result<Closed, DivergenceError> {
    let missing = || no_closed_form(divergence, q, p);
    if q == p {
        return Ok(Closed { value: 0.0, formula: crate::forms::IDENTICAL });
    }
    match divergence {
        Divergence::KullbackLeibler => kl_of(q, p),
        Divergence::Renyi { alpha } => renyi(q, p, alpha),
        Divergence::Hellinger => {
            let d = renyi(q, p, 0.5).map_err(|_| missing())?.value;
            Ok(Closed { value: (-(-0.5 * d).exp_m1()).sqrt(), formula: FROM_RENYI_HALF })
        }
        Divergence::ChiSquared => {
            if let Some(value) = cauchy_chi_squared(q, p) {
                let reference = "Nielsen, Okamura 2023, IEEE Trans. Inf. Theory 69, §3";
                return Ok(Closed {
                    value,
                    formula: Formula {
                        name: "Cauchy, ((x₁−x₂)² + (γ₁−γ₂)²)/(2γ₁γ₂)", reference
                    },
                });
            }
            let d = renyi(q, p, 2.0).map_err(|_| missing())?.value;
            Ok(Closed { value: d.exp_m1(), formula: FROM_RENYI_TWO })
        }
        Divergence::TotalVariation => total_variation(q, p).ok_or_else(missing),
        Divergence::JensenShannon => Err(missing()),
        Divergence::Wasserstein1 => wasserstein::first(q, p).ok_or_else(missing),
        Divergence::Wasserstein2 => wasserstein::second(q, p).ok_or_else(missing),
    }
}

fn cauchy_chi_squared(q: &Distribution, p: &Distribution) -> Option<f64> {
    let (Distribution::Cauchy(q), Distribution::Cauchy(p)) = (q, p) else { return None };
    let (shift, scale) = (q.location() - p.location(), q.scale() - p.scale());
    Some((shift * (shift / q.scale()) + scale * (scale / q.scale())) / p.scale() / 2.0)
}

/// `2Φ(|μ₁ − μ₂|/2σ) − 1` for normal distributions of equal σ, and of Bernoulli distributions.
fn total_variation(q: &Distribution, p: &Distribution) -> Option<Closed> {
    let (value, name) = match (q, p) {
        (Distribution::Normal(q), Distribution::Normal(p)) if q.sigma() == p.sigma() => {
            let d = (q.mu() - p.mu()).abs() / q.sigma();
            (libm::erf(d / 8f64.sqrt()), "erf(|μ₁−μ₂|/(√8 σ))")
        }
        (Distribution::Bernoulli(q), Distribution::Bernoulli(p)) => ((q.p() - p.p()).abs(), "|p₁ − p₂|"),
        _ => return None,
    };
    Some(Closed {
        value,
        formula: Formula { name, reference: "Tsybakov 2009, Nonparametric Estimation, §2.4" },
    })
}

/// Every answer to one of these divergences.
pub(crate) fn measure(
    divergence: Divergence,
    q: &Distribution,
    p: &Distribution,
    draws: u64,
    seed: u64,
) -> Result<Answer, DivergenceError> {
    q.same_space(p)?;
    let closed = closed(divergence, q, p).ok();
    let numeric = match q.univariate().zip(p.univariate()) {
        Some((a, b)) => Some(numeric::numeric(divergence, a, b)?),
        None => None,
    };
    let estimate = if closed.is_none() && numeric.is_none() {
        Some(numeric::estimate(divergence, q, p, draws, seed)?)
    } else {
        None
    };
    Ok(Answer { closed, numeric, bounds: None, estimate })
}
