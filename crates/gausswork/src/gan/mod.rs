//! The generative adversarial network: a generator and a discriminator in a two-player game, its objectives, its penalties,
//! and a verdict on how it ended.

mod discriminator;
mod layer;
mod nonlinearity;
mod objective;
mod penalty;
mod record;
mod spectral;
mod swings;
#[cfg(test)]
mod tests;
pub mod verdict;

pub use discriminator::{Discriminator, DiscriminatorConfig, Layers, Mode};
pub use nonlinearity::Nonlinearity;
pub use objective::{Convention, Equilibrium, Objective, jensen_shannon_bound, value_of_game};
pub use penalty::{Penalised, PenalisedRows, Penalty, PenaltyKind, input_gradient};
pub use record::{FreshDiscriminator, GamePoint, GameRecord, ModesCaptured};
pub use spectral::Normalisation;
pub use swings::Swings;
pub use verdict::{Judgement, Verdict, judge};
