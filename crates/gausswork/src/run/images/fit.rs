//! Fitting a model of images: read, train, score held-out images or judge the game, write the run directory.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use burn::tensor::Device;

use super::error::ImagesError;
use super::figures::{collapsed, figures};
use super::game::play;
use super::prepare::{Prepared, prepare};
use super::sample::{ImageRequest, sample_images};
use super::writer::write_images;
use crate::artifact::{Card, Model, Network};
use crate::data::image::{DrawnImages, ImageFrame};
use crate::data::table::TableCodec;
use crate::gan::{Data, Images};
use crate::learner::Scene;
use crate::noise::Noise;
use crate::run::checkpoint::{self, Checkpoint, State};
use crate::run::config::{Config, Kind, Of, Refit};
use crate::run::film::Film;
use crate::run::fit::{Finished, FitError, Run, create, leave, same_configuration, write};
use crate::run::log::Log;
use crate::run::session::Session;
use crate::run::{Event, Observer, game};
use crate::train::{Ended, Progress, Threads};
use crate::vae::Prior;
use crate::vae::image::{ImageLearner, ImageVae, Pixels, Shown};

/// Images of the grid that a fit leaves behind.
const SAMPLE_IMAGES: u64 = 100;

/// Fits a model of a set of images and writes the run directory, with `sample.png` in place of rows.
pub(in crate::run) fn fit(
    run: &Run,
    config: Config,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Finished, FitError> {
    let prepared = prepare(&run.data, config, observer)?;
    create(&run.directory, run.existing)?;
    let source = fs::canonicalize(&run.data).unwrap_or_else(|_| run.data.clone());
    write(&run.directory.join("data.path"), source.to_string_lossy().as_bytes())?;
    write(&run.directory.join("config.toml"), prepared.config.to_toml(Of::Images).as_bytes())?;
    go(&prepared, &run.directory, run.threads, None, stop, observer)
}

/// Continues an interrupted run on a set of images.
pub(in crate::run) fn resume(
    [directory, source]: [&Path; 2],
    (saved, state): (Checkpoint, State),
    config: Option<&Config>,
    threads: usize,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Finished, FitError> {
    let stored = Config::from_toml(&saved.config)?;
    let prepared = prepare(source, stored.clone(), observer)?;
    let given = config.map(|config| {
        config.clone().resolved_for_images(prepared.train.len(), prepared.set.shape().values())
    });
    same_configuration(directory, &stored, given.transpose()?.as_ref(), &prepared.config)?;
    if prepared.set.fingerprint() != saved.fingerprint {
        let reason = format!("{} is not the set of images it was started with", source.display());
        return Err(FitError::Resume { path: directory.to_path_buf(), reason });
    }
    go(&prepared, directory, threads, Some((saved, state)), stop, observer)
}

fn go(
    prepared: &Prepared,
    directory: &Path,
    threads: usize,
    resumed: Option<(Checkpoint, State)>,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Finished, FitError> {
    let Prepared { config, set, frame, train, held_out, .. } = prepared;
    let (record, state) = match resumed {
        Some((saved, state)) => (saved, Some(state)),
        None => (Checkpoint::start(config, Of::Images, set.fingerprint().to_owned()), None),
    };
    let log = Log::open(&directory.join("train.jsonl"), record.pass, record.progress.step)?;
    let film = match record.pass {
        checkpoint::Pass::Fit => {
            let steps = config.training.steps.unwrap_or(1);
            let scene = Scene::Images(filmed(frame));
            Some(Film::open(directory, record.pass, record.progress.step, steps, scene)?)
        }
        // The film is that of the fit.
        checkpoint::Pass::Refit => None,
    };
    let path = directory.join(checkpoint::FILE_NAME);
    let workers = Threads::new(threads)?;
    let mut session = Session { record, state, log, film, path, workers, stop, observer };
    let images = Images::new(set);
    let (network, ended) = match config.kind {
        Kind::Vae => {
            let (vae, ended) = train_on(prepared, &mut session)?;
            (Network::Images(vae), Ok(ended))
        }
        Kind::Gan => {
            let (gan, ended) = play(prepared, &images, &mut session)?;
            (Network::Gan(gan), ended)
        }
    };
    let Session { record, path: checkpoint, observer, workers, .. } = session;
    let kind = network.kind();
    let card = Card {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: config.seed,
        fingerprint: set.fingerprint().to_owned(),
        rows: [train.len(), held_out.len()],
        prior: Prior::Standard { latent: kind.latent() },
        model: kind,
        config: config.to_toml(Of::Images),
        codec: TableCodec::of_no_columns(),
        figures: record.figures,
        judgement: None,
    };
    let mut model = Model { card, network };
    let ended = match ended {
        Ok(ended) => ended,
        Err(diverged) => {
            // Images that could not be read are no numbers either.
            images.check()?;
            let error = game::broken(&mut model, diverged, record.progress.best_step, directory)?;
            let _ = fs::remove_file(checkpoint);
            return Err(error);
        }
    };
    if config.kind == Kind::Gan && ended != Ended::Interrupted {
        observer.observe(&Event::Stage("training a fresh discriminator to judge the game"));
        let played = game::Played { data: Data::Images(&images), split: [train, held_out] };
        game::conclude(&mut model, played, None, directory, &workers)?;
    }
    images.check()?;
    if config.kind == Kind::Vae {
        warn_of_collapse(&model.card, observer);
    }
    leave(&model, directory)?;
    let request = ImageRequest {
        count: SAMPLE_IMAGES,
        offset: 0,
        shown: Shown::Expected,
        label: None,
        seed: config.seed,
        threads,
    };
    let mut drawn = DrawnImages::default();
    let mut sink = |images: &DrawnImages| -> Result<(), ImagesError> {
        drawn.append(images);
        Ok(())
    };
    sample_images(&model, &request, &mut sink, &mut ()).map_err(FitError::from)?;
    write_images(&directory.join("sample.png"), frame, &drawn.values, None)?;
    if ended != Ended::Interrupted {
        // A finished run has nothing to resume; a checkpoint left behind would only claim so.
        let _ = fs::remove_file(checkpoint);
    }
    let figures = model.card.figures.clone();
    Ok(Finished { model, ended, progress: record.progress, figures })
}

/// Trains, and scores held-out images.
fn train_on(prepared: &Prepared, session: &mut Session<'_>) -> Result<(ImageVae, Ended), FitError> {
    let Prepared { config, set, train, held_out, .. } = prepared;
    let noise = Noise::new(config.seed);
    let vae = prepared.autoencoder()?;
    let sizes = [config.training.batch.unwrap_or(1), config.training.shards];
    let pass = |vae, split: [Vec<u32>; 2], schedule: &_, session: &mut Session<'_>| {
        let mut learner = ImageLearner::new(vae, set, split, sizes, config.adam(), noise, Device::flex());
        let ended = session.pass(&mut learner, schedule);
        if let Some(error) = learner.failure() {
            return Err(error.into());
        }
        let best = learner.best().to_vec();
        let mut vae = learner.vae;
        vae.params.values_mut().copy_from_slice(&best);
        Ok::<_, FitError>((vae, ended?))
    };
    let schedule = config.train_config();
    let (mut vae, mut ended) = (vae, Ended::Steps);
    if session.record.pass == checkpoint::Pass::Fit {
        session.stage("training");
        (vae, ended) = pass(vae, [train.clone(), held_out.clone()], &schedule, session)?;
        session.stage("scoring held-out images");
        let pixels = Pixels::of(&vae, set, noise);
        let mut found = figures(&vae, &pixels, [train, held_out], &session.workers)?;
        found.push(("steps".to_owned(), session.record.progress.step as f64));
        found.push(("best_step".to_owned(), session.record.progress.best_step as f64));
        session.record.figures = found;
    }
    if config.training.refit == Refit::AllRows && ended != Ended::Interrupted {
        // The figures stay those of the held-out images, taken while they were held out.
        if session.record.pass == checkpoint::Pass::Fit {
            (session.record.pass, session.record.progress) = (checkpoint::Pass::Refit, Progress::default());
        }
        session.film = None;
        session.stage("refitting on all images");
        let all = [(0..set.len() as u32).collect(), Vec::new()];
        (vae, ended) = pass(vae, all, &schedule.for_refit(), session)?;
    }
    Ok((vae, ended))
}

/// Images of a frame of the film: 25, fewer where they are large.
fn filmed(frame: &ImageFrame) -> usize {
    const NUMBERS: usize = 1 << 17;
    (NUMBERS / frame.shape.values()).clamp(1, 25)
}

/// Says so where the latent carries nothing.
fn warn_of_collapse(card: &Card, observer: &mut dyn Observer) {
    let find = |name: &str| card.figures.iter().find(|(n, _)| n.ends_with(name)).map_or(0.0, |(_, v)| *v);
    let (rate, active) = (find("_rate"), find("active_units"));
    if collapsed(rate, active) {
        observer.observe(&Event::Warning(&format!(
            "posterior collapse: the latent carries {rate:.3} nats per image in {active} active dimensions, so encoding \
             images says nothing about them; lower images.objective.beta, or let it rise over images.objective.warm-up steps"
        )));
    }
}
