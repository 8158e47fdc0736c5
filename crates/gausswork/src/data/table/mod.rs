//! Tables: reading, typing, encoding, decoding, writing.

mod arrow_column;
mod arrow_read;
mod arrow_type;
mod arrow_write;
mod canonical;
mod cells;
mod column;
mod csv_read;
mod csv_split;
mod csv_write;
pub mod date;
mod dialect;
mod error;
mod file;
mod force;
pub mod identifier;
mod infer;
mod missing;
mod number;
pub mod number_style;
mod permutation;
mod print;
mod read;
pub mod schema;
mod shape;
mod template;
pub mod timestamp;
mod write;

pub use error::{Place, TableError};
pub use file::{Compression, FileFormat, from_path};
pub use identifier::IdentifierModel;
pub use number::round_to;
pub use read::{ReadOptions, Table, read, read_as};
pub use schema::{
    ColumnSchema, Dialect, Format, Kind, LineEnding, TableSchema, TickUnit, UnknownKind,
};
pub use write::TableWriter;
