//! What a fit of images would do and cost, without doing it.

use std::path::Path;

use burn::tensor::Device;

use super::prepare::{Prepared, prepare};
use crate::gan::{Data, Gan, GanLearner, Images};
use crate::layout::Layout;
use crate::noise::Noise;
use crate::run::fit::FitError;
use crate::run::{Config, Cost, Kind, Observer};
use crate::train::Threads;
use crate::vae::image::{ImageFrame, ImageLearner};

/// What a fit of images would do and cost.
#[derive(Debug)]
pub struct ImagePlan {
    /// The resolved configuration.
    pub config: Config,
    /// Shape and scale of the images.
    pub frame: ImageFrame,
    /// Training and held-out images.
    pub images: [usize; 2],
    /// What it would cost; memory is that of the weights, the optimiser and a batch.
    pub cost: Cost,
}

/// Reads a set of images and works out what fitting it would do.
///
/// # Errors
/// As [`fit`](crate::run::fit()), up to the first step.
pub fn plan_images(
    path: &Path,
    config: Config,
    threads: usize,
    observer: &mut dyn Observer,
) -> Result<ImagePlan, FitError> {
    let prepared = prepare(path, config, observer)?;
    let Prepared { config, set, frame, train, held_out, .. } = &prepared;
    let (noise, images) = (Noise::new(config.seed), [train.len(), held_out.len()]);
    let split = [train.clone(), held_out.clone()];
    let (batch, shards) = (config.training.batch.unwrap_or(1), config.training.shards);
    let (sizes, workers) = ([batch, shards], Threads::new(threads)?);
    // A batch with its outputs and their slopes.
    let of_batch = |samples: usize| 4 * 4 * batch * samples * frame.shape.values();
    let cost = match config.kind {
        Kind::Vae => {
            let vae = prepared.autoencoder()?;
            let parameters = vae.params.values().len();
            let mut learner = ImageLearner::new(vae, set, split, sizes, config.adam(), noise, Device::flex());
            let data = of_batch(config.images.objective.samples);
            Cost::of(&mut learner, [parameters, data], config, &workers)?
        }
        Kind::Gan => {
            let gan = Gan::new(config.gan.clone(), Layout::default(), prepared.field(), &noise);
            let parameters = gan.generator_params.values().len() + gan.discriminator_params.values().len();
            let images = Images::new(set);
            let (data, steps) = (Data::Images(&images), config.training.steps.unwrap_or(1));
            let mut learner =
                GanLearner::new(gan, data, split, sizes, steps, config.adam(), noise, Device::flex());
            Cost::of(&mut learner, [parameters, of_batch(1)], config, &workers)?
        }
    };
    let (config, frame) = (config.clone(), frame.clone());
    Ok(ImagePlan { config, frame, images, cost })
}
