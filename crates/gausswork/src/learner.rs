//! What the trainer drives, and what does its parallel work.
//!
//! A model steps itself: a [`Learner`] owns its networks, its optimisers and its data, so one training loop
//! serves one network and one optimiser as well as two players with two. Parallel work is cut into a fixed
//! number of *shards*, a property of the run and never of the machine; a [`Collective`] runs them and reduces
//! their sums in shard order, so that one thread, eight threads or several machines give the same bytes.

mod film;

use std::sync::Mutex;

use gausswork_kernels::add;
use serde::{Deserialize, Serialize};

pub use self::film::{Frame, ImagesFrame, PlaneFrame, Scene, Square};
use crate::noise::{Noise, Stream};

/// Named numbers of a step or a validation, in a fixed order; log-likelihoods in nats per row.
pub type Figures = Vec<(&'static str, f64)>;

/// What a look at held-out rows found.
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// What early stopping maximises; none where nothing says which weights are best, and the latest are kept.
    pub bound: Option<f64>,
    /// All figures.
    pub figures: Figures,
}

/// What the trainer drives.
pub trait Learner {
    /// One update of every network, on the batch that belongs to `step`.
    ///
    /// # Errors
    /// [`Diverged`] where a loss or gradient is not finite; the player whose it is has not moved, and every weight is finite.
    fn step(&mut self, step: u64, learning_rate: f64, workers: &dyn Collective) -> Result<Figures, Diverged>;

    /// Figures on held-out rows.
    fn validate(&mut self, workers: &dyn Collective) -> Validation;

    /// Remembers the present weights as the best so far.
    fn keep(&mut self);

    /// What is to be seen of the model with averaged weights; nothing of most.
    fn frame(&self, _scene: Scene, _workers: &dyn Collective) -> Option<Frame> {
        None
    }

    /// Everything that a resumed run needs, as named flat arrays.
    fn state(&self) -> Vec<(String, Vec<f32>)>;

    /// Takes back what [`Learner::state`] gave; false where names or sizes do not fit.
    fn restore(&mut self, state: Vec<(String, Vec<f32>)>) -> bool;
}

/// A training step produced a number that is not finite.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize, Deserialize)]
#[error(
    "step {step}: {term} is not finite{}; lower the learning rate, or look for extreme values there",
    column.as_ref().map(|c| format!(" in column '{c}'")).unwrap_or_default()
)]
pub struct Diverged {
    /// The step.
    pub step: u64,
    /// Which term of the objective, or which parameter's gradient.
    pub term: String,
    /// The column, where the term belongs to one.
    pub column: Option<String>,
}

/// A gradient: a vector for each parameter, in their order.
pub type Gradient = Vec<Vec<f32>>;

/// Work on one shard: its gradient and its figures, to be summed.
pub type ShardWork<'a> = dyn Fn(usize) -> (Gradient, Vec<f64>) + Sync + 'a;

/// Runs shards and reduces their results.
pub trait Collective: Sync {
    /// Runs `work` for shards `0..shards` and returns both sums, taken in shard order.
    fn sum(&self, shards: usize, work: &ShardWork<'_>) -> (Gradient, Vec<f64>);

    /// Runs `work` for items `0..items` and returns the results in order.
    fn map(&self, items: usize, work: &(dyn Fn(usize) -> Vec<f64> + Sync)) -> Vec<Vec<f64>>;

    /// Runs `work` for pieces `0..pieces`, in any order.
    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync));
}

/// The batches of training rows: slices of a new permutation for each epoch, of which the latest is kept.
#[derive(Debug, Default)]
pub struct Epochs {
    latest: Option<(u64, Vec<u32>)>,
}

impl Epochs {
    /// Batches of `size` that one pass over `rows` rows takes.
    pub fn batches(rows: usize, size: usize) -> u64 {
        (rows / size).max(1) as u64
    }

    /// The rows of the batch with a number, `size` of `train`.
    pub fn batch(&mut self, number: u64, train: &[u32], size: usize, noise: &Noise) -> Vec<u32> {
        let per_epoch = Self::batches(train.len(), size);
        let (epoch, within) = (number / per_epoch, number % per_epoch);
        if self.latest.as_ref().is_none_or(|(latest, _)| *latest != epoch) {
            self.latest = Some((epoch, noise.permutation(Stream::Shuffle, epoch, train.len())));
        }
        let order = self.latest.as_ref().map_or(&[][..], |(_, order)| order);
        let start = within as usize * size;
        order[start..start + size].iter().map(|&i| train[i as usize]).collect()
    }
}

/// Numbers per piece where vectors as long as the parameters are worked on; fixed, so that sums by piece do not depend on
/// who takes them.
pub const PIECE: usize = 1 << 14;

/// Runs `work` on each of some pieces, such as parts of one slice, in any order.
pub fn each_of<T: Send>(
    workers: &dyn Collective,
    pieces: impl IntoIterator<Item = T>,
    work: &(dyn Fn(&mut T) + Sync),
) {
    let pieces: Vec<Mutex<T>> = pieces.into_iter().map(Mutex::new).collect();
    workers.each(pieces.len(), &|piece| {
        // Nobody else has it: only a number of a piece leads here, and each comes once.
        let Ok(mut piece) = pieces[piece].lock() else { return };
        work(&mut piece);
    });
}

/// Adds gradients to the first, in order.
fn add_in_order(workers: &dyn Collective, to: &mut Gradient, rest: &[Gradient]) {
    if rest.is_empty() {
        return;
    }
    let pieces = (to.iter_mut().enumerate())
        .flat_map(|(part, to)| to.chunks_mut(PIECE).enumerate().map(move |(i, to)| (part, i * PIECE, to)));
    each_of(workers, pieces, &|(part, start, to)| {
        for from in rest {
            add(to, &from[*part][*start..]);
        }
    });
}

/// The calling thread, one thing after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Collective for Alone {
    fn sum(&self, shards: usize, work: &ShardWork<'_>) -> (Gradient, Vec<f64>) {
        summed(self, (0..shards).map(work).collect())
    }

    fn map(&self, items: usize, work: &(dyn Fn(usize) -> Vec<f64> + Sync)) -> Vec<Vec<f64>> {
        (0..items).map(work).collect()
    }

    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        (0..pieces).for_each(work);
    }
}

/// The sums of what shards gave, in their order.
pub fn summed(workers: &dyn Collective, shards: Vec<(Gradient, Vec<f64>)>) -> (Gradient, Vec<f64>) {
    let (mut gradients, figures): (Vec<_>, Vec<_>) = shards.into_iter().unzip();
    let mut figures = figures.into_iter();
    let mut total = figures.next().unwrap_or_default();
    figures.for_each(|more| total.iter_mut().zip(&more).for_each(|(t, s)| *t += s));
    if gradients.is_empty() {
        return (Vec::new(), total);
    }
    let mut sum = gradients.remove(0);
    add_in_order(workers, &mut sum, &gradients);
    (sum, total)
}
