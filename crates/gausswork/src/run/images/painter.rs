//! What makes images of latents.

use super::error::ImagesError;
use super::model::of_images;
use crate::artifact::Model;
use crate::data::image::LabelShares;
use crate::learner::Collective;
use crate::noise::{Noise, Stream};
use crate::vae::image::{ImageFrame, ImageVae, decode_latents, drawn_labels};

/// A model that makes images of latents from N(0, I).
pub(super) trait Painter {
    /// Latent dimensions.
    fn latent(&self) -> usize;

    /// What the images are.
    fn frame(&self) -> &ImageFrame;

    /// How often each label comes that is behind a latent; none where the model is told none.
    fn shares(&self) -> &LabelShares;

    /// The images of latents with weights of labels behind them, `[images, latent + labels]`: `[images, values]`, numbers in [0, 1].
    fn paint(&self, z: &[f32], workers: &dyn Collective) -> Vec<f32>;

    /// The labels of the images `first..first + count` of the sample that `noise` names; none where the model is told none.
    fn labels(&self, range: [u64; 2], label: Option<u32>, noise: &Noise) -> Vec<u32>;

    /// The latents of the images `first..first + count` of the sample that `noise` names.
    fn latents(&self, [first, count]: [u64; 2], noise: &Noise) -> Vec<f32> {
        let mut z = vec![0.0; count as usize * self.latent()];
        noise.fill_normal_of_steps(Stream::SampleLatent, first, self.latent(), &mut z);
        z
    }

    /// The latents of a sample, as [`Painter::latents`] has them, and behind each a label: a given one, or that of its image.
    fn told(&self, [first, count]: [u64; 2], label: Option<u32>, noise: &Noise) -> Vec<f32> {
        let labels = self.labels([first, count], label, noise);
        self.shares().behind(&self.latents([first, count], noise), &labels)
    }
}

impl Painter for ImageVae {
    fn latent(&self) -> usize {
        self.config.latent()
    }

    fn frame(&self) -> &ImageFrame {
        &self.frame
    }

    fn shares(&self) -> &LabelShares {
        &self.shares
    }

    fn paint(&self, z: &[f32], workers: &dyn Collective) -> Vec<f32> {
        decode_latents(self, z, workers)
    }

    fn labels(&self, range: [u64; 2], label: Option<u32>, noise: &Noise) -> Vec<u32> {
        drawn_labels(self, range, label, noise)
    }
}

/// The painter that a model is.
///
/// # Errors
/// [`ImagesError::NotOfImages`].
pub(super) fn painter(model: &Model) -> Result<&dyn Painter, ImagesError> {
    Ok(of_images(model)?)
}
