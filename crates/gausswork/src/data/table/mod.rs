//! Tables: reading, typing, encoding, decoding, writing.

/// A table could not be read, understood or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {}
