//! Divergences between probability distributions.
//!
//! Closed forms that are exact near q = p and never negative, the quadrature and the sampling that check them,
//! and honest answers where no closed form exists. No tensors: numbers in `f64`.

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
        Distribution, DivergenceError, Family, ParameterError, cross_entropy, entropy, families::*, kl,
        kl_gradient,
    };
}
