//! Tables from files and models, as metrics see them.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use gausswork_eval::frame::{Cells, Kind as FrameKind, MISSING};
use rayon::prelude::*;

use crate::data::table::{self, ColumnSchema, Kind, Raw, ReadOptions, Table, TableError, TableSchema};

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The columns that can be compared, and why the others are not.
pub(super) struct Compared {
    /// Places in the schema.
    pub places: Vec<usize>,
    /// Names and kinds.
    pub columns: Vec<(String, FrameKind)>,
    /// Names of the others, and why.
    pub left_out: Vec<(String, String)>,
}

impl Compared {
    /// Names of rows and free text are not compared: they are made anew for each row.
    pub(super) fn new(schema: &TableSchema) -> Self {
        let mut out = Self { places: Vec::new(), columns: Vec::new(), left_out: Vec::new() };
        for (place, column) in schema.columns.iter().enumerate() {
            let kind = match column.kind {
                Kind::Integer | Kind::Float => FrameKind::Number,
                Kind::Date | Kind::Timestamp => FrameKind::Time,
                Kind::Boolean | Kind::Category | Kind::Constant => FrameKind::Category,
                Kind::Identifier | Kind::Text => {
                    out.left_out.push((column.name.clone(), format!("{}: {}", column.kind, column.reason)));
                    continue;
                }
            };
            out.places.push(place);
            out.columns.push((column.name.clone(), kind));
        }
        out
    }
}

/// A table read beside the real one: its cells, and what in them the real columns could not hold.
pub(super) struct Beside {
    pub table: Table,
    /// Columns that hold cells of another kind, and the kind that holds them all.
    pub odd: BTreeMap<String, Kind>,
}

/// Types a table that is to have the columns of `schema`. A column with cells of another kind is read as the next kind that
/// holds them: they are to be scored, not refused; for that the file is read again.
///
/// # Errors
/// Other columns; a file that is no table.
pub(super) fn typed_beside(
    raw: Raw,
    path: &Path,
    options: &ReadOptions,
    schema: &TableSchema,
) -> Result<Beside, TableError> {
    let mut options = options.clone();
    options.types.clear();
    let mut typed = raw.typed_as(path, &options, schema);
    loop {
        let error = match typed {
            Ok(table) => return Ok(Beside { table, odd: options.types }),
            Err(error) => error,
        };
        let name = match &error {
            TableError::Cell { place, .. } => place.column.clone(),
            TableError::Column { column, .. } => column.clone(),
            _ => return Err(error),
        };
        let Some(column) = schema.column(&name) else { return Err(error) };
        let wider = match options.types.get(&name).copied().unwrap_or(column.kind) {
            Kind::Integer => Kind::Float,
            Kind::Date => Kind::Timestamp,
            Kind::Category => return Err(error),
            _ => Kind::Category,
        };
        options.types.insert(name, wider);
        typed = table::read_as(path, &options, schema);
    }
}

/// The compared columns of a table whose own schema is `own`, and sentences on cells that no number can be made of.
pub(super) fn cells(
    batch: &RecordBatch,
    own: &TableSchema,
    real: &TableSchema,
    compared: &Compared,
) -> (Vec<Cells>, Vec<String>) {
    let columns = compared.places.par_iter().zip(&compared.columns).map(|(&place, (name, kind))| {
        let array = batch.column(place);
        let (own, real) = (&own.columns[place], &real.columns[place]);
        match kind {
            FrameKind::Category => (labels(array, real), None),
            FrameKind::Number | FrameKind::Time => {
                let (values, impossible) = numbers(array, own);
                let note = (impossible > 0).then(|| {
                    let (cells, are) = if impossible == 1 { ("cell", "is") } else { ("cells", "are") };
                    format!(
                        "Column \"{name}\" has {impossible} {cells} that {are} not of kind {}; missing is what they count as.",
                        real.kind
                    )
                });
                (Cells::Numbers(values), note)
            }
        }
    });
    let (columns, notes): (Vec<Cells>, Vec<Option<String>>) = columns.unzip();
    (columns, notes.into_iter().flatten().collect())
}

/// Numbers, and instants as seconds; how many present cells are neither.
fn numbers(array: &ArrayRef, column: &ColumnSchema) -> (Vec<f64>, usize) {
    let scale = match column.kind {
        Kind::Date => DAY,
        Kind::Timestamp => 1.0 / column.format.unit.per_second() as f64,
        _ => 1.0,
    };
    let or_nan = |value: Option<f64>| value.unwrap_or(f64::NAN);
    if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        return (values.iter().map(|value| or_nan(value.map(|v| v as f64 * scale))).collect(), 0);
    }
    if let Some(values) = array.as_primitive_opt::<Float64Type>() {
        return (values.iter().map(or_nan).collect(), 0);
    }
    // Text where numbers should be: those that can be read are.
    let (codes, levels) = text(array);
    let parsed: Vec<f64> = levels.iter().map(|level| or_nan(level.trim().parse().ok())).collect();
    let of = |&code: &u32| parsed.get(code as usize).copied().unwrap_or(f64::NAN);
    let values: Vec<f64> = codes.iter().map(of).collect();
    let impossible =
        codes.iter().zip(&values).filter(|(code, value)| **code != MISSING && value.is_nan()).count();
    (values, impossible)
}

fn labels(array: &ArrayRef, real: &ColumnSchema) -> Cells {
    if let Some(values) = array.as_boolean_opt() {
        let codes = values.iter().map(|value| value.map_or(MISSING, u32::from)).collect();
        let levels = real.format.booleans.clone().unwrap_or_else(|| ["false", "true"].map(str::to_owned));
        return Cells::Labels { codes, levels: levels.to_vec() };
    }
    let (codes, levels) = text(array);
    Cells::Labels { codes, levels }
}

/// Codes and levels of a column of text; numbers, which the canonical types do not have there, are written out.
fn text(array: &ArrayRef) -> (Vec<u32>, Vec<String>) {
    if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
        let codes = dictionary.keys().iter().map(|key| key.map_or(MISSING, |key| key as u32)).collect();
        let levels = dictionary.values().as_string_opt::<i32>();
        let levels = levels.map(|levels| levels.iter().map(|l| l.unwrap_or_default().to_owned()).collect());
        return (codes, levels.unwrap_or_default());
    }
    let written: Vec<Option<String>> = if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        values.iter().map(|value| value.map(|v| v.to_string())).collect()
    } else if let Some(values) = array.as_primitive_opt::<Float64Type>() {
        values.iter().map(|value| value.map(|v| v.to_string())).collect()
    } else {
        vec![None; array.len()]
    };
    let mut levels: Vec<String> = written.iter().flatten().cloned().collect();
    levels.sort_unstable();
    levels.dedup();
    let code = |level: &Option<String>| {
        level.as_ref().and_then(|level| levels.binary_search(level).ok()).map_or(MISSING, |code| code as u32)
    };
    let codes = written.iter().map(code).collect();
    (codes, levels)
}
