//! Sizes, objective and rules of a game.

use serde::{Deserialize, Serialize};

use super::discriminator::DiscriminatorConfig;
use super::nonlinearity::Nonlinearity;
use super::objective::Objective;
use super::penalty::Penalty;
use super::points::Normalised;
use crate::error::OutOfRange;
use crate::fused::Relaxation;

/// Everything about a game besides its data and its training schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GanConfig {
    /// What the players want.
    pub objective: Objective,
    /// Steps of the discriminator for each of the generator.
    pub discriminator_steps: usize,
    /// The discriminator's learning rate divided by the generator's (two time scales, Heusel et al. 2017).
    pub rate_ratio: f64,
    /// Standard deviation of normal noise on what the discriminator sees, at the start; it falls linearly to 0 (Arjovsky & Bottou
    /// 2017).
    pub instance_noise: f64,
    /// The generator.
    pub generator: GeneratorConfig,
    /// The discriminator.
    pub discriminator: DiscriminatorConfig,
    /// The discriminator's regulariser.
    pub penalty: Penalty,
}

impl Default for GanConfig {
    fn default() -> Self {
        Self {
            objective: Objective::default(),
            discriminator_steps: 1,
            rate_ratio: 1.0,
            instance_noise: 0.0,
            generator: GeneratorConfig::default(),
            discriminator: DiscriminatorConfig::default(),
            penalty: Penalty::default(),
        }
    }
}

/// Sizes of a generator; those of rows and of points where they differ are named so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GeneratorConfig {
    /// Latent dimensions.
    pub latent: usize,
    /// Hidden units.
    pub width: usize,
    /// Hidden layers of a generator of points, residual blocks of one of rows.
    pub depth: usize,
    /// Rows: share of the steps in which the generator is trained by maximum likelihood while the discriminator already
    /// plays; 0 is a game from the first step.
    pub warm_start: f64,
    /// Rows: the generator's learning rate meanwhile, as a multiple of that of the game.
    pub warm_rate: f64,
    /// Rows: hidden units per span.
    pub hidden: usize,
    /// Rows: numbers per embedded span.
    pub embedding: usize,
    /// Rows: how the gradient of a choice is estimated.
    pub relaxation: Relaxation,
    /// Rows: temperature of the relaxed choices whose gradient is taken.
    pub temperature: f64,
    /// Points: the activation.
    pub activation: Nonlinearity,
    /// Points: what follows a hidden layer.
    pub normalisation: Normalised,
}

impl Default for GeneratorConfig {
    fn default() -> Self {
        Self {
            latent: 64,
            width: 128,
            depth: 1,
            warm_start: 0.5,
            warm_rate: 10.0,
            hidden: 32,
            embedding: 8,
            relaxation: Relaxation::Softmax,
            temperature: 1.0,
            activation: Nonlinearity::Relu,
            normalisation: Normalised::Never,
        }
    }
}

impl GanConfig {
    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let size = |key, value: usize, least: usize, greatest: usize, expected| {
            OutOfRange::unless((least..=greatest).contains(&value), key, value, expected)
        };
        let generator = &self.generator;
        size("gan.discriminator-steps", self.discriminator_steps, 1, 1000, "1 to 1000")?;
        size("gan.generator.latent", generator.latent, 1, 4096, "1 to 4096")?;
        size("gan.generator.width", generator.width, 1, 8192, "1 to 8192")?;
        size("gan.generator.depth", generator.depth, 0, 64, "0 to 64")?;
        size("gan.generator.hidden", generator.hidden, 1, 1024, "1 to 1024")?;
        size("gan.generator.embedding", generator.embedding, 1, 1024, "1 to 1024")?;
        let within = |key, value: f64, range: std::ops::RangeInclusive<f64>, expected| {
            OutOfRange::unless(range.contains(&value), key, value, expected)
        };
        within("gan.rate-ratio", self.rate_ratio, 1e-3..=1e3, "0.001 to 1000")?;
        within("gan.instance-noise", self.instance_noise, 0.0..=100.0, "0 to 100")?;
        within("gan.generator.warm-start", generator.warm_start, 0.0..=1.0, "a share from 0 to 1")?;
        within("gan.generator.warm-rate", generator.warm_rate, 0.01..=1000.0, "0.01 to 1000")?;
        within("gan.generator.temperature", generator.temperature, 0.01..=100.0, "0.01 to 100")?;
        self.discriminator.check()?;
        self.penalty.check()
    }
}
