use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use gausswork_kernels::{Activation, add_rows, append_by_transposed, append_transposed_by, multiply_add};

use super::Fused;
use super::activation::{self, before, finish};
use super::slices::{filled, slice};

/// `x W + b`, `x: [batch, input]`, `W: [input, output]`, `b: [output]`.
pub fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Tensor<1>) -> Tensor<2> {
    linear_activated(x, weight, bias, Activation::Identity)
}

/// `a(x W + b)`, shapes as in [`linear`].
pub fn linear_activated(
    x: Tensor<2>,
    weight: Tensor<2>,
    bias: Tensor<1>,
    activation: Activation,
) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Fused>::fused_linear(
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        activation,
    ))
}

/// `x_s W_s + b_s` for each span, `x: [spans, batch, input]`, `W: [spans, input, output]`, `b: [spans, output]`.
pub fn linear_per_span(x: Tensor<3>, weight: Tensor<3>, bias: Tensor<2>) -> Tensor<3> {
    linear_per_span_activated(x, weight, bias, Activation::Identity)
}

/// `a(x_s W_s + b_s)` for each span, shapes as in [`linear_per_span`].
pub fn linear_per_span_activated(
    x: Tensor<3>,
    weight: Tensor<3>,
    bias: Tensor<2>,
    activation: Activation,
) -> Tensor<3> {
    Tensor::from_dispatch(<Dispatch as Fused>::fused_linear(
        x.into_dispatch(),
        weight.into_dispatch(),
        bias.into_dispatch(),
        activation,
    ))
}

/// `g Wᵀ`, the gradient of [`linear`] by `x`, times `g`; without a graph.
pub fn linear_input_gradient(weight: Tensor<2>, g: Tensor<2>) -> Tensor<2> {
    let (weight, g) = (weight.inner().into_dispatch(), g.inner().into_dispatch());
    Tensor::from_dispatch(<Dispatch as Fused>::fused_linear_input_gradient(weight, g))
}

/// Sizes of a product of matrices, or of one for each span.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    spans: usize,
    rows: usize,
    input: usize,
    output: usize,
}

impl Sizes {
    /// From `x: [.., rows, input]` and `y: [.., rows, output]`.
    fn of(x: &Shape, y: &Shape) -> Self {
        let n = x.num_dims();
        Self { spans: x[..n - 2].iter().product(), rows: x[n - 2], input: x[n - 1], output: y[n - 1] }
    }
}

/// The same shape with another last dimension.
fn ending(shape: &Shape, last: usize) -> Shape {
    let mut shape = shape.clone();
    let n = shape.num_dims();
    shape[n - 1] = last;
    shape
}

/// The weight's shape from those of `x` and `y`.
fn weight_shape(x: &Shape, y: &Shape) -> Shape {
    let n = x.num_dims();
    let mut shape = x.clone();
    shape[n - 2] = x[n - 1];
    shape[n - 1] = y[n - 1];
    shape
}

/// The bias's shape from that of `y`.
fn bias_shape(y: &Shape) -> Shape {
    let n = y.num_dims();
    let mut dims = y.to_vec();
    dims.remove(n - 2);
    Shape::from(dims)
}

pub(super) fn plain<B: Backend>(
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    bias: FloatTensor<B>,
    activation: Activation,
) -> FloatTensor<B> {
    let mut row = weight.shape();
    let n = row.num_dims();
    row[n - 2] = 1;
    activation::plain::<B>(B::float_add(B::float_matmul(x, weight), B::float_reshape(bias, row)), activation)
}

pub(super) fn plain_input_gradient<B: Backend>(weight: FloatTensor<B>, g: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(g, B::float_transpose(weight))
}

pub(super) fn plain_weight_gradient<B: Backend>(x: FloatTensor<B>, g: FloatTensor<B>) -> FloatTensor<B> {
    B::float_matmul(B::float_transpose(x), g)
}

pub(super) fn plain_bias_gradient<B: Backend>(g: FloatTensor<B>) -> FloatTensor<B> {
    let (shape, rows) = (bias_shape(&g.shape()), g.shape().num_dims() - 2);
    B::float_reshape(B::float_sum_dim(g, rows), shape)
}

pub(super) fn on_slices(
    x: &FloatTensor<Flex>,
    weight: &FloatTensor<Flex>,
    bias: &FloatTensor<Flex>,
    activation: Activation,
) -> Option<FloatTensor<Flex>> {
    let (x, weight, bias) = (x.to_contiguous(), weight.to_contiguous(), bias.to_contiguous());
    let shape = ending(x.layout().shape(), *weight.layout().shape().last()?);
    let Sizes { spans, rows, input, output } = Sizes::of(x.layout().shape(), &shape);
    let (x, weight, bias) = (slice(&x)?, slice(&weight)?, slice(&bias)?);
    let mut y = Vec::with_capacity(spans * rows * output);
    for s in 0..spans {
        (0..rows).for_each(|_| y.extend_from_slice(&bias[s * output..][..output]));
        let x = &x[s * rows * input..][..rows * input];
        let weight = &weight[s * input * output..][..input * output];
        let y = &mut y[s * rows * output..];
        multiply_add(x, weight, y, [rows, input, output]);
        activation.apply(y);
    }
    Some(filled(shape, y))
}

pub(super) fn input_gradient_on_slices(
    weight: &FloatTensor<Flex>,
    g: &FloatTensor<Flex>,
) -> Option<FloatTensor<Flex>> {
    let (weight, g) = (weight.to_contiguous(), g.to_contiguous());
    let of_weight = weight.layout().shape();
    let shape = ending(g.layout().shape(), of_weight[of_weight.num_dims() - 2]);
    let Sizes { spans, rows, input, output } = Sizes::of(&shape, g.layout().shape());
    let (weight, g) = (slice(&weight)?, slice(&g)?);
    let mut out = Vec::with_capacity(spans * rows * input);
    for s in 0..spans {
        let g = &g[s * rows * output..][..rows * output];
        let weight = &weight[s * input * output..][..input * output];
        append_by_transposed(g, weight, &mut out, [rows, output, input]);
    }
    Some(filled(shape, out))
}

pub(super) fn weight_gradient_on_slices(
    x: &FloatTensor<Flex>,
    g: &FloatTensor<Flex>,
) -> Option<FloatTensor<Flex>> {
    let (x, g) = (x.to_contiguous(), g.to_contiguous());
    let shape = weight_shape(x.layout().shape(), g.layout().shape());
    let Sizes { spans, rows, input, output } = Sizes::of(x.layout().shape(), g.layout().shape());
    let (x, g) = (slice(&x)?, slice(&g)?);
    let mut out = Vec::with_capacity(spans * input * output);
    for s in 0..spans {
        let x = &x[s * rows * input..][..rows * input];
        let g = &g[s * rows * output..][..rows * output];
        append_transposed_by(x, g, &mut out, [input, rows, output]);
    }
    Some(filled(shape, out))
}

pub(super) fn bias_gradient_on_slices(g: &FloatTensor<Flex>) -> Option<FloatTensor<Flex>> {
    let g = g.to_contiguous();
    let of_g = g.layout().shape();
    let Sizes { spans, rows, output, .. } = Sizes::of(of_g, of_g);
    let shape = bias_shape(of_g);
    let g = slice(&g)?;
    let mut out = vec![0.0; spans * output];
    for s in 0..spans {
        add_rows(&g[s * rows * output..][..rows * output], &mut out[s * output..][..output]);
    }
    Some(filled(shape, out))
}

#[derive(Debug)]
struct Linear(Activation);

impl<B: Fused> Backward<B, 3> for Linear {
    type State = (NodeId, NodeId, Option<FloatTensor<B>>);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let (x, weight, kept) = ops.state;
        let x = checkpointer.retrieve_node_output(x);
        let weight = checkpointer.retrieve_node_output(weight);
        let g = before::<B>(kept, gradients.consume::<B>(&ops.node), self.0);
        let [of_x, of_weight, of_bias] = &ops.parents;
        if let Some(parent) = of_x {
            gradients.register::<B>(parent.id, B::fused_linear_input_gradient(weight, g.clone()));
        }
        if let Some(parent) = of_weight {
            gradients.register::<B>(parent.id, B::fused_linear_weight_gradient(x, g.clone()));
        }
        if let Some(parent) = of_bias {
            gradients.register::<B>(parent.id, B::fused_linear_bias_gradient(g));
        }
    }
}

pub(super) fn tracked<B: Fused, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    weight: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
    activation: Activation,
) -> FloatTensor<Autodiff<B, C>> {
    let nodes = [x.node(), weight.node(), bias.node()];
    match Linear(activation).prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let (of_x, of_weight) = (preparation.checkpoint(&x), preparation.checkpoint(&weight));
            let (y, kept) = finish::<B>(activation, |inner| {
                B::fused_linear(x.into_primitive(), weight.into_primitive(), bias.into_primitive(), inner)
            });
            preparation.finish((of_x, of_weight, kept), y)
        }
        OpsKind::UnTracked(preparation) => preparation.finish(B::fused_linear(
            x.into_primitive(),
            weight.into_primitive(),
            bias.into_primitive(),
            activation,
        )),
    }
}
