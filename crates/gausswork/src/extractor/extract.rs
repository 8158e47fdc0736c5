//! Features of many images.

use std::ops::Range;
use std::sync::Mutex;

use burn::tensor::{Device, Tensor, TensorData};

use super::network::FeatureNetwork;
use crate::data::image::ImageError;
use crate::learner::Collective;

/// Images per item of work; fixed, so that nothing depends on the number of threads.
const PIECE: usize = 128;

/// Puts some images, by their numbers in a row, into a buffer; numbers in [0, 1].
pub type Gather<'a> = dyn Fn(Range<usize>, &mut [f32]) -> Result<(), ImageError> + Sync + 'a;

/// What an extractor makes of images.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// Features, `[images, features]`.
    pub features: Vec<f32>,
    /// Outputs behind them, `[images, outputs]`.
    pub outputs: Vec<f32>,
}

impl Extracted {
    /// The mean over features of their variance over images (÷ n).
    pub fn mean_variance(&self, features: usize) -> f64 {
        let n = (self.features.len() / features.max(1)).max(1) as f64;
        let (mut sums, mut squares) = (vec![0.0; features], 0.0);
        for row in self.features.chunks_exact(features.max(1)) {
            for (sum, &x) in sums.iter_mut().zip(row) {
                *sum += f64::from(x);
                squares += f64::from(x).powi(2);
            }
        }
        let of_means: f64 = sums.iter().map(|sum| (sum / n).powi(2)).sum();
        (squares / n - of_means) / features.max(1) as f64
    }

    /// The greatest of the `outputs` of each image, and its probability among them; of none, none.
    pub fn tops(&self, outputs: usize) -> Vec<(u32, f64)> {
        let of_image = |logits: &[f32]| {
            let best = logits.iter().enumerate().fold((0, f32::NEG_INFINITY), |best, (place, &logit)| {
                if logit > best.1 { (place, logit) } else { best }
            });
            let total: f64 = logits.iter().map(|&logit| f64::from(logit - best.1).exp()).sum();
            (best.0 as u32, 1.0 / total)
        };
        if outputs == 0 {
            return Vec::new();
        }
        self.outputs.chunks_exact(outputs).map(of_image).collect()
    }
}

impl FeatureNetwork {
    /// Features and outputs of the images `0..images`.
    ///
    /// # Errors
    /// What `gather` returns.
    pub fn extract(
        &self,
        images: usize,
        gather: &Gather<'_>,
        workers: &dyn Collective,
    ) -> Result<Extracted, ImageError> {
        let device = Device::flex();
        let leaves = self.params.leaves(&device);
        let values = self.sizes.image.values();
        let pieces = in_pieces(images, PIECE, workers, &|range| {
            let n = range.len();
            let mut pixels = vec![0.0; n * values];
            gather(range, &mut pixels)?;
            let x = Tensor::<2>::from_data(TensorData::new(pixels, [n, values]), &device);
            let features = self.features(&leaves, x);
            let outputs = self.outputs(&leaves, features.clone());
            let numbers = |x: Tensor<2>| x.into_data().iter::<f64>().collect::<Vec<_>>();
            Ok([numbers(features), numbers(outputs)].concat())
        })?;
        let sizes = &self.sizes;
        let mut all = Extracted {
            features: Vec::with_capacity(images * sizes.features),
            outputs: Vec::with_capacity(images * sizes.outputs),
        };
        for piece in pieces {
            let n = piece.len() / (sizes.features + sizes.outputs);
            let (features, outputs) = piece.split_at(n * sizes.features);
            all.features.extend(features.iter().map(|&x| x as f32));
            all.outputs.extend(outputs.iter().map(|&x| x as f32));
        }
        Ok(all)
    }
}

/// What `work` gives for pieces of the items `0..items`, in their order.
pub(super) fn in_pieces(
    items: usize,
    piece: usize,
    workers: &dyn Collective,
    work: &(dyn Fn(Range<usize>) -> Result<Vec<f64>, ImageError> + Sync),
) -> Result<Vec<Vec<f64>>, ImageError> {
    let failed = Mutex::new(None);
    let pieces = workers.map(items.div_ceil(piece), &|place| {
        work(place * piece..items.min((place + 1) * piece)).unwrap_or_else(|error| {
            if let Ok(mut failed) = failed.lock() {
                *failed = Some(error);
            }
            Vec::new()
        })
    });
    failed.into_inner().ok().flatten().map_or(Ok(pieces), Err)
}
