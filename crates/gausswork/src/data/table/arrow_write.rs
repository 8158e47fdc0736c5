//! Canonical columns back to the Arrow types that they had.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, DictionaryArray, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray, StringBuilder, new_null_array,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Float64Type, Int32Type, Int64Type, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;

use super::arrow_type::{is_decimal, is_text};
use super::error::TableError;
use super::print::Printer;
use super::schema::{ColumnSchema, Kind, TableSchema, TickUnit};
use super::timestamp::Zone;

/// Values that do not fit are errors, never nulls.
const STRICT: CastOptions<'_> =
    CastOptions { safe: false, format_options: arrow::util::display::FormatOptions::new() };

const DAY_IN_MILLISECONDS: i64 = 86_400_000;

/// Restores batch after batch.
#[derive(Debug)]
pub(super) struct Restorer {
    columns: Vec<ColumnSchema>,
    schema: SchemaRef,
    /// For each column, the dictionary so far, where a file holds one dictionary that only grows.
    levels: Vec<Option<Levels>>,
}

impl Restorer {
    /// `growing` says that a dictionary may only grow from batch to batch (Arrow files).
    pub(super) fn new(schema: &TableSchema, growing: bool) -> Self {
        let field = |column: &ColumnSchema| Field::new(&column.name, original_type(column), true);
        let fields: Vec<Field> = schema.columns.iter().map(field).collect();
        let dictionary =
            |field: &Field| matches!(field.data_type(), DataType::Dictionary(_, value) if is_text(value));
        let levels =
            fields.iter().map(|field| (growing && dictionary(field)).then(Levels::default)).collect();
        Self { columns: schema.columns.clone(), schema: Arc::new(Schema::new(fields)), levels }
    }

    /// The schema of the restored batches.
    pub(super) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// A canonical batch in its original types.
    pub(super) fn restore(&mut self, batch: &RecordBatch) -> Result<RecordBatch, TableError> {
        let mut arrays = Vec::with_capacity(self.columns.len());
        let columns = self.columns.iter().zip(self.schema.fields()).zip(&mut self.levels);
        for (((column, field), levels), array) in columns.zip(batch.columns()) {
            let target = field.data_type();
            let canonical = levels.as_mut().and_then(|levels| levels.extend(array));
            let array = canonical.as_ref().unwrap_or(array);
            let restored = restore(column, array, target).map_err(|error| TableError::DoesNotFit {
                column: column.name.clone(),
                data_type: target.to_string(),
                reason: error.to_string(),
            })?;
            arrays.push(restored);
        }
        RecordBatch::try_new(self.schema(), arrays)
            .map_err(|error| TableError::NotCanonical { problem: error.to_string() })
    }
}

/// The type that the column had, or the natural one for its kind.
fn original_type(column: &ColumnSchema) -> DataType {
    if let Some(data_type) = &column.format.arrow {
        return data_type.clone();
    }
    match column.kind {
        Kind::Date => DataType::Date32,
        Kind::Timestamp => {
            let zone = (column.format.timestamp.zone != Zone::None).then(|| "UTC".into());
            // Parquet has no seconds.
            let unit = column.format.unit.max(TickUnit::Millisecond);
            DataType::Timestamp(time_unit(unit), zone)
        }
        Kind::Category => column.canonical_type(),
        Kind::Identifier if column.format.integer => DataType::Int64,
        Kind::Identifier | Kind::Constant | Kind::Text => DataType::Utf8,
        Kind::Integer | Kind::Float | Kind::Boolean => column.canonical_type(),
    }
}

fn time_unit(unit: TickUnit) -> TimeUnit {
    match unit {
        TickUnit::Second => TimeUnit::Second,
        TickUnit::Millisecond => TimeUnit::Millisecond,
        TickUnit::Microsecond => TimeUnit::Microsecond,
        TickUnit::Nanosecond => TimeUnit::Nanosecond,
    }
}

fn cast(array: &dyn Array, to: &DataType) -> Result<ArrayRef, ArrowError> {
    cast_with_options(array, to, &STRICT)
}

fn restore(column: &ColumnSchema, array: &ArrayRef, target: &DataType) -> Result<ArrayRef, ArrowError> {
    let inner = match target {
        DataType::Dictionary(_, value) if !is_text(value) => value,
        target => target,
    };
    let integers = array.as_primitive_opt::<Int64Type>();
    let restored: ArrayRef = match (column.kind, inner) {
        (_, DataType::Null) if array.logical_null_count() == array.len() => {
            new_null_array(&DataType::Null, array.len())
        }
        (Kind::Integer | Kind::Identifier, inner) if integers.is_some() && inner.is_integer() => {
            cast(array, inner)?
        }
        (Kind::Float, inner) if inner.is_floating() || inner.is_integer() || is_decimal(inner) => {
            let values = array.as_primitive_opt::<Float64Type>();
            let values = values.ok_or_else(|| ArrowError::CastError("not a column of reals".to_owned()))?;
            restore_floats(column, values, inner)?
        }
        (Kind::Date, DataType::Date32) => cast(&cast(array, &DataType::Int32)?, &DataType::Date32)?,
        (Kind::Date, DataType::Date64) if integers.is_some() => {
            let milliseconds: Int64Array = integers
                .into_iter()
                .flatten()
                .map(|day| Some(day?.saturating_mul(DAY_IN_MILLISECONDS)))
                .collect();
            cast(&milliseconds, &DataType::Date64)?
        }
        (Kind::Timestamp, DataType::Timestamp(..)) => {
            let ticks = cast(array, &DataType::Timestamp(time_unit(column.format.unit), Some("UTC".into())))?;
            match inner {
                // Taking a zone away would shift the clock to that zone: the ticks are copied instead.
                DataType::Timestamp(unit, None) => {
                    let ticks = cast(&ticks, &DataType::Timestamp(*unit, Some("UTC".into())))?;
                    cast(&cast(&ticks, &DataType::Int64)?, inner)?
                }
                inner => cast(&ticks, inner)?,
            }
        }
        (_, inner) if array.data_type() == inner => Arc::clone(array),
        (_, inner) if is_text(array.data_type()) && is_text(inner) => cast(array, inner)?,
        (_, inner) => cast(&spelled(column, array)?, inner)?,
    };
    if restored.data_type() == target { Ok(restored) } else { cast(&restored, target) }
}

fn restore_floats(
    column: &ColumnSchema,
    values: &Float64Array,
    target: &DataType,
) -> Result<ArrayRef, ArrowError> {
    let rounded: Float64Array = match column.format.decimals {
        Some(decimals) => values.unary(|value| super::number::round_to(value, decimals)),
        None => values.clone(),
    };
    if target.is_integer() {
        return cast(&rounded.unary::<_, Float64Type>(f64::round), target);
    }
    let (DataType::Decimal32(_, scale)
    | DataType::Decimal64(_, scale)
    | DataType::Decimal128(_, scale)
    | DataType::Decimal256(_, scale)) = target
    else {
        return cast(&rounded, target);
    };
    let unit = 10f64.powi(i32::from(*scale));
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a cast saturates, and the type's own bounds are checked next"
    )]
    let digits: Decimal128Array = values.unary(|value| (value * unit).round() as i128);
    cast(&digits.with_precision_and_scale(38, *scale)?, target)
}

/// The cells as text, spelled as in the column's format.
fn spelled(column: &ColumnSchema, array: &ArrayRef) -> Result<StringArray, ArrowError> {
    let printer = Printer::new(column.kind, &column.format, array);
    let printer =
        printer.ok_or_else(|| ArrowError::CastError("not the canonical type of its kind".to_owned()))?;
    let mut texts = StringBuilder::new();
    let mut out = Vec::new();
    for row in 0..array.len() {
        if printer.is_missing(row) {
            texts.append_null();
        } else {
            out.clear();
            printer.print(row, &mut out);
            texts.append_value(String::from_utf8_lossy(&out));
        }
    }
    Ok(texts.finish())
}

/// A dictionary that only grows.
#[derive(Default, Debug)]
struct Levels {
    index: HashMap<String, i32>,
    values: Option<ArrayRef>,
}

impl Levels {
    /// The column over the grown dictionary; `None` if it is not a dictionary of text.
    fn extend(&mut self, array: &ArrayRef) -> Option<ArrayRef> {
        let dictionary = array.as_dictionary_opt::<Int32Type>()?;
        let texts = dictionary.values().as_string_opt::<i32>()?;
        let before = self.index.len();
        let mut keys = Vec::with_capacity(texts.len());
        for text in texts {
            let next = i32::try_from(self.index.len()).ok()?;
            keys.push(match text {
                Some(text) => Some(*self.index.entry(text.to_owned()).or_insert(next)),
                None => None,
            });
        }
        if before != self.index.len() || self.values.is_none() {
            let mut texts: Vec<&str> = vec![""; self.index.len()];
            for (text, &key) in &self.index {
                *texts.get_mut(usize::try_from(key).ok()?)? = text;
            }
            self.values = Some(Arc::new(StringArray::from(texts)));
        }
        let rows = dictionary.keys().iter();
        let keys: Int32Array =
            rows.map(|key| keys.get(usize::try_from(key?).ok()?).copied().flatten()).collect();
        let grown = DictionaryArray::try_new(keys, Arc::clone(self.values.as_ref()?)).ok()?;
        Some(Arc::new(grown))
    }
}
