//! Evaluating generated images: anyone's files, or images drawn from a model.

mod baseline;
mod error;
mod extractor;
mod judge;
mod report;
mod sets;

pub use error::EvaluateImagesError;
pub use report::{ImageReport, ImageRole, ImageSetReport};

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use gausswork_eval::report::{Baselines, Provenance, Source};

use self::baseline::Made;
use self::extractor::AnyExtractor;
use self::judge::{Judge, MOST, MOST_IN_PAIRS, Reports};
use self::sets::{Compared, Pictures, read_beside, varied};
use super::error::ImagesError;
use super::model::frame_of;
use super::prepare::split;
use super::sample::{ImageRequest, sample_images};
use crate::artifact::Model;
use crate::data::image::{self, DrawnImages, ImageSet, Labels, ReadImages};
use crate::noise::{Noise, Stream};
use crate::run::{Config, Event, Observer, Refit};
use crate::train::Threads;
use crate::vae::image::Shown;

/// Images that any set must have.
const FEWEST: usize = 20;
/// Images that are drawn from a model, or made as a baseline, at most.
const MOST_MADE: usize = 10_000;

/// What is evaluated, and how.
#[derive(Debug, Clone)]
pub struct EvaluateImagesRequest<'a> {
    /// The real images.
    pub real: PathBuf,
    /// Real images that no generator saw.
    pub holdout: Option<PathBuf>,
    /// Generated images; where there are none, images drawn from the model.
    pub synthetic: Vec<PathBuf>,
    /// The model to draw images from.
    pub model: Option<&'a Model>,
    /// How images are read.
    pub options: ReadImages,
    /// The file of an extractor that is to be used; otherwise one is trained on the real images.
    pub extractor: Option<PathBuf>,
    /// Where the extractor is to be kept.
    pub keep: Option<PathBuf>,
    /// Baselines.
    pub baselines: Baselines,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
    /// The command line, for the report.
    pub command: String,
}

/// Evaluates generated images against real ones, by features of a named extractor.
///
/// Real images are of two kinds: the *reference*, on which an extractor is trained and with which every set is compared, and *fresh* ones,
/// which neither saw: the holdout, or what the model's fit held out of these very images, or else one half of them.
///
/// # Errors
/// See [`EvaluateImagesError`].
pub fn evaluate_images(
    request: &EvaluateImagesRequest<'_>,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<ImageReport, EvaluateImagesError> {
    if request.synthetic.is_empty() && request.model.is_none() {
        return Err(EvaluateImagesError::NoSynthetic);
    }
    let workers = Threads::new(request.threads)?;
    let mut read_from = Vec::new();
    let mut told = |path: &Path| observer.observe(&Event::Stage(&format!("reading {}", path.display())));
    told(&request.real);
    let real = image::read(&request.real, &request.options)?;
    real.at_least(if request.holdout.is_some() { FEWEST } else { 2 * FEWEST })?;
    let mut beside = Vec::new();
    for path in request.holdout.iter().chain(&request.synthetic) {
        told(path);
        let set = read_beside(&real, path, &request.options)?;
        set.at_least(FEWEST)?;
        beside.push(set);
    }
    let (holdout, synthetic) = beside.split_at(usize::from(request.holdout.is_some()));
    let Parts { reference, fresh, words } = Parts::of(&real, holdout.first(), request, observer)?;
    varied(&real, &reference)?;
    let role = |set: &ImageSet, role: &str| Source {
        role: role.to_owned(),
        name: set.file().display().to_string(),
        rows: set.len(),
        fingerprint: set.fingerprint().to_owned(),
    };
    read_from.push(role(&real, "real"));
    read_from.extend(holdout.iter().map(|set| role(set, "holdout")));
    read_from.extend(synthetic.iter().map(|set| role(set, "synthetic")));

    let fresh_real =
        Compared { name: "fresh real images".to_owned(), role: ImageRole::FreshReal, pictures: fresh };
    let extractor = match &request.extractor {
        Some(path) => AnyExtractor::load(path, &real)?,
        None => {
            let trained =
                extractor::trained(&real, &reference, &fresh_real, request.seed, &workers, stop, observer)?;
            if let Some(path) = &request.keep {
                trained.save(path)?;
            }
            AnyExtractor::Trained(Box::new(trained))
        }
    };
    let mut sets: Vec<Compared<'_>> = synthetic.iter().map(Compared::generated).collect();
    if let (true, Some(model)) = (sets.is_empty(), request.model) {
        sets.push(drawn(model, &real, reference.len(), request, observer)?);
        read_from.push(Source {
            role: "synthetic".to_owned(),
            name: format!("drawn from the model, seed {}", request.seed),
            rows: sets.iter().map(|set| set.pictures.len()).sum(),
            fingerprint: String::new(),
        });
    }
    let count = sets.first().map_or(reference.len(), |set| set.pictures.len()).min(MOST_MADE);
    if request.baselines != Baselines::None {
        sets.push(fresh_real);
    }
    if request.baselines == Baselines::All {
        let made = Made::from(&real, &reference, request.seed, &workers)?;
        let each = real.shape().values();
        let pixels = [
            ("independent pixels", ImageRole::IndependentPixels, made.independent(count)),
            ("Gaussian", ImageRole::Gaussian, made.gaussian(count)),
        ];
        sets.extend(pixels.map(|(name, role, values)| Compared {
            name: name.to_owned(),
            role,
            pictures: Pictures::Made { values, each, labels: None },
        }));
    }
    let judge =
        Judge { extractor: &extractor, name: extractor.name(), shape: real.shape(), workers: &workers };
    let reports = judge.all(&Pictures::Of { set: &real, images: reference.clone() }, &sets, observer)?;
    Ok(report(request, &extractor, &real, reference.len(), words, reports, read_from))
}

/// The real images of an evaluation.
struct Parts<'a> {
    reference: Vec<u32>,
    fresh: Pictures<'a>,
    /// Which the fresh ones are.
    words: String,
}

impl<'a> Parts<'a> {
    fn of(
        real: &'a ImageSet,
        holdout: Option<&'a ImageSet>,
        request: &EvaluateImagesRequest<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Self, EvaluateImagesError> {
        let all = |set: &ImageSet| (0..set.len() as u32).collect::<Vec<u32>>();
        if let Some(set) = holdout {
            let fresh = Pictures::Of { set, images: all(set) };
            return Ok(Self { reference: all(real), fresh, words: "the holdout".to_owned() });
        }
        let of = |[reference, fresh]: [Vec<u32>; 2], words: &str| Self {
            reference,
            fresh: Pictures::Of { set: real, images: fresh },
            words: words.to_owned(),
        };
        if let Some(model) = request.model {
            let config = Config::from_toml(&model.card.config)?;
            let parts = split(real.len(), config.training.held_out, config.seed);
            match () {
                () if model.card.fingerprint != real.fingerprint() => observer.observe(&Event::Warning(
                    "the model was fitted to other images: which of these it knows is not known",
                )),
                () if config.training.refit == Refit::AllRows => observer
                    .observe(&Event::Warning("the model was refitted to all images: none of them is unseen")),
                () if parts[1].len() < FEWEST => {}
                () => return Ok(of(parts, "those that the model's fit held out")),
            }
        }
        let mut order = Noise::new(request.seed).permutation(Stream::Split, 1, real.len());
        let mut fresh = order.split_off(real.len() - real.len() / 2);
        order.sort_unstable();
        fresh.sort_unstable();
        Ok(of([order, fresh], "one half of the real images, kept apart from the other: no holdout was given"))
    }
}

/// Images drawn from a model.
fn drawn<'a>(
    model: &Model,
    real: &ImageSet,
    count: usize,
    request: &EvaluateImagesRequest<'_>,
    observer: &mut dyn Observer,
) -> Result<Compared<'a>, EvaluateImagesError> {
    let shape = frame_of(model)?.shape;
    if shape != real.shape() {
        let path = request.real.clone();
        return Err(EvaluateImagesError::Shape { path, found: real.shape(), expected: shape });
    }
    observer.observe(&Event::Stage("drawing images from the model"));
    let count = count.min(MOST_MADE) as u64;
    let (seed, threads) = (request.seed, request.threads);
    let mut images = DrawnImages::default();
    let mut sink = |some: &DrawnImages| -> Result<(), ImagesError> {
        images.append(some);
        Ok(())
    };
    let request = ImageRequest { count, offset: 0, shown: Shown::Expected, label: None, seed, threads };
    sample_images(model, &request, &mut sink, &mut ())?;
    let names = model.network.labels().to_vec();
    let labels = (!names.is_empty()).then_some(Labels { names, codes: images.labels });
    let pictures = Pictures::Made { values: images.values, each: shape.values(), labels };
    Ok(Compared { name: "model".to_owned(), role: ImageRole::Synthetic, pictures })
}

fn report(
    request: &EvaluateImagesRequest<'_>,
    extractor: &AnyExtractor,
    real: &ImageSet,
    reference: usize,
    fresh: String,
    Reports { sets, level, mut notes }: Reports,
    sources: Vec<Source>,
) -> ImageReport {
    let name = extractor.name();
    let sizes: Vec<usize> = sets.iter().map(|set| set.images).chain([reference]).collect();
    if sizes.iter().any(|&size| size > MOST_IN_PAIRS) {
        notes.push(format!(
            "Of a set of more images, {MOST} that are evenly spread have features, and {MOST_IN_PAIRS} are looked at in pairs (kernel \
             distance, precision, recall, density, coverage)."
        ));
    }
    if sets.iter().any(|set| set.images != sets[0].images) {
        notes.push(
            "A Fréchet distance is too large by an amount that falls with the number of images: of sets of different sizes, compare the \
             one of infinitely many rows, or the kernel distance."
                .to_owned(),
        );
    }
    if extractor.card().is_some_and(|card| card.fingerprint != real.fingerprint()) {
        notes.push("The extractor was trained on another set of images than these.".to_owned());
    }
    ImageReport {
        frechet: name.frechet_title(),
        extractor: name.to_string(),
        classes: extractor.classes().to_vec(),
        card: extractor.card().cloned(),
        shape: real.shape().to_string(),
        reference,
        fresh,
        level,
        sets,
        notes,
        seed: request.seed,
        made: Provenance {
            command: request.command.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            sources,
        },
    }
}
