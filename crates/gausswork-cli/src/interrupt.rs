//! Ctrl-C and SIGTERM: once to finish in order, twice to abort.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::ProgressBar;

/// The exit code of a program that a signal ended.
const ABORTED: i32 = 130;

/// What a signal does now.
#[derive(Debug, Default)]
pub(crate) struct Interrupt {
    /// Set by the first signal, if the work can stop in order.
    pub(crate) stop: AtomicBool,
    /// Whether there is something to stop in order; until then a signal aborts at once.
    pub(crate) orderly: AtomicBool,
}

impl Interrupt {
    /// Whether the user asked to stop.
    pub(crate) fn asked(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// From now on the first signal stops in order.
    pub(crate) fn begin(&self) {
        self.orderly.store(true, Ordering::Relaxed);
    }
}

/// Begins to watch for signals; `said` is told at the first, past the bar.
pub(crate) fn watch(bar: &ProgressBar, said: &'static str) -> Arc<Interrupt> {
    let interrupt = Arc::new(Interrupt::default());
    let (shared, bar) = (Arc::clone(&interrupt), bar.clone());
    let handler = move || {
        if !shared.orderly.load(Ordering::Relaxed) || shared.stop.swap(true, Ordering::Relaxed) {
            std::process::exit(ABORTED);
        }
        bar.suspend(|| crate::output::tell(said));
    };
    // Where a signal is ignored already (as under `nohup`), it stays so, and the others end the program at once: the
    // last checkpoint is then what is left.
    let _ = ctrlc::try_set_handler(handler);
    interrupt
}
