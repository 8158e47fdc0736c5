//! The variational autoencoder of an image: encoder `q(z|x)`, decoder to a likelihood `p(x|z)` of the pixels' numbers, prior N(0, I).
//!
//! | to see | look at |
//! |---|---|
//! | sizes and objective, as a configuration has them | [`ImageVaeConfig`], [`ImageObjective`], [`EncoderGradient`] |
//! | what is said of a pixel given z | [`Likelihood`] |
//! | what stands for an image: coin flips, or its grey levels | [`Pixels`] |
//! | the images that a model is of | [`ImageFrame`] |
//! | the networks | [`ImageVae`] |
//! | one step of training, held-out figures | [`ImageLearner`] |
//! | bounds on `log p(x)` | [`image_bounds`] |
//! | how far the encoded images are from the prior | [`aggregate()`] |
//! | tight ones, from below and of simulated images from above | [`Annealer`], [`Simulated`] |
//! | images drawn, images rebuilt | [`draw_images`], [`reconstruct_images`] |
//! | images to latents and back, what each dimension does | [`encode_images`], [`decode_latents`] |

mod aggregate;
mod annealing;
mod bound;
mod config;
mod draw;
mod gradient;
mod latent;
mod learner;
mod levels;
mod likelihood;
mod model;
mod objective;
mod pixels;
mod scorer;
mod simulated;
mod validation;
mod weights;

pub use aggregate::{Aggregate, aggregate};
pub use annealing::{AnnealedBound, AnnealedBounds, Annealer, Annealing, Start};
pub use bound::{Activity, ImageBound, activity, image_bounds};
pub use config::ImageVaeConfig;
pub use draw::{DRAWN_TOGETHER, Reconstruction, Shown, draw_images, drawn_labels, reconstruct_images};
pub use latent::{decode_latents, draw_key, encode_images};
pub use learner::ImageLearner;
pub use likelihood::{Binarisation, Family, Likelihood, Sigma};
pub use model::{ImageVae, Moments};
pub use objective::{EncoderGradient, ImageObjective};
pub use pixels::Pixels;
pub use simulated::{Simulated, Source};

pub use crate::data::image::ImageFrame;
pub use crate::nn::Nonlinearity;
