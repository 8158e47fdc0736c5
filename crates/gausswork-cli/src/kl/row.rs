//! One row of a table of pairs: from its cells to two distributions, and to what is between them.

use csv::ByteRecord;
use gausswork_divergence::{
    Distribution, Divergence, DivergenceError, Family, ParameterError, kl, measure, monte_carlo, quadrature,
};

use super::direction::{Source, best, converged, is_discrete, is_symmetric, short_name, why_infinite};

/// Where q, or p, stands in a row.
#[derive(Debug)]
pub(super) enum Place {
    /// An expression in this column.
    Expression(usize),
    /// The parameters of a family, in these columns.
    Parameters(Family, Vec<usize>),
}

/// What is wrong with a row, and in which column, if in one.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) column: Option<usize>,
    pub(super) problem: String,
}

impl Place {
    /// The distribution in a row.
    pub(super) fn read(&self, row: &ByteRecord) -> Result<Distribution, Wrong> {
        match self {
            Self::Expression(column) => {
                let text = cell(row, *column)?;
                text.parse().map_err(|error| Wrong { column: Some(*column), problem: format!("\n{error}") })
            }
            Self::Parameters(family, columns) => {
                let mut theta = [0.0; 4];
                for (value, &column) in theta.iter_mut().zip(columns) {
                    let text = cell(row, column)?.trim();
                    let problem = || format!("\"{text}\" is not a number");
                    *value = text.parse().map_err(|_| Wrong { column: Some(column), problem: problem() })?;
                }
                let theta = theta.get(..columns.len()).unwrap_or_default();
                family.with(theta).map_err(|error| {
                    let about = match &error {
                        ParameterError::OutOfRange { parameter, .. } => {
                            family.parameters().iter().position(|name| name == parameter)
                        }
                        _ => None,
                    };
                    Wrong { column: about.and_then(|i| columns.get(i)).copied(), problem: error.to_string() }
                })
            }
        }
    }
}

fn cell(row: &ByteRecord, column: usize) -> Result<&str, Wrong> {
    let wrong = |problem: &str| Wrong { column: Some(column), problem: problem.to_owned() };
    let bytes = row.get(column).ok_or_else(|| wrong("there is no such cell"))?;
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("the text is not UTF-8"))?;
    if text.trim().is_empty() { Err(wrong("the cell is empty")) } else { Ok(text) }
}

/// How rows are measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Method {
    pub(super) divergence: Divergence,
    pub(super) draws: u64,
    pub(super) seed: u64,
}

/// What is appended to a row.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) forward: f64,
    /// If it is another number.
    pub(super) reverse: Option<f64>,
    pub(super) note: String,
}

impl Method {
    /// The names of the columns that are appended.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        let reverse = (!is_symmetric(self.divergence)).then_some("reverse");
        [short_name(self.divergence)].into_iter().chain(reverse).chain(["note"]).collect()
    }

    /// Measures both directions.
    pub(super) fn measure(&self, q: &Distribution, p: &Distribution) -> Result<Measured, Wrong> {
        let mut notes = Vec::new();
        let forward = self.one(short_name(self.divergence), ("q", q), ("p", p), &mut notes)?;
        let reverse = if is_symmetric(self.divergence) {
            None
        } else {
            Some(self.one("reverse", ("p", p), ("q", q), &mut notes)?)
        };
        Ok(Measured { forward, reverse, note: notes.join("; ") })
    }

    fn one(
        &self,
        name: &str,
        (letter_a, a): (&str, &Distribution),
        (letter_b, b): (&str, &Distribution),
        notes: &mut Vec<String>,
    ) -> Result<f64, Wrong> {
        let wrong = |error: DivergenceError| Wrong { column: None, problem: error.to_string() };
        let (value, source, error) = self.value(a, b).map_err(wrong)?;
        if value == f64::INFINITY {
            notes.push(format!("{name}: {}", why_infinite(self.divergence, letter_a, a, letter_b, b)));
        } else if value.is_nan() {
            notes.push(format!("{name}: {} did not converge", source.name()));
        } else if source != Source::ClosedForm {
            notes.push(format!("{name}: {}, error {error:.1e}", source.name()));
        }
        Ok(value)
    }

    /// A value, its source and its error; the first that there is, since rows are many.
    fn value(&self, a: &Distribution, b: &Distribution) -> Result<(f64, Source, f64), DivergenceError> {
        if self.divergence == Divergence::KullbackLeibler {
            return match (kl(a, b), a.univariate().zip(b.univariate())) {
                (Ok(closed), _) => Ok((closed.value, Source::ClosedForm, 0.0)),
                (
                    Err(DivergenceError::NoClosedForm { .. } | DivergenceError::Overflow { .. }),
                    Some((x, y)),
                ) => {
                    let numeric = quadrature::kl(x, y);
                    let value = if converged(&numeric) { numeric.value } else { f64::NAN };
                    Ok((value, Source::numeric(is_discrete(a)), numeric.error))
                }
                (Err(DivergenceError::NoClosedForm { .. } | DivergenceError::Overflow { .. }), None) => {
                    let estimate = monte_carlo::kl(a, b, self.draws, self.seed)?;
                    Ok((estimate.value, Source::MonteCarlo, estimate.standard_error))
                }
                (Err(error), _) => Err(error),
            };
        }
        let answer = measure(self.divergence, a, b, self.draws, self.seed)?;
        let (value, source) =
            best(&answer, is_discrete(a)).unwrap_or((f64::NAN, Source::numeric(is_discrete(a))));
        let error = match source {
            Source::ClosedForm => Some(0.0),
            Source::Quadrature | Source::Sum => answer.numeric.map(|numeric| numeric.error),
            Source::MonteCarlo => answer.estimate.map(|estimate| estimate.standard_error),
        };
        Ok((value, source, error.unwrap_or(f64::NAN)))
    }
}
