//! What is wrong with an expression, and where.

use std::fmt;

use crate::{distribution::Family, error::ParameterError};

/// An expression that is no distribution.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpressionError {
    /// The whole expression.
    pub text: String,
    /// The character, counted from 0, at which it goes wrong.
    pub at: usize,
    /// What is wrong there.
    pub problem: ExpressionProblem,
}

/// What can be wrong with an expression.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ExpressionProblem {
    /// Something else should stand here.
    Expected(&'static str),
    /// A number that is none.
    Number(String),
    /// A name that no family has.
    UnknownFamily {
        /// The name.
        name: String,
        /// The family that is spelled most alike.
        nearest: Option<&'static str>,
    },
    /// A name that no parameter of the family has.
    UnknownParameter {
        /// The name.
        name: String,
        /// The names that there are.
        parameters: &'static [&'static str],
    },
    /// A parameter that is given twice.
    Repeated(&'static str),
    /// More or fewer parameters than the family has.
    WrongNumber {
        /// The family.
        family: &'static str,
        /// The names of its parameters.
        parameters: &'static [&'static str],
        /// How many were given.
        found: usize,
    },
    /// One of several components without a weight.
    Weight,
    /// Rows of a matrix that differ in length.
    Ragged {
        /// The length of the first row.
        first: usize,
        /// The length of this row.
        found: usize,
    },
    /// A distribution that does not exist.
    Parameter(ParameterError),
    /// Mixtures of mixtures of mixtures, beyond this depth.
    TooDeep(usize),
    /// An expression of more characters than this.
    TooLong(usize),
}

impl std::error::Error for ExpressionError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            ExpressionProblem::Parameter(error) => Some(error),
            _ => None,
        }
    }
}

/// Characters shown before and after the one that a caret points at.
const SHOWN: usize = 60;

impl fmt::Display for ExpressionError {
    /// The expression, or what surrounds the place if it is long, and below it a caret and what is wrong.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.at.saturating_sub(SHOWN);
        // A line break or a tab would move the caret away from its character.
        let visible = |c: char| if c.is_control() { ' ' } else { c };
        let mut shown = self.text.chars().skip(from).map(visible);
        let window: String = shown.by_ref().take(self.at - from + SHOWN).collect();
        let (before, after) =
            (if from > 0 { "…" } else { "" }, if shown.next().is_some() { "…" } else { "" });
        let indent = self.at - from + before.chars().count();
        writeln!(f, "{before}{window}{after}")?;
        write!(f, "{:indent$}^ {}", "", self.problem)
    }
}

impl fmt::Display for ExpressionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::Number(text) => write!(f, "\"{text}\" is not a number"),
            Self::UnknownFamily { name, nearest } => {
                write!(f, "there is no family \"{name}\"")?;
                if let Some(nearest) = nearest {
                    write!(f, "; did you mean \"{nearest}\"?")?;
                }
                let names: Vec<&str> = Family::ALL.iter().map(|family| family.name()).collect();
                write!(f, "\nfamilies: {}, mixture", names.join(", "))
            }
            Self::UnknownParameter { name, parameters } => {
                write!(f, "there is no parameter \"{name}\"; there are {}", parameters.join(", "))
            }
            Self::Repeated(parameter) => write!(f, "{parameter} is given twice"),
            Self::WrongNumber { family, parameters, found } => {
                let (n, s) = (parameters.len(), if parameters.len() == 1 { "" } else { "s" });
                let names = if n == 0 { String::new() } else { format!(" ({})", parameters.join(", ")) };
                write!(f, "{family} takes {n} parameter{s}{names}, not {found}")
            }
            Self::Weight => f.write_str("expected a weight, as in 0.3*normal(-1, 0.5) + 0.7*normal(2, 1)"),
            Self::Ragged { first, found } => {
                write!(f, "expected a row of {first} numbers as the first one, not of {found}")
            }
            Self::Parameter(error) => error.fmt(f),
            Self::TooDeep(depth) => write!(f, "mixtures may be nested {depth} deep, not deeper"),
            Self::TooLong(length) => write!(f, "an expression has at most {length} characters"),
        }
    }
}
