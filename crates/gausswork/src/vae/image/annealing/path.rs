//! The densities between a start that can be drawn from and `p(x, z)`, for some images at once.

use burn::tensor::{Device, Tensor, TensorData};

use super::Start;
use crate::nn::Leaves;
use crate::vae::density::LOG_TWO_PI;
use crate::vae::image::model::ImageVae;

/// `log f_β(z) = (1 − β) log f_0(z) + β log p(x, z)` with the normal density f_0 of the start, for `images` with `chains` latents each.
pub(super) struct Path<'a> {
    vae: &'a ImageVae,
    leaves: Leaves,
    /// Each image with its label once for each of its chains, `[images · chains, values + labels]`.
    x: Tensor<2>,
    /// Mean and variance of the start, `[images, latent]`.
    mean: Vec<f32>,
    variance: Vec<f32>,
    /// The variance of `q(z|x)`, `[images, latent]`.
    of_encoder: Vec<f32>,
    pub(super) chains: usize,
    pub(super) latent: usize,
}

/// Latents of every chain, and what the likelihood is there.
#[derive(Debug, Clone)]
pub(super) struct Points {
    /// `[images · chains, latent]`.
    pub(super) z: Vec<f32>,
    /// `log p(x|z)`, nats.
    pub(super) log_likelihood: Vec<f64>,
    /// Its gradient by z.
    pub(super) slopes: Vec<f32>,
}

impl<'a> Path<'a> {
    /// That of images `x: [images, values + labels]`.
    pub(super) fn new(vae: &'a ImageVae, x: &[f32], chains: usize, start: Start) -> Self {
        let device = Device::flex();
        let (latent, width) = (vae.config.latent(), vae.seen_width());
        let images = x.len() / width;
        let encoded = Tensor::<2>::from_data(TensorData::new(x.to_vec(), [images, width]), &device);
        let posterior = vae.encode(&vae.params.leaves(&device), encoded);
        let of_encoder: Vec<f32> = posterior.log_var.exp().to_data().iter().collect();
        let (mean, variance) = match start {
            Start::Encoder => (posterior.mu.to_data().iter().collect(), of_encoder.clone()),
            Start::Prior => (vec![0.0; images * latent], vec![1.0; images * latent]),
        };
        let device = device.autodiff();
        let repeated: Vec<f32> = x.chunks_exact(width).flat_map(|x| x.repeat(chains)).collect();
        let x = Tensor::<2>::from_data(TensorData::new(repeated, [images * chains, width]), &device);
        Self { vae, leaves: vae.params.constants(&device), x, mean, variance, of_encoder, chains, latent }
    }

    /// Chains of all images.
    pub(super) fn rows(&self) -> usize {
        self.mean.len() / self.latent * self.chains
    }

    /// Where the numbers of a row's image are.
    fn of_image(&self, row: usize) -> std::ops::Range<usize> {
        let first = row / self.chains * self.latent;
        first..first + self.latent
    }

    /// Draws from the start, by standard normal draws that they take the place of.
    pub(super) fn start(&self, normals: &mut [f32]) {
        for (row, z) in normals.chunks_exact_mut(self.latent).enumerate() {
            let at = self.of_image(row);
            for ((z, mean), variance) in z.iter_mut().zip(&self.mean[at.clone()]).zip(&self.variance[at]) {
                *z = mean + variance.sqrt() * *z;
            }
        }
    }

    /// The likelihood at latents of every chain, and its gradient.
    pub(super) fn at(&self, z: Vec<f32>) -> Points {
        let shape = [self.rows(), self.latent];
        let leaf = Tensor::<2>::from_data(TensorData::new(z.clone(), shape), &self.x.device()).require_grad();
        let distortion = self.vae.distortion(&self.leaves, leaf.clone(), self.x.clone());
        let log_likelihood = distortion.to_data().iter::<f64>().map(|nats| -nats).collect();
        let mut gradients = distortion.sum().neg().backward();
        let slopes = leaf.grad_remove(&mut gradients).and_then(|g| g.into_data().try_into_vec::<f32>().ok());
        let slopes = slopes.unwrap_or_else(|| vec![0.0; z.len()]);
        Points { z, log_likelihood, slopes }
    }

    /// `log f_0(z)` of a row.
    fn log_start(&self, row: usize, z: &[f32]) -> f64 {
        let at = self.of_image(row);
        let of = |((z, mean), variance): ((&f32, &f32), &f32)| {
            let (from_mean, variance) = (f64::from(*z) - f64::from(*mean), f64::from(*variance));
            from_mean * from_mean / variance + variance.ln() + LOG_TWO_PI
        };
        let numbers = z.iter().zip(&self.mean[at.clone()]).zip(&self.variance[at]);
        -0.5 * numbers.map(of).sum::<f64>()
    }

    /// `log p(x, z) − log f_0(z)` of a row: the derivative of `log f_β` by β.
    pub(super) fn excess(&self, row: usize, points: &Points) -> f64 {
        let z = &points.z[row * self.latent..(row + 1) * self.latent];
        let prior: f64 = z.iter().map(|&z| f64::from(z) * f64::from(z) + LOG_TWO_PI).sum();
        points.log_likelihood[row] - 0.5 * prior - self.log_start(row, z)
    }

    /// `log f_β(z)` of a row.
    pub(super) fn log_density(&self, beta: f64, row: usize, points: &Points) -> f64 {
        let z = &points.z[row * self.latent..(row + 1) * self.latent];
        self.log_start(row, z) + beta * self.excess(row, points)
    }

    /// Adds `by[row] · s · ∇ log f_β(z)` to the momentum of every row, with the scales s of [`Path::scale`].
    pub(super) fn kick(&self, beta: f64, points: &Points, by: &[f32], momentum: &mut [f32]) {
        let beta32 = beta as f32;
        for (row, momentum) in momentum.chunks_exact_mut(self.latent).enumerate() {
            let (first, at) = (row * self.latent, self.of_image(row).start);
            for (d, momentum) in momentum.iter_mut().enumerate() {
                let (z, slope) = (points.z[first + d], points.slopes[first + d]);
                let of_start = (self.mean[at + d] - z) / self.variance[at + d];
                let slope = (1.0 - beta32) * of_start + beta32 * (slope - z);
                *momentum += by[row] * self.scale(beta, at + d) * slope;
            }
        }
    }

    /// Moves every row by `by[row] · s · momentum`.
    pub(super) fn drift(&self, beta: f64, by: &[f32], momentum: &[f32], z: &mut [f32]) {
        let rows = z.chunks_exact_mut(self.latent).zip(momentum.chunks_exact(self.latent));
        for (row, (z, momentum)) in rows.enumerate() {
            let at = self.of_image(row).start;
            for (d, (z, momentum)) in z.iter_mut().zip(momentum).enumerate() {
                *z += by[row] * self.scale(beta, at + d) * momentum;
            }
        }
    }

    /// About the deviation of f_β in a dimension of an image: that of normal densities with the start's variance and the encoder's.
    fn scale(&self, beta: f64, at: usize) -> f32 {
        let beta = beta as f32;
        ((1.0 - beta) / self.variance[at] + beta / self.of_encoder[at]).sqrt().recip()
    }
}
