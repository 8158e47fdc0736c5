//! `gausswork score`: how likely each row of a table is under a model, and which of its cells is odd.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};
use clap::{Args, value_parser};
use gausswork::artifact::Model;
use gausswork::data::table::{
    ColumnCodec, ColumnSchema, Dialect, FileFormat, Format, Kind, TableSchema, TableWriter,
};
use gausswork::run::{Config, RowScore, ScoreRequest};
use serde_json::{Value, json};

use crate::failure::Interrupted;
use crate::output::{duration, grouped, json_to_stdout, typed};
use crate::progress::Progress;
use crate::{args, sample};

/// Score the rows of a table.
#[derive(Debug, Args)]
#[command(
    after_help = "One line per row, all in nats: row (from 1), elbo, importance_weighted, its standard_error and \
    effective_samples, distortion, rate. The ELBO is rate and distortion subtracted from 0, under the fitted prior."
)]
pub(crate) struct ScoreArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// The table: CSV (plain, .gz, .zst), Parquet or Arrow, with the columns of the fitted one
    data: PathBuf,
    /// What stands between the fields of a CSV file: one character, or "tab" [default: as fitted, or found out]
    #[arg(long, value_name = "CHARACTER", value_parser = args::delimiter, help_heading = "Data")]
    delimiter: Option<char>,
    /// What stands around the fields of a CSV file: one character, or "none" [default: as fitted, or found out]
    #[arg(long, value_name = "CHARACTER", value_parser = args::quote, help_heading = "Data")]
    quote: Option<char>,
    /// Importance samples per row; more make the importance-weighted bound tighter
    #[arg(long, value_name = "K", default_value_t = 20, value_parser = value_parser!(u32).range(1..=100_000),
        help_heading = "Score")]
    samples: u32,
    /// Also each column's share of the log-likelihood, as log_prob:NAME
    #[arg(long, help_heading = "Score")]
    columns: bool,
    /// Seed of every random number [default: the model's]
    #[arg(long, value_name = "N", help_heading = "Score")]
    seed: Option<u64>,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Score")]
    threads: Option<u16>,
    /// The file to write; "-" is stdout [default: stdout]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// csv, parquet, arrow or arrow-stream [default: by the file's extension, CSV on stdout]
    #[arg(long, value_parser = sample::formats(), help_heading = "Output")]
    format: Option<FileFormat>,
    /// Print the means as JSON on stdout, in place of the rows
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// A figure of a row: its name, and where it is found.
type Figure = (&'static str, fn(&RowScore) -> f64);

/// The figures of a row; one that does not exist is missing.
const FIGURES: [Figure; 6] = [
    ("elbo", |row| row.elbo()),
    ("importance_weighted", |row| row.importance_weighted),
    ("standard_error", |row| row.standard_error),
    ("effective_samples", |row| row.effective_samples),
    ("distortion", |row| -row.log_likelihood),
    ("rate", |row| row.rate),
];

/// Scores the rows.
///
/// # Errors
/// The library's; [`Interrupted`].
pub(crate) fn run(args: &ScoreArgs) -> anyhow::Result<()> {
    let threads = args::threads(args.threads);
    let model = args::load(&args.model)?;
    let mut config = Config::from_toml(&model.card.config)?;
    config.data.delimiter = args.delimiter.or(config.data.delimiter);
    config.data.quote = args.quote.or(config.data.quote);
    let mut options = config.read_options()?;
    // The model knows its columns' kinds.
    options.types.clear();
    let seed = args.seed.unwrap_or(model.card.seed);
    let request = ScoreRequest { samples: args.samples as usize, seed, threads };
    let columns = if args.columns { modelled(&model) } else { Vec::new() };
    let schema = schema(&columns);
    let file = sample::destination(args.output.as_deref());
    // A table and a summary do not share stdout.
    let silent = args.json && file.is_none();
    let mut progress = Progress::new("stopping");
    if file.is_none() && !silent {
        progress = progress.without_bar();
    }
    let interrupt = progress.interrupt.clone();
    interrupt.begin();
    let mut writer: Option<TableWriter> = None;
    let mut means = Means::default();
    let mut sink = |rows: &[RowScore]| -> anyhow::Result<()> {
        if interrupt.asked() {
            return Err(Interrupted.into());
        }
        let first = means.rows;
        rows.iter().for_each(|row| means.add(row));
        if silent {
            return Ok(());
        }
        let writer = match &mut writer {
            Some(writer) => writer,
            // Only now is it known that there is something to write.
            none => none.insert(sample::writer(args.output.as_deref(), args.format, &schema)?),
        };
        Ok(writer.write(&batch(&schema, first, rows, &columns)?)?)
    };
    gausswork::run::score(&model, &args.data, &options, &request, &mut sink, &mut progress)?;
    if let Some(writer) = writer {
        writer.finish()?;
    }
    progress.clear();
    let place = file.map_or_else(String::new, |path| format!(" to {}", typed(path)));
    let (rows, seconds) = (grouped(means.rows), duration(progress.seconds()));
    progress.line(&format!("{rows} rows with {} samples and seed {seed}{place} in {seconds}", args.samples));
    progress.line(&format!("means in nats per row: {}", means.text()));
    if args.json {
        json_to_stdout(&means.json(&args.data, args.samples, seed))?;
    }
    Ok(())
}

/// Numbers and names of the columns that have a log-likelihood.
fn modelled(model: &Model) -> Vec<(usize, String)> {
    let codec = &model.card.codec;
    let named = codec.schema.columns.iter().map(|column| column.name.clone()).enumerate();
    let kept = named.zip(&codec.columns).filter(|(_, codec)| !matches!(codec, ColumnCodec::Regenerated(_)));
    kept.map(|(column, _)| column).collect()
}

/// What the table of scores is.
fn schema(columns: &[(usize, String)]) -> TableSchema {
    let column = |name: String, kind: Kind| ColumnSchema {
        name,
        kind,
        reason: "a score".to_owned(),
        format: Format::default(),
        missing: 0,
        distinct: 0,
    };
    let mut all = vec![column("row".to_owned(), Kind::Integer)];
    all.extend(FIGURES.iter().map(|(name, _)| column((*name).to_owned(), Kind::Float)));
    all.extend(columns.iter().map(|(_, name)| column(format!("log_prob:{name}"), Kind::Float)));
    TableSchema { columns: all, dialect: Dialect::default(), source: FileFormat::Csv, nulls: None, rows: 0 }
}

/// Rows of the table of scores, after the first `before`.
fn batch(
    schema: &TableSchema,
    before: u64,
    rows: &[RowScore],
    columns: &[(usize, String)],
) -> anyhow::Result<RecordBatch> {
    let numbers = (before + 1..).take(rows.len()).map(i64::try_from).collect::<Result<Vec<_>, _>>()?;
    let floats = |of: &dyn Fn(&RowScore) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter(rows.iter().map(|row| Some(of(row)).filter(|v| v.is_finite()))))
    };
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(numbers))];
    arrays.extend(FIGURES.iter().map(|(_, of)| floats(of)));
    arrays.extend(columns.iter().map(|&(column, _)| floats(&|row| row.columns[column])));
    RecordBatch::try_new(Arc::new(schema.canonical()), arrays).context("scores do not form a table")
}

/// Mean and standard error of each figure over rows, by Welford's recurrence.
#[derive(Debug, Default)]
struct Means {
    rows: u64,
    mean: [f64; FIGURES.len()],
    squares: [f64; FIGURES.len()],
}

impl Means {
    fn add(&mut self, row: &RowScore) {
        self.rows += 1;
        for (i, (_, of)) in FIGURES.iter().enumerate() {
            let difference = of(row) - self.mean[i];
            self.mean[i] += difference / self.rows as f64;
            self.squares[i] += difference * (of(row) - self.mean[i]);
        }
    }

    fn standard_error(&self, i: usize) -> f64 {
        (self.squares[i] / (self.rows as f64 - 1.0) / self.rows as f64).sqrt()
    }

    /// The figures of which a mean means something: not a standard error, nor a number of samples.
    fn of_rows(&self) -> impl Iterator<Item = (&'static str, f64, f64)> {
        let meant =
            |(_, (name, _)): &(usize, &(&str, _))| !matches!(*name, "standard_error" | "effective_samples");
        let kept = FIGURES.iter().enumerate().filter(meant);
        kept.map(|(i, (name, _))| (*name, self.mean[i], self.standard_error(i)))
    }

    fn text(&self) -> String {
        let one = |(name, mean, error): (&str, f64, f64)| {
            let name = name.replace('_', "-").replace("elbo", "ELBO");
            if error.is_finite() {
                format!("{name} {mean:.3} ± {error:.3}")
            } else {
                format!("{name} {mean:.3}")
            }
        };
        self.of_rows().map(one).collect::<Vec<_>>().join(", ")
    }

    fn json(&self, data: &Path, samples: u32, seed: u64) -> Value {
        let mut value = json!({
            "data": data.display().to_string(), "rows": self.rows, "samples": samples, "seed": seed, "unit": "nats per row",
        });
        for (name, mean, error) in self.of_rows() {
            value[name] = json!({ "mean": mean, "standard_error": error });
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_have_standard_errors() {
        let row = |rate: f64| RowScore {
            log_likelihood: 0.0,
            rate_standard: 0.0,
            rate,
            importance_weighted: 0.0,
            standard_error: 0.0,
            effective_samples: 1.0,
            columns: Vec::new(),
        };
        let mut means = Means::default();
        [1.0, 2.0, 3.0, 4.0].iter().for_each(|&rate| means.add(&row(rate)));
        let last = means.of_rows().last();
        assert!(last.is_some_and(|(name, mean, error)| {
            name == "rate" && mean == 2.5 && (error - (5.0f64 / 12.0).sqrt()).abs() < 1e-12
        }));
    }
}
