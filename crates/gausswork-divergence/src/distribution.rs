//! A distribution of any family, and what all distributions of one dimension can do.

use std::fmt;

use rand::Rng;

use crate::{
    error::{DivergenceError, ParameterError},
    families::{
        Bernoulli, Beta, Binomial, Categorical, Cauchy, ContinuousBernoulli, DiagonalNormal, Dirichlet,
        Exponential, Gamma, Geometric, Gumbel, HalfNormal, InverseGamma, Laplace, LogNormal, Logistic,
        Mixture, MultivariateNormal, Normal, Pareto, Poisson, StudentT, Uniform, VonMises, Weibull,
    },
    point::{Place, Point, Support},
};

/// A distribution over numbers.
pub trait Univariate: fmt::Debug {
    /// The logarithm of the density, or of the probability if the distribution is discrete; −∞ off the support.
    fn ln_density(&self, at: Point) -> f64;

    /// The set that carries it.
    fn support(&self) -> Support;

    /// Roughly where its mass is.
    fn place(&self) -> Place;

    /// Every place where it has features of its own: one per component of a mixture.
    fn places(&self) -> Vec<Place> {
        vec![self.place()]
    }

    /// `P(X ≤ x)`.
    fn cdf(&self, x: f64) -> f64;

    /// `P(X > x)`.
    fn survival(&self, x: f64) -> f64 {
        1.0 - self.cdf(x)
    }

    /// One draw.
    fn draw(&self, rng: &mut dyn Rng) -> Point;
}

/// The parameters of a distribution in one row; up to three of them without an allocation.
#[derive(Debug, Clone)]
pub(crate) struct Theta {
    few: [f64; 3],
    len: usize,
    many: Vec<f64>,
}

impl From<&[f64]> for Theta {
    fn from(values: &[f64]) -> Self {
        let mut few = [0.0; 3];
        if let Some(head) = few.get_mut(..values.len()) {
            head.copy_from_slice(values);
            return Self { few, len: values.len(), many: Vec::new() };
        }
        Self { few, len: 0, many: values.to_vec() }
    }
}

impl std::ops::Deref for Theta {
    type Target = [f64];
    fn deref(&self) -> &[f64] {
        if self.many.is_empty() { &self.few[..self.len] } else { &self.many }
    }
}

macro_rules! families {
    ($($variant:ident $name:literal),+ $(,)?) => {
        /// The name of a family of distributions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Family {
            $(#[doc = concat!("[`", stringify!($variant), "`](crate::", stringify!($variant), ").")] $variant,)+
            /// [`Mixture`](crate::Mixture).
            Mixture,
        }

        impl Family {
            /// Every family but mixtures, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in expressions.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Mixture => "mixture",
                }
            }

            /// The names of its parameters, in order.
            pub fn parameters(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => $variant::PARAMETERS,)+
                    Self::Mixture => &["weight*distribution + …"],
                }
            }

            /// The distribution with these parameters in one row: vectors one after the other, matrices by rows.
            ///
            /// # Errors
            /// Parameters that are out of range, or not as many as the family has.
            pub fn with(self, theta: &[f64]) -> Result<Distribution, ParameterError> {
                match self {
                    $(Self::$variant => $variant::from_theta(theta).map(Distribution::$variant),)+
                    Self::Mixture => Err(ParameterError::Shape {
                        family: "mixture",
                        problem: "a mixture is made of distributions, not of numbers".into(),
                    }),
                }
            }
        }

        /// A distribution of any family.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Distribution {
            $(#[doc = concat!("See [`", stringify!($variant), "`](crate::", stringify!($variant), ").")]
            $variant($variant),)+
            /// See [`Mixture`](crate::Mixture).
            Mixture(Mixture),
        }

        impl Distribution {
            /// The family.
            pub fn family(&self) -> Family {
                match self {
                    $(Self::$variant(_) => Family::$variant,)+
                    Self::Mixture(_) => Family::Mixture,
                }
            }

            /// The parameters in one row; none for a mixture.
            pub(crate) fn theta(&self) -> Theta {
                match self {
                    $(Self::$variant(d) => Theta::from(&d.theta()[..]),)+
                    Self::Mixture(_) => Theta::from(&[][..]),
                }
            }
        }

        $(impl From<$variant> for Distribution {
            fn from(d: $variant) -> Self {
                Self::$variant(d)
            }
        })+
    };
}

families! {
    Bernoulli "bernoulli",
    Beta "beta",
    Binomial "binomial",
    Categorical "categorical",
    Cauchy "cauchy",
    ContinuousBernoulli "continuous_bernoulli",
    DiagonalNormal "diagonal_normal",
    Dirichlet "dirichlet",
    Exponential "exponential",
    Gamma "gamma",
    Geometric "geometric",
    Gumbel "gumbel",
    HalfNormal "half_normal",
    InverseGamma "inverse_gamma",
    Laplace "laplace",
    LogNormal "log_normal",
    Logistic "logistic",
    MultivariateNormal "multivariate_normal",
    Normal "normal",
    Pareto "pareto",
    Poisson "poisson",
    StudentT "student_t",
    Uniform "uniform",
    VonMises "von_mises",
    Weibull "weibull",
}

impl From<Mixture> for Distribution {
    fn from(mixture: Mixture) -> Self {
        Self::Mixture(mixture)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a distribution lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Numbers, continuous or discrete.
    Numbers,
    /// Vectors of this length.
    Vectors(usize),
    /// Vectors of this length of positive numbers that sum to one.
    Simplex(usize),
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbers => f.write_str("one dimension"),
            Self::Vectors(n) => write!(f, "vectors of length {n}"),
            Self::Simplex(n) => write!(f, "the simplex of {n} parts"),
        }
    }
}

impl Distribution {
    /// The distribution as one over numbers, unless it is one over vectors.
    pub fn univariate(&self) -> Option<&dyn Univariate> {
        Some(match self {
            Self::Bernoulli(d) => d,
            Self::Beta(d) => d,
            Self::Binomial(d) => d,
            Self::Categorical(d) => d,
            Self::Cauchy(d) => d,
            Self::ContinuousBernoulli(d) => d,
            Self::Exponential(d) => d,
            Self::Gamma(d) => d,
            Self::Geometric(d) => d,
            Self::Gumbel(d) => d,
            Self::HalfNormal(d) => d,
            Self::InverseGamma(d) => d,
            Self::Laplace(d) => d,
            Self::LogNormal(d) => d,
            Self::Logistic(d) => d,
            Self::Normal(d) => d,
            Self::Pareto(d) => d,
            Self::Poisson(d) => d,
            Self::StudentT(d) => d,
            Self::Uniform(d) => d,
            Self::VonMises(d) => d,
            Self::Weibull(d) => d,
            Self::Mixture(d) => return d.univariate(),
            Self::DiagonalNormal(_) | Self::Dirichlet(_) | Self::MultivariateNormal(_) => return None,
        })
    }

    /// Where it lives.
    pub fn space(&self) -> Space {
        match self {
            Self::DiagonalNormal(d) => Space::Vectors(d.mu().len()),
            Self::MultivariateNormal(d) => Space::Vectors(d.mu().len()),
            Self::Dirichlet(d) => Space::Simplex(d.alpha().len()),
            Self::Mixture(d) => d.space(),
            _ => Space::Numbers,
        }
    }

    /// An error unless both live in the same space.
    pub(crate) fn same_space(&self, other: &Self) -> Result<(), DivergenceError> {
        let (q, p) = (self.space(), other.space());
        if q == p { Ok(()) } else { Err(DivergenceError::Spaces { q: q.to_string(), p: p.to_string() }) }
    }

    /// The logarithm of the density at a vector; of one element, if the distribution is over numbers.
    pub fn ln_density_at(&self, x: &[f64]) -> f64 {
        match self {
            Self::DiagonalNormal(d) => d.ln_density(x),
            Self::MultivariateNormal(d) => d.ln_density(x),
            Self::Dirichlet(d) => d.ln_density(x),
            Self::Mixture(d) => d.ln_density_at(x),
            _ => match (self.univariate(), x) {
                (Some(d), &[x]) => d.ln_density(Point::from(x)),
                _ => f64::NEG_INFINITY,
            },
        }
    }
}

/// A number as people write it: with an exponent where it would be a row of zeros.
pub(crate) fn number(x: f64) -> String {
    if x != 0.0 && !(1e-5..1e16).contains(&x.abs()) { format!("{x:e}") } else { x.to_string() }
}

impl fmt::Display for Distribution {
    /// The expression that [`Distribution::from_str`](std::str::FromStr) reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |values: &[f64]| {
            let texts: Vec<String> = values.iter().map(|&x| number(x)).collect();
            texts.join(", ")
        };
        let name = self.family();
        match self {
            Self::Mixture(mixture) => write!(f, "{mixture}"),
            Self::Categorical(_) | Self::Dirichlet(_) => write!(f, "{name}([{}])", list(&self.theta())),
            Self::DiagonalNormal(d) => write!(f, "normal([{}], [{}])", list(d.mu()), list(d.sigma())),
            Self::MultivariateNormal(d) => {
                let rows: Vec<String> =
                    d.covariance().chunks(d.mu().len()).map(|row| format!("[{}]", list(row))).collect();
                write!(f, "{name}([{}], [{}])", list(d.mu()), rows.join(", "))
            }
            _ => write!(f, "{name}({})", list(&self.theta())),
        }
    }
}
