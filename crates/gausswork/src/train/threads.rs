//! Shards on the threads of one process.

use std::sync::Mutex;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::learner::{Collective, Gradient, ShardWork, summed};

/// Runs each shard whole on one thread; tensor operations inside it find a pool of one and wake nobody.
#[derive(Debug)]
pub struct Threads {
    outer: ThreadPool,
    inner: Vec<ThreadPool>,
}

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start {threads} threads: {reason}; ask for fewer with --threads")]
pub struct ThreadsError {
    threads: usize,
    reason: String,
}

impl Threads {
    /// A pool of `threads` workers.
    ///
    /// # Errors
    /// Where the system refuses to start them.
    pub fn new(threads: usize) -> Result<Self, ThreadsError> {
        let error = |e: rayon::ThreadPoolBuildError| ThreadsError { threads, reason: e.to_string() };
        let threads = threads.max(1);
        let pool =
            |n: usize| ThreadPoolBuilder::new().num_threads(n).stack_size(16 << 20).build().map_err(error);
        Ok(Self { outer: pool(threads)?, inner: (0..threads).map(|_| pool(1)).collect::<Result<_, _>>()? })
    }

    /// Runs `work(0), …, work(items - 1)`.
    fn run<T: Send>(&self, items: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
        let results: Vec<Mutex<Option<T>>> = (0..items).map(|_| Mutex::new(None)).collect();
        let next = std::sync::atomic::AtomicUsize::new(0);
        self.outer.in_place_scope(|scope| {
            for inner in &self.inner {
                let (results, next, work) = (&results, &next, &work);
                scope.spawn(move |_| {
                    inner.install(|| {
                        loop {
                            let item = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                            let Some(slot) = results.get(item) else { break };
                            let result = work(item);
                            if let Ok(mut slot) = slot.lock() {
                                *slot = Some(result);
                            }
                        }
                    });
                });
            }
        });
        results.into_iter().filter_map(|slot| slot.into_inner().ok().flatten()).collect()
    }

    /// Runs `work` where its parallel iterators use these threads.
    pub fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.outer.install(work)
    }

    /// Number of workers.
    pub fn threads(&self) -> usize {
        self.inner.len()
    }
}

impl Collective for Threads {
    fn sum(&self, shards: usize, work: &ShardWork<'_>) -> (Gradient, Vec<f64>) {
        summed(self, self.run(shards, work))
    }

    fn each(&self, pieces: usize, work: &(dyn Fn(usize) + Sync)) {
        self.outer.install(|| (0..pieces).into_par_iter().for_each(work));
    }

    fn map(&self, items: usize, work: &(dyn Fn(usize) -> Vec<f64> + Sync)) -> Vec<Vec<f64>> {
        self.run(items, work)
    }
}
