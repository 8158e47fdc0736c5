//! Extreme-value distributions.

use rand::{Rng, RngExt};
use rand_distr::Exp1;

use super::{ln_at_zero, scalar_family};
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    special::EULER_GAMMA,
};

scalar_family! {
    /// `ln p(x) = −y − e^−y − ln beta`, `y = (x − mu)/beta`: the limit law of maxima.
    Gumbel "gumbel" {
        /// The mode.
        mu: Finite,
        /// The scale.
        beta: Positive,
    }
}

scalar_family! {
    /// `ln p(x) = ln(shape/scale) + (shape − 1) ln y − y^shape`, `y = x/scale`, x > 0.
    Weibull "weibull" {
        /// The scale.
        scale: Positive,
        /// The shape.
        shape: Positive,
    }
}

/// `−ln E` for a standard exponential E: a standard Gumbel variable.
fn standard_gumbel(rng: &mut dyn Rng) -> f64 {
    let e: f64 = rng.sample(Exp1);
    -e.ln()
}

impl Univariate for Gumbel {
    fn ln_density(&self, at: Point) -> f64 {
        let y = (at.x - self.mu) / self.beta;
        -y - (-y).exp() - self.beta.ln()
    }

    fn support(&self) -> Support {
        Support::Line
    }

    fn place(&self) -> Place {
        Place { center: self.mu + EULER_GAMMA * self.beta, scale: self.beta }
    }

    fn cdf(&self, x: f64) -> f64 {
        (-(-(x - self.mu) / self.beta).exp()).exp()
    }

    fn survival(&self, x: f64) -> f64 {
        -(-(-(x - self.mu) / self.beta).exp()).exp_m1()
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::from(self.mu + self.beta * standard_gumbel(rng))
    }
}

impl Univariate for Weibull {
    fn ln_density(&self, at: Point) -> f64 {
        if at.x < 0.0 {
            return f64::NEG_INFINITY;
        }
        if at.ln_x == f64::NEG_INFINITY {
            return ln_at_zero(self.shape - 1.0, -self.scale.ln());
        }
        let y = self.shape * (at.ln_x - self.scale.ln());
        self.shape.ln() + y - y.exp() - at.ln_x
    }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn place(&self) -> Place {
        Place { center: self.scale.ln() - EULER_GAMMA / self.shape, scale: 1.0 / self.shape }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 { -(-(x / self.scale).powf(self.shape)).exp_m1() } else { 0.0 }
    }

    fn survival(&self, x: f64) -> f64 {
        if x > 0.0 { (-(x / self.scale).powf(self.shape)).exp() } else { 1.0 }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::exp(self.scale.ln() - standard_gumbel(rng) / self.shape)
    }
}
