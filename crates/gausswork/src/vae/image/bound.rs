//! Bounds on `log p(x)` of each image: the ELBO, and the importance-weighted bound of any number of samples in constant memory.

use burn::tensor::{Device, Tensor, TensorData};

use super::model::ImageVae;
use super::pixels::Pixels;
use super::scorer::{Buffers, Scorer};
use super::simulated::Source;
use super::validation::{Summed, means};
use super::weights::Weights;
use crate::data::image::Failure;
use crate::data::image::ImageError;
use crate::learner::Collective;
use crate::noise::{Noise, Stream};

/// Bounds on one image's log-likelihood, in nats.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageBound {
    /// `E_q[log p(x|z)]` by its samples' mean.
    pub log_likelihood: f64,
    /// `KL(q(z|x) ‖ N(0, I))`, in closed form.
    pub rate: f64,
    /// `log 1/K Σ_k p(x, z_k)/q(z_k|x) ≤ log p(x)` in expectation (Burda et al. 2016, eq. 8).
    pub importance_weighted: f64,
    /// Standard error of that logarithm over the draws: `s / (w̄ √K)`, `s` the weights' deviation.
    pub standard_error: f64,
    /// `(Σ w)² / Σ w²`, of K.
    pub effective_samples: f64,
}

impl ImageBound {
    /// The evidence lower bound.
    pub fn elbo(&self) -> f64 {
        self.log_likelihood - self.rate
    }
}

/// Images per piece of work; fixed, so that figures do not depend on the number of threads.
const PIECE: usize = 4;
/// Draws of an image that are decoded together.
const DRAWS: usize = 64;

/// Computes the bounds of images by `samples` draws each; a draw of an image is keyed by its number in the set.
///
/// Memory does not depend on `samples`: sums of weights are kept relative to the greatest so far.
///
/// # Errors
/// As [`ImageSet::gather`](crate::data::image::ImageSet::gather).
pub fn image_bounds(
    vae: &ImageVae,
    source: Source<'_>,
    images: &[u32],
    samples: usize,
    workers: &dyn Collective,
) -> Result<Vec<ImageBound>, ImageError> {
    let leaves = vae.params.leaves(&Device::flex());
    let scorer = Scorer::new(vae, &leaves);
    let failed = Failure::default();
    let pieces = workers.map(images.len().div_ceil(PIECE), &|piece| {
        let images = &images[piece * PIECE..images.len().min((piece + 1) * PIECE)];
        match source.take(images) {
            Ok(x) => of_piece(vae, &scorer, x, images, samples.max(1), source.noise()),
            Err(error) => {
                failed.note(error);
                Vec::new()
            }
        }
    });
    failed.check()?;
    let bound = |figures: &[f64]| ImageBound {
        log_likelihood: figures[0],
        rate: figures[1],
        importance_weighted: figures[2],
        standard_error: figures[3],
        effective_samples: figures[4],
    };
    Ok(pieces.iter().flat_map(|piece| piece.chunks_exact(5)).map(bound).collect())
}

fn of_piece(
    vae: &ImageVae,
    scorer: &Scorer<'_>,
    x: Vec<f32>,
    images: &[u32],
    samples: usize,
    noise: &Noise,
) -> Vec<f64> {
    let (n, latent, width) = (images.len(), vae.config.latent(), vae.seen_width());
    let encoded = Tensor::<2>::from_data(TensorData::new(x.clone(), [n, width]), &scorer.leaves.device());
    let posterior = vae.encode(scorer.leaves, encoded);
    let rates: Vec<f64> = posterior.kl_from_standard().sum_dim(1).to_data().iter::<f64>().collect();
    let mu: Vec<f32> = posterior.mu.to_data().iter().collect();
    let log_var: Vec<f32> = posterior.log_var.to_data().iter().collect();
    let deviations: Vec<f32> = log_var.iter().map(|log_var| (0.5 * log_var).exp()).collect();
    let (mut weights, mut log_likelihoods) = (vec![Weights::NONE; n], vec![0.0; n]);
    let mut buffers = Buffers::default();
    for chunk in 0..samples.div_ceil(DRAWS) {
        let draws = DRAWS.min(samples - chunk * DRAWS);
        let (mut z, mut excess) = (Vec::with_capacity(n * draws * latent), Vec::with_capacity(n * draws));
        let mut epsilon = vec![0.0f32; draws * latent];
        for (i, &image) in images.iter().enumerate() {
            noise.fill_normal(Stream::Score, (u64::from(image) << 24) | chunk as u64, &mut epsilon);
            for epsilon in epsilon.chunks_exact(latent) {
                // log q(z|x) − log p(z); their constants are the same.
                let mut nats = 0.0;
                for (d, &e) in epsilon.iter().enumerate() {
                    let at = i * latent + d;
                    let value = mu[at] + deviations[at] * e;
                    nats += f64::from(value).powi(2) - f64::from(e).powi(2) - f64::from(log_var[at]);
                    z.push(value);
                }
                excess.push(0.5 * nats);
            }
        }
        let distortion = scorer.distortion(z, &x, draws, &mut buffers);
        for (i, (distortion, excess)) in distortion.into_iter().zip(&excess).enumerate() {
            weights[i / draws].add(-distortion - excess);
            log_likelihoods[i / draws] -= distortion;
        }
    }
    let of_images = weights.iter().zip(log_likelihoods).zip(rates);
    let figures = |((weights, log_likelihood), rate): ((&Weights, f64), f64)| {
        let log_likelihood = log_likelihood / samples as f64;
        [log_likelihood, rate, weights.log_mean(), weights.standard_error(), weights.effective()]
    };
    of_images.flat_map(figures).collect()
}

/// What the encoder does with images.
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    /// `KL(q(z_d|x) ‖ N(0, 1))` of each latent dimension, its mean over the images.
    pub rates: Vec<f64>,
    /// Dimensions whose posterior mean varies: `Var_x(E_q[z_d]) > 0.01` (Burda et al. 2016, §4.2).
    pub active: usize,
}

/// Rates by dimension, and active dimensions.
///
/// # Errors
/// As [`ImageSet::gather`](crate::data::image::ImageSet::gather).
pub fn activity(
    vae: &ImageVae,
    pixels: &Pixels<'_>,
    images: &[u32],
    workers: &dyn Collective,
) -> Result<Activity, ImageError> {
    let found: Summed = means(vae, &vae.params.leaves(&Device::flex()), pixels, images, workers)?;
    Ok(Activity { active: found.active(), rates: found.rates })
}
