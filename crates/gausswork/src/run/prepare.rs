//! A table made ready for a fit: read, split, encoded.

use std::path::Path;
use std::time::Instant;

use super::config::Config;
use super::fit::{FEWEST_ROWS, FitError};
use super::{Event, Observer};
use crate::data::table::{self, Table, TableCodec};
use crate::layout::Features;
use crate::noise::{Noise, Stream};

/// Most rows held out.
const MOST_HELD_OUT: usize = 10_000;
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
    let noise = Noise::new(config.seed);
    let held = ((config.training.held_out * rows as f64).round() as usize).min(MOST_HELD_OUT);
    let order = noise.permutation(Stream::Split, 0, rows);
    // A row that holds the end of a numeric column is never held out: what the column may hold is learned.
    let extremes = table::rows_of_extremes(&table.batch);
    let (ends, others): (Vec<u32>, Vec<u32>) =
        order.iter().partition(|row| extremes.binary_search(row).is_ok());
    let held = held.min(others.len());
    let mut held_out = others[..held].to_vec();
    let mut train = [&ends, &others[held..]].concat();
    // In file order, neighbours in memory are neighbours in the batch's gather.
    held_out.sort_unstable();
    train.sort_unstable();
    let uncoded = |source| FitError::Codec { path: path.to_path_buf(), source };
    let codec = TableCodec::fit(&table, &train).map_err(uncoded)?;
    let config = config.resolved(train.len(), codec.layout().spans.len())?;
    let features = codec.encode(&table.batch).map_err(uncoded)?;
    let seconds = start.elapsed().as_secs_f64();
    let schema = &table.schema;
    observer.observe(&Event::Read { rows, columns: schema.columns.len(), schema, seconds });
    Ok(Prepared { config, table, codec, features, train, held_out })
}
