//! What the fit of every kind of model needs: the data, and one pass of the training loop with its files.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::checkpoint::{Checkpoint, State};
use super::config::Config;
use super::film::Film;
use super::fit::FitError;
use super::log::{Log, RunHooks};
use super::{Event, Observer};
use crate::data::table::TableCodec;
use crate::gan::Affine;
use crate::layout::Features;
use crate::learner::Learner;
use crate::train::{Ended, Threads, TrainConfig, train};

/// A table, encoded and split.
pub(super) struct Encoded<'a> {
    pub config: &'a Config,
    pub codec: &'a TableCodec,
    pub features: &'a Features,
    pub split: [Vec<u32>; 2],
    /// The rows as points, for a generator of those.
    pub points: Option<(Affine, Vec<f32>)>,
}

/// A run's files and workers.
pub(super) struct Session<'a> {
    pub record: Checkpoint,
    /// The state to go on from.
    pub state: Option<State>,
    pub log: Log,
    /// Where the data are points of the plane.
    pub film: Option<Film>,
    /// The checkpoint's path.
    pub path: PathBuf,
    pub workers: Threads,
    pub stop: &'a AtomicBool,
    pub observer: &'a mut dyn Observer,
}

impl Session<'_> {
    /// Trains from where the record stands; the learner has then kept its best weights.
    pub(super) fn pass(
        &mut self,
        learner: &mut dyn Learner,
        schedule: &TrainConfig,
    ) -> Result<Ended, FitError> {
        if let Some(state) = self.state.take()
            && !learner.restore(state)
        {
            let reason = "the checkpoint does not fit the model; start a new run".to_owned();
            let path = self.path.parent().unwrap_or(&self.path).to_path_buf();
            return Err(FitError::Resume { path, reason });
        }
        self.log.pass = self.record.pass;
        let mut progress = self.record.progress.clone();
        let (steps, begun) = (schedule.schedule.steps, progress.step);
        let Self { record, path, log, film, workers, stop, observer, .. } = self;
        let observer = &mut **observer;
        let film = film.as_mut();
        let mut hooks = RunHooks { record, path, log, film, steps, begun, observer };
        let ended = train(learner, schedule, &mut progress, &*workers, stop, &mut hooks)?;
        self.log.flush()?;
        self.film.as_mut().map_or(Ok(()), |film| film.flush())?;
        self.observer.observe(&Event::Ended { why: ended, progress: &progress });
        if progress.best_step == 0 {
            // Stopped before the first validation: the latest average is the best there is.
            learner.keep();
        }
        self.record.progress = progress;
        Ok(ended)
    }

    /// Says what stage begins.
    pub(super) fn stage(&mut self, text: &str) {
        self.observer.observe(&Event::Stage(text));
    }
}
