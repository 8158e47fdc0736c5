use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use super::layers::Layers;
use super::slices::{like, owned, slice};

/// `y = γ (x − m) / √(v + ε) + β` over the last dimension, with the mean m and the variance v of each row along it.
pub fn layer_norm<const D: usize>(
    x: Tensor<D>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    epsilon: f32,
) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Layers>::fused_layer_norm(
        x.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
        epsilon,
    ))
}

/// x̂ and s.
fn normal<B: Backend>(x: FloatTensor<B>, epsilon: f32) -> (FloatTensor<B>, FloatTensor<B>) {
    let last = x.shape().num_dims() - 1;
    let mean = B::float_mean_dim(x.clone(), last);
    let centred = B::float_sub(x, mean);
    let variance = B::float_mean_dim(B::float_mul(centred.clone(), centred.clone()), last);
    let s = B::float_recip(B::float_sqrt(B::float_add_scalar(variance, epsilon.into())));
    (B::float_mul(centred, s.clone()), s)
}

/// The same numbers along the last of `dims` dimensions.
fn along_last<B: Backend>(x: FloatTensor<B>, dims: usize) -> FloatTensor<B> {
    let mut shape = vec![1; dims];
    shape[dims - 1] = x.shape().num_elements();
    B::float_reshape(x, Shape::from(shape))
}

pub(super) fn plain<B: Backend>(
    x: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    epsilon: f32,
) -> FloatTensor<B> {
    let dims = x.shape().num_dims();
    let (normal, _) = normal::<B>(x, epsilon);
    B::float_add(B::float_mul(normal, along_last::<B>(scale, dims)), along_last::<B>(shift, dims))
}

/// Gradients by x, γ and β; the formula stands with [`gausswork_kernels::layer_norm_gradient`].
pub(super) fn plain_gradient<B: Backend>(
    x: FloatTensor<B>,
    scale: FloatTensor<B>,
    g: FloatTensor<B>,
    epsilon: f32,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let (dims, columns) = (x.shape().num_dims(), scale.shape());
    let (normal, s) = normal::<B>(x, epsilon);
    let sum = |x: FloatTensor<B>| {
        let total = (0..dims - 1).fold(x, |x, dim| B::float_sum_dim(x, dim));
        B::float_reshape(total, columns.clone())
    };
    let (d_scale, d_shift) = (sum(B::float_mul(g.clone(), normal.clone())), sum(g.clone()));
    let h = B::float_mul(g, along_last::<B>(scale, dims));
    let of_h = B::float_mean_dim(h.clone(), dims - 1);
    let of_product = B::float_mean_dim(B::float_mul(h.clone(), normal.clone()), dims - 1);
    let dx = B::float_sub(B::float_sub(h, of_h), B::float_mul(normal, of_product));
    (B::float_mul(dx, s), d_scale, d_shift)
}

pub(super) fn on_slices(
    x: &FloatTensor<Flex>,
    scale: &FloatTensor<Flex>,
    shift: &FloatTensor<Flex>,
    epsilon: f32,
) -> Option<FloatTensor<Flex>> {
    let (x, scale, shift) = (x.to_contiguous(), scale.to_contiguous(), shift.to_contiguous());
    let values = slice(&x)?;
    let mut y = vec![0.0; values.len()];
    gausswork_kernels::layer_norm(values, slice(&scale)?, slice(&shift)?, epsilon, &mut y);
    Some(like(&x, y))
}

pub(super) fn gradient_on_slices(
    x: &FloatTensor<Flex>,
    scale: &FloatTensor<Flex>,
    g: FloatTensor<Flex>,
    epsilon: f32,
) -> Result<[FloatTensor<Flex>; 3], FloatTensor<Flex>> {
    let (x, scale) = (x.to_contiguous(), scale.to_contiguous());
    let (Some(values), Some(factors)) = (slice(&x), slice(&scale)) else { return Err(g) };
    let mut g = owned(g)?;
    let (mut d_scale, mut d_shift) = (vec![0.0; factors.len()], vec![0.0; factors.len()]);
    gausswork_kernels::layer_norm_gradient(values, factors, epsilon, &mut g, &mut d_scale, &mut d_shift);
    Ok([like(&x, g), like(&scale, d_scale), like(&scale, d_shift)])
}

#[derive(Debug)]
struct LayerNorm(f32);

impl<B: Layers> Backward<B, 3> for LayerNorm {
    type State = (NodeId, NodeId);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let x = checkpointer.retrieve_node_output(ops.state.0);
        let scale = checkpointer.retrieve_node_output(ops.state.1);
        let g = gradients.consume::<B>(&ops.node);
        let (dx, d_scale, d_shift) = B::fused_layer_norm_gradient(x, scale, g, self.0);
        for (parent, gradient) in ops.parents.into_iter().zip([dx, d_scale, d_shift]) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, gradient);
            }
        }
    }
}

pub(super) fn tracked<B: Layers, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    scale: FloatTensor<Autodiff<B, C>>,
    shift: FloatTensor<Autodiff<B, C>>,
    epsilon: f32,
) -> FloatTensor<Autodiff<B, C>> {
    let nodes = [x.node(), scale.node(), shift.node()];
    let apply = |x: FloatTensor<Autodiff<B, C>>, scale: FloatTensor<Autodiff<B, C>>| {
        B::fused_layer_norm(x.into_primitive(), scale.into_primitive(), shift.into_primitive(), epsilon)
    };
    match LayerNorm(epsilon).prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let state = (preparation.checkpoint(&x), preparation.checkpoint(&scale));
            preparation.finish(state, apply(x, scale))
        }
        OpsKind::UnTracked(preparation) => preparation.finish(apply(x, scale)),
    }
}
