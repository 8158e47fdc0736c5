//! `gausswork score`: how likely each row of a table is under an autoencoder, and which of its cells is odd; or what the discriminator
//! of a game says of each.

mod bounds;
mod outputs;
pub(crate) mod sheet;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, value_parser};
use gausswork::artifact::{Model, Network};
use gausswork::data::table::{FileFormat, ReadOptions};
use gausswork::run::Config;
use gausswork::whole::write_whole;
use serde_json::{Value, json};

use self::sheet::Destination;
use crate::failure::Usage;
use crate::images::bounds::BoundsArgs;
use crate::output::{duration, json_to_stdout, to_stdout, typed};
use crate::progress::Progress;
use crate::{args, images, sample};

/// Score the rows of a table.
#[derive(Debug, Args)]
#[command(
    after_help = "One line per row. Of an autoencoder, all in nats: row (from 1), elbo, importance_weighted, its standard_error \
    and effective_samples, distortion, rate. The ELBO is rate and distortion subtracted from 0, under the fitted prior. Of images \
    also bits_per_dimension, of the importance-weighted bound.\n\n\
    Of a GAN, what its discriminator says, by the objective of the game. minimax, non-saturating: logit, and d, which is \
    D(x) = 1/(1 + exp(-logit)). least-squares, hinge, wasserstein: critic, its output as it is. relativistic: \
    critic_minus_generated, its output less the mean over 5,120 generated rows. None of these is a likelihood: where the game \
    is over, D(x) is 1/2 everywhere, however rare the row."
)]
pub(crate) struct ScoreArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// The table: CSV (plain, .gz, .zst), Parquet or Arrow, with the columns of the fitted one; or images of the shape of the fitted
    /// ones
    pub(crate) data: PathBuf,
    /// What stands between the fields of a CSV file: one character, or "tab" [default: as fitted, or found out]
    #[arg(long, value_name = "CHARACTER", value_parser = args::delimiter, help_heading = "Data")]
    delimiter: Option<char>,
    /// What stands around the fields of a CSV file: one character, or "none" [default: as fitted, or found out]
    #[arg(long, value_name = "CHARACTER", value_parser = args::quote, help_heading = "Data")]
    quote: Option<char>,
    /// Autoencoder: importance samples per row; more make the importance-weighted bound tighter [default: 20, of images 100, with
    /// --bounds 5000]
    #[arg(short = 'K', long, value_name = "K", value_parser = value_parser!(u32).range(1..=100_000), help_heading = "Score")]
    pub(crate) samples: Option<u32>,
    /// Autoencoder: also each column's share of the log-likelihood, as log_prob:NAME
    #[arg(long, help_heading = "Score")]
    pub(crate) columns: bool,
    #[command(flatten)]
    pub(crate) bounds: BoundsArgs,
    /// Seed of every random number [default: the model's]
    #[arg(long, value_name = "N", help_heading = "Score")]
    seed: Option<u64>,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Score")]
    threads: Option<u16>,
    /// The file to write; "-" is stdout; with --bounds the table as JSON [default: stdout]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// csv, parquet, arrow or arrow-stream [default: by the file's extension, CSV on stdout]
    #[arg(long, value_parser = sample::formats(), help_heading = "Output")]
    format: Option<FileFormat>,
    /// Print the means as JSON on stdout, in place of the rows or of the table of bounds
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// What there is to tell of all rows.
pub(crate) struct Told {
    /// How many rows were scored, with what.
    pub(crate) rows: String,
    /// Their means.
    pub(crate) means: String,
    pub(crate) json: Value,
}

/// Scores the rows.
///
/// # Errors
/// The library's; [`Usage`](crate::failure::Usage) for flags of another kind of model; [`Interrupted`](crate::failure::Interrupted).
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
    let file = sample::destination(args.output.as_deref());
    // A table and a summary do not share stdout.
    let silent = args.json && file.is_none();
    let mut progress = Progress::new("stopping");
    if file.is_none() && !silent {
        progress = progress.without_bar();
    }
    progress.interrupt.begin();
    let destination =
        if silent { Destination::Nowhere } else { Destination::Table(args.output.clone(), args.format) };
    let scoring = Scoring { args, model: &model, options, seed, threads };
    if args.bounds.bounds {
        return bounded(&scoring, file, progress);
    }
    let told = match &model.network {
        Network::Vae(_) => bounds::run(&scoring, destination, &mut progress)?,
        Network::Gan(gan) => outputs::run(&scoring, gan, destination, &mut progress)?,
        Network::Images(vae) => images::score::run(&scoring, vae, destination, &mut progress)?,
    };
    progress.clear();
    let place = file.map_or_else(String::new, |path| format!(" to {}", typed(path)));
    let seconds = duration(progress.seconds());
    progress.line(&format!("{} and seed {seed}{place} in {seconds}", told.rows));
    progress.line(&told.means);
    if args.json {
        let mut value = json!({ "data": args.data.display().to_string(), "seed": seed });
        if let (Value::Object(to), Value::Object(from)) = (&mut value, told.json) {
            to.extend(from);
        }
        json_to_stdout(&value)?;
    }
    Ok(())
}

/// The table of bounds of a model of images.
fn bounded(scoring: &Scoring<'_>, file: Option<&Path>, mut progress: Progress) -> anyhow::Result<()> {
    let Scoring { args, model, seed, .. } = scoring;
    let Network::Images(vae) = &model.network else {
        return Err(Usage("--bounds is of a model of images".to_owned()).into());
    };
    if args.columns || args.format.is_some() {
        return Err(Usage("--bounds gives one table, without --columns and --format".to_owned()).into());
    }
    let (text, told) = images::bounds::run(scoring, vae, &mut progress)?;
    let mut value = json!({ "data": args.data.display().to_string(), "seed": seed });
    if let (Value::Object(to), Value::Object(from)) = (&mut value, told) {
        to.extend(from);
    }
    progress.clear();
    if let Some(path) = file {
        write_whole(path, format!("{value:#}\n").as_bytes())
            .with_context(|| format!("cannot write {}", typed(path)))?;
        progress.line(&format!("wrote {}", typed(path)));
    }
    progress.line(&format!("seed {seed}, in {}", duration(progress.seconds())));
    if args.json { json_to_stdout(&value) } else { to_stdout(&text) }
}

/// A table that is scored.
pub(crate) struct Scoring<'a> {
    pub(crate) args: &'a ScoreArgs,
    pub(crate) model: &'a Model,
    options: ReadOptions,
    pub(crate) seed: u64,
    pub(crate) threads: usize,
}
