//! The geometric mixture `r ∝ q^α p^(1−α)` within an exponential family: its natural parameters are the weighted sum.

use crate::{distribution::Distribution, families::*, matrix::cholesky};

/// r; `Some(None)` where `∫ q^α p^(1−α)` diverges, and `None` for a pair of which it is not known.
pub(super) fn between(q: &Distribution, p: &Distribution, alpha: f64) -> Option<Option<Distribution>> {
    use Distribution as D;
    let mix = |x: f64, y: f64| alpha * x + (1.0 - alpha) * y;
    let positive = |x: f64| (x > 0.0).then_some(x);
    let some = |d: Option<Distribution>| Some(d);
    // The precision of the mixture, and its mean.
    let normal = |m1: f64, s1: f64, m2: f64, s2: f64| {
        let precision = positive(mix(s1.powi(-2), s2.powi(-2)))?;
        // m₂ plus the share of the difference, which is exact for m₁ = m₂.
        let mu = m2 + alpha * (m1 - m2) * s1.powi(-2) / precision;
        Some((mu, 1.0 / precision.sqrt()))
    };
    // Probabilities in proportion to q^α p^(1−α).
    let tilt = |a: &[f64], b: &[f64]| {
        let logs: Vec<f64> =
            a.iter().zip(b).map(|(a, b)| times(alpha, a.ln()) + times(1.0 - alpha, b.ln())).collect();
        let total = ln_sum_exp(&logs);
        logs.into_iter().map(|l| (l - total).exp()).collect::<Vec<f64>>()
    };
    match (q, p) {
        (D::Normal(a), D::Normal(b)) => {
            let r = normal(a.mu(), a.sigma(), b.mu(), b.sigma());
            some(r.and_then(|(mu, sigma)| Normal::new(mu, sigma).ok()).map(D::from))
        }
        (D::HalfNormal(a), D::HalfNormal(b)) => {
            let r = normal(0.0, a.sigma(), 0.0, b.sigma());
            some(r.and_then(|(_, sigma)| HalfNormal::new(sigma).ok()).map(D::from))
        }
        // The density 1/x is the same in q, p and r.
        (D::LogNormal(a), D::LogNormal(b)) => {
            let r = normal(a.mu(), a.sigma(), b.mu(), b.sigma());
            some(r.and_then(|(mu, sigma)| LogNormal::new(mu, sigma).ok()).map(D::from))
        }
        (D::DiagonalNormal(a), D::DiagonalNormal(b)) => {
            let each = (0..a.mu().len()).map(|i| normal(a.mu()[i], a.sigma()[i], b.mu()[i], b.sigma()[i]));
            let each: Option<Vec<(f64, f64)>> = each.collect();
            some(each.and_then(|r| {
                let (mu, sigma) = r.into_iter().unzip();
                DiagonalNormal::new(mu, sigma).ok().map(D::from)
            }))
        }
        (D::MultivariateNormal(a), D::MultivariateNormal(b)) => some(multivariate(a, b, alpha).map(D::from)),
        (D::Bernoulli(a), D::Bernoulli(b)) => {
            let r = tilt(&[a.p(), 1.0 - a.p()], &[b.p(), 1.0 - b.p()]);
            some(Bernoulli::new(r[0]).ok().map(D::from))
        }
        (D::Binomial(a), D::Binomial(b)) if a.n() == b.n() => {
            let r = tilt(&[a.p(), 1.0 - a.p()], &[b.p(), 1.0 - b.p()]);
            some(Binomial::new(a.n(), r[0]).ok().map(D::from))
        }
        (D::Categorical(a), D::Categorical(b)) if a.p().len() == b.p().len() => {
            some(Categorical::new(tilt(a.p(), b.p())).ok().map(D::from))
        }
        (D::ContinuousBernoulli(a), D::ContinuousBernoulli(b)) => {
            let eta = mix(a.logit(), b.logit());
            some(ContinuousBernoulli::new(1.0 / (1.0 + (-eta).exp())).ok().map(D::from))
        }
        (D::Exponential(a), D::Exponential(b)) => {
            some(Exponential::new(mix(a.rate(), b.rate())).ok().map(D::from))
        }
        (D::Gamma(a), D::Gamma(b)) => {
            some(Gamma::new(mix(a.shape(), b.shape()), mix(a.rate(), b.rate())).ok().map(D::from))
        }
        (D::InverseGamma(a), D::InverseGamma(b)) => {
            some(InverseGamma::new(mix(a.shape(), b.shape()), mix(a.scale(), b.scale())).ok().map(D::from))
        }
        (D::Beta(a), D::Beta(b)) => {
            some(Beta::new(mix(a.alpha(), b.alpha()), mix(a.beta(), b.beta())).ok().map(D::from))
        }
        (D::Dirichlet(a), D::Dirichlet(b)) if a.alpha().len() == b.alpha().len() => {
            let alpha = a.alpha().iter().zip(b.alpha()).map(|(&a, &b)| mix(a, b)).collect();
            some(Dirichlet::new(alpha).ok().map(D::from))
        }
        (D::Geometric(a), D::Geometric(b)) => {
            // (1 − p) is the natural parameter's exponential.
            let ln_failure = times(alpha, (-a.p()).ln_1p()) + times(1.0 - alpha, (-b.p()).ln_1p());
            some(Geometric::new(-ln_failure.exp_m1()).ok().map(D::from))
        }
        (D::Poisson(a), D::Poisson(b)) => {
            some(Poisson::new(mix(a.rate().ln(), b.rate().ln()).exp()).ok().map(D::from))
        }
        (D::Pareto(a), D::Pareto(b)) if a.minimum() == b.minimum() => {
            some(Pareto::new(a.minimum(), mix(a.shape(), b.shape())).ok().map(D::from))
        }
        (D::VonMises(a), D::VonMises(b)) => {
            let (x, y) = (
                mix(a.kappa() * a.mu().cos(), b.kappa() * b.mu().cos()),
                mix(a.kappa() * a.mu().sin(), b.kappa() * b.mu().sin()),
            );
            some(VonMises::new(y.atan2(x), x.hypot(y)).ok().map(D::from))
        }
        _ => None,
    }
}

/// `x·ln` with `0·ln 0 = 0`.
fn times(x: f64, ln: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * ln }
}

/// Precisions and precision-weighted means add.
fn multivariate(a: &MultivariateNormal, b: &MultivariateNormal, alpha: f64) -> Option<MultivariateNormal> {
    let d = a.mu().len();
    let inverse = |l: &[f64]| -> Vec<f64> {
        // L⁻ᵀ L⁻¹, by the columns of L⁻¹.
        let unit = |j: usize| (0..d).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        let columns: Vec<Vec<f64>> = (0..d).map(|j| crate::matrix::solve_lower(l, &unit(j))).collect();
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        (0..d * d).map(|at| dot(&columns[at / d], &columns[at % d])).collect()
    };
    let (pa, pb) = (inverse(a.factor()), inverse(b.factor()));
    let precision: Vec<f64> = pa.iter().zip(&pb).map(|(x, y)| alpha * x + (1.0 - alpha) * y).collect();
    let covariance = inverse(&cholesky(&precision, d).ok()?);
    let symmetric: Vec<f64> =
        (0..d * d).map(|at| 0.5 * (covariance[at] + covariance[(at % d) * d + at / d])).collect();
    let times = |m: &[f64], v: &[f64]| -> Vec<f64> {
        m.chunks(d).map(|row| row.iter().zip(v).map(|(m, v)| m * v).sum()).collect()
    };
    let shift: Vec<f64> = a.mu().iter().zip(b.mu()).map(|(x, y)| alpha * (x - y)).collect();
    let moved = times(&symmetric, &times(&pa, &shift));
    let mu = b.mu().iter().zip(moved).map(|(y, m)| y + m).collect();
    MultivariateNormal::new(mu, symmetric).ok()
}
