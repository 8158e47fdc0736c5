//! Sizes and structure of a discriminator.

use serde::{Deserialize, Serialize};

use super::super::image::ImageDiscriminatorConfig;
use super::super::spectral::Normalisation;
use crate::error::OutOfRange;
use crate::nn::Nonlinearity;

/// How the layers of a [`Discriminator`](super::Discriminator) of rows are connected; `a` is its activation, `L` a linear layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layers {
    /// `h ← L x`, then `h ← h + L a(L h)` in each block, then `l = L a(h)`.
    #[default]
    Residual,
    /// `h ← a(L h)` in each block, then `l = L h`.
    Plain,
    /// `h ← max over pieces of L h` in each block, then `l = L h` (Goodfellow et al. 2013, §2); the activation is not used.
    Maxout {
        /// Linear functions per unit.
        pieces: usize,
    },
}

/// Sizes and structure of a [`Discriminator`](super::Discriminator).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DiscriminatorConfig {
    /// Hidden units, of rows.
    pub width: usize,
    /// Residual blocks, or hidden layers, of rows.
    pub blocks: usize,
    /// How the layers are connected, of rows.
    pub layers: Layers,
    /// Between the layers, of rows.
    pub activation: Nonlinearity,
    /// Rows that are judged together (Lin et al. 2018, PacGAN, arXiv 1712.04086, §3); images of a pack are channels of one.
    pub pac: usize,
    /// Probability with which a hidden unit is left out while training, of rows.
    pub dropout: f32,
    /// What is done to the weights before they act.
    pub normalisation: Normalisation,
    /// Octaves of waves `sin 2ᵏx`, `cos 2ᵏx`, k = 0, 1, …, that are seen beside each number `x`; 7 for points and 0 for rows where not
    /// given. Without them a network of this size is blind to detail far finer than the whole (Tancik et al. 2020).
    pub waves: Option<u32>,
    /// What a discriminator of images has besides.
    pub images: ImageDiscriminatorConfig,
}

impl Default for DiscriminatorConfig {
    fn default() -> Self {
        Self {
            width: 128,
            blocks: 2,
            layers: Layers::Residual,
            activation: Nonlinearity::Silu,
            pac: 1,
            dropout: 0.0,
            normalisation: Normalisation::None,
            waves: None,
            images: ImageDiscriminatorConfig::default(),
        }
    }
}

/// Most blocks of a discriminator.
const MOST_BLOCKS: usize = 64;

impl DiscriminatorConfig {
    /// Numbers that stand for each number of a row.
    pub(super) fn copies(&self) -> usize {
        1 + 2 * self.waves.unwrap_or(0) as usize
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let size = |key, value: usize, least: usize, greatest: usize, expected| {
            OutOfRange::unless((least..=greatest).contains(&value), key, value, expected)
        };
        size("gan.discriminator.width", self.width, 1, 8192, "1 to 8192")?;
        size("gan.discriminator.blocks", self.blocks, 0, MOST_BLOCKS, "0 to 64")?;
        if let Layers::Maxout { pieces } = self.layers {
            size("gan.discriminator.layers.maxout.pieces", pieces, 1, 64, "1 to 64")?;
        }
        size("gan.discriminator.pac", self.pac, 1, 64, "1 to 64")?;
        size("gan.discriminator.waves", self.waves.unwrap_or(0) as usize, 0, 20, "0 to 20")?;
        self.images.check()?;
        let dropout = self.dropout;
        OutOfRange::unless(
            (0.0..1.0).contains(&dropout),
            "gan.discriminator.dropout",
            dropout,
            "at least 0 and below 1",
        )
    }
}
