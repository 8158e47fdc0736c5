//! Scoring images: bounds on the log-likelihood of each.

use std::path::Path;

use super::error::ImagesError;
use super::model::{of_images, read};
use crate::artifact::Model;
use crate::data::image::ReadImages;
use crate::noise::Noise;
use crate::run::{Event, Observer, ScoreRequest};
use crate::train::Threads;
use crate::vae::image::{ImageBound, Pixels, Source, image_bounds};

/// Images that are scored before they are handed over.
const IMAGES_AHEAD: usize = 128;

/// Scores the images of a set in order and hands them to `sink`, some at a time.
///
/// Coin flips of a binarising likelihood are those of the request's seed, one for each number of each image.
///
/// # Errors
/// See [`ImagesError`]; whatever `sink` returns ends the scoring.
pub fn score_images<E: From<ImagesError>>(
    model: &Model,
    path: &Path,
    options: &ReadImages,
    request: &ScoreRequest,
    sink: &mut dyn FnMut(&[ImageBound]) -> Result<(), E>,
    observer: &mut dyn Observer,
) -> Result<(), E> {
    if request.samples == 0 {
        return Err(ImagesError::Nothing { what: "importance samples" }.into());
    }
    let vae = of_images(model)?;
    let set = read(model, path, options)?;
    let workers = Threads::new(request.threads).map_err(ImagesError::from)?;
    let pixels = Pixels::of(vae, &set, Noise::new(request.seed));
    let images: Vec<u32> = (0..set.len() as u32).collect();
    let (mut done, total) = (0, set.len() as u64);
    for images in images.chunks(IMAGES_AHEAD) {
        let bounds = image_bounds(vae, Source::Set(&pixels), images, request.samples, &workers);
        sink(&bounds.map_err(ImagesError::from)?)?;
        done += images.len() as u64;
        observer.observe(&Event::Rows { done, total });
    }
    Ok(())
}
