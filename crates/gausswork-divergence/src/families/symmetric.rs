//! Symmetric distributions with exponential tails.

use std::f64::consts::LN_2;

use rand::Rng;

use super::{open01, scalar_family};
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
};

scalar_family! {
    /// `ln p(x) = −|x − mu|/b − ln 2b`.
    Laplace "laplace" {
        /// The median.
        mu: Finite,
        /// The mean distance from it.
        b: Positive,
    }
}

scalar_family! {
    /// `ln p(x) = −y − 2 ln(1 + e^−y) − ln s`, `y = (x − mu)/s`.
    Logistic "logistic" {
        /// The mean.
        mu: Finite,
        /// The scale.
        s: Positive,
    }
}

impl Univariate for Laplace {
    fn ln_density(&self, at: Point) -> f64 {
        -(at.x - self.mu).abs() / self.b - LN_2 - self.b.ln()
    }

    fn support(&self) -> Support {
        Support::Line
    }

    fn place(&self) -> Place {
        Place { center: self.mu, scale: self.b }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.survival(2.0 * self.mu - x)
    }

    fn survival(&self, x: f64) -> f64 {
        let y = (x - self.mu) / self.b;
        if y > 0.0 { 0.5 * (-y).exp() } else { 1.0 - 0.5 * y.exp() }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let u = open01(rng) - 0.5;
        Point::from(self.mu - self.b * u.signum() * (-2.0 * u.abs()).ln_1p())
    }
}

impl Univariate for Logistic {
    fn ln_density(&self, at: Point) -> f64 {
        let y = ((at.x - self.mu) / self.s).abs();
        -y - 2.0 * (-y).exp().ln_1p() - self.s.ln()
    }

    fn support(&self) -> Support {
        Support::Line
    }

    fn place(&self) -> Place {
        Place { center: self.mu, scale: self.s }
    }

    fn cdf(&self, x: f64) -> f64 {
        1.0 / (1.0 + ((self.mu - x) / self.s).exp())
    }

    fn survival(&self, x: f64) -> f64 {
        1.0 / (1.0 + ((x - self.mu) / self.s).exp())
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let u = open01(rng);
        Point::from(self.mu + self.s * (u.ln() - (-u).ln_1p()))
    }
}
