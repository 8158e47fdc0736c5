use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Shape, Tensor};

use super::choice;
use super::layers::Layers;
use super::slices::{filled, like, slice};

/// The greatest of `pieces` neighbours, `x: [rows, columns · pieces]` to `[rows, columns]` (Goodfellow et al. 2013, eq. 1); of equals
/// the first has the gradient.
pub fn maxout(x: Tensor<2>, pieces: usize) -> Tensor<2> {
    let (y, _) = <Dispatch as Layers>::fused_maxout(x.into_dispatch(), pieces);
    Tensor::from_dispatch(y)
}

fn shape(rows: usize, columns: usize) -> Shape {
    Shape::from(vec![rows, columns])
}

/// The greatest, and 1 at the piece that it is, 0 at the others.
pub(super) fn plain<B: Backend>(x: FloatTensor<B>, pieces: usize) -> (FloatTensor<B>, FloatTensor<B>) {
    let (rows, all) = (x.shape()[0], x.shape()[1]);
    let by_piece = B::float_reshape(x, shape(rows * all / pieces, pieces));
    let greatest = B::float_max_dim(by_piece.clone(), 1);
    let chosen = choice::plain::<B>(by_piece);
    (B::float_reshape(greatest, shape(rows, all / pieces)), B::float_reshape(chosen, shape(rows, all)))
}

pub(super) fn plain_gradient<B: Backend>(
    chosen: FloatTensor<B>,
    g: FloatTensor<B>,
    pieces: usize,
) -> FloatTensor<B> {
    let (rows, all) = (chosen.shape()[0], chosen.shape()[1]);
    let g = B::float_reshape(g, shape(rows * all / pieces, 1));
    let by_piece = B::float_mul(B::float_reshape(chosen, shape(rows * all / pieces, pieces)), g);
    B::float_reshape(by_piece, shape(rows, all))
}

pub(super) fn on_slices(
    x: &FloatTensor<Flex>,
    pieces: usize,
) -> Option<(FloatTensor<Flex>, FloatTensor<Flex>)> {
    let x = x.to_contiguous();
    let (rows, columns) = (x.layout().shape()[0], x.layout().shape()[1] / pieces);
    let values = slice(&x)?;
    let (mut y, mut chosen) = (vec![0.0; rows * columns], vec![0.0; values.len()]);
    gausswork_kernels::maxout(values, pieces, &mut y, &mut chosen);
    Some((filled(shape(rows, columns), y), like(&x, chosen)))
}

pub(super) fn gradient_on_slices(
    chosen: &FloatTensor<Flex>,
    g: &FloatTensor<Flex>,
    pieces: usize,
) -> Option<FloatTensor<Flex>> {
    let (chosen, g) = (chosen.to_contiguous(), g.to_contiguous());
    let of_chosen = slice(&chosen)?;
    let mut out = vec![0.0; of_chosen.len()];
    gausswork_kernels::maxout_gradient(slice(&g)?, of_chosen, pieces, &mut out);
    Some(like(&chosen, out))
}

/// Of how many pieces.
#[derive(Debug)]
struct Maxout(usize);

impl<B: Layers> Backward<B, 1> for Maxout {
    /// The pieces that were chosen.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (chosen, g) = (ops.state, gradients.consume::<B>(&ops.node));
        if let [Some(parent)] = &ops.parents {
            gradients.register::<B>(parent.id, B::fused_maxout_gradient(chosen, g, self.0));
        }
    }
}

type Traced<B, C> = FloatTensor<Autodiff<B, C>>;

pub(super) fn tracked<B: Layers, C: CheckpointStrategy>(
    x: Traced<B, C>,
    pieces: usize,
) -> (Traced<B, C>, Traced<B, C>) {
    let node = x.node();
    let (y, chosen) = B::fused_maxout(x.into_primitive(), pieces);
    let y = match Maxout(pieces).prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => preparation.finish(chosen.clone(), y),
        OpsKind::UnTracked(preparation) => preparation.finish(y),
    };
    (y, Traced::<B, C>::new(chosen))
}
