//! Walks through the latent space: from image to image, and along its dimensions.

use std::path::{Path, PathBuf};

use super::error::ImagesError;
use super::model::{label_of, of_images, read};
use super::painter::{Painter, painter};
use super::paths::{LatentPath, quantiles};
use crate::artifact::Model;
use crate::data::image::{ImageSet, ReadImages};
use crate::learner::Collective;
use crate::noise::Noise;
use crate::train::Threads;
use crate::vae::image::{ImageFrame, ImageVae, Pixels, encode_images};

/// Images of a set, counted from 1.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The set.
    pub path: PathBuf,
    /// How it is read.
    pub options: ReadImages,
    /// Which of its images.
    pub images: Vec<usize>,
}

/// From where to where.
#[derive(Debug, Clone)]
pub enum Ends {
    /// Between so many pairs of the first images of a sample.
    Drawn(usize),
    /// Between images, the first and the second, the third and the fourth; by the means of `q(z|x)`.
    Images(Chosen),
}

/// A walk from image to image.
#[derive(Debug, Clone)]
pub struct InterpolateRequest {
    /// From where to where.
    pub ends: Ends,
    /// Of a model that is told labels: the one that all images are made under; otherwise each end has its own, and the weight of a label
    /// goes in a straight line from one to the other.
    pub label: Option<String>,
    /// Images on the way, both ends among them.
    pub steps: usize,
    /// Which way.
    pub path: LatentPath,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
}

/// Walks along dimensions.
#[derive(Debug, Clone)]
pub struct TraverseRequest {
    /// The image from whose mean of `q(z|x)` to start; without, from the prior's mean 0.
    pub from: Option<Chosen>,
    /// Of a model that is told labels: the one that all images are made under; otherwise that of the image to start from.
    pub label: Option<String>,
    /// Dimensions, counted from 1; where none are named, the active ones of the fit's held-out images, the greatest rate first.
    pub dimensions: Vec<usize>,
    /// Images of each dimension.
    pub steps: usize,
    /// Probabilities whose quantiles of N(0, 1) are the first and the last value.
    pub between: [f64; 2],
    /// Threads to work on.
    pub threads: usize,
    /// The seed, of coin flips of a binarising likelihood.
    pub seed: u64,
}

/// Images in rows of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct Strips {
    /// What the images are.
    pub frame: ImageFrame,
    /// Images of a row.
    pub columns: usize,
    /// `[rows · columns, values]`, numbers in [0, 1].
    pub values: Vec<f32>,
}

/// Walks from image to image; of images, each row has the first one before and the second one behind what the model makes of the way.
///
/// # Errors
/// See [`ImagesError`].
pub fn interpolate(model: &Model, request: &InterpolateRequest) -> Result<Strips, ImagesError> {
    let InterpolateRequest { ends, label, steps, path, seed, threads } = request;
    if *steps == 0 {
        return Err(ImagesError::Nothing { what: "steps" });
    }
    let (workers, noise) = (Threads::new(*threads)?, Noise::new(*seed));
    let label = label.as_deref().map(|label| label_of(model, label)).transpose()?;
    match ends {
        Ends::Drawn(0) => Err(ImagesError::Nothing { what: "pairs" }),
        Ends::Drawn(pairs) => {
            let painter = painter(model)?;
            let z = painter.told([0, 2 * *pairs as u64], label, &noise);
            let values = between(painter, &z, (*path, *steps), &workers);
            Ok(Strips { frame: painter.frame().clone(), columns: *steps, values })
        }
        Ends::Images(chosen) => {
            if chosen.images.len() < 2 {
                return Err(ImagesError::Nothing { what: "pairs of images" });
            }
            let vae = of_images(model)?;
            let set = read(model, &chosen.path, &chosen.options)?;
            let images = numbers(&set, &chosen.path, &chosen.images)?;
            let images = &images[..images.len() / 2 * 2];
            let pixels = Pixels::of(vae, &set, noise);
            let z = means(vae, &pixels, images, label, &workers)?;
            let made = between(vae, &z, (*path, *steps), &workers);
            let (shown, values) = (pixels.fixed(images)?, set.shape().values());
            let rows = made.chunks_exact(steps * values).zip(shown.chunks_exact(2 * values));
            let row = |(made, ends): (&[f32], &[f32])| [&ends[..values], made, &ends[values..]].concat();
            let values = rows.flat_map(row).collect();
            Ok(Strips { frame: vae.frame.clone(), columns: steps + 2, values })
        }
    }
}

/// The images on the ways between the first and the second latent, the third and the fourth, and so on; labels behind them go straight.
pub(super) fn between(
    painter: &dyn Painter,
    z: &[f32],
    (path, steps): (LatentPath, usize),
    workers: &dyn Collective,
) -> Vec<f32> {
    let (latent, width) = (painter.latent(), painter.latent() + painter.shares().len());
    let way = |pair: &[f32]| -> Vec<f32> {
        let [(a, from), (b, to)] = [pair[..width].split_at(latent), pair[width..].split_at(latent)];
        let z = path.steps([a, b], steps);
        if from.is_empty() {
            return z;
        }
        let labels = LatentPath::Linear.steps([from, to], steps);
        let rows = z.chunks_exact(latent).zip(labels.chunks_exact(from.len()));
        rows.flat_map(|(z, label)| [z, label].concat()).collect()
    };
    let z: Vec<f32> = z.chunks_exact(2 * width).flat_map(way).collect();
    painter.paint(&z, workers)
}

/// Walks along dimensions, one row for each; the dimensions from 1, and the rows.
///
/// # Errors
/// See [`ImagesError`].
pub fn traverse(model: &Model, request: &TraverseRequest) -> Result<(Vec<usize>, Strips), ImagesError> {
    let TraverseRequest { from, label, dimensions, steps, between, threads, seed } = request;
    if *steps == 0 {
        return Err(ImagesError::Nothing { what: "steps" });
    }
    let painter = painter(model)?;
    let latent = painter.latent();
    let workers = Threads::new(*threads)?;
    let label = label.as_deref().map(|label| label_of(model, label)).transpose()?;
    let start = match from {
        None => {
            let names = model.network.labels();
            let labels = label.into_iter().collect::<Vec<u32>>();
            if labels.is_empty() && !names.is_empty() {
                return Err(ImagesError::WhichLabel { names: names.to_vec() });
            }
            painter.shares().behind(&vec![0.0; latent], &labels)
        }
        Some(chosen) => mean_of(model, chosen, label, &Noise::new(*seed), &workers)?,
    };
    let dimensions =
        if dimensions.is_empty() { most_active(&model.card.figures) } else { dimensions.clone() };
    if dimensions.is_empty() {
        return Err(ImagesError::Collapsed);
    }
    if let Some(&dimension) = dimensions.iter().find(|dimension| !(1..=latent).contains(*dimension)) {
        return Err(ImagesError::NoDimension { dimension, latent });
    }
    let values = along(painter, &start, &dimensions, &quantiles(*between, *steps), &workers);
    Ok((dimensions, Strips { frame: painter.frame().clone(), columns: *steps, values }))
}

/// The images of a latent of which one dimension after the other, from 1, takes one value after the other.
pub(super) fn along(
    painter: &dyn Painter,
    start: &[f32],
    dimensions: &[usize],
    values: &[f32],
    workers: &dyn Collective,
) -> Vec<f32> {
    let mut z = Vec::with_capacity(dimensions.len() * values.len() * start.len());
    for dimension in dimensions {
        for value in values {
            let changed = |(d, z): (usize, &f32)| if d + 1 == *dimension { *value } else { *z };
            z.extend(start.iter().enumerate().map(changed));
        }
    }
    painter.paint(&z, workers)
}

/// The active dimensions of a fit, from 1, the greatest rate first.
fn most_active(figures: &[(String, f64)]) -> Vec<usize> {
    let active = figures.iter().find(|(name, _)| name == "active_units").map_or(0.0, |(_, active)| *active);
    let of =
        |(name, rate): &(String, f64)| Some((name.strip_prefix(super::figures::RATE)?.parse().ok()?, *rate));
    let mut rates: Vec<(usize, f64)> = figures.iter().filter_map(of).collect();
    rates.sort_by(|a, b| b.1.total_cmp(&a.1));
    rates.into_iter().take(active as usize).map(|(dimension, _)| dimension).collect()
}

/// The means of `q(z|x)` of images, and behind each a label: a given one, or its own.
pub(super) fn means(
    vae: &ImageVae,
    pixels: &Pixels<'_>,
    images: &[u32],
    label: Option<u32>,
    workers: &dyn Collective,
) -> Result<Vec<f32>, ImagesError> {
    let mean = encode_images(vae, pixels, images, workers)?.mean;
    let labels = pixels.told(images).into_iter().map(|own| label.unwrap_or(own)).collect::<Vec<_>>();
    Ok(vae.shares.behind(&mean, &labels))
}

fn mean_of(
    model: &Model,
    chosen: &Chosen,
    label: Option<u32>,
    noise: &Noise,
    workers: &Threads,
) -> Result<Vec<f32>, ImagesError> {
    let vae = of_images(model)?;
    let set = read(model, &chosen.path, &chosen.options)?;
    let images = numbers(&set, &chosen.path, chosen.images.get(..1).unwrap_or(&[1]))?;
    means(vae, &Pixels::of(vae, &set, *noise), &images, label, workers)
}

/// Images by their numbers from 1, as the set counts them.
fn numbers(set: &ImageSet, path: &Path, images: &[usize]) -> Result<Vec<u32>, ImagesError> {
    let number = |&image: &usize| match image.checked_sub(1) {
        Some(at) if at < set.len() => Ok(at as u32),
        _ => Err(ImagesError::NoImage { path: path.to_path_buf(), image, images: set.len() }),
    };
    images.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_sorted_by_rate_as_far_as_they_are_active() {
        let figure = |name: &str, value| (name.to_owned(), value);
        let figures = [
            figure("active_units", 2.0),
            figure("rate_of_dimension_001", 0.1),
            figure("rate_of_dimension_002", 3.0),
            figure("rate_of_dimension_010", 1.0),
        ];
        assert_eq!(most_active(&figures), [2, 10]);
        assert!(most_active(&figures[1..]).is_empty());
    }
}
