//! The flags of `fit`, and the configuration that they make of a file and the defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, value_parser};
use gausswork::data::table::Kind;
use gausswork::run::{Config, Kind as ModelKind, Refit};
use gausswork::vae::Columns;

use crate::args::{column_kind, delimiter, quote};
use crate::failure::Usage;
use crate::images::args::{ImageArgs, Sort};

/// Learn a model of a table or a set of images and write a run directory.
#[derive(Debug, Args)]
#[command(
    after_help = "What flags do not say, the configuration file says, and what it does not say, the defaults.\n\
    A run directory holds model.safetensors, config.toml, train.jsonl, figures.json, sample.csv and\n\
    the report, report.html and report.json; of images sample.png in place of the last three."
)]
pub(crate) struct FitArgs {
    /// The table: CSV (plain, .gz, .zst), Parquet or Arrow; or images: IDX as MNIST has it, .npy, .npz, a folder, tar or zip of PNG
    /// and JPEG files; or a density by name, 100,000 rows of it: ring:8, grid:25,
    /// gaussian:0.5, spiral, checkerboard, two-moons, each also with :rows=N or :seed=N
    #[arg(value_name = "DATA", required_unless_present = "resume")]
    pub(crate) table: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) objective: ObjectiveArgs,
    #[command(flatten)]
    pub(crate) training: TrainingArgs,
    #[command(flatten)]
    pub(crate) images: ImageArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What is read, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub(crate) struct DataArgs {
    /// Kinds of columns: integer, float, boolean, category, date, timestamp, identifier, constant or text [default:
    /// found out]. Names that hold a comma go into the configuration file
    #[arg(long, value_name = "COLUMN=KIND,...", value_delimiter = ',', value_parser = column_kind)]
    types: Vec<(String, Kind)>,
    /// What stands between the fields of a CSV file: one character, or "tab" [default: found out]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter)]
    delimiter: Option<char>,
    /// What stands around the fields of a CSV file: one character, or "none" [default: found out]
    #[arg(long, value_name = "CHARACTER", value_parser = quote)]
    quote: Option<char>,
    /// A spelling of a missing cell, in place of the recognised ones; may be given several times [default: empty, NA,
    /// null and the like]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    null: Vec<String>,
    /// Share of the rows held out, from 0 to 0.5, at most 10,000 rows [default: 0.1]
    #[arg(long, value_name = "SHARE")]
    held_out: Option<f64>,
}

/// Sizes of the networks and the prior.
#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelArgs {
    /// What to learn: a variational autoencoder, which has a likelihood, or a generative adversarial network [default: vae]
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(["vae", "gan"])
        .map(|kind| if kind == "gan" { ModelKind::Gan } else { ModelKind::Vae }))]
    model: Option<ModelKind>,
    /// Latent dimensions [default: 16, of images of more than 256 numbers 50]
    #[arg(long, value_name = "N")]
    latent: Option<usize>,
    /// Hidden units of encoder and decoder trunk, or features of a pixel in convolutions on images [default: 128; of images 16, of a
    /// game of images 32]
    #[arg(long, value_name = "N")]
    width: Option<usize>,
    /// Hidden units of each feature's head, or of each hidden layer on images [default: 32 down to 16, fewer the more features there
    /// are; of images 300 behind convolutions and 400 without]
    #[arg(long, value_name = "N")]
    hidden: Option<usize>,
    /// How columns depend on each other given z: on those before, or not at all [default: autoregressive]
    #[arg(long, value_name = "HOW", value_parser = PossibleValuesParser::new(["autoregressive", "independent"])
        .map(|how| if how == "independent" { Columns::Independent } else { Columns::Autoregressive }))]
    columns: Option<Columns>,
    /// Normals in the prior fitted after training; 0 keeps N(0, I) [default: 32]
    #[arg(long, value_name = "N")]
    prior_components: Option<usize>,
}

/// What training maximises.
#[derive(Debug, Args)]
#[command(next_help_heading = "Objective")]
pub(crate) struct ObjectiveArgs {
    /// Weight of the rate; reported bounds are at 1 whatever it is [default: 1]
    #[arg(long, value_name = "WEIGHT")]
    beta: Option<f64>,
    /// Nats per latent dimension that cost a constant [default: 0.2]
    #[arg(long, value_name = "NATS")]
    free_bits: Option<f64>,
    /// Steps over which the weight of the rate rises from 0 [default: 100, of images two fifths of all]
    #[arg(long, value_name = "STEPS")]
    warm_up: Option<u64>,
}

/// How it is trained.
#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
pub(crate) struct TrainingArgs {
    /// Steps [default: chosen from the number of rows]
    #[arg(long, value_name = "N", conflicts_with = "epochs")]
    steps: Option<u64>,
    /// Passes over the training rows, in place of steps
    #[arg(long, value_name = "N")]
    epochs: Option<f64>,
    /// Rows per step [default: 512, of a GAN or images 128, or all where there are fewer]
    #[arg(long, value_name = "ROWS")]
    batch: Option<usize>,
    /// Pieces of a batch that are worked on side by side; results depend on it, never on --threads [default: 2]
    #[arg(long, value_name = "N")]
    shards: Option<usize>,
    /// Greatest learning rate [default: 0.003, of a GAN 0.0002, of images 0.002]
    #[arg(long, value_name = "RATE")]
    learning_rate: Option<f64>,
    /// Seconds after which training stops with the best weights so far [default: none]
    #[arg(long, value_name = "SECONDS")]
    time_budget: Option<f64>,
    /// Validations without a better held-out bound after which training stops [default: 6]
    #[arg(long, value_name = "N")]
    patience: Option<u64>,
    /// Go on for a quarter of the steps on all rows, the held-out ones included
    #[arg(long)]
    refit: bool,
    /// Seed of every random number [default: 0]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Read a configuration in TOML first; flags override it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Continue an interrupted run, bit for bit; DATA is needed only where the table has moved
    #[arg(long, value_name = "RUN", conflicts_with_all = ["out", "force", "dry_run"])]
    pub(crate) resume: Option<PathBuf>,
}

/// What is written.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// The run directory [default: runs/ and the table's name, numbered where that exists]
    #[arg(long, short, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the run in the directory given with --out
    #[arg(long)]
    pub(crate) force: bool,
    /// Print columns, cost and configuration, and stop
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Leave out the report on held-out rows
    #[arg(long)]
    pub(crate) no_report: bool,
    /// Print the figures as JSON on stdout
    #[arg(long)]
    pub(crate) json: bool,
}

impl FitArgs {
    /// Whether a flag or file says anything about the configuration.
    pub(crate) fn configures(&self) -> bool {
        self.training.config.is_some() || self.apply(&mut Config::default(), Sort::Table) > 0
    }

    /// The configuration: defaults, overridden by the file, overridden by flags.
    ///
    /// # Errors
    /// A file that cannot be read or used; [`Usage`] for flags out of their range or of other data, or a column typed twice.
    pub(crate) fn config(&self, sort: Sort) -> anyhow::Result<Config> {
        self.suit(sort)?;
        let mut config = match &self.training.config {
            None => Config::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the configuration {}", path.display()))?;
                Config::from_toml(&text).with_context(|| path.display().to_string())?
            }
        };
        let mut seen = BTreeMap::new();
        for (column, kind) in &self.data.types {
            if let Some(earlier) = seen.insert(column, kind) {
                let kinds = Kind::ALL.map(Kind::name).join(", ");
                let problem = format!("--types gives column \"{column}\" twice, as {earlier} and as {kind}");
                return Err(Usage(format!("{problem}; give it once, as one of {kinds}")).into());
            }
        }
        self.apply(&mut config, sort);
        if sort == Sort::Images && config.kind == ModelKind::Gan {
            self.suit_game_of_images()?;
        }
        // The file was in order, so what is not is a flag.
        config.check().map_err(|e| Usage(e.to_string()))?;
        Ok(config)
    }

    /// Passes where every flag means something for such data.
    fn suit(&self, sort: Sort) -> Result<(), Usage> {
        let (data, model) = (&self.data, &self.model);
        let of_tables = [
            ("--types", !data.types.is_empty()),
            ("--delimiter", data.delimiter.is_some()),
            ("--quote", data.quote.is_some()),
            ("--null", !data.null.is_empty()),
            ("--columns", model.columns.is_some()),
            ("--prior-components", model.prior_components.is_some()),
            ("--free-bits", self.objective.free_bits.is_some()),
        ];
        let of_tables = of_tables.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag);
        let (wrong, other) = match sort {
            Sort::Images => (of_tables.collect(), "tables, and these are images"),
            Sort::Table => (self.images.apply(&mut Config::default()), "images, and this is a table"),
        };
        wrong.first().map_or(Ok(()), |flag| Err(Usage(format!("{flag} is of {other}"))))
    }

    /// Passes where no flag is of an autoencoder of images alone.
    fn suit_game_of_images(&self) -> Result<(), Usage> {
        const OF_AUTOENCODER: [&str; 4] =
            ["--likelihood", "--binarisation", "--importance-samples", "--normalisation"];
        let of_images = self.images.apply(&mut Config::default());
        let others =
            [("--beta", self.objective.beta.is_some()), ("--warm-up", self.objective.warm_up.is_some())];
        let others = others.into_iter().filter(|(_, given)| *given).map(|(flag, _)| flag);
        let mut wrong = of_images.into_iter().filter(|flag| OF_AUTOENCODER.contains(flag)).chain(others);
        wrong.next().map_or(Ok(()), |flag| {
            Err(Usage(format!(
                "{flag} is of an autoencoder, and --model gan is a game; its settings are below [gan]"
            )))
        })
    }

    /// Overrides what flags say; how many do.
    fn apply(&self, config: &mut Config, sort: Sort) -> usize {
        let (data, model, objective, t) = (&self.data, &self.model, &self.objective, &self.training);
        let mut said = data.types.len() + self.images.apply(config).len();
        for (column, kind) in &data.types {
            config.data.types.insert(column.clone(), *kind);
        }
        said += some((!data.null.is_empty()).then(|| data.null.clone()), &mut config.data.nulls);
        said += some(data.delimiter, &mut config.data.delimiter);
        said += some(data.quote, &mut config.data.quote);
        said += set(model.model, &mut config.kind);
        self.images.tell(config);
        let (vae, gan) = (&mut config.model, &mut config.gan);
        said += match config.kind {
            ModelKind::Vae if sort == Sort::Images => {
                let images = &mut config.images;
                // One flag is told once, whichever architecture it means.
                let dense = model.hidden.map(|units| vec![units; images.network.dense.len().max(1)]);
                let hidden = model.hidden.map(|units| vec![units; images.network.hidden.len().max(1)]);
                let _ = set(dense, &mut images.network.dense);
                some(model.latent, &mut images.latent)
                    + set(model.width, &mut images.network.width)
                    + set(hidden, &mut images.network.hidden)
            }
            ModelKind::Vae => {
                set(model.latent, &mut vae.latent)
                    + set(model.width, &mut vae.width)
                    + set(model.hidden.map(Some), &mut vae.hidden)
            }
            ModelKind::Gan if sort == Sort::Images => {
                let (g, d) = (&mut gan.generator.images, &mut gan.discriminator.images);
                // One flag is told once, though it means both players.
                let hidden = model.hidden.map(|hidden| vec![hidden]);
                let _ = set(model.width, &mut d.width) + set(hidden.clone(), &mut d.hidden);
                let network = std::mem::take(&mut config.images.network.architecture);
                let network = self.images.networks().then_some(network);
                let _ = some(network, &mut g.architecture) + some(network, &mut d.architecture);
                some(model.latent, &mut gan.generator.latent)
                    + set(model.width, &mut g.width)
                    + set(hidden, &mut g.hidden)
            }
            ModelKind::Gan => {
                let (g, d) = (&mut gan.generator, &mut gan.discriminator);
                // One flag is told once, though it means both players.
                let _ = set(model.width, &mut d.width);
                some(model.latent, &mut g.latent)
                    + set(model.width, &mut g.width)
                    + set(model.hidden, &mut g.rows.hidden)
            }
        };
        said += set(model.columns, &mut config.model.columns);
        said += set(model.prior_components, &mut config.prior.components);
        let (of_table, of_images) = (&mut config.objective, &mut config.images.objective);
        said += match sort {
            Sort::Table => {
                set(objective.beta, &mut of_table.beta) + set(objective.warm_up, &mut of_table.warm_up)
            }
            Sort::Images => {
                set(objective.beta, &mut of_images.beta) + some(objective.warm_up, &mut of_images.warm_up)
            }
        };
        said += set(objective.free_bits, &mut config.objective.free_bits);
        let training = &mut config.training;
        if t.steps.is_some() || t.epochs.is_some() {
            (training.steps, training.epochs) = (None, None);
        }
        said += some(t.steps, &mut training.steps);
        said += some(t.epochs, &mut training.epochs);
        said += some(t.batch, &mut training.batch);
        said += set(t.shards, &mut training.shards);
        said += some(t.learning_rate, &mut training.learning_rate);
        said += set(data.held_out, &mut training.held_out);
        said += some(t.time_budget, &mut training.time_budget);
        said += set(t.patience, &mut training.patience);
        said += set(t.refit.then_some(Refit::AllRows), &mut training.refit);
        said + set(t.seed, &mut config.seed)
    }
}

/// Overrides a value where a flag gives one; 1 if so.
fn set<T>(flag: Option<T>, value: &mut T) -> usize {
    flag.map(|given| *value = given).map_or(0, |()| 1)
}

/// Overrides a value that may be left open.
fn some<T>(flag: Option<T>, value: &mut Option<T>) -> usize {
    flag.map(|given| *value = Some(given)).map_or(0, |()| 1)
}

#[cfg(test)]
mod tests;
