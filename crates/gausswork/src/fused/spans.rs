use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Shape, Slice, Tensor};

use super::heads::Heads;
use super::row_loss::{self, Traced};
use super::slices::{filled, like, slice};

/// The negative log-likelihood in nats of each row of `targets: [rows, columns]` under a softmax for each of its spans, side by side and of
/// these lengths: `Σ_spans (log Σ_k e^x_k − Σ_k y_k x_k)`.
///
/// The targets, one-hot or shares that add up to 1 in each span, are constants. The gradient `softmax(x) − y` is found in the same pass.
///
/// *Stability*: each span's greatest logit is subtracted before the exponential.
pub fn spans_loss(logits: Tensor<2>, targets: Tensor<2>, spans: &[usize]) -> Tensor<1> {
    let (logits, targets) = (logits.into_dispatch(), targets.inner().into_dispatch());
    let (loss, _) = <Dispatch as Heads>::fused_spans_loss(logits, targets, spans.to_vec());
    Tensor::from_dispatch(loss)
}

pub(super) fn plain<B: Backend>(
    logits: FloatTensor<B>,
    targets: FloatTensor<B>,
    spans: Vec<usize>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let rows = logits.shape()[0];
    let (mut first, mut losses, mut slopes) = (0, Vec::new(), Vec::new());
    for length in spans {
        let part = [Slice::from(0..rows), Slice::from(first..first + length)];
        let (x, y) = (B::float_slice(logits.clone(), &part), B::float_slice(targets.clone(), &part));
        let shifted = B::float_sub(x.clone(), B::float_max_dim(x, 1));
        let e = B::float_exp(shifted.clone());
        let total = B::float_sum_dim(e.clone(), 1);
        let picked = B::float_sum_dim(B::float_mul(shifted, y.clone()), 1);
        losses.push(B::float_sub(B::float_log(total.clone()), picked));
        slopes.push(B::float_sub(B::float_div(e, total), y));
        first += length;
    }
    let loss = B::float_sum_dim(B::float_cat(losses, 1), 1);
    (B::float_reshape(loss, Shape::from(vec![rows])), B::float_cat(slopes, 1))
}

pub(super) fn on_slices(
    logits: &FloatTensor<Flex>,
    targets: &FloatTensor<Flex>,
    spans: &[usize],
) -> Option<(FloatTensor<Flex>, FloatTensor<Flex>)> {
    let (logits, targets) = (logits.to_contiguous(), targets.to_contiguous());
    let rows = logits.layout().shape()[0];
    let (x, y) = (slice(&logits)?, slice(&targets)?);
    let fits = x.len() == rows * spans.iter().sum::<usize>() && y.len() == x.len();
    let (mut loss, mut slopes) = (vec![0.0; rows], vec![0.0; x.len()]);
    fits.then(|| gausswork_kernels::spans_loss(x, y, spans, &mut loss, &mut slopes))?;
    Some((filled(Shape::from(vec![rows]), loss), like(&logits, slopes)))
}

pub(super) fn tracked<B: Heads, C: CheckpointStrategy>(
    logits: Traced<B, C>,
    targets: Traced<B, C>,
    spans: Vec<usize>,
) -> (Traced<B, C>, Traced<B, C>) {
    let targets = targets.into_primitive();
    row_loss::tracked::<B, C>(logits, |logits| B::fused_spans_loss(logits, targets, spans))
}
