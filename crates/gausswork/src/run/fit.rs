//! Fitting a model of a table: read, encode, train, fit the prior, score held-out rows, write the run directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use burn::tensor::Device;

use super::checkpoint::{self, Checkpoint, Pass, State};
use super::config::{Config, ConfigError, Refit};
use super::figures::{figures, fit_prior, warn_of_collapse};
use super::log::{Log, RunHooks};
use super::prepare::{Prepared, prepare};
use super::sample::{SampleError, SampleRequest, sample};
use super::{Event, Observer, truth};
use crate::artifact::{self, ArtifactError, Card, Model, ModelKind};
use crate::data::table::{self, CodecError, TableError, TableWriter};
use crate::learner::{Diverged, Learner};
use crate::noise::Noise;
use crate::train::{Ended, Progress, Threads, ThreadsError, TrainConfig, train};
use crate::vae::{Vae, VaeLearner};
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

/// Fits a model and writes the run directory: `model.safetensors`, `config.toml`, `train.jsonl`, `figures.json`, and
/// `sample.csv` of 1,000 rows.
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
        && config.clone().resolved(prepared.train.len(), prepared.codec.layout().spans.len())? != stored
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
    let Prepared { config, table, codec, features, train: train_rows, held_out } = prepared;
    let fingerprint = table.fingerprint.clone();
    // The features say it all from here on.
    drop(table);
    let workers = Threads::new(threads)?;
    let noise = Noise::new(config.seed);
    let (mut record, mut state) = match resumed {
        Some((saved, state)) => (saved, Some(state)),
        None => (Checkpoint::start(&config, fingerprint.clone()), None),
    };
    let mut log = Log::open(&directory.join("train.jsonl"), record.pass, record.progress.step)?;
    let checkpoint_path = directory.join(checkpoint::FILE_NAME);
    let names: Vec<String> = codec.schema.columns.iter().map(|column| column.name.clone()).collect();

    // Trains `vae` on a split from where `record` stands; leaves the best weights in it.
    let mut pass = |vae: Vae,
                    split: [Vec<u32>; 2],
                    schedule: TrainConfig,
                    record: &mut Checkpoint,
                    observer: &mut dyn Observer|
     -> Result<(Vae, Ended), FitError> {
        let sizes = [config.training.batch.unwrap_or(1), config.training.shards];
        let objective = config.objective.clone();
        let adam = config.adam();
        let mut learner =
            VaeLearner::new(vae, objective, &features, split, sizes, adam, noise, Device::flex());
        learner.name_columns(names.clone());
        if let Some(state) = state.take()
            && !learner.restore(state)
        {
            let reason = "the checkpoint does not fit the model; start a new run".to_owned();
            return Err(FitError::Resume { path: directory.to_path_buf(), reason });
        }
        log.pass = record.pass;
        let mut progress = record.progress.clone();
        let (steps, begun) = (schedule.schedule.steps, progress.step);
        let mut hooks = RunHooks { record, path: &checkpoint_path, log: &mut log, steps, begun, observer };
        let ended = train(&mut learner, &schedule, &mut progress, &workers, stop, &mut hooks)?;
        log.flush()?;
        observer.observe(&Event::Ended { why: ended, progress: &progress });
        if progress.best_step == 0 {
            // Stopped before the first validation: the latest average is the best there is.
            learner.keep();
        }
        record.progress = progress;
        let best = learner.best().to_vec();
        let mut vae = learner.vae;
        vae.params.values_mut().copy_from_slice(&best);
        Ok((vae, ended))
    };

    let mut vae = Vae::new(config.model.clone(), codec.layout(), &noise);
    let mut ended = Ended::Steps;
    let schedule = config.train_config();
    if record.pass == Pass::Fit {
        observer.observe(&Event::Stage("training"));
        let split = [train_rows.clone(), held_out.clone()];
        (vae, ended) = pass(vae, split, schedule.clone(), &mut record, observer)?;
        observer.observe(&Event::Stage("fitting the prior"));
        vae.prior = fit_prior(&vae, &features, [&train_rows, &held_out], &config.prior, &noise, &workers);
        observer.observe(&Event::Stage("scoring held-out rows"));
        record.figures = figures(&vae, &codec, &features, &held_out, &train_rows, &noise, &workers);
        record.figures.push(("steps".to_owned(), record.progress.step as f64));
        record.figures.push(("best_step".to_owned(), record.progress.best_step as f64));
    }
    if config.training.refit == Refit::AllRows && ended != Ended::Interrupted {
        // The figures stay those of the held-out rows, taken while they were held out.
        if record.pass == Pass::Fit {
            (record.pass, record.progress) = (Pass::Refit, Progress::default());
        }
        observer.observe(&Event::Stage("refitting on all rows"));
        let all = [(0..features.rows as u32).collect(), Vec::new()];
        (vae, ended) = pass(vae, all, schedule.for_refit(), &mut record, observer)?;
        observer.observe(&Event::Stage("fitting the prior"));
        vae.prior = fit_prior(&vae, &features, [&train_rows, &held_out], &config.prior, &noise, &workers);
    }
    let mut figures = record.figures;
    warn_of_collapse(&figures, observer);
    let card = Card {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: config.seed,
        fingerprint,
        rows: [train_rows.len(), held_out.len()],
        model: ModelKind::Vae(config.model.clone()),
        config: config.to_toml(),
        codec,
        prior: vae.prior.clone(),
        figures: figures.clone(),
    };
    let mut model = Model { card, vae };
    if let Some(source) = truth::density(data) {
        observer.observe(&Event::Stage("holding rows against the density"));
        figures.extend(truth::figures(&source, &model, threads)?);
        model.card.figures.clone_from(&figures);
    }
    model.save(&directory.join(artifact::FILE_NAME))?;
    let json: serde_json::Map<String, serde_json::Value> =
        figures.iter().map(|(name, value)| (name.clone(), (*value).into())).collect();
    let text = serde_json::to_string_pretty(&json).unwrap_or_default() + "\n";
    write(&directory.join("figures.json"), text.as_bytes())?;
    leave_sample(&model, &directory.join("sample.csv"), threads)?;
    if ended != Ended::Interrupted {
        // A finished run has nothing to resume; a checkpoint left behind would only claim so.
        let _ = fs::remove_file(&checkpoint_path);
    }
    Ok(Finished { model, ended, progress: record.progress, figures })
}

/// Writes the rows that every run leaves behind.
fn leave_sample(model: &Model, path: &Path, threads: usize) -> Result<(), FitError> {
    let mut schema = model.card.codec.schema.clone();
    schema.source = table::FileFormat::Csv;
    let mut writer = TableWriter::create(path, &schema)?;
    let request = SampleRequest { rows: SAMPLE_ROWS, offset: 0, seed: model.card.seed, threads };
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
