//! How the divergences bound one another.

use std::{error::Error, f64::consts::LN_2};

use super::{BOUND, Checked, Identity, ROUNDING, Spec, Tally, build, limit};
use crate::{
    distribution::{
        Distribution,
        Family::{
            Bernoulli, Categorical, Exponential, Gamma, Laplace, Logistic, Normal, Poisson, StudentT, Uniform,
        },
    },
    measure::{Divergence, measure},
};

/// Near, ordinary and far pairs, continuous and discrete.
const PAIRS: &[(Spec, Spec)] = &[
    (&[(1.0, Normal, &[0.0, 1.0])], &[(1.0, Normal, &[1.0, 2.0])]),
    (&[(1.0, Normal, &[1.0, 2.0])], &[(1.0, Normal, &[0.0, 1.0])]),
    (&[(1.0, Normal, &[0.0, 1.0])], &[(1.0, Normal, &[1e-3, 1.0])]),
    (&[(1.0, Normal, &[0.0, 1.0])], &[(1.0, Normal, &[9.0, 1.0])]),
    (&[(0.4, Normal, &[-2.0, 0.5]), (0.6, Normal, &[1.0, 1.0])], &[(1.0, Normal, &[0.0, 2.0])]),
    (&[(1.0, Gamma, &[2.0, 3.0])], &[(1.0, Gamma, &[1.5, 1.0])]),
    (&[(1.0, Laplace, &[0.0, 1.0])], &[(1.0, Logistic, &[0.5, 2.0])]),
    (&[(1.0, Normal, &[0.0, 1.0])], &[(1.0, StudentT, &[5.0, 0.3, 1.0])]),
    (&[(1.0, Uniform, &[0.0, 1.0])], &[(1.0, Exponential, &[1.0])]),
    (&[(1.0, Bernoulli, &[0.3])], &[(1.0, Bernoulli, &[0.9])]),
    (&[(1.0, Bernoulli, &[1e-6])], &[(1.0, Bernoulli, &[0.5])]),
    (&[(1.0, Categorical, &[0.2, 0.3, 0.5])], &[(1.0, Categorical, &[0.6, 0.3, 0.1])]),
    (&[(1.0, Poisson, &[3.0])], &[(1.0, Poisson, &[5.0])]),
];

/// The value in closed form where there is one, and by quadrature otherwise.
fn value(divergence: Divergence, q: &Distribution, p: &Distribution) -> Result<f64, Box<dyn Error>> {
    let answer = measure(divergence, q, p, 0, 0)?;
    let numeric = answer.numeric.map(|found| found.value);
    Ok(answer.closed.map(|closed| closed.value).or(numeric).ok_or("neither closed nor one-dimensional")?)
}

/// Compares `low(q, p)` with `high(q, p)` on every pair; the claim is that the first is not the larger.
fn compare(
    low: impl Fn(&Distribution, &Distribution) -> Result<f64, Box<dyn Error>>,
    high: impl Fn(&Distribution, &Distribution) -> Result<f64, Box<dyn Error>>,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    for &(q, p) in PAIRS {
        let (q, p) = (build(q)?, build(p)?);
        tally.at_most(low(&q, &p)?, high(&q, &p)?, || format!("{q}, {p}"));
    }
    Ok(())
}

const PINSKER: &str = "Pinsker's inequality";
const PINSKER_STATEMENT: &str = "TV ≤ √(½ KL)";

pub(super) fn pinsker() -> Identity {
    Identity::from(PINSKER, PINSKER_STATEMENT, ROUNDING, total_variation_below(0.5))
}

/// `TV ≤ √(factor · KL)`.
fn total_variation_below(factor: f64) -> Checked {
    let mut tally = Tally::default();
    let root =
        |q: &Distribution, p: &Distribution| Ok((factor * value(Divergence::KullbackLeibler, q, p)?).sqrt());
    compare(|q, p| value(Divergence::TotalVariation, q, p), root, &mut tally)?;
    Ok(tally)
}

const JENSEN_SHANNON: &str = "Jensen–Shannon divergence between its ends";
const JENSEN_SHANNON_STATEMENT: &str = "0 ≤ JSD ≤ ln 2 · TV ≤ ln 2";

pub(super) fn jensen_shannon() -> Identity {
    Identity::from(JENSEN_SHANNON, JENSEN_SHANNON_STATEMENT, ROUNDING, jensen_shannon_below(LN_2))
}

fn jensen_shannon_below(most: f64) -> Checked {
    let mut tally = Tally::default();
    let jsd = |q: &Distribution, p: &Distribution| value(Divergence::JensenShannon, q, p);
    let share = |q: &Distribution, p: &Distribution| Ok(most * value(Divergence::TotalVariation, q, p)?);
    compare(|_, _| Ok(0.0), jsd, &mut tally)?;
    compare(jsd, share, &mut tally)?;
    compare(jsd, |_, _| Ok(most), &mut tally)?;
    Ok(tally)
}

const HELLINGER: &str = "total variation between two functions of Hellinger's distance";
const HELLINGER_STATEMENT: &str = "H² ≤ TV ≤ H √(2 − H²) ≤ √2 H,  H² = ½ ∫ (√q − √p)²";

pub(super) fn hellinger() -> Identity {
    Identity::from(HELLINGER, HELLINGER_STATEMENT, ROUNDING, around_total_variation(|h| h * h))
}

/// `low` is claimed to be a lower bound.
fn around_total_variation(low: fn(f64) -> f64) -> Checked {
    let mut tally = Tally::default();
    let distance = |q: &Distribution, p: &Distribution| value(Divergence::Hellinger, q, p);
    let variation = |q: &Distribution, p: &Distribution| value(Divergence::TotalVariation, q, p);
    let sharp = |q: &Distribution, p: &Distribution| distance(q, p).map(|h| h * (2.0 - h * h).sqrt());
    compare(|q, p| distance(q, p).map(low), variation, &mut tally)?;
    compare(variation, sharp, &mut tally)?;
    compare(sharp, |q, p| distance(q, p).map(|h| 2f64.sqrt() * h), &mut tally)?;
    Ok(tally)
}

const CHI_SQUARED: &str = "χ² above the others";
const CHI_SQUARED_STATEMENT: &str = "KL ≤ ln(1 + χ²) ≤ χ²";

pub(super) fn chi_squared() -> Identity {
    Identity::from(CHI_SQUARED, CHI_SQUARED_STATEMENT, ROUNDING, below_chi_squared(f64::ln_1p))
}

/// `KL ≤ claim(χ²)`.
fn below_chi_squared(claim: fn(f64) -> f64) -> Checked {
    let mut tally = Tally::default();
    let chi = |q: &Distribution, p: &Distribution| value(Divergence::ChiSquared, q, p);
    compare(|q, p| value(Divergence::KullbackLeibler, q, p), |q, p| chi(q, p).map(claim), &mut tally)?;
    compare(|q, p| chi(q, p).map(claim), chi, &mut tally)?;
    Ok(tally)
}

const RENYI: &str = "Rényi divergence grows with its order";
const RENYI_STATEMENT: &str = "D_α ≤ D_β for α ≤ β, D_1 = KL;  α D_1−α(q ‖ p) = (1−α) D_α(p ‖ q)";

pub(super) fn renyi() -> Identity {
    Identity::from(RENYI, RENYI_STATEMENT, BOUND, orders(&[0.05, 0.3, 0.5, 0.9, 1.0, 1.1, 2.0, 4.0]))
}

/// The divergence of an order that may be one.
fn of_order(alpha: f64, q: &Distribution, p: &Distribution) -> Result<f64, Box<dyn Error>> {
    value(if alpha == 1.0 { Divergence::KullbackLeibler } else { Divergence::Renyi { alpha } }, q, p)
}

/// `alphas` in the order in which the divergence is claimed to grow.
fn orders(alphas: &[f64]) -> Checked {
    let mut tally = Tally::default();
    for pair in alphas.windows(2) {
        compare(|q, p| of_order(pair[0], q, p), |q, p| of_order(pair[1], q, p), &mut tally)?;
    }
    for &(q, p) in PAIRS {
        let (q, p) = (build(q)?, build(p)?);
        for alpha in [0.2, 0.4] {
            let (left, right) =
                (alpha * of_order(1.0 - alpha, &q, &p)?, (1.0 - alpha) * of_order(alpha, &p, &q)?);
            tally.equal(left, right, || format!("{q}, {p}, skew symmetry at α = {alpha}"));
        }
    }
    Ok(tally)
}

const LIMIT: &str = "Rényi divergence of order one";
const LIMIT_STATEMENT: &str = "½ (D_1−h + D_1+h) → KL as h → 0";

pub(super) fn renyi_limit() -> Identity {
    Identity::from(LIMIT, LIMIT_STATEMENT, BOUND, towards(1.0))
}

/// The limit of order `center` is claimed to be KL.
fn towards(center: f64) -> Checked {
    let mut tally = Tally::default();
    for &(q, p) in PAIRS {
        let (q, p) = (build(q)?, build(p)?);
        let of = |alpha: f64| of_order(alpha, &q, &p).unwrap_or(f64::NAN);
        let found = limit(|h| 0.5 * (of(center - h) + of(center + h)), 0.1);
        tally.equal(found, of(1.0), || format!("{q}, {p}"));
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn bounds_with_smaller_constants_are_false() {
        assert!(refused(total_variation_below(0.25)));
        assert!(refused(jensen_shannon_below(0.5)));
        assert!(refused(around_total_variation(|h| h)));
        assert!(refused(below_chi_squared(|chi| 0.5 * chi.ln_1p())));
    }

    #[test]
    fn orders_do_not_shrink_the_divergence_and_one_half_is_not_one() {
        assert!(refused(orders(&[0.9, 0.3])));
        assert!(refused(towards(0.5)));
    }
}
