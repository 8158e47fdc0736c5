//! The gamma distribution, its inverse, and its simplest case.

use rand::{Rng, RngExt};
use rand_distr::Exp1;
use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur};

use super::{ln_at_zero, open01, scalar_family};
use crate::{
    distribution::Univariate,
    point::{Place, Point, Support},
    special::{LN_TWO_PI, digamma, stirling, trigamma},
};

scalar_family! {
    /// `ln p(x) = −rate·x + ln rate`, x > 0.
    Exponential "exponential" {
        /// One over the mean.
        rate: Positive,
    }
}

scalar_family! {
    /// `ln p(x) = shape ln rate + (shape − 1) ln x − rate·x − ln Γ(shape)`, x > 0.
    ///
    /// `chi2(k)` in expressions is `gamma(k/2, 1/2)`.
    Gamma "gamma" {
        /// The shape.
        shape: Positive,
        /// The rate, one over the scale.
        rate: Positive,
    }
}

scalar_family! {
    /// `1/X` for a gamma variable X of this shape and of rate `scale`.
    InverseGamma "inverse_gamma" {
        /// The shape.
        shape: Positive,
        /// The scale: the rate of 1/x.
        scale: Positive,
    }
}

/// `ln p(x) + ln x` of a gamma distribution.
///
/// *Stability*: with `y = rate·x/shape` it is `−shape (y − 1 − ln y) + ½ ln(shape/2π) − S(shape)`, in which nothing
/// large cancels for a large shape.
fn ln_mass(shape: f64, rate: f64, x: f64, ln_x: f64) -> f64 {
    let y = rate * x / shape;
    let ln_y = rate.ln() - shape.ln() + ln_x;
    // Near the mode the excess is of second order, and the logarithm alone would lose it.
    let excess = if (y - 1.0).abs() < 0.3 { crate::special::log_excess(y - 1.0) } else { y - 1.0 - ln_y };
    -shape * excess + 0.5 * (shape.ln() - LN_TWO_PI) - stirling(shape, 0)
}

/// The centre and spread of ln X.
fn log_place(shape: f64, rate: f64) -> Place {
    Place { center: digamma(shape) - rate.ln(), scale: trigamma(shape).sqrt() }
}

/// `ln X` for a gamma variable of rate 1; for a small shape X itself would be 0.
pub(super) fn draw_ln(shape: f64, rng: &mut dyn Rng) -> f64 {
    if shape >= 1.0 {
        return draw_from_one(shape, rng).ln();
    }
    // X = Y U^(1/shape) for Y of shape + 1 (Marsaglia & Tsang 2000, §6).
    draw_from_one(shape + 1.0, rng).ln() + open01(rng).ln() / shape
}

/// A gamma variable of rate 1 whose shape is at least 1.
fn draw_from_one(shape: f64, rng: &mut dyn Rng) -> f64 {
    rand_distr::Gamma::new(shape, 1.0).map_or(f64::NAN, |gamma| rng.sample(gamma))
}

impl Univariate for Exponential {
    fn ln_density(&self, at: Point) -> f64 {
        if at.x < 0.0 { f64::NEG_INFINITY } else { self.rate.ln() - self.rate * at.x }
    }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn place(&self) -> Place {
        log_place(1.0, self.rate)
    }

    fn cdf(&self, x: f64) -> f64 {
        -(-self.rate * x.max(0.0)).exp_m1()
    }

    fn survival(&self, x: f64) -> f64 {
        (-self.rate * x.max(0.0)).exp()
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        let x: f64 = rng.sample(Exp1);
        Point::from(x / self.rate)
    }
}

impl Univariate for Gamma {
    fn ln_density(&self, at: Point) -> f64 {
        match at.x {
            x if x < 0.0 => f64::NEG_INFINITY,
            _ if at.ln_x == f64::NEG_INFINITY => ln_at_zero(self.shape - 1.0, self.rate.ln()),
            x => ln_mass(self.shape, self.rate, x, at.ln_x) - at.ln_x,
        }
    }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn place(&self) -> Place {
        log_place(self.shape, self.rate)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 { checked_gamma_lr(self.shape, self.rate * x).unwrap_or(f64::NAN) } else { 0.0 }
    }

    fn survival(&self, x: f64) -> f64 {
        if x > 0.0 { checked_gamma_ur(self.shape, self.rate * x).unwrap_or(f64::NAN) } else { 1.0 }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::exp(draw_ln(self.shape, rng) - self.rate.ln())
    }
}

impl Univariate for InverseGamma {
    fn ln_density(&self, at: Point) -> f64 {
        // Nothing at 0 itself, whatever the shape.
        if at.x < 0.0 || at.ln_x == f64::NEG_INFINITY {
            return f64::NEG_INFINITY;
        }
        ln_mass(self.shape, self.scale, (-at.ln_x).exp(), -at.ln_x) - at.ln_x
    }

    fn support(&self) -> Support {
        Support::Positive
    }

    fn place(&self) -> Place {
        let Place { center, scale } = log_place(self.shape, self.scale);
        Place { center: -center, scale }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x > 0.0 { checked_gamma_ur(self.shape, self.scale / x).unwrap_or(f64::NAN) } else { 0.0 }
    }

    fn survival(&self, x: f64) -> f64 {
        if x > 0.0 { checked_gamma_lr(self.shape, self.scale / x).unwrap_or(f64::NAN) } else { 1.0 }
    }

    fn draw(&self, rng: &mut dyn Rng) -> Point {
        Point::exp(self.scale.ln() - draw_ln(self.shape, rng))
    }
}
