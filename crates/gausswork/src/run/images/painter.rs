//! What makes images of latents: the decoder of an autoencoder, the generator of a game.

use super::error::ImagesError;
use super::model::of_images;
use super::walk::Strips;
use crate::artifact::{Model, Network};
use crate::gan::{Field, Gan, ImageField, draw_latents};
use crate::learner::Collective;
use crate::noise::{Noise, Stream};
use crate::vae::image::{ImageFrame, ImageVae, decode_latents, drawn_labels};

/// A model that makes images of latents from N(0, I).
#[derive(Debug, Clone, Copy)]
pub(super) enum Painter<'a> {
    /// An autoencoder, by the expectation of each image.
    Vae(&'a ImageVae),
    /// A game, by its generator.
    Game(&'a Gan, &'a ImageField),
}

impl<'a> Painter<'a> {
    /// The painter that a model is.
    ///
    /// # Errors
    /// [`ImagesError::NotOfImages`].
    pub(super) fn of(model: &'a Model) -> Result<Self, ImagesError> {
        match &model.network {
            Network::Gan(gan @ Gan { field: Field::Images(field), .. }) => Ok(Self::Game(gan, field)),
            _ => of_images(model).map(Self::Vae),
        }
    }

    /// Latent dimensions.
    pub(super) fn latent(self) -> usize {
        match self {
            Self::Vae(vae) => vae.config.latent(),
            Self::Game(gan, _) => gan.config.latent(),
        }
    }

    /// What the images are.
    pub(super) fn frame(self) -> &'a ImageFrame {
        match self {
            Self::Vae(vae) => &vae.frame,
            Self::Game(_, field) => &field.frame,
        }
    }

    /// The images of latents `[images, latent]`, each of its label where the model is told labels: `[images, values]`, numbers in [0, 1].
    pub(super) fn paint(self, z: &[f32], labels: &[u32], workers: &dyn Collective) -> Vec<f32> {
        match self {
            Self::Vae(vae) => decode_latents(vae, z, labels, workers),
            // A game of images it is.
            Self::Game(gan, _) => draw_latents(gan, z, labels, workers).unwrap_or_default(),
        }
    }

    /// The latents of the images `first..first + count` of the sample that `noise` names.
    pub(super) fn latents(self, [first, count]: [u64; 2], noise: &Noise) -> Vec<f32> {
        let mut z = vec![0.0; count as usize * self.latent()];
        noise.fill_normal_of_steps(Stream::SampleLatent, first, self.latent(), &mut z);
        z
    }

    /// The labels of the same; none where the model is told none.
    pub(super) fn told(self, range: [u64; 2], noise: &Noise) -> Vec<u32> {
        match self {
            Self::Vae(vae) => drawn_labels(vae, range, None, noise),
            Self::Game(_, field) => field.told(range, noise),
        }
    }

    /// The names of the labels that the model is told.
    pub(super) fn labels(self) -> &'a [String] {
        match self {
            Self::Vae(vae) if vae.labels() > 0 => &vae.frame.labels,
            Self::Game(_, field) if field.labels() > 0 => &field.frame.labels,
            _ => &[],
        }
    }

    /// The label of that name, if one is asked for.
    ///
    /// # Errors
    /// [`ImagesError::NoLabel`].
    pub(super) fn label(self, name: Option<&String>) -> Result<Option<u32>, ImagesError> {
        let Some(label) = name else { return Ok(None) };
        let names = self.labels();
        let code = names.iter().position(|name| name == label).map(|code| Some(code as u32));
        code.ok_or_else(|| ImagesError::NoLabel { label: label.clone(), names: names.to_vec() })
    }

    /// Rows of so many images, numbers in [0, 1].
    pub(super) fn strips(self, columns: usize, values: Vec<f32>) -> Strips {
        Strips { frame: self.frame().clone(), columns, values }
    }
}
