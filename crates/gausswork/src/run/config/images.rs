//! Settings of a fit on images.

use super::{Config, ConfigError, DataConfig, Kind};
use crate::data::image::{LabelUse, ReadImages};
use crate::gan::{Objective, Penalty, PenaltyKind};
use crate::nn::image::{Architecture, Normalised};

impl Config {
    /// Fills in what depends on the number of training images and of an image's numbers.
    ///
    /// # Errors
    /// [`ConfigError::BatchTooLarge`]; of a game, settings that exclude each other.
    pub fn resolved_for_images(mut self, train: usize, values: usize) -> Result<Self, ConfigError> {
        let defaults = match self.kind {
            Kind::Vae => {
                self.images = self.images.resolved(values);
                OF_VAE
            }
            Kind::Gan => {
                self.resolve_game_of_images(values)?;
                if values <= FEW { OF_SMALL_GAN } else { OF_GAN }
            }
        };
        let pac = if self.kind == Kind::Gan { self.gan.discriminator.pac } else { 1 };
        let training = &mut self.training;
        let batch = training.batch.unwrap_or(defaults.batch.min(train) / pac * pac).max(1);
        if pac > train {
            return Err(ConfigError::PacTooLarge { pac, rows: train });
        }
        if !batch.is_multiple_of(pac) {
            return Err(ConfigError::BatchAndPac { batch, pac });
        }
        if batch > train {
            return Err(ConfigError::BatchTooLarge { batch, rows: train });
        }
        training.learning_rate.get_or_insert(defaults.rate);
        training.beta1.get_or_insert(defaults.beta1);
        let per_epoch = (train / batch).max(1) as f64;
        let steps = training.steps.unwrap_or_else(|| match training.epochs {
            Some(epochs) => (epochs * per_epoch).ceil() as u64,
            None => ((defaults.passes * per_epoch) as u64).clamp(defaults.fewest, defaults.most),
        });
        (training.batch, training.epochs, training.steps) = (Some(batch), None, Some(steps));
        training.clip.get_or_insert(defaults.clip);
        if self.kind == Kind::Vae {
            self.images.objective.warm_up.get_or_insert(steps * 2 / 5);
        }
        let every = training.validate_every.unwrap_or((steps / 20).max(10));
        training.validate_every = Some(every.min(steps).max(1));
        Ok(self)
    }

    /// Fills in the settings of a game of images of so many numbers.
    fn resolve_game_of_images(&mut self, values: usize) -> Result<(), ConfigError> {
        let gan = &mut self.gan;
        gan.objective.get_or_insert(Objective::NonSaturating);
        gan.rate_ratio.get_or_insert(1.0);
        gan.generator.latent.get_or_insert(64);
        let batch_normalised = gan.discriminator.images.normalisation == Normalised::Batch;
        let penalty = match batch_normalised {
            true => Penalty::default(),
            false => Penalty { kind: PenaltyKind::R1, weight: 0.1, every: 4, last: None },
        };
        let penalty = *gan.penalty.get_or_insert(penalty);
        if batch_normalised && penalty.kind != PenaltyKind::None {
            return Err(ConfigError::PenaltyOfBatch { penalty: penalty.kind.name() });
        }
        let small = values <= FEW;
        let architecture = if small { Architecture::Perceptron } else { Architecture::Strided };
        gan.generator.images.architecture.get_or_insert(architecture);
        gan.discriminator.images.architecture.get_or_insert(architecture);
        let discriminator = &gan.discriminator;
        if discriminator.dropout > 0.0 {
            return Err(ConfigError::NotOfImages { key: "gan.discriminator.dropout", of: "rows and points" });
        }
        if discriminator.waves.unwrap_or(0) > 0 {
            return Err(ConfigError::NotOfImages { key: "gan.discriminator.waves", of: "rows and points" });
        }
        if discriminator.pac > 1 && gan.labels == LabelUse::Told {
            return Err(ConfigError::PackOfLabels { pac: discriminator.pac });
        }
        Ok(())
    }
}

/// What is not given, by the kind of model.
struct Defaults {
    /// Images of a step.
    batch: usize,
    rate: f64,
    beta1: f64,
    clip: f64,
    /// Passes over the training images, and the bounds of the steps that they take.
    passes: f64,
    fewest: u64,
    most: u64,
}

const OF_VAE: Defaults =
    Defaults { batch: 128, rate: 2e-3, beta1: 0.9, clip: 1000.0, passes: 120.0, fewest: 8000, most: 50_000 };
const OF_GAN: Defaults =
    Defaults { batch: 64, rate: 2e-4, beta1: 0.0, clip: 5.0, passes: 10.0, fewest: 4000, most: 50_000 };
/// Of small images, whose steps are quick.
const OF_SMALL_GAN: Defaults = Defaults { rate: 5e-4, fewest: 12_000, ..OF_GAN };

/// Numbers of a small image.
const FEW: usize = 256;

impl Config {
    /// Has the model told labels, of whichever kind it is; or not.
    pub fn tell(&mut self, labels: LabelUse) {
        match self.kind {
            Kind::Vae => self.images.labels = labels,
            Kind::Gan => self.gan.labels = labels,
        }
    }

    /// What becomes of labels of images.
    pub fn label_use(&self) -> LabelUse {
        match self.kind {
            Kind::Vae => self.images.labels,
            Kind::Gan => self.gan.labels,
        }
    }
}

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
