//! Fitting a model of a table: read, encode, train, fit the prior, score held-out rows, write the run directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::checkpoint::{self, Checkpoint, State};
use super::config::{Config, ConfigError, Kind};
use super::film::{self, Film};
use super::fit_gan::fit_gan;
use super::fit_vae::fit_vae;
use super::log::Log;
use super::prepare::{Prepared, of, prepare};
use super::sample::{SampleError, SampleRequest, sample};
use super::session::{Encoded, Rows, Session};
use super::{Event, Observer, game, truth};
use crate::artifact::{self, ArtifactError, Card, Model, Network};
use crate::data::density::Against;
use crate::data::table::{self, CodecError, Conditions, TableError, TableWriter};
use crate::gan::{Judgement, Verdict};
use crate::learner::Diverged;
use crate::train::{Ended, Progress, Threads, ThreadsError};
use crate::vae::Prior;
use crate::whole::write_whole;

/// Fewest rows that a model is fitted to.
pub const FEWEST_ROWS: usize = 50;
/// Rows of the sample that a fit leaves behind.
const SAMPLE_ROWS: u64 = 1000;
/// A fit failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A table that cannot be coded.
    #[error("{}: {source}", path.display())]
    Codec {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: CodecError,
    },
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Training.
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// A game broke down; its model was kept.
    #[error(
        "{diverged}\nthe averaged weights of step {step}, from before that, are kept in {} with the verdict \"diverged\"",
        path.display()
    )]
    GameDiverged {
        /// What broke it.
        diverged: Diverged,
        /// The steps that the weights kept had been through.
        step: u64,
        /// The model file.
        path: PathBuf,
    },
    /// The threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// The model file.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The sample.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// Too few rows.
    #[error("{}: {rows} rows; a model needs at least {FEWEST_ROWS}", path.display())]
    TooFewRows {
        /// The file.
        path: PathBuf,
        /// Its rows.
        rows: usize,
    },
    /// A column without any value.
    #[error(
        "{}, column \"{column}\": every cell is missing, so there is nothing to learn; remove the column, or keep \
         it empty with --types '{column}=constant'", path.display()
    )]
    EmptyColumn {
        /// The file.
        path: PathBuf,
        /// The column's name.
        column: String,
    },
    /// Conditions are wanted, and no column can be one.
    #[error(
        "{}: gan.generator.rows.conditions = {share}, but no column is discrete (names, truth values, or numbers of few \
         values), so there is nothing to tell a generator; set it to 0", path.display()
    )]
    NothingToTell {
        /// The file.
        path: PathBuf,
        /// The share of rows that were to have a condition.
        share: f64,
    },
    /// The run directory exists.
    #[error("{}: exists already; give another name, or --force to replace the run in it", path.display())]
    Exists {
        /// The directory.
        path: PathBuf,
    },
    /// A run cannot be resumed.
    #[error("cannot resume {}: {reason}", path.display())]
    Resume {
        /// The run directory.
        path: PathBuf,
        /// Why not, and what to do.
        reason: String,
    },
    /// A file of the run directory.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}

/// Where a run writes.
#[derive(Debug, Clone)]
pub struct Run {
    /// The table.
    pub data: PathBuf,
    /// The run directory.
    pub directory: PathBuf,
    /// Whether an earlier run there is replaced.
    pub existing: Existing,
    /// Threads to work on.
    pub threads: usize,
}

/// What to do where the run directory exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Refuse.
    Keep,
    /// Replace the run in it; other files stay.
    Replace,
}

/// What a fit came to.
#[derive(Debug)]
pub struct Finished {
    /// The model, as written.
    pub model: Model,
    /// Why training ended.
    pub ended: Ended,
    /// Where it ended.
    pub progress: Progress,
    /// Held-out figures, by name.
    pub figures: Vec<(String, f64)>,
}

/// Fits a model and writes the run directory: `model.safetensors`, `config.toml`, `train.jsonl`, `figures.json`,
/// `sample.csv` of 1,000 rows, and `film.jsonl` of a game in the plane.
///
/// The directory is created once the table has been read and understood; `stop` ends training early with the best
/// weights so far.
///
/// # Errors
/// See [`FitError`].
pub fn fit(
    run: &Run,
    config: Config,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Finished, FitError> {
    if run.directory.exists() && run.existing == Existing::Keep {
        return Err(FitError::Exists { path: run.directory.clone() });
    }
    let prepared = prepare(&run.data, config, observer)?;
    create(&run.directory, run.existing)?;
    let source = fs::canonicalize(&run.data).unwrap_or_else(|_| run.data.clone());
    write(&run.directory.join("data.path"), source.to_string_lossy().as_bytes())?;
    write(&run.directory.join("config.toml"), prepared.config.to_toml().as_bytes())?;
    go(prepared, &run.data, &run.directory, run.threads, None, stop, observer)
}

/// Continues an interrupted run from its last checkpoint, bit for bit as if it had not stopped.
///
/// `data` is where the table is now, if it moved; `config` is a configuration that must equal the run's.
///
/// # Errors
/// [`FitError::Resume`] where there is nothing to resume, or where configuration or data have changed.
pub fn resume(
    directory: &Path,
    data: Option<&Path>,
    config: Option<&Config>,
    threads: usize,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Finished, FitError> {
    let refuse = |reason: String| FitError::Resume { path: directory.to_path_buf(), reason };
    let path = directory.join(checkpoint::FILE_NAME);
    if !path.exists() {
        return Err(refuse(match directory.join(artifact::FILE_NAME).exists() {
            true => "the run is finished; fit again under another name for more steps".to_owned(),
            false => "it has no checkpoint; start it again".to_owned(),
        }));
    }
    let (saved, state) = Checkpoint::load(&path).map_err(|e| refuse(format!("{}: {e}", path.display())))?;
    let stored = Config::from_toml(&saved.config)?;
    let on_disk = fs::read_to_string(directory.join("config.toml")).unwrap_or_default();
    if on_disk != saved.config {
        return Err(refuse("config.toml was changed since; put it back, or start a new run".to_owned()));
    }
    let source = match data {
        Some(path) => path.to_path_buf(),
        None => fs::read_to_string(directory.join("data.path"))
            .map(|text| PathBuf::from(text.trim()))
            .map_err(|e| refuse(format!("data.path cannot be read: {e}; name the table")))?,
    };
    let prepared = prepare(&source, stored.clone(), observer)?;
    if let Some(config) = config
        && config.clone().resolved(prepared.train.len(), prepared.codec.layout().spans.len(), of(&source))?
            != stored
    {
        return Err(refuse(
            "the configuration differs from the run's; leave it out, or start a new run".to_owned(),
        ));
    }
    if prepared.table.fingerprint != saved.fingerprint {
        return Err(refuse(format!("{} is not the table it was started with", source.display())));
    }
    if prepared.config != stored {
        return Err(refuse("the configuration does not resolve to what it was".to_owned()));
    }
    go(prepared, &source, directory, threads, Some((saved, state)), stop, observer)
}

fn go(
    prepared: Prepared,
    data: &Path,
    directory: &Path,
    threads: usize,
    resumed: Option<(Checkpoint, State)>,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Finished, FitError> {
    let Prepared { config, table, codec, features, train, held_out, points } = prepared;
    let fingerprint = table.fingerprint.clone();
    // The features say it all from here on.
    drop(table);
    let (record, state) = match resumed {
        Some((saved, state)) => (saved, Some(state)),
        None => (Checkpoint::start(&config, fingerprint.clone()), None),
    };
    let log = Log::open(&directory.join("train.jsonl"), record.pass, record.progress.step)?;
    // Points are those of a density, which says what square of the plane there is to see.
    let square =
        points.as_ref().and_then(|_| truth::density(data)).map(|source| source.density.exact().bounds());
    let progress = &record.progress;
    let film = |square| {
        Film::open(directory, record.pass, progress.step, config.training.steps.unwrap_or(1), square)
    };
    let film = square.map(film).transpose()?;
    let path = directory.join(checkpoint::FILE_NAME);
    let workers = Threads::new(threads)?;
    let mut session = Session { record, state, log, film, path, workers, stop, observer };
    let rows = Rows { features: &features, split: [&train, &held_out], points: points.as_ref() };
    let encoded = Encoded { config: &config, codec: &codec, rows };
    let (network, ended) = match config.kind {
        Kind::Vae => {
            let (network, ended) = fit_vae(encoded, &mut session)?;
            (network, Ok(ended))
        }
        Kind::Gan => fit_gan(encoded, &mut session)?,
    };
    let Session { record, path: checkpoint, observer, workers, .. } = session;
    let prior = match &network {
        Network::Vae(vae) => vae.prior.clone(),
        Network::Gan(gan) => Prior::Standard { latent: gan.config.latent() },
    };
    let card = Card {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: config.seed,
        fingerprint,
        rows: rows.split.map(<[u32]>::len),
        model: network.kind(),
        config: config.to_toml(),
        codec,
        prior,
        figures: record.figures,
        judgement: None,
    };
    let mut model = Model { card, network };
    let path = directory.join(artifact::FILE_NAME);
    let ended = match ended {
        Ok(ended) => ended,
        Err(diverged) => {
            let step = record.progress.best_step;
            let kept = format!("the weights are those of step {step}, from before that");
            model.card.judgement =
                Some(Judgement { verdict: Verdict::Diverged, reasons: vec![diverged.to_string(), kept] });
            leave(&model, directory)?;
            // From the same checkpoint it would break at the same step.
            let _ = fs::remove_file(&checkpoint);
            return Err(FitError::GameDiverged { diverged, step, path });
        }
    };
    let mut against = None;
    if let Some(source) = truth::density(data) {
        observer.observe(&Event::Stage("holding rows against the density"));
        against = truth::against(&source, &model, threads)?;
    }
    if config.kind == Kind::Gan && ended != Ended::Interrupted {
        observer.observe(&Event::Stage("training a fresh discriminator to judge the game"));
        game::conclude(&mut model, rows, against.as_ref(), directory, &workers)?;
    }
    model.card.figures.extend(against.iter().flat_map(Against::figures));
    leave(&model, directory)?;
    leave_sample(&model, &directory.join("sample.csv"), threads)?;
    if ended != Ended::Interrupted {
        // A finished run has nothing to resume; a checkpoint left behind would only claim so.
        let _ = fs::remove_file(&checkpoint);
    }
    let figures = model.card.figures.clone();
    Ok(Finished { model, ended, progress: record.progress, figures })
}

/// Writes the model and its figures.
fn leave(model: &Model, directory: &Path) -> Result<(), FitError> {
    model.save(&directory.join(artifact::FILE_NAME))?;
    let figures = &model.card.figures;
    let json: serde_json::Map<String, serde_json::Value> =
        figures.iter().map(|(name, value)| (name.clone(), (*value).into())).collect();
    let text = serde_json::to_string_pretty(&json).unwrap_or_default() + "\n";
    write(&directory.join("figures.json"), text.as_bytes())
}

/// Writes the rows that every run leaves behind.
fn leave_sample(model: &Model, path: &Path, threads: usize) -> Result<(), FitError> {
    let mut schema = model.card.codec.schema.clone();
    schema.source = table::FileFormat::Csv;
    let mut writer = TableWriter::create(path, &schema)?;
    let conditions = Conditions::default();
    let request = SampleRequest { rows: SAMPLE_ROWS, offset: 0, seed: model.card.seed, threads, conditions };
    sample(model, &request, &mut |batch| writer.write(batch).map_err(SampleError::from), &mut ())?;
    Ok(writer.finish()?)
}

/// Creates a run directory, and removes what an earlier run left in it.
fn create(directory: &Path, existing: Existing) -> Result<(), FitError> {
    let failed = |source| FitError::Io { path: directory.to_path_buf(), source };
    match (existing, directory.parent()) {
        (Existing::Replace, _) | (_, None) => fs::create_dir_all(directory).map_err(failed)?,
        (Existing::Keep, Some(parent)) => {
            fs::create_dir_all(parent).map_err(failed)?;
            // Another run may have taken the name while this one was reading.
            fs::create_dir(directory).map_err(|source| match source.kind() {
                std::io::ErrorKind::AlreadyExists => FitError::Exists { path: directory.to_path_buf() },
                _ => failed(source),
            })?;
        }
    }
    let owned = [
        artifact::FILE_NAME,
        checkpoint::FILE_NAME,
        "config.toml",
        "data.path",
        "train.jsonl",
        film::FILE_NAME,
        "figures.json",
        "sample.csv",
        // The report is written by whoever shows it.
        "report.html",
        "report.json",
    ];
    for name in owned {
        match fs::remove_file(directory.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), FitError> {
    write_whole(path, bytes).map_err(|source| FitError::Io { path: path.to_path_buf(), source })
}
