//! Canonical cells as text, spelled as their column's format says.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray,
};
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};

use super::number_style::NumberStyle;
use super::schema::{Format, Kind};

/// A canonical column that can be printed.
#[derive(Debug)]
pub(super) struct Printer<'a> {
    format: &'a Format,
    cells: Cells<'a>,
    array: &'a dyn Array,
}

#[derive(Debug)]
enum Cells<'a> {
    Integer(&'a Int64Array),
    Float { values: &'a Float64Array, single: bool },
    Boolean(&'a BooleanArray),
    Date(&'a Int64Array),
    Timestamp(&'a Int64Array),
    Text { keys: &'a Int32Array, values: &'a StringArray },
}

impl<'a> Printer<'a> {
    /// Takes a column of the canonical type of its kind; `None` if it has another type.
    pub(super) fn new(kind: Kind, format: &'a Format, array: &'a ArrayRef) -> Option<Self> {
        let cells = match kind {
            Kind::Integer => Cells::Integer(array.as_primitive_opt::<Int64Type>()?),
            Kind::Identifier if format.integer => Cells::Integer(array.as_primitive_opt::<Int64Type>()?),
            Kind::Float => {
                let single = matches!(format.arrow, Some(DataType::Float32 | DataType::Float16));
                Cells::Float { values: array.as_primitive_opt::<Float64Type>()?, single }
            }
            Kind::Boolean => Cells::Boolean(array.as_boolean_opt()?),
            Kind::Date => Cells::Date(array.as_primitive_opt::<Int64Type>()?),
            Kind::Timestamp => Cells::Timestamp(array.as_primitive_opt::<Int64Type>()?),
            Kind::Category | Kind::Identifier | Kind::Constant | Kind::Text => {
                let dictionary = array.as_dictionary_opt::<Int32Type>()?;
                Cells::Text { keys: dictionary.keys(), values: dictionary.values().as_string_opt::<i32>()? }
            }
        };
        Some(Self { format, cells, array })
    }

    /// Whether the cell is missing.
    pub(super) fn is_missing(&self, row: usize) -> bool {
        self.array.is_null(row)
    }

    /// Appends the spelling of a cell that is not missing.
    pub(super) fn print(&self, row: usize, out: &mut Vec<u8>) {
        let format = self.format;
        match &self.cells {
            Cells::Integer(values) => format.number.print_integer(values.value(row), out),
            Cells::Float { values, single } => print_float(values.value(row), *single, format, out),
            Cells::Boolean(values) => {
                let yes = values.value(row);
                let text = match &format.booleans {
                    Some([no_text, yes_text]) => {
                        if yes {
                            yes_text
                        } else {
                            no_text
                        }
                    }
                    None => {
                        if yes {
                            "true"
                        } else {
                            "false"
                        }
                    }
                };
                out.extend_from_slice(text.as_bytes());
            }
            Cells::Date(values) => format.date.print(values.value(row), out),
            Cells::Timestamp(values) => {
                let (seconds, nanos) = format.unit.split(values.value(row));
                format.timestamp.print(seconds, nanos, out);
            }
            Cells::Text { .. } => out.extend_from_slice(self.text(row).unwrap_or_default().as_bytes()),
        }
    }

    /// The cell of a text column, without copying it.
    pub(super) fn text(&self, row: usize) -> Option<&'a str> {
        let Cells::Text { keys, values } = &self.cells else {
            return None;
        };
        let key = usize::try_from(keys.value(row)).ok()?;
        (key < values.len()).then(|| values.value(key))
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the column is of single precision")]
fn print_float(value: f64, single: bool, format: &Format, out: &mut Vec<u8>) {
    let number: &NumberStyle = &format.number;
    if single && format.decimals.is_none() {
        // The fewest digits that give the single-precision number back.
        let short = (value as f32).to_string().parse().unwrap_or(value);
        number.print_float(short, None, out);
    } else {
        number.print_float(value, format.decimals, out);
    }
}
