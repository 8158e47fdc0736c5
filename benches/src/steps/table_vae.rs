//! The library's default model of a table, through the path that `gausswork fit` takes: rows gathered from the encoded
//! table, noise, shards, gradient norm, clipping, Adam, weight average, and a line of `train.jsonl` per step.
//!
//! Validations and checkpoints are put off to the end that never comes; the learning rate stays near its greatest.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use gausswork::run::{Config, Event, Existing, Observer, Run, fit};

use super::workload::{Block, Setting, Workload};

/// More steps than anyone waits for.
const STEPS: u64 = 1 << 40;

/// A fit on a thread of its own, which stops where a block ends until the next is asked for.
struct TableVae {
    next: Sender<Duration>,
    done: Receiver<Block>,
    /// The run directory; removed when this is dropped.
    _directory: tempfile::TempDir,
}

pub(super) fn make(setting: &Setting) -> anyhow::Result<Box<dyn Workload>> {
    let data: PathBuf = setting.table.clone().context("the table VAE needs --table FILE")?;
    let directory = tempfile::tempdir()?;
    let run = Run {
        data,
        directory: directory.path().to_path_buf(),
        existing: Existing::Replace,
        threads: setting.threads,
    };
    let mut config = Config::default();
    config.training.steps = Some(STEPS);
    config.training.validate_every = Some(STEPS);
    config.training.checkpoint_every = STEPS;
    config.training.checkpoint_seconds = 1e8;
    let (next, asked) = channel();
    let (finished, done) = channel();
    std::thread::spawn(move || {
        let mut gate = Gate { asked, finished, start: Instant::now(), time: Duration::ZERO, steps: 0 };
        if let Err(e) = fit(&run, config, &AtomicBool::new(false), &mut gate) {
            eprintln!("the fit failed: {e}");
        }
    });
    Ok(Box::new(TableVae { next, done, _directory: directory }))
}

impl Workload for TableVae {
    fn train(&mut self, time: Duration) -> anyhow::Result<Block> {
        self.next.send(time).context("the fit has ended")?;
        self.done.recv().context("the fit has ended")
    }
}

/// Holds the fit between two blocks.
struct Gate {
    asked: Receiver<Duration>,
    finished: Sender<Block>,
    start: Instant,
    time: Duration,
    steps: u64,
}

impl Observer for Gate {
    fn observe(&mut self, event: &Event<'_>) {
        let Event::Step { step, figures, .. } = event else { return };
        let train_elbo =
            figures.iter().find(|(name, _)| *name == "train_elbo").map_or(f64::NAN, |(_, elbo)| *elbo);
        let elapsed = self.start.elapsed();
        // The first step has no block yet; it warms up.
        if *step > 1 {
            self.steps += 1;
            if elapsed < self.time {
                return;
            }
            let block = Block { steps: self.steps, time: elapsed, loss: -train_elbo };
            if self.finished.send(block).is_err() {
                return;
            }
        }
        // Where nobody asks any more the process is about to end.
        self.time = self.asked.recv().unwrap_or(Duration::MAX);
        (self.steps, self.start) = (0, Instant::now());
    }
}
