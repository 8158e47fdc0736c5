//! The variational autoencoder of a row: encoder `q(z|x)`, decoder `p(x|z)`, prior `p(z)`, and the bounds between them; that of
//! an image is in [`image`].

mod batch;
mod bound;
mod decoder;
mod density;
mod encoder;
mod host;
pub mod image;
mod learner;
mod mixture;
mod model;
mod posterior;
mod prior;
mod sampler;
mod scorer;
mod state;

pub use batch::Batch;
pub use bound::{RowBound, active_units, bounds, posterior_draws};
pub use decoder::{Columns, Decoder, Described};
pub use density::Density;
pub use encoder::Encoder;
pub use learner::{Objective, VaeLearner};
pub use model::{Terms, Vae, VaeConfig};
pub use posterior::{Dimension, Posteriors, encode_rows};
pub use prior::{Component, Mixture, Prior};
pub use sampler::{BLOCK, Sampler};
