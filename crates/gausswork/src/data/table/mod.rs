//! Tables: reading, typing, encoding, decoding, writing.

pub mod category;
pub mod numeric;
pub mod scale;

/// A table could not be read, understood or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {}
