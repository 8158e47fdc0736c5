//! The gradient of a loss per row whose slopes were found with it.

use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, TensorMetadata};
use burn::tensor::Shape;

pub(super) type Traced<B, C> = FloatTensor<Autodiff<B, C>>;

#[derive(Debug)]
struct RowLoss;

impl<B: Backend> Backward<B, 1> for RowLoss {
    /// The derivative of a row's loss by its logits.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (slopes, g) = (ops.state, gradients.consume::<B>(&ops.node));
        if let [Some(parent)] = &ops.parents {
            let column = Shape::from(vec![slopes.shape()[0], 1]);
            gradients.register::<B>(parent.id, B::float_mul(slopes, B::float_reshape(g, column)));
        }
    }
}

/// The loss `[rows]` and the slopes `[rows, columns]` that `find` has of the logits; the loss is tracked, the slopes are constants.
pub(super) fn tracked<B: Backend, C: CheckpointStrategy>(
    logits: Traced<B, C>,
    find: impl FnOnce(FloatTensor<B>) -> (FloatTensor<B>, FloatTensor<B>),
) -> (Traced<B, C>, Traced<B, C>) {
    let node = logits.node();
    let (loss, slopes) = find(logits.into_primitive());
    let loss = match RowLoss.prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => preparation.finish(slopes.clone(), loss),
        OpsKind::UnTracked(preparation) => preparation.finish(loss),
    };
    (loss, Traced::<B, C>::new(slopes))
}
