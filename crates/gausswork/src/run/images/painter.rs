//! What makes images of latents.

use super::error::ImagesError;
use super::model::of_images;
use crate::artifact::Model;
use crate::learner::Collective;
use crate::noise::{Noise, Stream};
use crate::vae::image::{ImageFrame, ImageVae, decode_latents};

/// A model that makes images of latents from N(0, I).
pub(super) trait Painter {
    /// Latent dimensions.
    fn latent(&self) -> usize;

    /// What the images are.
    fn frame(&self) -> &ImageFrame;

    /// The images of latents `[images, latent]`: `[images, values]`, numbers in [0, 1].
    fn paint(&self, z: &[f32], workers: &dyn Collective) -> Vec<f32>;

    /// The latents of the images `first..first + count` of the sample that `noise` names.
    fn latents(&self, [first, count]: [u64; 2], noise: &Noise) -> Vec<f32> {
        let mut z = vec![0.0; count as usize * self.latent()];
        noise.fill_normal_of_steps(Stream::SampleLatent, first, self.latent(), &mut z);
        z
    }
}

impl Painter for ImageVae {
    fn latent(&self) -> usize {
        self.config.latent()
    }

    fn frame(&self) -> &ImageFrame {
        &self.frame
    }

    fn paint(&self, z: &[f32], workers: &dyn Collective) -> Vec<f32> {
        decode_latents(self, z, workers)
    }
}

/// The painter that a model is.
///
/// # Errors
/// [`ImagesError::NotOfImages`].
pub(super) fn painter(model: &Model) -> Result<&dyn Painter, ImagesError> {
    Ok(of_images(model)?)
}
