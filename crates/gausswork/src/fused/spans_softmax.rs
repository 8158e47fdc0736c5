use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{Slice, Tensor};

use super::heads::Heads;
use super::row_loss::Traced;
use super::slices::{like, slice};

/// `softmax(x / τ)` in each of a row's spans, side by side and of these lengths, `x: [rows, columns]`.
///
/// Of logits with standard Gumbel noise it is a draw from their relaxation (Jang, Gu & Poole 2017, eq. 2).
///
/// *Stability*: each span's greatest number is subtracted before the exponential.
pub fn spans_softmax(x: Tensor<2>, spans: &[usize], temperature: f32) -> Tensor<2> {
    let y = <Dispatch as Heads>::fused_spans_softmax(x.into_dispatch(), spans.to_vec(), temperature);
    Tensor::from_dispatch(y)
}

/// What `of` makes of each span of two matrices of one shape.
fn by_span<B: Backend>(
    [a, b]: [FloatTensor<B>; 2],
    spans: Vec<usize>,
    of: impl Fn(FloatTensor<B>, FloatTensor<B>) -> FloatTensor<B>,
) -> FloatTensor<B> {
    let (rows, mut first) = (a.shape()[0], 0);
    let parts = spans.into_iter().map(|length| {
        let part = [Slice::from(0..rows), Slice::from(first..first + length)];
        first += length;
        of(B::float_slice(a.clone(), &part), B::float_slice(b.clone(), &part))
    });
    B::float_cat(parts.collect(), 1)
}

pub(super) fn plain<B: Backend>(x: FloatTensor<B>, spans: Vec<usize>, temperature: f32) -> FloatTensor<B> {
    by_span::<B>([x.clone(), x], spans, |x, _| {
        let shifted = B::float_sub(x.clone(), B::float_max_dim(x, 1));
        let e = B::float_exp(B::float_div_scalar(shifted, temperature.into()));
        B::float_div(e.clone(), B::float_sum_dim(e, 1))
    })
}

pub(super) fn plain_gradient<B: Backend>(
    y: FloatTensor<B>,
    g: FloatTensor<B>,
    spans: Vec<usize>,
    temperature: f32,
) -> FloatTensor<B> {
    by_span::<B>([y, g], spans, |y, g| {
        let mean = B::float_sum_dim(B::float_mul(y.clone(), g.clone()), 1);
        B::float_div_scalar(B::float_mul(y, B::float_sub(g, mean)), temperature.into())
    })
}

pub(super) fn on_slices(
    x: &FloatTensor<Flex>,
    spans: &[usize],
    temperature: f32,
) -> Option<FloatTensor<Flex>> {
    let x = x.to_contiguous();
    let values = slice(&x)?;
    let fits = values.len() == x.layout().shape()[0] * spans.iter().sum::<usize>();
    let mut y = vec![0.0; values.len()];
    fits.then(|| gausswork_kernels::spans_softmax(values, spans, temperature, &mut y))?;
    Some(like(&x, y))
}

pub(super) fn gradient_on_slices(
    y: &FloatTensor<Flex>,
    g: &FloatTensor<Flex>,
    spans: &[usize],
    temperature: f32,
) -> Option<FloatTensor<Flex>> {
    let (y, g) = (y.to_contiguous(), g.to_contiguous());
    let of_y = slice(&y)?;
    let mut out = vec![0.0; of_y.len()];
    gausswork_kernels::spans_softmax_gradient(of_y, spans, temperature, slice(&g)?, &mut out);
    Some(like(&y, out))
}

#[derive(Debug)]
struct SpansSoftmax {
    spans: Vec<usize>,
    temperature: f32,
}

impl<B: Heads> Backward<B, 1> for SpansSoftmax {
    /// The result.
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (y, g) = (ops.state, gradients.consume::<B>(&ops.node));
        if let [Some(parent)] = &ops.parents {
            let gradient = B::fused_spans_softmax_gradient(y, g, self.spans, self.temperature);
            gradients.register::<B>(parent.id, gradient);
        }
    }
}

pub(super) fn tracked<B: Heads, C: CheckpointStrategy>(
    x: Traced<B, C>,
    spans: Vec<usize>,
    temperature: f32,
) -> Traced<B, C> {
    let node = x.node();
    let y = B::fused_spans_softmax(x.into_primitive(), spans.clone(), temperature);
    match (SpansSoftmax { spans, temperature }).prepare::<C>([node]).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => preparation.finish(y.clone(), y),
        OpsKind::UnTracked(preparation) => preparation.finish(y),
    }
}
