//! Sizes, objective and rules of a game.

use serde::{Deserialize, Serialize};

use super::discriminator::DiscriminatorConfig;
use super::image::ImageGeneratorConfig;
use super::objective::Objective;
use super::penalty::{Penalty, PenaltyKind};
use super::points::{Coordinates, Normalised};
use crate::data::image::LabelUse;
use crate::error::OutOfRange;
use crate::fused::Relaxation;
use crate::nn::Nonlinearity;

/// Everything about a game besides its data and its training schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GanConfig {
    /// What the players want; relativistic for rows and non-saturating for points where not given.
    pub objective: Option<Objective>,
    /// Steps of the discriminator for each of the generator.
    pub discriminator_steps: usize,
    /// The discriminator's learning rate divided by the generator's (two time scales, Heusel et al. 2017); 5 for rows and 2 for
    /// points where not given.
    pub rate_ratio: Option<f64>,
    /// Standard deviation of normal noise on what the discriminator sees, at the start; it falls linearly to 0 (Arjovsky & Bottou
    /// 2017).
    pub instance_noise: f64,
    /// Standard deviation with which the weights of both players start, .02 in many papers (Radford et al. 2016, §4); by the size of each
    /// layer where not given.
    pub initial_deviation: Option<f64>,
    /// Of images: what becomes of their labels.
    pub labels: LabelUse,
    /// The generator.
    pub generator: GeneratorConfig,
    /// The discriminator.
    pub discriminator: DiscriminatorConfig,
    /// The discriminator's regulariser; a weak R1 + R2 for rows and a gradient penalty for points where not given.
    pub penalty: Option<Penalty>,
}

impl Default for GanConfig {
    fn default() -> Self {
        Self {
            objective: None,
            discriminator_steps: 1,
            rate_ratio: None,
            instance_noise: 0.0,
            initial_deviation: None,
            labels: LabelUse::Ignored,
            generator: GeneratorConfig::default(),
            discriminator: DiscriminatorConfig::default(),
            penalty: None,
        }
    }
}

/// Sizes of a generator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GeneratorConfig {
    /// Latent dimensions; 64 for rows and 2 for points where not given.
    pub latent: Option<usize>,
    /// Hidden units.
    pub width: usize,
    /// What a generator of rows has besides.
    pub rows: RowsConfig,
    /// What a generator of points has besides.
    pub points: PointsConfig,
    /// What a generator of images has besides.
    pub images: ImageGeneratorConfig,
}

impl Default for GeneratorConfig {
    fn default() -> Self {
        Self {
            latent: None,
            width: 128,
            rows: RowsConfig::default(),
            points: PointsConfig::default(),
            images: ImageGeneratorConfig::default(),
        }
    }
}

/// A generator of table rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RowsConfig {
    /// Residual blocks of the trunk.
    pub blocks: usize,
    /// Hidden units per span.
    pub hidden: usize,
    /// Numbers per embedded span.
    pub embedding: usize,
    /// How the gradient of a choice is estimated.
    pub relaxation: Relaxation,
    /// Temperature of the relaxed choices whose gradient is taken.
    pub temperature: f64,
    /// Share of the steps in which the generator is trained by maximum likelihood while the discriminator already
    /// plays; 0 is a game from the first step.
    pub warm_start: f64,
    /// The generator's learning rate meanwhile, as a multiple of that of the game.
    pub warm_rate: f64,
    /// Share of the rows of a batch that the generator is told the value of a discrete column of, the column drawn uniformly, so that
    /// rows can be drawn by such a value; 0 is a generator that cannot be told.
    pub conditions: f64,
}

impl Default for RowsConfig {
    fn default() -> Self {
        Self {
            blocks: 1,
            hidden: 32,
            embedding: 8,
            relaxation: Relaxation::Softmax,
            temperature: 1.0,
            warm_start: 0.5,
            warm_rate: 10.0,
            conditions: 0.0,
        }
    }
}

/// A generator of points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PointsConfig {
    /// Categories of which each latent has one, all equally likely, besides its normal numbers; 64 where not given. What a continuous
    /// function makes of normal numbers hangs together, so that without them something always lies between two modes.
    pub categories: Option<usize>,
    /// Hidden layers.
    pub layers: usize,
    /// The activation.
    pub activation: Nonlinearity,
    /// What follows a hidden layer.
    pub normalisation: Normalised,
    /// What the generator makes and the discriminator sees.
    pub coordinates: Coordinates,
}

impl Default for PointsConfig {
    fn default() -> Self {
        Self {
            categories: None,
            layers: 3,
            activation: Nonlinearity::Relu,
            normalisation: Normalised::Never,
            coordinates: Coordinates::Standardised,
        }
    }
}

impl GanConfig {
    /// What the players want.
    pub fn objective(&self) -> Objective {
        self.objective.unwrap_or(Objective::Relativistic)
    }

    /// The discriminator's regulariser.
    pub fn penalty(&self) -> Penalty {
        self.penalty.unwrap_or(Penalty { kind: PenaltyKind::R1R2, weight: 0.02, every: 8, last: None })
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        self.generator.latent.unwrap_or(64)
    }

    /// Categories of a latent of points.
    pub fn categories(&self) -> usize {
        self.generator.points.categories.unwrap_or(0)
    }

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
        size("gan.generator.latent", self.latent(), 1, 4096, "1 to 4096")?;
        size("gan.generator.width", generator.width, 1, 8192, "1 to 8192")?;
        let (rows, points) = (&generator.rows, &generator.points);
        size("gan.generator.rows.blocks", rows.blocks, 0, 64, "0 to 64")?;
        size("gan.generator.rows.hidden", rows.hidden, 1, 1024, "1 to 1024")?;
        size("gan.generator.rows.embedding", rows.embedding, 1, 1024, "1 to 1024")?;
        size("gan.generator.points.categories", self.categories(), 0, 4096, "0 to 4096")?;
        size("gan.generator.points.layers", points.layers, 0, 64, "0 to 64")?;
        let within = |key, value: f64, range: std::ops::RangeInclusive<f64>, expected| {
            OutOfRange::unless(range.contains(&value), key, value, expected)
        };
        within("gan.rate-ratio", self.rate_ratio.unwrap_or(1.0), 1e-3..=1e3, "0.001 to 1000")?;
        within("gan.instance-noise", self.instance_noise, 0.0..=100.0, "0 to 100")?;
        let deviation = self.initial_deviation.unwrap_or(0.02);
        within("gan.initial-deviation", deviation, 1e-6..=10.0, "0.000001 to 10")?;
        within("gan.generator.rows.warm-start", rows.warm_start, 0.0..=1.0, "a share from 0 to 1")?;
        within("gan.generator.rows.warm-rate", rows.warm_rate, 0.01..=1000.0, "0.01 to 1000")?;
        within("gan.generator.rows.temperature", rows.temperature, 0.01..=100.0, "0.01 to 100")?;
        let conditions = rows.conditions;
        // Where every row had a condition, nothing would train rows without one.
        OutOfRange::unless(
            (0.0..1.0).contains(&conditions),
            "gan.generator.rows.conditions",
            conditions,
            "at least 0 and below 1",
        )?;
        generator.images.check()?;
        self.discriminator.check()?;
        self.penalty().check()
    }
}
