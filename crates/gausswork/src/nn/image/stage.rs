//! One layer of a network of images.

use burn::tensor::Tensor;

use super::resize::{enlarged, halved};
use super::seen::Seen;
use crate::fused::{Activation, activate};
use crate::nn::{BatchNorm, Conv2d, ConvTranspose2d, LayerNorm, Leaves, Linear, Nonlinearity, Params, Phase};

/// A layer between features `[images, height, width, features]`, with the nonlinearity that follows, if one does.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// All numbers of an image to all numbers of the next features, `[height, width, features]`.
    Linear { layer: Linear, shape: [usize; 3], after: Option<Nonlinearity> },
    /// To features of the same size, or smaller.
    Convolution { layer: Conv2d, after: Option<Nonlinearity> },
    /// To features of a size, which are larger.
    Transposed { layer: ConvTranspose2d, size: [usize; 2], after: Option<Nonlinearity> },
    /// Normalisation over images and pixels.
    Batch { norm: BatchNorm, after: Nonlinearity },
    /// Normalisation over the features of a pixel.
    Layer { norm: LayerNorm, after: Nonlinearity },
    /// A nonlinearity alone.
    Activated(Nonlinearity),
    /// Means of 2×2.
    Halved,
    /// Repeated to a size.
    Enlarged([usize; 2]),
    /// The sum of two ways.
    Residual { main: Vec<Self>, shortcut: Vec<Self> },
}

/// The function of an optional nonlinearity.
pub(super) fn function(after: Option<Nonlinearity>) -> Activation {
    after.map_or(Activation::Identity, Nonlinearity::activation)
}

/// All numbers of each image in one row.
pub(super) fn flat(x: Tensor<4>) -> Tensor<2> {
    let [images, height, width, features] = x.dims();
    x.reshape([images, height * width * features])
}

impl Stage {
    /// Passes features on; `seen` takes the moments of batch normalisations that learn.
    fn forward(&self, leaves: &Leaves, x: Tensor<4>, phase: Phase, seen: &mut Seen) -> Tensor<4> {
        match self {
            Self::Linear { layer, shape: [height, width, features], after } => {
                let y = layer.activated(leaves, flat(x), function(*after));
                let images = y.dims()[0];
                y.reshape([images, *height, *width, *features])
            }
            Self::Convolution { layer, after } => layer.forward(leaves, x, function(*after)),
            Self::Transposed { layer, size, after } => layer.forward(leaves, x, *size, function(*after)),
            Self::Batch { norm, .. } => match phase {
                Phase::Evaluate => norm.evaluate(leaves, x),
                Phase::Train => {
                    let [images, height, width, _] = x.dims();
                    let (y, moments) = norm.train(leaves, x);
                    seen.moments.push((moments, images * height * width));
                    y
                }
            },
            Self::Layer { norm, after } => activate(norm.forward(leaves, x), after.activation()),
            Self::Activated(after) => activate(x, after.activation()),
            Self::Halved => halved(x),
            Self::Enlarged(size) => enlarged(x, *size),
            Self::Residual { main, shortcut } => {
                let straight = forward(shortcut, leaves, x.clone(), phase, seen);
                straight + forward(main, leaves, x, phase, seen)
            }
        }
    }
}

/// Passes features through stages, one after the other.
pub(super) fn forward(
    stages: &[Stage],
    leaves: &Leaves,
    x: Tensor<4>,
    phase: Phase,
    seen: &mut Seen,
) -> Tensor<4> {
    stages.iter().fold(x, |x, stage| stage.forward(leaves, x, phase, seen))
}

/// The batch normalisations of stages, in the order in which a pass meets them.
fn norms(stages: &[Stage]) -> Vec<&BatchNorm> {
    fn of(stage: &Stage) -> Vec<&BatchNorm> {
        match stage {
            Stage::Batch { norm, .. } => vec![norm],
            Stage::Residual { main, shortcut } => [norms(shortcut), norms(main)].concat(),
            _ => Vec::new(),
        }
    }
    stages.iter().flat_map(of).collect()
}

/// From what a shard's pass saw, numbers that add up over shards.
pub(super) fn sums(stages: &[Stage], seen: Seen) -> Vec<f64> {
    let of = |(norm, (moments, pixels)): (&BatchNorm, (Tensor<2>, usize))| {
        let mut sums = norm.sums(moments, pixels);
        sums.push(pixels as f64);
        sums
    };
    norms(stages).into_iter().zip(seen.moments).flat_map(of).collect()
}

/// Moves the running moments towards those of a batch, of whose shards these are the summed [`sums`]; gives back the rest of them.
pub(super) fn update<'a>(stages: &[Stage], params: &mut Params, sums: &'a [f64]) -> &'a [f64] {
    let mut rest = sums;
    for norm in norms(stages) {
        let (of_norm, later) = rest.split_at(params.get(norm.running).len().min(rest.len()));
        let Some((&pixels, later)) = later.split_first() else { return &[] };
        norm.update(params, of_norm, pixels as usize);
        rest = later;
    }
    rest
}
