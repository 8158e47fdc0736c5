//! Training a [`Gan`]: alternating steps of two players, each with its own optimiser, and the state of their game.

use burn::tensor::{Device, Tensor, TensorData};

use super::discriminator::Mode;
use super::film;
use super::held_out::{held_out, shown};
use super::model::{Data, Gan, Generator};
use super::objective::{Convention, Objective};
use super::penalty::PenalisedRows;
use super::place::{DIRECTIONS, Directions};
use super::points::Phase;
use crate::layout::Given;
use crate::learner::{Collective, Diverged, Epochs, Figures, Frame, Gradient, Learner, Square, Validation};
use crate::nn::{Adam, AdamConfig};
use crate::noise::{Noise, Stream};

/// Looks at both gradients in a game; the verdict needs a few dozen, and a look costs up to two passes of both networks.
const LOOKS: u64 = 200;

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
        let conditions = self.gan.view.discrete.len();
        for row in values.chunks_exact_mut(width).filter(|_| conditions > 0) {
            // Which column is told stays certain.
            row[width - conditions..].fill(0.0);
        }
        let device = x.device();
        x + Tensor::from_data(TensorData::new(values, [rows, width]), &device)
    }

    /// One step of the discriminator; `turn` counts those of all steps.
    fn step_discriminator(
        &mut self,
        [step, turn]: [u64; 2],
        rate: f64,
        workers: &dyn Collective,
    ) -> Result<(Sums, [f64; 2], f64), Diverged> {
        let rows = self.rows(turn);
        self.gan.discriminator.advance(&mut self.gan.discriminator_params);
        let this = &*self;
        let gan = &this.gan;
        let penalty_now = gan.config.penalty().when(step as f64 / this.steps.max(1) as f64);
        let penalised = penalty_now.due(turn);
        let deviation = this.instance_noise(step);
        let autodiff = this.device.clone().autodiff();
        let (gradient, figures) = workers.sum(this.shards, &|shard| {
            let part = this.part(shard);
            let size = part.len();
            let address = turn * this.shards as u64 + shard as u64;
            // The fake rows are a constant to the discriminator: they are made without a graph.
            let generator = gan.generator_params.constants(&this.device);
            let told = this.told(turn, &rows, &part);
            let asked = (size, &told[..]);
            let (fake, _) = gan.fake(&generator, asked, &this.noise, 2 * address, Phase::Train, &this.device);
            let of_fake_rows = fake.clone();
            let real = gan.view.told(gan.real(this.data, &rows[part], &this.device), &told);
            let real = this.blurred(real, deviation, 4 * address);
            let fake = this.blurred(fake, deviation, 4 * address + 1);
            let leaves = gan.discriminator_params.leaves(&autodiff);
            let mode = |side: u64| Mode::Train { noise: &this.noise, address: 4 * address + side };
            let lift = |x: &Tensor<2>| Tensor::<2>::from_inner(x.clone());
            let of_real = gan.discriminator.logits(&leaves, lift(&real), mode(0));
            let of_fake = gan.discriminator.logits(&leaves, lift(&fake), mode(1));
            let objective = gan.config.objective();
            let packs = size / gan.config.discriminator.pac;
            let per_pack = objective.discriminator_loss(of_real.clone(), of_fake.clone());
            let mut loss = per_pack.clone().sum();
            let (mut penalty, mut norm) = (0.0, 0.0);
            if penalised {
                let plain = gan.discriminator_params.constants(&this.device);
                let mut mix = vec![0.0; packs];
                this.noise.fill_uniform(Stream::Interpolate, address, &mut mix);
                let mix = Tensor::from_data(TensorData::new(mix, [packs, 1]), &this.device);
                let rows = PenalisedRows { real, fake, mix, condition: gan.view.discrete.len() };
                let found = penalty_now.of(&gan.discriminator, [&leaves, &plain], rows, mode(2));
                if let Some(found) = found {
                    loss = loss + found.surrogate;
                    (penalty, norm) = (found.value, found.norm);
                }
            }
            let batch = (this.batch / gan.config.discriminator.pac) as f64;
            let mut gradients = loss.div_scalar(batch).backward();
            let gradient = gan.discriminator_params.gradient(&leaves, &mut gradients);
            let mean = |logits: &Tensor<2>| sum_of(logits, |l| shown(objective, l));
            let mut figures = vec![
                sum_of(&per_pack, |loss| loss),
                mean(&of_real),
                mean(&of_fake),
                penalty,
                norm * packs as f64,
            ];
            figures.extend([broken(&of_fake_rows), broken(&of_real.inner()), broken(&of_fake.inner())]);
            (gradient, figures)
        });
        let packs = (this.batch / gan.config.discriminator.pac) as f64;
        if let Some(bad) = figures.iter().position(|f| !f.is_finite()) {
            let term = if bad < 3 { "the discriminator's loss" } else { "the discriminator's penalty" };
            return Err(this.diverged(step, term, &figures[5..]));
        }
        let values = self.gan.discriminator_params.values_mut();
        let norm = self.discriminator.step(turn, rate, &gradient, values, workers);
        if !norm.is_finite() {
            return Err(bad_gradient(step, "discriminator", &self.gan.discriminator_params, &gradient));
        }
        let sums = Sums { loss: figures[0] / packs, real: figures[1] / packs, fake: figures[2] / packs };
        Ok((sums, [figures[3] / packs, figures[4] / packs], norm))
    }

    /// The generator's gradient under an objective, and its loss, mean D(G(z)) and sums of moments.
    fn generator_gradient(
        &self,
        [step, turn]: [u64; 2],
        rows: &[u32],
        objective: Objective,
        workers: &dyn Collective,
    ) -> (Gradient, Vec<f64>) {
        let gan = &self.gan;
        let autodiff = self.device.clone().autodiff();
        let deviation = self.instance_noise(step);
        workers.sum(self.shards, &|shard| {
            let part = self.part(shard);
            let size = part.len();
            let address = turn * self.shards as u64 + shard as u64;
            let leaves = gan.generator_params.leaves(&autodiff);
            let opponent = gan.discriminator_params.constants(&autodiff);
            let told = self.told(turn, rows, &part);
            let (fake, moments) =
                gan.fake(&leaves, (size, &told), &self.noise, 2 * address + 1, Phase::Train, &autodiff);
            let of_fake_rows = fake.clone().inner();
            let fake = self.blurred(fake, deviation, 4 * address + 2);
            let mode = |side: u64| Mode::Train { noise: &self.noise, address: 4 * address + side };
            let of_fake = gan.discriminator.logits(&opponent, fake, mode(3));
            let packs = size / gan.config.discriminator.pac;
            // The losses of these two do not look at the data.
            let alone = matches!(objective, Objective::NonSaturating | Objective::LeastSquares);
            let of_real = if alone {
                Tensor::zeros([packs, 1], &autodiff)
            } else {
                let real = gan.view.told(gan.real(self.data, &rows[part], &self.device), &told);
                let real = self.blurred(real, deviation, 4 * address + 3);
                let plain = gan.discriminator_params.constants(&self.device);
                Tensor::from_inner(gan.discriminator.logits(&plain, real, mode(2)))
            };
            let per_pack = objective.generator_loss(of_real, of_fake.clone());
            let batch = (self.batch / gan.config.discriminator.pac) as f64;
            let mut gradients = per_pack.clone().sum().div_scalar(batch).backward();
            let gradient = gan.generator_params.gradient(&leaves, &mut gradients);
            let of_d = sum_of(&of_fake, |l| shown(gan.config.objective(), l));
            let mut figures = vec![sum_of(&per_pack, |loss| loss) / batch, of_d / batch];
            figures.extend([broken(&of_fake_rows), 0.0, broken(&of_fake.inner())]);
            figures.extend(self.directions.sums(of_fake_rows));
            if let Generator::Points(points) = &gan.generator {
                figures.extend(points.sums(moments.into_iter().map(Tensor::inner).collect(), size));
            }
            (gradient, figures)
        })
    }

    /// Whether the generator is trained by maximum likelihood at a step.
    fn is_warming(&self, step: u64) -> bool {
        let share = self.gan.config.generator.rows.warm_start;
        matches!(self.gan.generator, Generator::Rows(_)) && (step as f64) < share * self.steps as f64
    }

    /// The gradient of `−E[log p(x|z)]` on the batch, of rows with a condition `−E[log p(x|z, c)]`, and that number, nats per row.
    fn likelihood_gradient(&self, turn: u64, rows: &[u32], workers: &dyn Collective) -> (Gradient, Vec<f64>) {
        let gan = &self.gan;
        let autodiff = self.device.clone().autodiff();
        workers.sum(self.shards, &|shard| {
            let part = self.part(shard);
            let leaves = gan.generator_params.leaves(&autodiff);
            let Generator::Rows(generator) = &gan.generator else {
                return (Vec::new(), vec![0.0]);
            };
            let address = turn * self.shards as u64 + shard as u64;
            let z = gan.latents(part.len(), &self.noise, 2 * address + 1, &autodiff);
            let told = self.told(turn, rows, &part);
            let rows = gan.real(self.data, &rows[part], &autodiff);
            let log_probs = generator.log_probs(&leaves, &gan.view, z, &rows, &told);
            let loss = log_probs.sum().div_scalar(-(self.batch as f64));
            let value = sum_of(&loss, |loss| loss);
            let gradient = gan.generator_params.gradient(&leaves, &mut loss.backward());
            (gradient, vec![value])
        })
    }

    /// The norms of a gradient, of the game's own objective on a batch, and of the minimax and the non-saturating objective on the
    /// same batch.
    fn look(&self, at: [u64; 2], rows: &[u32], own: &Gradient, workers: &dyn Collective) -> [f64; 2] {
        let norm = |gradient: &Gradient| {
            gradient.iter().flatten().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt()
        };
        [Objective::Minimax, Objective::NonSaturating].map(|objective| {
            match objective == self.gan.config.objective() {
                true => norm(own),
                false => norm(&self.generator_gradient(at, rows, objective, workers).0),
            }
        })
    }

    /// Whether a look is due after a step: every two-hundredth of the game.
    fn looks(&self, step: u64) -> bool {
        (step + 1).is_multiple_of((self.steps / LOOKS).max(1))
    }

    /// What went wrong in a term: the first tensor on its way, weights before what they make, that is not finite. `found` says so
    /// of the samples, the outputs of data and those of samples.
    fn diverged(&self, step: u64, term: &str, found: &[f64]) -> Diverged {
        let of_weights =
            [&self.gan.generator_params, &self.gan.discriminator_params].into_iter().find_map(|params| {
                let at = params.values().iter().position(|w| !w.is_finite())?;
                Some(params.name_at(at).to_owned())
            });
        let outputs = ["the samples G(z)", "the outputs l(x)", "the outputs l(G(z))"];
        let first = found.iter().zip(outputs).find(|(count, _)| **count > 0.0);
        let tensor = of_weights.or_else(|| first.map(|(_, name)| name.to_owned()));
        let within = tensor.map(|tensor| format!(", first in {tensor},")).unwrap_or_default();
        Diverged { step, term: format!("{term}{within}"), column: None }
    }
}

/// 1 where a tensor holds a number that is not finite.
fn broken(x: &Tensor<2>) -> f64 {
    // A sum in f32 may overflow where no number has; then each is looked at.
    let total: f64 = x.clone().sum().into_data().iter::<f64>().sum();
    let any = !total.is_finite() && x.to_data().iter::<f64>().any(|x| !x.is_finite());
    f64::from(u8::from(any))
}

/// Which parameter's gradient is not finite.
fn bad_gradient(step: u64, player: &str, params: &crate::nn::Params, gradient: &Gradient) -> Diverged {
    let index = gradient.iter().flatten().position(|g| !g.is_finite()).unwrap_or(0);
    Diverged { step, term: format!("the {player}'s gradient of {}", params.name_at(index)), column: None }
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
        if let Generator::Points(points) = &self.gan.generator {
            points.update(&mut self.gan.generator_params, of_moments, self.batch);
        }
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

    fn frame(&self, square: Square) -> Option<Frame> {
        film::frame(&self.gan, &self.generator.average, &self.noise, square)
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
