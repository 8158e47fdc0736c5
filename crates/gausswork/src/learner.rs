//! What the trainer drives, and what does its parallel work.
//!
//! A model steps itself: a [`Learner`] owns its networks, its optimisers and its data, so one training loop
//! serves one network and one optimiser as well as two players with two. Parallel work is cut into a fixed
//! number of *shards*, a property of the run and never of the machine; a [`Collective`] runs them and reduces
//! their sums in shard order, so that one thread, eight threads or several machines give the same bytes.

use serde::{Deserialize, Serialize};

/// Named numbers of a step or a validation, in a fixed order; log-likelihoods in nats per row.
pub type Figures = Vec<(&'static str, f64)>;

/// What the trainer drives.
pub trait Learner {
    /// One update of every network, on the batch that belongs to `step`.
    ///
    /// # Errors
    /// [`Diverged`] where a loss or gradient is not finite; the parameters are then as before the step.
    fn step(&mut self, step: u64, learning_rate: f64, workers: &dyn Collective) -> Result<Figures, Diverged>;

    /// Figures on held-out rows; the first is the bound that early stopping maximises.
    fn validate(&mut self, workers: &dyn Collective) -> Figures;

    /// Remembers the present weights as the best so far.
    fn keep(&mut self);

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

/// Work on one shard: adds its gradient to the first argument and returns its figures, to be summed.
pub type ShardWork<'a> = dyn Fn(usize, &mut [f32]) -> Vec<f64> + Sync + 'a;

/// Runs shards and reduces their results.
pub trait Collective: Sync {
    /// Runs `work` for shards `0..shards`, each with a zeroed vector of `len`, and returns both sums, taken in
    /// shard order.
    fn sum(&self, shards: usize, len: usize, work: &ShardWork<'_>) -> (Vec<f32>, Vec<f64>);

    /// Runs `work` for items `0..items` and returns the results in order.
    fn map(&self, items: usize, work: &(dyn Fn(usize) -> Vec<f64> + Sync)) -> Vec<Vec<f64>>;
}
