//! Entropies.

use std::f64::consts::{LN_2, PI};

use super::{Formula, gaussian};
use crate::{
    distribution::Family::{self, *},
    matrix::cholesky,
    real::Real,
    special::{
        EULER_GAMMA, LN_TWO_PI, bessel_ratio, digamma, ln_beta_half, log_i0, log_uniform_normaliser, logit,
        mean_in_unit, stirling,
    },
};

pub(super) const FORMULA: Formula = Formula {
    name: "differential entropy, or entropy of a discrete distribution",
    reference: "Cover, Thomas 2006, Elements of Information Theory, table 17.1; Lazo, Rathie 1978, IEEE Trans. Inf. Theory 24",
};

/// `−∫ q ln q` in closed form.
pub(super) fn entropy<T: Real>(q: Family, a: &[T]) -> Option<T> {
    Some(match (q, a) {
        (Normal, &[_, sigma]) => sigma.ln() + 0.5 * (LN_TWO_PI + 1.0),
        (LogNormal, &[mu, sigma]) => mu + sigma.ln() + 0.5 * (LN_TWO_PI + 1.0),
        (HalfNormal, &[sigma]) => sigma.ln() + (0.5 * (LN_TWO_PI + 1.0) - LN_2),
        (DiagonalNormal, _) => {
            let sigma = &a[a.len() / 2..];
            sigma.iter().fold(T::from(0.0), |sum, s| sum + s.ln() + 0.5 * (LN_TWO_PI + 1.0))
        }
        (MultivariateNormal, _) => {
            let (mu, covariance) = gaussian::moments(q, a)?;
            let d = mu.len();
            let factor = cholesky(&covariance, d).ok()?;
            (0..d).fold(T::from(0.0), |sum, i| sum + factor[i * d + i].ln() + 0.5 * (LN_TWO_PI + 1.0))
        }
        (Exponential, &[rate]) => -rate.ln() + 1.0,
        (Gamma, &[shape, rate]) => gamma(shape) - rate.ln(),
        // 1/Y for a gamma variable Y: ln |dx/dy| = −2 ln y.
        (InverseGamma, &[shape, scale]) => gamma(shape) + scale.ln() - digamma(shape) * 2.0,
        (Beta | Dirichlet, _) => dirichlet(a),
        (ContinuousBernoulli, &[lambda]) => {
            let eta = logit(lambda);
            log_uniform_normaliser(eta) - eta * mean_in_unit(eta)
        }
        (Uniform, &[low, high]) => (high - low).ln(),
        (Gumbel, &[_, beta]) => beta.ln() + EULER_GAMMA + 1.0,
        (Weibull, &[scale, shape]) => (scale / shape).ln() + (-shape.recip() + 1.0) * EULER_GAMMA + 1.0,
        (Pareto, &[minimum, shape]) => (minimum / shape).ln() + shape.recip() + 1.0,
        (Laplace, &[_, b]) => b.ln() + LN_2 + 1.0,
        (Logistic, &[_, s]) => s.ln() + 2.0,
        (Cauchy, &[_, scale]) => (scale * (4.0 * PI)).ln(),
        (StudentT, &[nu, _, sigma]) => {
            // ψ((nu + 1)/2) − ψ(nu/2), in which the logarithms and the leading terms are taken together.
            let (a, b) = (nu * 0.5, nu * 0.5 + 0.5);
            let step =
                (a.recip() * 0.5).ln_1p() + (a.recip() - b.recip()) * 0.5 + stirling(b, 1) - stirling(a, 1);
            (nu + 1.0) * 0.5 * step + ln_beta_half(nu) + sigma.ln()
        }
        (VonMises, &[_, kappa]) => {
            // ln I₀ − κA with κ taken from both.
            (log_i0(kappa) - kappa) + kappa * (-bessel_ratio(kappa) + 1.0) + LN_TWO_PI
        }
        (Bernoulli, &[p]) => bernoulli(p),
        (Geometric, &[p]) => bernoulli(p) / p,
        (Categorical, _) => a.iter().fold(T::from(0.0), |sum, &p| sum - x_ln_x(p)),
        _ => return None,
    })
}

fn x_ln_x<T: Real>(x: T) -> T {
    if x.value() == 0.0 { T::from(0.0) } else { x * x.ln() }
}

/// *Stability*: `ln(1 − p)` without forming `1 − p`.
fn bernoulli<T: Real>(p: T) -> T {
    if p.value() == 1.0 {
        return T::from(0.0);
    }
    -x_ln_x(p) - (-p + 1.0) * (-p).ln_1p()
}

/// The entropy at rate 1, `½ ln 2πea − J(a)`, with the negentropy J.
fn gamma<T: Real>(shape: T) -> T {
    shape.ln() * 0.5 + 0.5 * (LN_TWO_PI + 1.0) - gamma_negentropy(shape)
}

/// `KL(q ‖ N)` from a gamma distribution to the normal one of its mean and variance, `1/(2a) − S − (1 − a)S' ≥ 0`:
/// the textbook `½ ln 2πea − a − ln Γ(a) − (1 − a)ψ(a)` without what cancels for large a.
pub(super) fn gamma_negentropy<T: Real>(shape: T) -> T {
    shape.recip() * 0.5 - stirling(shape, 0) - (-shape + 1.0) * stirling(shape, 1)
}

/// With `ln a − ψ(a) = 1/(2a) − S'(a)`, nothing of the size of the parameters cancels.
fn dirichlet<T: Real>(alpha: &[T]) -> T {
    let sum = alpha.iter().fold(T::from(0.0), |sum, &a| sum + a);
    // E[s KL(m ‖ x)] + the rest of −ln p, for one concentration: a S' − S and ½ ln a.
    let part = |a: T| -(a * stirling(a, 1)) + stirling(a, 0) - a.ln() * 0.5;
    let parts = alpha.iter().fold(T::from(0.0), |total, &a| total + part(a) + digamma(a) - digamma(sum));
    let k = alpha.len() as f64;
    parts - part(sum) + 0.5 * (k - 1.0) * (LN_TWO_PI + 1.0)
}
