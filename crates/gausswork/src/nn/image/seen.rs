//! What the batch normalisations of a network saw.

use burn::tensor::Tensor;

/// The moments by which each batch normalisation of a pass normalised, and how many pixels they are of; nothing where there is no
/// batch normalisation or a pass does not learn.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Mean and variance, `[2, features]`, and the pixels of all images of the pass.
    pub(super) moments: Vec<(Tensor<2>, usize)>,
}
