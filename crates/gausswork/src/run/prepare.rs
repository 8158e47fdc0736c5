//! A table made ready for a fit: read, split, encoded.

use std::path::Path;
use std::time::Instant;

use arrow::array::Float64Array;

use super::config::{Config, Kind};
use super::fit::{FEWEST_ROWS, FitError};
use super::split::split;
use super::{Event, Observer};
use crate::data::table::{self, Table, TableCodec};
use crate::gan::Affine;
use crate::layout::{Features, Place, Support};

/// A table, encoded and split, with its resolved configuration.
pub(super) struct Prepared {
    pub config: Config,
    pub table: Table,
    pub codec: TableCodec,
    pub features: Features,
    pub train: Vec<u32>,
    pub held_out: Vec<u32>,
    /// The rows as standardised points, where a game is played on those.
    pub points: Option<(Affine, Vec<f32>)>,
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
    let points = match config.kind {
        Kind::Gan => points(&table, &codec, &train),
        Kind::Vae => None,
    };
    Ok(Prepared { config, table, codec, features, train, held_out, points })
}

/// The rows as points, standardised by the training rows, where every column is a real number without gaps, and its values are on
/// no grid and in no heaps.
fn points(table: &Table, codec: &TableCodec, train: &[u32]) -> Option<(Affine, Vec<f32>)> {
    let columns = &table.schema.columns;
    let layout = codec.layout();
    let continuous = layout.reals().filter(|(_, real)| {
        let heaps = real.places.iter().any(|place| matches!(place, Place::Point(_)));
        real.support == Support::Continuous && !heaps
    });
    if continuous.count() < columns.len() {
        return None;
    }
    let arrays: Vec<&Float64Array> =
        table.batch.columns().iter().map(|array| array.as_any().downcast_ref()).collect::<Option<_>>()?;
    let rows = table.batch.num_rows();
    let values: Vec<f64> = (0..rows).flat_map(|row| arrays.iter().map(move |array| array.value(row))).collect();
    let d = columns.len();
    let of_train: Vec<f64> =
        train.iter().flat_map(|&row| values[row as usize * d..(row as usize + 1) * d].iter().copied()).collect();
    let affine = Affine::standardising(&of_train, d);
    let points = affine.inverse(&values);
    Some((affine, points))
}
