use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex};
use burn::tensor::{IndexingUpdateOp, Tensor};
use serde::{Deserialize, Serialize};

use super::layers::Layers;
use super::slices::{like, slice};

/// How the gradient of a choice is estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relaxation {
    /// That of `softmax(logits / τ)`: at τ = 1 the exact gradient of an expectation of what is linear in the one-hot vector.
    #[default]
    Softmax,
    /// That of `softmax((logits + noise) / τ)`: the straight-through Gumbel-softmax estimator (Jang, Gu & Poole 2017, §2.2).
    Gumbel,
}

/// The one-hot vector of the greatest of `logits + noise` in each row, both `[rows, levels]`, with the gradient of its relaxation by
/// the logits.
///
/// With standard Gumbel noise the choice is an exact draw from the softmax of the logits; its gradient, that of a function which is
/// continuous where the choice jumps, is biased.
///
/// *Stability*: the greatest number is subtracted before the exponential.
pub fn straight_through_choice(
    logits: Tensor<2>,
    noise: Tensor<2>,
    relaxation: Relaxation,
    temperature: f32,
) -> Tensor<2> {
    let noise = noise.inner();
    match relaxation {
        Relaxation::Gumbel => choice(logits + Tensor::from_inner(noise), temperature),
        Relaxation::Softmax => {
            let hard = choice(logits.clone().inner() + noise, temperature);
            let soft = burn::tensor::activation::softmax(logits.div_scalar(temperature), 1);
            let unchanged = soft.clone() - Tensor::from_inner(soft.inner());
            Tensor::from_inner(hard) + unchanged
        }
    }
}

fn choice(x: Tensor<2>, temperature: f32) -> Tensor<2> {
    Tensor::from_dispatch(<Dispatch as Layers>::fused_choice(x.into_dispatch(), temperature))
}

pub(super) fn plain<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let zeros = B::float_mul_scalar(x.clone(), 0.0_f32.into());
    let at = B::float_argmax(x, 1, burn::tensor::IntDType::I32);
    let ones = B::float_add_scalar(B::float_max_dim(zeros.clone(), 1), 1.0_f32.into());
    B::float_scatter(1, zeros, at, ones, IndexingUpdateOp::Add)
}

pub(super) fn plain_gradient<B: Backend>(
    x: FloatTensor<B>,
    g: FloatTensor<B>,
    temperature: f32,
) -> FloatTensor<B> {
    let shifted = B::float_sub(x.clone(), B::float_max_dim(x, 1));
    let powers = B::float_exp(B::float_div_scalar(shifted, temperature.into()));
    let y = B::float_div(powers.clone(), B::float_sum_dim(powers, 1));
    let mean = B::float_sum_dim(B::float_mul(y.clone(), g.clone()), 1);
    B::float_div_scalar(B::float_mul(y, B::float_sub(g, mean)), temperature.into())
}

pub(super) fn on_slices(x: &FloatTensor<Flex>) -> Option<FloatTensor<Flex>> {
    let x = x.to_contiguous();
    let levels = *x.layout().shape().last()?;
    let values = slice(&x)?;
    let mut out = vec![0.0; values.len()];
    if levels > 0 {
        gausswork_kernels::one_hot_of_greatest(values, levels, &mut out);
    }
    Some(like(&x, out))
}

pub(super) fn gradient_on_slices(
    x: &FloatTensor<Flex>,
    g: &FloatTensor<Flex>,
    temperature: f32,
) -> Option<FloatTensor<Flex>> {
    let (x, g) = (x.to_contiguous(), g.to_contiguous());
    let levels = *x.layout().shape().last()?;
    let values = slice(&x)?;
    let mut out = vec![0.0; values.len()];
    if levels > 0 {
        gausswork_kernels::softmax_gradient(values, levels, temperature, slice(&g)?, &mut out);
    }
    Some(like(&x, out))
}

#[derive(Debug)]
struct Choice;

impl<B: Layers> Backward<B, 1> for Choice {
    type State = (NodeId, f32);

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let (x, temperature) = ops.state;
        let x = checkpointer.retrieve_node_output(x);
        let g = gradients.consume::<B>(&ops.node);
        if let [Some(parent)] = &ops.parents {
            gradients.register::<B>(parent.id, B::fused_choice_gradient(x, g, temperature));
        }
    }
}

pub(super) fn tracked<B: Layers, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    temperature: f32,
) -> FloatTensor<Autodiff<B, C>> {
    match Choice.prepare::<C>([x.node()]).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let state = preparation.checkpoint(&x);
            let value = B::fused_choice(x.into_primitive(), temperature);
            preparation.finish((state, temperature), value)
        }
        OpsKind::UnTracked(preparation) => {
            preparation.finish(B::fused_choice(x.into_primitive(), temperature))
        }
    }
}
