//! A model's rows beside the density that its data were drawn from.

use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Float64Type;
use gausswork_eval::report::{NearTruth, Truth};
use rayon::prelude::*;

use super::sample::{SampleError, SampleRequest, sample};
use crate::artifact::Model;
use crate::data::density::{Against, DensitySource, MODE_SAMPLES, MOST_POINTS};
use crate::data::table::Conditions;
use crate::train::Threads;

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

/// How far as many rows of a model as it was trained on, but at most [`MOST_POINTS`], are from the density of a source;
/// none where the model's columns are not those of a density.
///
/// # Errors
/// Rows that cannot be drawn.
pub(super) fn against(
    source: &DensitySource,
    model: &Model,
    threads: usize,
) -> Result<Option<Against>, SampleError> {
    let rows = (model.card.rows[0] as u64).min(MOST_POINTS);
    let request =
        SampleRequest { rows, offset: 0, seed: model.card.seed, threads, conditions: Conditions::default() };
    let mut found = Some(Vec::new());
    let mut keep = |batch: &RecordBatch| {
        found = found.take().zip(points(batch)).map(|(mut all, more)| {
            all.extend(more);
            all
        });
        Ok(())
    };
    sample(model, &request, &mut keep, &mut ())?;
    let workers = Threads::new(threads)?;
    Ok(found.map(|points| workers.install(|| Against::new(source, &points))))
}

/// The synthetic sets of an evaluation, where the real rows are those of a density.
pub(super) struct Near {
    source: Option<DensitySource>,
    sets: Vec<Option<Vec<[f64; 2]>>>,
}

impl Near {
    pub(super) fn new(real: &Path) -> Self {
        Self { source: density(real), sets: Vec::new() }
    }

    /// Keeps the points of the next set, at most [`MOST_POINTS`].
    pub(super) fn keep(&mut self, batch: &RecordBatch) {
        if self.source.is_some() {
            self.sets.push(points(&batch.slice(0, batch.num_rows().min(MOST_POINTS as usize))));
        }
    }

    /// How near the sets are to the density.
    pub(super) fn truth(self, names: &[String]) -> Option<Truth> {
        let source = self.source?;
        let near = |(name, points): (&String, Option<Vec<[f64; 2]>>)| {
            let mut points = points?;
            let figures = Against::new(&source, &points).figures().into_iter().collect();
            points.truncate(MODE_SAMPLES);
            Some(NearTruth { name: name.clone(), figures, points })
        };
        let sets = names.par_iter().zip(self.sets).filter_map(near).collect();
        Some(Truth { name: source.to_string(), sets })
    }
}
