//! Training an [`ImageVae`]: one step on a sharded batch, validation on held-out images.

use burn::tensor::{Device, Tensor, TensorData};

use super::draw::{Shown, draw_images};
use super::gradient::gradient;
use super::model::ImageVae;
use super::pixels::Pixels;
use super::validation::validate;
use crate::data::image::Failure;
use crate::data::image::{ImageError, ImageSet, ImageShape};
use crate::learner::{
    Collective, Diverged, Epochs, Figures, Frame, Gradient, ImagesFrame, Learner, Scene, Validation,
};
use crate::nn::{Adam, AdamConfig};
use crate::noise::{Noise, Stream};
use crate::vae::learner::normals;
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

    fn pixels(&self) -> Pixels<'_> {
        Pixels::of(&self.vae, self.set, self.noise)
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

    /// Gradient and figures of one shard: the sums over its images of distortion, rate and bound, and what batch normalisations saw.
    fn shard(&self, images: &[u32], key: u64, beta: f64) -> Result<(Gradient, Vec<f64>), ImageError> {
        let device = self.device.clone().autodiff();
        let (n, width) = (images.len(), self.vae.seen_width());
        let (samples, latent) = (self.vae.config.objective.samples, self.vae.config.latent());
        let pixels = self.pixels().in_training(images, key)?;
        let leaves = self.vae.params.leaves(&device);
        let x = Tensor::<2>::from_data(TensorData::new(pixels, [n, width]), &device);
        let epsilon = normals(&self.noise, Stream::Latent, key, n * samples, latent, &device);
        Ok(gradient(&self.vae, &leaves, x, epsilon, beta, self.batch as f64))
    }
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
        self.vae.update(&figures[3..]);
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
        let values =
            draw_images(&average, [0, count as u64], Shown::Expected, None, &self.noise, workers).values;
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
