//! A set of images made ready for a fit: read, checked, split.

use std::path::Path;
use std::time::Instant;

use crate::data::image::{self, ImageSet};
use crate::noise::{Noise, Stream};
use crate::run::config::{Config, ConfigError};
use crate::run::fit::FitError;
use crate::run::{Event, FEWEST_ROWS, Observer};
use crate::vae::image::{Family, ImageFrame, Likelihood};

/// Most images held out.
const MOST_HELD_OUT: usize = 10_000;

/// A set of images, split, with its resolved configuration.
pub(super) struct Prepared {
    pub config: Config,
    pub set: ImageSet,
    pub frame: ImageFrame,
    pub train: Vec<u32>,
    pub held_out: Vec<u32>,
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
    match config.images.likelihood() {
        Likelihood::Bernoulli(_) => set.check_unit_interval()?,
        Likelihood::Logistic if frame.levels.is_none() => {
            return Err(ConfigError::NoLevels { likelihood: Family::Logistic }.into());
        }
        Likelihood::Gaussian(_) | Likelihood::Logistic => {}
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
    Ok(Prepared { config, set, frame, train, held_out })
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
