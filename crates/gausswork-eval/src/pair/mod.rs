//! Two columns at a time.

mod bins;
mod contingency;
mod correlation;
mod trends;

pub use bins::{Bins, Coded, code};
pub use contingency::Contingency;
pub use correlation::Correlation;
pub use trends::{PairScore, Pairs, pairs, trends};
