//! Data as people have it, and its codec to and from the features that a model sees.

pub mod density;
pub mod image;
pub mod table;
