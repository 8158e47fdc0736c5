//! What a model of images has learned, to be seen: all that a page shows of it.

use std::path::Path;

use super::encoder_views::{EncoderViews, encoder_views};
use super::error::ImagesError;
use super::model::read;
use super::neighbours::{Near, nearest};
use super::painter::Painter;
use super::paths::LatentPath;
use super::prepare::split;
use super::walk::{Strips, between};
use crate::artifact::Model;
use crate::data::image::{ImageError, ImageSet};
use crate::noise::Noise;
use crate::run::figures::spread;
use crate::run::{Config, Event, Observer};
use crate::train::Threads;
use crate::vae::image::{ImageFrame, ImageVae, Pixels, reconstruct_images};

/// Samples shown where no labels are told.
const SAMPLES: u64 = 64;
/// Samples of a row, and of each label where labels are told.
const COLUMNS: [usize; 2] = [16, 12];
/// Labels whose samples are shown.
const LABELS: usize = 20;
/// Ways between draws.
const WAYS: usize = 6;
/// Samples, and held-out images, whose distance to the training images is measured.
const MEASURED: usize = 200;
/// Samples whose neighbours are shown, and neighbours of each.
const SHOWN: [usize; 2] = [10, 3];
/// The way between two images, and images on it.
pub(super) const WAY: (LatentPath, usize) = (LatentPath::Spherical, 9);

/// All that there is to be seen of a model of images.
#[derive(Debug, Clone)]
pub struct ImageViews {
    /// What the images are.
    pub frame: ImageFrame,
    /// Whether images were held out; where none were, training images stand for them.
    pub held_out: usize,
    /// The first images of a sample; or of each label that the model is told, a row.
    pub samples: Labelled,
    /// What lies between draws from N(0, I), a row for each way, of the label at its beginning.
    pub between: Labelled,
    /// What is nearest to samples.
    pub neighbours: Neighbours,
    /// What only a model with an encoder has to show.
    pub encoder: Option<EncoderViews>,
}

/// Rows of images with the names of their labels.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// A name for each row; none where the model is told no labels.
    pub labels: Vec<String>,
    /// The rows.
    pub strips: Strips,
}

/// Training images near samples, beside those near images that the model has never seen.
#[derive(Debug, Clone)]
pub struct Neighbours {
    /// Samples and behind each its nearest training images.
    pub strips: Strips,
    /// How near those are.
    pub nearest: Vec<Vec<Near>>,
    /// `‖x − y‖` from each of many samples to its nearest training image.
    pub of_samples: Vec<f64>,
    /// The same of held-out images; empty where none are held out.
    pub of_held_out: Vec<f64>,
    /// The same of what an autoencoder makes of them, as smooth as its samples are; empty of a model without an encoder.
    pub of_rebuilt: Vec<f64>,
}

/// What is looked at, and how.
pub(super) struct Look<'a> {
    pub set: &'a ImageSet,
    pub split: [&'a [u32]; 2],
    pub noise: Noise,
    pub workers: &'a Threads,
}

impl<'a> Look<'a> {
    /// The held-out images; the training images where none are held out.
    pub(super) fn unseen(&self) -> &'a [u32] {
        let [train, held_out] = self.split;
        if held_out.is_empty() { train } else { held_out }
    }

    /// The set as an autoencoder takes it.
    pub(super) fn pixels(&self, vae: &'a ImageVae) -> Pixels<'a> {
        Pixels::of(vae, self.set, self.noise)
    }
}

/// Looks at a model with the set that it was fitted to.
///
/// # Errors
/// See [`ImagesError`]; a configuration that does not parse is taken for the default one.
pub fn image_views(
    model: &Model,
    path: &Path,
    threads: usize,
    observer: &mut dyn Observer,
) -> Result<ImageViews, ImagesError> {
    observer.observe(&Event::Stage("looking at what the model has learned"));
    let painter = Painter::of(model)?;
    let config = Config::from_toml(&model.card.config).unwrap_or_default();
    let set = read(model, path, &config.data.read_images())?;
    let [train, held_out] = split(set.len(), config.training.held_out, config.seed);
    let (workers, noise) = (&Threads::new(threads)?, Noise::new(config.seed));
    let look = Look { set: &set, split: [&train, &held_out], noise, workers };
    let encoder = match painter {
        Painter::Vae(vae) => Some(encoder_views(vae, &look)?),
        Painter::Game(..) => None,
    };
    let drawn = [0, SAMPLES.max(MEASURED as u64)];
    let many = painter.paint(&painter.latents(drawn, &noise), &painter.told(drawn, &noise), workers);
    let neighbours = neighbours(painter, &many, &look)?;
    let samples = match painter.labels() {
        [] => {
            let values = many[..SAMPLES as usize * set.shape().values()].to_vec();
            Labelled { labels: Vec::new(), strips: painter.strips(COLUMNS[0], values) }
        }
        names => of_labels(painter, &names[..names.len().min(LABELS)], &look),
    };
    let ways = [0, 2 * WAYS as u64];
    let told: Vec<u32> = painter.told(ways, &noise).into_iter().step_by(2).collect();
    let strips = between(painter, &painter.latents(ways, &noise), &told, WAY, workers);
    let name = |label: &u32| painter.labels().get(*label as usize).cloned();
    let between = Labelled { labels: told.iter().filter_map(name).collect(), strips };
    let (frame, held_out) = (painter.frame().clone(), held_out.len());
    Ok(ImageViews { frame, held_out, samples, between, neighbours, encoder })
}

/// The first images of a sample of each label.
fn of_labels(painter: Painter<'_>, names: &[String], look: &Look<'_>) -> Labelled {
    let columns = COLUMNS[1];
    let z = painter.latents([0, columns as u64], &look.noise).repeat(names.len());
    let told: Vec<u32> =
        (0..names.len() as u32).flat_map(|label| std::iter::repeat_n(label, columns)).collect();
    let strips = painter.strips(columns, painter.paint(&z, &told, look.workers));
    Labelled { labels: names.to_vec(), strips }
}

fn neighbours<'a>(painter: Painter<'a>, samples: &[f32], look: &Look<'a>) -> Result<Neighbours, ImagesError> {
    let (set, [train, held_out]) = (look.set, look.split);
    let values = set.shape().values();
    let [shown, near] = SHOWN;
    let samples = &samples[..samples.len().min(MEASURED * values)];
    let unseen = spread(held_out, MEASURED);
    let rebuilt = match painter {
        Painter::Vae(vae) if !unseen.is_empty() => reconstruct_images(vae, &look.pixels(vae), &unseen)?,
        _ => Vec::new(),
    };
    let rebuilt: Vec<f32> = rebuilt.into_iter().flat_map(|image| image.x_hat).collect();
    // One pass over the training images for all of them.
    let queries = [samples, &grey(set, &unseen)?, &rebuilt].concat();
    let found = nearest(set, train, &queries, near, look.workers)?;
    let first = |near: &Vec<Near>| near.first().map_or(f64::NAN, |near| near.distance);
    let (of_samples, rest) = found.split_at(samples.len() / values);
    let (of_held_out, of_rebuilt) = rest.split_at(unseen.len());
    let nearest: Vec<Vec<Near>> = of_samples.iter().take(shown).cloned().collect();
    let mut strip = Vec::new();
    for (sample, nearest) in samples.chunks_exact(values).zip(&nearest) {
        strip.extend_from_slice(sample);
        let images: Vec<u32> = nearest.iter().map(|near| near.image).collect();
        strip.extend(grey(set, &images)?);
    }
    Ok(Neighbours {
        strips: painter.strips(1 + near.min(train.len()), strip),
        nearest,
        of_samples: of_samples.iter().map(first).collect(),
        of_held_out: of_held_out.iter().map(first).collect(),
        of_rebuilt: of_rebuilt.iter().map(first).collect(),
    })
}

/// Images as they are, numbers in [0, 1].
fn grey(set: &ImageSet, images: &[u32]) -> Result<Vec<f32>, ImageError> {
    let mut grey = vec![0.0; images.len() * set.shape().values()];
    set.gather(images, &mut grey)?;
    Ok(grey)
}
