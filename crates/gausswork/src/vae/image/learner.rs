//! Training an [`ImageVae`]: one step on a sharded batch, validation on held-out images.

use burn::tensor::{Device, Tensor, TensorData};

use super::draw::{Shown, draw_images};
use super::failure::Failure;
use super::model::ImageVae;
use super::pixels::Pixels;
use super::validation::validate;
use crate::data::image::{ImageError, ImageSet, ImageShape};
use crate::dist::Normal;
use crate::learner::{
    Collective, Diverged, Epochs, Figures, Frame, Gradient, ImagesFrame, Learner, Scene, Validation,
};
use crate::nn::{Adam, AdamConfig};
use crate::noise::{Noise, Stream};
use crate::vae::learner::{column_sums, normals};
use crate::vae::state;

/// An [`ImageVae`] with its data and optimiser.
#[derive(Debug)]
pub struct ImageLearner<'a> {
    /// The model; its parameters are the live weights.
    pub vae: ImageVae,
    set: &'a ImageSet,
    train: Vec<u32>,
    held_out: Vec<u32>,
    batch: usize,
    shards: usize,
    noise: Noise,
    device: Device,
    adam: Adam,
    best: Vec<f32>,
    epochs: Epochs,
    /// What kept images from being read.
    failed: Failure,
}

impl<'a> ImageLearner<'a> {
    /// A learner on the images `train` of a set, validated on `held_out`; `sizes` are images per step, and shards.
    pub fn new(
        vae: ImageVae,
        set: &'a ImageSet,
        [train, held_out]: [Vec<u32>; 2],
        [batch, shards]: [usize; 2],
        adam: AdamConfig,
        noise: Noise,
        device: Device,
    ) -> Self {
        let adam = Adam::new(vae.params.values(), adam);
        let best = vae.params.values().to_vec();
        let batch = batch.min(train.len()).max(1);
        let shards = shards.clamp(1, batch);
        let (epochs, failed) = (Epochs::default(), Failure::default());
        Self { vae, set, train, held_out, batch, shards, noise, device, adam, best, epochs, failed }
    }

    /// The averaged weights remembered by [`Learner::keep`].
    pub fn best(&self) -> &[f32] {
        &self.best
    }

    /// Why images could not be read, if that ended the training.
    pub fn failure(&mut self) -> Option<ImageError> {
        self.failed.take()
    }

    fn pixels(&self) -> Pixels<'a> {
        Pixels { set: self.set, likelihood: self.vae.likelihood(), noise: self.noise }
    }

    /// Names what is not finite.
    fn diagnose(&self, step: u64, figures: &[f64], gradient: &Gradient) -> Diverged {
        let term = match figures {
            [distortion, ..] if !distortion.is_finite() => "the distortion".to_owned(),
            [_, rate, ..] if !rate.is_finite() => "the rate".to_owned(),
            _ => {
                let index = gradient.iter().flatten().position(|g| !g.is_finite()).unwrap_or(0);
                format!("the gradient of {}", self.vae.params.name_at(index))
            }
        };
        Diverged { step, term, column: None }
    }

    /// Gradient and figures of one shard: the sums over its images of distortion, rate and bound.
    fn shard(&self, images: &[u32], key: u64, beta: f64) -> Result<(Gradient, Vec<f64>), ImageError> {
        let device = self.device.clone().autodiff();
        let (n, values) = (images.len(), self.set.shape().values());
        let (samples, latent) = (self.vae.config.objective.samples, self.vae.config.latent());
        let pixels = self.pixels().in_training(images, key)?;
        let leaves = self.vae.params.leaves(&device);
        let x = Tensor::<2>::from_data(TensorData::new(pixels, [n, values]), &device);
        let posterior = self.vae.encode(&leaves, x.clone());
        let epsilon = normals(&self.noise, Stream::Latent, key, n * samples, latent, &device);
        let rate = posterior.kl_from_standard();
        let rates: f64 = column_sums(&rate.clone().inner()).iter().sum();
        let (loss, distortion, bound) = if samples == 1 {
            let distortion = self.vae.distortion(&leaves, posterior.reparameterised(epsilon), x);
            let nats = total(&distortion);
            (distortion.sum() + rate.sum().mul_scalar(beta), nats, -nats - rates)
        } else {
            let posterior =
                Normal { mu: each(posterior.mu, samples), log_var: each(posterior.log_var, samples) };
            let z = posterior.reparameterised(epsilon.clone());
            // log q(z|x) − log p(z); their constants are the same.
            let excess = (z.clone().powi_scalar(2) - epsilon.powi_scalar(2) - posterior.log_var)
                .sum_dim(1)
                .squeeze_dim::<1>(1)
                .mul_scalar(0.5);
            let distortion = self.vae.distortion(&leaves, z, each(x, samples));
            let cost = distortion.clone() + excess.clone().mul_scalar(beta);
            let weights = normalised(&cost, samples);
            let distortions = total(&distortion) / samples as f64;
            let bound = bounds(&(distortion.inner() + excess.inner()), samples).iter().sum();
            let weights = Tensor::<1>::from_data(TensorData::new(weights, [n * samples]), &device);
            // With its normalised weights held fixed, the sum has the gradient of the bound (Burda et al. 2016, eq. 14).
            ((cost * weights).sum(), distortions, bound)
        };
        let mut gradients = loss.div_scalar(self.batch as f64).backward();
        Ok((self.vae.params.gradient(&leaves, &mut gradients), vec![distortion, rates, bound]))
    }
}

/// Every row `times` times, one after the other.
fn each(x: Tensor<2>, times: usize) -> Tensor<2> {
    let [rows, columns] = x.dims();
    x.reshape([rows, 1, columns]).repeat_dim(1, times).reshape([rows * times, columns])
}

fn total(x: &Tensor<1>) -> f64 {
    x.to_data().iter::<f64>().sum()
}

/// `w/Σw` over the samples of each image, for `−log w`.
fn normalised(cost: &Tensor<1>, samples: usize) -> Vec<f32> {
    let cost: Vec<f64> = cost.to_data().iter::<f64>().collect();
    let of_image = |cost: &[f64]| -> Vec<f32> {
        let least = cost.iter().copied().fold(f64::INFINITY, f64::min);
        let total: f64 = cost.iter().map(|cost| (least - cost).exp()).sum();
        cost.iter().map(|cost| ((least - cost).exp() / total) as f32).collect()
    };
    cost.chunks_exact(samples).flat_map(of_image).collect()
}

/// `log 1/K Σ w` of each image, for `−log w`.
pub(super) fn bounds(cost: &Tensor<1>, samples: usize) -> Vec<f64> {
    let cost: Vec<f64> = cost.to_data().iter::<f64>().collect();
    let of_image = |cost: &[f64]| {
        let least = cost.iter().copied().fold(f64::INFINITY, f64::min);
        let total: f64 = cost.iter().map(|cost| (least - cost).exp()).sum();
        (total / samples as f64).ln() - least
    };
    cost.chunks_exact(samples).map(of_image).collect()
}

impl Learner for ImageLearner<'_> {
    fn step(&mut self, step: u64, learning_rate: f64, workers: &dyn Collective) -> Result<Figures, Diverged> {
        let images = self.epochs.batch(step, &self.train, self.batch, &self.noise);
        let (beta, shards) = (self.vae.config.objective.beta_at(step), self.shards);
        let (gradient, figures) = workers.sum(shards, &|shard| {
            let part = images.len() * shard / shards..images.len() * (shard + 1) / shards;
            self.shard(&images[part], step * shards as u64 + shard as u64, beta).unwrap_or_else(|error| {
                self.failed.note(error);
                let none = self.vae.params.entries().iter().map(|entry| vec![0.0; entry.len()]);
                (none.collect(), vec![f64::NAN; 3])
            })
        });
        if figures.iter().any(|figure| !figure.is_finite()) {
            return Err(self.diagnose(step, &figures, &gradient));
        }
        let norm = self.adam.step(step, learning_rate, &gradient, self.vae.params.values_mut(), workers);
        if !norm.is_finite() {
            return Err(self.diagnose(step, &figures, &gradient));
        }
        let n = self.batch as f64;
        let (distortion, rate) = (figures[0] / n, figures[1] / n);
        let mut told = vec![
            ("train_elbo", -distortion - rate),
            ("train_distortion", distortion),
            ("train_rate", rate),
            ("beta", beta),
            ("gradient_norm", norm),
        ];
        if self.vae.config.objective.samples > 1 {
            told.insert(1, ("train_bound", figures[2] / n));
        }
        Ok(told)
    }

    fn validate(&mut self, workers: &dyn Collective) -> Validation {
        let average = self.vae.params.leaves_of(&self.adam.average, &self.device);
        match validate(&self.vae, &average, &self.pixels(), &self.held_out, workers) {
            Ok(validation) => validation,
            Err(error) => {
                self.failed.note(error);
                // The step that follows meets the same failure, and ends the training.
                Validation { bound: Some(f64::NEG_INFINITY), figures: Vec::new() }
            }
        }
    }

    fn keep(&mut self) {
        self.best.copy_from_slice(&self.adam.average);
    }

    fn frame(&self, scene: Scene, workers: &dyn Collective) -> Option<Frame> {
        let Scene::Images(count) = scene else { return None };
        let mut average = self.vae.clone();
        average.params.values_mut().copy_from_slice(&self.adam.average);
        let values = draw_images(&average, [0, count as u64], Shown::Expected, &self.noise, workers);
        let ImageShape { height, width, channels } = self.vae.frame.shape;
        Some(Frame::Images(ImagesFrame::new([height, width, channels.count()], &values)))
    }

    fn state(&self) -> Vec<(String, Vec<f32>)> {
        state::of(&self.vae.params, &self.adam, &self.best)
    }

    fn restore(&mut self, saved: Vec<(String, Vec<f32>)>) -> bool {
        state::restore(&mut self.vae.params, &mut self.adam, &mut self.best, &saved)
    }
}
