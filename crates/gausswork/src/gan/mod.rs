//! The generative adversarial network: a generator and a discriminator in a two-player game, its objectives, its penalties,
//! and a verdict on how it ended.

mod discriminator;
mod layer;
mod nonlinearity;
mod objective;
mod spectral;
#[cfg(test)]
mod tests;

pub use discriminator::{Discriminator, DiscriminatorConfig, Layers, Mode};
pub use nonlinearity::Nonlinearity;
pub use objective::{Convention, Equilibrium, Objective, jensen_shannon_bound, value_of_game};
pub use spectral::Normalisation;
