//! Whether any row can meet the conditions on a column: whether they leave each other room, and whether a codec draws
//! values there.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array};

use super::clause::Relation;
use super::error::ConditionError;
use super::value::Value;
use super::{Condition, Test};
use crate::data::table::category::CategoryCodec;
use crate::data::table::codec::ColumnCodec;
use crate::data::table::edit_distance;
use crate::data::table::numeric::{NumericCode, NumericCodec};
use crate::data::table::print::Printer;
use crate::data::table::schema::{ColumnSchema, Kind};
use crate::layout::Support;

/// Most levels that a message lists.
const LISTED: usize = 5;

/// What the conditions on a column leave of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Left {
    /// Missing cells.
    Missing,
    /// Present cells of any value.
    Present,
    /// Numbers.
    Numbers(Numbers),
    /// Names; truth values are named as their codec's levels are.
    Names { only: Option<String>, not: BTreeSet<String> },
}

/// A closed interval of numbers without some. Numbers are whole ones that have their order: integers stand for
/// themselves, floats for their place among all floats, so that "greater than x" begins at the next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numbers {
    low: i128,
    high: i128,
    holes: BTreeSet<i128>,
}

impl Numbers {
    const ALL: Self = Self { low: i128::MIN, high: i128::MAX, holes: BTreeSet::new() };

    fn restrict(&mut self, relation: Relation, at: i128) {
        let (low, high) = match relation {
            Relation::Equal => (at, at),
            Relation::Less => (i128::MIN, at - 1),
            Relation::AtMost => (i128::MIN, at),
            Relation::Greater => (at + 1, i128::MAX),
            Relation::AtLeast => (at, i128::MAX),
            Relation::Different => {
                self.holes.insert(at);
                return;
            }
        };
        (self.low, self.high) = (self.low.max(low), self.high.min(high));
    }

    fn holds(&self, at: i128) -> bool {
        (self.low..=self.high).contains(&at) && !self.holes.contains(&at)
    }

    /// Whether some number from `low` to `high` is among them.
    fn meets(&self, low: i128, high: i128) -> bool {
        let (low, high) = (self.low.max(low), self.high.min(high));
        // Among one more numbers than there are holes, one is none.
        low <= high && (0..=self.holes.len() as i128).any(|i| low + i <= high && self.holds(low + i))
    }
}

/// The place of a float among all floats.
fn order(value: f64) -> i128 {
    // Bits of positive floats are in their order; those of negative ones are in the opposite one.
    let bits = (value + 0.0).to_bits().cast_signed();
    i128::from(if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits })
}

impl Left {
    /// What conditions on one column leave of it.
    pub(super) fn of(conditions: &[&Condition]) -> Result<Self, ConditionError> {
        let mut left: Option<Self> = None;
        for condition in conditions {
            left = match (left, &condition.test) {
                (None | Some(Self::Missing), Test::Missing) => Some(Self::Missing),
                (Some(_), Test::Missing) | (Some(Self::Missing), _) => return Err(contradiction(conditions)),
                (None, Test::Present) => Some(Self::Present),
                (Some(left), Test::Present) => Some(left),
                (left, Test::Compare(relation, value)) => {
                    Some(left.unwrap_or(Self::Present).and(*relation, value))
                }
            };
        }
        match left.unwrap_or(Self::Present) {
            Self::Numbers(numbers) if !numbers.meets(i128::MIN, i128::MAX) => Err(contradiction(conditions)),
            Self::Names { only: Some(name), not } if not.contains(&name) => Err(contradiction(conditions)),
            left => Ok(left),
        }
    }

    fn and(self, relation: Relation, value: &Value) -> Self {
        let name = match value {
            Value::Integer(value) => return self.and_number(relation, i128::from(*value)),
            Value::Float(value) => return self.and_number(relation, order(*value)),
            Value::Boolean(value) => value.to_string(),
            Value::Text(text) => text.clone(),
        };
        let (mut only, mut not) = match self {
            Self::Names { only, not } => (only, not),
            _ => (None, BTreeSet::new()),
        };
        match (relation, &only) {
            (Relation::Equal, None) => only = Some(name),
            // Two names at once: the second excludes the first.
            (Relation::Equal, Some(first)) if *first != name => {
                not.insert(first.clone());
            }
            (Relation::Equal, Some(_)) => {}
            _ => {
                not.insert(name);
            }
        }
        Self::Names { only, not }
    }

    fn and_number(self, relation: Relation, at: i128) -> Self {
        let mut numbers = match self {
            Self::Numbers(numbers) => numbers,
            _ => Numbers::ALL,
        };
        numbers.restrict(relation, at);
        Self::Numbers(numbers)
    }
}

fn contradiction(conditions: &[&Condition]) -> ConditionError {
    ConditionError::Contradiction { conditions: joined(conditions) }
}

fn joined(conditions: &[&Condition]) -> String {
    conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Checks that a codec draws cells that meet the conditions on its column.
pub(super) fn check(
    conditions: &[&Condition],
    codec: &ColumnCodec,
    schema: &ColumnSchema,
) -> Result<(), ConditionError> {
    let (all, column) = (joined(conditions), schema.name.clone());
    let can_be_missing = match codec {
        ColumnCodec::Numeric { missing, .. } => missing.is_some(),
        ColumnCodec::Category(codec) => codec.missing.is_some(),
        ColumnCodec::Regenerated(model) => model.can_be_missing(),
    };
    match (Left::of(conditions)?, codec) {
        (Left::Missing, _) if !can_be_missing => {
            Err(ConditionError::NeverMissing { conditions: all, column })
        }
        (Left::Numbers(numbers), ColumnCodec::Numeric { codec, .. }) => {
            let place = |position| place(codec, schema.kind, position);
            if codec.codes.iter().any(|code| draws(codec, code, &place, &numbers)) {
                return Ok(());
            }
            let (from, to) = codec.range;
            let [low, high] = [from, to].map(|position| spelled(codec, schema, position));
            Err(if numbers.low.max(place(from)) <= numbers.high.min(place(to)) {
                ConditionError::BetweenValues { conditions: all, column, low, high }
            } else {
                ConditionError::OutOfRange { conditions: all, column, low, high }
            })
        }
        (Left::Names { only, not }, ColumnCodec::Category(codec)) => {
            known(conditions, codec, schema)?;
            if codec.levels.iter().any(|level| is_left(level, &only, &not)) {
                return Ok(());
            }
            let values = codec.levels.iter().take(LISTED).map(|level| shown(level, schema)).collect();
            Err(ConditionError::NothingLeft { conditions: all, column, values })
        }
        (Left::Names { only, not }, ColumnCodec::Regenerated(model)) => match model.constant() {
            Some(text) if only.is_some_and(|only| only != text) || not.contains(text) => {
                Err(ConditionError::NothingLeft { conditions: all, column, values: vec![text.to_owned()] })
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether a name is among those left.
fn is_left(name: &String, only: &Option<String>, not: &BTreeSet<String>) -> bool {
    only.as_ref().is_none_or(|only| only == name) && !not.contains(name)
}

/// The codes of the one value that is left of a column; none where there is not one, or where values are intervals.
pub(super) fn only(left: &Left, codec: &ColumnCodec, kind: Kind) -> Option<Vec<u16>> {
    let digits = |codec: &CategoryCodec, level| {
        let (first, second) = codec.encode(level);
        std::iter::once(first).chain(second).collect::<Vec<u16>>()
    };
    match (left, codec) {
        (Left::Missing, ColumnCodec::Category(codec)) => codec.missing.map(|_| digits(codec, None)),
        (left, ColumnCodec::Category(codec)) => {
            let is_left = |level: &String| match left {
                Left::Names { only, not } => is_left(level, only, not),
                _ => true,
            };
            let level = single((0..codec.levels.len()).filter(|&level| is_left(&codec.levels[level])))?;
            Some(digits(codec, Some(level)))
        }
        (_, ColumnCodec::Numeric { codec, .. }) if codec.has_bins() => None,
        (Left::Missing, ColumnCodec::Numeric { codec, missing }) => {
            let code = u16::try_from(codec.codes.len()).ok()?;
            missing.map(|_| vec![code])
        }
        (left, ColumnCodec::Numeric { codec, .. }) => {
            let place = |position| place(codec, kind, position);
            let is_left = |code: &usize| match left {
                Left::Numbers(numbers) => draws(codec, &codec.codes[*code], &place, numbers),
                _ => true,
            };
            let code = single((0..codec.codes.len()).filter(is_left))?;
            u16::try_from(code).ok().map(|code| vec![code])
        }
        (_, ColumnCodec::Regenerated(_)) => None,
    }
}

/// What there is, if it is one.
fn single<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// Refuses names that are no level.
fn known(
    conditions: &[&Condition],
    codec: &CategoryCodec,
    schema: &ColumnSchema,
) -> Result<(), ConditionError> {
    for condition in conditions {
        let Test::Compare(_, Value::Text(value)) = &condition.test else { continue };
        if codec.levels.binary_search(value).is_ok() {
            continue;
        }
        let wanted = value.to_lowercase();
        let mut near: Vec<(usize, &String)> =
            codec.levels.iter().map(|level| (edit_distance(&wanted, &level.to_lowercase()), level)).collect();
        near.sort();
        return Err(ConditionError::UnknownLevel {
            condition: condition.to_string(),
            column: schema.name.clone(),
            value: value.clone(),
            levels: codec.levels.len() as u64,
            nearest: near.into_iter().take(LISTED).map(|(_, level)| level.clone()).collect(),
        });
    }
    Ok(())
}

/// A level as the table spells it.
fn shown(level: &str, schema: &ColumnSchema) -> String {
    match (&schema.format.booleans, level) {
        (Some([no, _]), "false") if schema.kind == Kind::Boolean => no.clone(),
        (Some([_, yes]), "true") if schema.kind == Kind::Boolean => yes.clone(),
        _ => level.to_owned(),
    }
}

/// The place of the value at a position.
fn place(codec: &NumericCodec, kind: Kind, position: f64) -> i128 {
    match kind {
        Kind::Float => order(codec.scale.float(position)),
        _ => i128::from(codec.scale.integer(position)),
    }
}

/// Whether a code stands for one of the numbers.
fn draws(codec: &NumericCodec, code: &NumericCode, place: &dyn Fn(f64) -> i128, numbers: &Numbers) -> bool {
    let ends = match code {
        NumericCode::Atom { at, .. } => return numbers.holds(place(*at)),
        NumericCode::Bin { at, .. } => at.first().copied().zip(at.last().copied()),
    };
    let Some((from, to)) = ends else { return false };
    if codec.scale.support() == Support::Continuous {
        let (low, high) = codec.range;
        return numbers.meets(place(from.clamp(low, high)), place(to.clamp(low, high)));
    }
    // The first cell of the bin that is not below the numbers, and as many behind it as there are holes.
    let (mut first, last) = ((from + 0.5).ceil() as i64, (to - 0.5).floor() as i64);
    let mut beyond = last.saturating_add(1);
    while first < beyond {
        let middle = i64::midpoint(first, beyond);
        if place(middle as f64) < numbers.low { first = middle + 1 } else { beyond = middle }
    }
    let most = i64::try_from(numbers.holes.len()).unwrap_or(i64::MAX);
    (first..=last.min(first.saturating_add(most))).any(|cell| numbers.holds(place(cell as f64)))
}

/// The value at a position as the column spells it.
fn spelled(codec: &NumericCodec, schema: &ColumnSchema, position: f64) -> String {
    let array: ArrayRef = match schema.kind {
        Kind::Float => Arc::new(Float64Array::from(vec![codec.scale.float(position)])),
        _ => Arc::new(Int64Array::from(vec![codec.scale.integer(position)])),
    };
    let mut text = Vec::new();
    if let Some(printer) = Printer::new(schema.kind, &schema.format, &array) {
        printer.print(0, &mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}
