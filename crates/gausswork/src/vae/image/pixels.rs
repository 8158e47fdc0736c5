//! What stands for an image when a model sees it.

use super::likelihood::{Binarisation, Likelihood};
use super::model::ImageVae;
use crate::data::image::{ImageError, ImageSet, LabelShares};
use crate::noise::{Noise, Stream};

/// Images of a set as a likelihood takes them.
///
/// A grey level `p` in [0, 1] becomes, for a binarising likelihood, the flip of a coin that shows 1 with probability `p`: the flip of
/// an image depends on the seed and its number in the set, and in training with dynamic binarisation on the step (Burda et al.
/// 2016, §5.1, after Salakhutdinov & Murray 2008).
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    /// The set.
    pub set: &'a ImageSet,
    /// What takes them.
    pub likelihood: Likelihood,
    /// The labels that the model is told: those that the set has, by the same codes.
    pub shares: &'a LabelShares,
    /// The coins.
    pub noise: Noise,
}

impl<'a> Pixels<'a> {
    /// Images as a model takes them.
    pub fn of(vae: &'a ImageVae, set: &'a ImageSet, noise: Noise) -> Self {
        Self { set, likelihood: vae.likelihood(), shares: &vae.shares, noise }
    }

    /// Images in training with their labels, `[images, values + labels]`; `key` names the batch.
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub fn in_training(&self, images: &[u32], key: u64) -> Result<Vec<f32>, ImageError> {
        match self.likelihood {
            Likelihood::Bernoulli(Binarisation::Dynamic) => {
                let mut grey = self.grey(images)?;
                let mut coins = vec![0.0; grey.len()];
                self.noise.fill_uniform(Stream::Binarise, key, &mut coins);
                flip(&mut grey, &coins);
                Ok(self.shares.behind(&grey, &self.told(images)))
            }
            _ => self.seen(images),
        }
    }

    /// Images with their labels wherever their likelihood is told, `[images, values + labels]`.
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub fn seen(&self, images: &[u32]) -> Result<Vec<f32>, ImageError> {
        Ok(self.shares.behind(&self.fixed(images)?, &self.told(images)))
    }

    /// The labels of images; none where the model is told none.
    pub fn told(&self, images: &[u32]) -> Vec<u32> {
        let Some(labels) = self.set.labels().filter(|_| !self.shares.is_empty()) else { return Vec::new() };
        images.iter().map(|&image| labels.codes.get(image as usize).copied().unwrap_or(0)).collect()
    }

    /// Images without their labels wherever their likelihood is told, `[images, values]`, the same whenever they are asked for.
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub fn fixed(&self, images: &[u32]) -> Result<Vec<f32>, ImageError> {
        let mut grey = self.grey(images)?;
        if let Likelihood::Bernoulli(Binarisation::Dynamic | Binarisation::Static) = self.likelihood {
            let values = self.set.shape().values();
            let mut coins = vec![0.0; values];
            for (&image, grey) in images.iter().zip(grey.chunks_exact_mut(values)) {
                self.noise.fill_uniform(Stream::BinariseForGood, image.into(), &mut coins);
                flip(grey, &coins);
            }
        }
        Ok(grey)
    }

    /// Grey levels in [0, 1].
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub fn grey(&self, images: &[u32]) -> Result<Vec<f32>, ImageError> {
        let mut grey = vec![0.0; images.len() * self.set.shape().values()];
        self.set.gather(images, &mut grey)?;
        Ok(grey)
    }
}

/// 1 where a coin lies below the level.
fn flip(levels: &mut [f32], coins: &[f32]) {
    levels.iter_mut().zip(coins).for_each(|(level, coin)| *level = f32::from(u8::from(coin < level)));
}
