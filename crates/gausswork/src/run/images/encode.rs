//! Encoding images: what `q(z|x)` says of each.

use std::path::Path;

use super::error::ImagesError;
use super::model::{of_images, read};
use crate::artifact::Model;
use crate::data::image::ReadImages;
use crate::noise::Noise;
use crate::run::encode::{EncodeRequest, Latents, Taken};
use crate::run::{Event, Observer};
use crate::train::Threads;
use crate::vae::image::{Pixels, draw_key, encode_images};

/// Images that are encoded before they are handed over.
const IMAGES_AHEAD: usize = 4096;

/// Encodes the images of a set in order and hands `[images, latent]` numbers to `sink`, some at a time; first it is told how many
/// images there are.
///
/// # Errors
/// See [`ImagesError`]; whatever `sink` returns ends the encoding.
pub fn encode_images_of<E: From<ImagesError>>(
    model: &Model,
    path: &Path,
    options: &ReadImages,
    request: &EncodeRequest,
    sink: &mut Latents<'_, E>,
    observer: &mut dyn Observer,
) -> Result<(), E> {
    let vae = of_images(model)?;
    let set = read(model, path, options)?;
    let workers = Threads::new(request.threads).map_err(ImagesError::from)?;
    let noise = Noise::new(request.seed);
    let pixels = Pixels::of(vae, &set, noise);
    let images: Vec<u32> = (0..set.len() as u32).collect();
    let (mut done, total) = (0, set.len() as u64);
    for images in images.chunks(IMAGES_AHEAD) {
        let posteriors = encode_images(vae, &pixels, images, &workers)
            .map_err(|error| E::from(ImagesError::from(error)))?;
        match request.taken {
            Taken::Mean => sink(set.len(), &posteriors.mean)?,
            Taken::LogVariance => sink(set.len(), &posteriors.log_variance)?,
            Taken::Draw => {
                sink(set.len(), &posteriors.draws(images.iter().map(|&image| draw_key(image)), &noise))?
            }
        }
        done += images.len() as u64;
        observer.observe(&Event::Rows { done, total });
    }
    Ok(())
}
