//! Closed forms of the Kullback–Leibler divergence and of what it is made of.

mod cross;
mod entropy;
mod gaussian;
mod same;
mod statistics;

pub(crate) use gaussian::moments;

use crate::{
    distribution::{Distribution, Family},
    error::DivergenceError,
    point::Support,
    quadrature,
    real::{Dual, Real},
};

/// A formula and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formula {
    /// What it is called here.
    pub name: &'static str,
    /// Where to read about it.
    pub reference: &'static str,
}

/// A part of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// What it is.
    pub name: &'static str,
    /// Its value in nats, to be added.
    pub value: f64,
}

/// A divergence in closed form.
#[derive(Debug, Clone, PartialEq)]
pub struct Closed {
    /// The value in nats, possibly infinite.
    pub value: f64,
    /// The formula that gave it.
    pub formula: Formula,
}

/// The formula of an infinite divergence.
pub const OUTSIDE: Formula = Formula {
    name: "q is not absolutely continuous with respect to p",
    reference: "Kullback, Leibler 1951, Annals of Mathematical Statistics 22, §2",
};

/// `KL(q ‖ p) = ∫ q ln(q/p)`, nats: a closed form, +∞ where the support of q leaves that of p, or the error that no
/// closed form is known (Kullback & Leibler 1951, eq. 2.4).
///
/// *Stability*: forms within a family are sums of terms none of which is negative, so that the value neither
/// cancels near q = p nor falls below zero; see `docs/mathematics.md`.
///
/// # Errors
/// No closed form, or distributions over different spaces.
///
/// ```
/// use gausswork_divergence::prelude::*;
///
/// let (q, p) = (Normal::new(0.0, 1.0)?, Normal::new(1.0, 2.0)?);
/// assert!((kl(&q, &p)?.value - (2f64.ln() - 0.25)).abs() < 1e-15);
/// assert!(kl(&q, &Exponential::new(1.0)?)?.value.is_infinite());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn kl<Q, P>(q: &Q, p: &P) -> Result<Closed, DivergenceError>
where
    Q: Clone + Into<Distribution>,
    P: Clone + Into<Distribution>,
{
    kl_of(&q.clone().into(), &p.clone().into())
}

/// [`kl`] of distributions whose families are known only at run time.
pub(crate) fn kl_of(q: &Distribution, p: &Distribution) -> Result<Closed, DivergenceError> {
    q.same_space(p)?;
    if leaves_support(q, p) {
        return Ok(Closed { value: f64::INFINITY, formula: OUTSIDE });
    }
    if q == p {
        return Ok(Closed { value: 0.0, formula: IDENTICAL });
    }
    match closed::<f64>(q.family(), &q.theta(), p.family(), &p.theta()) {
        Some((value, ..)) if value.is_nan() => {
            Err(DivergenceError::Overflow { q: q.family().name(), p: p.family().name() })
        }
        Some((value, _, size)) if value < RESOLUTION * size => Ok(resolved(q, p, value)),
        Some((value, formula, _)) => Ok(Closed { value, formula }),
        None => Err(DivergenceError::NoClosedForm {
            divergence: "Kullback–Leibler divergence",
            q: q.family().name(),
            p: p.family().name(),
        }),
    }
}

/// The formula of a distribution and itself.
pub const IDENTICAL: Formula =
    Formula { name: "q and p are the same", reference: "Cover, Thomas 2006, theorem 2.6.3" };

/// A difference this much smaller than what it is the difference of may have lost six digits.
const RESOLUTION: f64 = 1e-6;

/// The formula of distributions of different families that are nearly the same.
pub const RESOLVED: Formula = Formula {
    name: "quadrature of q (ln(q/p) + p/q − 1), because the closed form cancels",
    reference: "docs/mathematics.md, Divergences",
};

/// The divergence by an integrand that is nowhere negative, where cross-entropy and entropy nearly cancel.
fn resolved(q: &Distribution, p: &Distribution, difference: f64) -> Closed {
    let value = q.univariate().zip(p.univariate()).map(|(q, p)| quadrature::kl(q, p).value);
    Closed { value: value.unwrap_or(difference), formula: RESOLVED }
}

/// Whether q has mass where p has none.
pub(crate) fn leaves_support(q: &Distribution, p: &Distribution) -> bool {
    match (q, p) {
        (Distribution::Mixture(q), _) => q.components().iter().any(|(_, q)| leaves_support(q, p)),
        (_, Distribution::Mixture(mixture)) => match q.univariate().map(|q| q.support()) {
            Some(own) => {
                let parts =
                    mixture.components().iter().filter_map(|(_, p)| p.univariate()).map(|p| p.support());
                !covered(own, parts.collect())
            }
            None => false,
        },
        _ => match (q.univariate(), p.univariate()) {
            (Some(q), Some(p)) => !q.support().within(p.support()),
            _ => false,
        },
    }
}

/// Whether several supports together cover one, but for a set of measure zero.
fn covered(own: Support, parts: Vec<Support>) -> bool {
    if own.is_discrete() {
        return parts.into_iter().any(|part| own.within(part));
    }
    let mut parts: Vec<(f64, f64)> =
        parts.into_iter().filter(|part| !part.is_discrete()).map(Support::ends).collect();
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut reached, high) = own.ends();
    for (from, to) in parts {
        if from > reached {
            break;
        }
        reached = reached.max(to);
    }
    reached >= high
}

/// The derivatives of [`kl`] with respect to every parameter of q, then of p, by dual numbers: exact to rounding.
///
/// Parameters are in the order of [`Family::parameters`]. A covariance is read from its lower triangle: the derivative
/// of an entry below the diagonal is that of moving it together with its mirror image, whose own is 0.
///
/// # Errors
/// No closed form that can be differentiated in every parameter.
pub fn kl_gradient(q: &Distribution, p: &Distribution) -> Result<(Vec<f64>, Vec<f64>), DivergenceError> {
    let missing = || DivergenceError::NoClosedForm {
        divergence: "gradient of the Kullback–Leibler divergence",
        q: q.family().name(),
        p: p.family().name(),
    };
    q.same_space(p)?;
    if leaves_support(q, p) {
        return Err(missing());
    }
    let (a, b) = (q.theta(), p.theta());
    let seeded = |seed: usize| {
        let all = a.iter().chain(b.iter()).enumerate();
        let duals: Vec<Dual> =
            all.map(|(i, &value)| Dual { value, slope: f64::from(u8::from(i == seed)) }).collect();
        let (a, b) = duals.split_at(a.len());
        closed::<Dual>(q.family(), a, p.family(), b).map(|(value, ..)| value.slope)
    };
    let slopes: Option<Vec<f64>> = (0..a.len() + b.len()).map(seeded).collect();
    let mut of_q = slopes.ok_or_else(missing)?;
    let of_p = of_q.split_off(a.len());
    Ok((of_q, of_p))
}

/// The closed form of a pair whose supports fit, if there is one, and the size of what was subtracted in it; 0 where
/// nothing cancels.
pub(crate) fn closed<T: Real>(q: Family, a: &[T], p: Family, b: &[T]) -> Option<(T, Formula, f64)> {
    let within = |q, a: &[T], p, b: &[T]| same::kl(q, a, p, b).map(|(value, formula)| (value, formula, 0.0));
    within(q, a, p, b).or_else(|| {
        let ((q, a), (p, b)) = (cross::reduced(q, a), cross::reduced(p, b));
        within(q, &a, p, &b).or_else(|| cross::kl(q, &a, p, &b))
    })
}

/// The entropy `−∫ q ln q`, nats, in closed form; relative to Lebesgue or counting measure.
///
/// # Errors
/// No closed form.
pub fn entropy<Q: Clone + Into<Distribution>>(q: &Q) -> Result<Closed, DivergenceError> {
    let q: Distribution = q.clone().into();
    let missing =
        DivergenceError::NoClosedForm { divergence: "entropy", q: q.family().name(), p: q.family().name() };
    let value = entropy::entropy::<f64>(q.family(), &q.theta()).ok_or(missing)?;
    Ok(Closed { value, formula: entropy::FORMULA })
}

/// The cross-entropy `−∫ q ln p`, nats, from expectations under q of what the density of p consists of.
///
/// # Errors
/// No closed form, or distributions over different spaces.
pub fn cross_entropy<Q, P>(q: &Q, p: &P) -> Result<Closed, DivergenceError>
where
    Q: Clone + Into<Distribution>,
    P: Clone + Into<Distribution>,
{
    let (q, p): (Distribution, Distribution) = (q.clone().into(), p.clone().into());
    q.same_space(&p)?;
    if leaves_support(&q, &p) {
        return Ok(Closed { value: f64::INFINITY, formula: OUTSIDE });
    }
    let value = cross::cross_entropy::<f64>(q.family(), &q.theta(), p.family(), &p.theta());
    let (q, p) = (q.family().name(), p.family().name());
    let value = value.ok_or(DivergenceError::NoClosedForm { divergence: "cross-entropy", q, p })?;
    Ok(Closed { value, formula: cross::FORMULA })
}

/// What a Kullback–Leibler divergence is made of: for normal distributions the terms of its stable form, otherwise
/// cross-entropy and entropy; empty where these have no closed form.
pub fn kl_terms(q: &Distribution, p: &Distribution) -> Vec<Term> {
    let (a, b) = (q.theta(), p.theta());
    match (q, p) {
        (Distribution::Normal(_), Distribution::Normal(_))
        | (Distribution::LogNormal(_), Distribution::LogNormal(_)) => {
            gaussian::terms(&[a[0]], &[a[1]], &[b[0]], &[b[1]])
        }
        (Distribution::DiagonalNormal(q), Distribution::DiagonalNormal(p))
            if q.mu().len() == p.mu().len() =>
        {
            gaussian::terms(q.mu(), q.sigma(), p.mu(), p.sigma())
        }
        (Distribution::DiagonalNormal(_) | Distribution::MultivariateNormal(_), _) => {
            gaussian::multivariate_terms(q, p).unwrap_or_default()
        }
        _ => match (cross_entropy(q, p), entropy(q), q.univariate().zip(p.univariate())) {
            (Ok(cross), Ok(entropy), _) => vec![
                Term { name: "cross-entropy", value: cross.value },
                Term { name: "minus the entropy of q", value: -entropy.value },
            ],
            (_, _, Some((q, p))) if q.support().within(p.support()) => {
                let (cross, entropy) = (quadrature::cross_entropy(q, p), quadrature::entropy(q));
                if !cross.error.is_finite() || !entropy.error.is_finite() {
                    return Vec::new();
                }
                vec![
                    Term { name: "cross-entropy, by quadrature", value: cross.value },
                    Term { name: "minus the entropy of q, by quadrature", value: -entropy.value },
                ]
            }
            _ => Vec::new(),
        },
    }
}
