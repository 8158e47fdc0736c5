//! Networks: named parameters on the host, and the layers that read them.

pub mod adam;
pub mod convolution;
pub mod dropout;
pub mod embedding;
pub mod image;
pub mod linear;
pub mod nonlinearity;
pub mod norm;
pub mod params;

pub use adam::{Adam, AdamConfig};
pub use convolution::{Conv2d, ConvConfig, ConvTranspose2d};
pub use dropout::dropout;
pub use embedding::Embedding;
pub use linear::{Linear, PerSpanLinear, PerSpanResidual, Residual};
pub use nonlinearity::Nonlinearity;
pub use norm::{BatchNorm, LayerNorm, Phase};
pub use params::{Init, Leaves, ParamId, Params};
