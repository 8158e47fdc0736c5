//! Training a [`Gan`]: alternating steps of two players, each with its own optimiser, and the state of their game.

mod broken;
mod discriminator;
mod generator;
mod look;

use burn::tensor::{Device, Tensor, TensorData};

use self::broken::bad_gradient;
use super::film;
use super::held_out::held_out;
use super::model::{Data, Gan};
use super::objective::Convention;
use super::place::{DIRECTIONS, Directions};
use crate::layout::Given;
use crate::learner::{Collective, Diverged, Epochs, Figures, Frame, Learner, Scene, Validation};
use crate::nn::{Adam, AdamConfig};
use crate::noise::{Noise, Stream};

/// Names of the means of the samples along each direction, in the data's standard deviations.
pub const POSITION: [&str; DIRECTIONS] = [
    "position_0",
    "position_1",
    "position_2",
    "position_3",
    "position_4",
    "position_5",
    "position_6",
    "position_7",
];

/// A [`Gan`] with its data and the optimisers of both players.
#[derive(Debug)]
pub struct GanLearner<'a> {
    /// The model; its parameters are the live weights.
    pub gan: Gan,
    data: Data<'a>,
    train: Vec<u32>,
    held_out: Vec<u32>,
    batch: usize,
    shards: usize,
    steps: u64,
    noise: Noise,
    device: Device,
    directions: Directions,
    generator: Adam,
    discriminator: Adam,
    best: Vec<f32>,
    epochs: Epochs,
}

/// Sums over the rows of a batch that the players' steps hand out.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    loss: f64,
    real: f64,
    fake: f64,
}

impl<'a> GanLearner<'a> {
    /// A learner on the rows `train` of `data`, watched on `held_out`; `steps` is how long the game is to last.
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        gan: Gan,
        data: Data<'a>,
        [train, held_out]: [Vec<u32>; 2],
        [batch, shards]: [usize; 2],
        steps: u64,
        adam: AdamConfig,
        noise: Noise,
        device: Device,
    ) -> Self {
        let pac = gan.config.discriminator.pac;
        // A shard holds whole packs.
        let packs = (batch.min(train.len()) / pac).max(1);
        Self {
            generator: Adam::new(gan.generator_params.values(), adam),
            // Nobody uses an average of the discriminator.
            discriminator: Adam::new(gan.discriminator_params.values(), AdamConfig { average: None, ..adam }),
            best: gan.generator_params.values().to_vec(),
            shards: shards.clamp(1, packs),
            batch: packs * pac,
            directions: Directions::new(&gan, data, &train, &noise),
            gan,
            data,
            train,
            held_out,
            steps,
            noise,
            device,
            epochs: Epochs::default(),
        }
    }

    /// The averaged generator weights remembered by [`Learner::keep`].
    pub fn best(&self) -> &[f32] {
        &self.best
    }

    /// The rows of a batch.
    fn rows(&mut self, index: u64) -> Vec<u32> {
        self.epochs.batch(index, &self.train, self.batch, &self.noise)
    }

    /// The rows of a shard, whole packs.
    fn part(&self, shard: usize) -> std::ops::Range<usize> {
        let pac = self.gan.config.discriminator.pac;
        let packs = self.batch / pac;
        packs * shard / self.shards * pac..packs * (shard + 1) / self.shards * pac
    }

    /// The conditions of a shard's rows of a batch, the same for data and samples.
    fn told(&self, turn: u64, rows: &[u32], part: &std::ops::Range<usize>) -> Vec<Given> {
        let share = self.gan.config.generator.rows.conditions;
        match self.data {
            Data::Rows(features) => {
                let (rows, at) = (&rows[part.clone()], [turn, part.start as u64]);
                self.gan.view.discrete.drawn(share, features, rows, &self.noise, at)
            }
            Data::Points(_) => Vec::new(),
            Data::Images(_) => self.gan.labels(self.data, &rows[part.clone()]),
        }
    }

    /// Standard deviation of the instance noise at a step; it falls as the cube of the share of steps that are left, so that details
    /// still have a third of the game at less than a thirtieth of it.
    fn instance_noise(&self, step: u64) -> f64 {
        let left = 1.0 - step as f64 / (self.steps.max(1) as f64);
        self.gan.config.instance_noise * left.max(0.0).powi(3)
    }

    /// What the discriminator sees, with instance noise.
    fn blurred(&self, x: Tensor<2>, deviation: f64, address: u64) -> Tensor<2> {
        if deviation <= 0.0 {
            return x;
        }
        let [rows, width] = x.dims();
        let mut values = vec![0.0; rows * width];
        self.noise.fill_normal(Stream::Instance, address, &mut values);
        values.iter_mut().for_each(|v| *v *= deviation as f32);
        let conditions = self.gan.condition_width();
        for row in values.chunks_exact_mut(width).filter(|_| conditions > 0) {
            // Which column is told stays certain.
            row[width - conditions..].fill(0.0);
        }
        let device = x.device();
        x + Tensor::from_data(TensorData::new(values, [rows, width]), &device)
    }
}

/// The sum of a function over a tensor's numbers, in f64.
fn sum_of<const D: usize>(x: &Tensor<D>, f: impl Fn(f64) -> f64) -> f64 {
    x.clone().into_data().iter::<f64>().map(f).sum()
}

impl Learner for GanLearner<'_> {
    fn step(&mut self, step: u64, learning_rate: f64, workers: &dyn Collective) -> Result<Figures, Diverged> {
        let turns = self.gan.config.discriminator_steps as u64;
        let rate = learning_rate * self.gan.config.rate_ratio.unwrap_or(1.0);
        let mut last = (Sums::default(), [0.0; 2], 0.0);
        for k in 0..turns {
            last = self.step_discriminator([step, step * turns + k], rate, workers)?;
        }
        let turn = (step + 1) * turns - 1;
        let rows = self.rows(turn);
        let at = [step, turn];
        let objective = self.gan.config.objective();
        let warming = self.is_warming(step);
        let (gradient, figures) = match warming {
            true => self.likelihood_gradient(turn, &rows, workers),
            false => self.generator_gradient(at, &rows, objective, workers),
        };
        let (told, sums) = figures.split_at(if warming { 1 } else { 5 });
        if told.iter().take(2).any(|f| !f.is_finite()) {
            return Err(self.diverged(step, "the generator's loss", told.get(2..).unwrap_or_default()));
        }
        let (along, of_moments) = sums.split_at(self.directions.count().min(sums.len()));
        let looks = !warming && self.looks(step);
        let norms = looks.then(|| self.look(at, &rows, &gradient, workers));
        let values = self.gan.generator_params.values_mut();
        let rate =
            if warming { learning_rate * self.gan.config.generator.rows.warm_rate } else { learning_rate };
        let norm = self.generator.step(step, rate, &gradient, values, workers);
        if !norm.is_finite() {
            return Err(bad_gradient(step, "generator", &self.gan.generator_params, &gradient));
        }
        self.gan.generator.update(&mut self.gan.generator_params, of_moments, self.batch);
        let (of, [penalty, gradient_norm], discriminator_norm) = last;
        let [real, fake, after] = match objective.probability(0.0) {
            Some(_) => ["d_real", "d_fake", "d_fake_after"],
            None => ["logit_real", "logit_fake", "logit_fake_after"],
        };
        let mut out = vec![("j_d", of.loss)];
        match told {
            [_, after_step, ..] => out.extend([("j_g", told[0]), (after, *after_step)]),
            _ => out.push(("negative_log_likelihood", told[0])),
        }
        out.extend([
            (real, of.real),
            (fake, of.fake),
            ("generator_gradient_norm", norm),
            ("discriminator_gradient_norm", discriminator_norm),
        ]);
        if self.gan.config.penalty().due(turn) {
            out.extend([("penalty", penalty), ("input_gradient_norm", gradient_norm)]);
        }
        if let Some([minimax, non_saturating]) = norms {
            out.extend([("minimax_norm", minimax), ("non_saturating_norm", non_saturating)]);
            out.extend(POSITION.into_iter().zip(self.directions.position(along, self.batch)));
            let [halved, whole] = [Convention::Halved, Convention::Whole].map(|c| objective.equilibrium(c));
            out.extend([
                ("j_d_at_equilibrium", halved.discriminator),
                ("j_g_at_equilibrium", halved.generator),
                ("j_d_at_equilibrium_without_halves", whole.discriminator),
                ("j_g_at_equilibrium_without_halves", whole.generator),
            ]);
        }
        Ok(out)
    }

    fn validate(&mut self, workers: &dyn Collective) -> Validation {
        let rows = if self.held_out.is_empty() { &self.train } else { &self.held_out };
        let figures = held_out(&self.gan, self.data, rows, &self.noise, workers);
        // The game has no bound that says which weights are best: the latest average is kept.
        Validation { bound: None, figures }
    }

    fn keep(&mut self) {
        self.best.copy_from_slice(&self.generator.average);
    }

    fn frame(&self, scene: Scene, workers: &dyn Collective) -> Option<Frame> {
        film::frame(&self.gan, &self.generator.average, &self.noise, scene, workers)
    }

    fn state(&self) -> Vec<(String, Vec<f32>)> {
        let entry = |name: &str, values: &[f32]| (name.to_owned(), values.to_vec());
        let mut state = vec![entry("best", &self.best)];
        let players = [
            ("generator", &self.gan.generator_params, &self.generator),
            ("discriminator", &self.gan.discriminator_params, &self.discriminator),
        ];
        for (name, params, adam) in players {
            state.push(entry(&format!("{name}.weights"), params.values()));
            state.push(entry(&format!("{name}.m"), &adam.m));
            state.push(entry(&format!("{name}.v"), &adam.v));
        }
        state.push(entry("generator.average", &self.generator.average));
        state
    }

    fn restore(&mut self, state: Vec<(String, Vec<f32>)>) -> bool {
        let mut taken = 0;
        for (name, values) in state {
            let target = match name.as_str() {
                "best" => &mut self.best[..],
                "generator.weights" => self.gan.generator_params.values_mut(),
                "generator.m" => &mut self.generator.m,
                "generator.v" => &mut self.generator.v,
                "generator.average" => &mut self.generator.average,
                "discriminator.weights" => self.gan.discriminator_params.values_mut(),
                "discriminator.m" => &mut self.discriminator.m,
                "discriminator.v" => &mut self.discriminator.v,
                _ => return false,
            };
            if target.len() != values.len() {
                return false;
            }
            target.copy_from_slice(&values);
            taken += 1;
        }
        taken == 8
    }
}

#[cfg(test)]
mod tests;
