//! What a model of images has learned, to be seen: all that a page shows of it.

use std::path::Path;

use super::error::ImagesError;
use super::latent_map::{LatentMap, map};
use super::model::{of_images, read};
use super::neighbours::{Near, nearest};
use super::painter::Painter as _;
use super::paths::{LatentPath, quantiles};
use super::prepare::split;
use super::walk::{Strips, along, between, means};
use crate::artifact::Model;
use crate::data::image::ImageSet;
use crate::noise::Noise;
use crate::run::figures::spread;
use crate::run::{Config, Event, Observer};
use crate::train::Threads;
use crate::vae::Dimension;
use crate::vae::image::{
    ImageFrame, ImageVae, Pixels, Reconstruction, Shown, draw_images, encode_images, reconstruct_images,
};

/// Images rebuilt.
const REBUILT: usize = 10;
/// Samples shown.
const SAMPLES: u64 = 64;
/// Images that are encoded: for rates and the map.
const ENCODED: usize = 2000;
/// Dimensions that are traversed.
const TRAVERSED: usize = 12;
/// Samples, and held-out images, whose distance to the training images is measured.
const MEASURED: usize = 200;
/// Samples whose neighbours are shown, and neighbours of each.
const SHOWN: [usize; 2] = [10, 3];
/// Labels that are shown, and images of each.
const BY_LABEL: [usize; 2] = [20, 12];
/// Images on the way between two.
const STEPS: usize = 9;

/// All that there is to be seen of a model of images.
#[derive(Debug, Clone)]
pub struct ImageViews {
    /// What the images are.
    pub frame: ImageFrame,
    /// Whether images were held out; where none were, training images stand for them.
    pub held_out: usize,
    /// Held-out images rebuilt.
    pub rebuilt: Vec<Reconstruction>,
    /// Expectations of the first images of a sample, numbers in [0, 1].
    pub samples: Vec<f32>,
    /// Of a model that is told labels: their names, and for each a row of images of the same latents; of at most 20, evenly spread.
    pub by_label: Option<(Vec<String>, Strips)>,
    /// What each latent dimension does over held-out images, the greatest rate first.
    pub dimensions: Vec<Dimension>,
    /// Active dimensions, from 1, and for each a row of images along it; of a model that is told labels, under the most frequent one.
    pub traversal: (Vec<usize>, Strips),
    /// Held-out images, what lies between them, and between draws from N(0, I).
    pub between: [Strips; 2],
    /// Means of held-out images in the plane.
    pub map: LatentMap,
    /// What is nearest to samples.
    pub neighbours: Neighbours,
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
    /// The same of what the model makes of them: as smooth as samples are.
    pub of_rebuilt: Vec<f64>,
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
    let vae = of_images(model)?;
    let config = Config::from_toml(&model.card.config).unwrap_or_default();
    let set = read(model, path, &config.data.read_images())?;
    let [train, held_out] = split(set.len(), config.training.held_out, config.seed);
    let unseen = if held_out.is_empty() { &train } else { &held_out };
    let (workers, noise) = (Threads::new(threads)?, Noise::new(config.seed));
    let pixels = Pixels::of(vae, &set, noise);
    let frame = vae.frame.clone();

    let encoded = spread(unseen, ENCODED);
    let posteriors = encode_images(vae, &pixels, &encoded, &workers)?;
    let mut dimensions = posteriors.dimensions();
    dimensions.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    let labels = set.labels().map(|labels| {
        encoded.iter().map(|&image| labels.codes.get(image as usize).copied().unwrap_or(0)).collect()
    });
    let map = map(&posteriors.mean, posteriors.latent, labels.unwrap_or_default());

    let active = dimensions.iter().filter(|dimension| dimension.is_active()).take(TRAVERSED);
    let active: Vec<usize> = active.map(|dimension| dimension.dimension + 1).collect();
    let start = vae.shares.behind(&vec![0.0; posteriors.latent], &[vae.shares.most_frequent()]);
    let values = along(vae, &start, &active, &quantiles([0.01, 0.99], STEPS), &workers);
    let traversal = (active, Strips { frame: frame.clone(), columns: STEPS, values });

    let ends = spread(unseen, 12);
    let ends = &ends[..ends.len() / 2 * 2];
    let z = means(vae, &pixels, ends, None, &workers)?;
    let made = between(vae, &z, (LatentPath::Spherical, STEPS), &workers);
    let numbers = set.shape().values();
    let shown = pixels.fixed(ends)?;
    let rows = made.chunks_exact(STEPS * numbers).zip(shown.chunks_exact(2 * numbers));
    let values = rows.flat_map(|(made, ends)| [&ends[..numbers], made, &ends[numbers..]].concat()).collect();
    let of_images = Strips { frame: frame.clone(), columns: STEPS + 2, values };
    let z = vae.told([0, 12], None, &noise);
    let values = between(vae, &z, (LatentPath::Spherical, STEPS), &workers);
    let of_draws = Strips { frame: frame.clone(), columns: STEPS, values };

    let count = SAMPLES.max(MEASURED as u64);
    let many = draw_images(vae, [0, count], Shown::Expected, None, &noise, &workers).values;
    let neighbours = neighbours(&pixels, vae, &many, [&train, &held_out], &workers)?;
    let by_label = by_label(vae, &noise, &workers);
    let samples = many[..SAMPLES as usize * numbers].to_vec();
    let rebuilt = reconstruct_images(vae, &pixels, &spread(unseen, REBUILT))?;
    let (held_out, between) = (held_out.len(), [of_images, of_draws]);
    Ok(ImageViews {
        frame,
        held_out,
        rebuilt,
        samples,
        by_label,
        dimensions,
        traversal,
        between,
        map,
        neighbours,
    })
}

/// The same latents under one label after the other.
fn by_label(vae: &ImageVae, noise: &Noise, workers: &Threads) -> Option<(Vec<String>, Strips)> {
    let [most, columns] = BY_LABEL;
    let codes = spread(&(0..vae.labels() as u32).collect::<Vec<u32>>(), most);
    let of = |&code: &u32| {
        draw_images(vae, [0, columns as u64], Shown::Expected, Some(code), noise, workers).values
    };
    let values = codes.iter().flat_map(of).collect();
    let names = codes.iter().filter_map(|&code| vae.frame.labels.get(code as usize).cloned()).collect();
    (!codes.is_empty()).then(|| (names, Strips { frame: vae.frame.clone(), columns, values }))
}

fn neighbours(
    pixels: &Pixels<'_>,
    vae: &ImageVae,
    samples: &[f32],
    [train, held_out]: [&[u32]; 2],
    workers: &Threads,
) -> Result<Neighbours, ImagesError> {
    let set: &ImageSet = pixels.set;
    let values = set.shape().values();
    let [shown, near] = SHOWN;
    let samples = &samples[..samples.len().min(MEASURED * values)];
    let unseen = spread(held_out, MEASURED);
    let rebuilt = if unseen.is_empty() { Vec::new() } else { reconstruct_images(vae, pixels, &unseen)? };
    let rebuilt: Vec<f32> = rebuilt.into_iter().flat_map(|image| image.x_hat).collect();
    // One pass over the training images for all of them.
    let queries = [samples, &pixels.grey(&unseen)?, &rebuilt].concat();
    let found = nearest(set, train, &queries, near, workers)?;
    let first = |near: &Vec<Near>| near.first().map_or(f64::NAN, |near| near.distance);
    let (of_samples, rest) = found.split_at(samples.len() / values);
    let (of_held_out, of_rebuilt) = rest.split_at(unseen.len());
    let nearest: Vec<Vec<Near>> = of_samples.iter().take(shown).cloned().collect();
    let mut strip = Vec::new();
    for (sample, nearest) in samples.chunks_exact(values).zip(&nearest) {
        strip.extend_from_slice(sample);
        let images: Vec<u32> = nearest.iter().map(|near| near.image).collect();
        strip.extend(pixels.grey(&images)?);
    }
    Ok(Neighbours {
        strips: Strips { frame: vae.frame.clone(), columns: 1 + near.min(train.len()), values: strip },
        nearest,
        of_samples: of_samples.iter().map(first).collect(),
        of_held_out: of_held_out.iter().map(first).collect(),
        of_rebuilt: of_rebuilt.iter().map(first).collect(),
    })
}
