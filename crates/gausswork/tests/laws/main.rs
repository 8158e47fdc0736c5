//! Laws of probability that the models must obey, checked through the public API.
//!
//! Tolerances come from the error analysis written beside them, or from standard errors at a stated level.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod aggregate;
mod annealing;
mod bounds;
mod conditions;
mod decoder;
mod distributions;
mod divergence;
mod families;
mod game;
mod images;
mod labels;
mod learner;
mod objective;
mod players;
mod prior;
mod sampler;
mod support;
mod tables;
mod tails;
mod values;
