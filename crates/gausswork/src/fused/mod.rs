//! Operations that are one pass over memory, with their gradients: hand-written loops on the CPU, plain tensor operations on
//! every other device.
//!
//! Each is a method of the backend extension [`Fused`] whose default is made of plain operations; a backend overrides what it
//! has a kernel for. Autodiff wraps them as one node.

mod linear;
mod log_mass;
mod silu;
mod slices;

pub use linear::{linear, linear_per_span};
pub use log_mass::log_mass;
pub use silu::silu;

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Flex, backend_extension};

/// Backend methods of the fused operations.
#[backend_extension(Flex, Autodiff)]
pub trait Fused: Backend {
    /// See [`silu()`].
    fn fused_silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        silu::plain::<Self>(x)
    }

    /// The gradient of [`silu()`] by `x`, times `g`.
    fn fused_silu_gradient(x: FloatTensor<Self>, g: FloatTensor<Self>) -> FloatTensor<Self> {
        silu::plain_gradient::<Self>(x, g)
    }

    /// See [`linear()`] and [`linear_per_span`].
    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        linear::plain::<Self>(x, weight, bias)
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
    fn fused_silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        silu::on_slices(&x).unwrap_or_else(|| silu::plain::<Self>(x))
    }

    fn fused_silu_gradient(x: FloatTensor<Self>, g: FloatTensor<Self>) -> FloatTensor<Self> {
        silu::gradient_on_slices(&x, &g).unwrap_or_else(|| silu::plain_gradient::<Self>(x, g))
    }

    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        linear::on_slices(&x, &weight, &bias).unwrap_or_else(|| linear::plain::<Self>(x, weight, bias))
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
    fn fused_silu(x: FloatTensor<Self>) -> FloatTensor<Self> {
        silu::tracked::<B, C>(x)
    }

    fn fused_linear(
        x: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        bias: FloatTensor<Self>,
    ) -> FloatTensor<Self> {
        linear::tracked::<B, C>(x, weight, bias)
    }

    fn fused_log_mass(logits: FloatTensor<Self>, codes: IntTensor<Self>) -> FloatTensor<Self> {
        log_mass::tracked::<B, C>(logits, codes)
    }
}
