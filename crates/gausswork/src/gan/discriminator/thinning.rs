//! How a discriminator is passed: whole, or with units that drop out.

use burn::tensor::Tensor;

use crate::nn::{Phase, dropout};
use crate::noise::{Noise, Stream};

/// Addresses of dropout masks that a pass may use, more than there are layers.
const MASKS: u64 = 128;

/// How a network is passed.
#[derive(Debug, Clone, Copy)]
pub enum Mode<'a> {
    /// Every unit takes part, and normalisations go by running moments.
    Evaluate,
    /// Units drop out, and normalisations go by the rows at hand.
    Train {
        /// Decides which.
        noise: &'a Noise,
        /// The address of this pass in the stream [`Stream::Dropout`], below 2⁵⁷: of its own for each step, shard and set of rows.
        address: u64,
    },
}

impl Mode<'_> {
    /// Whether it learns.
    pub(super) fn phase(self) -> Phase {
        match self {
            Self::Evaluate => Phase::Evaluate,
            Self::Train { .. } => Phase::Train,
        }
    }
}

/// Dropout of one pass.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thinning<'a> {
    pub(super) probability: f32,
    pub(super) mode: Mode<'a>,
}

impl Thinning<'_> {
    /// Dropout after block `i`; linear for a given address, hence the same for a tangent.
    pub(super) fn thinned(&self, h: Tensor<2>, i: usize) -> Tensor<2> {
        match self.mode {
            Mode::Evaluate => h,
            Mode::Train { noise, address } => {
                let address = address.wrapping_mul(MASKS).wrapping_add(i as u64);
                dropout(h, self.probability, noise, Stream::Dropout, address)
            }
        }
    }
}
