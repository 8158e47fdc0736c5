//! A generator of images: a latent to numbers from −1 to 1.

use burn::tensor::Tensor;

use super::config::ImageGeneratorConfig;
use crate::data::image::ImageShape;
use crate::fused::{Activation, activate};
use crate::nn::image::Up;
use crate::nn::{Init, Leaves, Params, Phase};
use crate::noise::Noise;

/// `tanh` of what a network [`Up`] gives.
#[derive(Debug, Clone)]
pub struct ImageGenerator {
    up: Up,
}

/// Standard deviation of what the network gives at the start: within the range where `tanh` is nearly a line.
const START: f32 = 0.5;

impl ImageGenerator {
    /// A generator for latents of `inputs` numbers, with initial weights from `noise`, in entries `generator.…` of `params`.
    pub fn new(
        params: &mut Params,
        inputs: usize,
        shape: ImageShape,
        config: &ImageGeneratorConfig,
        noise: &Noise,
    ) -> Self {
        let image = ([shape.height, shape.width, shape.channels.count()], 1);
        let start = (Init::Zeros, START);
        Self { up: Up::new(params, "generator", &config.network(), inputs, image, start, noise) }
    }

    /// Names and shapes of its weights, without making any.
    pub fn expected(
        inputs: usize,
        shape: ImageShape,
        config: &ImageGeneratorConfig,
    ) -> Vec<(String, Vec<usize>)> {
        let mut outline = Params::outline();
        Self::new(&mut outline, inputs, shape, config, &Noise::new(0));
        outline.shapes()
    }

    /// Images of latents `z: [images, inputs]`, `[images, values]`, and while training what its normalisations saw, in numbers that add
    /// up over shards.
    pub fn generate(&self, leaves: &Leaves, z: Tensor<2>, phase: Phase) -> (Tensor<2>, Vec<f64>) {
        let (x, seen) = self.up.forward(leaves, z, phase);
        (activate(x, Activation::Tanh), self.up.sums(seen))
    }

    /// Moves running moments towards those of a batch.
    pub fn update(&self, params: &mut Params, sums: &[f64]) {
        self.up.update(params, sums);
    }
}
