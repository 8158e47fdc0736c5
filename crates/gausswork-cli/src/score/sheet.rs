//! Scores as a table, written while they are found, and their means.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use gausswork::data::table::{ColumnSchema, Dialect, FileFormat, Format, Kind, TableSchema, TableWriter};
use serde_json::{Value, json};

use crate::sample;

/// Where a table of scores goes.
#[derive(Debug)]
pub(crate) enum Destination {
    /// To a file or stdout, in a format if one is wanted.
    Table(Option<PathBuf>, Option<FileFormat>),
    /// Nowhere: only the means are wanted.
    Nowhere,
}

/// A table of scores: the number of the row, and a figure in each other column.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Of the figures.
    names: Vec<String>,
    schema: TableSchema,
    destination: Destination,
    /// Opened with the first rows: only then it is known that there is something to write.
    writer: Option<TableWriter>,
    means: Vec<Mean>,
    /// Rows so far.
    pub(crate) rows: u64,
}

impl Sheet {
    /// A table with a column for each figure.
    pub(crate) fn new(names: Vec<String>, destination: Destination) -> Self {
        let column = |name: &str, kind: Kind| ColumnSchema {
            name: name.to_owned(),
            kind,
            reason: "a score".to_owned(),
            format: Format::default(),
            missing: 0,
            distinct: 0,
        };
        let mut columns = vec![column("row", Kind::Integer)];
        columns.extend(names.iter().map(|name| column(name, Kind::Float)));
        let schema = TableSchema {
            columns,
            dialect: Dialect::default(),
            source: FileFormat::Csv,
            nulls: None,
            rows: 0,
        };
        let means = vec![Mean::default(); names.len()];
        Self { names, schema, destination, writer: None, means, rows: 0 }
    }

    /// Adds rows, each with its figures; one that does not exist is missing.
    pub(crate) fn add(&mut self, rows: &[Vec<f64>]) -> anyhow::Result<()> {
        let first = self.rows + 1;
        self.rows += rows.len() as u64;
        for row in rows {
            self.means.iter_mut().zip(row).for_each(|(mean, &value)| mean.add(value));
        }
        let Destination::Table(file, format) = &self.destination else { return Ok(()) };
        let numbers = (first..).take(rows.len()).map(i64::try_from).collect::<Result<Vec<_>, _>>()?;
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(numbers))];
        arrays.extend((0..self.means.len()).map(|figure| {
            let values = rows.iter().map(|row| Some(row[figure]).filter(|value| value.is_finite()));
            Arc::new(Float64Array::from_iter(values)) as ArrayRef
        }));
        let batch = RecordBatch::try_new(Arc::new(self.schema.canonical()), arrays);
        let batch = batch.context("scores do not form a table")?;
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(sample::writer(file.as_deref(), *format, &self.schema)?),
        };
        Ok(writer.write(&batch)?)
    }

    /// The mean of each figure, with its name.
    pub(crate) fn means(&self) -> impl Iterator<Item = (&str, Mean)> {
        self.names.iter().map(String::as_str).zip(self.means.iter().copied())
    }

    /// Completes the file.
    pub(crate) fn finish(&mut self) -> anyhow::Result<()> {
        Ok(self.writer.take().map_or(Ok(()), TableWriter::finish)?)
    }
}

/// Mean and standard error of a figure over rows, by Welford's recurrence.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mean {
    rows: u64,
    mean: f64,
    squares: f64,
}

impl Mean {
    /// Takes in one more value.
    pub(crate) fn add(&mut self, value: f64) {
        self.rows += 1;
        let difference = value - self.mean;
        self.mean += difference / self.rows as f64;
        self.squares += difference * (value - self.mean);
    }

    fn standard_error(&self) -> f64 {
        (self.squares / (self.rows as f64 - 1.0) / self.rows as f64).sqrt()
    }

    /// The mean, where there is anything to take it of.
    pub(crate) fn value(&self) -> Option<f64> {
        (self.rows > 0).then_some(self.mean)
    }

    /// With its error.
    pub(crate) fn figure(&self) -> String {
        let (mean, error) = (self.mean, self.standard_error());
        match error.is_finite() {
            true => format!("{mean:.3} ± {error:.3}"),
            false => format!("{mean:.3}"),
        }
    }

    /// In a line, with its name.
    pub(crate) fn text(&self, name: &str) -> String {
        format!("{name} {}", self.figure())
    }

    pub(crate) fn json(&self) -> Value {
        json!({ "mean": self.mean, "standard_error": self.standard_error() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_have_standard_errors() {
        let mut found = Mean::default();
        [1.0, 2.0, 3.0, 4.0].into_iter().for_each(|value| found.add(value));
        assert!(found.mean == 2.5 && (found.standard_error() - (5.0f64 / 12.0).sqrt()).abs() < 1e-12);
        let mut one = Mean::default();
        one.add(1.0);
        assert_eq!(one.text("rate"), "rate 1.000");
    }
}
