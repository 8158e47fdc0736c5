//! Distributions whose tails fall by a power.

use std::f64::consts::PI;

use rand::{Rng, RngExt};
use rand_distr::{Exp1, StandardNormal};
use statrs::function::beta::checked_beta_reg;

use super::{gamma::draw_ln, open01, scalar_family};
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    special::ln_beta_half,
};

scalar_family! {
    /// `ln p(x) = −ln(1 + ((x − location)/scale)²) − ln(π scale)`.
    Cauchy "cauchy" {
        /// The median.
        location: Finite,
        /// Half the distance between the quartiles.
        scale: Positive,
    }
}

scalar_family! {
    /// `p(x) = shape·minimum^shape / x^(shape + 1)`, x ≥ minimum.
    Pareto "pareto" {
        /// The least value.
        minimum: Positive,
        /// The exponent of the tail.
        shape: Positive,
    }
}

scalar_family! {
    /// `ln p(x) = −½(nu + 1) ln(1 + ((x − mu)/sigma)²/nu) − ln sigma − ½ ln nu − ln B(nu/2, ½)`.
    StudentT "student_t" {
        /// The degrees of freedom.
        nu: Positive,
        /// The centre.
        mu: Finite,
        /// The scale; not the standard deviation.
        sigma: Positive,
    }
}

/// `ln(1 + y²)` for any y, without overflow.
fn ln_one_plus_square(y: f64) -> f64 {
    if y.abs() > 1e100 { 2.0 * y.abs().ln() } else { (y * y).ln_1p() }
}

impl Univariate for Cauchy {
    fn ln_density(&self, at: Point) -> f64 {
        -ln_one_plus_square((at.x - self.location) / self.scale) - PI.ln() - self.scale.ln()
    }

    fn support(&self) -> Support {
        Support::Line
    }

    fn place(&self) -> Place {
        Place { center: self.location, scale: self.scale }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.scale.atan2(self.location - x) / PI
    }

    fn survival(&self, x: f64) -> f64 {
        self.scale.atan2(x - self.location) / PI
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::from(self.location + self.scale * (PI * (open01(rng) - 0.5)).tan())
    }
}

impl Univariate for Pareto {
    fn ln_density(&self, at: Point) -> f64 {
        if at.x < self.minimum {
            return f64::NEG_INFINITY;
        }
        self.shape.ln() + self.shape * (self.minimum.ln() - at.ln_x) - at.ln_x
    }

    fn support(&self) -> Support {
        Support::From(self.minimum)
    }

    fn place(&self) -> Place {
        Place { center: self.minimum.ln() + 1.0 / self.shape, scale: 1.0 / self.shape }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.minimum { 0.0 } else { -(self.shape * (self.minimum.ln() - x.ln())).exp_m1() }
    }

    fn survival(&self, x: f64) -> f64 {
        if x <= self.minimum { 1.0 } else { (self.shape * (self.minimum.ln() - x.ln())).exp() }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let e: f64 = rng.sample(Exp1);
        Point::exp(self.minimum.ln() + e / self.shape)
    }
}

impl Univariate for StudentT {
    fn ln_density(&self, at: Point) -> f64 {
        let y = (at.x - self.mu) / self.sigma / self.nu.sqrt();
        -0.5 * (self.nu + 1.0) * ln_one_plus_square(y) - self.sigma.ln() - ln_beta_half(self.nu)
    }

    fn support(&self) -> Support {
        Support::Line
    }

    fn place(&self) -> Place {
        Place { center: self.mu, scale: self.sigma }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.survival(2.0 * self.mu - x)
    }

    fn survival(&self, x: f64) -> f64 {
        let y = (x - self.mu) / self.sigma;
        let tail = self.nu / (self.nu + y * y);
        let half = 0.5 * checked_beta_reg(0.5 * self.nu, 0.5, tail).unwrap_or(f64::NAN);
        if y > 0.0 { half } else { 1.0 - half }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let z: f64 = rng.sample(StandardNormal);
        // A normal variable over the root of χ²/nu.
        let ln_ratio = 0.5 * ((0.5 * self.nu).ln() - draw_ln(0.5 * self.nu, rng));
        Point::from(self.mu + self.sigma * z * ln_ratio.exp())
    }
}
