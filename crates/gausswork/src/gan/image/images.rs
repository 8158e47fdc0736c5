//! The images of a set as a game reads them.

use burn::tensor::{Device, Tensor, TensorData};

use crate::data::image::{Failure, ImageError, ImageSet};
use crate::layout::Given;

/// A set of images, gathered by index into what the networks see: numbers from −1 to 1.
#[derive(Debug)]
pub struct Images<'a> {
    set: &'a ImageSet,
    /// What kept images from being read.
    failed: Failure,
}

impl<'a> Images<'a> {
    /// The images of a set.
    pub fn new(set: &'a ImageSet) -> Self {
        Self { set, failed: Failure::default() }
    }

    /// Images as the networks see them, and behind each so many places for its label, one-hot: `[images, values + labels]`.
    ///
    /// Where they cannot be read they are not numbers, so that whoever computes with them stops; [`Images::check`] then says why.
    pub(in crate::gan) fn seen(&self, images: &[u32], labels: usize, device: &Device) -> Tensor<2> {
        let values = self.set.shape().values();
        let mut units = vec![0.0; images.len() * values];
        if let Err(error) = self.set.gather(images, &mut units) {
            units.fill(f32::NAN);
            self.failed.note(error);
        }
        units.iter_mut().for_each(|x| *x = 2.0 * *x - 1.0);
        let x = Tensor::from_data(TensorData::new(units, [images.len(), values]), device);
        marked(x, &self.told(images, labels), labels)
    }

    /// The labels of images, as conditions of the rows of a batch; none where the players are not told them.
    pub(in crate::gan) fn told(&self, images: &[u32], labels: usize) -> Vec<Given> {
        let Some(known) = self.set.labels().filter(|_| labels > 0) else { return Vec::new() };
        let code = |image: &u32| known.codes.get(*image as usize).copied().unwrap_or(0) as u16;
        let given = |(row, image)| Given { row, span: 0, code: code(image), score: 0.0 };
        images.iter().enumerate().map(given).collect()
    }

    /// Passes where every image could be read.
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub fn check(self) -> Result<(), ImageError> {
        self.failed.check()
    }
}

/// Rows with their labels behind them, one-hot; zeros for a row without one.
pub(in crate::gan) fn marked(x: Tensor<2>, told: &[Given], labels: usize) -> Tensor<2> {
    if labels == 0 {
        return x;
    }
    let (rows, device) = (x.dims()[0], x.device());
    let mut values = vec![0.0; rows * labels];
    for cell in told.iter().filter(|cell| cell.row < rows && usize::from(cell.code) < labels) {
        values[cell.row * labels + usize::from(cell.code)] = 1.0;
    }
    let label = Tensor::from_data(TensorData::new(values, [rows, labels]), &device);
    Tensor::cat(vec![x, label], 1)
}
