//! The families: checked parameters, densities, draws.

mod beta;
mod categorical;
mod circular;
mod counts;
mod dirichlet;
mod extreme;
mod gamma;
mod heavy;
mod mixture;
mod multivariate_normal;
mod normal;
mod symmetric;

pub use beta::{Beta, ContinuousBernoulli, Uniform};
pub use categorical::Categorical;
pub use circular::VonMises;
pub use counts::{Bernoulli, Binomial, Geometric, Poisson};
pub use dirichlet::Dirichlet;
pub use extreme::{Gumbel, Weibull};
pub use gamma::{Exponential, Gamma, InverseGamma};
pub use heavy::{Cauchy, Pareto, StudentT};
pub use mixture::Mixture;
pub(crate) use mixture::ln_sum_exp;
pub use multivariate_normal::{DiagonalNormal, MultivariateNormal};
pub use normal::{HalfNormal, LogNormal, Normal};
pub use symmetric::{Laplace, Logistic};

use rand::{Rng, RngExt};

/// A value type of a family whose parameters are single numbers.
macro_rules! scalar_family {
    (
        $(#[$doc:meta])*
        $type:ident $name:literal { $($(#[$parameter_doc:meta])* $parameter:ident: $expected:expr),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $type {
            $($parameter: f64,)+
        }

        impl $type {
            pub(crate) const PARAMETERS: &'static [&'static str] = &[$(stringify!($parameter)),+];

            /// The distribution with these parameters.
            ///
            /// # Errors
            /// A parameter out of its range.
            pub fn new($($parameter: f64),+) -> Result<Self, $crate::ParameterError> {
                #[allow(unused_imports, reason = "not every family has every kind of parameter")]
                use $crate::error::Expected::*;
                $($crate::ParameterError::unless($name, stringify!($parameter), $parameter, $expected)?;)+
                Ok(Self { $($parameter),+ })
            }

            $($(#[$parameter_doc])*
            pub fn $parameter(&self) -> f64 {
                self.$parameter
            })+

            pub(crate) fn theta(&self) -> [f64; Self::PARAMETERS.len()] {
                [$(self.$parameter),+]
            }

            pub(crate) fn from_theta(theta: &[f64]) -> Result<Self, $crate::ParameterError> {
                if let [$($parameter),+] = *theta {
                    return Self::new($($parameter),+);
                }
                Err($crate::families::wrong_number($name, Self::PARAMETERS, theta.len()))
            }
        }
    };
}
use scalar_family;

/// A uniform draw that is neither 0 nor 1.
fn open01(rng: &mut dyn Rng) -> f64 {
    rng.sample(rand_distr::Open01)
}

/// `x ln y`, where `0 ln 0 = 0`.
fn x_ln_y(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * y.ln() }
}

/// `ln(c x^power)` at x = 0, for `ln c`.
fn ln_at_zero(power: f64, ln_c: f64) -> f64 {
    match power {
        p if p > 0.0 => f64::NEG_INFINITY,
        p if p < 0.0 => f64::INFINITY,
        _ => ln_c,
    }
}

/// The error for a list of parameters of the wrong length.
fn wrong_number(family: &'static str, parameters: &[&str], found: usize) -> crate::ParameterError {
    let (wanted, names) = (parameters.len(), parameters.join(", "));
    let problem = format!("takes {wanted} parameters ({names}), not {found}");
    crate::ParameterError::Shape { family, problem }
}
