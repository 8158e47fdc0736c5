//! Games of images.
//!
//! | to see | look at |
//! |---|---|
//! | the players' networks, as a configuration has them | [`ImageGeneratorConfig`], [`ImageDiscriminatorConfig`] |
//! | what a model file says of its images | [`ImageField`] |
//! | the images of a set as a game reads them | [`Images`] |
//! | the players | [`ImageGenerator`], `critic.rs` |
//! | images drawn, and made of latents | [`draw`], [`draw_latents`] |

mod config;
mod critic;
mod draw;
mod field;
mod generator;
mod images;

pub use config::{ImageDiscriminatorConfig, ImageGeneratorConfig};
pub(super) use critic::ImageCritic;
pub use draw::{as_seen, draw, draw_latents};
pub use field::ImageField;
pub use generator::ImageGenerator;
pub use images::Images;
pub(super) use images::marked;

#[cfg(test)]
mod tests;
