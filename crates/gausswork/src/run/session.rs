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
use crate::gan::{Affine, Data, Field};
use crate::layout::Features;
use crate::learner::Learner;
use crate::train::{Ended, Threads, TrainConfig, train};

/// A table with its configuration.
pub(super) struct Encoded<'a> {
    pub config: &'a Config,
    pub codec: &'a TableCodec,
    pub rows: Rows<'a>,
}

/// Rows, encoded and split.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub features: &'a Features,
    /// Those to train on, and those held out.
    pub split: [&'a [u32]; 2],
    /// The rows as points, for a generator of those.
    pub points: Option<&'a (Affine, Vec<f32>)>,
}

impl<'a> Rows<'a> {
    /// What a game is played for, and its data.
    pub(super) fn field(&self) -> (Field, Data<'a>) {
        match self.points {
            Some((affine, points)) => (Field::Points(affine.clone()), Data::Points(points)),
            None => (Field::Rows, Data::Rows(self.features)),
        }
    }
}

/// A run's files and workers.
pub(super) struct Session<'a> {
    pub record: Checkpoint,
    /// The state to go on from.
    pub state: Option<State>,
    pub log: Log,
    /// Of images, or where the data are points of the plane.
    pub film: Option<Film>,
    /// The checkpoint's path.
    pub path: PathBuf,
    pub workers: Threads,
    pub stop: &'a AtomicBool,
    pub observer: &'a mut dyn Observer,
}

impl Session<'_> {
    /// Trains from where the record stands; the learner has then kept its best weights, whatever ended it.
    ///
    /// # Errors
    /// A checkpoint that does not fit, [`FitError::Diverged`], files that cannot be written.
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
        let ended = train(learner, schedule, &mut progress, &*workers, stop, &mut hooks);
        self.log.flush()?;
        self.film.as_mut().map_or(Ok(()), |film| film.flush())?;
        if progress.best_step == 0 {
            // Stopped before the first validation: the latest average is the best there is.
            learner.keep();
            progress.best_step = progress.step;
        }
        if let Ok(why) = ended {
            self.observer.observe(&Event::Ended { why, progress: &progress });
        }
        self.record.progress = progress;
        ended
    }

    /// Says what stage begins.
    pub(super) fn stage(&mut self, text: &str) {
        self.observer.observe(&Event::Stage(text));
    }
}
