//! A table made ready for a fit: read, split, encoded.

use std::path::Path;
use std::time::Instant;

use super::config::Config;
use super::fit::{FEWEST_ROWS, FitError};
use super::split::split;
use super::{Event, Observer};
use crate::data::table::{self, Table, TableCodec};
use crate::layout::Features;

/// A table, encoded and split, with its resolved configuration.
pub(super) struct Prepared {
    pub config: Config,
    pub table: Table,
    pub codec: TableCodec,
    pub features: Features,
    pub train: Vec<u32>,
    pub held_out: Vec<u32>,
}

/// Reads, splits and encodes a table.
pub(super) fn prepare(
    path: &Path,
    config: Config,
    observer: &mut dyn Observer,
) -> Result<Prepared, FitError> {
    config.check()?;
    observer.observe(&Event::Stage(&format!("reading {}", path.display())));
    let start = Instant::now();
    let table = table::read(path, &config.read_options()?)?;
    let rows = table.batch.num_rows();
    if rows < FEWEST_ROWS {
        return Err(FitError::TooFewRows { path: path.to_path_buf(), rows });
    }
    let empty = table
        .schema
        .columns
        .iter()
        .find(|column| column.missing == rows as u64 && !config.data.types.contains_key(&column.name));
    if let Some(column) = empty {
        return Err(FitError::EmptyColumn { path: path.to_path_buf(), column: column.name.clone() });
    }
    let [train, held_out] = split(&table.batch, config.training.held_out, config.seed);
    let uncoded = |source| FitError::Codec { path: path.to_path_buf(), source };
    let codec = TableCodec::fit(&table, &train).map_err(uncoded)?;
    let config = config.resolved(train.len(), codec.layout().spans.len())?;
    let features = codec.encode(&table.batch).map_err(uncoded)?;
    let seconds = start.elapsed().as_secs_f64();
    let schema = &table.schema;
    observer.observe(&Event::Read { rows, columns: schema.columns.len(), schema, seconds });
    Ok(Prepared { config, table, codec, features, train, held_out })
}
