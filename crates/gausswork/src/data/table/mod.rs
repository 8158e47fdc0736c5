//! Tables: reading, typing, encoding, decoding, writing.

pub mod category;
pub mod numeric;
pub mod scale;
mod arrow_read;
mod arrow_type;
mod arrow_write;
mod canonical;
mod cells;
mod csv_read;
mod csv_split;
mod csv_write;
pub mod date;
mod dialect;
mod error;
mod file;
pub mod identifier;
mod infer;
mod missing;
pub mod number;
mod permutation;
mod print;
mod read;
pub mod schema;
mod shape;
mod template;
mod write;

pub use error::{Place, TableError};
pub use identifier::IdentifierModel;
pub use file::{Compression, FileFormat, from_path};
pub use read::{ReadOptions, Table, read, read_as};
pub use schema::{ColumnSchema, Dialect, Format, Kind, LineEnding, TableSchema, TickUnit, UnknownKind};
pub use write::TableWriter;
