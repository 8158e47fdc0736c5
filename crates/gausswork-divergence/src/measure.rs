//! A divergence of any kind, answered in every way that applies.

use crate::{
    bounds::{Bounds, mixture_bounds},
    distribution::Distribution,
    error::{DivergenceError, check_order},
    forms::{Closed, kl_of},
    monte_carlo::{self, Estimate},
    other,
    quadrature::{self, Numeric},
};

/// What is measured between q and p.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Divergence {
    /// `∫ q ln(q/p)`, nats.
    KullbackLeibler,
    /// `½ KL(q ‖ m) + ½ KL(p ‖ m)` with `m = ½q + ½p`, nats, from 0 to ln 2 (Lin 1991).
    JensenShannon,
    /// `½ ∫ |q − p|`, from 0 to 1.
    TotalVariation,
    /// `√(½ ∫ (√q − √p)²)`, from 0 to 1.
    Hellinger,
    /// Pearson's `∫ (q − p)²/p`.
    ChiSquared,
    /// `1/(α − 1) ln ∫ q^α p^(1−α)`, nats; α > 0, other than 1 (Rényi 1961).
    Renyi {
        /// The order.
        alpha: f64,
    },
    /// `inf E|X − Y|` over joint distributions of X ~ q and Y ~ p, in the units of x.
    Wasserstein1,
    /// `√ inf E|X − Y|²`, in the units of x.
    Wasserstein2,
}

impl Divergence {
    /// The name in full.
    pub fn name(self) -> &'static str {
        match self {
            Self::KullbackLeibler => "Kullback–Leibler divergence",
            Self::JensenShannon => "Jensen–Shannon divergence",
            Self::TotalVariation => "total variation",
            Self::Hellinger => "Hellinger distance",
            Self::ChiSquared => "χ² divergence",
            Self::Renyi { .. } => "Rényi divergence",
            Self::Wasserstein1 => "Wasserstein-1 distance",
            Self::Wasserstein2 => "Wasserstein-2 distance",
        }
    }

    /// Whether the unit is the nat, so that bits mean something.
    pub fn in_nats(self) -> bool {
        matches!(self, Self::KullbackLeibler | Self::JensenShannon | Self::Renyi { .. })
    }
}

/// Every answer there is, each of its own kind: they are not averaged, and none stands in for another.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The closed form, if there is one.
    pub closed: Option<Closed>,
    /// By quadrature or by a sum, in one dimension.
    pub numeric: Option<Numeric>,
    /// Bounds that hold for certain, for mixtures.
    pub bounds: Option<Bounds>,
    /// By drawing, for mixtures and where there is neither a closed form nor a quadrature.
    pub estimate: Option<Estimate>,
}

/// Measures `divergence` from q to p; `draws` and `seed` are for the estimate.
///
/// # Errors
/// Distributions over different spaces, an order of a Rényi divergence that is not one, or a distance between
/// vectors that is only known in one dimension.
pub fn measure(
    divergence: Divergence,
    q: &Distribution,
    p: &Distribution,
    draws: u64,
    seed: u64,
) -> Result<Answer, DivergenceError> {
    if let Divergence::Renyi { alpha } = divergence {
        check_order(alpha)?;
    }
    let one_dimension = q.univariate().zip(p.univariate());
    if divergence == Divergence::KullbackLeibler {
        let closed = match kl_of(q, p) {
            Ok(closed) => Some(closed),
            Err(DivergenceError::NoClosedForm { .. } | DivergenceError::Overflow { .. }) => None,
            Err(error) => return Err(error),
        };
        let numeric = one_dimension.map(|(q, p)| quadrature::kl(q, p));
        let bounds = mixture_bounds(q, p);
        let infinite = closed.as_ref().is_some_and(|closed| closed.value == f64::INFINITY);
        let wanted = bounds.is_some() || closed.is_none() || numeric.is_none();
        let estimate = if wanted && !infinite { Some(monte_carlo::kl(q, p, draws, seed)?) } else { None };
        return Ok(Answer { closed, numeric, bounds, estimate });
    }
    other::measure(divergence, q, p, draws, seed)
}
