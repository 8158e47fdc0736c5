//! Networks of images, sized from the image: down from images to numbers, up from numbers to images.
//!
//! | to see | look at |
//! |---|---|
//! | what a configuration can say of them | [`ImageNetwork`] |
//! | the two networks | [`Down`], [`Up`] |
//! | what their batch normalisations saw | [`Seen`] |
//! | the sizes of the features | `pyramid.rs` |
//! | the layers of each architecture | `perceptron.rs`, `strided.rs`, `residual.rs` |
//! | one layer, and its derivative along a direction | `stage.rs`, `tangent.rs` |
//!
//! A network is a list of stages; passing it, differentiating it along a direction, its sizes and its running moments are each one
//! walk over that list, whatever the architecture.

mod builder;
mod config;
mod down;
mod perceptron;
mod pyramid;
mod residual;
mod resize;
mod seen;
mod stage;
mod strided;
mod tangent;
#[cfg(test)]
mod tests;
mod up;

pub use config::{Architecture, ImageNetwork, Normalised, Upsampling};
pub use down::Down;
pub use seen::Seen;
pub use up::Up;
