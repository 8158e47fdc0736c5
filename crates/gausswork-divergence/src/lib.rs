//! Divergences between probability distributions.
//!
//! Closed forms that are exact near q = p and never negative, the quadrature and the sampling that check them,
//! and honest answers where no closed form exists. No tensors: numbers in `f64`.
//!
//! ```
//! use gausswork_divergence::prelude::*;
//!
//! let (q, p) = (Gamma::new(2.0, 3.0)?, LogNormal::new(0.0, 1.0)?);
//! let closed = kl(&q, &p)?;
//! println!("{} nats by {} ({})", closed.value, closed.formula.name, closed.formula.reference);
//!
//! // Where nothing is closed: quadrature with its error, or for mixtures also bounds and draws.
//! let (q, p): (Distribution, Distribution) = ("normal(0, 2)".parse()?, "logistic(0, 1)".parse()?);
//! let answer = measure(Divergence::KullbackLeibler, &q, &p, 100_000, 0)?;
//! assert!(answer.closed.is_none());
//! assert!(answer.numeric.is_some_and(|numeric| numeric.error < 1e-12));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | to get | use |
//! |---|---|
//! | a closed form of KL, and its gradient | [`kl`](kl()), [`kl_gradient`], [`entropy`], [`cross_entropy`] |
//! | every answer to any divergence | [`measure`](measure()) with a [`Divergence`] |
//! | millions of normal distributions | [`slices`] |
//! | integrals, sums and means with their errors | [`quadrature`], [`series`], [`monte_carlo`] |
//! | bounds between mixtures | [`bounds`] |
//! | proof | [`verify`], [`identities`] |

pub mod bounds;
pub mod distribution;
pub mod error;
pub mod expression;
mod families;
pub mod forms;
pub mod identities;
mod matrix;
pub mod measure;
pub mod monte_carlo;
pub mod other;
pub mod point;
pub mod quadrature;
pub mod real;
pub mod series;
pub mod slices;
pub mod special;
pub mod verify;

pub use distribution::{Distribution, Family, Space, Univariate};
pub use error::{DivergenceError, Expected, ParameterError};
pub use expression::{ExpressionError, ExpressionProblem};
pub use families::*;
pub use forms::{Closed, Formula, Term, cross_entropy, entropy, kl, kl_gradient, kl_terms};
pub use measure::{Answer, Divergence, measure};

/// What most users of the crate need.
pub mod prelude {
    pub use crate::{
        Distribution, Divergence, DivergenceError, Family, ParameterError, cross_entropy, entropy,
        families::*, kl, kl_gradient, measure,
    };
}
