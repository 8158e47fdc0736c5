//! Normal distributions of vectors.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use crate::{
    error::{Expected, ParameterError},
    matrix::{cholesky, solve_lower},
    special::LN_TWO_PI,
};

/// Independent normal variables, `N(mu, diag(sigma²))`.
#[derive(Debug, Clone, PartialEq)]
pub struct DiagonalNormal {
    theta: Vec<f64>,
}

impl DiagonalNormal {
    pub(crate) const PARAMETERS: &'static [&'static str] = &["mu", "sigma"];

    /// The distribution with these means and standard deviations.
    ///
    /// # Errors
    /// Vectors that are empty or of different lengths, a mean that is not finite, a deviation not above 0.
    pub fn new(mu: Vec<f64>, sigma: Vec<f64>) -> Result<Self, ParameterError> {
        let family = "diagonal_normal";
        if mu.is_empty() || mu.len() != sigma.len() {
            let problem = format!("mu has {} elements and sigma has {}", mu.len(), sigma.len());
            return Err(ParameterError::Shape { family, problem });
        }
        for (i, (&mu, &sigma)) in mu.iter().zip(&sigma).enumerate() {
            ParameterError::unless(family, &format!("mu[{i}]"), mu, Expected::Finite)?;
            ParameterError::unless(family, &format!("sigma[{i}]"), sigma, Expected::Positive)?;
        }
        Ok(Self { theta: [mu, sigma].concat() })
    }

    /// The means.
    pub fn mu(&self) -> &[f64] {
        &self.theta[..self.theta.len() / 2]
    }

    /// The standard deviations.
    pub fn sigma(&self) -> &[f64] {
        &self.theta[self.theta.len() / 2..]
    }

    pub(crate) fn theta(&self) -> &[f64] {
        &self.theta
    }

    pub(crate) fn from_theta(theta: &[f64]) -> Result<Self, ParameterError> {
        let (mu, sigma) = theta.split_at(theta.len() / 2);
        Self::new(mu.to_vec(), sigma.to_vec())
    }

    /// `ln p(x)`; −∞ for a vector of another length.
    pub fn ln_density(&self, x: &[f64]) -> f64 {
        if x.len() != self.mu().len() {
            return f64::NEG_INFINITY;
        }
        let terms = x.iter().zip(self.mu()).zip(self.sigma()).map(|((x, mu), sigma)| {
            let z = (x - mu) / sigma;
            -0.5 * (z * z + LN_TWO_PI) - sigma.ln()
        });
        terms.sum()
    }

    pub(crate) fn draw(&self, rng: &mut dyn Rng) -> Vec<f64> {
        let draws = self.mu().iter().zip(self.sigma());
        draws.map(|(mu, sigma)| mu + sigma * rng.sample::<f64, _>(StandardNormal)).collect()
    }
}

/// `N(mu, covariance)`.
#[derive(Debug, Clone, PartialEq)]
pub struct MultivariateNormal {
    /// The means, then the covariance by rows.
    theta: Vec<f64>,
    dimensions: usize,
    factor: Vec<f64>,
}

impl MultivariateNormal {
    pub(crate) const PARAMETERS: &'static [&'static str] = &["mu", "covariance"];

    /// The distribution with these means and this covariance, by rows.
    ///
    /// # Errors
    /// Numbers that are not finite, a covariance of another size, not symmetric or not positive definite.
    pub fn new(mu: Vec<f64>, covariance: Vec<f64>) -> Result<Self, ParameterError> {
        let family = "multivariate_normal";
        let shape = |problem| ParameterError::Shape { family, problem };
        let d = mu.len();
        if d == 0 || covariance.len() != d * d {
            let found = covariance.len();
            return Err(shape(format!("mu has {d} elements, so the covariance has {}, not {found}", d * d)));
        }
        for (i, &mu) in mu.iter().enumerate() {
            ParameterError::unless(family, &format!("mu[{i}]"), mu, Expected::Finite)?;
        }
        for (at, &value) in covariance.iter().enumerate() {
            let (i, j) = (at / d, at % d);
            ParameterError::unless(family, &format!("covariance[{i}][{j}]"), value, Expected::Finite)?;
            let mirror = covariance[j * d + i];
            if (value - mirror).abs() > 1e-12 * value.abs().max(mirror.abs()) {
                return Err(shape(format!("covariance[{i}][{j}] is {value}, but [{j}][{i}] is {mirror}")));
            }
        }
        let factor = cholesky(&covariance, d)
            .map_err(|row| ParameterError::NotPositiveDefinite { family, row: row + 1 })?;
        Ok(Self { theta: [mu, covariance].concat(), dimensions: d, factor })
    }

    /// The means.
    pub fn mu(&self) -> &[f64] {
        &self.theta[..self.dimensions]
    }

    /// The covariance by rows.
    pub fn covariance(&self) -> &[f64] {
        &self.theta[self.dimensions..]
    }

    /// The lower Cholesky factor of the covariance by rows.
    pub fn factor(&self) -> &[f64] {
        &self.factor
    }

    pub(crate) fn theta(&self) -> &[f64] {
        &self.theta
    }

    pub(crate) fn from_theta(theta: &[f64]) -> Result<Self, ParameterError> {
        let dimensions = (1..).take_while(|d| d * (d + 1) <= theta.len()).last().unwrap_or(0);
        let (mu, covariance) = theta.split_at(dimensions);
        Self::new(mu.to_vec(), covariance.to_vec())
    }

    /// `ln p(x)`; −∞ for a vector of another length.
    pub fn ln_density(&self, x: &[f64]) -> f64 {
        let d = self.dimensions;
        if x.len() != d {
            return f64::NEG_INFINITY;
        }
        let difference: Vec<f64> = x.iter().zip(self.mu()).map(|(x, mu)| x - mu).collect();
        let square: f64 = solve_lower(&self.factor, &difference).iter().map(|z| z * z).sum();
        let log_det: f64 = (0..d).map(|i| self.factor[i * d + i].ln()).sum();
        -0.5 * (square + d as f64 * LN_TWO_PI) - log_det
    }

    /// `mu + L z`.
    pub(crate) fn at_standard(&self, z: &[f64]) -> Vec<f64> {
        let rows = self.mu().iter().zip(self.factor.chunks(self.dimensions));
        rows.map(|(mu, row)| mu + row.iter().zip(z).map(|(l, z)| l * z).sum::<f64>()).collect()
    }

    pub(crate) fn draw(&self, rng: &mut dyn Rng) -> Vec<f64> {
        let z: Vec<f64> = (0..self.dimensions).map(|_| rng.sample(StandardNormal)).collect();
        self.at_standard(&z)
    }
}
