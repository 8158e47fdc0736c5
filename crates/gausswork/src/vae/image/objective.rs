//! What training an autoencoder of images maximises.

use serde::{Deserialize, Serialize};

use crate::error::OutOfRange;

/// `log 1/K Σ_k w_k` with `log w_k = log p(x|z_k) + β (log p(z_k) − log q(z_k|x))`, in expectation over `z_k ~ q(z|x)`.
///
/// With K = 1 it is the evidence lower bound, whose rate is then taken in closed form (Kingma & Welling 2014, eq. 10); with more
/// samples the importance-weighted bound (Burda et al. 2016, eq. 8), which rises towards `log p(x)`.
///
/// Reported bounds are always at β = 1, whatever is set here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageObjective {
    /// Weight of the rate once warm.
    pub beta: f64,
    /// Steps over which the weight rises linearly from 0, so that latents are used before they cost (Sønderby et al. 2016, §2.3); two
    /// fifths of all where not given.
    pub warm_up: Option<u64>,
    /// Importance samples, K.
    pub samples: usize,
    /// How the encoder's gradient is estimated; `sticking-the-landing` of one sample and `doubly-reparameterised` of more, where not given.
    pub gradient: Option<EncoderGradient>,
}

/// Estimators of the gradient by the encoder's weights φ, with `z_k = μ + σ ε_k` and `ŵ = w/Σw`; the decoder's is
/// `Σ_k ŵ_k ∇_θ log w_k` always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncoderGradient {
    /// `Σ_k ŵ_k d log w_k/dφ`, through z and through `log q` (Burda et al. 2016, eq. 14); of one sample with the rate in closed form.
    Total,
    /// `Σ_k ŵ_k ∂log w_k/∂z_k ∂z_k/∂φ`: without the score of `log q`, whose mean is 0 for one sample, so that nothing is left to vary
    /// where q is the posterior (Roeder et al. 2017). Of more samples it is biased.
    StickingTheLanding,
    /// `Σ_k ŵ_k² ∂log w_k/∂z_k ∂z_k/∂φ`: the score's mean, which is not 0 for more samples, reparameterised again (Tucker et al. 2019). Unbiased, and its ratio of signal to noise does not fall with K. At another β the factor is `(1 − β) ŵ_k + β ŵ_k²`.
    DoublyReparameterised,
}

impl Default for ImageObjective {
    fn default() -> Self {
        Self { beta: 1.0, warm_up: None, samples: 1, gradient: None }
    }
}

impl ImageObjective {
    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let beta = self.beta;
        OutOfRange::unless((0.0..1e6).contains(&beta), "images.objective.beta", beta, "a number ≥ 0")?;
        let fits = (1..=1024).contains(&self.samples);
        OutOfRange::unless(fits, "images.objective.samples", self.samples, "1 to 1024")
    }

    /// How the encoder's gradient is estimated.
    pub fn gradient(&self) -> EncoderGradient {
        self.gradient.unwrap_or(match self.samples {
            1 => EncoderGradient::StickingTheLanding,
            _ => EncoderGradient::DoublyReparameterised,
        })
    }

    /// β at a step.
    pub fn beta_at(&self, step: u64) -> f64 {
        self.beta * ((step as f64 + 1.0) / (self.warm_up.unwrap_or(0) as f64).max(1.0)).min(1.0)
    }
}
