use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use gausswork_kernels::Activation;

use super::activation::{self, before, finish};
use super::layers::Layers;
use super::slices::{filled, owned, slice};

/// `a(x + b)`, with one number of the bias for each place along the last dimension.
pub fn bias_activated<const D: usize>(x: Tensor<D>, bias: Tensor<1>, activation: Activation) -> Tensor<D> {
    let (x, bias) = (x.into_dispatch(), bias.into_dispatch());
    Tensor::from_dispatch(<Dispatch as Layers>::fused_bias(x, bias, activation))
}

/// The same numbers in rows.
fn rows<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let shape = x.shape();
    let (columns, rows) = shape.split_last().map_or((1, 1), |(&last, rest)| (last, rest.iter().product()));
    B::float_reshape(x, Shape::from(vec![rows, columns]))
}

pub(super) fn plain<B: Backend>(
    x: FloatTensor<B>,
    bias: FloatTensor<B>,
    activation: Activation,
) -> FloatTensor<B> {
    let shape = x.shape();
    let y = B::float_add(rows::<B>(x), rows::<B>(bias));
    B::float_reshape(activation::plain::<B>(y, activation), shape)
}

pub(super) fn on_slices(
    x: FloatTensor<Flex>,
    bias: FloatTensor<Flex>,
    activation: Activation,
) -> FloatTensor<Flex> {
    let (bias, shape) = (bias.to_contiguous(), x.shape());
    let Some(row) = slice(&bias) else { return plain::<Flex>(x, bias, activation) };
    match owned(x) {
        Ok(mut y) => {
            for y in y.chunks_exact_mut(row.len().max(1)) {
                y.iter_mut().zip(row).for_each(|(y, b)| *y += b);
            }
            activation.apply(&mut y);
            filled(shape, y)
        }
        Err(x) => plain::<Flex>(x, bias, activation),
    }
}

#[derive(Debug)]
struct Bias(Activation);

impl<B: Layers> Backward<B, 2> for Bias {
    type State = Option<FloatTensor<B>>;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let g = before::<B>(ops.state, gradients.consume::<B>(&ops.node), self.0);
        let [of_x, of_bias] = &ops.parents;
        if let Some(parent) = of_bias {
            gradients.register::<B>(parent.id, B::fused_linear_bias_gradient(rows::<B>(g.clone())));
        }
        if let Some(parent) = of_x {
            gradients.register::<B>(parent.id, g);
        }
    }
}

pub(super) fn tracked<B: Layers, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    bias: FloatTensor<Autodiff<B, C>>,
    activation: Activation,
) -> FloatTensor<Autodiff<B, C>> {
    match Bias(activation).prepare::<C>([x.node(), bias.node()]).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => {
            let (y, kept) = finish::<B>(activation, |inner| {
                B::fused_bias(x.into_primitive(), bias.into_primitive(), inner)
            });
            preparation.finish(kept, y)
        }
        OpsKind::UnTracked(preparation) => {
            preparation.finish(B::fused_bias(x.into_primitive(), bias.into_primitive(), activation))
        }
    }
}
