use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex};
use burn::tensor::Tensor;

use gausswork_kernels::{silu_gradient, silu_of};

use super::Fused;
use super::slices::{like, slice};

/// `x σ(x)`, element by element.
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Fused>::fused_silu(x.into_dispatch()))
}

pub(super) fn plain<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    B::float_mul(x.clone(), B::sigmoid(x))
}

pub(super) fn plain_gradient<B: Backend>(x: FloatTensor<B>, g: FloatTensor<B>) -> FloatTensor<B> {
    // σ (1 + x (1 − σ)).
    let p = B::sigmoid(x.clone());
    let rest = B::float_mul(x, B::float_add_scalar(B::float_neg(p.clone()), 1.0.into()));
    B::float_mul(g, B::float_mul(p, B::float_add_scalar(rest, 1.0.into())))
}

pub(super) fn on_slices(x: &FloatTensor<Flex>) -> Option<FloatTensor<Flex>> {
    let x = x.to_contiguous();
    let values = slice(&x)?;
    let mut out = vec![0.0; values.len()];
    silu_of(values, &mut out);
    Some(like(&x, out))
}

pub(super) fn gradient_on_slices(x: &FloatTensor<Flex>, g: &FloatTensor<Flex>) -> Option<FloatTensor<Flex>> {
    let (x, g) = (x.to_contiguous(), g.to_contiguous());
    let (values, upper) = (slice(&x)?, slice(&g)?);
    let mut out = vec![0.0; values.len()];
    silu_gradient(values, upper, &mut out);
    Some(like(&x, out))
}

#[derive(Debug)]
struct Silu;

impl<B: Fused> Backward<B, 1> for Silu {
    type State = NodeId;

    fn backward(self, ops: Ops<NodeId, 1>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let x = checkpointer.retrieve_node_output(ops.state);
        let g = gradients.consume::<B>(&ops.node);
        if let [Some(parent)] = &ops.parents {
            gradients.register::<B>(parent.id, B::fused_silu_gradient(x, g));
        }
    }
}

pub(super) fn tracked<B: Fused, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
) -> FloatTensor<Autodiff<B, C>> {
    match Silu.prepare::<C>([x.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let state = preparation.checkpoint(&x);
            preparation.finish(state, B::fused_silu(x.into_primitive()))
        }
        OpsKind::UnTracked(preparation) => preparation.finish(B::fused_silu(x.into_primitive())),
    }
}
