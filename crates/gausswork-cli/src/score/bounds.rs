//! How likely each row of a table is under an autoencoder, and which of its cells is odd.

use gausswork::artifact::Model;
use gausswork::data::table::ColumnCodec;
use gausswork::run::{RowScore, ScoreRequest};
use serde_json::json;

use super::sheet::{Destination, Mean, Sheet};
use super::{Scoring, Told};
use crate::failure::Interrupted;
use crate::output::grouped;
use crate::progress::Progress;

/// Importance samples per row by default.
const SAMPLES: u32 = 20;

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

/// Scores the rows by bounds on their log-likelihood.
///
/// # Errors
/// The library's; [`Interrupted`].
pub(super) fn run(
    scoring: &Scoring<'_>,
    destination: Destination,
    progress: &mut Progress,
) -> anyhow::Result<Told> {
    let Scoring { args, model, options, seed, threads } = scoring;
    let samples = args.samples.unwrap_or(SAMPLES);
    let columns = if args.columns { modelled(model) } else { Vec::new() };
    let mut names: Vec<String> = FIGURES.iter().map(|(name, _)| (*name).to_owned()).collect();
    names.extend(columns.iter().map(|(_, name)| format!("log_prob:{name}")));
    let mut sheet = Sheet::new(names, destination);
    let interrupt = progress.interrupt.clone();
    let figures = |row: &RowScore| -> Vec<f64> {
        let of_columns = columns.iter().map(|&(column, _)| row.columns[column]);
        FIGURES.iter().map(|(_, of)| of(row)).chain(of_columns).collect()
    };
    let mut sink = |rows: &[RowScore]| -> anyhow::Result<()> {
        if interrupt.asked() {
            return Err(Interrupted.into());
        }
        sheet.add(&rows.iter().map(figures).collect::<Vec<_>>())
    };
    let request = ScoreRequest { samples: samples as usize, seed: *seed, threads: *threads };
    gausswork::run::score(model, &args.data, options, &request, &mut sink, progress)?;
    sheet.finish()?;
    // Those of which a mean means something: not a standard error, nor a number of samples.
    let meant = |name: &str| !matches!(name, "standard_error" | "effective_samples");
    let means: Vec<(&str, Mean)> =
        sheet.means().take(FIGURES.len()).filter(|(name, _)| meant(name)).collect();
    let text = |(name, mean): &(&str, Mean)| mean.text(&name.replace('_', "-").replace("elbo", "ELBO"));
    let told = means.iter().map(text).collect::<Vec<_>>().join(", ");
    let mut json = json!({ "rows": sheet.rows, "samples": samples, "unit": "nats per row" });
    means.iter().for_each(|(name, mean)| json[*name] = mean.json());
    Ok(Told {
        rows: format!("{} rows with {samples} samples", grouped(sheet.rows)),
        means: format!("means in nats per row: {told}"),
        json,
    })
}

/// Numbers and names of the columns that have a log-likelihood.
fn modelled(model: &Model) -> Vec<(usize, String)> {
    let codec = &model.card.codec;
    let named = codec.schema.columns.iter().map(|column| column.name.clone()).enumerate();
    let kept = named.zip(&codec.columns).filter(|(_, codec)| !matches!(codec, ColumnCodec::Regenerated(_)));
    kept.map(|(column, _)| column).collect()
}
