//! Networks: named parameters on the host, and the layers that read them.

pub mod adam;
pub mod embedding;
pub mod linear;
pub mod params;

pub use adam::{Adam, AdamConfig};
pub use embedding::Embedding;
pub use linear::{Linear, PerSpanLinear, PerSpanResidual, Residual};
pub use params::{Init, Leaves, ParamId, Params};
