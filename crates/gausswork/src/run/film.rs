//! `film.jsonl`: what a model in the plane or of images makes at some moments of its training, a line each.

use std::path::Path;

use serde::Serialize;

use super::checkpoint::Pass;
use super::fit::FitError;
use super::log::Log;
use crate::learner::{Frame, Scene};
use crate::train::Shot;

/// Name of the film within a run directory.
pub(super) const FILE_NAME: &str = "film.jsonl";

/// When there is a frame, in 64ths of all steps: most happens early.
const MOMENTS: [u64; 12] = [0, 1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 64];

/// The film of a run.
pub(super) struct Film {
    log: Log,
    scene: Scene,
    steps: u64,
    /// The step of the latest frame of this session.
    latest: Option<u64>,
}

/// A line of the file.
#[derive(Serialize)]
struct Line<'a> {
    pass: Pass,
    step: u64,
    #[serde(flatten)]
    frame: &'a Frame,
}

impl Film {
    /// Opens the film of a run of so many `steps`; frames after `step` of `pass` belong to work that will be done again.
    pub(super) fn open(
        directory: &Path,
        pass: Pass,
        step: u64,
        steps: u64,
        scene: Scene,
    ) -> Result<Self, FitError> {
        let log = Log::open(&directory.join(FILE_NAME), pass, step)?;
        Ok(Self { log, scene, steps, latest: None })
    }

    /// What is to be seen after a step, if it is one of the moments; the last one is always.
    pub(super) fn in_view(&self, step: u64, shot: Shot) -> Option<Scene> {
        let due = match shot {
            Shot::Passing => is_moment(step, self.steps),
            Shot::Last => self.latest != Some(step),
        };
        due.then_some(self.scene)
    }

    /// Writes a frame.
    pub(super) fn keep(&mut self, step: u64, frame: &Frame) -> Result<(), FitError> {
        self.latest = Some(step);
        self.log.put(&Line { pass: self.log.pass, step, frame })
    }

    pub(super) fn flush(&mut self) -> Result<(), FitError> {
        self.log.flush()
    }
}

/// Whether there is a frame after a step.
fn is_moment(step: u64, steps: u64) -> bool {
    MOMENTS.iter().any(|share| u128::from(steps) * u128::from(*share) / 64 == u128::from(step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_a_dozen_moments_or_as_many_as_steps() {
        let of = |steps| (0..=steps).filter(|&step| is_moment(step, steps)).collect::<Vec<_>>();
        assert_eq!(of(6000), [0, 93, 187, 375, 750, 1500, 2250, 3000, 3750, 4500, 5250, 6000]);
        assert_eq!(of(3), [0, 1, 2, 3]);
        assert_eq!(of(1), [0, 1]);
    }
}
