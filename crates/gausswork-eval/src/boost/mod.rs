//! Gradient-boosted trees: the judge of rows and of their usefulness.
//!
//! Second-order boosting on histograms (Chen & Guestrin 2016, *XGBoost*, arXiv:1603.02754, eq. 2–7 and algorithm 3),
//! with the defaults of that paper's implementation: 100 rounds of trees of depth 6, step 0.3, λ = 1, at least 1
//! of second derivatives in a leaf, 256 bins, missing cells sent to the better side. Each fit runs on one thread and in
//! one order, so it gives the same trees everywhere.

mod binned;
mod booster;
mod histogram;
mod loss;
mod part;
mod predict;
mod split;
mod training;
mod tree;

pub use binned::{Binned, Cuts};
pub use booster::{Booster, Settings};
pub use loss::{Objective, Target, sigmoid};
