//! The one training loop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::schedule::Schedule;
use crate::learner::{Collective, Diverged, Figures, Frame, Learner, Scene, Validation};

/// How long and how fast to train; everything but the sizes of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainConfig {
    /// The learning rate.
    pub schedule: Schedule,
    /// Steps between two validations.
    pub validate_every: u64,
    /// Validations without a better bound after which training stops; `None` never stops.
    pub patience: Option<u64>,
    /// Steps between two checkpoints.
    pub checkpoint_every: u64,
    /// Time between two checkpoints, if that is sooner.
    pub checkpoint_interval: Duration,
    /// Time after which training stops with the best weights so far.
    pub time_budget: Option<Duration>,
}

impl TrainConfig {
    /// For going on from fitted weights on all rows: a quarter of the steps at a quarter of the rate, to the end.
    pub fn for_refit(&self) -> Self {
        let Schedule { peak, steps, .. } = self.schedule;
        let schedule = Schedule { peak: 0.25 * peak, warm_up: 0, steps: (steps / 4).max(1), ..self.schedule };
        Self { schedule, patience: None, ..self.clone() }
    }
}

/// Where a training run stands: with the learner's state, all that a resumed run needs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Steps that had been done when the best bound was reached.
    pub best_step: u64,
    /// The best bound on held-out rows so far, nats per row.
    pub best: Option<f64>,
    /// Validations since then.
    pub stale: u64,
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// All steps were done.
    Steps,
    /// The held-out bound no longer improved.
    EarlyStop,
    /// The time budget was spent.
    TimeBudget,
    /// It was asked to stop.
    Interrupted,
}

/// When a frame may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shot {
    /// While training goes on, or has done all its steps.
    Passing,
    /// Where training ends before its time.
    Last,
}

/// What happens outside the loop while it runs.
pub trait Hooks {
    /// What can go wrong there.
    type Error: From<Diverged>;

    /// A step was done; `seconds` is the time since this process began to train.
    ///
    /// # Errors
    /// Where the figures cannot be written.
    fn stepped(&mut self, step: u64, seconds: f64, figures: &Figures) -> Result<(), Self::Error>;

    /// Held-out rows were scored.
    ///
    /// # Errors
    /// Where the figures cannot be written.
    fn validated(&mut self, progress: &Progress, seconds: f64, figures: &Figures) -> Result<(), Self::Error>;

    /// What is to be filmed after so many steps, if anything is.
    fn in_view(&self, _step: u64, _shot: Shot) -> Option<Scene> {
        None
    }

    /// A frame was taken.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn filmed(&mut self, _step: u64, _frame: &Frame) -> Result<(), Self::Error> {
        Ok(())
    }

    /// The state is to be saved.
    ///
    /// # Errors
    /// Where it cannot be written.
    fn checkpoint(&mut self, progress: &Progress, state: Vec<(String, Vec<f32>)>) -> Result<(), Self::Error>;
}

/// Trains until the steps, the patience or the time is used up, or `stop` is set.
///
/// Whatever ends it, the learner has kept the weights of the best validation. An interrupted run saves a checkpoint.
///
/// # Errors
/// [`Diverged`], and whatever the hooks return.
pub fn train<H: Hooks>(
    learner: &mut dyn Learner,
    config: &TrainConfig,
    progress: &mut Progress,
    workers: &dyn Collective,
    stop: &AtomicBool,
    hooks: &mut H,
) -> Result<Ended, H::Error> {
    let start = Instant::now();
    let mut saved = Instant::now();
    let steps = config.schedule.steps;
    if progress.step == 0 {
        film(learner, 0, Shot::Passing, workers, hooks)?;
    }
    while progress.step < steps {
        if stop.load(Ordering::Relaxed) {
            hooks.checkpoint(progress, learner.state())?;
            return Ok(Ended::Interrupted);
        }
        if config.time_budget.is_some_and(|budget| start.elapsed() >= budget) {
            // The best may be younger than the last validation.
            film(learner, progress.step, Shot::Last, workers, hooks)?;
            validate(learner, progress, workers, start, hooks)?;
            hooks.checkpoint(progress, learner.state())?;
            return Ok(Ended::TimeBudget);
        }
        let figures = learner.step(progress.step, config.schedule.rate(progress.step), workers)?;
        progress.step += 1;
        hooks.stepped(progress.step, start.elapsed().as_secs_f64(), &figures)?;
        film(learner, progress.step, Shot::Passing, workers, hooks)?;
        if progress.step.is_multiple_of(config.validate_every) || progress.step == steps {
            validate(learner, progress, workers, start, hooks)?;
            if config.patience.is_some_and(|patience| progress.stale >= patience) {
                return Ok(Ended::EarlyStop);
            }
        }
        if progress.step.is_multiple_of(config.checkpoint_every)
            || saved.elapsed() >= config.checkpoint_interval
        {
            hooks.checkpoint(progress, learner.state())?;
            saved = Instant::now();
        }
    }
    Ok(Ended::Steps)
}

/// Takes a frame of the learner, if one is wanted.
fn film<H: Hooks>(
    learner: &dyn Learner,
    step: u64,
    shot: Shot,
    workers: &dyn Collective,
    hooks: &mut H,
) -> Result<(), H::Error> {
    match hooks.in_view(step, shot).and_then(|scene| learner.frame(scene, workers)) {
        Some(frame) => hooks.filmed(step, &frame),
        None => Ok(()),
    }
}

fn validate<H: Hooks>(
    learner: &mut dyn Learner,
    progress: &mut Progress,
    workers: &dyn Collective,
    start: Instant,
    hooks: &mut H,
) -> Result<(), H::Error> {
    let Validation { bound, figures } = learner.validate(workers);
    let bound = bound.filter(|bound| bound.is_finite());
    // Without a bound the latest weights are the best known.
    let better = bound.is_none_or(|bound| progress.best.is_none_or(|best| bound > best));
    if better {
        learner.keep();
        progress.best = bound;
        progress.best_step = progress.step;
        progress.stale = 0;
    } else {
        progress.stale += 1;
    }
    hooks.validated(progress, start.elapsed().as_secs_f64(), &figures)
}
