//! Expectations of what log-densities consist of: moments, logarithms, exponentials.
//!
//! Formulas: Johnson, Kotz, Balakrishnan, Continuous Univariate Distributions (2nd ed., 1994 and 1995), the chapter
//! of the family, unless another reference is given. An expectation that diverges is infinite.

use std::f64::consts::{PI, SQRT_2};

use crate::{
    distribution::Family::{self, *},
    real::Real,
    special::{
        EULER_GAMMA, bessel_ratio, digamma, erf, erfcx, ln_gamma, ln_gamma_ratio, log_uniform_normaliser,
        logit, mean_in_unit, normal_cdf, stirling, trigamma, variance_in_unit,
    },
};

const INFINITY: f64 = f64::INFINITY;

/// `E[x]`.
pub(super) fn mean<T: Real>(q: Family, a: &[T]) -> Option<T> {
    Some(match (q, a) {
        (Normal | Laplace | Logistic, &[mu, _]) => mu,
        (LogNormal, &[mu, sigma]) => (mu + sigma.square() * 0.5).exp(),
        (HalfNormal, &[sigma]) => sigma * (2.0 / PI).sqrt(),
        (Exponential, &[rate]) => rate.recip(),
        (Gamma, &[shape, rate]) => shape / rate,
        (InverseGamma, &[shape, scale]) => above(shape, 1.0, || scale / (shape - 1.0)),
        (Beta, &[alpha, beta]) => alpha / (alpha + beta),
        (ContinuousBernoulli, &[lambda]) => mean_in_unit(logit(lambda)),
        (Uniform, &[low, high]) => low * 0.5 + high * 0.5,
        (Gumbel, &[mu, beta]) => mu + beta * EULER_GAMMA,
        (Weibull, &[scale, shape]) => scale * ln_gamma(shape.recip() + 1.0).exp(),
        (Pareto, &[minimum, shape]) => above(shape, 1.0, || shape / (shape - 1.0) * minimum),
        (StudentT, &[nu, mu, _]) if nu.value() > 1.0 => mu,
        _ => return None,
    })
}

/// The variance; infinite where the second moment is.
pub(super) fn variance<T: Real>(q: Family, a: &[T]) -> Option<T> {
    Some(match (q, a) {
        (Normal, &[_, sigma]) => sigma.square(),
        (Laplace, &[_, b]) => b.square() * 2.0,
        (Logistic, &[_, s]) => s.square() * (PI * PI / 3.0),
        (LogNormal, &[mu, sigma]) => {
            let s2 = sigma.square();
            (mu * 2.0 + s2).exp() * s2.map(f64::exp_m1, f64::exp)
        }
        (HalfNormal, &[sigma]) => sigma.square() * (1.0 - 2.0 / PI),
        (Exponential, &[rate]) => rate.square().recip(),
        (Gamma, &[shape, rate]) => shape / rate / rate,
        (InverseGamma, &[shape, scale]) => above(shape, 2.0, || {
            let mean = scale / (shape - 1.0);
            mean.square() / (shape - 2.0)
        }),
        (Beta, &[alpha, beta]) => {
            let sum = alpha + beta;
            alpha / sum * (beta / sum) / (sum + 1.0)
        }
        (ContinuousBernoulli, &[lambda]) => variance_in_unit(logit(lambda)),
        (Uniform, &[low, high]) => (high - low).square() / 12.0,
        (Gumbel, &[_, beta]) => beta.square() * (PI * PI / 6.0),
        (Weibull, &[scale, shape]) => {
            // Γ(1 + 2/k) − Γ(1 + 1/k)² = Γ(1 + 1/k)² (e^d − 1).
            let once = ln_gamma(shape.recip() + 1.0);
            let d = ln_gamma(shape.recip() * 2.0 + 1.0) - once * 2.0;
            (scale * once.exp()).square() * d.map(f64::exp_m1, f64::exp)
        }
        (Pareto, &[minimum, shape]) => above(shape, 2.0, || {
            let mean = minimum / (shape - 1.0);
            mean.square() * shape / (shape - 2.0)
        }),
        (StudentT, &[nu, _, sigma]) => above(nu, 2.0, || sigma.square() * nu / (nu - 2.0)),
        (Cauchy, _) => T::from(INFINITY),
        _ => return None,
    })
}

/// `E|x − at|`.
pub(super) fn distance<T: Real>(q: Family, a: &[T], at: T) -> Option<T> {
    Some(match (q, a) {
        (Normal, &[mu, sigma]) => {
            let d = (mu - at) / sigma;
            let bump = (-(d.square() * 0.5)).exp() * (2.0 / PI).sqrt();
            sigma * (bump + d * erf(d / SQRT_2))
        }
        (Laplace, &[mu, b]) => {
            let d = (mu - at).abs();
            d + b * (-(d / b)).exp()
        }
        (Logistic, &[mu, s]) => {
            let d = (mu - at).abs();
            d + s * (-(d / s)).exp().ln_1p() * 2.0
        }
        (Uniform, &[low, high]) => {
            if at.value() <= low.value() || at.value() >= high.value() {
                ((low + high) * 0.5 - at).abs()
            } else {
                ((at - low).square() + (high - at).square()) / (high - low) * 0.5
            }
        }
        (Exponential, &[rate]) => {
            let beyond = if at.value() > 0.0 { (-(rate * at)).exp() * 2.0 } else { T::from(2.0) };
            if at.value() > 0.0 { at + (beyond - 1.0) / rate } else { rate.recip() - at }
        }
        (HalfNormal, &[sigma]) => {
            let mean = sigma * (2.0 / PI).sqrt();
            if at.value() <= 0.0 {
                return Some(mean - at);
            }
            let y = at / sigma;
            let below = -(-(y.square() * 0.5)).map(f64::exp_m1, f64::exp);
            at * (erf(y / SQRT_2) * 2.0 - 1.0) + mean * (-(below * 2.0) + 1.0)
        }
        (LogNormal, &[mu, sigma]) => {
            let mean = (mu + sigma.square() * 0.5).exp();
            if at.value() <= 0.0 {
                return Some(mean - at);
            }
            let z = (at.ln() - mu) / sigma;
            at * (normal_cdf(z) * 2.0 - 1.0) + mean * (-(normal_cdf(z - sigma) * 2.0) + 1.0)
        }
        (Pareto, &[minimum, shape]) => above(shape, 1.0, || {
            let mean = shape / (shape - 1.0) * minimum;
            if at.value() <= minimum.value() {
                return mean - at;
            }
            // ∫_at^∞ (x − at) p = at (minimum/at)^shape / (shape − 1).
            let beyond = (shape * (minimum.ln() - at.ln())).exp() * at / (shape - 1.0);
            at - mean + beyond * 2.0
        }),
        (Cauchy, _) => T::from(INFINITY),
        (StudentT, &[nu, ..]) if nu.value() <= 1.0 => T::from(INFINITY),
        (InverseGamma, &[shape, _]) if shape.value() <= 1.0 => T::from(INFINITY),
        _ => return None,
    })
}

/// `E[ln x]`.
pub(super) fn log<T: Real>(q: Family, a: &[T]) -> Option<T> {
    Some(match (q, a) {
        (LogNormal, &[mu, _]) => mu,
        (HalfNormal, &[sigma]) => sigma.ln() - 0.5 * (EULER_GAMMA + std::f64::consts::LN_2),
        (Exponential, &[rate]) => -rate.ln() - EULER_GAMMA,
        (Gamma, &[shape, rate]) => digamma(shape) - rate.ln(),
        (InverseGamma, &[shape, scale]) => scale.ln() - digamma(shape),
        (Beta, &[alpha, beta]) => digamma(alpha) - digamma(alpha + beta),
        (Uniform, &[low, high]) => {
            let part = |x: T| if x.value() == 0.0 { T::from(0.0) } else { x * x.ln() };
            (part(high) - part(low)) / (high - low) - 1.0
        }
        (Weibull, &[scale, shape]) => scale.ln() - shape.recip() * EULER_GAMMA,
        (Pareto, &[minimum, shape]) => minimum.ln() + shape.recip(),
        _ => return None,
    })
}

/// The variance of `ln x`.
pub(super) fn log_variance<T: Real>(q: Family, a: &[T]) -> Option<T> {
    Some(match (q, a) {
        (LogNormal, &[_, sigma]) => sigma.square(),
        (HalfNormal, _) => T::from(PI * PI / 8.0),
        (Exponential, _) => T::from(PI * PI / 6.0),
        (Gamma | InverseGamma, &[shape, _]) => trigamma(shape),
        (Beta, &[alpha, beta]) => trigamma(alpha) - trigamma(alpha + beta),
        (Uniform, &[low, high]) => {
            // That of ln(1 − w u) for uniform u: 1 − (l/w)² (1 − w), with w = 1 − low/high and l = ln(low/high).
            let ratio = low / high;
            if ratio.value() == 0.0 {
                return Some(T::from(1.0));
            }
            let w = -ratio + 1.0;
            if w.value() < 0.05 {
                return None;
            }
            -((ratio.ln() / w).square() * ratio) + 1.0
        }
        (Weibull, &[_, shape]) => shape.square().recip() * (PI * PI / 6.0),
        (Pareto, &[_, shape]) => shape.square().recip(),
        _ => return None,
    })
}

/// `ln E[x] − E[ln x] ≥ 0`, for positive numbers.
pub(super) fn log_gap<T: Real>(q: Family, a: &[T]) -> Option<T> {
    Some(match (q, a) {
        (LogNormal, &[_, sigma]) => sigma.square() * 0.5,
        (Gamma, &[shape, _]) => log_minus_digamma(shape),
        (InverseGamma, &[shape, _]) if shape.value() > 1.0 => shifted_digamma_minus_log(shape),
        (Beta, &[alpha, beta]) => log_minus_digamma(alpha) - log_minus_digamma(alpha + beta),
        (Exponential, _) => T::from(EULER_GAMMA),
        (Weibull, &[_, shape]) => ln_gamma(shape.recip() + 1.0) + shape.recip() * EULER_GAMMA,
        _ => mean(q, a)?.ln() - log(q, a)?,
    })
}

/// `ln E[1/x] + E[ln x] ≥ 0`, for positive numbers.
pub(super) fn reciprocal_log_gap<T: Real>(q: Family, a: &[T]) -> Option<T> {
    Some(match (q, a) {
        (LogNormal, &[_, sigma]) => sigma.square() * 0.5,
        (InverseGamma, &[shape, _]) => log_minus_digamma(shape),
        (Gamma, &[shape, _]) if shape.value() > 1.0 => shifted_digamma_minus_log(shape),
        _ => log_power(q, a, T::from(1.0), T::from(-1.0))? + log(q, a)?,
    })
}

/// `ln a − ψ(a) = 1/(2a) − S'(a)`.
fn log_minus_digamma<T: Real>(a: T) -> T {
    a.recip() * 0.5 - stirling(a, 1)
}

/// `ψ(a) − ln(a − 1)`, a > 1.
fn shifted_digamma_minus_log<T: Real>(a: T) -> T {
    (a - 1.0).recip().ln_1p() - log_minus_digamma(a)
}

/// `E[ln(1 − x)]`.
pub(super) fn log_complement<T: Real>(q: Family, a: &[T]) -> Option<T> {
    match (q, a) {
        (Beta, &[alpha, beta]) => Some(digamma(beta) - digamma(alpha + beta)),
        (Uniform, &[low, high]) => log(Uniform, &[-high + 1.0, -low + 1.0]),
        _ => None,
    }
}

/// `ln E[(x/scale)^k]`, for positive numbers.
pub(super) fn log_power<T: Real>(q: Family, a: &[T], scale: T, k: T) -> Option<T> {
    Some(match (q, a) {
        (LogNormal, &[mu, sigma]) => k * (mu - scale.ln()) + (k * sigma).square() * 0.5,
        (HalfNormal, &[sigma]) => above(k, -1.0, || {
            let half = (k + 1.0) * 0.5;
            k * (sigma.ln() - scale.ln() + 0.5 * std::f64::consts::LN_2) + ln_gamma(half) - 0.5 * PI.ln()
        }),
        (Exponential, &[rate]) => above(k, -1.0, || ln_gamma(k + 1.0) - k * (rate.ln() + scale.ln())),
        (Gamma, &[shape, rate]) => {
            above(k + shape, 0.0, || ln_gamma_ratio(shape, k) - k * (rate.ln() + scale.ln()))
        }
        (InverseGamma, &[shape, rate]) => {
            above(shape - k, 0.0, || ln_gamma_ratio(shape, -k) + k * (rate.ln() - scale.ln()))
        }
        (Beta, &[alpha, beta]) => above(k + alpha, 0.0, || {
            ln_gamma_ratio(alpha, k) - ln_gamma_ratio(alpha + beta, k) - k * scale.ln()
        }),
        (Weibull, &[own, shape]) => {
            above(k / shape, -1.0, || ln_gamma(k / shape + 1.0) + k * (own.ln() - scale.ln()))
        }
        (Pareto, &[minimum, shape]) => {
            above(shape - k, 0.0, || k * (minimum.ln() - scale.ln()) - (-(k / shape)).ln_1p())
        }
        (Uniform, &[low, high]) => {
            let power = k + 1.0;
            if power.value().abs() < 1e-3 {
                // ∫ dx/x, where the general form is 0/0.
                if k.value() != -1.0 || k.slope() != 0.0 {
                    return None;
                }
                if low.value() <= 0.0 {
                    return Some(T::from(INFINITY));
                }
                return Some(((high.ln() - low.ln()) / (high - low) * scale).ln());
            }
            if low.value() <= 0.0 && power.value() < 0.0 {
                return Some(T::from(INFINITY));
            }
            // The larger of the two powers is taken out, which alone may be beyond all numbers.
            let (large, small) = if power.value() > 0.0 { (high, low) } else { (low, high) };
            let fraction = if small.value() == 0.0 {
                T::from(1.0)
            } else {
                -(power * (small.ln() - large.ln())).map(f64::exp_m1, f64::exp)
            };
            k * (large.ln() - scale.ln()) + (fraction * large / power.abs() / (high - low)).ln()
        }
        _ => return None,
    })
}

/// `E[e^−(x − at)/beta]`, beta > 0.
pub(super) fn exponential<T: Real>(q: Family, a: &[T], at: T, beta: T) -> Option<T> {
    let c = beta.recip();
    Some(match (q, a) {
        (Normal, &[mu, sigma]) => ((at - mu) / beta + (sigma / beta).square() * 0.5).exp(),
        (Laplace, &[mu, b]) => below(b / beta, 1.0, |r| ((at - mu) / beta).exp() / (-r.square() + 1.0)),
        (Logistic, &[mu, s]) => below(s / beta, 1.0, |r| {
            let angle = r * PI;
            ((at - mu) / beta).exp() * angle / angle.map(f64::sin, f64::cos)
        }),
        (Gumbel, &[mu, own]) => ((at - mu) / beta + ln_gamma(own / beta + 1.0)).exp(),
        (Exponential, &[rate]) => (at / beta).exp() / ((rate * beta).recip() + 1.0),
        (Gamma, &[shape, rate]) => (at / beta - shape * (rate * beta).recip().ln_1p()).exp(),
        (HalfNormal, &[sigma]) => (at / beta).exp() * erfcx(sigma / beta / SQRT_2),
        (Uniform, &[low, high]) => {
            let width = (high - low) * c;
            let fraction = -(-width).map(f64::exp_m1, f64::exp) / width;
            ((at - low) / beta).exp() * fraction
        }
        (ContinuousBernoulli, &[lambda]) => {
            let eta = logit(lambda);
            (at / beta + log_uniform_normaliser(eta - c) - log_uniform_normaliser(eta)).exp()
        }
        (Cauchy | StudentT, _) => T::from(INFINITY),
        _ => return None,
    })
}

/// `E[ln(1 + ((x − at)/scale)²)]`.
pub(super) fn log_one_plus_square<T: Real>(q: Family, a: &[T], at: T, scale: T) -> Option<T> {
    match (q, a) {
        // The logarithm of a modulus, harmonic in the half plane (Chyzak & Nielsen 2019, lemma 1).
        (Cauchy, &[x, gamma]) => {
            let (sum, shift) = ((gamma + scale) / scale, (x - at) / scale);
            Some((sum.square() + shift.square()).ln())
        }
        (StudentT, &[nu, mu, sigma]) if nu.value() == 1.0 && nu.slope() == 0.0 => {
            log_one_plus_square(Cauchy, &[mu, sigma], at, scale)
        }
        (Uniform, &[low, high]) => {
            // ∫ ln(1 + y²) dy = y ln(1 + y²) − 2y + 2 atan y.
            let integral =
                |y: T| y * y.square().ln_1p() - y * 2.0 + y.map(f64::atan, |y| 1.0 / (1.0 + y * y)) * 2.0;
            let (low, high) = ((low - at) / scale, (high - at) / scale);
            Some((integral(high) - integral(low)) / (high - low))
        }
        _ => None,
    }
}

/// `E[cos(x − at)]`, for angles.
pub(super) fn cosine<T: Real>(q: Family, a: &[T], at: T) -> Option<T> {
    let (sin, cos) = (|x: T| x.map(f64::sin, f64::cos), |x: T| x.map(f64::cos, |x| -x.sin()));
    match (q, a) {
        (VonMises, &[mu, kappa]) => Some(bessel_ratio(kappa) * cos(mu - at)),
        (Uniform, &[low, high]) => {
            // (sin(high − at) − sin(low − at))/(high − low) without the difference.
            let half = (high - low) * 0.5;
            Some(cos((low + high) * 0.5 - at) * sin(half) / half)
        }
        _ => None,
    }
}

/// The expectation where the parameter is above the bound, and +∞ where it diverges.
fn above<T: Real>(parameter: T, bound: f64, expectation: impl Fn() -> T) -> T {
    if parameter.value() > bound { expectation() } else { T::from(INFINITY) }
}

/// The expectation where the parameter is below the bound, and +∞ where it diverges.
fn below<T: Real>(parameter: T, bound: f64, expectation: impl Fn(T) -> T) -> T {
    if parameter.value() < bound { expectation(parameter) } else { T::from(INFINITY) }
}
