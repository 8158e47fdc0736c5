//! What can be wrong with a distribution, a pair of them, or what is asked about a pair.

use std::fmt;

/// What a parameter has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Expected {
    /// Any finite number.
    Finite,
    /// A finite number above 0.
    Positive,
    /// A number from 0 to 1.
    Probability,
    /// A probability above 0.
    PositiveProbability,
    /// A number strictly between 0 and 1.
    OpenUnit,
    /// A whole number from 0 to 2⁵³.
    Count,
    /// A finite number above this one.
    Above(f64),
}

impl Expected {
    /// Whether `value` is as expected.
    pub fn admits(self, value: f64) -> bool {
        match self {
            Self::Finite => value.is_finite(),
            Self::Positive => value.is_finite() && value > 0.0,
            Self::Probability => (0.0..=1.0).contains(&value),
            Self::PositiveProbability => value > 0.0 && value <= 1.0,
            Self::OpenUnit => value > 0.0 && value < 1.0,
            Self::Count => (0.0..=9_007_199_254_740_992.0).contains(&value) && value.fract() == 0.0,
            Self::Above(low) => value.is_finite() && value > low,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite => f.write_str("a finite number"),
            Self::Positive => f.write_str("a finite number above 0"),
            Self::Probability => f.write_str("a number from 0 to 1"),
            Self::PositiveProbability => f.write_str("above 0 and at most 1"),
            Self::OpenUnit => f.write_str("strictly between 0 and 1"),
            Self::Count => f.write_str("a whole number, 0 or more"),
            Self::Above(low) => write!(f, "a finite number above {low}"),
        }
    }
}

/// A distribution that does not exist.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// A parameter out of its range.
    #[error("{family}: {parameter} is {value}, but has to be {expected}")]
    OutOfRange {
        /// The family, as expressions name it.
        family: &'static str,
        /// The parameter, with its position in a vector.
        parameter: String,
        /// Its value.
        value: f64,
        /// What it has to be.
        expected: Expected,
    },
    /// Parameters that do not fit together.
    #[error("{family}: {problem}")]
    Shape {
        /// The family, as expressions name it.
        family: &'static str,
        /// What does not fit.
        problem: String,
    },
    /// Probabilities or weights whose sum is not one.
    #[error("{family}: the {what} sum to {sum}, but have to sum to 1")]
    Sum {
        /// The family, as expressions name it.
        family: &'static str,
        /// What was summed.
        what: &'static str,
        /// The sum.
        sum: f64,
    },
    /// A covariance that is not positive definite.
    #[error("{family}: the covariance is not positive definite; row {row} depends on those before it")]
    NotPositiveDefinite {
        /// The family, as expressions name it.
        family: &'static str,
        /// The first row, counted from 1, at which the Cholesky factorisation fails.
        row: usize,
    },
}

impl ParameterError {
    /// An error unless the value is as expected.
    pub(crate) fn unless(
        family: &'static str,
        parameter: &str,
        value: f64,
        expected: Expected,
    ) -> Result<(), Self> {
        if expected.admits(value) {
            return Ok(());
        }
        Err(Self::OutOfRange { family, parameter: parameter.to_owned(), value, expected })
    }
}

/// An error unless a Rényi divergence has this order.
pub(crate) fn check_order(alpha: f64) -> Result<(), DivergenceError> {
    if alpha.is_finite() && alpha > 0.0 && alpha != 1.0 {
        Ok(())
    } else {
        Err(DivergenceError::Order { alpha })
    }
}

/// A question about two distributions that has no answer of the kind asked for.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DivergenceError {
    /// No closed form is known, or none that this crate trusts.
    #[error("no closed form of the {divergence} between {q} and {p}; a numerical value exists")]
    NoClosedForm {
        /// What was asked for.
        divergence: &'static str,
        /// The family of q.
        q: &'static str,
        /// The family of p.
        p: &'static str,
    },
    /// A closed form whose parts are beyond all numbers.
    #[error("the closed form of KL({q} ‖ {p}) overflows at these parameters")]
    Overflow {
        /// The family of q.
        q: &'static str,
        /// The family of p.
        p: &'static str,
    },
    /// Vectors of different lengths, or a vector and a number.
    #[error("q lives in {q}, p in {p}: there is no divergence between them")]
    Spaces {
        /// Where q lives.
        q: String,
        /// Where p lives.
        p: String,
    },
    /// The order of a Rényi divergence.
    #[error("the order of a Rényi divergence has to be above 0 and other than 1, not {alpha}")]
    Order {
        /// The order that was asked for.
        alpha: f64,
    },
    /// Slices that are not of one length.
    #[error("slices of lengths {lengths:?} have to be of one length")]
    Lengths {
        /// Their lengths.
        lengths: Vec<usize>,
    },
    /// A numerical method that does not apply.
    #[error("{method} needs {needs}")]
    Method {
        /// The method.
        method: &'static str,
        /// What it needs.
        needs: &'static str,
    },
}
