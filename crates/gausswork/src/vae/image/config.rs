//! Sizes of an [`ImageVae`](super::ImageVae), its likelihood and its objective.

use serde::{Deserialize, Serialize};

use super::likelihood::{Binarisation, Family, Likelihood, Sigma};
use super::objective::ImageObjective;
use crate::error::OutOfRange;
use crate::fused::Activation;

/// Sizes and likelihood of an autoencoder of images, and what its training maximises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageVaeConfig {
    /// Latent dimensions; 16 for images of up to 256 numbers and 50 for larger ones, where not given.
    pub latent: Option<usize>,
    /// Hidden units of each layer of the encoder, from the image on; the decoder has them in the opposite order.
    pub hidden: Vec<usize>,
    /// What follows each hidden layer.
    pub nonlinearity: Nonlinearity,
    /// The family of `p(x|z)`.
    pub likelihood: Family,
    /// Of a Bernoulli likelihood: what stands for grey levels.
    pub binarisation: Binarisation,
    /// Of a Gaussian likelihood: its standard deviation.
    pub sigma: Sigma,
    /// What training maximises.
    pub objective: ImageObjective,
}

/// What follows a hidden layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nonlinearity {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `tanh x`.
    Tanh,
    /// `x σ(x)`.
    Silu,
}

impl Nonlinearity {
    /// The function.
    pub fn activation(self) -> Activation {
        match self {
            Self::Relu => Activation::Relu,
            Self::Tanh => Activation::Tanh,
            Self::Silu => Activation::Silu,
        }
    }

    /// The gain of a layer's first weights: what keeps the variance of what passes through.
    pub(super) fn gain(self) -> f32 {
        match self {
            Self::Relu | Self::Silu => std::f32::consts::SQRT_2,
            Self::Tanh => 1.0,
        }
    }
}

impl Default for ImageVaeConfig {
    fn default() -> Self {
        Self {
            latent: None,
            hidden: vec![400],
            nonlinearity: Nonlinearity::Relu,
            likelihood: Family::Bernoulli,
            binarisation: Binarisation::Dynamic,
            sigma: Sigma::Learned,
            objective: ImageObjective::default(),
        }
    }
}

/// The longest list of hidden layers.
const MOST_LAYERS: usize = 16;

impl ImageVaeConfig {
    /// Fills in what depends on how many numbers an image has.
    #[must_use]
    pub fn resolved(mut self, values: usize) -> Self {
        self.latent.get_or_insert(if values <= 256 { 16 } else { 50 });
        self.objective.gradient = Some(self.objective.gradient());
        self
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        self.latent.unwrap_or(16)
    }

    /// The likelihood.
    pub fn likelihood(&self) -> Likelihood {
        match self.likelihood {
            Family::Bernoulli => Likelihood::Bernoulli(self.binarisation),
            Family::Gaussian => Likelihood::Gaussian(self.sigma),
            Family::Logistic => Likelihood::Logistic,
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let latent = self.latent();
        OutOfRange::unless((1..=1024).contains(&latent), "images.latent", latent, "1 to 1024")?;
        let layers = self.hidden.len();
        OutOfRange::unless(layers <= MOST_LAYERS, "images.hidden", layers, "at most 16 layers")?;
        for &hidden in &self.hidden {
            OutOfRange::unless((1..=8192).contains(&hidden), "images.hidden", hidden, "1 to 8192")?;
        }
        if let Sigma::Fixed(sigma) = self.sigma {
            OutOfRange::unless((1e-3..=10.0).contains(&sigma), "images.sigma", sigma, "0.001 to 10")?;
        }
        self.objective.check()
    }
}
