//! Linear layers and residual blocks, over a batch and over a batch per span.

use burn::tensor::Tensor;

use super::params::{Init, Leaves, ParamId, Params};
use crate::fused::{Activation, linear_activated, linear_per_span_activated};
use crate::noise::Noise;

/// `y = x W + b`, `x: [batch, input]`, `W: [input, output]`.
#[derive(Debug, Clone)]
pub struct Linear {
    /// Weight, `[input, output]`.
    pub weight: ParamId,
    /// Bias, `[output]`.
    pub bias: ParamId,
    /// Columns of the weight.
    pub output: usize,
}

impl Linear {
    /// A layer whose weights start as N(0, gain²/input) and whose bias starts at zero.
    pub fn new(
        params: &mut Params,
        name: &str,
        [input, output]: [usize; 2],
        gain: f32,
        noise: &Noise,
    ) -> Self {
        let std = gain / (input.max(1) as f32).sqrt();
        Self {
            weight: params.add(format!("{name}.weight"), &[input, output], Init::Normal { std }, noise),
            bias: params.add(format!("{name}.bias"), &[output], Init::Zeros, noise),
            output,
        }
    }

    /// `[batch, input]` to `[batch, output]`.
    pub fn forward(&self, leaves: &Leaves, x: Tensor<2>) -> Tensor<2> {
        self.activated(leaves, x, Activation::Identity)
    }

    /// The activation of what [`Linear::forward`] gives.
    pub fn activated(&self, leaves: &Leaves, x: Tensor<2>, activation: Activation) -> Tensor<2> {
        linear_activated(x, leaves.get(self.weight), leaves.get(self.bias), activation)
    }
}

/// `y = x + L(silu(L x))`, both layers `[width, width]`.
#[derive(Debug, Clone)]
pub struct Residual {
    /// The layer before the activation.
    pub inner: Linear,
    /// The layer after it.
    pub outer: Linear,
}

impl Residual {
    /// A block of a width; its outer layer starts small, so that the block starts near the identity.
    pub fn new(params: &mut Params, name: &str, width: usize, noise: &Noise) -> Self {
        Self {
            inner: Linear::new(params, &format!("{name}.inner"), [width, width], 1.0, noise),
            outer: Linear::new(params, &format!("{name}.outer"), [width, width], 0.5, noise),
        }
    }

    /// `[batch, width]` to the same.
    pub fn forward(&self, leaves: &Leaves, x: Tensor<2>) -> Tensor<2> {
        let inner = self.inner.activated(leaves, x.clone(), Activation::Silu);
        x + self.outer.forward(leaves, inner)
    }
}

/// A linear layer of its own for each span: `x: [spans, batch, input]`, `W: [spans, input, output]`.
#[derive(Debug, Clone)]
pub struct PerSpanLinear {
    /// Weight, `[spans, input, output]`.
    pub weight: ParamId,
    /// Bias, `[spans, output]`.
    pub bias: ParamId,
    /// Number of spans.
    pub spans: usize,
    /// Outputs per span.
    pub output: usize,
}

impl PerSpanLinear {
    /// Layers whose weights start as N(0, gain²/input), biases as given.
    pub fn new(
        params: &mut Params,
        name: &str,
        [spans, input, output]: [usize; 3],
        gain: f32,
        bias: Init,
        noise: &Noise,
    ) -> Self {
        let std = gain / (input as f32).sqrt();
        Self {
            weight: params.add(
                format!("{name}.weight"),
                &[spans, input, output],
                Init::Normal { std },
                noise,
            ),
            bias: params.add(format!("{name}.bias"), &[spans, output], bias, noise),
            spans,
            output,
        }
    }

    /// `[spans, batch, input]` to `[spans, batch, output]`.
    pub fn forward(&self, leaves: &Leaves, x: Tensor<3>) -> Tensor<3> {
        self.activated(leaves, x, Activation::Identity)
    }

    /// The activation of what [`PerSpanLinear::forward`] gives.
    pub fn activated(&self, leaves: &Leaves, x: Tensor<3>, activation: Activation) -> Tensor<3> {
        linear_per_span_activated(x, leaves.get(self.weight), leaves.get(self.bias), activation)
    }
}

/// A residual block of its own for each span.
#[derive(Debug, Clone)]
pub struct PerSpanResidual {
    /// The layers before the activation.
    pub inner: PerSpanLinear,
    /// The layers after it.
    pub outer: PerSpanLinear,
}

impl PerSpanResidual {
    /// Blocks of a width.
    pub fn new(params: &mut Params, name: &str, [spans, width]: [usize; 2], noise: &Noise) -> Self {
        let shape = [spans, width, width];
        Self {
            inner: PerSpanLinear::new(params, &format!("{name}.inner"), shape, 1.0, Init::Zeros, noise),
            outer: PerSpanLinear::new(params, &format!("{name}.outer"), shape, 0.5, Init::Zeros, noise),
        }
    }

    /// `[spans, batch, width]` to the same.
    pub fn forward(&self, leaves: &Leaves, x: Tensor<3>) -> Tensor<3> {
        let inner = self.inner.activated(leaves, x.clone(), Activation::Silu);
        x + self.outer.forward(leaves, inner)
    }
}
