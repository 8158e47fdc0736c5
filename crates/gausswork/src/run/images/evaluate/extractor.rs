//! What makes the features of an evaluation: a network that is trained on the real images, or read from a file.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use gausswork_eval::features::{Extractor, Inception};

use super::EvaluateImagesError;
use super::sets::{Compared, Pictures};
use crate::data::image::{ImageError, ImageSet, ImageShape};
use crate::extractor::{
    Extracted, ExtractorCard, ExtractorError, ExtractorLearner, FeatureNetwork, Gather, InceptionV3, Lesson,
    NetworkSizes, Skill, TrainedExtractor,
};
use crate::learner::{Diverged, Figures};
use crate::noise::Noise;
use crate::run::figures::spread;
use crate::run::{Event, Observer};
use crate::train::{Decay, Ended, Hooks, Progress, Schedule, Threads, TrainConfig, train};

/// The greatest learning rate.
const RATE: f64 = 0.002;
/// Steps in which it is reached.
const WARM_UP: u64 = 50;
/// Images that say in what units features are.
const MOST_FOR_UNITS: usize = 10_000;

/// What makes the features of an evaluation.
pub(super) enum AnyExtractor {
    /// A network that was trained for it.
    Trained(Box<TrainedExtractor>),
    /// The network that FID is defined by, or one of its layers with other weights.
    Inception(InceptionV3),
}

impl AnyExtractor {
    /// Reads an extractor for images of the shape of a set.
    pub(super) fn load(path: &Path, real: &ImageSet) -> Result<Self, EvaluateImagesError> {
        let trained = match TrainedExtractor::load(path) {
            Err(ExtractorError::Foreign { .. }) if InceptionV3::may_be(path) => {
                return Ok(Self::Inception(InceptionV3::load(path)?));
            }
            other => other?,
        };
        let (found, expected) = (real.shape(), trained.card.sizes.image);
        if found != expected {
            return Err(EvaluateImagesError::OtherShape { path: path.to_path_buf(), found, expected });
        }
        Ok(Self::Trained(Box::new(trained)))
    }

    /// The name that stands beside every score.
    pub(super) fn name(&self) -> Extractor {
        match self {
            Self::Trained(trained) => trained.card.extractor(),
            Self::Inception(inception) => inception.extractor().clone(),
        }
    }

    /// What is known of a network that was trained for it.
    pub(super) fn card(&self) -> Option<&ExtractorCard> {
        match self {
            Self::Trained(trained) => Some(&trained.card),
            Self::Inception(_) => None,
        }
    }

    /// The classes that its outputs are of, where they are.
    pub(super) fn classes(&self) -> &[String] {
        match self.card().map(|card| &card.lesson) {
            Some(Lesson::Labels(names)) => names,
            Some(Lesson::Instances) | None => &[],
        }
    }

    /// Features of an image.
    pub(super) fn width(&self) -> usize {
        self.card().map_or(Inception::WIDTH, |card| card.sizes.features)
    }

    /// Features and outputs of the images `0..images`.
    pub(super) fn extract(
        &self,
        images: usize,
        shape: ImageShape,
        gather: &Gather<'_>,
        workers: &Threads,
    ) -> Result<Extracted, ImageError> {
        match self {
            Self::Trained(trained) => trained.network.extract(images, gather, workers),
            Self::Inception(inception) => {
                let features = inception.extract(images, shape, gather, workers)?;
                Ok(Extracted { features, outputs: Vec::new() })
            }
        }
    }
}

/// Trains an extractor on the images `train` of a set, and looks how well it does with fresh ones.
pub(super) fn trained(
    set: &ImageSet,
    train_on: &[u32],
    fresh: &Compared<'_>,
    seed: u64,
    workers: &Threads,
    stop: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<TrainedExtractor, EvaluateImagesError> {
    let lesson = match set.labels() {
        Some(labels) if labels.names.len() > 1 => Lesson::Labels(labels.names.clone()),
        _ => Lesson::Instances,
    };
    let noise = Noise::new(seed);
    let network = FeatureNetwork::new(NetworkSizes::of(set.shape(), lesson.outputs()), &noise);
    let mut learner = ExtractorLearner::new(network, &lesson, set, train_on.to_vec(), noise);
    let steps = learner.steps();
    let config = TrainConfig {
        schedule: Schedule { peak: RATE, warm_up: WARM_UP.min(steps / 2), steps, decay: Decay::Cosine },
        validate_every: steps,
        patience: None,
        checkpoint_every: u64::MAX,
        checkpoint_interval: Duration::MAX,
        time_budget: None,
    };
    let what = match lesson {
        Lesson::Labels(_) => "training the extractor on labels",
        Lesson::Instances => "training the extractor to tell images apart",
    };
    observer.observe(&Event::Stage(what));
    let mut hooks = Told { steps, observer };
    let ended = train(&mut learner, &config, &mut Progress::default(), workers, stop, &mut hooks);
    if let Some(error) = learner.failure() {
        return Err(error.into());
    }
    if ended? == Ended::Interrupted {
        return Err(EvaluateImagesError::Interrupted);
    }
    let mut network = learner.finished();
    let units = spread(train_on, MOST_FOR_UNITS);
    let gather = |range: std::ops::Range<usize>, out: &mut [f32]| set.gather(&units[range], out);
    // Otherwise a distance would have whatever unit the training came to.
    let variance = network.extract(units.len(), &gather, workers)?.mean_variance(network.sizes.features);
    if variance > 0.0 {
        network.scale_features(variance.sqrt().recip() as f32);
    }
    let card = ExtractorCard {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        sizes: network.sizes.clone(),
        data: set.file().file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        fingerprint: set.fingerprint().to_owned(),
        images: train_on.len(),
        steps,
        seed,
        held_out: skill(&network, &lesson, fresh, seed, workers)?,
        weights: network.weights_hash(),
        lesson,
    };
    Ok(TrainedExtractor { card, network })
}

/// How well a network does its lesson with images that it was not trained on.
fn skill(
    network: &FeatureNetwork,
    lesson: &Lesson,
    fresh: &Compared<'_>,
    seed: u64,
    workers: &Threads,
) -> Result<Option<Skill>, EvaluateImagesError> {
    let gather = |range: std::ops::Range<usize>, out: &mut [f32]| fresh.pictures.gather(range, out);
    let Lesson::Labels(names) = lesson else {
        return Ok(network.told_apart(fresh.pictures.len(), &gather, &Noise::new(seed), workers)?);
    };
    let Pictures::Of { set, images } = &fresh.pictures else { return Ok(None) };
    let Some(labels) = set.labels() else { return Ok(None) };
    let extracted = network.extract(images.len(), &gather, workers)?;
    let said = extracted.tops(names.len());
    // Sets have codes of their own.
    let label =
        |image: u32| labels.codes.get(image as usize).and_then(|&code| labels.names.get(code as usize));
    let right =
        images.iter().zip(&said).filter(|(image, (top, _))| label(**image) == names.get(*top as usize));
    Ok(Skill::of(right.count(), images.len()))
}

/// Tells an observer how training goes on.
struct Told<'a> {
    steps: u64,
    observer: &'a mut dyn Observer,
}

impl Hooks for Told<'_> {
    type Error = Diverged;

    fn stepped(&mut self, step: u64, seconds: f64, figures: &Figures) -> Result<(), Diverged> {
        let rate = step as f64 / seconds.max(1e-9);
        self.observer.observe(&Event::Step { step, steps: self.steps, rate, figures });
        Ok(())
    }

    fn validated(&mut self, progress: &Progress, _: f64, figures: &Figures) -> Result<(), Diverged> {
        self.observer.observe(&Event::Validated { progress, figures });
        Ok(())
    }

    fn checkpoint(&mut self, _: &Progress, _: Vec<(String, Vec<f32>)>) -> Result<(), Diverged> {
        Ok(())
    }
}
