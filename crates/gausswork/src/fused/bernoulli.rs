use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use super::heads::Heads;
use super::row_loss::{self, Traced};
use super::slices::{filled, like, slice};

/// The negative log-likelihood in nats of each row of `targets: [rows, columns]`, numbers in [0, 1], under independent Bernoulli
/// variables: `Σ_columns softplus(x) − x y`.
///
/// The targets are constants. The gradient `σ(x) − y` is found in the same pass.
pub fn bernoulli_loss(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let (logits, targets) = (logits.into_dispatch(), targets.inner().into_dispatch());
    let (loss, _) = <Dispatch as Heads>::fused_bernoulli_loss(logits, targets);
    Tensor::from_dispatch(loss)
}

pub(super) fn plain<B: Backend>(
    logits: FloatTensor<B>,
    targets: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let rows = Shape::from(vec![logits.shape()[0]]);
    let tail = B::float_log1p(B::float_exp(B::float_neg(B::float_abs(logits.clone()))));
    let linear = B::float_sub(B::relu(logits.clone()), B::float_mul(logits.clone(), targets.clone()));
    let loss = B::float_reshape(B::float_sum_dim(B::float_add(linear, tail), 1), rows);
    (loss, B::float_sub(B::sigmoid(logits), targets))
}

pub(super) fn on_slices(
    logits: &FloatTensor<Flex>,
    targets: &FloatTensor<Flex>,
) -> Option<(FloatTensor<Flex>, FloatTensor<Flex>)> {
    let (logits, targets) = (logits.to_contiguous(), targets.to_contiguous());
    let [rows, columns] = [logits.layout().shape()[0], logits.layout().shape()[1]];
    let (mut loss, mut slopes) = (vec![0.0; rows], vec![0.0; rows * columns]);
    gausswork_kernels::bernoulli_loss(slice(&logits)?, slice(&targets)?, columns, &mut loss, &mut slopes);
    Some((filled(Shape::from(vec![rows]), loss), like(&logits, slopes)))
}

pub(super) fn tracked<B: Heads, C: CheckpointStrategy>(
    logits: Traced<B, C>,
    targets: Traced<B, C>,
) -> (Traced<B, C>, Traced<B, C>) {
    let targets = targets.into_primitive();
    row_loss::tracked::<B, C>(logits, |logits| B::fused_bernoulli_loss(logits, targets))
}
