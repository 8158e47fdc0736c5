//! A model's rows beside the density that its data were drawn from.

use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Float64Type;

use super::sample::{SampleError, SampleRequest, sample};
use crate::artifact::Model;
use crate::data::density::{Against, DensitySource, MOST_POINTS};

/// The density that a path names, if it names one.
pub(super) fn density(path: &Path) -> Option<DensitySource> {
    DensitySource::named(path)?.ok()
}

/// The points of a batch with the columns of a density; none where it has others. A missing cell is NaN.
pub(super) fn points(batch: &RecordBatch) -> Option<Vec<[f64; 2]>> {
    let column = |name| batch.column_by_name(name)?.as_primitive_opt::<Float64Type>();
    let [x, y] = DensitySource::COLUMNS.map(column);
    let or_nan = |value: Option<f64>| value.unwrap_or(f64::NAN);
    Some(x?.iter().zip(y?.iter()).map(|(x, y)| [or_nan(x), or_nan(y)]).collect())
}

/// How far as many rows of a model as it was trained on, but at most [`MOST_POINTS`], are from the density of a source: as
/// figures; none where the model's columns are not those of a density.
///
/// # Errors
/// Rows that cannot be drawn.
pub(super) fn figures(
    source: &DensitySource,
    model: &Model,
    threads: usize,
) -> Result<Vec<(String, f64)>, SampleError> {
    let rows = (model.card.rows[0] as u64).min(MOST_POINTS);
    let request = SampleRequest { rows, offset: 0, seed: model.card.seed, threads };
    let mut found = Some(Vec::new());
    let mut keep = |batch: &RecordBatch| {
        found = found.take().zip(points(batch)).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        Ok(())
    };
    sample(model, &request, &mut keep, &mut ())?;
    Ok(found.map(|points| Against::new(source, &points).figures()).unwrap_or_default())
}
