//! Images drawn from a model together with the latents they came from, and where images to be bounded come from.

use burn::tensor::{Device, Tensor, TensorData};

use super::draw::drawn_labels;
use super::model::ImageVae;
use super::pixels::Pixels;
use crate::data::image::ImageError;
use crate::noise::{Noise, Stream};

/// Images `x ~ p(x|z)` with their latents `z ~ N(0, I)`, and labels as often as in training where they are told: each z is an exact draw from the posterior `p(z|x)`, which nobody can draw for
/// an image of a set.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// Images as the likelihood takes them with their labels, `[images, values + labels]`; nothing is cut off.
    pub x: Vec<f32>,
    /// Their latents, `[images, latent]`.
    pub z: Vec<f32>,
    /// Numbers of an image with its label, and of a latent.
    sizes: [usize; 2],
    pub(super) noise: Noise,
}

impl Simulated {
    /// The first `count` images of the sample that `noise` names.
    pub fn draw(vae: &ImageVae, count: usize, noise: &Noise) -> Self {
        let device = Device::flex();
        let leaves = vae.params.leaves(&device);
        let (latent, values) = (vae.config.latent(), vae.frame.shape.values());
        let mut z = vec![0.0; count * latent];
        noise.fill_normal_of_steps(Stream::SampleLatent, 0, latent, &mut z);
        let labels = drawn_labels(vae, [0, count as u64], None, noise);
        let told = vae.shares.behind(&z, &labels);
        let (mut x, mut uniforms) = (Vec::with_capacity(count * values), vec![0.0; values]);
        for (image, z) in told.chunks_exact(vae.told_width()).enumerate() {
            let z = Tensor::<2>::from_data(TensorData::new(z.to_vec(), [1, z.len()]), &device);
            let output: Vec<f32> = vae.decode(&leaves, z).to_data().iter().collect();
            noise.fill_uniform(Stream::SampleCell, image as u64, &mut uniforms);
            x.extend(vae.drawn(&output, &uniforms));
        }
        let x = vae.shares.behind(&x, &labels);
        Self { x, z, sizes: [vae.seen_width(), latent], noise: *noise }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.z.len() / self.sizes[1]
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.z.is_empty()
    }

    fn rows(of: &[f32], width: usize, images: &[u32]) -> Vec<f32> {
        let row = |&image: &u32| &of[image as usize * width..(image as usize + 1) * width];
        images.iter().flat_map(row).copied().collect()
    }

    /// Latents of some images.
    pub(super) fn latents(&self, images: &[u32]) -> Vec<f32> {
        Self::rows(&self.z, self.sizes[1], images)
    }
}

/// Where images to be bounded come from, each by its number.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A set.
    Set(&'a Pixels<'a>),
    /// The model itself.
    Simulated(&'a Simulated),
}

impl Source<'_> {
    /// Images as the likelihood takes them with their labels, `[images, values + labels]`.
    pub(super) fn take(&self, images: &[u32]) -> Result<Vec<f32>, ImageError> {
        match self {
            Self::Set(pixels) => pixels.seen(images),
            Self::Simulated(simulated) => Ok(Simulated::rows(&simulated.x, simulated.sizes[0], images)),
        }
    }

    pub(super) fn noise(&self) -> &Noise {
        match self {
            Self::Set(pixels) => &pixels.noise,
            Self::Simulated(simulated) => &simulated.noise,
        }
    }
}
