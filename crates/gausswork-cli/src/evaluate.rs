//! `gausswork evaluate`: how good synthetic tables or images are, with baselines beside them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, value_parser};
use gausswork::artifact::{Model, Network};
use gausswork::data::image::is_image_set;
use gausswork::data::table::Kind;
use gausswork::eval::report::{Baselines, Report, Stage};
use gausswork::run::{Config, EvaluateRequest, Modelled};
use gausswork::whole::write_whole;

use crate::args::{self, column_kind, delimiter, quote};
use crate::curve;
use crate::failure::Usage;
use crate::game::Game;
use crate::images;
use crate::images::evaluate::ImageFlags;
use crate::output::{json_to_stdout, to_stdout, typed};
use crate::progress::Progress;
use crate::scorecard;

/// Say how good synthetic tables or images are: metrics with their errors, and baselines that give them a scale.
#[derive(Debug, Args)]
#[command(
    after_help = "Without a SYNTHETIC table, rows are drawn from --model. With the table that a model was fitted to, the \
    rows that the fit held out are the holdout.\nNothing here proves that rows are anonymous.\nSets of images are compared by features \
    of a named network, by default one that is trained on the real images: on their labels, or where they have none to tell them apart."
)]
pub(crate) struct EvaluateArgs {
    /// The real table or set of images, best the one that the generator was fitted to: CSV (plain, .gz, .zst), Parquet or Arrow; a
    /// folder, .zip or .tar of PNG and JPEG, IDX, .npy or .npz
    pub(crate) real: PathBuf,
    /// Synthetic tables with the same columns, which are ranked if there are several; or sets of images of the same shape
    pub(crate) synthetic: Vec<PathBuf>,
    /// Real rows or images that the generator never saw: unseen rows for the two-sample test, usefulness and privacy
    #[arg(long, value_name = "FILE", help_heading = "Data")]
    pub(crate) holdout: Option<PathBuf>,
    /// The model behind the first synthetic table: adds its bounds, and a membership test by likelihood; of images, the model to draw
    /// them from
    #[arg(long, value_name = "MODEL", help_heading = "Data")]
    pub(crate) model: Option<PathBuf>,
    /// The column that usefulness predicts [default: every column in turn]
    #[arg(long, value_name = "COLUMN", help_heading = "Data")]
    target: Option<String>,
    /// Kinds of columns, as for fit [default: the model's, or found out]
    #[arg(long, value_name = "COLUMN=KIND,...", value_delimiter = ',', value_parser = column_kind, help_heading = "Data")]
    types: Vec<(String, Kind)>,
    /// What stands between the fields of a CSV file: one character, or "tab" [default: found out]
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter, help_heading = "Data")]
    delimiter: Option<char>,
    /// What stands around the fields of a CSV file: one character, or "none" [default: found out]
    #[arg(long, value_name = "CHARACTER", value_parser = quote, help_heading = "Data")]
    quote: Option<char>,
    /// A spelling of a missing cell, in place of the recognised ones; may be given several times
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Data")]
    null: Vec<String>,
    #[command(flatten)]
    pub(crate) images: ImageFlags,
    /// Groups of metrics: columns, pairs, two-sample, neighbourhoods, usefulness, privacy [default: all]
    #[arg(long, value_name = "GROUP,...", value_delimiter = ',', value_parser = stages(), help_heading = "Metrics")]
    metrics: Vec<Stage>,
    /// Leave out the baselines and the ceiling: several times faster, and numbers without a scale
    #[arg(long, help_heading = "Metrics")]
    pub(crate) no_baselines: bool,
    /// Importance samples per row, with --model
    #[arg(long, value_name = "K", default_value_t = 16, value_parser = value_parser!(u32).range(1..=100_000), help_heading = "Metrics")]
    samples: u32,
    /// Seed of every random number
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Metrics")]
    pub(crate) seed: u64,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Metrics")]
    pub(crate) threads: Option<u16>,
    /// Write the report to a file, .html or .json; may be given twice
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Vec<PathBuf>,
    /// Print the report as JSON
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}

/// The groups that `--metrics` knows.
fn stages() -> impl clap::builder::TypedValueParser<Value = Stage> {
    PossibleValuesParser::new(Stage::ALL.map(Stage::name)).map(|name| {
        // The parser admits no other name.
        Stage::ALL.into_iter().find(|stage| stage.name() == name).unwrap_or(Stage::Columns)
    })
}

impl EvaluateArgs {
    /// Passes where no flag is given that means nothing to images.
    fn refuse_of_tables(&self) -> Result<(), Usage> {
        let flags = [
            ("--target", self.target.is_some()),
            ("--types", !self.types.is_empty()),
            ("--delimiter", self.delimiter.is_some()),
            ("--quote", self.quote.is_some()),
            ("--null", !self.null.is_empty()),
            ("--metrics", !self.metrics.is_empty()),
        ];
        match flags.into_iter().find(|(_, given)| *given) {
            Some((flag, _)) => {
                Err(Usage(format!("{flag} is of tables, and {} is a set of images", self.real.display())))
            }
            None => Ok(()),
        }
    }
}

/// Evaluates, prints and writes.
///
/// # Errors
/// The library's; [`Usage`] for a file that is neither HTML nor JSON.
pub(crate) fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    let formats = args.output.iter().map(|path| Format::of(path)).collect::<Result<Vec<_>, _>>()?;
    if args.synthetic.is_empty() && args.model.is_none() {
        let problem = "give a SYNTHETIC table or set of images to evaluate, or a --model to draw one from";
        return Err(Usage(problem.to_owned()).into());
    }
    for path in &args.output {
        can_write(path)?;
    }
    if is_image_set(&args.real) {
        args.refuse_of_tables()?;
        return images::evaluate::run(args, &formats);
    }
    if let Some(flag) = args.images.given().first() {
        return Err(Usage(format!("{flag} is of images, and {} is a table", args.real.display())).into());
    }
    let model =
        args.model.as_deref().map(|path| Ok::<_, anyhow::Error>((args::load(path)?, path))).transpose()?;
    if model.as_ref().is_some_and(|(model, _)| matches!(model.network, Network::Images(_))) {
        return Err(Usage("--model is one of images, and tables are evaluated".to_owned()).into());
    }
    let mut config = Config::default();
    config.data.types = args.types.iter().cloned().collect();
    config.data.delimiter = args.delimiter;
    config.data.quote = args.quote;
    config.data.nulls = (!args.null.is_empty()).then(|| args.null.clone());
    let request = EvaluateRequest {
        real: args.real.clone(),
        holdout: args.holdout.clone(),
        synthetic: args.synthetic.clone(),
        model: model.as_ref().map(|(model, path)| Modelled {
            model,
            curve: curve::points(path),
            samples: args.samples as usize,
        }),
        options: config.read_options()?,
        target: args.target.clone(),
        stages: Stage::ALL
            .into_iter()
            .filter(|stage| args.metrics.is_empty() || args.metrics.contains(stage))
            .collect(),
        baselines: if args.no_baselines { Baselines::None } else { Baselines::All },
        seed: args.seed,
        threads: args::threads(args.threads),
        command: command(),
    };
    let mut progress = Progress::new("stopping");
    let report = gausswork::run::evaluate(&request, &mut progress)?;
    let game = model.as_ref().and_then(|(model, path)| Game::read(path, &model.card));
    progress.clear();
    for (path, format) in args.output.iter().zip(formats) {
        format.write(path, &report, game.as_ref())?;
        progress.line(&format!("wrote {}", typed(path)));
    }
    if args.json {
        json_to_stdout(&serde_json::to_value(&report)?)
    } else {
        to_stdout(&scorecard::text(&report))
    }
}

/// Names of the report in a run directory.
pub(crate) const REPORT_FILES: [&str; 2] = ["report.html", "report.json"];

/// Evaluates a fresh model on the rows that its fit held out, and leaves the report in the run directory.
///
/// # Errors
/// The library's, and those of the files.
pub(crate) fn of_fit(
    model: &Model,
    directory: &Path,
    data: &Path,
    threads: usize,
    progress: &mut Progress,
) -> anyhow::Result<Report> {
    let config = Config::from_toml(&model.card.config)?;
    let request = EvaluateRequest {
        real: data.to_path_buf(),
        holdout: None,
        synthetic: Vec::new(),
        model: Some(Modelled { model, curve: curve::points(directory), samples: 16 }),
        options: config.read_options()?,
        target: None,
        stages: Stage::ALL.to_vec(),
        baselines: Baselines::All,
        seed: model.card.seed,
        threads,
        command: command(),
    };
    let report = gausswork::run::evaluate(&request, progress)?;
    let game = Game::read(directory, &model.card);
    for name in REPORT_FILES {
        let path = directory.join(name);
        Format::of(&path)?.write(&path, &report, game.as_ref())?;
    }
    Ok(report)
}

/// The command line, as one types it.
pub(crate) fn command() -> String {
    std::env::args_os()
        .enumerate()
        .map(|(place, word)| if place == 0 { "gausswork".to_owned() } else { typed(Path::new(&word)) })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Finds out before the work whether a file can be written after it.
pub(crate) fn can_write(path: &Path) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", typed(path));
    if path.is_dir() {
        anyhow::bail!("{}: it is a directory", failed());
    }
    gausswork::whole::temporary_beside(path).with_context(failed)?;
    Ok(())
}

/// Writes a report.
pub(crate) fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    write_whole(path, text.as_bytes()).with_context(|| format!("cannot write {}", typed(path)))
}

/// A kind of report file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Format {
    Html,
    Json,
}

impl Format {
    fn of(path: &Path) -> Result<Self, Usage> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("html" | "htm") => Ok(Self::Html),
            Some("json") => Ok(Self::Json),
            _ => Err(Usage(format!("--output {} ends neither in .html nor in .json", path.display()))),
        }
    }

    fn write(self, path: &Path, report: &Report, game: Option<&Game>) -> anyhow::Result<()> {
        let text = match self {
            Self::Html => crate::report::html(report, game)?,
            Self::Json => serde_json::to_string_pretty(report)? + "\n",
        };
        put(path, &text)
    }
}
