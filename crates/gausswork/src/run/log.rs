//! Files of lines such as `train.jsonl`, and what else happens while the loop runs.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::checkpoint::{Checkpoint, Pass, State};
use super::film::Film;
use super::fit::{FitError, write};
use super::{Event, Observer};
use crate::learner::{Figures, Frame, Scene};
use crate::train::{Hooks, Progress, Shot};

/// Writes figures, checkpoints and progress while the loop runs.
pub(super) struct RunHooks<'a> {
    pub record: &'a mut Checkpoint,
    pub path: &'a Path,
    pub log: &'a mut Log,
    pub film: Option<&'a mut Film>,
    pub steps: u64,
    pub begun: u64,
    pub observer: &'a mut dyn Observer,
}

impl Hooks for RunHooks<'_> {
    type Error = FitError;

    fn stepped(&mut self, step: u64, seconds: f64, figures: &Figures) -> Result<(), FitError> {
        self.log.write(step, seconds, figures)?;
        self.observer.observe(&Event::Step {
            step,
            steps: self.steps,
            rate: (step - self.begun) as f64 / seconds.max(1e-9),
            figures,
        });
        Ok(())
    }

    fn validated(&mut self, progress: &Progress, seconds: f64, figures: &Figures) -> Result<(), FitError> {
        self.log.write(progress.step, seconds, figures)?;
        self.observer.observe(&Event::Validated { progress, figures });
        Ok(())
    }

    fn in_view(&self, step: u64, shot: Shot) -> Option<Scene> {
        self.film.as_ref()?.in_view(step, shot)
    }

    fn filmed(&mut self, step: u64, frame: &Frame) -> Result<(), FitError> {
        self.film.as_mut().map_or(Ok(()), |film| film.keep(step, frame))
    }

    fn checkpoint(&mut self, progress: &Progress, state: State) -> Result<(), FitError> {
        self.record.progress = progress.clone();
        self.log.flush()?;
        self.film.as_mut().map_or(Ok(()), |film| film.flush())?;
        self.record
            .save(&state, self.path)
            .map_err(|source| FitError::Io { path: self.path.to_path_buf(), source })
    }
}

/// A file of lines, each of which belongs to a step of a pass; `train.jsonl` has one per step or validation.
pub(super) struct Log {
    path: PathBuf,
    file: BufWriter<File>,
    pub pass: Pass,
}

impl Log {
    /// Opens the log; lines after `step` of `pass` belong to work that will be done again.
    pub(super) fn open(path: &Path, pass: Pass, step: u64) -> Result<Self, FitError> {
        let failed = |source| FitError::Io { path: path.to_path_buf(), source };
        let mut kept = Vec::new();
        if (step > 0 || pass == Pass::Refit)
            && let Ok(file) = File::open(path)
        {
            for line in BufReader::new(file).lines() {
                let line = line.map_err(failed)?;
                let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                let earlier = value["pass"].as_str() == Some("fit") && pass == Pass::Refit;
                if earlier || value["step"].as_u64().is_some_and(|s| s <= step) {
                    kept.extend_from_slice(line.as_bytes());
                    kept.push(b'\n');
                }
            }
        }
        write(path, &kept)?;
        let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
        Ok(Self { path: path.to_path_buf(), file: BufWriter::new(file), pass })
    }

    fn write(&mut self, step: u64, seconds: f64, figures: &Figures) -> Result<(), FitError> {
        let mut line = serde_json::Map::new();
        line.insert("pass".to_owned(), serde_json::to_value(self.pass).unwrap_or_default());
        line.insert("step".to_owned(), step.into());
        line.insert("seconds".to_owned(), ((seconds * 1e3).round() / 1e3).into());
        line.extend(figures.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
        self.put(&line)
    }

    /// Writes a line that names its pass and its step.
    pub(super) fn put(&mut self, line: &impl Serialize) -> Result<(), FitError> {
        serde_json::to_writer(&mut self.file, line)
            .map_err(std::io::Error::other)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|source| FitError::Io { path: self.path.clone(), source })
    }

    pub(super) fn flush(&mut self) -> Result<(), FitError> {
        self.file.flush().map_err(|source| FitError::Io { path: self.path.clone(), source })
    }
}
