//! Operations that are one pass over memory, with their gradients: hand-written loops on the CPU, plain tensor operations on
//! every other device.
//!
//! Each is a method of the backend extension [`Fused`] whose default is made of plain operations; a backend overrides what it
//! has a kernel for. Autodiff wraps them as one node.

mod activation;
mod batch_norm;
mod bernoulli;
mod bias;
mod choice;
mod convolution;
mod heads;
mod layer_norm;
mod layers;
mod levels;
mod linear;
mod log_mass;
mod maxout;
mod normal;
mod row_loss;
mod slices;
mod spans;
mod spans_softmax;
#[cfg(test)]
mod tests;

pub use activation::{activate, silu};
pub use batch_norm::{Normalisation, batch_norm, batch_norm_by};
pub use bernoulli::bernoulli_loss;
pub use bias::bias_activated;
pub use choice::{Relaxation, straight_through_choice};
pub use convolution::{convolution, transposed_convolution};
pub use heads::Heads;
pub use layer_norm::layer_norm;
pub use layers::Layers;
pub use levels::levels_loss;
pub use linear::{
    linear, linear_activated, linear_input_gradient, linear_per_span, linear_per_span_activated,
};
pub use log_mass::log_mass;
pub use maxout::maxout;
pub use normal::{normal_draw, normal_rate};
pub use spans::spans_loss;
pub use spans_softmax::spans_softmax;

pub use gausswork_kernels::{Activation, LOG_SCALE_BOUNDS, Window, level_blocks};

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Flex, backend_extension};

/// Backend methods of the fused operations.
#[backend_extension(Flex, Autodiff)]
pub trait Fused: Backend {
    /// See [`activate`].
    fn fused_activation(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        activation::plain::<Self>(x, activation)
    }

    /// The gradient of [`activate`] by its argument, times `g`; `kept` as [`Activation::multiply_by_slope`] wants it.
    fn fused_activation_gradient(
        kept: FloatTensor<Self>,
        g: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        activation::plain_gradient::<Self>(kept, g, activation)
    }

    /// See [`linear_activated`] and [`linear_per_span_activated`].
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        linear::plain::<Self>(x, weight, bias, activation)
    }

    /// The gradient of [`linear()`] by `x`, times `g`.
    fn fused_linear_input_gradient(weight: FloatTensor<Self>, g: FloatTensor<Self>) -> FloatTensor<Self> {
        linear::plain_input_gradient::<Self>(weight, g)
    }

    /// The gradient of [`linear()`] by the weight, times `g`.
    fn fused_linear_weight_gradient(x: FloatTensor<Self>, g: FloatTensor<Self>) -> FloatTensor<Self> {
        linear::plain_weight_gradient::<Self>(x, g)
    }

    /// The gradient of [`linear()`] by the bias, times `g`.
    fn fused_linear_bias_gradient(g: FloatTensor<Self>) -> FloatTensor<Self> {
        linear::plain_bias_gradient::<Self>(g)
    }

    /// See [`log_mass()`].
    fn fused_log_mass(logits: FloatTensor<Self>, codes: IntTensor<Self>) -> FloatTensor<Self> {
        log_mass::plain::<Self>(logits, codes)
    }

    /// The gradient of [`log_mass()`] by the logits, times `g`; `value` is what it gave.
    fn fused_log_mass_gradient(
        logits: FloatTensor<Self>,
        codes: IntTensor<Self>,
        value: FloatTensor<Self>,
        g: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        log_mass::plain_gradient::<Self>(logits, codes, value, g)
    }
}

impl Fused for Flex {
    fn fused_activation(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        activation::on_slices(x, activation)
    }

    fn fused_activation_gradient(
        kept: FloatTensor<Self>,
        g: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        activation::gradient_on_slices(kept, g, activation)
    }

    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        linear::on_slices(&x, &weight, &bias, activation)
            .unwrap_or_else(|| linear::plain::<Self>(x, weight, bias, activation))
    }

    fn fused_linear_input_gradient(weight: FloatTensor<Self>, g: FloatTensor<Self>) -> FloatTensor<Self> {
        linear::input_gradient_on_slices(&weight, &g)
            .unwrap_or_else(|| linear::plain_input_gradient::<Self>(weight, g))
    }

    fn fused_linear_weight_gradient(x: FloatTensor<Self>, g: FloatTensor<Self>) -> FloatTensor<Self> {
        linear::weight_gradient_on_slices(&x, &g)
            .unwrap_or_else(|| linear::plain_weight_gradient::<Self>(x, g))
    }

    fn fused_linear_bias_gradient(g: FloatTensor<Self>) -> FloatTensor<Self> {
        linear::bias_gradient_on_slices(&g).unwrap_or_else(|| linear::plain_bias_gradient::<Self>(g))
    }

    fn fused_log_mass(logits: FloatTensor<Self>, codes: IntTensor<Self>) -> FloatTensor<Self> {
        log_mass::on_slices(&logits, &codes).unwrap_or_else(|| log_mass::plain::<Self>(logits, codes))
    }

    fn fused_log_mass_gradient(
        logits: FloatTensor<Self>,
        codes: IntTensor<Self>,
        value: FloatTensor<Self>,
        g: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        log_mass::gradient_on_slices(&logits, &codes, &value, &g)
            .unwrap_or_else(|| log_mass::plain_gradient::<Self>(logits, codes, value, g))
    }
}

impl<B: Fused, C: CheckpointStrategy> Fused for Autodiff<B, C> {
    fn fused_activation(x: FloatTensor<Self>, activation: Activation) -> FloatTensor<Self> {
        activation::tracked::<B, C>(x, activation)
    }

    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        activation: Activation,
    ) -> FloatTensor<Self> {
        linear::tracked::<B, C>(x, weight, bias, activation)
    }

    fn fused_log_mass(logits: FloatTensor<Self>, codes: IntTensor<Self>) -> FloatTensor<Self> {
        log_mass::tracked::<B, C>(logits, codes)
    }
}
