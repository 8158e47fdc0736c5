//! What the Kullback–Leibler divergence keeps: under products, conditioning, bijections and projection.

use super::{BOUND, Checked, Identity, Spec, Tally, build, one_dimension};
use crate::{
    distribution::Family::{
        Exponential, Gamma, Gumbel, InverseGamma, Laplace, LogNormal, Logistic, Normal, Pareto, Uniform,
        Weibull,
    },
    families::{DiagonalNormal, MultivariateNormal, Normal as N},
    forms::{kl, kl_of},
    quadrature::{self, expectation},
};

/// How a divergence is put together from two numbers: what a test may get wrong.
type Claim = fn(f64, f64) -> f64;
const SUM: Claim = |a, b| a + b;

const ADDITIVITY: &str = "independent parts add";
const ADDITIVITY_STATEMENT: &str = "KL(q₁ q₂ ‖ p₁ p₂) = KL(q₁ ‖ p₁) + KL(q₂ ‖ p₂)";

pub(super) fn additivity() -> Identity {
    Identity::from(ADDITIVITY, ADDITIVITY_STATEMENT, BOUND, products(SUM))
}

/// Means and deviations of q and p, one dimension after the other.
pub(super) const DIMENSIONS: [[f64; 4]; 5] = [
    [0.0, 1.0, 1.0, 2.0],
    [0.0, 1.0, 0.0, 1.0001],
    [-3.0, 0.1, 1.0, 4.0],
    [1e3, 1e-2, 1e3, 2e-2],
    [0.0, 50.0, 9.0, 1.0],
];

fn products(claim: Claim) -> Checked {
    let mut tally = Tally::default();
    for [m1, s1, m2, s2] in DIMENSIONS {
        for [n1, t1, n2, t2] in DIMENSIONS {
            let first = quadrature::kl(&N::new(m1, s1)?, &N::new(m2, s2)?).value;
            let second = quadrature::kl(&N::new(n1, t1)?, &N::new(n2, t2)?).value;
            let q = DiagonalNormal::new(vec![m1, n1], vec![s1, t1])?;
            let p = DiagonalNormal::new(vec![m2, n2], vec![s2, t2])?;
            tally.equal(kl(&q, &p)?.value, claim(first, second), || format!("{q:?}, {p:?}"));

            // A block of two that depend on each other beside one that is independent.
            let block = |m: f64, s: f64, r: f64| (vec![m, 1.0], vec![s * s, r * s, r * s, 1.0]);
            let three = |m: f64, s: f64, r: f64, n: f64, t: f64| {
                MultivariateNormal::new(
                    vec![m, 1.0, n],
                    vec![s * s, r * s, 0.0, r * s, 1.0, 0.0, 0.0, 0.0, t * t],
                )
            };
            let (a, b) = (block(m1, s1, 0.6), block(m2, s2, -0.3));
            let pair = kl(&MultivariateNormal::new(a.0, a.1)?, &MultivariateNormal::new(b.0, b.1)?)?.value;
            let (q, p) = (three(m1, s1, 0.6, n1, t1)?, three(m2, s2, -0.3, n2, t2)?);
            tally.equal(kl(&q, &p)?.value, claim(pair, second), || format!("{q:?}, {p:?}"));
        }
    }
    Ok(tally)
}

const CHAIN: &str = "chain rule";
const CHAIN_STATEMENT: &str = "KL(q(x,y) ‖ p(x,y)) = KL(q(x) ‖ p(x)) + E_q(x)[KL(q(y|x) ‖ p(y|x))]";

pub(super) fn chain_rule() -> Identity {
    Identity::from(CHAIN, CHAIN_STATEMENT, BOUND, chains(SUM))
}

fn chains(claim: Claim) -> Checked {
    // Deviations of x and y and their correlation, means.
    let joints = [
        [1.0, 1.0, 0.0, 0.0, 0.0],
        [1.0, 2.0, 0.8, 1.0, -1.0],
        [0.2, 3.0, -0.95, 0.0, 2.0],
        [10.0, 1.0, 0.3, -2.0, 0.5],
    ];
    let joint = |[s, t, r, m, n]: [f64; 5]| {
        MultivariateNormal::new(vec![m, n], vec![s * s, r * s * t, r * s * t, t * t])
    };
    // y given x.
    let given = |[s, t, r, m, n]: [f64; 5], x: f64| N::new(n + r * t / s * (x - m), t * (1.0 - r * r).sqrt());
    let mut tally = Tally::default();
    for a in joints {
        for b in joints {
            let (q, p) = (N::new(a[3], a[0])?, N::new(b[3], b[0])?);
            let inner = |x: f64| match (given(a, x), given(b, x)) {
                (Ok(q), Ok(p)) => kl(&q, &p).map_or(f64::NAN, |kl| kl.value),
                _ => f64::NAN,
            };
            let conditional = expectation(&q, &p, |at| inner(at.x)).value;
            let whole = kl(&joint(a)?, &joint(b)?)?.value;
            tally.equal_in(whole, claim(kl(&q, &p)?.value, conditional), 1e-12, || format!("{a:?}, {b:?}"));
        }
    }
    Ok(tally)
}

const BIJECTIONS: &str = "a bijection changes nothing";
const BIJECTIONS_STATEMENT: &str = "KL of f(X) = KL of X: e^x, 1/x, min·e^x, e^−x, μ + σx";

pub(super) fn bijections() -> Identity {
    Identity::from(BIJECTIONS, BIJECTIONS_STATEMENT, BOUND, images(|value, _| value))
}

/// Quadrature after the bijection against the closed form before it.
fn images(claim: Claim) -> Checked {
    let mut tally = Tally::default();
    let rows: &[([f64; 2], [f64; 2])] = &[
        ([1.0, 1.0], [2.0, 2.0]),
        ([1.0, 1.0], [1.001, 1.0]),
        ([0.5, 3.0], [4.0, 0.7]),
        ([30.0, 2.0], [20.0, 1.0]),
        ([2.5, 0.01], [2.0, 0.02]),
    ];
    for &([a1, b1], [a2, b2]) in rows {
        let pairs = [
            (
                Normal.with(&[a1, b1])?,
                Normal.with(&[a2, b2])?,
                LogNormal.with(&[a1, b1])?,
                LogNormal.with(&[a2, b2])?,
            ),
            (
                Gamma.with(&[a1, b1])?,
                Gamma.with(&[a2, b2])?,
                InverseGamma.with(&[a1, b1])?,
                InverseGamma.with(&[a2, b2])?,
            ),
            (
                Exponential.with(&[a1])?,
                Exponential.with(&[a2])?,
                Pareto.with(&[b1, a1])?,
                Pareto.with(&[b1, a2])?,
            ),
            (
                Gumbel.with(&[-a1.ln(), 1.0 / b1])?,
                Gumbel.with(&[-a2.ln(), 1.0 / b2])?,
                Weibull.with(&[a1, b1])?,
                Weibull.with(&[a2, b2])?,
            ),
            (
                Laplace.with(&[a1, b1])?,
                Laplace.with(&[a2, b2])?,
                Laplace.with(&[5.0 - 3.0 * a1, 3.0 * b1])?,
                Laplace.with(&[5.0 - 3.0 * a2, 3.0 * b2])?,
            ),
        ];
        for (q, p, image_q, image_p) in pairs {
            let before = kl_of(&q, &p)?.value;
            let after = quadrature::kl(one_dimension(&image_q)?, one_dimension(&image_p)?).value;
            tally.equal(after, claim(before, b1 / b2), || format!("{q}, {p} and {image_q}, {image_p}"));
        }
    }
    Ok(tally)
}

const PYTHAGORAS: &str = "Pythagorean split at the normal distribution of q's moments";
const PYTHAGORAS_STATEMENT: &str = "KL(q ‖ N) = KL(q ‖ N_q) + KL(N_q ‖ N), N_q of q's mean and variance";

pub(super) fn pythagoras() -> Identity {
    Identity::from(PYTHAGORAS, PYTHAGORAS_STATEMENT, BOUND, projections(SUM))
}

fn projections(claim: Claim) -> Checked {
    let qs: &[Spec] = &[
        &[(1.0, Laplace, &[0.5, 2.0])],
        &[(1.0, Logistic, &[-1.0, 0.3])],
        &[(1.0, Gamma, &[2.0, 3.0])],
        &[(1.0, Gamma, &[500.0, 20.0])],
        &[(1.0, Uniform, &[-1.0, 2.0])],
        &[(1.0, Gumbel, &[0.0, 1.0])],
        &[(0.3, Normal, &[-2.0, 0.5]), (0.7, Normal, &[1.0, 1.0])],
    ];
    let mut tally = Tally::default();
    for &spec in qs {
        let q = build(spec)?;
        let a = one_dimension(&q)?;
        let mean = expectation(a, a, |at| at.x).value;
        let deviation = expectation(a, a, |at| (at.x - mean).powi(2)).value.sqrt();
        let nearest = N::new(mean, deviation)?;
        for (mu, sigma) in [(0.0, 1.0), (mean, deviation), (3.0, 0.4), (-20.0, 30.0)] {
            let p = N::new(mu, sigma)?;
            let parts = claim(quadrature::kl(a, &nearest).value, kl(&nearest, &p)?.value);
            tally.equal(quadrature::kl(a, &p).value, parts, || format!("{q}, {p:?}"));
        }
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::{super::refused, *};

    #[test]
    fn parts_add_and_are_not_averaged_or_maximised() {
        assert!(refused(products(|a, b| 0.5 * (a + b))));
        assert!(refused(chains(f64::max)));
        assert!(refused(projections(|_, to_normal| to_normal)));
    }

    #[test]
    fn a_jacobian_does_not_enter() {
        assert!(refused(images(|value, ratio| value + ratio.ln())));
    }
}
