//! A linear layer of a discriminator: its weight as normalised, and its tangent.

use burn::tensor::Tensor;

use super::spectral::{Normalisation, PowerIteration, spectral_norm};
use crate::fused::{Activation, linear, linear_activated};
use crate::nn::{Leaves, Linear, Params};
use crate::noise::Noise;

/// `y = x W + b`, or `x W/σ(W) + b`; `x: [rows, input]`, `W: [input, output]`.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    name: String,
    linear: Linear,
    power: Option<PowerIteration>,
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
        let power = match normalisation {
            Normalisation::None => None,
            Normalisation::Spectral => Some(PowerIteration::new(params, &name, linear.weight, sizes, noise)),
        };
        Self { name, linear, power }
    }

    /// The weight that acts.
    fn weight(&self, leaves: &Leaves) -> Tensor<2> {
        let weight = leaves.get(self.linear.weight);
        match &self.power {
            None => weight,
            Some(power) => {
                let norm = power.norm(leaves, leaves.get(self.linear.weight));
                weight / norm
            }
        }
    }

    /// The activation of `y`, `[rows, output]`.
    pub(super) fn activated(&self, leaves: &Leaves, x: Tensor<2>, activation: Activation) -> Tensor<2> {
        linear_activated(x, self.weight(leaves), leaves.get(self.linear.bias), activation)
    }

    /// `y` and its directional derivative along `t`, which is `t W`.
    pub(super) fn with_tangent(&self, leaves: &Leaves, x: Tensor<2>, t: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let weight = self.weight(leaves);
        let bias = leaves.get(self.linear.bias);
        let none = Tensor::<1>::zeros([self.linear.output], &bias.device());
        (linear(x, weight.clone(), bias), linear(t, weight, none))
    }

    /// One turn of the power iteration, if there is one.
    pub(super) fn advance(&self, params: &mut Params) {
        if let Some(power) = &self.power {
            power.advance(params, self.linear.weight);
        }
    }

    /// The layer's name, and the spectral norm of the weight that acts.
    pub(super) fn spectral_norm(&self, params: &Params) -> (String, f64) {
        let weight = params.get(self.linear.weight);
        let norm = spectral_norm(weight, weight.len() / self.linear.output.max(1));
        let divisor = self.power.as_ref().map_or(1.0, |power| power.norm_on_host(params, self.linear.weight));
        (self.name.clone(), norm / divisor)
    }
}
