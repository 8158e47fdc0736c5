//! Activations that a configuration can name, with their tangents.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::fused::{Activation, activate};

/// A function of one number between the layers of a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nonlinearity {
    /// `x σ(x)`.
    #[default]
    Silu,
    /// `max(x, 0)`.
    Relu,
    /// `x` above zero, `x / 5` below.
    LeakyRelu,
    /// `tanh x`.
    Tanh,
}

/// Slope of [`Nonlinearity::LeakyRelu`] below zero (Radford et al. 2016, §3).
const LEAK: f32 = 0.2;

impl Nonlinearity {
    /// One of each.
    pub const ALL: [Self; 4] = [Self::Silu, Self::Relu, Self::LeakyRelu, Self::Tanh];

    /// The function itself.
    pub fn activation(self) -> Activation {
        match self {
            Self::Silu => Activation::Silu,
            Self::Relu => Activation::Relu,
            Self::LeakyRelu => Activation::LeakyRelu(LEAK),
            Self::Tanh => Activation::Tanh,
        }
    }

    /// What the standard deviation `1/√input` of a weight before it is multiplied by, so that the size of a signal stays (He et
    /// al. 2015, eq. 10 and §2.2; 1 for those that are near the identity at 0 or are given room by a residual sum).
    pub fn gain(self) -> f32 {
        match self {
            Self::Silu | Self::Tanh => 1.0,
            Self::Relu => std::f32::consts::SQRT_2,
            Self::LeakyRelu => (2.0 / (1.0 + LEAK * LEAK)).sqrt(),
        }
    }

    /// `a(x)` and its directional derivative `a'(x) t`, `x` and `t` of one shape.
    ///
    /// Both can be differentiated again: `a'` of the smooth ones is written in operations that have gradients; that of the
    /// rectifiers is a constant mask, with the slope from below at the kink, as in [`crate::fused::activate`].
    pub fn with_tangent<const D: usize>(self, x: Tensor<D>, t: Tensor<D>) -> (Tensor<D>, Tensor<D>) {
        match self {
            Self::Silu => {
                // a' = σ + a (1 − σ).
                let p = activate(x.clone(), Activation::Sigmoid);
                let y = x * p.clone();
                let slope = p.clone() + y.clone() * p.neg().add_scalar(1.0);
                (y, slope * t)
            }
            Self::Tanh => {
                // (1 − a)(1 + a) loses less near ±1 than 1 − a².
                let y = activate(x, Activation::Tanh);
                let slope = y.clone().neg().add_scalar(1.0) * y.clone().add_scalar(1.0);
                (y, slope * t)
            }
            Self::Relu => {
                let slope = rectified(&x, 0.0);
                (activate(x, self.activation()), t * slope)
            }
            Self::LeakyRelu => {
                let slope = rectified(&x, LEAK);
                (activate(x, self.activation()), t * slope)
            }
        }
    }

    /// `a'(x)` of a rectifier, a constant, for which `a(x) = a'(x) x`; none of a smooth function.
    pub fn rectifier_slope<const D: usize>(self, x: &Tensor<D>) -> Option<Tensor<D>> {
        match self {
            Self::Silu | Self::Tanh => None,
            Self::Relu => Some(rectified(x, 0.0)),
            Self::LeakyRelu => Some(rectified(x, LEAK)),
        }
    }
}

/// 1 where `x` is above zero, `slope` elsewhere.
fn rectified<const D: usize>(x: &Tensor<D>, slope: f32) -> Tensor<D> {
    x.clone().inner().greater_scalar(0.0).float().mul_scalar(1.0 - slope).add_scalar(slope)
}
