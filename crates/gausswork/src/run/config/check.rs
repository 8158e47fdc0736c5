//! The ranges of settings.

use super::{Config, ConfigError};
use crate::error::OutOfRange;

impl Config {
    /// Checks every range.
    ///
    /// # Errors
    /// [`OutOfRange`] for the first value that is out of its range.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.model.check()?;
        self.objective.check()?;
        self.images.check()?;
        self.data.read_images().check()?;
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
        positive("training.clip", t.clip.unwrap_or(1.0))?;
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
}
