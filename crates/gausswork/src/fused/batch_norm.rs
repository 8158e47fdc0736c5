use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::autodiff::{Autodiff, NodeId};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use gausswork_kernels::{Activation, BatchNorm, column_moments};

use super::activation;
use super::layers::Layers;
use super::slices::{filled, owned, slice};

/// How columns are normalised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normalisation {
    /// ε, added to the variance.
    pub epsilon: f32,
    /// What is applied to the result.
    pub activation: Activation,
}

/// `y = a(γ (x − m) / √(v + ε) + β)` over the last dimension of `x`, with the mean m and the variance v over all others; also the
/// moments, `[2, columns]`, of which no gradient is taken.
///
/// The gradient by `x` takes into account that the moments are its own.
pub fn batch_norm<const D: usize>(
    x: Tensor<D>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    normalisation: Normalisation,
) -> (Tensor<D>, Tensor<2>) {
    let moments = <Dispatch as Layers>::fused_column_moments(x.clone().inner().into_dispatch());
    let moments = Tensor::<2>::from_dispatch(moments);
    (normalise(x, moments.clone(), scale, shift, normalisation, true), moments)
}

/// As [`batch_norm`], with moments `[2, columns]` that are constants.
pub fn batch_norm_by<const D: usize>(
    x: Tensor<D>,
    moments: Tensor<2>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    normalisation: Normalisation,
) -> Tensor<D> {
    normalise(x, moments.inner(), scale, shift, normalisation, false)
}

fn normalise<const D: usize>(
    x: Tensor<D>,
    moments: Tensor<2>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    normalisation: Normalisation,
    of_x: bool,
) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Layers>::fused_batch_norm(
        x.into_dispatch(),
        moments.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
        normalisation,
        of_x,
    ))
}

/// `[rows, columns]`.
fn matrix<B: Backend>(x: FloatTensor<B>) -> (FloatTensor<B>, Shape) {
    let shape = x.shape();
    let (columns, others) = shape.split_last().map_or((1, 1), |(&last, rest)| (last, rest.iter().product()));
    (B::float_reshape(x, Shape::from(vec![others, columns])), shape)
}

pub(super) fn plain_moments<B: Backend>(x: FloatTensor<B>) -> FloatTensor<B> {
    let (x, _) = matrix::<B>(x);
    let mean = B::float_mean_dim(x.clone(), 0);
    let centred = B::float_sub(x, mean.clone());
    let variance = B::float_mean_dim(B::float_mul(centred.clone(), centred), 0);
    B::float_cat(vec![mean, variance], 0)
}

/// `x − m`, `s` and x̂, and γ x̂ + β.
fn parts<B: Backend>(
    x: FloatTensor<B>,
    moments: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    epsilon: f32,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let row = |i: usize| B::float_slice(moments.clone(), &[(i..i + 1).into()]);
    let one = |x: FloatTensor<B>| {
        let columns = x.shape().num_elements();
        B::float_reshape(x, Shape::from(vec![1, columns]))
    };
    let s = B::float_recip(B::float_sqrt(B::float_add_scalar(row(1), epsilon.into())));
    let normal = B::float_mul(B::float_sub(x, row(0)), s.clone());
    let argument = B::float_add(B::float_mul(normal.clone(), one(scale)), one(shift));
    (s, normal, argument)
}

pub(super) fn plain<B: Backend>(
    x: FloatTensor<B>,
    moments: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    normalisation: Normalisation,
) -> FloatTensor<B> {
    let (x, shape) = matrix::<B>(x);
    let (_, _, argument) = parts::<B>(x, moments, scale, shift, normalisation.epsilon);
    B::float_reshape(activation::plain::<B>(argument, normalisation.activation), shape)
}

/// Gradients by x, γ and β; the formula stands with [`BatchNorm::gradient`].
pub(super) fn plain_gradient<B: Backend>(
    x: FloatTensor<B>,
    moments: FloatTensor<B>,
    scale: FloatTensor<B>,
    shift: FloatTensor<B>,
    g: FloatTensor<B>,
    normalisation: Normalisation,
    of_x: bool,
) -> (FloatTensor<B>, FloatTensor<B>, FloatTensor<B>) {
    let (x, shape) = matrix::<B>(x);
    let (g, _) = matrix::<B>(g);
    let columns = scale.shape();
    let (s, normal, argument) = parts::<B>(x, moments, scale.clone(), shift, normalisation.epsilon);
    let activation = normalisation.activation;
    let kept =
        if activation.slope_is_of_value() { activation::plain::<B>(argument, activation) } else { argument };
    let h = activation::plain_gradient::<B>(kept, g, activation);
    let product = B::float_mul(h.clone(), normal.clone());
    let d_scale = B::float_reshape(B::float_sum_dim(product.clone(), 0), columns.clone());
    let d_shift = B::float_reshape(B::float_sum_dim(h.clone(), 0), columns.clone());
    let row = Shape::from(vec![1, columns.num_elements()]);
    let factor = B::float_mul(B::float_reshape(scale, row), s);
    let h = if of_x {
        let of_product = B::float_mul(normal, B::float_mean_dim(product, 0));
        B::float_sub(B::float_sub(h.clone(), B::float_mean_dim(h, 0)), of_product)
    } else {
        h
    };
    (B::float_reshape(B::float_mul(h, factor), shape), d_scale, d_shift)
}

pub(super) fn moments_on_slices(x: &FloatTensor<Flex>) -> Option<FloatTensor<Flex>> {
    let columns = *x.layout().shape().last()?;
    let x = x.to_contiguous();
    let mut moments = vec![0.0; 2 * columns];
    let (mean, variance) = moments.split_at_mut(columns);
    column_moments(slice(&x)?, mean, variance);
    Some(filled(Shape::from(vec![2, columns]), moments))
}

/// Calls `work` with the kernel of these tensors; none where one of them has not numbers of f32.
fn with_kernel<T>(
    [moments, scale, shift]: [&FloatTensor<Flex>; 3],
    normalisation: Normalisation,
    work: impl FnOnce(&BatchNorm<'_>) -> T,
) -> Option<T> {
    let (moments, scale, shift) = (moments.to_contiguous(), scale.to_contiguous(), shift.to_contiguous());
    let (mean, variance) = slice(&moments)?.split_at(scale.layout().num_elements());
    let Normalisation { epsilon, activation } = normalisation;
    let (scale, shift) = (slice(&scale)?, slice(&shift)?);
    Some(work(&BatchNorm { mean, variance, scale, shift, epsilon, activation }))
}

pub(super) fn on_slices(
    x: &FloatTensor<Flex>,
    constants: [&FloatTensor<Flex>; 3],
    normalisation: Normalisation,
) -> Option<FloatTensor<Flex>> {
    let x = x.to_contiguous();
    let values = slice(&x)?;
    let mut y = vec![0.0; values.len()];
    with_kernel(constants, normalisation, |kernel| kernel.forward(values, &mut y))?;
    Some(filled(x.layout().shape().clone(), y))
}

pub(super) fn gradient_on_slices(
    x: &FloatTensor<Flex>,
    constants: [&FloatTensor<Flex>; 3],
    g: FloatTensor<Flex>,
    normalisation: Normalisation,
    of_x: bool,
) -> Result<[FloatTensor<Flex>; 3], FloatTensor<Flex>> {
    let x = x.to_contiguous();
    let Some(values) = slice(&x) else { return Err(g) };
    let (of_g, columns) = (g.shape(), constants[1].layout().shape().clone());
    let mut g = owned(g)?;
    let mut d_scale = vec![0.0; columns.num_elements()];
    let mut d_shift = d_scale.clone();
    let done = with_kernel(constants, normalisation, |kernel| {
        kernel.gradient(values, of_x, &mut g, &mut d_scale, &mut d_shift);
    });
    match done {
        Some(()) => Ok([filled(of_g, g), filled(columns.clone(), d_scale), filled(columns, d_shift)]),
        None => Err(filled(of_g, g)),
    }
}

#[derive(Debug)]
struct Step {
    normalisation: Normalisation,
    of_x: bool,
}

impl<B: Layers> Backward<B, 3> for Step {
    type State = (NodeId, FloatTensor<B>, NodeId, NodeId);

    fn backward(self, ops: Ops<Self::State, 3>, gradients: &mut Gradients, checkpointer: &mut Checkpointer) {
        let (x, moments, scale, shift) = ops.state;
        let [x, scale, shift] = [x, scale, shift].map(|node| checkpointer.retrieve_node_output(node));
        let g = gradients.consume::<B>(&ops.node);
        let Self { normalisation, of_x } = self;
        let (dx, d_scale, d_shift) =
            B::fused_batch_norm_gradient(x, moments, scale, shift, g, normalisation, of_x);
        for (parent, gradient) in ops.parents.into_iter().zip([dx, d_scale, d_shift]) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, gradient);
            }
        }
    }
}

pub(super) fn tracked<B: Layers, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    moments: FloatTensor<Autodiff<B, C>>,
    scale: FloatTensor<Autodiff<B, C>>,
    shift: FloatTensor<Autodiff<B, C>>,
    normalisation: Normalisation,
    of_x: bool,
) -> FloatTensor<Autodiff<B, C>> {
    let nodes = [x.node(), scale.node(), shift.node()];
    let moments = moments.into_primitive();
    match (Step { normalisation, of_x }).prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(mut preparation) => {
            let [of_x_node, of_scale, of_shift] = [&x, &scale, &shift].map(|t| preparation.checkpoint(t));
            let y = B::fused_batch_norm(
                x.into_primitive(),
                moments.clone(),
                scale.into_primitive(),
                shift.into_primitive(),
                normalisation,
                of_x,
            );
            preparation.finish((of_x_node, moments, of_scale, of_shift), y)
        }
        OpsKind::UnTracked(preparation) => preparation.finish(B::fused_batch_norm(
            x.into_primitive(),
            moments,
            scale.into_primitive(),
            shift.into_primitive(),
            normalisation,
            of_x,
        )),
    }
}
