//! Conditions on rows: `sex=Female,age>40`, held against a table's columns, and rows held against them.
//!
//! A value is read as its column spells its cells. A missing cell meets no comparison with a value, neither `=` nor
//! `!=`, as in SQL; `age=` asks for missing cells, `age!=` for present ones, and so does the column's own spelling of a
//! missing cell (`city=NA`) unless it is one of its values or stands in quotes.

mod clause;
mod error;
mod reach;
mod value;

use std::cmp::Ordering;
use std::fmt;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{and, filter_record_batch, is_not_null, is_null};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use arrow::error::ArrowError;

pub use clause::{Clause, Clauses, Relation, Written};
pub use error::ConditionError;

use super::codec::TableCodec;
use super::read::nearest;
use super::schema::TableSchema;
use crate::layout::Coded;
use reach::Left;
use value::Value;

/// What a cell is asked.
#[derive(Clone, PartialEq, Debug)]
enum Test {
    Missing,
    Present,
    Compare(Relation, Value),
}

/// One condition on one column of a table.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    clause: Clause,
    /// The column's position.
    column: usize,
    test: Test,
}

/// Conditions on the rows of a table, all of which are to hold; none by default.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Conditions {
    all: Vec<Condition>,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.clause.fmt(f)
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, condition) in self.all.iter().enumerate() {
            write!(f, "{}{condition}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

impl Conditions {
    /// Reads conditions on the rows of a table.
    ///
    /// # Errors
    /// See [`ConditionError`]; whether a model can draw such rows is not known here but to [`Conditions::check`].
    pub fn parse(text: &str, schema: &TableSchema) -> Result<Self, ConditionError> {
        Self::new(&[text.parse()?], schema)
    }

    /// Holds clauses against the columns of a table.
    ///
    /// # Errors
    /// As for [`Conditions::parse`].
    pub fn new(clauses: &[Clauses], schema: &TableSchema) -> Result<Self, ConditionError> {
        let clauses = clauses.iter().flat_map(|Clauses(clauses)| clauses);
        let all = clauses.map(|clause| Condition::new(clause, schema)).collect::<Result<_, _>>()?;
        let conditions = Self { all };
        conditions.by_column().try_for_each(|(_, conditions)| Left::of(&conditions).map(drop))?;
        Ok(conditions)
    }

    /// Checks that rows which a codec decodes can meet the conditions: that categories exist, that numbers lie where
    /// values are drawn. Whether columns can meet them together only drawing shows.
    ///
    /// # Errors
    /// The first condition, or conditions on one column, that no row can meet.
    pub fn check(&self, codec: &TableCodec) -> Result<(), ConditionError> {
        for (column, conditions) in self.by_column() {
            if let (Some(codec), Some(schema)) = (codec.columns.get(column), codec.schema.columns.get(column))
            {
                reach::check(&conditions, codec, schema)?;
            }
        }
        Ok(())
    }

    /// The columns without intervals of values of which the conditions leave one value that a codec draws, in its codes.
    ///
    /// # Errors
    /// Conditions on one column that contradict each other.
    pub fn determined(&self, codec: &TableCodec) -> Result<Vec<Coded>, ConditionError> {
        let mut all = Vec::new();
        for (column, conditions) in self.by_column() {
            let Some(of_column) = codec.columns.get(column) else { continue };
            let Some(schema) = codec.schema.columns.get(column) else { continue };
            let codes = reach::only(&Left::of(&conditions)?, of_column, schema.kind);
            all.extend(codes.map(|codes| Coded { column, codes }));
        }
        Ok(all)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether each row of a canonical batch meets them all; null, which is no, where a missing cell is compared.
    ///
    /// # Errors
    /// A column that is not there, or not of the canonical type of its kind.
    pub fn mask(&self, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let all = BooleanArray::from(vec![true; batch.num_rows()]);
        self.all.iter().try_fold(all, |met, condition| and(&met, &condition.mask(batch)?))
    }

    /// The rows of a canonical batch that meet them all, in order.
    ///
    /// # Errors
    /// As for [`Conditions::mask`].
    pub fn filter(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        // A comparison with a missing cell is neither true nor false; such a row is left out.
        filter_record_batch(batch, &self.mask(batch)?)
    }

    /// The conditions on each column that has some.
    fn by_column(&self) -> impl Iterator<Item = (usize, Vec<&Condition>)> {
        let mut columns: Vec<usize> = self.all.iter().map(|condition| condition.column).collect();
        columns.sort_unstable();
        columns.dedup();
        let of = |column| self.all.iter().filter(|condition| condition.column == column).collect();
        columns.into_iter().map(move |column| (column, of(column)))
    }
}

impl Condition {
    fn new(clause: &Clause, schema: &TableSchema) -> Result<Self, ConditionError> {
        let Clause { column: name, relation, value } = clause;
        let Some(column) = schema.columns.iter().position(|column| column.name == *name) else {
            let names: Vec<String> = schema.columns.iter().map(|column| column.name.clone()).collect();
            let nearest = nearest(name, &names);
            let (condition, column) = (clause.to_string(), name.clone());
            return Err(ConditionError::UnknownColumn { condition, column, nearest });
        };
        let described = schema.columns.get(column);
        let missing = match value {
            Written::Bare(text) => {
                text.is_empty() || described.is_some_and(|c| c.missing > 0 && c.format.null == *text)
            }
            Written::Quoted(_) => false,
        };
        let test = match (described, relation) {
            (_, Relation::Equal) if missing => Test::Missing,
            (_, Relation::Different) if missing => Test::Present,
            (_, &relation) if missing => {
                let (condition, value) = (clause.to_string(), value.text().to_owned());
                return Err(ConditionError::MissingHasNoOrder { condition, value, relation });
            }
            (Some(described), &relation) => Test::Compare(relation, Value::read(clause, described)?),
            (None, _) => Test::Present,
        };
        Ok(Self { clause: clause.clone(), column, test })
    }

    /// Whether each row of a canonical batch meets it; null where it is compared with a missing cell.
    fn mask(&self, batch: &RecordBatch) -> Result<BooleanArray, ArrowError> {
        let wrong = || {
            let name = &self.clause.column;
            ArrowError::InvalidArgumentError(format!("column \"{name}\" is not there in its canonical type"))
        };
        let array: &ArrayRef = batch.columns().get(self.column).ok_or_else(wrong)?;
        let (relation, value) = match &self.test {
            Test::Missing => return is_null(array),
            Test::Present => return is_not_null(array),
            Test::Compare(relation, value) => (*relation, value),
        };
        match value {
            Value::Integer(value) => {
                let cells = array.as_primitive_opt::<Int64Type>().ok_or_else(wrong)?;
                Ok(BooleanArray::from_unary(cells, |cell| relation.holds(cell.cmp(value))))
            }
            Value::Float(value) => {
                let cells = array.as_primitive_opt::<Float64Type>().ok_or_else(wrong)?;
                // As numbers, so that 0 and −0 are equal; no cell is a NaN.
                let compare = |cell: f64| cell.partial_cmp(value).unwrap_or(Ordering::Less);
                Ok(BooleanArray::from_unary(cells, |cell| relation.holds(compare(cell))))
            }
            Value::Boolean(value) => {
                let cells = array.as_boolean_opt().ok_or_else(wrong)?;
                Ok(cells.iter().map(|cell| cell.map(|cell| relation.holds(cell.cmp(value)))).collect())
            }
            Value::Text(value) => {
                let cells = array.as_dictionary_opt::<Int32Type>().ok_or_else(wrong)?;
                let levels = cells.values().as_string_opt::<i32>().ok_or_else(wrong)?;
                let met: Vec<bool> = levels
                    .iter()
                    .map(|level| level.is_some_and(|level| relation.holds(level.cmp(value.as_str()))))
                    .collect();
                let meets = |key: i32| usize::try_from(key).is_ok_and(|key| met.get(key) == Some(&true));
                Ok(BooleanArray::from_unary(cells.keys(), meets))
            }
        }
    }
}

#[cfg(test)]
mod tests;
