//! Tables: reading, typing, encoding, decoding, writing.

mod arrow_read;
mod arrow_type;
mod arrow_write;
mod canonical;
pub mod category;
mod cells;
mod codec;
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
pub mod numeric;
mod permutation;
mod print;
mod read;
pub mod scale;
pub mod schema;
mod shape;
mod template;
mod write;

pub use codec::{CodecError, ColumnCodec, TableCodec};
pub use error::{Place, TableError};
pub use file::{Compression, FileFormat, from_path};
pub use identifier::IdentifierModel;
pub(crate) use read::edit_distance;
pub use read::{ReadOptions, Table, read, read_as};
pub use schema::{ColumnSchema, Dialect, Format, Kind, LineEnding, TableSchema, TickUnit, UnknownKind};
pub use write::TableWriter;
