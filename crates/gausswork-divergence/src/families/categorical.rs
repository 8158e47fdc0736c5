//! A distribution over K categories.

use rand::Rng;

use super::open01;
use crate::{
    distribution::Univariate,
    error::{Expected, ParameterError},
    point::{Place, Point, Support},
};

/// Category k = 0 … K − 1 with probability `p_k`.
#[derive(Debug, Clone, PartialEq)]
pub struct Categorical {
    p: Vec<f64>,
}

/// How far the sum of K probabilities may be from one: what their decimal notation loses.
pub(super) const SUM_TOLERANCE: f64 = 1e-9;

impl Categorical {
    pub(crate) const PARAMETERS: &'static [&'static str] = &["p"];

    /// The distribution with these probabilities. Their sum may differ from one by 1e-9, and is made one.
    ///
    /// # Errors
    /// No category, a number that is not a probability, or a sum other than one.
    pub fn new(p: Vec<f64>) -> Result<Self, ParameterError> {
        let family = "categorical";
        if p.is_empty() {
            return Err(ParameterError::Shape { family, problem: "has no category".into() });
        }
        for (k, &p) in p.iter().enumerate() {
            ParameterError::unless(family, &format!("p[{k}]"), p, Expected::Probability)?;
        }
        let sum: f64 = p.iter().sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            return Err(ParameterError::Sum { family, what: "probabilities", sum });
        }
        Ok(Self { p: p.into_iter().map(|p| p / sum).collect() })
    }

    /// The probabilities.
    pub fn p(&self) -> &[f64] {
        &self.p
    }

    pub(crate) fn theta(&self) -> &[f64] {
        &self.p
    }

    pub(crate) fn from_theta(theta: &[f64]) -> Result<Self, ParameterError> {
        Self::new(theta.to_vec())
    }
}

impl Univariate for Categorical {
    fn ln_density(&self, at: Point) -> f64 {
        let whole = at.x >= 0.0 && at.x.fract() == 0.0;
        self.p.get(at.x as usize).filter(|_| whole).map_or(f64::NEG_INFINITY, |p| p.ln())
    }

    fn support(&self) -> Support {
        let last = self.p.iter().rposition(|&p| p > 0.0).unwrap_or(0);
        Support::Counts(Some(last as u64))
    }

    fn place(&self) -> Place {
        Place { center: 0.0, scale: self.p.len() as f64 }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 { 0.0 } else { self.p.iter().take((x.floor() + 1.0) as usize).sum::<f64>().min(1.0) }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let mut left = open01(rng);
        for (k, p) in self.p.iter().enumerate() {
            left -= p;
            if left < 0.0 {
                return Point::from(k as f64);
            }
        }
        Point::from(self.p.iter().rposition(|&p| p > 0.0).unwrap_or(0) as f64)
    }
}
