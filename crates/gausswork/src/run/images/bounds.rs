//! Bounds on the mean `log p(x)` of images, from the loosest to the tightest, and of simulated images from above as well.

use std::path::Path;

use super::error::ImagesError;
use super::model::{of_images, read};
use crate::artifact::Model;
use crate::data::image::ReadImages;
use crate::noise::Noise;
use crate::run::figures::spread;
use crate::run::{Event, Observer};
use crate::train::Threads;
use crate::vae::image::{
    AnnealedBound, AnnealedBounds, Annealer, Annealing, ImageBound, ImageVae, Pixels, Simulated, Source,
    image_bounds,
};

/// Which bounds to find, on how many images.
#[derive(Debug, Clone)]
pub struct BoundsRequest {
    /// Images of the set, evenly spread over it, and as many simulated ones; all where the set has fewer.
    pub images: usize,
    /// Importance samples of an image.
    pub samples: usize,
    /// How chains are annealed.
    pub annealing: Annealing,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
}

/// Bounds on one image's log-likelihood, in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct BracketedImage {
    /// The evidence lower bound and the importance-weighted one.
    pub encoder: ImageBound,
    /// Annealed importance sampling: a lower bound in expectation.
    pub lower: AnnealedBound,
    /// Bidirectional Monte Carlo's upper bound in expectation; of a simulated image alone.
    pub upper: Option<AnnealedBound>,
}

/// Some images with their bounds, and the mean probability with which the transitions of their chains were accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Bracketed {
    /// Each image.
    pub images: Vec<BracketedImage>,
    /// Acceptance upwards.
    pub acceptance: f64,
}

/// Bounds of the set's images, and of images drawn from the model.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundsReport {
    /// Of the set.
    pub data: Bracketed,
    /// Of the model. What lies between their bounds is the estimators' own error on images such as the model draws; of the set's images
    /// it tells only as far as these are like them.
    pub simulated: Bracketed,
}

/// Images that are bounded before anybody is told.
const IMAGES_AHEAD: usize = 32;

/// Bounds images of a set and as many drawn from the model; `stop` is asked now and then whether to go on.
///
/// # Errors
/// See [`ImagesError`]; whatever `stop` returns ends the work.
pub fn bound_images<E: From<ImagesError>>(
    model: &Model,
    path: &Path,
    options: &ReadImages,
    request: &BoundsRequest,
    stop: &mut dyn FnMut() -> Result<(), E>,
    observer: &mut dyn Observer,
) -> Result<BoundsReport, E> {
    for (count, what) in [(request.images, "images"), (request.samples, "importance samples")] {
        if count == 0 {
            return Err(ImagesError::Nothing { what }.into());
        }
    }
    request.annealing.check().map_err(ImagesError::from)?;
    let vae = of_images(model)?;
    let set = read(model, path, options)?;
    let workers = Threads::new(request.threads).map_err(ImagesError::from)?;
    let noise = Noise::new(request.seed);
    let pixels = Pixels::of(vae, &set, noise);
    let all: Vec<u32> = (0..set.len() as u32).collect();
    let images = spread(&all, request.images);
    let simulated = Simulated::draw(vae, images.len(), &noise);
    let numbers: Vec<u32> = (0..simulated.len() as u32).collect();
    let mut work =
        Work { vae, request, workers: &workers, stop, observer, done: 0, total: 2 * images.len() as u64 };
    let data = work.bracket(Source::Set(&pixels), &images)?;
    let simulated = work.bracket(Source::Simulated(&simulated), &numbers)?;
    Ok(BoundsReport { data, simulated })
}

/// What both kinds of images are bounded by.
struct Work<'a, E> {
    vae: &'a ImageVae,
    request: &'a BoundsRequest,
    workers: &'a Threads,
    stop: &'a mut dyn FnMut() -> Result<(), E>,
    observer: &'a mut dyn Observer,
    done: u64,
    total: u64,
}

impl<E: From<ImagesError>> Work<'_, E> {
    fn bracket(&mut self, source: Source<'_>, images: &[u32]) -> Result<Bracketed, E> {
        let (vae, workers) = (self.vae, self.workers);
        let annealer = Annealer::tuned(vae, source, images, &self.request.annealing, workers);
        let annealer = annealer.map_err(ImagesError::from)?;
        let (mut found, mut accepted) = (Vec::with_capacity(images.len()), 0.0);
        for images in images.chunks(IMAGES_AHEAD) {
            (self.stop)()?;
            let encoder = image_bounds(vae, source, images, self.request.samples, workers);
            let lower = annealer.lower(vae, source, images, workers).map_err(ImagesError::from)?;
            let upper = match source {
                Source::Set(_) => None,
                Source::Simulated(simulated) => {
                    let upper: AnnealedBounds =
                        annealer.upper(vae, simulated, images, workers).map_err(ImagesError::from)?;
                    Some(upper.bounds)
                }
            };
            accepted += lower.acceptance * images.len() as f64;
            let both = encoder.map_err(ImagesError::from)?.into_iter().zip(lower.bounds).enumerate();
            found.extend(both.map(|(i, (encoder, lower))| {
                let upper = upper.as_ref().map(|upper| upper[i].clone());
                BracketedImage { encoder, lower, upper }
            }));
            self.done += images.len() as u64;
            self.observer.observe(&Event::Rows { done: self.done, total: self.total });
        }
        Ok(Bracketed { images: found, acceptance: accepted / images.len().max(1) as f64 })
    }
}
