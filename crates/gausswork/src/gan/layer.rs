//! A linear layer of a discriminator, and its tangent.

use burn::tensor::Tensor;

use super::spectral::Normalisation;
use super::weight::Weight;
use crate::fused::{Activation, linear, linear_activated, linear_input_gradient};
use crate::nn::{Leaves, Linear, ParamId, Params};
use crate::noise::Noise;

/// `y = x W + b`, or `x W/σ(W) + b`; `x: [rows, input]`, `W: [input, output]`.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    weight: Weight,
    bias: ParamId,
    output: usize,
}

impl Layer {
    /// A layer whose weights start as N(0, gain²/input).
    pub(super) fn new(
        params: &mut Params,
        name: String,
        sizes: [usize; 2],
        gain: f32,
        normalisation: Normalisation,
        noise: &Noise,
    ) -> Self {
        let linear = Linear::new(params, &name, sizes, gain, noise);
        let weight = Weight::new(params, (name, linear.weight), sizes, normalisation, noise);
        Self { weight, bias: linear.bias, output: linear.output }
    }

    /// The weight.
    pub(super) fn weight(&self) -> &Weight {
        &self.weight
    }

    /// The activation of `y`, `[rows, output]`.
    pub(super) fn activated(&self, leaves: &Leaves, x: Tensor<2>, activation: Activation) -> Tensor<2> {
        linear_activated(x, self.weight.acting(leaves), leaves.get(self.bias), activation)
    }

    /// `y`, `[rows, output]`.
    pub(super) fn forward(&self, leaves: &Leaves, x: Tensor<2>) -> Tensor<2> {
        self.activated(leaves, x, Activation::Identity)
    }

    /// The directional derivative of `y` along `t`, which is `t W`.
    pub(super) fn along(&self, leaves: &Leaves, t: Tensor<2>) -> Tensor<2> {
        let none = Tensor::<1>::zeros([self.output], &t.device());
        linear(t, self.weight.acting(leaves), none)
    }

    /// The gradient by `x` of a sum over `y` times `g`, which is `g Wᵀ`; without a graph.
    pub(super) fn to_input(&self, plain: &Leaves, g: Tensor<2>) -> Tensor<2> {
        linear_input_gradient(self.weight.acting(plain), g)
    }

    /// `y` and its directional derivative along `t`.
    pub(super) fn with_tangent(&self, leaves: &Leaves, x: Tensor<2>, t: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        (self.forward(leaves, x), self.along(leaves, t))
    }
}
