//! Columns in canonical types, and the table that they make.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray,
};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use rayon::prelude::*;

use super::cells::Cells;
use super::column::{Typed, Values};
use super::error::TableError;
use super::file::FileFormat;
use super::read::Table;
use super::schema::{ColumnSchema, Dialect, Format, Kind, TableSchema, TickUnit};

/// A typed column in memory.
#[derive(Debug)]
pub(super) struct Canonical {
    pub(super) kind: Kind,
    pub(super) reason: String,
    pub(super) format: Format,
    pub(super) distinct: u64,
    pub(super) array: ArrayRef,
}

impl Canonical {
    /// A column of text cells in the canonical type of the kind that it was found to have.
    pub(super) fn of_text(cells: &Cells, counts: &[u64], typed: Typed) -> Self {
        let Typed { kind, reason, format, values, missing } = typed;
        let present = |code: u32| missing.get(code as usize).is_some_and(|&missing| !missing);
        let rows = cells.codes().iter().map(|&code| present(code).then_some(code as usize));
        let used: Vec<u32> = cells
            .spellings()
            .map(|(code, _)| code)
            .filter(|&code| present(code) && counts.get(code as usize).is_some_and(|&count| count > 0))
            .collect();
        let (distinct, array): (usize, ArrayRef) = match values {
            Values::Integers(values) => {
                let mut different: Vec<i64> =
                    used.iter().filter_map(|&code| values.get(code as usize).copied()).collect();
                different.par_sort_unstable();
                different.dedup();
                let array: Int64Array = rows.map(|code| values.get(code?).copied()).collect();
                (different.len(), Arc::new(array))
            }
            Values::Floats(values) => {
                let mut different: Vec<f64> =
                    used.iter().filter_map(|&code| values.get(code as usize).copied()).collect();
                different.par_sort_unstable_by(f64::total_cmp);
                different.dedup();
                let array: Float64Array = rows.map(|code| values.get(code?).copied()).collect();
                (different.len(), Arc::new(array))
            }
            Values::Booleans(values) => {
                let array: BooleanArray = rows.map(|code| values.get(code?).copied()).collect();
                (used.len(), Arc::new(array))
            }
            Values::Text => (used.len(), dictionary(cells, used)),
        };
        Self { kind, reason, format, distinct: distinct as u64, array }
    }

    /// Takes over the spelling of a fitted column of the same kind, and its reason.
    pub(super) fn take_spelling(&mut self, fitted: &ColumnSchema) {
        if self.kind == fitted.kind {
            self.format = fitted.format.clone();
            self.reason.clone_from(&fitted.reason);
        }
    }
}

/// The codes that are in use as a dictionary whose values are sorted by their bytes.
fn dictionary(cells: &Cells, mut used: Vec<u32>) -> ArrayRef {
    used.par_sort_unstable_by(|&a, &b| cells.spelling(a).cmp(cells.spelling(b)));
    let mut keys = vec![None; cells.distinct()];
    for (key, &code) in (0i32..).zip(&used) {
        if let Some(slot) = keys.get_mut(code as usize) {
            *slot = Some(key);
        }
    }
    let values: StringArray = used.iter().map(|&code| Some(cells.text(code))).collect();
    let keys: Int32Array =
        cells.codes().iter().map(|&code| keys.get(code as usize).copied().flatten()).collect();
    // Every key is the position of a value: the check cannot fail, and if it did, nothing would be there.
    match DictionaryArray::try_new(keys, Arc::new(values)) {
        Ok(array) => Arc::new(array),
        Err(_) => Arc::new(DictionaryArray::<Int32Type>::from_iter(std::iter::empty::<Option<&str>>())),
    }
}

/// The table of typed columns.
pub(super) fn table(
    path: &Path,
    source: FileFormat,
    dialect: Dialect,
    nulls: Option<Vec<String>>,
    names: Vec<String>,
    columns: Vec<Canonical>,
) -> Result<Table, TableError> {
    let rows = columns.first().map_or(0, |column| column.array.len()) as u64;
    if columns.is_empty() {
        return Err(TableError::NoColumns { file: path.to_path_buf() });
    }
    if rows == 0 {
        return Err(TableError::NoRows { file: path.to_path_buf() });
    }
    let mut arrays = Vec::with_capacity(columns.len());
    let mut schemas = Vec::with_capacity(columns.len());
    for (name, column) in names.into_iter().zip(columns) {
        let Canonical { kind, reason, format, distinct, array } = column;
        let missing = array.logical_null_count() as u64;
        schemas.push(ColumnSchema { name, kind, reason, format, missing, distinct });
        arrays.push(array);
    }
    let schema = TableSchema { columns: schemas, dialect, source, nulls, rows };
    let batch = RecordBatch::try_new(Arc::new(schema.canonical()), arrays)
        .map_err(|error| TableError::NotCanonical { problem: error.to_string() })?;
    let fingerprint = fingerprint(&schema, &batch);
    Ok(Table { schema, batch, fingerprint })
}

/// A hash of names and values that does not depend on the file's format.
fn fingerprint(schema: &TableSchema, batch: &RecordBatch) -> String {
    let hashes: Vec<blake3::Hash> = schema
        .columns
        .par_iter()
        .zip(batch.columns())
        .map(|(column, array)| {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&(column.name.len() as u64).to_le_bytes());
            hasher.update(column.name.as_bytes());
            hasher.update(column.kind.name().as_bytes());
            hash_values(&mut hasher, column, array);
            hasher.finalize()
        })
        .collect();
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"gausswork table 1");
    hasher.update(&schema.rows.to_le_bytes());
    for hash in hashes {
        hasher.update(hash.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

fn hash_values(hasher: &mut blake3::Hasher, column: &ColumnSchema, array: &ArrayRef) {
    let mut bytes = Vec::with_capacity(1 << 16);
    let mut push = |missing: bool, value: [u8; 8]| {
        bytes.push(u8::from(!missing));
        if !missing {
            bytes.extend_from_slice(&value);
        }
        if bytes.len() >= (1 << 16) - 16 {
            hasher.update(&bytes);
            bytes.clear();
        }
    };
    if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        // Ticks are hashed in a common unit: the same instants in seconds or microseconds are the same.
        let unit = if column.kind == Kind::Timestamp { column.format.unit } else { TickUnit::Second };
        let nanos = |ticks: i64| i128::from(ticks) * i128::from(1_000_000_000 / unit.per_second());
        for value in values {
            let (missing, value) = (value.is_none(), value.unwrap_or(0));
            if column.kind == Kind::Timestamp {
                let nanos = nanos(value).to_le_bytes();
                let (low, high) = nanos.split_at(8);
                push(missing, low.try_into().unwrap_or_default());
                push(missing, high.try_into().unwrap_or_default());
            } else {
                push(missing, value.to_le_bytes());
            }
        }
    } else if let Some(values) = array.as_primitive_opt::<Float64Type>() {
        values.iter().for_each(|value| push(value.is_none(), value.unwrap_or(0.0).to_bits().to_le_bytes()));
    } else if let Some(values) = array.as_boolean_opt() {
        values.iter().for_each(|value| push(value.is_none(), [u8::from(value.unwrap_or(false)); 8]));
    } else if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
        for key in dictionary.keys() {
            push(key.is_none(), i64::from(key.unwrap_or(0)).to_le_bytes());
        }
        for value in dictionary.values().as_string_opt::<i32>().into_iter().flatten() {
            let value = value.unwrap_or_default();
            push(false, (value.len() as u64).to_le_bytes());
            hasher_text(&mut push, value.as_bytes());
        }
    }
    hasher.update(&bytes);
}

/// Feeds a text in words of eight bytes, the last filled up with zeros (its length went before).
fn hasher_text(push: &mut impl FnMut(bool, [u8; 8]), text: &[u8]) {
    for word in text.chunks(8) {
        let mut padded = [0; 8];
        for (slot, byte) in padded.iter_mut().zip(word) {
            *slot = *byte;
        }
        push(false, padded);
    }
}
