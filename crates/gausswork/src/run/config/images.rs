//! Settings of a fit on images.

use super::{Config, ConfigError, DataConfig, Kind};
use crate::data::image::ReadImages;
use crate::nn::AdamConfig;

impl Config {
    /// Fills in what depends on the number of training images and of an image's numbers.
    ///
    /// # Errors
    /// [`ConfigError::BatchTooLarge`], [`ConfigError::NoGameOfImages`].
    pub fn resolved_for_images(mut self, train: usize, values: usize) -> Result<Self, ConfigError> {
        if self.kind == Kind::Gan {
            return Err(ConfigError::NoGameOfImages);
        }
        self.images = self.images.resolved(values);
        let training = &mut self.training;
        let batch = training.batch.unwrap_or(IMAGES_PER_STEP.min(train)).max(1);
        if batch > train {
            return Err(ConfigError::BatchTooLarge { batch, rows: train });
        }
        training.learning_rate.get_or_insert(1e-3);
        training.beta1.get_or_insert(AdamConfig::default().beta1);
        let per_epoch = (train / batch).max(1) as f64;
        let steps = training.steps.unwrap_or_else(|| match training.epochs {
            Some(epochs) => (epochs * per_epoch).ceil() as u64,
            None => ((PASSES * per_epoch) as u64).clamp(FEWEST_STEPS, MOST_STEPS),
        });
        (training.batch, training.epochs, training.steps) = (Some(batch), None, Some(steps));
        let every = training.validate_every.unwrap_or((steps / 20).max(10));
        training.validate_every = Some(every.min(steps).max(1));
        Ok(self)
    }
}

/// Images of a step by default.
const IMAGES_PER_STEP: usize = 128;
/// Passes over the training images by default, and the bounds of the steps that they take.
const PASSES: f64 = 120.0;
const FEWEST_STEPS: u64 = 8000;
const MOST_STEPS: u64 = 50_000;

impl DataConfig {
    /// How a set of images is read under this configuration.
    pub fn read_images(&self) -> ReadImages {
        ReadImages {
            crop: self.crop,
            resize: self.resize,
            channels: self.channels,
            range: self.range,
            unreadable: self.unreadable,
            labels: self.labels,
            ..ReadImages::default()
        }
    }
}
