//! A table made ready for a fit: read, split, encoded.

use std::path::Path;
use std::time::Instant;

use super::config::{Config, Kind, Of};
use super::fit::{FEWEST_ROWS, FitError};
use super::split::split;
use super::{Event, Observer, truth};
use crate::data::table::{self, Table, TableCodec};
use crate::gan::{Affine, Coordinates, DiscreteColumns};
use crate::layout::Features;

/// A table, encoded and split, with its resolved configuration.
pub(super) struct Prepared {
    pub config: Config,
    pub table: Table,
    pub codec: TableCodec,
    pub features: Features,
    pub train: Vec<u32>,
    pub held_out: Vec<u32>,
    /// What the data are.
    pub of: Of,
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
    let codec = TableCodec::fit(&table, &train, config.data.resolution).map_err(uncoded)?;
    let of = of(path);
    let config = config.resolved(train.len(), codec.layout().spans.len(), of)?;
    let features = codec.encode(&table.batch).map_err(uncoded)?;
    let seconds = start.elapsed().as_secs_f64();
    let schema = &table.schema;
    observer.observe(&Event::Read { rows, columns: schema.columns.len(), schema, seconds });
    // A game on a density is played on its points; on a table, on coded rows.
    let coordinates = config.gan.generator.points.coordinates;
    let points = match config.kind {
        Kind::Gan => truth::density(path).and_then(|_| points(&table, &train, coordinates)),
        Kind::Vae => None,
    };
    let share = config.gan.generator.rows.conditions;
    let told = config.kind == Kind::Gan && points.is_none() && share > 0.0;
    if told && DiscreteColumns::new(&codec.layout()).is_empty() {
        return Err(FitError::NothingToTell { path: path.to_path_buf(), share });
    }
    Ok(Prepared { config, table, codec, features, train, held_out, of, points })
}

/// What a model of some data is of.
pub(super) fn of(path: &Path) -> Of {
    match truth::density(path) {
        Some(_) => Of::Points,
        None => Of::Rows,
    }
}

/// The rows as points of a game, and the map to the data's coordinates.
fn points(table: &Table, train: &[u32], coordinates: Coordinates) -> Option<(Affine, Vec<f32>)> {
    let rows = truth::points(&table.batch)?;
    let affine = match coordinates {
        Coordinates::Raw => Affine::identity(2),
        Coordinates::Standardised => {
            let of_train: Vec<[f64; 2]> = train.iter().map(|&row| rows[row as usize]).collect();
            Affine::standardising(of_train.as_flattened(), 2)
        }
    };
    let points = affine.inverse(rows.as_flattened());
    Some((affine, points))
}
