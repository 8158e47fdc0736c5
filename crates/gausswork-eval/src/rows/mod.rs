//! Whole rows.

mod energy;
mod neighbourhood;
mod two_sample;

pub use energy::energy;
pub use neighbourhood::neighbourhood;
pub use two_sample::{Reference, TwoSample, two_sample};
