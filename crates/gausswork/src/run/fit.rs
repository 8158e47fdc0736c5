//! Fitting a model of a table: read, encode, train, fit the prior, score held-out rows, write the run directory.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use burn::tensor::Device;

use super::checkpoint::{self, Checkpoint, Pass, State};
use super::config::{Config, ConfigError, Refit};
use super::sample::{SampleError, SampleRequest, sample};
use super::{Event, Observer};
use crate::artifact::{self, ArtifactError, Card, Model, ModelKind, write_whole};
use crate::data::table::{self, CodecError, Table, TableCodec, TableError, TableWriter};
use crate::layout::Features;
use crate::learner::{Diverged, Figures, Learner};
use crate::noise::{Noise, Stream};
use crate::train::{Ended, Hooks, Progress, Threads, ThreadsError, train};
use crate::vae::{Mixture, Prior, Vae, VaeLearner, active_units, bounds, posterior_draws};

/// Fewest rows that a model is fitted to.
pub const FEWEST_ROWS: usize = 50;
/// Most rows held out.
const MOST_HELD_OUT: usize = 10_000;
/// Rows of the sample that a fit leaves behind.
const SAMPLE_ROWS: u64 = 1000;
/// Importance samples of the held-out evaluation.
const EVALUATION_SAMPLES: usize = 16;
/// Rows on which the importance-weighted bound is evaluated after a fit.
const EVALUATION_ROWS: usize = 2000;

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

/// A table, encoded and split, with its resolved configuration.
pub(super) struct Prepared {
    pub config: Config,
    pub table: Table,
    pub codec: TableCodec,
    pub features: Features,
    pub train: Vec<u32>,
    pub held_out: Vec<u32>,
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
    go(prepared, &run.directory, run.threads, None, stop, observer)
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
    go(prepared, directory, threads, Some((saved, state)), stop, observer)
}

/// Reads, splits and encodes a table.
pub(super) fn prepare(
    path: &Path,
    config: Config,
    observer: &mut dyn Observer,
) -> Result<Prepared, FitError> {
    config.check()?;
    observer.observe(&Event::Stage(&format!("reading {}", path.display())));
    let start = Instant::now();
    let table = table::read(path, &config.read_options()?)?;
    let rows = table.batch.num_rows();
    if rows < FEWEST_ROWS {
        return Err(FitError::TooFewRows { path: path.to_path_buf(), rows });
    }
    let empty = table
        .schema
        .columns
        .iter()
        .find(|column| column.missing == rows as u64 && !config.data.types.contains_key(&column.name));
    if let Some(column) = empty {
        return Err(FitError::EmptyColumn { path: path.to_path_buf(), column: column.name.clone() });
    }
    let noise = Noise::new(config.seed);
    let held = ((config.training.held_out * rows as f64).round() as usize).min(MOST_HELD_OUT);
    let order = noise.permutation(Stream::Split, 0, rows);
    // A row that holds the end of a numeric column is never held out: what the column may hold is learned.
    let extremes = table::rows_of_extremes(&table.batch);
    let (ends, others): (Vec<u32>, Vec<u32>) =
        order.iter().partition(|row| extremes.binary_search(row).is_ok());
    let held = held.min(others.len());
    let mut held_out = others[..held].to_vec();
    let mut train = [&ends, &others[held..]].concat();
    // In file order, neighbours in memory are neighbours in the batch's gather.
    held_out.sort_unstable();
    train.sort_unstable();
    let uncoded = |source| FitError::Codec { path: path.to_path_buf(), source };
    let codec = TableCodec::fit(&table, &train).map_err(uncoded)?;
    let config = config.resolved(train.len(), codec.layout().spans.len())?;
    let features = codec.encode(&table.batch).map_err(uncoded)?;
    let seconds = start.elapsed().as_secs_f64();
    let schema = &table.schema;
    observer.observe(&Event::Read { rows, columns: schema.columns.len(), schema, seconds });
    Ok(Prepared { config, table, codec, features, train, held_out })
}

fn go(
    prepared: Prepared,
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
    let vae = Vae::new(config.model.clone(), codec.layout(), &noise);
    let batch = config.training.batch.unwrap_or(1);
    let sizes = [batch, config.training.shards];
    let split = [train_rows.clone(), held_out.clone()];
    let adam = config.adam();
    let mut learner =
        VaeLearner::new(vae, config.objective.clone(), &features, split, sizes, adam, noise, Device::flex());
    learner.name_columns(codec.schema.columns.iter().map(|column| column.name.clone()).collect());
    let train_config = config.train_config();

    let mut pass = Pass::Fit;
    let mut progress = Progress::default();
    let mut refit_state = None;
    if let Some((saved, state)) = resumed {
        let refuse = || FitError::Resume {
            path: directory.to_path_buf(),
            reason: "the checkpoint does not fit the model; start a new run".to_owned(),
        };
        (pass, progress) = (saved.pass, saved.progress);
        match pass {
            Pass::Fit => learner.restore(state).then_some(()).ok_or_else(refuse)?,
            Pass::Refit => refit_state = Some(state),
        }
    }
    let mut log = Log::open(&directory.join("train.jsonl"), pass, progress.step)?;
    let checkpoint_path = directory.join(checkpoint::FILE_NAME);
    let mut record = Checkpoint {
        config: config.to_toml(),
        fingerprint: fingerprint.clone(),
        pass,
        progress: progress.clone(),
    };
    let mut ended = Ended::Steps;
    let begun = progress.step;
    if pass == Pass::Fit {
        observer.observe(&Event::Stage("training"));
        let mut hooks = RunHooks {
            record: &mut record,
            path: &checkpoint_path,
            log: &mut log,
            steps: train_config.schedule.steps,
            begun,
            observer,
        };
        ended = train(&mut learner, &train_config, &mut progress, &workers, stop, &mut hooks)?;
        observer.observe(&Event::Ended { why: ended, progress: &progress });
    }
    if progress.best.is_none() && progress.best_step == 0 {
        // Stopped before the first validation: the latest average is the best there is.
        learner.keep();
    }
    let best = learner.best().to_vec();
    let objective = learner.objective.clone();
    let mut vae = learner.vae;
    vae.params.values_mut().copy_from_slice(&best);

    if config.training.refit == Refit::AllRows && ended != Ended::Interrupted {
        observer.observe(&Event::Stage("refitting on all rows"));
        let all = [(0..features.rows as u32).collect(), Vec::new()];
        let mut learner = VaeLearner::new(vae, objective, &features, all, sizes, adam, noise, Device::flex());
        let mut config = train_config.clone();
        config.schedule.steps = (config.schedule.steps / 4).max(1);
        config.schedule.peak *= 0.25;
        config.schedule.warm_up = 0;
        config.patience = None;
        if record.pass != Pass::Refit {
            progress = Progress::default();
        }
        if let Some(state) = refit_state.take()
            && !learner.restore(state)
        {
            let reason = "the checkpoint does not fit the model; start a new run".to_owned();
            return Err(FitError::Resume { path: directory.to_path_buf(), reason });
        }
        record.pass = Pass::Refit;
        log.pass = Pass::Refit;
        let (steps, begun) = (config.schedule.steps, progress.step);
        let mut hooks =
            RunHooks { record: &mut record, path: &checkpoint_path, log: &mut log, steps, begun, observer };
        ended = train(&mut learner, &config, &mut progress, &workers, stop, &mut hooks)?;
        let best = learner.best().to_vec();
        vae = learner.vae;
        vae.params.values_mut().copy_from_slice(&best);
    }

    observer.observe(&Event::Stage("fitting the prior"));
    let count = train_rows.len().min(config.prior.draws);
    let stride: Vec<u32> = (0..count).map(|i| train_rows[i * train_rows.len() / count]).collect();
    let draws = posterior_draws(&vae, &features, &stride, &noise, &workers);
    vae.prior = choose_prior(&vae, &features, &draws, &held_out, &config, &noise, &workers);

    observer.observe(&Event::Stage("scoring held-out rows"));
    let mut figures = evaluate(&vae, &codec, &features, &held_out, &train_rows, &noise, &workers);
    figures.push(("steps".to_owned(), progress.step as f64));
    figures.push(("best_step".to_owned(), progress.best_step as f64));
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
    let model = Model { card, vae };
    model.save(&directory.join(artifact::FILE_NAME))?;
    let json: serde_json::Map<String, serde_json::Value> =
        figures.iter().map(|(name, value)| (name.clone(), (*value).into())).collect();
    let text = serde_json::to_string_pretty(&json).unwrap_or_default() + "\n";
    write(&directory.join("figures.json"), text.as_bytes())?;
    let sample_path = directory.join("sample.csv");
    let mut schema = model.card.codec.schema.clone();
    schema.source = table::FileFormat::Csv;
    let mut writer = TableWriter::create(&sample_path, &schema)?;
    let request = SampleRequest { rows: SAMPLE_ROWS, offset: 0, seed: config.seed, threads };
    sample(&model, &request, &mut |batch| writer.write(batch).map_err(SampleError::from), &mut ())?;
    writer.finish()?;
    if ended != Ended::Interrupted {
        // A finished run has nothing to resume; a checkpoint left behind would only claim so.
        let _ = fs::remove_file(&checkpoint_path);
    }
    Ok(Finished { model, ended, progress, figures })
}

/// The mixture, if held-out posterior draws are likelier under it than under N(0, I).
fn choose_prior(
    vae: &Vae,
    features: &Features,
    draws: &[f32],
    held_out: &[u32],
    config: &Config,
    noise: &Noise,
    workers: &Threads,
) -> Prior {
    let latent = vae.config.latent;
    let standard = Prior::Standard { latent };
    let rows = draws.len() / latent;
    // Each component needs some draws for its covariance.
    let components = config.prior.components.min(rows / (4 * latent));
    let mixture = workers.install(|| Mixture::fit(draws, latent, components, config.prior.iterations, noise));
    let Some(mixture) = mixture.map(Prior::Mixture) else { return standard };
    let test = if held_out.is_empty() {
        draws.to_vec()
    } else {
        posterior_draws(vae, features, held_out, &Noise::new(config.seed.wrapping_add(1)), workers)
    };
    let total = |prior: &Prior| test.chunks(latent).map(|z| prior.log_prob(z)).sum::<f64>();
    if total(&mixture) > total(&standard) { mixture } else { standard }
}

/// Held-out figures at β = 1 without free bits, nats per row.
fn evaluate(
    vae: &Vae,
    codec: &TableCodec,
    features: &Features,
    held_out: &[u32],
    train: &[u32],
    noise: &Noise,
    workers: &Threads,
) -> Vec<(String, f64)> {
    let spread = |rows: &[u32]| -> Vec<u32> {
        let count = rows.len().min(EVALUATION_ROWS);
        (0..count).map(|i| rows[i * rows.len() / count]).collect()
    };
    let constants = codec.log_known();
    let score = |rows: &[u32]| bounds(vae, features, rows, EVALUATION_SAMPLES, &constants, noise, workers);
    let (held, trained) = (score(&spread(held_out)), score(&spread(train)));
    let mean = |rows: &[crate::vae::RowBound], f: &dyn Fn(&crate::vae::RowBound) -> f64| {
        rows.iter().map(f).sum::<f64>() / rows.len().max(1) as f64
    };
    let deviation = |rows: &[crate::vae::RowBound], f: &dyn Fn(&crate::vae::RowBound) -> f64| {
        let m = mean(rows, f);
        (rows.iter().map(|row| (f(row) - m).powi(2)).sum::<f64>() / (rows.len().max(2) - 1) as f64).sqrt()
    };
    let rows = if held.is_empty() { &trained } else { &held };
    let prefix = if held.is_empty() { "train" } else { "held_out" };
    let error = deviation(rows, &|row| row.elbo()) / (rows.len().max(1) as f64).sqrt();
    let active = active_units(vae, features, if held.is_empty() { train } else { held_out }, workers);
    let mut figures = vec![
        (format!("{prefix}_elbo"), mean(rows, &|row| row.elbo())),
        (format!("{prefix}_elbo_standard_error"), error),
        (format!("{prefix}_elbo_standard_normal_prior"), mean(rows, &|row| row.elbo_standard())),
        (
            format!("{prefix}_importance_weighted_{EVALUATION_SAMPLES}"),
            mean(rows, &|row| row.importance_weighted),
        ),
        (format!("{prefix}_distortion"), -mean(rows, &|row| row.log_likelihood)),
        (format!("{prefix}_rate"), mean(rows, &|row| row.rate)),
        (format!("{prefix}_rate_standard_normal_prior"), mean(rows, &|row| row.rate_standard)),
        ("active_units".to_owned(), active as f64),
    ];
    if !held.is_empty() {
        let gap = mean(&trained, &|row| row.elbo()) - mean(&held, &|row| row.elbo());
        figures.push(("train_minus_held_out_elbo".to_owned(), gap));
    }
    figures
}

/// Says so where the latent carries nothing.
fn warn_of_collapse(figures: &[(String, f64)], observer: &mut dyn Observer) {
    let find =
        |suffix: &str| figures.iter().find(|(name, _)| name.ends_with(suffix)).map_or(0.0, |(_, v)| *v);
    let (rate, active) = (find("_rate_standard_normal_prior"), find("active_units"));
    if rate < 0.1 || active < 1.0 {
        observer.observe(&Event::Warning(&format!(
            "posterior collapse: the latent carries {rate:.3} nats per row in {active} active dimensions, so encoding \
             rows says nothing about them; raise objective.free-bits or lower objective.beta"
        )));
    }
}

/// Writes figures, checkpoints and progress while the loop runs.
struct RunHooks<'a> {
    record: &'a mut Checkpoint,
    path: &'a Path,
    log: &'a mut Log,
    steps: u64,
    begun: u64,
    observer: &'a mut dyn Observer,
}

impl Hooks for RunHooks<'_> {
    type Error = FitError;

    fn stepped(&mut self, step: u64, seconds: f64, figures: &Figures) -> Result<(), FitError> {
        self.log.write(step, seconds, figures)?;
        let find = |name| figures.iter().find(|(n, _)| *n == name).map_or(f64::NAN, |(_, v)| *v);
        self.observer.observe(&Event::Step {
            step,
            steps: self.steps,
            rate: (step - self.begun) as f64 / seconds.max(1e-9),
            train_elbo: find("train_elbo"),
        });
        Ok(())
    }

    fn validated(&mut self, progress: &Progress, seconds: f64, figures: &Figures) -> Result<(), FitError> {
        self.log.write(progress.step, seconds, figures)?;
        let held_out_elbo = figures.first().map_or(f64::NAN, |(_, v)| *v);
        self.observer.observe(&Event::Validated { progress, held_out_elbo });
        Ok(())
    }

    fn checkpoint(&mut self, progress: &Progress, state: State) -> Result<(), FitError> {
        self.record.progress = progress.clone();
        self.log.flush()?;
        self.record
            .save(&state, self.path)
            .map_err(|source| FitError::Io { path: self.path.to_path_buf(), source })
    }
}

/// `train.jsonl`: one line per step or validation.
struct Log {
    path: PathBuf,
    file: BufWriter<File>,
    pass: Pass,
}

impl Log {
    /// Opens the log; lines after `step` of `pass` belong to work that will be done again.
    fn open(path: &Path, pass: Pass, step: u64) -> Result<Self, FitError> {
        let failed = |source| FitError::Io { path: path.to_path_buf(), source };
        let mut kept = Vec::new();
        if (step > 0 || pass == Pass::Refit)
            && let Ok(file) = File::open(path)
        {
            for line in BufReader::new(file).lines() {
                let line = line.map_err(failed)?;
                let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
                let earlier = value["pass"].as_str() == Some("fit") && pass == Pass::Refit;
                if earlier || value["step"].as_u64().is_some_and(|s| s <= step) {
                    kept.extend_from_slice(line.as_bytes());
                    kept.push(b'\n');
                }
            }
        }
        write(path, &kept)?;
        let file = OpenOptions::new().append(true).open(path).map_err(failed)?;
        Ok(Self { path: path.to_path_buf(), file: BufWriter::new(file), pass })
    }

    fn write(&mut self, step: u64, seconds: f64, figures: &Figures) -> Result<(), FitError> {
        let mut line = serde_json::Map::new();
        line.insert("pass".to_owned(), serde_json::to_value(self.pass).unwrap_or_default());
        line.insert("step".to_owned(), step.into());
        line.insert("seconds".to_owned(), ((seconds * 1e3).round() / 1e3).into());
        line.extend(figures.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
        serde_json::to_writer(&mut self.file, &line)
            .map_err(std::io::Error::other)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|source| FitError::Io { path: self.path.clone(), source })
    }

    fn flush(&mut self) -> Result<(), FitError> {
        self.file.flush().map_err(|source| FitError::Io { path: self.path.clone(), source })
    }
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
    ];
    for name in owned {
        match fs::remove_file(directory.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), FitError> {
    write_whole(path, bytes).map_err(|source| FitError::Io { path: path.to_path_buf(), source })
}
