//! Images to numbers.

use burn::tensor::Tensor;

use super::builder::{Builder, Then};
use super::config::{Architecture, ImageNetwork};
use super::perceptron::perceptron;
use super::pyramid::Pyramid;
use super::seen::Seen;
use super::stage::{Stage, flat, forward, sums, update};
use super::tangent::with_tangent;
use super::{residual, strided};
use crate::nn::{Leaves, Params, Phase};
use crate::noise::Noise;

/// A network from images to numbers: an encoder, or a discriminator.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use gausswork::nn::image::{Architecture, Down, ImageNetwork};
/// use gausswork::nn::{Params, Phase};
/// use gausswork::noise::Noise;
///
/// let config = ImageNetwork { architecture: Architecture::Strided, width: 8, ..ImageNetwork::default() };
/// let mut params = Params::default();
/// // 28 by 20 pixels of three channels, to five numbers.
/// let network = Down::new(&mut params, "encoder", &config, [28, 20, 3], 5, 0.1, &Noise::new(1));
/// let device = Device::flex();
/// let images = Tensor::<2>::zeros([2, 28 * 20 * 3], &device);
/// let (numbers, _) = network.forward(&params.leaves(&device), images, Phase::Evaluate);
/// assert_eq!(numbers.dims(), [2, 5]);
/// ```
#[derive(Debug, Clone)]
pub struct Down {
    stages: Vec<Stage>,
    image: [usize; 3],
}

impl Down {
    /// A network of images `[height, width, channels]` in entries `name.…` of `params`: weights start as N(0, gain² / terms of an
    /// output), with √2 (rectifiers, silu) or 1 (tanh) before a nonlinearity and `gain` in the last layer, whose outputs start with
    /// about that standard deviation.
    pub fn new(
        params: &mut Params,
        name: &str,
        config: &ImageNetwork,
        image: [usize; 3],
        outputs: usize,
        gain: f32,
        noise: &Noise,
    ) -> Self {
        let mut builder = Builder { params, noise, name, config };
        let ([height, width, channels], to) = (image, [1, 1, outputs]);
        let convolutional = |builder: &mut Builder<'_>, pyramid: &Pyramid, mut stages: Vec<Stage>| {
            let features = pyramid.coarsest().iter().product();
            let dense = &builder.config.dense;
            stages.extend(perceptron(builder, features, dense, ("output", to, Then::Nothing(gain))));
            stages
        };
        let pyramid = Pyramid::of([height, width], config.width);
        let stages = match config.architecture {
            Architecture::Perceptron => {
                let last = ("output", to, Then::Nothing(gain));
                perceptron(&mut builder, height * width * channels, &config.hidden, last)
            }
            Architecture::Strided => {
                let stages = strided::down(&mut builder, &pyramid, channels);
                convolutional(&mut builder, &pyramid, stages)
            }
            Architecture::Residual => {
                let stages = residual::down(&mut builder, &pyramid, channels);
                convolutional(&mut builder, &pyramid, stages)
            }
        };
        Self { stages, image }
    }

    /// Images `[batch, height · width · channels]` to `[batch, outputs]`, and what batch normalisations saw.
    pub fn forward(&self, leaves: &Leaves, x: Tensor<2>, phase: Phase) -> (Tensor<2>, Seen) {
        let mut seen = Seen::default();
        let y = forward(&self.stages, leaves, self.shaped(x), phase, &mut seen);
        (flat(y), seen)
    }

    /// `y(x)` and its directional derivative `t · ∇y(x)`, both `[batch, outputs]`, for images `x` and directions `t` of one shape.
    ///
    /// Forward-mode differentiation in operations that have gradients themselves, for penalties on the slope. In
    /// [`Phase::Train`] a batch normalisation's moments move with `x`, as its gradient has it.
    pub fn tangent(
        &self,
        leaves: &Leaves,
        x: Tensor<2>,
        t: Tensor<2>,
        phase: Phase,
    ) -> (Tensor<2>, Tensor<2>) {
        let (y, t) = with_tangent(&self.stages, leaves, (self.shaped(x), self.shaped(t)), phase);
        (flat(y), flat(t))
    }

    /// From what a shard's pass saw, numbers that add up over shards, for [`Down::update`].
    pub fn sums(&self, seen: Seen) -> Vec<f64> {
        sums(&self.stages, seen)
    }

    /// Moves running moments towards those of a batch, of whose shards these are the summed [`Down::sums`]; gives back the numbers that it did not need.
    pub fn update<'a>(&self, params: &mut Params, sums: &'a [f64]) -> &'a [f64] {
        update(&self.stages, params, sums)
    }

    fn shaped(&self, x: Tensor<2>) -> Tensor<4> {
        let ([batch, _], [height, width, channels]) = (x.dims(), self.image);
        x.reshape([batch, height, width, channels])
    }
}
