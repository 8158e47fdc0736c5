//! Settings that depend on the kind of model and on the data, where they are not given.

use super::{Config, ConfigError, Kind};
use crate::gan::{GanConfig, Objective, Penalty, PenaltyKind};
use crate::nn::AdamConfig;

impl Config {
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
            gan.rate_ratio.get_or_insert(of.rate_ratio());
            gan.discriminator.waves.get_or_insert(of.waves());
            if of == Of::Points {
                gan.generator.points.categories.get_or_insert(64);
            }
        }
        training.learning_rate.get_or_insert(rate);
        training.beta1.get_or_insert(beta1);
        training.clip.get_or_insert(AdamConfig::default().clip);
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
}

/// What a model is of; defaults of games depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Rows of a table.
    Rows,
    /// Points of a known density.
    Points,
    /// Images.
    Images,
}

impl Of {
    /// Objective, penalty and latent dimensions of a game.
    fn game(self) -> (Objective, Penalty, usize) {
        match self {
            Self::Rows | Self::Images => {
                let gan = GanConfig::default();
                (gan.objective(), gan.penalty(), gan.latent())
            }
            Self::Points => {
                // A discriminator that sees waves would win at once; a slope near 1 between data and samples keeps it in reach, and what
                // little is left of that at the end lets it see the finest detail.
                let penalty =
                    Penalty { kind: PenaltyKind::Gradient, weight: 0.02, every: 1, last: Some(2e-4) };
                (Objective::NonSaturating, penalty, 2)
            }
        }
    }

    /// Octaves of waves that a discriminator sees.
    fn waves(self) -> u32 {
        match self {
            Self::Rows | Self::Images => 0,
            Self::Points => 7,
        }
    }

    /// Rows per step of a game.
    fn batch(self) -> usize {
        match self {
            Self::Rows | Self::Images => 128,
            Self::Points => 256,
        }
    }

    /// Steps of a game.
    fn steps(self) -> u64 {
        match self {
            Self::Rows | Self::Images => 6000,
            Self::Points => 30_000,
        }
    }

    /// The generator's learning rate in a game.
    fn rate(self) -> f64 {
        match self {
            Self::Rows | Self::Images => 2e-4,
            Self::Points => 1e-3,
        }
    }

    /// The discriminator's over that.
    fn rate_ratio(self) -> f64 {
        match self {
            Self::Rows | Self::Images => 5.0,
            Self::Points => 2.0,
        }
    }
}

/// Steps by default: some sixteen passes over a small table, ever fewer over a large one, whose rows say more
/// each than another pass over them.
fn default_steps(rows: usize) -> u64 {
    let passes = 32.0 * rows as f64 / 512.0;
    (passes.min(1440.0 + 0.02 * passes)).clamp(800.0, 20_000.0) as u64
}
