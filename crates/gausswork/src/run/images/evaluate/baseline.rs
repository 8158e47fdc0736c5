//! Simple generators, which give figures a scale.

use crate::data::image::{ImageError, ImageSet};
use crate::learner::Collective;
use crate::noise::{Noise, Stream};

/// Real images that a baseline is made from, at most.
const MOST: usize = 2000;
/// Images that are made together.
const PIECE: usize = 64;

/// Real images that baselines are made from, one after the other.
pub(super) struct Made<'a> {
    pixels: Vec<f32>,
    values: usize,
    noise: Noise,
    workers: &'a dyn Collective,
}

impl<'a> Made<'a> {
    /// From some images of a set, of which at most 2,000 are taken.
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub(super) fn from(
        set: &ImageSet,
        images: &[u32],
        seed: u64,
        workers: &'a dyn Collective,
    ) -> Result<Self, ImageError> {
        let (values, count) = (set.shape().values(), images.len().min(MOST));
        let chosen: Vec<u32> = (0..count).map(|i| images[i * images.len() / count]).collect();
        let mut pixels = vec![0.0; count * values];
        set.gather(&chosen, &mut pixels)?;
        Ok(Self { pixels, values, noise: Noise::new(seed), workers })
    }

    fn sources(&self) -> usize {
        self.pixels.len() / self.values
    }

    /// Images of which every number is that of an image drawn for it alone.
    pub(super) fn independent(&self, count: usize) -> Vec<f32> {
        let sources = self.sources();
        self.each(count, |image, out| {
            let mut draws = vec![0.0; self.values];
            self.noise.fill_uniform(Stream::Baseline, 2 * image, &mut draws);
            for (place, (value, draw)) in out.iter_mut().zip(&draws).enumerate() {
                let source = ((draw * sources as f32) as usize).min(sources - 1);
                *value = self.pixels[source * self.values + place];
            }
        })
    }

    /// Images from the normal distribution that has the images' mean and covariance (÷ N), numbers cut off at 0 and 1.
    ///
    /// `m + Σ gᵢ (xᵢ − m)/√N` with standard normal `gᵢ` has that distribution, so that no matrix is decomposed.
    pub(super) fn gaussian(&self, count: usize) -> Vec<f32> {
        let sources = self.sources();
        let mut mean = vec![0.0; self.values];
        for image in self.pixels.chunks_exact(self.values) {
            mean.iter_mut().zip(image).for_each(|(mean, x)| *mean += x / sources as f32);
        }
        self.each(count, |image, out| {
            let mut weights = vec![0.0; sources];
            self.noise.fill_normal(Stream::Baseline, 2 * image + 1, &mut weights);
            let scale = 1.0 / (sources as f32).sqrt();
            let total = scale * weights.iter().sum::<f32>();
            out.iter_mut().zip(&mean).for_each(|(value, mean)| *value = mean * (1.0 - total));
            for (weight, image) in weights.iter().zip(self.pixels.chunks_exact(self.values)) {
                out.iter_mut().zip(image).for_each(|(value, x)| *value += scale * weight * x);
            }
            out.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
        })
    }

    /// So many images, each made by its number.
    fn each(&self, count: usize, make: impl Fn(u64, &mut [f32]) + Sync) -> Vec<f32> {
        let pieces = self.workers.map(count.div_ceil(PIECE), &|piece| {
            let images = piece * PIECE..count.min((piece + 1) * PIECE);
            let mut out = vec![0.0; images.len() * self.values];
            images.zip(out.chunks_exact_mut(self.values)).for_each(|(image, out)| make(image as u64, out));
            out.into_iter().map(f64::from).collect()
        });
        pieces.into_iter().flatten().map(|x| x as f32).collect()
    }
}
