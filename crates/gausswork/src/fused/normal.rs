use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex};
use burn::tensor::{Scalar, Tensor};

use super::heads::Heads;
use super::slices::{like, slice};

/// `KL(N(mu, e^log_var) ‖ N(0, 1))` of each event dimension, `[batch, event]`, nats (Kingma & Welling 2014, appendix B):
/// `½ mu² + ½ t² + (t − h)`, `h = log_var / 2`, `t = e^h − 1`.
///
/// *Stability*: the textbook `½(mu² + e^2h − 1 − 2h)` loses every digit near q = p. Each term here is ≥ 0, and `t − h` is its series
/// where |h| < ½.
pub fn normal_rate(mu: Tensor<2>, log_var: Tensor<2>) -> Tensor<2> {
    let (rate, _) = <Dispatch as Heads>::fused_normal_rate(mu.into_dispatch(), log_var.into_dispatch());
    Tensor::from_dispatch(rate)
}

/// The draw `mu + e^(log_var / 2) ε`, `[batch, event]` all (Kingma & Welling 2014, §2.4); `ε` is a constant.
pub fn normal_draw(mu: Tensor<2>, log_var: Tensor<2>, epsilon: Tensor<2>) -> Tensor<2> {
    let (log_var, epsilon) = (log_var.into_dispatch(), epsilon.inner().into_dispatch());
    let (z, _) = <Dispatch as Heads>::fused_normal_draw(mu.into_dispatch(), log_var, epsilon);
    Tensor::from_dispatch(z)
}

pub(super) fn plain_rate<B: Backend>(
    mu: FloatTensor<B>,
    log_var: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let number = |x: f64| Scalar::Float(x);
    let square = |x: FloatTensor<B>| B::float_mul(x.clone(), x);
    let h = B::float_mul_scalar(log_var, number(0.5));
    // e^h − 1 − h = h² (1/2! + h/3! + h²/4! + …), to h^11/11!; beyond ½ it is taken of a clamped h, and not used.
    let inner = B::float_clamp(h.clone(), number(-0.5), number(0.5));
    let mut factorial = 39_916_800.0;
    let mut series = B::float_mul_scalar(inner.clone(), number(0.0));
    for k in (2..=11).rev() {
        series = B::float_add_scalar(B::float_mul(series, inner.clone()), number(1.0 / factorial));
        factorial /= f64::from(k);
    }
    let near = B::float_mul(square(inner), series);
    let far = B::float_sub(B::float_add_scalar(B::float_exp(h.clone()), number(-1.0)), h.clone());
    let small = B::float_lower_elem(B::float_abs(h.clone()), number(0.5), burn::tensor::BoolStore::Native);
    let excess = B::float_mask_where(far, small, near);
    let t = B::float_add(excess.clone(), h);
    let squares = B::float_mul_scalar(B::float_add(square(mu), square(t.clone())), number(0.5));
    let slope =
        B::float_mul_scalar(B::float_mul(t.clone(), B::float_add_scalar(t, number(2.0))), number(0.5));
    (B::float_add(squares, excess), slope)
}

pub(super) fn plain_draw<B: Backend>(
    mu: FloatTensor<B>,
    log_var: FloatTensor<B>,
    epsilon: FloatTensor<B>,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let deviation = B::float_exp(B::float_mul_scalar(log_var, Scalar::Float(0.5)));
    let moved = B::float_mul(deviation, epsilon);
    (B::float_add(mu, moved.clone()), moved)
}

pub(super) fn rate_on_slices(
    mu: &FloatTensor<Flex>,
    log_var: &FloatTensor<Flex>,
) -> Option<(FloatTensor<Flex>, FloatTensor<Flex>)> {
    let (mu, log_var) = (mu.to_contiguous(), log_var.to_contiguous());
    let (mus, log_vars) = (slice(&mu)?, slice(&log_var)?);
    let (mut rate, mut slope) = (vec![0.0; mus.len()], vec![0.0; mus.len()]);
    gausswork_kernels::normal_rate(mus, log_vars, &mut rate, &mut slope);
    Some((like(&mu, rate), like(&mu, slope)))
}

pub(super) fn draw_on_slices(
    mu: &FloatTensor<Flex>,
    log_var: &FloatTensor<Flex>,
    epsilon: &FloatTensor<Flex>,
) -> Option<(FloatTensor<Flex>, FloatTensor<Flex>)> {
    let (mu, log_var, epsilon) = (mu.to_contiguous(), log_var.to_contiguous(), epsilon.to_contiguous());
    let (mus, log_vars, epsilons) = (slice(&mu)?, slice(&log_var)?, slice(&epsilon)?);
    let (mut z, mut moved) = (vec![0.0; mus.len()], vec![0.0; mus.len()]);
    gausswork_kernels::normal_draw(mus, log_vars, epsilons, &mut z, &mut moved);
    Some((like(&mu, z), like(&mu, moved)))
}

/// The rate; its slopes by both parameters are kept.
#[derive(Debug)]
struct Rate;

impl<B: Heads> Backward<B, 2> for Rate {
    type State = [FloatTensor<B>; 2];

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let g = gradients.consume::<B>(&ops.node);
        for (parent, slope) in ops.parents.iter().zip(ops.state) {
            if let Some(parent) = parent {
                gradients.register::<B>(parent.id, B::float_mul(slope, g.clone()));
            }
        }
    }
}

/// The draw; what it moved by is kept: half of it is its slope by `log_var`.
#[derive(Debug)]
struct Draw;

impl<B: Heads> Backward<B, 2> for Draw {
    type State = FloatTensor<B>;

    fn backward(self, ops: Ops<Self::State, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let (moved, g) = (ops.state, gradients.consume::<B>(&ops.node));
        let [of_mu, of_log_var] = &ops.parents;
        if let Some(parent) = of_log_var {
            let half = B::float_mul_scalar(B::float_mul(moved, g.clone()), Scalar::Float(0.5));
            gradients.register::<B>(parent.id, half);
        }
        if let Some(parent) = of_mu {
            gradients.register::<B>(parent.id, g);
        }
    }
}

type Traced<B, C> = FloatTensor<Autodiff<B, C>>;

pub(super) fn tracked_rate<B: Heads, C: CheckpointStrategy>(
    mu: Traced<B, C>,
    log_var: Traced<B, C>,
) -> (Traced<B, C>, Traced<B, C>) {
    let nodes = [mu.node(), log_var.node()];
    let mu = mu.into_primitive();
    let (rate, slope) = B::fused_normal_rate(mu.clone(), log_var.into_primitive());
    let rate = match Rate.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => preparation.finish([mu, slope.clone()], rate),
        OpsKind::UnTracked(preparation) => preparation.finish(rate),
    };
    (rate, Traced::<B, C>::new(slope))
}

pub(super) fn tracked_draw<B: Heads, C: CheckpointStrategy>(
    mu: Traced<B, C>,
    log_var: Traced<B, C>,
    epsilon: Traced<B, C>,
) -> (Traced<B, C>, Traced<B, C>) {
    let nodes = [mu.node(), log_var.node()];
    let (z, moved) =
        B::fused_normal_draw(mu.into_primitive(), log_var.into_primitive(), epsilon.into_primitive());
    let z = match Draw.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => preparation.finish(moved.clone(), z),
        OpsKind::UnTracked(preparation) => preparation.finish(z),
    };
    (z, Traced::<B, C>::new(moved))
}
