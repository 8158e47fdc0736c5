//! The training loop and its parallel workers.

mod schedule;
mod threads;
mod trainer;

pub use schedule::{Decay, Schedule};
pub use threads::{Threads, ThreadsError};
pub use trainer::{Ended, Hooks, Progress, Shot, TrainConfig, train};
