//! The Dirichlet distribution of a vector of probabilities.

use rand::Rng;

use super::gamma::draw_ln;
use crate::{
    error::{Expected, ParameterError},
    special::ln_gamma,
};

/// `ln p(x) = Σ (alpha_i − 1) ln x_i − Σ ln Γ(alpha_i) + ln Γ(Σ alpha_i)` on the simplex.
#[derive(Debug, Clone, PartialEq)]
pub struct Dirichlet {
    alpha: Vec<f64>,
}

impl Dirichlet {
    pub(crate) const PARAMETERS: &'static [&'static str] = &["alpha"];

    /// The distribution with these concentrations.
    ///
    /// # Errors
    /// Fewer than two of them, or one that is not above 0.
    pub fn new(alpha: Vec<f64>) -> Result<Self, ParameterError> {
        let family = "dirichlet";
        if alpha.len() < 2 {
            return Err(ParameterError::Shape { family, problem: "needs two concentrations or more".into() });
        }
        for (i, &a) in alpha.iter().enumerate() {
            ParameterError::unless(family, &format!("alpha[{i}]"), a, Expected::Positive)?;
        }
        Ok(Self { alpha })
    }

    /// The concentrations.
    pub fn alpha(&self) -> &[f64] {
        &self.alpha
    }

    pub(crate) fn theta(&self) -> &[f64] {
        &self.alpha
    }

    pub(crate) fn from_theta(theta: &[f64]) -> Result<Self, ParameterError> {
        Self::new(theta.to_vec())
    }

    /// `ln p(x)` with respect to all coordinates but the last; −∞ off the simplex (to 1e-9).
    pub fn ln_density(&self, x: &[f64]) -> f64 {
        let inside = x.iter().all(|&x| x > 0.0) && (x.iter().sum::<f64>() - 1.0).abs() < 1e-9;
        if x.len() != self.alpha.len() || !inside {
            return f64::NEG_INFINITY;
        }
        self.ln_density_of_ln(&x.iter().map(|x| x.ln()).collect::<Vec<_>>())
    }

    /// `ln p(x)` from the logarithms of x.
    pub(crate) fn ln_density_of_ln(&self, ln_x: &[f64]) -> f64 {
        let terms = self.alpha.iter().zip(ln_x).map(|(&a, ln_x)| (a - 1.0) * ln_x - ln_gamma(a));
        terms.sum::<f64>() + ln_gamma(self.alpha.iter().sum::<f64>())
    }

    /// The logarithms of one draw.
    pub(crate) fn draw_ln(&self, rng: &mut dyn Rng) -> Vec<f64> {
        let ln: Vec<f64> = self.alpha.iter().map(|&a| draw_ln(a, rng)).collect();
        let max = ln.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total = max + ln.iter().map(|ln| (ln - max).exp()).sum::<f64>().ln();
        ln.into_iter().map(|ln| ln - total).collect()
    }
}
