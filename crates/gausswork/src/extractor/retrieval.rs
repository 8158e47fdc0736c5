//! How well an extractor tells images apart.

use burn::tensor::{Device, Tensor, TensorData};

use super::card::Skill;
use super::extract::Gather;
use super::lesson;
use super::network::FeatureNetwork;
use super::view::Distortion;
use crate::data::image::ImageError;
use crate::learner::Collective;
use crate::noise::Noise;

/// Images among which one is to be found: as many as in a piece of a step of training.
pub(super) const TOLD_APART: usize = 64;
/// Views that no training comes to.
const FIRST_VIEW: u64 = 1 << 48;

impl FeatureNetwork {
    /// The share of the images `0..images` of which two views are each nearest to the other, among the views of 64 images; of whole groups
    /// of so many. None of fewer.
    ///
    /// # Errors
    /// What `gather` returns.
    pub fn told_apart(
        &self,
        images: usize,
        gather: &Gather<'_>,
        noise: &Noise,
        workers: &dyn Collective,
    ) -> Result<Option<Skill>, ImageError> {
        let (shape, device) = (self.sizes.image, Device::flex());
        let (values, groups) = (shape.values(), images / TOLD_APART);
        let mut pixels = vec![0.0; groups * TOLD_APART * values];
        gather(0..groups * TOLD_APART, &mut pixels)?;
        let leaves = self.params.leaves(&device);
        let found = workers.map(groups, &|group| {
            let mut seen = vec![0.0; 2 * TOLD_APART * values];
            for (place, view) in seen.chunks_exact_mut(values).enumerate() {
                let image = group * TOLD_APART + place % TOLD_APART;
                let key = FIRST_VIEW + 2 * image as u64 + (place / TOLD_APART) as u64;
                Distortion::STRONG.view(&pixels[image * values..][..values], shape, noise, key, view);
            }
            let x = Tensor::<2>::from_data(TensorData::new(seen, [2 * TOLD_APART, values]), &device);
            let (_, right) = lesson::of_instances(self.outputs(&leaves, self.features(&leaves, x)));
            vec![right as f64]
        });
        let right: f64 = found.iter().flatten().sum();
        Ok(Skill::of(right as usize, 2 * groups * TOLD_APART))
    }
}
