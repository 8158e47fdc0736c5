//! Walks through the latent space: from image to image, and along its dimensions.

use std::path::{Path, PathBuf};

use super::error::ImagesError;
use super::model::{of_images, read};
use super::painter::Painter;
use super::paths::{LatentPath, quantiles};
use crate::artifact::Model;
use crate::data::image::{ImageSet, ReadImages};
use crate::learner::Collective;
use crate::noise::Noise;
use crate::train::Threads;
use crate::vae::image::{ImageFrame, Pixels, encode_images};

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
    /// Images on the way, both ends among them.
    pub steps: usize,
    /// Which way.
    pub path: LatentPath,
    /// Of a model that is told labels: the one of all images; without, each row has that of the image at its beginning.
    pub label: Option<String>,
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
    /// Dimensions, counted from 1; where none are named, the active ones of the fit's held-out images, the greatest rate first, and of a
    /// game, which has no rates, the first twelve.
    pub dimensions: Vec<usize>,
    /// Of a model that is told labels: the one of all images; without, that of the image to start from, or of the first image of a sample.
    pub label: Option<String>,
    /// Images of each dimension.
    pub steps: usize,
    /// Probabilities whose quantiles of N(0, 1) are the first and the last value.
    pub between: [f64; 2],
    /// Threads to work on.
    pub threads: usize,
    /// The seed, of coin flips of a binarising likelihood and of a label that is not named.
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
    let InterpolateRequest { ends, steps, path, label, seed, threads } = request;
    if *steps == 0 {
        return Err(ImagesError::Nothing { what: "steps" });
    }
    let (workers, noise) = (Threads::new(*threads)?, Noise::new(*seed));
    let painter = Painter::of(model)?;
    let label = painter.label(label.as_ref())?;
    match ends {
        Ends::Drawn(0) => Err(ImagesError::Nothing { what: "pairs" }),
        Ends::Drawn(pairs) => {
            let drawn = [0, 2 * *pairs as u64];
            let told = painter.told(drawn, &noise).into_iter().step_by(2);
            let told: Vec<u32> = told.map(|drawn| label.unwrap_or(drawn)).collect();
            let way = (*path, *steps);
            Ok(between(painter, &painter.latents(drawn, &noise), &told, way, &workers))
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
            let z = encode_images(vae, &pixels, images, &workers)?.mean;
            let told = pixels.told(images).into_iter().step_by(2);
            let told: Vec<u32> = told.map(|own| label.unwrap_or(own)).collect();
            let made = between(painter, &z, &told, (*path, *steps), &workers);
            Ok(made.within(&pixels.fixed(images)?))
        }
    }
}

impl Strips {
    /// The rows with the images between which they lead before and behind them.
    pub(super) fn within(&self, ends: &[f32]) -> Self {
        let values = self.frame.shape.values();
        let rows = self.values.chunks_exact(self.columns * values).zip(ends.chunks_exact(2 * values));
        let row = |(made, ends): (&[f32], &[f32])| [&ends[..values], made, &ends[values..]].concat();
        Self { frame: self.frame.clone(), columns: self.columns + 2, values: rows.flat_map(row).collect() }
    }
}

/// The images on the ways between the first and the second latent, the third and the fourth, and so on, a row each; `told` are the labels
/// of the rows.
pub(super) fn between(
    painter: Painter<'_>,
    z: &[f32],
    told: &[u32],
    (path, steps): (LatentPath, usize),
    workers: &dyn Collective,
) -> Strips {
    let latent = painter.latent();
    let pairs = z.chunks_exact(2 * latent).map(|pair| pair.split_at(latent));
    let z: Vec<f32> = pairs.flat_map(|(a, b)| path.steps([a, b], steps)).collect();
    let told: Vec<u32> = told.iter().flat_map(|&label| std::iter::repeat_n(label, steps)).collect();
    painter.strips(steps, painter.paint(&z, &told, workers))
}

/// Walks along dimensions, one row for each; the dimensions from 1, and the rows.
///
/// # Errors
/// See [`ImagesError`].
pub fn traverse(model: &Model, request: &TraverseRequest) -> Result<(Vec<usize>, Strips), ImagesError> {
    let TraverseRequest { from, dimensions, steps, between, label, threads, seed } = request;
    if *steps == 0 {
        return Err(ImagesError::Nothing { what: "steps" });
    }
    let painter = Painter::of(model)?;
    let (latent, label) = (painter.latent(), painter.label(label.as_ref())?);
    let (workers, noise) = (Threads::new(*threads)?, Noise::new(*seed));
    let (start, own) = match from {
        None => (vec![0.0; latent], painter.told([0, 1], &noise).first().copied()),
        Some(chosen) => mean_of(model, chosen, &noise, &workers)?,
    };
    let dimensions = match (dimensions.is_empty(), painter) {
        (false, _) => dimensions.clone(),
        (true, Painter::Vae(_)) => most_active(&model.card.figures),
        (true, Painter::Game(..)) => (1..=latent.min(TRAVERSED)).collect(),
    };
    if dimensions.is_empty() {
        return Err(ImagesError::Collapsed);
    }
    if let Some(&dimension) = dimensions.iter().find(|dimension| !(1..=latent).contains(*dimension)) {
        return Err(ImagesError::NoDimension { dimension, latent });
    }
    let rows = along(painter, (&start, label.or(own)), &dimensions, &quantiles(*between, *steps), &workers);
    Ok((dimensions, rows))
}

/// The images of a latent and a label of which one dimension after the other, from 1, takes one value after the other, a row for each.
pub(super) fn along(
    painter: Painter<'_>,
    (start, told): (&[f32], Option<u32>),
    dimensions: &[usize],
    values: &[f32],
    workers: &dyn Collective,
) -> Strips {
    let mut z = Vec::with_capacity(dimensions.len() * values.len() * start.len());
    for dimension in dimensions {
        for value in values {
            let changed = |(d, z): (usize, &f32)| if d + 1 == *dimension { *value } else { *z };
            z.extend(start.iter().enumerate().map(changed));
        }
    }
    let told: Vec<u32> = told.into_iter().cycle().take(dimensions.len() * values.len()).collect();
    painter.strips(values.len(), painter.paint(&z, &told, workers))
}

/// Dimensions along which there are walks, of many.
pub(super) const TRAVERSED: usize = 12;

/// The active dimensions of a fit, from 1, the greatest rate first.
fn most_active(figures: &[(String, f64)]) -> Vec<usize> {
    let active = figures.iter().find(|(name, _)| name == "active_units").map_or(0.0, |(_, active)| *active);
    let of =
        |(name, rate): &(String, f64)| Some((name.strip_prefix(super::figures::RATE)?.parse().ok()?, *rate));
    let mut rates: Vec<(usize, f64)> = figures.iter().filter_map(of).collect();
    rates.sort_by(|a, b| b.1.total_cmp(&a.1));
    rates.into_iter().take(active as usize).map(|(dimension, _)| dimension).collect()
}

/// The mean of `q(z|x)` of an image, and its label where the model is told labels.
fn mean_of(
    model: &Model,
    chosen: &Chosen,
    noise: &Noise,
    workers: &Threads,
) -> Result<(Vec<f32>, Option<u32>), ImagesError> {
    let vae = of_images(model)?;
    let set = read(model, &chosen.path, &chosen.options)?;
    let images = numbers(&set, &chosen.path, chosen.images.get(..1).unwrap_or(&[1]))?;
    let pixels = Pixels::of(vae, &set, *noise);
    Ok((encode_images(vae, &pixels, &images, workers)?.mean, pixels.told(&images).first().copied()))
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
