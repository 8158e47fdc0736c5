//! The configuration of a run: what a TOML file and the command line can set.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::data::table::{self, ReadOptions, Resolution};
use crate::error::OutOfRange;
use crate::gan::{GanConfig, Objective, Penalty, PenaltyKind};
use crate::nn::AdamConfig;
use crate::train::{Schedule, TrainConfig};
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

/// How the table is read; what is not given is found out.
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
    /// Greatest norm of the gradient.
    pub clip: f64,
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
            clip: adam.clip,
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

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not TOML, or a value has the wrong type.
    #[error("the configuration does not parse: {0}")]
    Syntax(String),
    /// A key that does not exist.
    #[error("unknown configuration key '{key}'{}", nearest.as_ref().map(|n| format!("; did you mean '{n}'?")).unwrap_or_default())]
    UnknownKey {
        /// Its dotted path.
        key: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A value outside its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// More rows in a pack than there are.
    #[error("gan.discriminator.pac = {pac}: there are only {rows} training rows; judge fewer rows together")]
    PacTooLarge {
        /// Rows of a pack.
        pac: usize,
        /// Training rows.
        rows: usize,
    },
    /// A batch that is not whole packs.
    #[error(
        "training.batch = {batch} is not a multiple of gan.discriminator.pac = {pac}; {} would be",
        (batch / pac).max(1) * pac
    )]
    BatchAndPac {
        /// Rows per step.
        batch: usize,
        /// Rows of a pack.
        pac: usize,
    },
    /// More rows per step than there are to train on.
    #[error("training.batch = {batch}: there are only {rows} training rows; give a smaller batch, or none")]
    BatchTooLarge {
        /// The batch asked for.
        batch: usize,
        /// Training rows.
        rows: usize,
    },
}

impl Config {
    /// Reads a configuration from TOML; keys that are not given keep their defaults.
    ///
    /// # Errors
    /// Unknown keys, with the nearest known one; values of the wrong type or out of range.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| ConfigError::Syntax(e.to_string()))?;
        let known = serde_json::to_value(Self::default()).unwrap_or_default();
        refuse_unknown(&table, &known, "")?;
        let config: Self = toml::from_str(text).map_err(|e| ConfigError::Syntax(e.to_string()))?;
        config.check()?;
        Ok(config)
    }

    /// The configuration as TOML.
    ///
    /// Sections of the other kind of model are left out where they say nothing but defaults.
    pub fn to_toml(&self) -> String {
        let mut table = toml::Table::try_from(self).unwrap_or_default();
        let defaults = toml::Table::try_from(Self::default()).unwrap_or_default();
        let others: &[&str] = match self.kind {
            Kind::Vae => &["gan"],
            Kind::Gan => &["model", "objective", "prior"],
        };
        for &section in others {
            if table.get(section) == defaults.get(section) {
                table.remove(section);
            }
        }
        toml::to_string_pretty(&table).unwrap_or_default()
    }

    /// Checks every range.
    ///
    /// # Errors
    /// [`OutOfRange`] for the first value that is out of its range.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.model.check()?;
        self.objective.check()?;
        self.gan.check()?;
        let (t, p) = (&self.training, &self.prior);
        let size = |key, value: usize, least: usize, greatest: usize, expected| {
            OutOfRange::unless((least..=greatest).contains(&value), key, value, expected)
        };
        const MANY: usize = 1 << 40;
        size("training.shards", t.shards, 1, 1024, "1 to 1024")?;
        size("training.batch", t.batch.unwrap_or(1), 1, 1 << 20, "1 to 1048576")?;
        for (key, value) in [
            ("training.patience", t.patience),
            ("training.steps", t.steps.unwrap_or(1)),
            ("training.validate-every", t.validate_every.unwrap_or(1)),
            ("training.checkpoint-every", t.checkpoint_every),
        ] {
            size(key, value as usize, 1, MANY, "at least 1")?;
        }
        size("prior.components", p.components, 0, 4096, "0 to 4096")?;
        size("prior.iterations", p.iterations, 1, 100_000, "1 to 100000")?;
        size("prior.draws", p.draws, 1, 1 << 30, "at least 1")?;
        let positive =
            |key, value: f64| OutOfRange::unless(value > 0.0 && value < 1e9, key, value, "a number > 0");
        positive("training.epochs", t.epochs.unwrap_or(1.0))?;
        positive("training.clip", t.clip)?;
        positive("training.checkpoint-seconds", t.checkpoint_seconds)?;
        positive("training.time-budget", t.time_budget.unwrap_or(1.0))?;
        let rate = t.learning_rate.unwrap_or(1e-3);
        OutOfRange::unless(rate > 0.0 && rate <= 1.0, "training.learning-rate", rate, "a number in (0, 1]")?;
        for (key, value) in [
            ("training.beta1", t.beta1.unwrap_or(0.0)),
            ("training.beta2", t.beta2),
            ("training.average", t.average),
        ] {
            OutOfRange::unless((0.0..1.0).contains(&value), key, value, "a number in [0, 1)")?;
        }
        let held_out = t.held_out;
        OutOfRange::unless(
            (0.0..=0.5).contains(&held_out),
            "training.held-out",
            held_out,
            "a share from 0 to 0.5",
        )?;
        Ok(())
    }

    /// Fills in what depends on the number of training rows and of spans.
    ///
    /// # Errors
    /// [`ConfigError::BatchTooLarge`].
    pub fn resolved(mut self, train_rows: usize, spans: usize, of: Of) -> Result<Self, ConfigError> {
        if self.kind == Kind::Vae {
            self.model = self.model.resolved(spans);
        }
        let training = &mut self.training;
        let (pac, rows_per_step) = match self.kind {
            Kind::Vae => (1, 512),
            Kind::Gan => (self.gan.discriminator.pac, of.batch()),
        };
        let fitting = rows_per_step.min(train_rows) / pac * pac;
        let batch = training.batch.unwrap_or(fitting).max(1);
        if pac > train_rows {
            return Err(ConfigError::PacTooLarge { pac, rows: train_rows });
        }
        if !batch.is_multiple_of(pac) {
            return Err(ConfigError::BatchAndPac { batch, pac });
        }
        if batch > train_rows {
            return Err(ConfigError::BatchTooLarge { batch, rows: train_rows });
        }
        let (rate, beta1) = match self.kind {
            Kind::Vae => (3e-3, AdamConfig::default().beta1),
            Kind::Gan => (of.rate(), 0.0),
        };
        if self.kind == Kind::Gan {
            let gan = &mut self.gan;
            let (objective, penalty, latent) = of.game();
            gan.objective.get_or_insert(objective);
            gan.penalty.get_or_insert(penalty);
            gan.generator.latent.get_or_insert(latent);
            if of == Of::Points {
                gan.generator.points.categories.get_or_insert(64);
            }
            gan.rate_ratio.get_or_insert(of.rate_ratio());
        }
        training.learning_rate.get_or_insert(rate);
        training.beta1.get_or_insert(beta1);
        let per_epoch = (train_rows / batch).max(1) as f64;
        let steps = training.steps.unwrap_or_else(|| match training.epochs {
            Some(epochs) => (epochs * per_epoch).ceil() as u64,
            None if self.kind == Kind::Gan => of.steps(),
            None => default_steps(train_rows),
        });
        training.batch = Some(batch);
        training.epochs = None;
        training.steps = Some(steps);
        training.validate_every =
            Some(training.validate_every.unwrap_or((steps / 20).max(10)).min(steps).max(1));
        Ok(self)
    }

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
            clip: t.clip,
            average: Some(t.average),
            ..AdamConfig::default()
        }
    }
}

/// What a model is of; defaults of games depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Rows of a table.
    Rows,
    /// Points of a known density.
    Points,
}

impl Of {
    /// Objective, penalty and latent dimensions of a game.
    fn game(self) -> (Objective, Penalty, usize) {
        match self {
            Self::Rows => {
                let gan = GanConfig::default();
                (gan.objective(), gan.penalty(), gan.latent())
            }
            Self::Points => {
                (Objective::NonSaturating, Penalty { kind: PenaltyKind::R1, weight: 0.1, every: 1 }, 2)
            }
        }
    }

    /// Rows per step of a game.
    fn batch(self) -> usize {
        match self {
            Self::Rows => 128,
            Self::Points => 256,
        }
    }

    /// Steps of a game.
    fn steps(self) -> u64 {
        match self {
            Self::Rows => 6000,
            Self::Points => 10_000,
        }
    }

    /// The generator's learning rate in a game.
    fn rate(self) -> f64 {
        match self {
            Self::Rows => 2e-4,
            Self::Points => 1e-3,
        }
    }

    /// The discriminator's over that.
    fn rate_ratio(self) -> f64 {
        match self {
            Self::Rows => 5.0,
            Self::Points => 1.0,
        }
    }
}

/// Steps by default: some sixteen passes over a small table, ever fewer over a large one, whose rows say more
/// each than another pass over them.
fn default_steps(rows: usize) -> u64 {
    let passes = 32.0 * rows as f64 / 512.0;
    (passes.min(1440.0 + 0.02 * passes)).clamp(800.0, 20_000.0) as u64
}

/// Refuses keys of `table` that `known` lacks; a map with free keys is empty in `known`.
fn refuse_unknown(table: &toml::Table, known: &serde_json::Value, path: &str) -> Result<(), ConfigError> {
    let Some(known) = known.as_object() else { return Ok(()) };
    for (key, value) in table {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let Some(below) = known.get(key) else {
            let nearest = known
                .keys()
                .map(|candidate| (crate::data::table::edit_distance(key, candidate), candidate))
                .min()
                .filter(|&(distance, candidate)| distance <= candidate.len().max(key.len()) / 2)
                .map(
                    |(_, candidate)| {
                        if path.is_empty() { candidate.clone() } else { format!("{path}.{candidate}") }
                    },
                );
            return Err(ConfigError::UnknownKey { key: full, nearest });
        };
        if let (toml::Value::Table(table), Some(map)) = (value, below.as_object())
            && !map.is_empty()
        {
            refuse_unknown(table, below, &full)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_survive_toml() {
        let config = Config::default();
        assert_eq!(Config::from_toml(&config.to_toml()), Ok(config));
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_nearest() {
        let error = Config::from_toml("[training]\nlearning_rate = 0.1").map_err(|e| e.to_string());
        assert_eq!(
            error,
            Err("unknown configuration key 'training.learning_rate'; did you mean 'training.learning-rate'?"
                .into())
        );
        assert!(Config::from_toml("sed = 3").is_err_and(|e| e.to_string().contains("'seed'")));
    }

    #[test]
    fn absurd_values_are_refused() {
        for text in [
            "[model]\nlatent = 0",
            "[model]\nwidth = 1000000000",
            "[training]\nlearning-rate = -1.0",
            "[training]\nlearning-rate = nan",
            "[training]\nheld-out = 0.9",
            "[training]\nbatch = 0",
            "[objective]\nbeta = -0.5",
            "seed = -1",
            "seed = 'x'",
        ] {
            assert!(Config::from_toml(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_batch_beyond_the_rows_is_refused_only_when_asked_for() {
        assert!(Config::default().resolved(60, 5, Of::Rows).is_ok());
        let mut config = Config::default();
        config.training.batch = Some(61);
        assert_eq!(config.resolved(60, 5, Of::Rows), Err(ConfigError::BatchTooLarge { batch: 61, rows: 60 }));
    }
}
