//! Training a [`Vae`]: one step on a sharded batch, validation on held-out rows.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::encoder::LOG_VAR_BOUNDS;
use super::model::Vae;
use super::state;
use crate::error::OutOfRange;
use crate::layout::Features;
use crate::learner::{Collective, Diverged, Epochs, Figures, Gradient, Learner, Validation};
use crate::nn::{Adam, AdamConfig};
use crate::noise::{Noise, Stream};

/// What training maximises: `E_q[log p(x|z)] - β Σ_d max(E[KL_d], free bits)`.
///
/// Reported bounds are always at β = 1 without free bits, whatever is set here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Objective {
    /// Weight of the rate once warm.
    pub beta: f64,
    /// Steps over which the weight rises linearly from 0.
    pub warm_up: u64,
    /// Nats per latent dimension, averaged over the rows of a shard, below which the rate costs a constant
    /// (Kingma et al. 2016, appendix C.8).
    pub free_bits: f64,
}

impl Default for Objective {
    fn default() -> Self {
        Self { beta: 1.0, warm_up: 100, free_bits: 0.2 }
    }
}

impl Objective {
    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let weight =
            |key, value: f64| OutOfRange::unless((0.0..1e6).contains(&value), key, value, "a number ≥ 0");
        weight("objective.beta", self.beta)?;
        weight("objective.free-bits", self.free_bits)
    }

    /// β at a step.
    pub fn beta_at(&self, step: u64) -> f64 {
        self.beta * ((step as f64 + 1.0) / (self.warm_up as f64).max(1.0)).min(1.0)
    }
}

/// A [`Vae`] with its data and optimiser.
#[derive(Debug)]
pub struct VaeLearner<'a> {
    /// The model; its parameters are the live weights.
    pub vae: Vae,
    /// The objective.
    pub objective: Objective,
    features: &'a Features,
    train: Vec<u32>,
    held_out: Vec<u32>,
    batch: usize,
    shards: usize,
    noise: Noise,
    device: Device,
    adam: Adam,
    best: Vec<f32>,
    epochs: Epochs,
    names: Vec<String>,
}

/// Rows per item of validation work; fixed, so that sums do not depend on the number of threads.
pub(super) const VALIDATION_ROWS: usize = 256;

impl<'a> VaeLearner<'a> {
    /// A learner on the rows `train` of `features`, validated on `held_out`.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        vae: Vae,
        objective: Objective,
        features: &'a Features,
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
        Self {
            vae,
            objective,
            features,
            train,
            held_out,
            batch,
            shards,
            noise,
            device,
            adam,
            best,
            epochs: Epochs::default(),
            names: Vec::new(),
        }
    }

    /// Names the columns, for messages.
    pub fn name_columns(&mut self, names: Vec<String>) {
        self.names = names;
    }

    /// Steps that one pass over the training rows takes.
    pub fn steps_per_epoch(&self) -> u64 {
        Epochs::batches(self.train.len(), self.batch)
    }

    /// The averaged weights remembered by [`Learner::keep`].
    pub fn best(&self) -> &[f32] {
        &self.best
    }

    /// The rows of a step's batch.
    fn rows(&mut self, step: u64) -> Vec<u32> {
        self.epochs.batch(step, &self.train, self.batch, &self.noise)
    }

    /// Names what is not finite.
    fn diagnose(&self, step: u64, figures: &[f64], gradient: &Gradient) -> Diverged {
        let columns = self.vae.unit_columns();
        let bad_unit = figures[3..].iter().position(|f| !f.is_finite());
        let (term, column) = match bad_unit {
            Some(unit) => {
                ("the distortion".to_owned(), columns.get(unit).and_then(|&c| self.names.get(c).cloned()))
            }
            None if !figures[1].is_finite() => ("the rate".to_owned(), None),
            None => {
                let index = gradient.iter().flatten().position(|g| !g.is_finite()).unwrap_or(0);
                (format!("the gradient of {}", self.vae.params.name_at(index)), None)
            }
        };
        Diverged { step, term, column }
    }
}

/// Reads `[rows, n]` standard normals for one item of work.
pub(super) fn normals(
    noise: &Noise,
    stream: Stream,
    step: u64,
    rows: usize,
    n: usize,
    device: &Device,
) -> Tensor<2> {
    let mut values = vec![0.0; rows * n];
    noise.fill_normal(stream, step, &mut values);
    Tensor::from_data(TensorData::new(values, [rows, n]), device)
}

/// Sums over the rows of a tensor `[rows, n]`, in f64.
pub(super) fn column_sums(x: &Tensor<2>) -> Vec<f64> {
    let [_, n] = x.dims();
    let mut sums = vec![0.0; n];
    let data = x.to_data();
    if let Ok(values) = data.as_slice::<f32>() {
        for row in values.chunks(n) {
            sums.iter_mut().zip(row).for_each(|(s, &v)| *s += f64::from(v));
        }
    }
    sums
}

/// How many log-variances of `q(z|x)` stand at a bound.
fn clamped(log_var: &Tensor<2>) -> f64 {
    let (low, high) = (LOG_VAR_BOUNDS.0 as f32, LOG_VAR_BOUNDS.1 as f32);
    log_var.to_data().iter::<f32>().filter(|&v| v <= low || v >= high).count() as f64
}

impl Learner for VaeLearner<'_> {
    fn step(&mut self, step: u64, learning_rate: f64, workers: &dyn Collective) -> Result<Figures, Diverged> {
        let rows = self.rows(step);
        let beta = self.objective.beta_at(step);
        let (vae, noise, device) = (&self.vae, &self.noise, self.device.clone().autodiff());
        let (shards, free_bits, batch) = (self.shards, self.objective.free_bits, self.batch);
        let features = self.features;
        let (gradient, figures) = workers.sum(shards, &|shard| {
            let part = rows.len() * shard / shards..rows.len() * (shard + 1) / shards;
            let size = part.len();
            let leaves = vae.params.leaves(&device);
            let input = vae.gather(features, rows[part].iter().map(|&row| row as usize), &device);
            let key = step * shards as u64 + shard as u64;
            let epsilon = normals(noise, Stream::Latent, key, size, vae.config.latent, &device);
            let terms = vae.forward(&leaves, &input, epsilon);
            let rate = terms.posterior.kl_from_standard();
            let charged = rate.clone().mean_dim(0).clamp_min(free_bits).sum();
            let loss = terms.log_probs.clone().sum().div_scalar(-(batch as f64))
                + charged.mul_scalar(beta * size as f64 / batch as f64);
            let mut gradients = loss.backward();
            let gradient = vae.params.gradient(&leaves, &mut gradients);
            let log_probs = column_sums(&terms.log_probs.inner());
            let rate: f64 = column_sums(&rate.inner()).iter().sum();
            let distortion: f64 = -log_probs.iter().sum::<f64>();
            let clamped = clamped(&terms.posterior.log_var.inner());
            (gradient, [distortion, rate, clamped].into_iter().chain(log_probs).collect())
        });
        if figures.iter().any(|f| !f.is_finite()) {
            return Err(self.diagnose(step, &figures, &gradient));
        }
        let norm = self.adam.step(step, learning_rate, &gradient, self.vae.params.values_mut(), workers);
        if !norm.is_finite() {
            return Err(self.diagnose(step, &figures, &gradient));
        }
        let n = self.batch as f64;
        let (distortion, rate) = (figures[0] / n, figures[1] / n);
        Ok(vec![
            ("train_elbo", -distortion - rate),
            ("train_distortion", distortion),
            ("train_rate", rate),
            ("beta", beta),
            ("log_var_clamped", figures[2] / (n * self.vae.config.latent as f64)),
            ("gradient_norm", norm),
        ])
    }

    fn validate(&mut self, workers: &dyn Collective) -> Validation {
        if self.held_out.is_empty() {
            return Validation { bound: None, figures: Vec::new() };
        }
        let items = self.held_out.len().div_ceil(VALIDATION_ROWS);
        let latent = self.vae.config.latent;
        let (vae, noise, device) = (&self.vae, &self.noise, &self.device);
        let (features, held_out, average) = (self.features, &self.held_out, &self.adam.average);
        let results = workers.map(items, &|item| {
            let rows = &held_out[item * VALIDATION_ROWS..held_out.len().min((item + 1) * VALIDATION_ROWS)];
            let leaves = vae.params.leaves_of(average, device);
            let batch = vae.gather(features, rows.iter().map(|&row| row as usize), device);
            let epsilon = normals(noise, Stream::Score, item as u64, rows.len(), latent, device);
            let terms = vae.forward(&leaves, &batch, epsilon);
            let distortion = -column_sums(&terms.log_probs).iter().sum::<f64>();
            let rates = column_sums(&terms.posterior.kl_from_standard());
            let mu = &terms.posterior.mu;
            let (sums, squares) = (column_sums(mu), column_sums(&mu.clone().powi_scalar(2)));
            [distortion].into_iter().chain(rates).chain(sums).chain(squares).collect()
        });
        let mut totals = vec![0.0; 1 + 3 * latent];
        for result in &results {
            totals.iter_mut().zip(result).for_each(|(t, r)| *t += r);
        }
        let n = self.held_out.len().max(1) as f64;
        totals.iter_mut().for_each(|t| *t /= n);
        let (distortion, rest) = (totals[0], &totals[1..]);
        let rate: f64 = rest[..latent].iter().sum();
        // Burda et al. 2016, §4.2: Var_x(E_q[z]) > 0.01.
        let active = (0..latent).filter(|&d| rest[2 * latent + d] - rest[latent + d].powi(2) > 0.01).count();
        let figures = vec![
            ("held_out_elbo", -distortion - rate),
            ("held_out_distortion", distortion),
            ("held_out_rate", rate),
            ("active_units", active as f64),
        ];
        Validation { bound: Some(-distortion - rate), figures }
    }

    fn keep(&mut self) {
        self.best.copy_from_slice(&self.adam.average);
    }

    fn state(&self) -> Vec<(String, Vec<f32>)> {
        state::of(&self.vae.params, &self.adam, &self.best)
    }

    fn restore(&mut self, saved: Vec<(String, Vec<f32>)>) -> bool {
        state::restore(&mut self.vae.params, &mut self.adam, &mut self.best, &saved)
    }
}
