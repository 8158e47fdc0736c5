//! What synthetic rows may tell of the rows behind them. None of it proves that they tell nothing.

mod closest;
mod copies;
mod membership;
mod neighbours;

pub use closest::closest_records;
pub use copies::exact_copies;
pub use membership::{membership_by_distance, membership_by_likelihood};
pub use neighbours::Neighbours;

/// What the figures of this module do not prove.
pub const NO_CLAIM: &str = "These figures can show that rows leak; they cannot show that none do. Distances see copies and \
near copies, not what a row's neighbours or its rare combination of values give away, and a membership test is only as \
strong as the attack that it tries. They are averages: one person may be exposed while the average is not. No figure here \
makes the rows anonymous in any legal or technical sense, and none is a guarantee such as differential privacy gives.";
