//! Normal distributions of one and many dimensions.

use super::Term;
use crate::{
    distribution::{Distribution, Family},
    matrix::{cholesky, eigenvalues, solve_lower, whiten},
    real::Real,
    special::{itakura_saito, log_excess},
};

/// The variance term `½t²`, the log-ratio term `t − ln(1 + t)` and the mean term `½((μ₁ − μ₂)/σ₂)²` of
/// `KL(N(μ₁, σ₁²) ‖ N(μ₂, σ₂²))`, with `t = (σ₁ − σ₂)/σ₂`; each ≥ 0.
fn parts<T: Real>(mu1: T, sigma1: T, mu2: T, sigma2: T) -> [T; 3] {
    // Halves, because the difference of two representable numbers may overflow.
    let z = (mu1 * 0.5 - mu2 * 0.5) / sigma2 * 2.0;
    let t = (sigma1 - sigma2) / sigma2;
    [t.square() * 0.5, itakura_saito(sigma1, sigma2), z.square() * 0.5]
}

/// The divergence of normal distributions.
pub(super) fn normal<T: Real>(mu1: T, sigma1: T, mu2: T, sigma2: T) -> T {
    let [variance, log_ratio, mean] = parts(mu1, sigma1, mu2, sigma2);
    variance + log_ratio + mean
}

/// [`parts`], summed over dimensions.
pub(super) fn terms(mu1: &[f64], sigma1: &[f64], mu2: &[f64], sigma2: &[f64]) -> Vec<Term> {
    let mut sums = [0.0; 3];
    for i in 0..mu1.len() {
        for (sum, part) in sums.iter_mut().zip(parts(mu1[i], sigma1[i], mu2[i], sigma2[i])) {
            *sum += part;
        }
    }
    let names = ["variance, ½t²", "log-ratio, t − ln(1+t)", "mean, ½((μ₁−μ₂)/σ₂)²"];
    names.into_iter().zip(sums).map(|(name, value)| Term { name, value }).collect()
}

/// The mean and covariance of a normal distribution of vectors; `None` for another family.
pub(crate) fn moments<T: Real>(family: Family, theta: &[T]) -> Option<(Vec<T>, Vec<T>)> {
    match family {
        Family::MultivariateNormal => {
            let d = (1..).take_while(|d| d * (d + 1) <= theta.len()).last()?;
            Some((theta[..d].to_vec(), theta[d..].to_vec()))
        }
        Family::DiagonalNormal => {
            let (mu, sigma) = theta.split_at(theta.len() / 2);
            let d = mu.len();
            let mut covariance = vec![T::from(0.0); d * d];
            for (i, sigma) in sigma.iter().enumerate() {
                covariance[i * d + i] = sigma.square();
            }
            Some((mu.to_vec(), covariance))
        }
        _ => None,
    }
}

/// `½ Σ (e_i − ln(1 + e_i)) + ½ |L₂⁻¹(μ₁ − μ₂)|²` with the eigenvalues e of `L₂⁻¹(Σ₁ − Σ₂)L₂⁻ᵀ`.
///
/// *Stability*: `½(tr Σ₂⁻¹Σ₁ − d − ln det Σ₂⁻¹Σ₁)` loses every digit near Σ₁ = Σ₂; the eigenvalues of the difference
/// do not, and each term is ≥ 0.
pub(super) fn multivariate<T: Real>(q: Family, a: &[T], p: Family, b: &[T]) -> Option<T> {
    let (mu1, cov1) = moments(q, a)?;
    let (mu2, cov2) = moments(p, b)?;
    let d = mu1.len();
    let (l1, l2) = (cholesky(&cov1, d).ok()?, cholesky(&cov2, d).ok()?);
    let difference: Vec<T> = mu1.iter().zip(&mu2).map(|(&x, &y)| x - y).collect();
    let half_square =
        solve_lower(&l2, &difference).into_iter().fold(T::from(0.0), |sum, z| sum + z.square()) * 0.5;

    // For the derivatives: ½ |L₂⁻¹ L₁|² − Σ ln(l₁/l₂) − d/2, whose value is replaced by the stable one.
    let mut spread = T::from(-0.5 * d as f64);
    for j in 0..d {
        let column: Vec<T> = (0..d).map(|i| l1[i * d + j]).collect();
        let squares = solve_lower(&l2, &column).into_iter().fold(T::from(0.0), |sum, z| sum + z.square());
        spread = spread + squares * 0.5 - (l1[j * d + j] / l2[j * d + j]).ln();
    }
    let values = |m: &[T]| m.iter().map(|v| v.value()).collect::<Vec<f64>>();
    let stable = stable_spread(&values(&l2), &values(&cov1), &values(&cov2), d);
    Some(spread.map(|textbook| stable.unwrap_or(textbook), |_| 1.0) + half_square)
}

/// `½ Σ (e − ln(1 + e))`; `None` where an e is near −1, so that the divergence is above 0.09 and cancels nothing.
fn stable_spread(l2: &[f64], cov1: &[f64], cov2: &[f64], d: usize) -> Option<f64> {
    let difference: Vec<f64> = cov1.iter().zip(cov2).map(|(x, y)| x - y).collect();
    let eigen = eigenvalues(whiten(l2, &difference, d), d);
    eigen.iter().all(|&e| e > -0.5).then(|| 0.5 * eigen.into_iter().map(log_excess).sum::<f64>())
}

/// The covariance term and the mean term.
pub(super) fn multivariate_terms(q: &Distribution, p: &Distribution) -> Option<Vec<Term>> {
    let (mu1, _) = moments::<f64>(q.family(), &q.theta())?;
    let (mu2, cov2) = moments::<f64>(p.family(), &p.theta())?;
    if mu1.len() != mu2.len() {
        return None;
    }
    let d = mu1.len();
    let l2 = cholesky(&cov2, d).ok()?;
    let difference: Vec<f64> = mu1.iter().zip(&mu2).map(|(x, y)| x - y).collect();
    let mean = 0.5 * solve_lower(&l2, &difference).iter().map(|z| z * z).sum::<f64>();
    let all = multivariate::<f64>(q.family(), &q.theta(), p.family(), &p.theta())?;
    Some(vec![
        Term { name: "covariance, ½ Σ (e − ln(1+e))", value: all - mean },
        Term { name: "mean, ½ |L₂⁻¹(μ₁−μ₂)|²", value: mean },
    ])
}
