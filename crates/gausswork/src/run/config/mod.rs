//! The configuration of a run: what a TOML file and the command line can set.

mod check;
mod error;
mod images;
mod resolve;
#[cfg(test)]
mod tests;
mod text;

pub use error::ConfigError;
pub use resolve::Of;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::data::image::{Channels, Crop, LabelSource, Size, Unreadable};
use crate::data::table::{self, ReadOptions, Resolution};
use crate::error::OutOfRange;
use crate::gan::GanConfig;
use crate::nn::AdamConfig;
use crate::train::{Decay, Schedule, TrainConfig};
use crate::vae::image::ImageVaeConfig;
use crate::vae::{self, VaeConfig};

/// Everything that decides a fit, besides the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// What kind of model.
    pub kind: Kind,
    /// Seed of every random number.
    pub seed: u64,
    /// How the table is read.
    pub data: DataConfig,
    /// Autoencoder: sizes of the networks.
    pub model: VaeConfig,
    /// Autoencoder: what training maximises.
    pub objective: vae::Objective,
    /// Autoencoder of images: sizes, likelihood and objective.
    pub images: ImageVaeConfig,
    /// GAN: sizes, objective and rules of the game.
    pub gan: GanConfig,
    /// How it is trained.
    pub training: TrainingConfig,
    /// Autoencoder: the prior fitted afterwards.
    pub prior: PriorConfig,
}

/// The kinds of model that can be fitted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A variational autoencoder.
    #[default]
    Vae,
    /// A generative adversarial network.
    Gan,
}

/// How the table or the set of images is read; what is not given is found out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DataConfig {
    /// Delimiter of a CSV file.
    pub delimiter: Option<char>,
    /// Quote of a CSV file.
    pub quote: Option<char>,
    /// Kinds of columns, by name.
    pub types: BTreeMap<String, table::Kind>,
    /// Spellings of a missing cell.
    pub nulls: Option<Vec<String>>,
    /// How finely numbers are coded.
    pub resolution: Resolution,
    /// The part of each image that is kept.
    pub crop: Option<Crop>,
    /// The size that every image gets.
    pub resize: Option<Size>,
    /// What a pixel is to hold.
    pub channels: Option<Channels>,
    /// The numbers of an array of images that become 0 and 1.
    pub range: Option<[f32; 2]>,
    /// What becomes of images that cannot be decoded.
    pub unreadable: Unreadable,
    /// Where labels of images come from.
    pub labels: LabelSource,
}

/// How a model is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TrainingConfig {
    /// Steps; chosen from the number of rows where not given.
    pub steps: Option<u64>,
    /// Passes over the training rows, in place of steps.
    pub epochs: Option<f64>,
    /// Rows per step; 512, or all training rows where there are fewer, where not given.
    pub batch: Option<usize>,
    /// Pieces of a batch that are worked on side by side. Results depend on it; it never depends on the machine.
    pub shards: usize,
    /// Greatest learning rate; by the kind of model where not given.
    pub learning_rate: Option<f64>,
    /// Steps over which the learning rate rises.
    pub warm_up: u64,
    /// What becomes of the learning rate after that.
    pub decay: Decay,
    /// Greatest norm of the gradient; 5, of autoencoders of images, whose losses are sums over pixels, 1000, where not given.
    pub clip: Option<f64>,
    /// Decay of Adam's first moment; by the kind of model where not given.
    pub beta1: Option<f64>,
    /// Decay of Adam's second moment.
    pub beta2: f64,
    /// Decay of the weight average.
    pub average: f64,
    /// Share of the rows held out, at most 10,000 rows.
    pub held_out: f64,
    /// Steps between two validations; a twentieth of all where not given.
    pub validate_every: Option<u64>,
    /// Validations without a better held-out bound after which training stops.
    pub patience: u64,
    /// Steps between two checkpoints.
    pub checkpoint_every: u64,
    /// Seconds between two checkpoints, if that is sooner.
    pub checkpoint_seconds: f64,
    /// Seconds after which training stops with the best weights so far.
    pub time_budget: Option<f64>,
    /// What follows once training has ended.
    pub refit: Refit,
}

/// What follows once the held-out bound has chosen the weights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refit {
    /// Nothing: the held-out rows stay unseen.
    #[default]
    Never,
    /// Training goes on for a quarter of the steps on all rows, the held-out ones included.
    AllRows,
}

/// The mixture fitted to the aggregate posterior after training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PriorConfig {
    /// Components; 0 keeps N(0, I).
    pub components: usize,
    /// Most steps of expectation–maximisation.
    pub iterations: usize,
    /// Most draws that it is fitted to.
    pub draws: usize,
}

impl Default for TrainingConfig {
    fn default() -> Self {
        let adam = AdamConfig::default();
        Self {
            steps: None,
            epochs: None,
            batch: None,
            shards: 2,
            learning_rate: None,
            warm_up: 100,
            decay: Decay::Cosine,
            clip: None,
            beta1: None,
            beta2: adam.beta2,
            average: adam.average.unwrap_or_default(),
            held_out: 0.1,
            validate_every: None,
            patience: 6,
            checkpoint_every: 1000,
            checkpoint_seconds: 30.0,
            time_budget: None,
            refit: Refit::Never,
        }
    }
}

impl Default for PriorConfig {
    fn default() -> Self {
        Self { components: 32, iterations: 60, draws: 50_000 }
    }
}

impl Config {
    /// How a table is read under this configuration.
    ///
    /// # Errors
    /// A delimiter or quote that is not one byte.
    pub fn read_options(&self) -> Result<ReadOptions, ConfigError> {
        let byte = |key, c: Option<char>| {
            let ascii = c.is_none_or(|c| c.is_ascii());
            OutOfRange::unless(ascii, key, c.unwrap_or_default(), "an ASCII character")
                .map(|()| c.map(|c| c as u8))
        };
        Ok(ReadOptions {
            delimiter: byte("data.delimiter", self.data.delimiter)?,
            quote: byte("data.quote", self.data.quote)?,
            types: self.data.types.clone(),
            nulls: self.data.nulls.clone(),
            max_rows: None,
        })
    }

    /// The trainer's part, of a resolved configuration.
    pub(super) fn train_config(&self) -> TrainConfig {
        let t = &self.training;
        let steps = t.steps.unwrap_or(1);
        TrainConfig {
            schedule: Schedule {
                peak: t.learning_rate.unwrap_or(1e-3),
                warm_up: t.warm_up.min(steps / 2),
                steps,
                decay: t.decay,
            },
            validate_every: t.validate_every.unwrap_or(steps),
            patience: (t.held_out > 0.0).then_some(t.patience),
            checkpoint_every: t.checkpoint_every,
            checkpoint_interval: Duration::from_secs_f64(t.checkpoint_seconds),
            time_budget: t.time_budget.map(Duration::from_secs_f64),
        }
    }

    /// The optimiser's part.
    pub(super) fn adam(&self) -> AdamConfig {
        let t = &self.training;
        AdamConfig {
            beta1: t.beta1.unwrap_or(AdamConfig::default().beta1),
            beta2: t.beta2,
            clip: t.clip.unwrap_or(AdamConfig::default().clip),
            average: Some(t.average),
            ..AdamConfig::default()
        }
    }
}
