//! Pairs within a family, or within a family that contains both: sums of terms that are never negative.

use super::{Formula, gaussian};
use crate::{
    distribution::Family::{self, *},
    real::Real,
    special::{
        bessel_ratio, coth_excess, exp_excess, gamma_bregman, gamma_shape_bregman, gamma_shape_bregman_apart,
        itakura_saito, ln_gamma, log_bessel_bregman, logit, relative_entropy, uniform_normaliser_bregman,
    },
};

const GIL: &str = "Gil, Alajaji, Linder 2013, Information Sciences 249, table 2; here as a sum of terms ≥ 0";
const PENNY: &str = "Penny 2001, KL-divergences of Normal, Gamma, Dirichlet and Wishart densities; here as a sum of terms ≥ 0";
const COVER: &str = "Cover, Thomas 2006, Elements of Information Theory, §2.3";

/// The closed form, if both are of one family.
pub(super) fn kl<T: Real>(q: Family, a: &[T], p: Family, b: &[T]) -> Option<(T, Formula)> {
    let formula = |name, reference| Formula { name, reference };
    let one = T::from(1.0);
    Some(match (q, a, p, b) {
        (Normal, &[m1, s1], Normal, &[m2, s2]) => {
            let reference =
                "Kullback 1959, Information Theory and Statistics, ch. 9, in deviations t = (σ₁−σ₂)/σ₂";
            (gaussian::normal(m1, s1, m2, s2), formula("normal", reference))
        }
        (LogNormal, &[m1, s1], LogNormal, &[m2, s2]) => {
            (gaussian::normal(m1, s1, m2, s2), formula("normal, of the logarithms", GIL))
        }
        (HalfNormal, &[s1], HalfNormal, &[s2]) => {
            let zero = T::from(0.0);
            (gaussian::normal(zero, s1, zero, s2), formula("normal of mean 0", GIL))
        }
        (DiagonalNormal, _, DiagonalNormal, _) => {
            let d = a.len() / 2;
            let terms = (0..d).map(|i| gaussian::normal(a[i], a[d + i], b[i], b[d + i]));
            let reference = "Kingma, Welling 2014, arXiv:1312.6114, appendix B, for any p";
            (
                terms.fold(T::from(0.0), |sum, kl| sum + kl),
                formula("normal, summed over dimensions", reference),
            )
        }
        (DiagonalNormal | MultivariateNormal, _, DiagonalNormal | MultivariateNormal, _) => {
            let reference = "Kullback 1959, ch. 9, eq. 1.4; by the eigenvalues of L₂⁻¹(Σ₁−Σ₂)L₂⁻ᵀ";
            (gaussian::multivariate(q, a, p, b)?, formula("multivariate normal", reference))
        }
        (Bernoulli, &[p1], Bernoulli, &[p2]) => (bernoulli(p1, p2), formula("Bernoulli", COVER)),
        (Binomial, &[n1, p1], Binomial, &[n2, p2]) if n1.value() == n2.value() => {
            (n1 * bernoulli(p1, p2), formula("binomial: n times Bernoulli", COVER))
        }
        (Bernoulli, &[p1], Binomial, &[n, p2]) if n.value() == 1.0 => {
            (bernoulli(p1, p2), formula("Bernoulli", COVER))
        }
        (Binomial, &[n, p1], Bernoulli, &[p2]) if n.value() == 1.0 => {
            (bernoulli(p1, p2), formula("Bernoulli", COVER))
        }
        (Categorical, _, Categorical, _) => {
            let of = |theta: &[T], k: usize| theta.get(k).copied().unwrap_or(T::from(0.0));
            let terms = (0..a.len().max(b.len())).map(|k| relative_entropy(of(a, k), of(b, k)));
            (terms.fold(T::from(0.0), |sum, term| sum + term), formula("categorical", COVER))
        }
        (Geometric, &[p1], Geometric, &[p2]) => {
            (bernoulli(p1, p2) / p1, formula("geometric: Bernoulli per expected trial", COVER))
        }
        (Poisson, &[l1], Poisson, &[l2]) => (
            relative_entropy(l1, l2),
            formula("Poisson", "Kullback 1959, ch. 2; Bregman divergence of x ln x"),
        ),
        (Exponential, &[l1], Exponential, &[l2]) => {
            (itakura_saito(l2, l1), formula("exponential: Itakura–Saito of the rates", GIL))
        }
        (Exponential | Gamma, _, Exponential | Gamma, _) => {
            let ((a1, b1), (a2, b2)) = (as_gamma(a)?, as_gamma(b)?);
            (gamma(a1, b1, a2, b2), formula("gamma: shapes at equal means, and means", PENNY))
        }
        (InverseGamma, &[a1, b1], InverseGamma, &[a2, b2]) => {
            (gamma(a1, b1, a2, b2), formula("gamma, of the reciprocals", PENNY))
        }
        (Beta, _, Beta, _) => (dirichlet(a, b), formula("Dirichlet of two parts", PENNY)),
        (Dirichlet, _, Dirichlet, _) => (dirichlet(a, b), formula("Dirichlet", PENNY)),
        (Uniform, &[low, high], Beta, _) if is_unit(low, high) => {
            (dirichlet(&[one, one], b), formula("beta, q being beta(1, 1)", PENNY))
        }
        (Beta, _, Uniform, &[low, high]) if low.value() <= 0.0 && high.value() >= 1.0 => {
            let excess = (high - 1.0 - low).ln_1p();
            (dirichlet(a, &[one, one]) + excess, formula("beta, p holding beta(1, 1)", PENNY))
        }
        (ContinuousBernoulli, &[l1], ContinuousBernoulli, &[l2]) => {
            let value = uniform_normaliser_bregman(logit(l2), logit(l1));
            (value, formula("continuous Bernoulli: Bregman divergence of ln ∫e^ηx", LOAIZA))
        }
        (Uniform, &[low, high], ContinuousBernoulli, &[l2]) if is_unit(low, high) => {
            let value = uniform_normaliser_bregman(logit(l2), T::from(0.0));
            (value, formula("continuous Bernoulli, q being that of ½", LOAIZA))
        }
        (ContinuousBernoulli, &[l1], Uniform, &[low, high]) => {
            let value = uniform_normaliser_bregman(T::from(0.0), logit(l1)) + (high - 1.0 - low).ln_1p();
            (value, formula("continuous Bernoulli, p holding that of ½", LOAIZA))
        }
        (Uniform, &[low1, high1], Uniform, &[low2, high2]) => {
            let excess = (low1 - low2) + (high2 - high1);
            ((excess / (high1 - low1)).ln_1p(), formula("uniform: logarithm of the widths' ratio", GIL))
        }
        (Laplace, &[m1, b1], Laplace, &[m2, b2]) => (laplace(m1, b1, m2, b2), formula("Laplace", GIL)),
        (Logistic, &[m1, s1], Logistic, &[m2, s2]) if equal(s1, s2) => {
            let value = coth_excess((m1 - m2) / s1 * 0.5) * 2.0;
            (value, formula("logistic of equal scales: d coth(d/2) − 2", "docs/mathematics.md, Divergences"))
        }
        (Cauchy, &[x1, g1], Cauchy, &[x2, g2]) => {
            (cauchy(x1, g1, x2, g2), formula("Cauchy", "Chyzak, Nielsen 2019, arXiv:1905.10965, theorem 1"))
        }
        (Gumbel, &[m1, b1], Gumbel, &[m2, b2]) => (gumbel((m2 - m1) / b2, b1 / b2), formula("Gumbel", GIL)),
        (Weibull | Exponential, _, Weibull | Exponential, _) => {
            let ((scale1, k1), (scale2, k2)) = (as_weibull(q, a)?, as_weibull(p, b)?);
            let reference = "Bauckhage 2013, arXiv:1310.3713, eq. 10; here as Gumbel of −ln x";
            (gumbel(k2 * ln_ratio(scale1, scale2), k2 / k1), formula("Weibull", reference))
        }
        (Pareto, &[x1, a1], Pareto, &[x2, a2]) => {
            (a2 * ln_ratio(x1, x2) + itakura_saito(a2, a1), formula("Pareto", GIL))
        }
        (VonMises, &[m1, k1], VonMises, &[m2, k2]) => {
            let sin = ((m1 - m2) * 0.5).map(f64::sin, f64::cos);
            let value = log_bessel_bregman(k2, k1) + bessel_ratio(k1) * k2 * sin.square() * 2.0;
            (
                value,
                formula("von Mises: Bregman divergence of ln I₀", "Kitagawa, Rowley 2022, arXiv:2202.05192"),
            )
        }
        _ => return None,
    })
}

const LOAIZA: &str = "Loaiza-Ganem, Cunningham 2019, arXiv:1907.06845; as an exponential family";

fn is_unit<T: Real>(low: T, high: T) -> bool {
    equal(low, T::from(0.0)) && equal(high, T::from(1.0))
}

/// Equal in value and in every derivative: a form that holds only on a line has no gradient off it.
fn equal<T: Real>(x: T, y: T) -> bool {
    x.value() == y.value() && (x - y).slope() == 0.0
}

/// `ln(x/y)`, accurate near x = y and where the ratio overflows.
fn ln_ratio<T: Real>(x: T, y: T) -> T {
    x.map2(
        y,
        |x, y| {
            let t = (x - y) / y;
            if t.abs() < 0.5 { t.ln_1p() } else { x.ln() - y.ln() }
        },
        |x, _| 1.0 / x,
        |_, y| -1.0 / y,
    )
}

fn bernoulli<T: Real>(p1: T, p2: T) -> T {
    let complement = |p: T| T::from(1.0) - p;
    relative_entropy(p1, p2) + relative_entropy(complement(p1), complement(p2))
}

fn as_gamma<T: Real>(theta: &[T]) -> Option<(T, T)> {
    match *theta {
        [rate] => Some((T::from(1.0), rate)),
        [shape, rate] => Some((shape, rate)),
        _ => None,
    }
}

fn as_weibull<T: Real>(family: Family, theta: &[T]) -> Option<(T, T)> {
    match (family, theta) {
        (Exponential, &[rate]) => Some((rate.recip(), T::from(1.0))),
        (Weibull, &[scale, shape]) => Some((scale, shape)),
        _ => None,
    }
}

/// With means m = a/b: `a₂ IS(m₁, m₂) + B(a₂, a₁)`, B the Bregman divergence of `ln Γ(a) − a ln a + a`.
fn gamma<T: Real>(a1: T, b1: T, a2: T, b2: T) -> T {
    a2 * itakura_saito(a1 / a2, b1 / b2) + gamma_shape_bregman(a2, a1)
}

/// With sums s: `Σ [a₂ ln(a₂/x) − a₂ + x]` at `x = s₂ a₁/s₁`, the divergence of the means times s₂, and
/// `Σ B(a₂, a₁) − B(s₂, s₁)`.
fn dirichlet<T: Real>(a: &[T], b: &[T]) -> T {
    let sum = |theta: &[T]| theta.iter().fold(T::from(0.0), |sum, &x| sum + x);
    let (s1, s2) = (sum(a), sum(b));
    let parts = a.iter().zip(b).fold(T::from(0.0), |total, (&a1, &a2)| {
        total + relative_entropy(a2, s2 * (a1 / s1)) + gamma_shape_bregman(a2, a1)
    });
    // From the differences themselves: the sums are rounded, and theirs would not be.
    let difference = a.iter().zip(b).map(|(a1, a2)| a2.value() - a1.value()).sum();
    parts - gamma_shape_bregman_apart(s2, s1, difference)
}

/// With δ = |μ₁ − μ₂|/b₁ and ρ = b₁/b₂: `ρ (e^−δ − 1 + δ) + (ρ − 1 − ln ρ)`.
fn laplace<T: Real>(m1: T, b1: T, m2: T, b2: T) -> T {
    let distance = (m1 - m2).abs();
    let delta = distance / b1;
    let shift = if delta.value() > 50.0 { distance / b2 - b1 / b2 } else { b1 / b2 * exp_excess(-delta) };
    shift + itakura_saito(b1, b2)
}

/// `ln(1 + ((γ₁ − γ₂)² + (x₁ − x₂)²)/(4γ₁γ₂))`.
fn cauchy<T: Real>(x1: T, g1: T, x2: T, g2: T) -> T {
    let (scale, shift) = (g1 - g2, x1 - x2);
    let ratio = (scale / g1) * (scale / g2) * 0.25 + (shift / g1) * (shift / g2) * 0.25;
    if ratio.value() < 1e200 {
        return ratio.ln_1p();
    }
    let sum = g1 + g2;
    let size = sum.value().max(shift.value().abs());
    let square = (sum / size).square() + (shift / size).square();
    square.ln() + (2.0 * size.ln() - 4f64.ln()) - g1.ln() - g2.ln()
}

/// With d = (μ₂ − μ₁)/β₂, ρ = β₁/β₂ and w = d + ln Γ(1 + ρ): `(e^w − 1 − w) + B(ρ, 1)`, B the Bregman divergence of
/// `ln Γ`. Both are ≥ 0; the textbook form is their sum, multiplied out.
fn gumbel<T: Real>(d: T, rho: T) -> T {
    exp_excess(d + ln_gamma(rho + 1.0)) + gamma_bregman(rho, T::from(1.0))
}
