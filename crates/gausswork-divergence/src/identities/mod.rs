//! The equations that the models stand on, checked with numbers.
//!
//! Every check computes both sides of an equation in different ways, over ordinary and extreme parameters, and
//! keeps the worst disagreement. What is claimed is an argument of the check, so that a test can claim something
//! false and see it refused. `docs/mathematics.md` derives the equations.

mod classifier;
mod coarsening;
mod elbo;
mod game;
mod generator;
mod importance;
mod likelihood;
mod order;
mod structure;

use std::error::Error;

use crate::{
    distribution::{Distribution, Family, Univariate},
    families::Mixture,
    special::{relative_entropy_of_ln, softplus},
};

/// An equation or an inequality, and how well it held.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// What it is called.
    pub name: &'static str,
    /// The equation.
    pub statement: &'static str,
    /// How many times both sides were computed.
    pub cases: usize,
    /// The worst difference of the sides, relative to the largest term of either; for an inequality, how far it
    /// was broken.
    pub worst: f64,
    /// The parameters of the worst case, or why the check could not be made.
    pub at: String,
    /// The difference that rounding and quadrature may leave.
    pub bound: f64,
}

impl Identity {
    /// Whether both sides agreed everywhere.
    pub fn holds(&self) -> bool {
        self.cases > 0 && self.worst <= self.bound
    }

    /// The outcome of a check.
    fn from(name: &'static str, statement: &'static str, bound: f64, checked: Checked) -> Self {
        match checked {
            Ok(Tally { cases, worst, at }) => Self { name, statement, cases, worst, at, bound },
            Err(error) => {
                Self { name, statement, cases: 0, worst: f64::INFINITY, at: error.to_string(), bound }
            }
        }
    }
}

/// Every check; each takes a fraction of a second and stands alone.
pub const ALL: &[fn() -> Identity] = &[
    elbo::linear_gaussian,
    elbo::nonlinear,
    importance::two_draws,
    importance::more_draws,
    likelihood::squared_error,
    likelihood::absolute_error,
    likelihood::binary_cross_entropy,
    likelihood::categorical_cross_entropy,
    game::best_discriminator,
    game::value,
    game::cross_entropy,
    classifier::gap,
    classifier::curvature,
    generator::ratio,
    generator::limits,
    generator::minimax_gradient,
    generator::non_saturating_gradient,
    structure::additivity,
    structure::chain_rule,
    structure::bijections,
    structure::pythagoras,
    coarsening::data_processing,
    coarsening::convexity,
    order::pinsker,
    order::jensen_shannon,
    order::hellinger,
    order::chi_squared,
    order::renyi,
    order::renyi_limit,
];

/// Quadrature stops at 1e-14 of an integral; a finite difference or a sum of such integrals loses some digits of it.
const BOUND: f64 = 1e-10;
/// Of closed expressions in a few roundings, at arguments where each of them is well conditioned.
const ROUNDING: f64 = 1e-13;

type Checked = Result<Tally, Box<dyn Error>>;

/// The worst of many comparisons.
#[derive(Debug, Default)]
struct Tally {
    cases: usize,
    worst: f64,
    at: String,
}

impl Tally {
    /// Two numbers that should be equal.
    fn equal(&mut self, left: f64, right: f64, at: impl Fn() -> String) {
        self.equal_in(left, right, 0.0, at);
    }

    /// Two numbers that should be equal, made of terms as large as `size`.
    fn equal_in(&mut self, left: f64, right: f64, size: f64, at: impl Fn() -> String) {
        let error = if left == right {
            0.0
        } else {
            (left - right).abs() / size.abs().max(left.abs()).max(right.abs())
        };
        self.add(error, || format!("{}: {left:e} and {right:e}", at()));
    }

    /// A number that should not exceed another; both as large as `size`.
    fn at_most_in(&mut self, low: f64, high: f64, size: f64, at: impl Fn() -> String) {
        let error = if low <= high { 0.0 } else { (low - high) / size.abs().max(low.abs()).max(high.abs()) };
        self.add(error, || format!("{}: {low:e} against {high:e}", at()));
    }

    /// A number that should not exceed another.
    fn at_most(&mut self, low: f64, high: f64, at: impl Fn() -> String) {
        self.at_most_in(low, high, 0.0, at);
    }

    fn add(&mut self, error: f64, at: impl Fn() -> String) {
        let error = if error.is_nan() { f64::INFINITY } else { error };
        if self.cases == 0 || error > self.worst {
            (self.worst, self.at) = (error, at());
        }
        self.cases += 1;
    }
}

/// A distribution in a table of cases: weights, families and parameters of its components.
type Spec = &'static [(f64, Family, &'static [f64])];

/// The distribution, and a mixture if there is more than one component.
fn build(spec: Spec) -> Result<Distribution, Box<dyn Error>> {
    if let &[(_, family, theta)] = spec {
        return Ok(family.with(theta)?);
    }
    let components: Result<Vec<_>, _> =
        spec.iter().map(|&(w, family, theta)| Ok((w, family.with(theta)?))).collect();
    Ok(Mixture::new(components.map_err(|error: crate::ParameterError| error)?)?.into())
}

fn one_dimension(d: &Distribution) -> Result<&dyn Univariate, Box<dyn Error>> {
    d.univariate().ok_or_else(|| format!("{d} is not over numbers").into())
}

/// `½q + ½p`.
fn middle(q: &Distribution, p: &Distribution) -> Result<Distribution, Box<dyn Error>> {
    Ok(Mixture::new(vec![(0.5, q.clone()), (0.5, p.clone())])?.into())
}

/// The limit for h → 0 of an even function of h, from its values at `h`, h/2, … h/16 (Richardson 1911).
fn limit(f: impl Fn(f64) -> f64, h: f64) -> f64 {
    let mut column: Vec<f64> = (0..5).map(|k| f(h * 0.5f64.powi(k))).collect();
    let mut power = 4.0;
    while column.len() > 1 {
        column = column.windows(2).map(|pair| pair[1] + (pair[1] - pair[0]) / (power - 1.0)).collect();
        power *= 4.0;
    }
    column[0]
}

/// Whether a false claim was found out by the numbers, rather than by an error or a NaN.
#[cfg(test)]
fn refused(checked: Checked) -> bool {
    checked.is_ok_and(|tally| tally.cases > 0 && tally.worst > 1e-6 && tally.worst.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identity_holds() {
        let mut failed = Vec::new();
        for check in ALL {
            let clock = std::time::Instant::now();
            let found = check();
            println!(
                "{:<48} {:>5} {:>9.2e} {:>9.0e} {:>6.0?}  {}",
                found.name,
                found.cases,
                found.worst,
                found.bound,
                clock.elapsed(),
                found.at
            );
            failed.extend((!found.holds()).then_some(found.name));
        }
        assert!(failed.is_empty(), "{failed:?}");
    }

    #[test]
    fn a_check_that_was_not_made_does_not_hold() {
        assert!(!Identity::from("", "", 1.0, Ok(Tally::default())).holds());
        assert!(!Identity::from("", "", 1.0, Err("no".into())).holds());
        let mut tally = Tally::default();
        tally.equal(f64::NAN, 1.0, String::new);
        assert!(!Identity::from("", "", 1.0, Ok(tally)).holds());
    }

    #[test]
    fn the_limit_of_a_difference_quotient_is_the_derivative() {
        // Truncation (h/2)^2 ... leaves 1e-14; rounding 2e-16/h at h = 1/160.
        let slope = limit(|h| ((1.0 + h).exp() - (1.0 - h).exp()) / (2.0 * h), 0.1);
        assert!((slope - 1f64.exp()).abs() < 1e-12);
    }
}
