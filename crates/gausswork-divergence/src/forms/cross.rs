//! Pairs of different families: the cross-entropy from expectations under q, minus q's entropy.

use std::f64::consts::{LN_2, PI};

use super::{
    Formula,
    entropy::{entropy, gamma_negentropy},
    gaussian,
    statistics::{
        cosine, distance, exponential, log, log_complement, log_gap, log_one_plus_square, log_power,
        log_variance, mean, reciprocal_log_gap, variance,
    },
};
use crate::{
    distribution::Family::{self, *},
    matrix::{cholesky, solve_lower},
    real::Real,
    special::{
        LN_TWO_PI, itakura_saito, ln_beta_half, ln_factorial_rest, ln_gamma, log_i0, log_uniform_normaliser,
        logit, relative_entropy, relative_entropy_of_ln, stirling,
    },
};

pub(super) const FORMULA: Formula = Formula {
    name: "cross-entropy, from expectations under q",
    reference: "moments: Johnson, Kotz, Balakrishnan 1994/95, Continuous Univariate Distributions",
};
const DIFFERENCE: Formula = Formula {
    name: "cross-entropy minus entropy, from expectations under q",
    reference: "Cover, Thomas 2006, §8.5; moments: Johnson, Kotz, Balakrishnan 1994/95",
};
const PROJECTED: Formula = Formula {
    name: "KL to the p of q's own moments, plus KL from there to p",
    reference: "the Pythagorean relation of an exponential family: Csiszár 1975, Annals of Probability 3; Cover, Thomas 2006, §8.5",
};
const FINITE: Formula = Formula { name: "finite sum over the support of q", reference: "the definition" };

/// Sums longer than this are left to numerical methods.
const MAX_TERMS: f64 = 1e6;

/// The simplest family that contains the distribution, as gamma(1, r) is exponential(r).
pub(super) fn reduced<T: Real>(family: Family, theta: &[T]) -> (Family, Vec<T>) {
    // A dual number that is being differentiated is not a constant.
    let is = |x: T, value: f64| x.value() == value && x.slope() == 0.0;
    let unit = || (Uniform, vec![T::from(0.0), T::from(1.0)]);
    match (family, theta) {
        (Gamma, &[shape, rate]) if is(shape, 1.0) => (Exponential, vec![rate]),
        (Weibull, &[scale, shape]) if is(shape, 1.0) => (Exponential, vec![scale.recip()]),
        (Beta, &[alpha, beta]) if is(alpha, 1.0) && is(beta, 1.0) => unit(),
        (ContinuousBernoulli, &[lambda]) if is(lambda, 0.5) => unit(),
        (StudentT, &[nu, mu, sigma]) if is(nu, 1.0) => (Cauchy, vec![mu, sigma]),
        (Binomial, &[n, p]) if is(n, 1.0) => (Bernoulli, vec![p]),
        _ => (family, theta.to_vec()),
    }
}

/// The closed form for two families, if there is one, and the size of what was subtracted in it.
pub(super) fn kl<T: Real>(q: Family, a: &[T], p: Family, b: &[T]) -> Option<(T, Formula, f64)> {
    if let Some(sum) = finite_sum(q, a, p, b, |ln_q, ln_p| ln_q.exp() * (ln_q - ln_p)) {
        if sum.value() > 0.01 {
            return Some((sum, FINITE, 0.0));
        }
        // Term by term non-negative, q (ln(q/p) + p/q − 1), and the p where q has nothing.
        let within = finite_sum(q, a, p, b, relative_entropy_of_ln)?;
        return Some((within + outside(q, a, p, b)?, FINITE, 0.0));
    }
    // A normal p depends on q through two moments, and the rest is q's distance from any normal distribution.
    if let (Normal, &[mu, sigma]) = (p, b) {
        let (m, v) = (mean(q, a), variance(q, a)?);
        if v.value() == f64::INFINITY {
            return Some((v, DIFFERENCE, 0.0));
        }
        let (shape, size) = negentropy(q, a)?;
        return Some((shape + gaussian::normal(m?, v.sqrt(), mu, sigma), PROJECTED, size));
    }
    if let (LogNormal, &[mu, sigma]) = (p, b) {
        let (m, v) = (log(q, a)?, log_variance(q, a)?);
        let (shape, size) = log_negentropy(q, a)?;
        return Some((shape + gaussian::normal(m, v.sqrt(), mu, sigma), PROJECTED, size));
    }
    if let (LogNormal, &[mu, sigma], Gamma, &[shape, rate]) = (q, a, p, b) {
        // The gap to the gamma distribution of equal mean, ½(ασ² − 1 − ln ασ²) + S(α), each ≥ 0.
        let gap = itakura_saito(shape * sigma.square(), T::from(1.0)) * 0.5 + stirling(shape, 0);
        let ratio = (mu + sigma.square() * 0.5 + rate.ln() - shape.ln()).exp();
        return Some((shape * itakura_saito(ratio, T::from(1.0)) + gap, DIFFERENCE, 0.0));
    }
    let cross = cross_entropy(q, a, p, b)?;
    if cross.value() == f64::INFINITY {
        return Some((cross, DIFFERENCE, 0.0));
    }
    let entropy = entropy(q, a)?;
    Some((cross - entropy, DIFFERENCE, cross.value().abs() + entropy.value().abs()))
}

/// The divergence from the normal distribution of q's mean and variance, ≥ 0, and the size of what cancels in it.
fn negentropy<T: Real>(q: Family, a: &[T]) -> Option<(T, f64)> {
    Some(match (q, a) {
        (Gamma, &[shape, _]) => (gamma_negentropy(shape), 0.0),
        (LogNormal, &[_, sigma]) => {
            // ½(σ² + ln((e^σ² − 1)/σ²)).
            ((sigma.square() + log_uniform_normaliser(sigma.square())) * 0.5, 0.0)
        }
        _ => {
            let (normal, own) = (variance(q, a)?.ln() * 0.5 + 0.5 * (LN_TWO_PI + 1.0), entropy(q, a)?);
            (normal - own, normal.value().abs() + own.value().abs())
        }
    })
}

/// The divergence of ln x from the normal distribution of its mean and variance, ≥ 0, and the size of what cancels.
fn log_negentropy<T: Real>(q: Family, a: &[T]) -> Option<(T, f64)> {
    Some(match (q, a) {
        // ½ ln(a ψ'(a)) − S + a S', with a ψ'(a) − 1 = 1/(2a) + a S''(a).
        (Gamma | InverseGamma, &[shape, _]) => {
            let excess = shape.recip() * 0.5 + shape * stirling(shape, 2);
            (excess.ln_1p() * 0.5 - stirling(shape, 0) + shape * stirling(shape, 1), 0.0)
        }
        _ => {
            let normal = log_variance(q, a)?.ln() * 0.5 + 0.5 * (LN_TWO_PI + 1.0) + log(q, a)?;
            let own = entropy(q, a)?;
            (normal - own, normal.value().abs() + own.value().abs())
        }
    })
}

/// `−∫ q ln p` where the supports fit.
pub(super) fn cross_entropy<T: Real>(q: Family, a: &[T], p: Family, b: &[T]) -> Option<T> {
    if let Some(sum) = finite_sum(q, a, p, b, |ln_q, ln_p| -(ln_q.exp() * ln_p)) {
        return Some(sum);
    }
    Some(match (p, b) {
        (Normal, &[mu, sigma]) => {
            let v = variance(q, a)?;
            if v.value() == f64::INFINITY {
                return Some(v);
            }
            let shift = (mean(q, a)? - mu) / sigma;
            ((v.sqrt() / sigma).square() + shift.square() + LN_TWO_PI) * 0.5 + sigma.ln()
        }
        (LogNormal, &[mu, sigma]) => {
            let m = log(q, a)?;
            let shift = (m - mu) / sigma;
            let spread = log_variance(q, a)? / sigma.square();
            (spread + shift.square() + LN_TWO_PI) * 0.5 + sigma.ln() + m
        }
        (HalfNormal, &[sigma]) => {
            let square = log_power(q, a, sigma, T::from(2.0))?.exp();
            square * 0.5 + sigma.ln() + (0.5 * LN_TWO_PI - LN_2)
        }
        (Exponential, &[rate]) => rate * mean(q, a)? - rate.ln(),
        (Gamma, &[shape, rate]) => gamma(mean(q, a)?, log(q, a)?, log_gap(q, a), shape, rate)?,
        (InverseGamma, &[shape, scale]) => {
            // Of y = 1/x, with ln |dy/dx| = −2 ln x.
            let ln_mean = log_power(q, a, T::from(1.0), T::from(-1.0))?;
            let log = log(q, a)?;
            gamma(ln_mean.exp(), -log, reciprocal_log_gap(q, a), shape, scale)? + log * 2.0
        }
        (Beta, &[alpha, beta]) => {
            let normaliser = ln_gamma(alpha) + ln_gamma(beta) - ln_gamma(alpha + beta);
            normaliser + times(-alpha + 1.0, || log(q, a))? + times(-beta + 1.0, || log_complement(q, a))?
        }
        (Uniform, &[low, high]) => (high - low).ln(),
        (ContinuousBernoulli, &[lambda]) => {
            let eta = logit(lambda);
            log_uniform_normaliser(eta) - eta * mean(q, a)?
        }
        (Gumbel, &[mu, beta]) => {
            let exponential = exponential(q, a, mu, beta)?;
            if exponential.value() == f64::INFINITY {
                return Some(exponential);
            }
            beta.ln() + (mean(q, a)? - mu) / beta + exponential
        }
        (Weibull, &[scale, shape]) => {
            let power = log_power(q, a, scale, shape)?;
            if power.value() == f64::INFINITY {
                return Some(power);
            }
            let log = log(q, a)?;
            power.exp() - shape.ln() - shape * (log - scale.ln()) + log
        }
        (Pareto, &[minimum, shape]) => {
            let log = log(q, a)?;
            shape * (log - minimum.ln()) + log - shape.ln()
        }
        (Laplace, &[mu, b]) => distance(q, a, mu)? / b + b.ln() + LN_2,
        (Logistic, &[mu, s]) => match (q, a) {
            // E[y + 2 ln(1 + e^−y)] for y = (x − mu)/s with x logistic of the same scale.
            (Logistic, &[m, own]) if (own - s).value() == 0.0 && (own - s).slope() == 0.0 => {
                let d = ((m - mu) / s).abs();
                d + planck(d) * 2.0 + s.ln()
            }
            _ => return None,
        },
        (Cauchy, &[x, scale]) => log_one_plus_square(q, a, x, scale)? + (scale * PI).ln(),
        (StudentT, &[nu, mu, sigma]) => {
            let spread = log_one_plus_square(q, a, mu, sigma * nu.sqrt())?;
            (nu + 1.0) * 0.5 * spread + sigma.ln() + ln_beta_half(nu)
        }
        (VonMises, &[mu, kappa]) => log_i0(kappa) - kappa * cosine(q, a, mu)? + LN_TWO_PI,
        (Geometric, &[p2]) => match (q, a) {
            (Geometric, &[p1]) => times((-p1 + 1.0) / p1, || Some(-(-p2).ln_1p()))? - p2.ln(),
            (Poisson, &[rate]) => -p2.ln() - rate * (-p2).ln_1p(),
            _ => return None,
        },
        (DiagonalNormal | MultivariateNormal, _) => multivariate(q, a, p, b)?,
        (Dirichlet, _) if q == Dirichlet => {
            let sum = |theta: &[T]| theta.iter().fold(T::from(0.0), |sum, &x| sum + x);
            let total = crate::special::digamma(sum(a));
            let parts = a.iter().zip(b).fold(T::from(0.0), |all, (&a, &b)| {
                all + ln_gamma(b) - (b - 1.0) * (crate::special::digamma(a) - total)
            });
            parts - ln_gamma(sum(b))
        }
        _ => return None,
    })
}

/// `factor · f()`, where f is not needed if the factor is 0 with all its derivatives.
fn times<T: Real>(factor: T, f: impl Fn() -> Option<T>) -> Option<T> {
    if factor.value() == 0.0 && factor.slope() == 0.0 { Some(factor) } else { Some(factor * f()?) }
}

/// `d/(e^d − 1)`, d ≥ 0; 1 at d = 0.
fn planck<T: Real>(d: T) -> T {
    d.map(
        |d| if d == 0.0 { 1.0 } else { d / d.exp_m1() },
        |d| if d < 1e-4 { -0.5 + d / 6.0 } else { (1.0 - d - d / d.exp_m1()) / d.exp_m1() },
    )
}

/// From `E[x]`, `E[ln x]` and the gap `ln E[x] − E[ln x]`: with p's mean m,
/// `½ ln(2π/a) + S(a) + E[ln x] + a (E[x]/m − 1 − ln(E[x]/m) + gap)`.
///
/// *Stability*: nothing of the size of a cancels.
fn gamma<T: Real>(mean: T, log: T, gap: Option<T>, shape: T, rate: T) -> Option<T> {
    if mean.value() == f64::INFINITY {
        return Some(mean);
    }
    let spread = itakura_saito(mean, shape / rate) + gap?;
    Some(-(shape.ln() * 0.5) + 0.5 * LN_TWO_PI + stirling(shape, 0) + log + shape * spread)
}

fn multivariate<T: Real>(q: Family, a: &[T], p: Family, b: &[T]) -> Option<T> {
    let (mu1, cov1) = gaussian::moments(q, a)?;
    let (mu2, cov2) = gaussian::moments(p, b)?;
    let d = mu1.len();
    let (l1, l2) = (cholesky(&cov1, d).ok()?, cholesky(&cov2, d).ok()?);
    let square = |v: Vec<T>| solve_lower(&l2, &v).into_iter().fold(T::from(0.0), |sum, z| sum + z.square());
    let shift = square(mu1.iter().zip(&mu2).map(|(&x, &y)| x - y).collect());
    let columns = (0..d).map(|j| square((0..d).map(|i| l1[i * d + j]).collect()));
    let trace = columns.fold(T::from(0.0), |sum, c| sum + c);
    let log_det = (0..d).fold(T::from(0.0), |sum, i| sum + l2[i * d + i].ln());
    Some((shift + trace + d as f64 * LN_TWO_PI) * 0.5 + log_det)
}

/// `Σ f(ln q(k), ln p(k))` over the finite support of q.
fn finite_sum<T: Real>(q: Family, a: &[T], p: Family, b: &[T], f: impl Fn(T, T) -> T) -> Option<T> {
    let last = match (q, a) {
        (Bernoulli, _) => 1.0,
        (Binomial, &[n, _]) => n.value(),
        (Categorical, _) => a.len() as f64 - 1.0,
        _ => return None,
    };
    if last > MAX_TERMS {
        return None;
    }
    let mut sum = T::from(0.0);
    for k in 0..=last as u64 {
        let (ln_q, ln_p) = (ln_probability(q, a, k as f64)?, ln_probability(p, b, k as f64)?);
        if ln_q.value() > f64::NEG_INFINITY {
            sum = sum + f(ln_q, ln_p);
        }
    }
    Some(sum)
}

/// The mass of p on the numbers at which a q of finite support has none.
fn outside<T: Real>(q: Family, a: &[T], p: Family, b: &[T]) -> Option<T> {
    let mut sum = T::from(0.0);
    let mut before = f64::INFINITY;
    for k in 0..MAX_TERMS as u64 {
        let (ln_q, ln_p) = (ln_probability(q, a, k as f64), ln_probability(p, b, k as f64)?);
        if ln_q?.value() > f64::NEG_INFINITY {
            continue;
        }
        // Unimodal: once it falls below rounding it stays there.
        let falling = ln_p.value() < before;
        before = ln_p.value();
        if falling && before < -745.0 {
            break;
        }
        sum = sum + ln_p.exp();
    }
    Some(sum)
}

/// `ln q(k)` of a discrete distribution, in the form of Loader 2000, Fast and Accurate Computation of Binomial
/// Probabilities: deviances and the remainders of Stirling's formula.
fn ln_probability<T: Real>(q: Family, a: &[T], k: f64) -> Option<T> {
    let never = T::from(f64::NEG_INFINITY);
    let times = |n: f64, ln: T| if n == 0.0 { T::from(0.0) } else { ln * n };
    Some(match (q, a) {
        (Bernoulli, &[p]) => return ln_probability(Binomial, &[T::from(1.0), p], k),
        (Binomial, &[n, _]) if k > n.value() => never,
        (Binomial, &[n, p]) if k == 0.0 => times(n.value(), (-p).ln_1p()),
        (Binomial, &[n, p]) if k == n.value() => p.ln() * k,
        (Binomial, &[n, p]) => {
            let n = n.value();
            let deviance =
                relative_entropy(T::from(k), p * n) + relative_entropy(T::from(n - k), (-p + 1.0) * n);
            -deviance + (ln_factorial_rest(n) - ln_factorial_rest(k) - ln_factorial_rest(n - k))
        }
        (Categorical, _) => a.get(k as usize).map_or(never, |p| p.ln()),
        (Geometric, &[p]) => p.ln() + times(k, (-p).ln_1p()),
        (Poisson, &[rate]) => -relative_entropy(T::from(k), rate) - ln_factorial_rest(k),
        _ => return None,
    })
}
