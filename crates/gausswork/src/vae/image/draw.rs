//! Images drawn from the model, and images rebuilt by it.

use burn::tensor::{Device, Tensor, TensorData};

use super::latent::draw_key;
use super::model::ImageVae;
use super::pixels::Pixels;
use crate::data::image::{DrawnImages, ImageError};
use crate::learner::{Collective, each_of};
use crate::noise::{Noise, Stream};

/// What is shown of `p(x|z)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shown {
    /// `x_hat = E[x|z]`.
    #[default]
    Expected,
    /// A draw from it.
    Drawn,
}

/// Images that are drawn together; which image is which does not depend on it.
pub const DRAWN_TOGETHER: u64 = 256;

/// The images `first..first + count` of the sample that `noise` names: `z ~ N(0, I)`, where labels are told a given one or one as often as
/// among the training images, then what is to be shown of `p(x|z)`. Image i is the same whatever the others are.
pub fn draw_images(
    vae: &ImageVae,
    [first, count]: [u64; 2],
    shown: Shown,
    label: Option<u32>,
    noise: &Noise,
    workers: &dyn Collective,
) -> DrawnImages {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let (latent, values) = (vae.config.latent(), vae.frame.shape.values());
    let labels = drawn_labels(vae, [first, count], label, noise);
    let mut images = vec![0.0; count as usize * values];
    let pieces = images.chunks_mut((DRAWN_TOGETHER as usize * values).max(1)).enumerate();
    each_of(workers, pieces, &|(piece, part)| {
        let start = *piece as u64 * DRAWN_TOGETHER;
        let rows = (count - start).min(DRAWN_TOGETHER) as usize;
        let mut z = vec![0.0; rows * latent];
        noise.fill_normal_of_steps(Stream::SampleLatent, first + start, latent, &mut z);
        let labels = labels.get(start as usize..start as usize + rows).unwrap_or_default();
        let outputs = vae.decoded(&leaves, vae.shares.behind(&z, labels));
        let uniforms = (shown == Shown::Drawn).then(|| {
            let mut uniforms = vec![0.0; rows * values];
            noise.fill_uniform_of_steps(Stream::SampleCell, first + start, values, &mut uniforms);
            uniforms
        });
        vae.paint(&outputs, uniforms.as_deref(), part);
    });
    DrawnImages { values: images, labels }
}

/// The labels of the images `first..first + count` of the sample that `noise` names: a given one, or as often as among the training images;
/// none where they are not told.
pub fn drawn_labels(vae: &ImageVae, [first, count]: [u64; 2], label: Option<u32>, noise: &Noise) -> Vec<u32> {
    let mut uniforms = vec![0.0; if vae.labels() > 0 { count as usize } else { 0 }];
    noise.fill_uniform_of_steps(Stream::SampleLabel, first, 1, &mut uniforms);
    uniforms.into_iter().map(|u| label.unwrap_or_else(|| vae.shares.label(u))).collect()
}

/// An image and what the model makes of it, each `values` numbers in [0, 1].
#[derive(Debug, Clone, PartialEq)]
pub struct Reconstruction {
    /// The image as the likelihood takes it.
    pub x: Vec<f32>,
    /// `x_hat = E[x|z]` for a draw z from `q(z|x)`.
    pub x_hat: Vec<f32>,
    /// A draw from `p(x|z)`.
    pub drawn: Vec<f32>,
    /// `log p(x|z)` of the image, nats.
    pub log_likelihood: f64,
    /// `log p(x|z)` of the draw, nats: what that of an image would be if the model were right about it.
    pub log_likelihood_of_drawn: f64,
}

/// Rebuilds images of a set.
///
/// # Errors
/// As [`ImageSet::gather`](crate::data::image::ImageSet::gather).
pub fn reconstruct_images(
    vae: &ImageVae,
    pixels: &Pixels<'_>,
    images: &[u32],
) -> Result<Vec<Reconstruction>, ImageError> {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let (latent, values, n) = (vae.config.latent(), vae.frame.shape.values(), images.len());
    let (x, labels) = (pixels.fixed(images)?, pixels.told(images));
    let tensor = |x: &[f32]| {
        let seen = TensorData::new(vae.shares.behind(x, &labels), [n, vae.seen_width()]);
        Tensor::<2>::from_data(seen, &device)
    };
    let (mut epsilon, mut uniforms) = (vec![0.0; n * latent], vec![0.0; n * values]);
    for (i, &image) in images.iter().enumerate() {
        let of_image = &mut epsilon[i * latent..(i + 1) * latent];
        pixels.noise.fill_normal(Stream::Score, draw_key(image), of_image);
        let of_image = &mut uniforms[i * values..(i + 1) * values];
        pixels.noise.fill_uniform(Stream::SampleCell, image.into(), of_image);
    }
    let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [n, latent]), &device);
    let z = vae.encode(&leaves, tensor(&x)).reparameterised(epsilon);
    let latents: Vec<f32> = z.to_data().iter().collect();
    let outputs = vae.decoded(&leaves, vae.shares.behind(&latents, &labels));
    let (x_hat, drawn) = (vae.images(&outputs, None), vae.images(&outputs, Some(&uniforms)));
    let nats = |x: &[f32]| -> Vec<f64> {
        vae.distortion(&leaves, z.clone(), tensor(x)).to_data().iter::<f64>().map(|nats| -nats).collect()
    };
    let of_image = |all: &[f32], i: usize| all[i * values..(i + 1) * values].to_vec();
    let told = nats(&x).into_iter().zip(nats(&drawn)).enumerate();
    Ok(told
        .map(|(i, (log_likelihood, log_likelihood_of_drawn))| Reconstruction {
            x: of_image(&x, i),
            x_hat: of_image(&x_hat, i),
            drawn: of_image(&drawn, i),
            log_likelihood,
            log_likelihood_of_drawn,
        })
        .collect())
}
