//! Fitting a model: of images in [`images`], here of a table: read, encode, train, fit the prior, score held-out rows, write the run directory.

mod error;
mod files;
mod resume;

pub use error::FitError;
pub(super) use files::{create, leave, write};
pub use resume::resume;
pub(super) use resume::same_configuration;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use self::files::leave_sample;
use super::checkpoint::{self, Checkpoint, State};
use super::config::{Config, Kind};
use super::film::Film;
use super::fit_gan::fit_gan;
use super::fit_vae::fit_vae;
use super::log::Log;
use super::prepare::{Prepared, prepare};
use super::session::{Encoded, Rows, Session};
use super::{Event, Observer, game, images, truth};
use crate::artifact::{Card, Model, Network};
use crate::data::density::Against;
use crate::data::image::is_image_set;
use crate::learner::Scene;
use crate::train::{Ended, Progress, Threads};
use crate::vae::Prior;

/// Fewest rows that a model is fitted to.
pub const FEWEST_ROWS: usize = 50;

/// Where a run writes.
#[derive(Debug, Clone)]
pub struct Run {
    /// The table or set of images.
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
/// `sample.csv` of 1,000 rows, or of a set of images `sample.png`, and `film.jsonl` of images and of a game in the plane.
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
    if is_image_set(&run.data) {
        return images::fit(run, config, stop, observer);
    }
    let prepared = prepare(&run.data, config, observer)?;
    create(&run.directory, run.existing)?;
    let source = fs::canonicalize(&run.data).unwrap_or_else(|_| run.data.clone());
    write(&run.directory.join("data.path"), source.to_string_lossy().as_bytes())?;
    write(&run.directory.join("config.toml"), prepared.config.to_toml(prepared.of).as_bytes())?;
    go(prepared, &run.data, &run.directory, run.threads, None, stop, observer)
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
    let Prepared { config, table, codec, features, train, held_out, of, points } = prepared;
    let fingerprint = table.fingerprint.clone();
    // The features say it all from here on.
    drop(table);
    let (record, state) = match resumed {
        Some((saved, state)) => (saved, Some(state)),
        None => (Checkpoint::start(&config, of, fingerprint.clone()), None),
    };
    let log = Log::open(&directory.join("train.jsonl"), record.pass, record.progress.step)?;
    // Points are those of a density, which says what square of the plane there is to see.
    let square =
        points.as_ref().and_then(|_| truth::density(data)).map(|source| source.density.exact().bounds());
    let progress = &record.progress;
    let film = |square| {
        let steps = config.training.steps.unwrap_or(1);
        Film::open(directory, record.pass, progress.step, steps, Scene::Plane(square))
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
        Network::Images(vae) => Prior::Standard { latent: vae.config.latent() },
    };
    let card = Card {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: config.seed,
        fingerprint,
        rows: rows.split.map(<[u32]>::len),
        model: network.kind(),
        config: config.to_toml(of),
        codec,
        prior,
        figures: record.figures,
        judgement: None,
    };
    let mut model = Model { card, network };
    let ended = match ended {
        Ok(ended) => ended,
        Err(diverged) => {
            let error = game::broken(&mut model, diverged, record.progress.best_step, directory)?;
            // From the same checkpoint it would break at the same step.
            let _ = fs::remove_file(&checkpoint);
            return Err(error);
        }
    };
    let mut against = None;
    if let Some(source) = truth::density(data) {
        observer.observe(&Event::Stage("holding rows against the density"));
        against = truth::against(&source, &model, threads)?;
    }
    if config.kind == Kind::Gan && ended != Ended::Interrupted {
        observer.observe(&Event::Stage("training a fresh discriminator to judge the game"));
        let played = game::Played { data: rows.field().1, split: rows.split };
        game::conclude(&mut model, played, against.as_ref(), directory, &workers)?;
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
