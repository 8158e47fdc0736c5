//! Values of conditions, read as their columns spell their cells.

use super::clause::{Clause, Relation};
use super::error::ConditionError;
use crate::data::table::number::{Spelled, parse_float};
use crate::data::table::schema::{ColumnSchema, Format, Kind, TickUnit};
use crate::data::table::timestamp::Zone;

/// The day that stands as an example in a message: no other reading of it is in the calendar.
const EXAMPLE_DAY: i64 = 20_088;

/// A value in the canonical type of its column.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Value {
    /// Whole numbers, days, ticks.
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Text(String),
}

impl Value {
    /// Reads the value of a clause on a column.
    pub(super) fn read(clause: &Clause, column: &ColumnSchema) -> Result<Self, ConditionError> {
        let (format, kind) = (&column.format, column.kind);
        let value = clause.value.text();
        let number = kind == Kind::Identifier && format.integer;
        let ordered = number || matches!(kind, Kind::Integer | Kind::Float | Kind::Date | Kind::Timestamp);
        if !ordered && !matches!(clause.relation, Relation::Equal | Relation::Different) {
            let (condition, column) = (clause.to_string(), column.name.clone());
            return Err(ConditionError::NoOrder { condition, column, kind, relation: clause.relation });
        }
        let bytes = value.as_bytes();
        let read = match kind {
            Kind::Integer => integer(bytes, format),
            Kind::Identifier if number => integer(bytes, format),
            Kind::Float => float(bytes, format),
            Kind::Boolean => boolean(value, format),
            Kind::Date => date(bytes, format),
            Kind::Timestamp => timestamp(bytes, format),
            Kind::Category | Kind::Identifier | Kind::Constant | Kind::Text => {
                Ok(Self::Text(value.to_owned()))
            }
        };
        read.map_err(|problem| ConditionError::Value {
            condition: clause.to_string(),
            column: column.name.clone(),
            kind,
            value: value.to_owned(),
            problem,
        })
    }
}

/// The decimal points that may be meant, the column's own first.
fn points(format: &Format) -> [u8; 2] {
    if format.number.decimal_comma { [b',', b'.'] } else { [b'.', b'.'] }
}

fn integer(text: &[u8], format: &Format) -> Result<Value, String> {
    let read = points(format).into_iter().find_map(|point| Spelled::of(text, point)?.integer());
    read.map(Value::Integer).ok_or_else(|| "is not a whole number of 64 bits".to_owned())
}

fn float(text: &[u8], format: &Format) -> Result<Value, String> {
    let read = points(format).into_iter().find_map(|point| parse_float(text, point));
    // Zero has one sign, so that values are in one order.
    read.filter(|value| value.is_finite())
        .map(|value| Value::Float(value + 0.0))
        .ok_or_else(|| "is not a finite number".to_owned())
}

fn boolean(text: &str, format: &Format) -> Result<Value, String> {
    let [no, yes] = match &format.booleans {
        Some([no, yes]) => [no.as_str(), yes.as_str()],
        None => ["false", "true"],
    };
    match text {
        text if text == yes => Ok(Value::Boolean(true)),
        text if text == no => Ok(Value::Boolean(false)),
        _ => Err(format!("is neither \"{no}\" nor \"{yes}\"")),
    }
}

fn date(text: &[u8], format: &Format) -> Result<Value, String> {
    let mut example = Vec::new();
    format.date.print(EXAMPLE_DAY, &mut example);
    let problem = || format!("is not a day spelled as in {}", String::from_utf8_lossy(&example));
    format.date.parse(text).map(Value::Integer).ok_or_else(problem)
}

/// An instant; a day alone is its midnight where the column has no zone, or universal time.
fn timestamp(text: &[u8], format: &Format) -> Result<Value, String> {
    let (pattern, unit) = (&format.timestamp, format.unit);
    let instant = pattern.parse(text).map(|at| (at.seconds, at.nanos));
    let midnight = || match pattern.zone {
        Zone::None | Zone::Z => pattern.date.parse(text).map(|day| (day * 86_400, 0)),
        Zone::Offset { .. } => None,
    };
    let Some((seconds, nanos)) = instant.or_else(midnight) else {
        let mut example = Vec::new();
        pattern.print(EXAMPLE_DAY * 86_400, 0, &mut example);
        return Err(format!("is not an instant spelled as in {}", String::from_utf8_lossy(&example)));
    };
    if i64::from(nanos) % (TickUnit::Nanosecond.per_second() / unit.per_second()) != 0 {
        return Err("has a finer fraction of a second than the column".to_owned());
    }
    let ticks = unit.ticks(seconds, nanos);
    ticks.map(Value::Integer).ok_or_else(|| "is too far from 1970 for the column".to_owned())
}
