//! The tables of an evaluation: read, split as the model knows them, or drawn from it.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use gausswork_eval::frame::Cells;
use gausswork_eval::report::Source;

use super::{EvaluateError, EvaluateRequest};
use crate::artifact::Model;
use crate::data::table::{self, Conditions, Table, TableSchema};
use crate::run::frames::{Beside, Compared, cells};
use crate::run::split::split;
use crate::run::{Config, Event, Observer, Refit, SampleError, SampleRequest, sample};

/// What reading the tables leaves for the report.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) sources: Vec<Source>,
    /// Impossible cells, by the place of the synthetic set.
    pub(super) notes: Vec<(usize, String)>,
    synthetic: usize,
}

impl Gathered {
    /// Keeps a table's cells, as the real one would have them.
    pub(super) fn keep(
        &mut self,
        role: &str,
        (path, beside): (&PathBuf, Beside),
        schema: &TableSchema,
        compared: &Compared,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Cells>, EvaluateError> {
        let rows = beside.table.batch.num_rows();
        if rows < 2 {
            return Err(EvaluateError::TooFewRows { path: path.clone(), rows });
        }
        let (cells, mut notes) = cells(&beside.table.batch, &beside.table.schema, schema, compared);
        for (name, kind) in &beside.odd {
            if let Some(column) =
                schema.column(name).filter(|_| !notes.iter().any(|note| note.contains(name)))
            {
                notes.push(format!("Column \"{name}\" is of kind {kind}, not {}.", column.kind));
            }
        }
        if role == "synthetic" {
            self.notes.extend(notes.into_iter().map(|note| (self.synthetic, note)));
            self.synthetic += 1;
        } else {
            notes.iter().for_each(|note| observer.observe(&Event::Warning(note)));
        }
        self.sources.push(Source {
            role: role.to_owned(),
            name: path.display().to_string(),
            rows,
            fingerprint: beside.table.fingerprint,
        });
        Ok(cells)
    }
}

/// The real table.
pub(super) fn read_real(request: &EvaluateRequest<'_>) -> Result<Table, EvaluateError> {
    let path = &request.real;
    let table = match &request.model {
        // The model's kinds are those that it was fitted with.
        Some(modelled) => table::read_as(path, &request.options, &modelled.model.card.codec.schema)?,
        None => table::read(path, &request.options)?,
    };
    let rows = table.batch.num_rows();
    if rows < 2 {
        return Err(EvaluateError::TooFewRows { path: path.clone(), rows });
    }
    Ok(table)
}

/// The rows that the model was fitted to and those that it held out, where the table is the one that it was fitted to.
pub(super) fn parts(
    real: &Table,
    request: &EvaluateRequest<'_>,
    observer: &mut dyn Observer,
) -> Result<Option<[Vec<u32>; 2]>, EvaluateError> {
    let Some(modelled) = request.model.as_ref().filter(|_| request.holdout.is_none()) else {
        return Ok(None);
    };
    let card = &modelled.model.card;
    if card.fingerprint != real.fingerprint {
        observer.observe(&Event::Warning(
            "the model was fitted to another table: which of these rows it knows is not known",
        ));
        return Ok(None);
    }
    let config = Config::from_toml(&card.config)?;
    if config.training.refit == Refit::AllRows {
        observer.observe(&Event::Warning("the model was refitted to all rows: none of them is unseen"));
        return Ok(None);
    }
    let parts = split(&real.batch, config.training.held_out, config.seed);
    Ok(Some(parts).filter(|[_, held_out]| held_out.len() >= 2))
}

/// Rows drawn from the model, in memory.
pub(super) fn draw(
    model: &Model,
    rows: u64,
    request: &EvaluateRequest<'_>,
    observer: &mut dyn Observer,
) -> Result<RecordBatch, EvaluateError> {
    observer.observe(&Event::Stage("drawing rows from the model"));
    let mut batches: Vec<RecordBatch> = Vec::new();
    let (seed, threads, conditions) = (request.seed, request.threads, Conditions::default());
    let draw = SampleRequest { rows, offset: 0, seed, threads, conditions };
    let mut keep = |batch: &RecordBatch| {
        batches.push(batch.clone());
        Ok(())
    };
    sample(model, &draw, &mut keep, &mut ())?;
    let schema = Arc::new(model.card.codec.schema.canonical());
    Ok(concat_batches(&schema, &batches).map_err(SampleError::from)?)
}
