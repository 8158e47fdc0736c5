//! Images drawn from the model, and images rebuilt by it.

use burn::tensor::{Device, Tensor, TensorData};

use super::latent::draw_key;
use super::model::ImageVae;
use super::pixels::Pixels;
use crate::data::image::ImageError;
use crate::learner::Collective;
use crate::nn::Leaves;
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

/// The images `first..first + count` of the sample that `noise` names, `[count, values]`, numbers in [0, 1]:
/// `z ~ N(0, I)`, then what is to be shown of `p(x|z)`. Image i is the same whatever the others are.
pub fn draw_images(
    vae: &ImageVae,
    [first, count]: [u64; 2],
    shown: Shown,
    noise: &Noise,
    workers: &dyn Collective,
) -> Vec<f32> {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let (latent, values) = (vae.config.latent(), vae.frame.shape.values());
    let pieces = workers.map(count.div_ceil(DRAWN_TOGETHER) as usize, &|piece| {
        let start = piece as u64 * DRAWN_TOGETHER;
        let rows = (count - start).min(DRAWN_TOGETHER) as usize;
        let mut z = vec![0.0; rows * latent];
        noise.fill_normal_of_steps(Stream::SampleLatent, first + start, latent, &mut z);
        let outputs = decoded(vae, &leaves, z);
        let uniforms = (shown == Shown::Drawn).then(|| {
            let mut uniforms = vec![0.0; rows * values];
            noise.fill_uniform_of_steps(Stream::SampleCell, first + start, values, &mut uniforms);
            uniforms
        });
        vae.images(&outputs, uniforms.as_deref()).into_iter().map(f64::from).collect()
    });
    pieces.into_iter().flatten().map(|number| number as f32).collect()
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
    let x = pixels.fixed(images)?;
    let tensor = |x: &[f32]| Tensor::<2>::from_data(TensorData::new(x.to_vec(), [n, values]), &device);
    let (mut epsilon, mut uniforms) = (vec![0.0; n * latent], vec![0.0; n * values]);
    for (i, &image) in images.iter().enumerate() {
        let of_image = &mut epsilon[i * latent..(i + 1) * latent];
        pixels.noise.fill_normal(Stream::Score, draw_key(image), of_image);
        let of_image = &mut uniforms[i * values..(i + 1) * values];
        pixels.noise.fill_uniform(Stream::SampleCell, image.into(), of_image);
    }
    let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [n, latent]), &device);
    let z = vae.encode(&leaves, tensor(&x)).reparameterised(epsilon);
    let outputs: Vec<f32> = vae.decode(&leaves, z.clone()).to_data().iter().collect();
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

fn decoded(vae: &ImageVae, leaves: &Leaves, z: Vec<f32>) -> Vec<f32> {
    let rows = z.len() / vae.config.latent();
    let z = Tensor::<2>::from_data(TensorData::new(z, [rows, vae.config.latent()]), &leaves.device());
    vae.decode(leaves, z).to_data().iter().collect()
}
