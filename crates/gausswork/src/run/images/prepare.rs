//! A set of images made ready for a fit: read, checked, split.

use std::path::Path;
use std::time::Instant;

use crate::data::image::{self, ImageError, ImageSet, LabelShares};
use crate::gan::{Field, ImageField};
use crate::noise::{Noise, Stream};
use crate::run::config::{Config, ConfigError, Kind};
use crate::run::fit::FitError;
use crate::run::{Event, FEWEST_ROWS, Observer};
use crate::vae::image::{Family, ImageFrame, ImageVae, Likelihood, Moments};

/// Most images held out.
const MOST_HELD_OUT: usize = 10_000;

/// A set of images, split, with its resolved configuration.
pub(super) struct Prepared {
    pub config: Config,
    pub set: ImageSet,
    pub frame: ImageFrame,
    /// How often each label comes among the training images; empty where labels are not told.
    pub shares: LabelShares,
    pub train: Vec<u32>,
    pub held_out: Vec<u32>,
}

impl Prepared {
    /// What a game on the set is played for.
    pub(super) fn field(&self) -> Field {
        Field::Images(ImageField { frame: self.frame.clone(), shares: self.shares.clone() })
    }

    /// An autoencoder before it has learned anything.
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub(super) fn autoencoder(&self) -> Result<ImageVae, ImageError> {
        let (config, frame, shares) = (self.config.images.clone(), self.frame.clone(), self.shares.clone());
        let moments = Moments::of(&self.set, &self.train)?;
        Ok(ImageVae::new(config, frame, shares, &moments, &Noise::new(self.config.seed)))
    }
}

/// Reads, checks and splits a set.
pub(super) fn prepare(
    path: &Path,
    config: Config,
    observer: &mut dyn Observer,
) -> Result<Prepared, FitError> {
    config.check()?;
    observer.observe(&Event::Stage(&format!("reading {}", path.display())));
    let start = Instant::now();
    let set = image::read(path, &config.data.read_images())?;
    set.at_least(FEWEST_ROWS)?;
    let frame = ImageFrame::of(&set);
    match (config.kind, config.images.likelihood()) {
        (Kind::Vae, Likelihood::Bernoulli(_)) => set.check_unit_interval()?,
        (Kind::Vae, Likelihood::Logistic { .. }) if frame.levels.is_none() => {
            return Err(ConfigError::NoLevels { likelihood: Family::Logistic }.into());
        }
        // A game has no likelihood.
        (Kind::Vae | Kind::Gan, _) => {}
    }
    let [train, held_out] = split(set.len(), config.training.held_out, config.seed);
    let config = config.resolved_for_images(train.len(), set.shape().values())?;
    let seconds = start.elapsed().as_secs_f64();
    observer.observe(&Event::ReadImages { set: &set, seconds });
    for note in set.notes() {
        observer.observe(&Event::Warning(&note.to_string()));
    }
    for skipped in set.skipped() {
        let text = format!("left out, as it cannot be decoded: {}: {}", skipped.name, skipped.problem);
        observer.observe(&Event::Warning(&text));
    }
    let key = match config.kind {
        Kind::Vae => "images.labels",
        Kind::Gan => "gan.labels",
    };
    let shares = LabelShares::of(config.label_use(), &set, &train).ok_or(ConfigError::NoLabels { key })?;
    Ok(Prepared { config, set, frame, shares, train, held_out })
}

/// The training images and the held-out images, both ascending.
pub(super) fn split(images: usize, share: f64, seed: u64) -> [Vec<u32>; 2] {
    let held = ((share * images as f64).round() as usize).min(MOST_HELD_OUT);
    let order = Noise::new(seed).permutation(Stream::Split, 0, images);
    let (mut held_out, mut train) = (order[..held].to_vec(), order[held..].to_vec());
    held_out.sort_unstable();
    train.sort_unstable();
    [train, held_out]
}
