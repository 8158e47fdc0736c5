//! The proof of an equilibrium: a discriminator trained from new weights against samples that no longer change.
//!
//! A game's own discriminator may say ½ because it has learned nothing. This one has every chance: no opponent that moves, no
//! penalty, no dropout, no spectral normalisation, single rows. Its weights and the moment it stops at come from training rows; its
//! loss from rows that nobody trained on.

use burn::tensor::{Device, Tensor};

use super::discriminator::{Discriminator, DiscriminatorConfig, Mode};
use super::image::ImageDiscriminatorConfig;
use super::model::{Data, Field, Gan};
use super::objective::Objective;
use super::record::FreshDiscriminator;
use super::spectral::Normalisation;
use crate::learner::{Collective, Gradient};
use crate::nn::image::Normalised;
use crate::nn::{Adam, AdamConfig, Leaves, Params};
use crate::noise::{Noise, Stream};

/// Steps of training; of images half as many.
pub const FRESH_STEPS: u64 = 1000;
/// Rows of each class per step; of images a quarter.
const BATCH: usize = 256;
/// Pieces of a batch.
const SHARDS: usize = 2;
/// Steps between two looks at the training rows that decide when to stop.
const LOOK_EVERY: u64 = 50;
/// Share of the training rows that decide when to stop, as a divisor.
const STOPPING: usize = 5;
/// Training rows of a class that are enough: the steps draw three times as many.
pub const FRESH_ROWS: usize = 50_000;
/// Rows per item of work.
const ROWS: usize = 500;
/// Learning rate at the start; it falls linearly to 0.
const RATE: f64 = 3e-3;
/// Decay of the weight average.
const AVERAGE: f64 = 0.98;
/// Least width and number of blocks: a network too small to tell anything proves nothing.
const LEAST: [usize; 2] = [128, 2];

/// Octaves of waves that it sees of points, at least.
const WAVES: u32 = 7;

/// Rows of one class: data, or samples.
#[derive(Debug, Clone, Copy)]
pub struct Class<'a> {
    /// All of them.
    pub data: Data<'a>,
    /// Those to train on; every fifth decides when to stop.
    pub train: &'a [u32],
    /// Those that the loss is of.
    pub held_out: &'a [u32],
}

/// Trains a discriminator of single rows as wide and deep as the game's (at least 128 units and 2 blocks) from new weights to tell
/// `samples` from `real`, by `J_D = ½ E[softplus(−l(x))] + ½ E[softplus(l(G(z)))]` whatever the objective of the game, with Adam
/// for [`FRESH_STEPS`] steps of 256 rows of each class, or half of them of 64 images; takes its averaged weights where they did best on a fifth of the training
/// rows; and measures `J_D` on the held-out rows of both classes, with the standard error of that mean,
/// `½ √(var softplus(−l(x))/n + var softplus(l(G(z)))/m)`, nats.
///
/// None where a class has fewer than 10 rows to train on, or fewer than 2 that are held out.
pub fn fresh_discriminator(
    gan: &Gan,
    [real, samples]: [Class<'_>; 2],
    noise: &Noise,
    workers: &dyn Collective,
) -> Option<FreshDiscriminator> {
    let few = |class: &Class<'_>| class.train.len() < 2 * STOPPING || class.held_out.len() < 2;
    if [&real, &samples].into_iter().any(few) {
        return None;
    }
    let [width, blocks] = LEAST;
    let of_game = &gan.config.discriminator;
    let config = DiscriminatorConfig {
        width: of_game.width.max(width),
        blocks: of_game.blocks.max(blocks),
        pac: 1,
        dropout: 0.0,
        normalisation: Normalisation::None,
        waves: match gan.field {
            Field::Rows | Field::Images(_) => of_game.waves,
            Field::Points(_) => Some(of_game.waves.unwrap_or(0).max(WAVES)),
        },
        images: ImageDiscriminatorConfig { normalisation: Normalised::None, ..of_game.images.clone() },
        ..of_game.clone()
    };
    let (steps, batch) = match gan.field {
        Field::Rows | Field::Points(_) => (FRESH_STEPS, BATCH),
        Field::Images(_) => (FRESH_STEPS / 2, BATCH / 4),
    };
    // Weights that neither player started from.
    let own = Noise::new(noise.word(Stream::Init, u64::MAX - 2, 0));
    let mut params = Params::default();
    let network = Discriminator::new(&mut params, gan.seen(), config, &own);
    let fresh = Fresh {
        gan,
        network,
        noise: own,
        steps,
        batch,
        sides: [Side::new(Label::Real, real), Side::new(Label::Sample, samples)],
    };
    fresh.train(&mut params, workers);
    let [real, samples] = fresh.losses(&params, |side| side.held_out, workers);
    Some(FreshDiscriminator {
        j_d: 0.5 * (real.mean + samples.mean),
        standard_error: 0.5 * (real.variance + samples.variance).sqrt(),
    })
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Real,
    Sample,
}

/// The mean of some rows' losses, and the variance of that mean.
struct Mean {
    mean: f64,
    variance: f64,
}

/// The rows of a class by use.
struct Side<'a> {
    label: Label,
    data: Data<'a>,
    learn: Vec<u32>,
    stop: Vec<u32>,
    held_out: &'a [u32],
}

impl<'a> Side<'a> {
    fn new(label: Label, Class { data, train, held_out }: Class<'a>) -> Self {
        // Every fifth, since a table may be sorted.
        let stops = |i: usize| i % STOPPING == STOPPING - 1;
        let those = |wanted: bool| {
            (train.iter().enumerate()).filter(|(i, _)| stops(*i) == wanted).map(|(_, &row)| row).collect()
        };
        Self { label, data, learn: those(false), stop: those(true), held_out }
    }
}

/// A network and what it is trained on.
struct Fresh<'a> {
    gan: &'a Gan,
    network: Discriminator,
    noise: Noise,
    steps: u64,
    batch: usize,
    sides: [Side<'a>; 2],
}

impl Fresh<'_> {
    /// Trains `params`, and leaves in them the averaged weights that did best on the rows that decide when to stop.
    fn train(&self, params: &mut Params, workers: &dyn Collective) {
        let config = AdamConfig { average: Some(AVERAGE), ..AdamConfig::default() };
        let mut adam = Adam::new(params.values(), config);
        let (mut best, mut least) = (params.values().to_vec(), f64::INFINITY);
        for step in 0..self.steps {
            let batches = self.sides.each_ref().map(|side| self.batch(&side.learn, step, side.label));
            let (gradient, _) = workers.sum(SHARDS, &|shard| self.gradient(params, &batches, shard));
            let rate = RATE * (1.0 - step as f64 / self.steps as f64);
            if !adam.step(step, rate, &gradient, params.values_mut(), workers).is_finite() {
                break;
            }
            if (step + 1).is_multiple_of(LOOK_EVERY) {
                let mut averaged = params.clone();
                averaged.values_mut().copy_from_slice(&adam.average);
                let [real, samples] = self.losses(&averaged, |side| &side.stop, workers);
                let loss = real.mean + samples.mean;
                if loss < least {
                    (best, least) = (adam.average.clone(), loss);
                }
            }
        }
        params.values_mut().copy_from_slice(&best);
    }

    /// The rows of a step, drawn with replacement.
    fn batch(&self, rows: &[u32], step: u64, label: Label) -> Vec<u32> {
        let draw = |i: usize| {
            let word = self.noise.word(Stream::Shuffle, 2 * step + label as u64, i as u32);
            // Multiply-shift: the bias is below n / 2^64.
            rows[((u128::from(word) * rows.len() as u128) >> 64) as usize]
        };
        (0..self.batch).map(draw).collect()
    }

    /// A shard's part of the gradient of `J_D`.
    fn gradient(&self, params: &Params, batches: &[Vec<u32>; 2], shard: usize) -> (Gradient, Vec<f64>) {
        let leaves = params.leaves(&Device::flex().autodiff());
        let part = self.batch * shard / SHARDS..self.batch * (shard + 1) / SHARDS;
        let of_side = |side: &Side<'_>, batch: &[u32]| {
            let x = self.gan.real(side.data, &batch[part.clone()], &Device::flex());
            self.loss(&leaves, Tensor::from_inner(x), side.label).sum()
        };
        let ([real, samples], [of_real, of_samples]) = (&self.sides, batches);
        let loss = (of_side(real, of_real) + of_side(samples, of_samples)).div_scalar(self.batch as f64);
        (params.gradient(&leaves, &mut loss.backward()), Vec::new())
    }

    /// `½ softplus(−l)` of each row of data, `½ softplus(l)` of each sample.
    fn loss(&self, leaves: &Leaves, x: Tensor<2>, label: Label) -> Tensor<2> {
        let l = self.network.logits(leaves, x, Mode::Evaluate);
        // A non-saturating generator's loss is ½ softplus(−l).
        let signed = if label == Label::Real { l } else { l.neg() };
        Objective::NonSaturating.generator_loss(signed.clone(), signed)
    }

    /// Twice that on average over some rows of both classes.
    fn losses<'b>(
        &'b self,
        params: &Params,
        rows: impl Fn(&'b Side<'b>) -> &'b [u32],
        workers: &dyn Collective,
    ) -> [Mean; 2] {
        let device = Device::flex();
        self.sides.each_ref().map(|side| {
            let rows = rows(side);
            let of_item = |item: usize| {
                let rows = &rows[item * ROWS..rows.len().min((item + 1) * ROWS)];
                let leaves = params.constants(&device);
                let loss = self.loss(&leaves, self.gan.real(side.data, rows, &device), side.label);
                loss.into_data().iter::<f64>().map(|loss| 2.0 * loss).collect()
            };
            let values = workers.map(rows.len().div_ceil(ROWS), &of_item).concat();
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n.max(1.0);
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            Mean { mean, variance: squares / ((n - 1.0) * n).max(1.0) }
        })
    }
}
