//! How good a synthetic table is.
//!
//! Metrics look at data, never at models. Each gives a [`Score`](score::Score): a value, its error, the sizes of the samples,
//! and through its [`Metric`](metric::Metric) the estimator's name and reference. [`report::evaluate`] runs them all on some synthetic sets and
//! on the baselines that give the numbers their scale.
//!
//! | to get | use |
//! |---|---|
//! | tables that can be compared | [`frame::Domain::align`] |
//! | one column | [`mod@column`] |
//! | two columns | [`pair`] |
//! | whole rows | [`rows`] |
//! | train on synthetic, test on real | [`usefulness`] |
//! | copies and leaks | [`privacy`] |
//! | images, as features of a named network | [`features`] |
//! | baselines | [`baseline`] |
//! | everything | [`report`] |

pub mod auc;
pub mod baseline;
pub mod boost;
pub mod column;
pub mod features;
pub mod frame;
pub mod influence;
pub mod metric;
pub mod nearest;
pub mod pair;
pub mod privacy;
pub mod random;
pub mod report;
pub mod rows;
pub mod score;
pub mod usefulness;
