//! A column of a Parquet or Arrow file, made canonical.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array};
use arrow::compute::{CastOptions, cast_with_options, concat};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, TimeUnit};
use rayon::prelude::*;

use super::arrow_type::{is_decimal, is_supported, is_text};
use super::canonical::Canonical;
use super::cells::Cells;
use super::error::{Place, TableError};
use super::infer::is_id_like;
use super::number::{grid, round_to};
use super::print::Printer;
use super::schema::{ColumnSchema, Format, Kind, TickUnit};
use super::timestamp::{Fraction, TimestampPattern, Zone};

/// Values that do not fit are errors, never nulls.
const STRICT: CastOptions<'_> =
    CastOptions { safe: false, format_options: arrow::util::display::FormatOptions::new() };

/// A column as it came from the file.
#[derive(Debug)]
pub(super) struct ArrowColumn {
    data_type: DataType,
    cells: Content,
}

#[derive(Debug)]
enum Content {
    /// Strings, or nothing but nulls.
    Text(Cells),
    /// Values in the canonical type of their own kind, batch by batch.
    Values { kind: Kind, format: Format, arrays: Vec<ArrayRef> },
}

/// The type inside a dictionary.
fn plain(data_type: &DataType) -> &DataType {
    match data_type {
        DataType::Dictionary(_, value) => value,
        data_type => data_type,
    }
}

impl ArrowColumn {
    pub(super) fn new(data_type: &DataType) -> Option<Self> {
        if !is_supported(data_type) {
            return None;
        }
        let mut format = Format { arrow: Some(data_type.clone()), ..Format::default() };
        let kind = match plain(data_type) {
            data_type if is_text(data_type) || *data_type == DataType::Null => {
                return Some(Self { data_type: format.arrow?, cells: Content::Text(Cells::default()) });
            }
            data_type if data_type.is_integer() => Kind::Integer,
            DataType::Boolean => Kind::Boolean,
            DataType::Date32 | DataType::Date64 => Kind::Date,
            DataType::Timestamp(unit, zone) => {
                format.unit = match unit {
                    TimeUnit::Second => TickUnit::Second,
                    TimeUnit::Millisecond => TickUnit::Millisecond,
                    TimeUnit::Microsecond => TickUnit::Microsecond,
                    TimeUnit::Nanosecond => TickUnit::Nanosecond,
                };
                let zone = if zone.is_some() { Zone::Z } else { Zone::None };
                format.timestamp = TimestampPattern { zone, ..TimestampPattern::default() };
                Kind::Timestamp
            }
            _ => Kind::Float,
        };
        let cells = Content::Values { kind, format, arrays: Vec::new() };
        Some(Self { data_type: data_type.clone(), cells })
    }

    /// Appends a batch's column; `before` rows came before it.
    pub(super) fn push(
        &mut self,
        array: &ArrayRef,
        before: usize,
        name: &str,
        path: &Path,
    ) -> Result<(), TableError> {
        let cast = |array: &ArrayRef, to: &DataType| {
            cast_with_options(array, to, &STRICT).map_err(|error| TableError::Column {
                file: path.to_path_buf(),
                column: name.to_owned(),
                problem: error.to_string(),
            })
        };
        match &mut self.cells {
            Content::Text(cells) if *array.data_type() == DataType::Null => {
                (0..array.len()).for_each(|_| cells.push_missing());
            }
            Content::Text(cells) => {
                let strings = cast(array, &DataType::LargeUtf8)?;
                for text in strings.as_string_opt::<i64>().into_iter().flatten() {
                    match text {
                        Some(text) => cells.push(text.as_bytes(), false),
                        None => cells.push_missing(),
                    }
                }
                if cells.is_full() {
                    return Err(TableError::TooMuchText {
                        file: path.to_path_buf(),
                        column: name.to_owned(),
                    });
                }
            }
            Content::Values { kind, arrays, .. } => {
                let array = cast(array, plain(&self.data_type))?;
                let bad = |row: usize, value: String, problem: String| {
                    let row = (before + row) as u64 + 1;
                    let place = Place { file: path.to_path_buf(), row, line: None, column: name.to_owned() };
                    TableError::Cell { place: Box::new(place), value, problem }
                };
                let array = match kind {
                    Kind::Date => cast(&cast(&array, &DataType::Date32)?, &DataType::Int32)?,
                    Kind::Float if is_decimal(array.data_type()) => decimals(&array, &cast, &bad, name)?,
                    _ => array,
                };
                if *array.data_type() == DataType::UInt64 {
                    let large = |value: Option<u64>| value.filter(|&value| i64::try_from(value).is_err());
                    let values = array.as_primitive::<arrow::datatypes::UInt64Type>();
                    if let Some((row, value)) =
                        values.iter().enumerate().find_map(|(row, value)| Some((row, large(value)?)))
                    {
                        let problem = "is beyond the whole numbers of 64 bits with a sign".to_owned();
                        return Err(bad(row, value.to_string(), problem));
                    }
                }
                let array = match kind {
                    Kind::Boolean => array,
                    Kind::Float => cast(&array, &DataType::Float64)?,
                    _ => cast(&array, &DataType::Int64)?,
                };
                if let Some(values) = array.as_primitive_opt::<Float64Type>() {
                    check_finite(values, &bad)?;
                }
                arrays.push(array);
            }
        }
        Ok(())
    }

    /// The column in canonical types, or as text cells where it is to be text or constant.
    pub(super) fn into_canonical(
        self,
        name: &str,
        wanted: Option<Kind>,
        fitted: Option<&ColumnSchema>,
        path: &Path,
    ) -> Result<Result<Canonical, (Cells, Format)>, TableError> {
        let text = Format { arrow: Some(self.data_type.clone()), ..Format::default() };
        let (kind, mut format, arrays) = match self.cells {
            Content::Text(cells) => return Ok(Err((cells, text))),
            Content::Values { kind, format, arrays } => (kind, format, arrays),
        };
        let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
        let mut array = concat(&arrays).map_err(|error| TableError::Corrupt {
            file: path.to_path_buf(),
            what: "file",
            reason: error.to_string(),
        })?;
        let distinct = distinct(&array);
        let single = matches!(plain(&self.data_type), DataType::Float32 | DataType::Float16);
        if let Some(values) = array.as_primitive_opt::<Float64Type>() {
            format.decimals = grid(values.iter().flatten(), single);
            if let (true, Some(decimals)) = (single, format.decimals) {
                // 0.1 in single precision is 0.1 here too, not 0.10000000149.
                let on_grid: Float64Array =
                    values.iter().map(|value| Some(round_to(value?, decimals))).collect();
                array = Arc::new(on_grid);
            }
            if let DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale) = plain(&self.data_type)
            {
                format.number.min_decimals = u8::try_from(*scale).unwrap_or(0).min(38);
            }
        }
        if let (Kind::Timestamp, Some(values)) = (kind, array.as_primitive_opt::<Int64Type>()) {
            let whole = values.iter().flatten().all(|ticks| format.unit.split(ticks).1 == 0);
            let digits = u8::try_from(format.unit.per_second().ilog10()).unwrap_or(0);
            format.timestamp.fraction = if whole { Fraction::None } else { Fraction::Fixed(digits) };
        }
        let (found, reason) = match wanted {
            Some(kind) => {
                (kind, if fitted.is_some() { "as in the fitted table" } else { "asked for" }.to_owned())
            }
            None => natural(kind, name, &array, distinct, &self.data_type),
        };
        let whole = fitted.map(|column| column.format.integer).unwrap_or(kind == Kind::Integer);
        let keeps = found == kind || (kind == Kind::Integer && found == Kind::Identifier && whole);
        let same_unit =
            kind != Kind::Timestamp || fitted.is_none_or(|column| column.format.unit == format.unit);
        if keeps && same_unit {
            format.integer = found == Kind::Identifier;
            let mut column = Canonical { kind: found, reason, format, distinct, array };
            if let Some(fitted) = fitted {
                column.take_spelling(fitted);
            }
            return Ok(Ok(column));
        }
        let mut cells = Cells::default();
        if let Some(printer) = Printer::new(kind, &format, &array) {
            let mut spelled = Vec::new();
            for row in 0..array.len() {
                if printer.is_missing(row) {
                    cells.push_missing();
                } else {
                    spelled.clear();
                    printer.print(row, &mut spelled);
                    cells.push(&spelled, false);
                }
            }
        }
        Ok(Err((cells, text)))
    }
}

/// Decimals as real numbers, where those hold all their digits.
fn decimals(
    array: &ArrayRef,
    cast: &impl Fn(&ArrayRef, &DataType) -> Result<ArrayRef, TableError>,
    bad: &impl Fn(usize, String, String) -> TableError,
    name: &str,
) -> Result<ArrayRef, TableError> {
    let scale = match array.data_type() {
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => *scale,
        _ => 0,
    };
    let wide = cast(array, &DataType::Decimal128(38, scale))?;
    let Some(values) = wide.as_primitive_opt::<Decimal128Type>() else {
        return cast(array, &DataType::Float64);
    };
    let large = |value: &i128| value.unsigned_abs() > 1 << 53;
    if let Some((row, _)) = values.iter().enumerate().find(|(_, value)| value.as_ref().is_some_and(large)) {
        let problem = format!(
            "has more digits than a real number holds; if these are codes, give --types {name}=category"
        );
        return Err(bad(row, values.value_as_string(row), problem));
    }
    let unit = 10f64.powi(i32::from(scale));
    #[allow(clippy::cast_precision_loss, reason = "checked just before")]
    let floats: Float64Array = values.iter().map(|value| Some(value? as f64 / unit)).collect();
    Ok(Arc::new(floats))
}

fn check_finite(
    values: &Float64Array,
    bad: &impl Fn(usize, String, String) -> TableError,
) -> Result<(), TableError> {
    let held = |value: f64| value.abs() <= f64::from(f32::MAX);
    let found =
        values.iter().enumerate().find_map(|(row, value)| Some((row, value.filter(|&value| !held(value))?)));
    match found {
        None => Ok(()),
        Some((row, value)) => {
            let problem = if value.is_finite() {
                "is beyond the numbers of single precision (3.4e38)"
            } else {
                "is not a finite number; write null if it means a missing cell, or correct the file"
            };
            Err(bad(row, value.to_string(), problem.to_owned()))
        }
    }
}

/// The number of different values, missing ones not counted.
fn distinct(array: &ArrayRef) -> u64 {
    let mut bits: Vec<u64> = if let Some(values) = array.as_primitive_opt::<Int64Type>() {
        values.iter().flatten().map(i64::cast_unsigned).collect()
    } else if let Some(values) = array.as_primitive_opt::<Float64Type>() {
        values.iter().flatten().map(f64::to_bits).collect()
    } else if let Some(values) = array.as_boolean_opt() {
        values.iter().flatten().map(u64::from).collect()
    } else {
        Vec::new()
    };
    bits.par_sort_unstable();
    bits.dedup();
    bits.len() as u64
}

/// The kind of a column of values, and why.
fn natural(kind: Kind, name: &str, array: &ArrayRef, distinct: u64, data_type: &DataType) -> (Kind, String) {
    let present = (array.len() - array.null_count()) as u64;
    if distinct == 0 {
        return (Kind::Constant, "every cell is missing".to_owned());
    }
    if distinct == 1 {
        return (Kind::Constant, "every cell is the same".to_owned());
    }
    if let (Kind::Integer, Some(values), true) =
        (kind, array.as_primitive_opt::<Int64Type>(), distinct == present)
    {
        if let Some(step) = step(values) {
            return (Kind::Identifier, format!("numbers the rows in order, in steps of {step}"));
        }
        if is_id_like(name) {
            return (
                Kind::Identifier,
                "whole numbers, all different, under the name of an identifier".to_owned(),
            );
        }
    }
    (kind, format!("the file's type is {data_type}"))
}

/// The step of the arithmetic progression that the rows are, if they are one.
fn step(values: &Int64Array) -> Option<i64> {
    if values.null_count() > 0 || values.len() < 20 {
        return None;
    }
    let values = values.values();
    let step = values.get(1)?.checked_sub(*values.first()?)?;
    let steady = values.windows(2).all(|pair| matches!(pair, [a, b] if a.checked_add(step) == Some(*b)));
    (steady && step != 0).then_some(step)
}
