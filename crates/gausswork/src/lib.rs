//! gausswork learns a likeness of people's data with deep generative models, and says how good it is.
//!
//! Conventions, everywhere in this crate: `x` is data, `z` the latent, `q(z|x)` the encoder,
//! `p(x|z)` the decoder, `p(z)` the prior. Log-likelihoods, bounds and divergences are in **nats**,
//! summed over event dimensions, and averaged over a batch only where a scalar is reported.

pub mod artifact;
pub mod data;
pub mod dist;
pub mod error;
pub mod extractor;
pub mod fused;
pub mod gan;
pub mod layout;
pub mod learner;
pub mod nn;
pub mod noise;
pub mod run;
pub mod train;
pub mod vae;
pub mod whole;

pub use error::OutOfRange;
#[doc(inline)]
pub use gausswork_divergence as divergence;
#[doc(inline)]
pub use gausswork_eval as eval;
