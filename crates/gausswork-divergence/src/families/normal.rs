//! The normal distribution, its exponential and its absolute value.

use std::f64::consts::{LN_2, SQRT_2};

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

use super::scalar_family;
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    special::{LN_TWO_PI, normal_cdf},
};

scalar_family! {
    /// `N(mu, sigma²)`: `ln p(x) = −½((x − mu)/sigma)² − ln sigma − ½ ln 2π`.
    Normal "normal" {
        /// The mean.
        mu: Finite,
        /// The standard deviation.
        sigma: Positive,
    }
}

scalar_family! {
    /// `e^X` for X ~ N(mu, sigma²).
    LogNormal "log_normal" {
        /// The mean of the logarithm.
        mu: Finite,
        /// The standard deviation of the logarithm.
        sigma: Positive,
    }
}

scalar_family! {
    /// `|X|` for X ~ N(0, sigma²).
    HalfNormal "half_normal" {
        /// The standard deviation of X.
        sigma: Positive,
    }
}

impl Univariate for Normal {
    fn ln_density(&self, at: Point) -> f64 {
        let z = (at.x - self.mu) / self.sigma;
        -0.5 * (z * z + LN_TWO_PI) - self.sigma.ln()
    }

    fn support(&self) -> Support {
        Support::Line
    }

    fn place(&self) -> Place {
        Place { center: self.mu, scale: self.sigma }
    }

    fn cdf(&self, x: f64) -> f64 {
        normal_cdf((x - self.mu) / self.sigma)
    }

    fn survival(&self, x: f64) -> f64 {
        normal_cdf((self.mu - x) / self.sigma)
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let z: f64 = rng.sample(StandardNormal);
        Point::from(self.mu + self.sigma * z)
    }
}

impl Univariate for LogNormal {
    fn ln_density(&self, at: Point) -> f64 {
        if at.x < 0.0 || at.ln_x == f64::NEG_INFINITY {
            return f64::NEG_INFINITY;
        }
        let z = (at.ln_x - self.mu) / self.sigma;
        -0.5 * (z * z + LN_TWO_PI) - self.sigma.ln() - at.ln_x
    }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn place(&self) -> Place {
        Place { center: self.mu, scale: self.sigma }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 { normal_cdf((x.ln() - self.mu) / self.sigma) } else { 0.0 }
    }

    fn survival(&self, x: f64) -> f64 {
        if x > 0.0 { normal_cdf((self.mu - x.ln()) / self.sigma) } else { 1.0 }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let z: f64 = rng.sample(StandardNormal);
        Point::exp(self.mu + self.sigma * z)
    }
}

impl Univariate for HalfNormal {
    fn ln_density(&self, at: Point) -> f64 {
        if at.x < 0.0 {
            return f64::NEG_INFINITY;
        }
        let z = at.x / self.sigma;
        LN_2 - 0.5 * (z * z + LN_TWO_PI) - self.sigma.ln()
    }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn place(&self) -> Place {
        Place { center: self.sigma.ln(), scale: 1.0 }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 { libm::erf(x / self.sigma / SQRT_2) } else { 0.0 }
    }

    fn survival(&self, x: f64) -> f64 {
        if x > 0.0 { libm::erfc(x / self.sigma / SQRT_2) } else { 1.0 }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let z: f64 = rng.sample(StandardNormal);
        Point::from(self.sigma * z.abs())
    }
}
