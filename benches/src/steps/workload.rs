//! What is timed: a network that trains for a while when asked to.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use gausswork::train::Threads;
use serde_json::{Value, json};

/// Where a workload runs, and on what.
#[derive(Debug)]
pub(super) struct Setting {
    /// Threads to work on.
    pub(super) threads: usize,
    /// The table of those that need one.
    pub(super) table: Option<PathBuf>,
}

/// A network in training.
pub(super) trait Workload {
    /// Goes on training for about `time`.
    fn train(&mut self, time: Duration) -> anyhow::Result<Block>;
}

/// What a timed block came to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Steps done.
    pub(super) steps: u64,
    /// Time they took.
    pub(super) time: Duration,
    /// The loss of the last, to see that twins learn the same.
    pub(super) loss: f64,
}

impl Block {
    pub(super) fn to_json(self) -> Value {
        let seconds = self.time.as_secs_f64();
        let rate = self.steps as f64 / seconds;
        json!({ "steps": self.steps, "seconds": seconds, "steps_per_second": rate, "loss": self.loss })
    }
}

/// A workload that is driven one step at a time.
pub(super) trait Step {
    /// One update of every network on the batch of `step`; the loss.
    fn step(&mut self, step: u64, workers: &Threads) -> f64;
}

/// Drives a [`Step`].
#[derive(Debug)]
pub(super) struct Stepper<S> {
    inner: S,
    workers: Threads,
    next: u64,
}

impl<S: Step> Stepper<S> {
    pub(super) fn new(inner: S, setting: &Setting) -> anyhow::Result<Self> {
        Ok(Self { inner, workers: Threads::new(setting.threads)?, next: 0 })
    }
}

impl<S: Step> Workload for Stepper<S> {
    fn train(&mut self, time: Duration) -> anyhow::Result<Block> {
        let (start, first) = (Instant::now(), self.next);
        loop {
            let loss = self.inner.step(self.next, &self.workers);
            self.next += 1;
            anyhow::ensure!(loss.is_finite(), "the loss of step {} is {loss}", self.next);
            let elapsed = start.elapsed();
            if elapsed >= time {
                return Ok(Block { steps: self.next - first, time: elapsed, loss });
            }
        }
    }
}
