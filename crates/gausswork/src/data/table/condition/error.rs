//! What can be wrong with a condition.

use super::clause::Relation;
use crate::data::table::Kind;

/// A condition cannot be understood, or no row can meet it.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// The text is not a list of comparisons.
    #[error(
        "\"{text}\" is no condition: {problem}; write for example sex=Female,age>40 (relations are =, !=, <, <=, >, \
         >=; a name or value that holds one of them or a comma stands in quotes)"
    )]
    Syntax {
        /// The text.
        text: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// There is no such column.
    #[error("{condition}: there is no column \"{column}\"{}", did_you_mean(nearest.as_deref()))]
    UnknownColumn {
        /// The condition.
        condition: String,
        /// The name given.
        column: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// The kind of the column has no order.
    #[error(
        "{condition}: column \"{column}\" is of kind {kind}, which only = and != compare, not {relation}; if it \
         holds numbers, fit it as such (--types)"
    )]
    NoOrder {
        /// The condition.
        condition: String,
        /// The column's name.
        column: String,
        /// Its kind.
        kind: Kind,
        /// The relation given.
        relation: Relation,
    },
    /// Whether a cell is missing is no matter of more or less.
    #[error(
        "{condition}: \"{value}\" means a missing cell, which only = and != compare, not {relation}; give a value"
    )]
    MissingHasNoOrder {
        /// The condition.
        condition: String,
        /// The value given.
        value: String,
        /// The relation given.
        relation: Relation,
    },
    /// The value is none that such a column can hold.
    #[error("{condition}: \"{value}\" {problem}, and column \"{column}\" is of kind {kind}")]
    Value {
        /// The condition.
        condition: String,
        /// The column's name.
        column: String,
        /// Its kind.
        kind: Kind,
        /// The value given.
        value: String,
        /// What is wrong with it, and what to write.
        problem: String,
    },
    /// No row of the fitted table has that value.
    #[error(
        "{condition}: \"{value}\" is none of the {levels} levels of column \"{column}\"; {} {}",
        if nearest.len() as u64 == *levels { "they are" } else { "the nearest are" }, listed(nearest)
    )]
    UnknownLevel {
        /// The condition.
        condition: String,
        /// The column's name.
        column: String,
        /// The value given.
        value: String,
        /// How many levels there are.
        levels: u64,
        /// The nearest, nearest first.
        nearest: Vec<String>,
    },
    /// Conditions on one column exclude each other.
    #[error("no row can meet {conditions}: they exclude each other")]
    Contradiction {
        /// All conditions on the column.
        conditions: String,
    },
    /// The model draws no such number.
    #[error("no row can meet {conditions}: the model draws \"{column}\" from {low} to {high}")]
    OutOfRange {
        /// All conditions on the column.
        conditions: String,
        /// The column's name.
        column: String,
        /// The least value, as the column spells it.
        low: String,
        /// The greatest.
        high: String,
    },
    /// The model draws values on both sides of what is asked for, but none there.
    #[error(
        "no row can meet {conditions}: between {low} and {high}, the model draws only values of \"{column}\" that \
         the fitted table had or lay near; allow a range of values"
    )]
    BetweenValues {
        /// All conditions on the column.
        conditions: String,
        /// The column's name.
        column: String,
        /// The least value, as the column spells it.
        low: String,
        /// The greatest.
        high: String,
    },
    /// The conditions exclude every level.
    #[error("no row can meet {conditions}: they leave \"{column}\" none of its values ({})", listed(values))]
    NothingLeft {
        /// All conditions on the column.
        conditions: String,
        /// The column's name.
        column: String,
        /// Its values; the first few where there are many.
        values: Vec<String>,
    },
    /// The column is never missing.
    #[error("no row can meet {conditions}: in the fitted table no cell of \"{column}\" was missing")]
    NeverMissing {
        /// All conditions on the column.
        conditions: String,
        /// The column's name.
        column: String,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
