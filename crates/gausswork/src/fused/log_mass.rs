use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::{FloatTensor, IntTensor};
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{DType, IndexingUpdateOp, Int, Tensor};

use super::Fused;
use super::slices::{like, slice};

/// `logits[.., code] − log Σ_k e^logits[.., k]` over the last dimension; `codes` has length 1 there, and so has the result.
///
/// *Stability*: the greatest logit is subtracted before the exponential.
pub fn log_mass<const D: usize>(logits: Tensor<D>, codes: Tensor<D, Int>) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Fused>::fused_log_mass(logits.into_dispatch(), codes.into_dispatch()))
}

pub(super) fn plain<B: Backend>(logits: FloatTensor<B>, codes: IntTensor<B>) -> FloatTensor<B> {
    let last = logits.shape().num_dims() - 1;
    let shifted = B::float_sub(logits.clone(), B::float_max_dim(logits, last));
    let picked = B::float_gather(last, shifted.clone(), codes);
    B::float_sub(picked, B::float_log(B::float_sum_dim(B::float_exp(shifted), last)))
}

pub(super) fn plain_gradient<B: Backend>(
    logits: FloatTensor<B>,
    codes: IntTensor<B>,
    value: FloatTensor<B>,
    g: FloatTensor<B>,
) -> FloatTensor<B> {
    let last = logits.shape().num_dims() - 1;
    let log_sum = B::float_sub(B::float_gather(last, logits.clone(), codes.clone()), value);
    let p = B::float_exp(B::float_sub(logits, log_sum));
    B::float_scatter(last, B::float_neg(B::float_mul(p, g.clone())), codes, g, IndexingUpdateOp::Add)
}

/// Logits row by row, their levels and the codes; none of other types.
fn rows(logits: &FloatTensor<Flex>, codes: &IntTensor<Flex>) -> Option<(usize, Vec<u32>)> {
    let levels = *logits.layout().shape().last()?;
    let codes = codes.to_contiguous();
    let codes: Vec<u32> = match codes.dtype() {
        DType::I64 => codes.as_slice::<i64>()?.iter().map(|&code| code as u32).collect(),
        DType::I32 => codes.as_slice::<i32>()?.iter().map(|&code| code as u32).collect(),
        _ => return None,
    };
    let inside = codes.iter().all(|&code| (code as usize) < levels);
    inside.then_some((levels, codes))
}

pub(super) fn on_slices(logits: &FloatTensor<Flex>, codes: &IntTensor<Flex>) -> Option<FloatTensor<Flex>> {
    let (levels, codes_of) = rows(logits, codes)?;
    let logits = logits.to_contiguous();
    let mut out = vec![0.0; codes_of.len()];
    gausswork_kernels::log_mass(slice(&logits)?, levels, &codes_of, &mut Vec::new(), &mut out);
    Some(like(codes, out))
}

pub(super) fn gradient_on_slices(
    logits: &FloatTensor<Flex>,
    codes: &IntTensor<Flex>,
    value: &FloatTensor<Flex>,
    g: &FloatTensor<Flex>,
) -> Option<FloatTensor<Flex>> {
    let (levels, codes) = rows(logits, codes)?;
    let (logits, value, g) = (logits.to_contiguous(), value.to_contiguous(), g.to_contiguous());
    let values = slice(&logits)?;
    let mut out = vec![0.0; values.len()];
    gausswork_kernels::log_mass_gradient(values, levels, &codes, slice(&value)?, slice(&g)?, &mut out);
    Some(like(&logits, out))
}

#[derive(Debug)]
struct LogMass;

impl<B: Fused> Backward<B, 1> for LogMass {
    type State = (NodeId, IntTensor<B>, FloatTensor<B>);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let (logits, codes, value) = ops.state;
        let logits = checkpointer.retrieve_node_output(logits);
        let g = gradients.consume::<B>(&ops.node);
        if let [Some(parent)] = &ops.parents {
            gradients.register::<B>(parent.id, B::fused_log_mass_gradient(logits, codes, value, g));
        }
    }
}

pub(super) fn tracked<B: Fused, C: CheckpointStrategy>(
    logits: FloatTensor<Autodiff<B, C>>,
    codes: IntTensor<B>,
) -> FloatTensor<Autodiff<B, C>> {
    match LogMass.prepare::<C>([logits.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let state = preparation.checkpoint(&logits);
            let value = B::fused_log_mass(logits.into_primitive(), codes.clone());
            preparation.finish((state, codes, value.clone()), value)
        }
        OpsKind::UnTracked(preparation) => {
            preparation.finish(B::fused_log_mass(logits.into_primitive(), codes))
        }
    }
}
