//! The training loop and its parallel workers.

mod threads;

pub use threads::Threads;
