//! Parquet and Arrow files to canonical columns.

use std::fs::File;
use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rayon::prelude::*;

use super::arrow_column::ArrowColumn;
use super::error::TableError;
use super::read::ReadOptions;

type Columns = Vec<(String, ArrowColumn)>;

/// Reads a Parquet file.
pub(super) fn parquet(input: File, path: &Path, options: &ReadOptions) -> Result<Columns, TableError> {
    guarded("Parquet file", path, || {
        let reader = ParquetRecordBatchReaderBuilder::try_new(input).map_err(|error| error.to_string())?;
        let schema = Arc::clone(reader.schema());
        let mut reader = reader.with_batch_size(65_536);
        if let Some(most) = options.max_rows {
            reader = reader.with_limit(usize::try_from(most).unwrap_or(usize::MAX));
        }
        let batches = reader.build().map_err(|error| error.to_string())?;
        Ok(collect(&schema, batches, path, options))
    })
}

/// Reads an Arrow IPC file.
pub(super) fn file(
    input: impl Read + Seek,
    path: &Path,
    options: &ReadOptions,
) -> Result<Columns, TableError> {
    guarded("Arrow file", path, || {
        let batches = FileReader::try_new(input, None).map_err(|error| error.to_string())?;
        Ok(collect(&batches.schema(), batches, path, options))
    })
}

/// Reads an Arrow IPC stream.
pub(super) fn stream(input: impl Read, path: &Path, options: &ReadOptions) -> Result<Columns, TableError> {
    guarded("Arrow stream", path, || {
        let batches = StreamReader::try_new(input, None).map_err(|error| error.to_string())?;
        Ok(collect(&batches.schema(), batches, path, options))
    })
}

/// Runs a decoder over bytes that anyone may have damaged: it checks what it reads, and where it does
/// not and panics, that too is the file's fault.
fn guarded(
    what: &'static str,
    path: &Path,
    decode: impl FnOnce() -> Result<Result<Columns, TableError>, String>,
) -> Result<Columns, TableError> {
    let corrupt = |reason: String| TableError::Corrupt { file: path.to_path_buf(), what, reason };
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(Err(TableError::Corrupt { reason, .. }))) => Err(corrupt(reason)),
        Ok(Ok(result)) => result,
        Ok(Err(reason)) => Err(corrupt(reason)),
        Err(_) => Err(corrupt("the decoder gave up".to_owned())),
    }
}

/// Takes batch after batch into the columns.
fn collect(
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    path: &Path,
    options: &ReadOptions,
) -> Result<Columns, TableError> {
    let mut columns: Columns = Vec::with_capacity(schema.fields().len());
    for field in schema.fields() {
        let Some(column) = ArrowColumn::new(field.data_type()) else {
            let data_type = field.data_type().to_string();
            return Err(TableError::UnsupportedType {
                file: path.to_path_buf(),
                column: field.name().clone(),
                data_type,
            });
        };
        columns.push((field.name().clone(), column));
    }
    let mut left = options.max_rows.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    let mut rows = 0;
    for batch in batches {
        let batch = batch.map_err(|error| TableError::Corrupt {
            file: path.to_path_buf(),
            what: "file",
            reason: error.to_string(),
        })?;
        let batch = batch.slice(0, batch.num_rows().min(left));
        columns
            .par_iter_mut()
            .zip(batch.columns())
            .map(|((name, column), array)| column.push(array, rows, name, path))
            .collect::<Vec<_>>()
            .into_iter()
            .collect::<Result<(), _>>()?;
        rows += batch.num_rows();
        left -= batch.num_rows();
        if left == 0 {
            break;
        }
    }
    if rows == 0 && !columns.is_empty() {
        return Err(TableError::NoRows { file: path.to_path_buf() });
    }
    Ok(columns)
}
