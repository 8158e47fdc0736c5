//! Sizes of an [`ImageVae`](super::ImageVae), its likelihood and its objective.

use serde::{Deserialize, Serialize};

use super::likelihood::{Binarisation, Family, Likelihood, Sigma};
use super::objective::ImageObjective;
use crate::data::image::LabelUse;
use crate::error::OutOfRange;
use crate::nn::image::ImageNetwork;

/// Sizes and likelihood of an autoencoder of images, and what its training maximises.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageVaeConfig {
    /// What becomes of labels: where they are told, the model is `p(x|z, y)` with `q(z|x, y)` and a prior that knows no label
    /// (Kingma et al. 2014, M2; Sohn et al. 2015), and its bounds are on `log p(x|y)`.
    pub labels: LabelUse,
    /// Latent dimensions; 16 for images of up to 256 numbers and 50 for larger ones, where not given.
    pub latent: Option<usize>,
    /// The encoder, from the image on, and in the opposite order the decoder.
    pub network: ImageNetwork,
    /// The family of `p(x|z)`.
    pub likelihood: Family,
    /// Of a Bernoulli likelihood: what stands for grey levels.
    pub binarisation: Binarisation,
    /// Of a Gaussian likelihood: its standard deviation.
    pub sigma: Sigma,
    /// Of a logistic likelihood: components of the mixture that each number has.
    pub components: usize,
    /// What training maximises.
    pub objective: ImageObjective,
}

impl Default for ImageVaeConfig {
    fn default() -> Self {
        Self {
            labels: LabelUse::Ignored,
            latent: None,
            network: ImageNetwork::default(),
            likelihood: Family::Bernoulli,
            binarisation: Binarisation::Dynamic,
            sigma: Sigma::Learned,
            components: 1,
            objective: ImageObjective::default(),
        }
    }
}

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
            Family::Logistic => Likelihood::Logistic { components: self.components },
        }
    }

    /// What a figure of its likelihood is of, in words.
    pub fn what(&self) -> String {
        let given = match self.labels {
            LabelUse::Ignored => "",
            LabelUse::Told => ", given the label of each: log p(x|y)",
        };
        format!("{}{given}", self.likelihood().what())
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let latent = self.latent();
        OutOfRange::unless((1..=1024).contains(&latent), "images.latent", latent, "1 to 1024")?;
        self.network.check("images.network")?;
        if let Sigma::Fixed(sigma) = self.sigma {
            OutOfRange::unless((1e-3..=10.0).contains(&sigma), "images.sigma", sigma, "0.001 to 10")?;
        }
        let components = self.components;
        OutOfRange::unless((1..=64).contains(&components), "images.components", components, "1 to 64")?;
        self.objective.check()
    }
}
