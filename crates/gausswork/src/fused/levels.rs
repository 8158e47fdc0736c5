use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::{BoolStore, FloatDType, Scalar, Shape, Slice, Tensor};
use gausswork_kernels::{LOG_SCALE_BOUNDS, level_blocks};

use super::heads::Heads;
use super::row_loss::{self, Traced};
use super::slices::{filled, like, slice};

/// The negative log-likelihood in nats of each row of `x: [rows, values]`, levels in [0, 1] that are `cell` apart, under mixtures of
/// logistic distributions: `−log Σ_k π_k (F_k(x + cell/2) − F_k(x − cell/2))`, with the tails at 0 and at 1
/// (Salimans et al. 2017, eq. 2).
///
/// `output: [rows, blocks · values]` has logits of π unless there is one component alone, locations, log-scales, each
/// `[components, values]`. The levels are constants; the gradient is found in the same pass.
///
/// *Stability*: see [`gausswork_kernels::levels_loss`].
pub fn levels_loss(output: Tensor<2>, x: Tensor<2>, components: usize, cell: f64) -> Tensor<1> {
    let (output, x) = (output.into_dispatch(), x.inner().into_dispatch());
    let (loss, _) = <Dispatch as Heads>::fused_levels_loss(output, x, components, cell as f32);
    Tensor::from_dispatch(loss)
}

pub(super) fn plain<B: Backend>(
    output: FloatTensor<B>,
    x: FloatTensor<B>,
    components: usize,
    cell: f32,
) -> (FloatTensor<B>, FloatTensor<B>) {
    let (add, sub, mul) = (B::float_add, B::float_sub, B::float_mul);
    let plus = |x: FloatTensor<B>, by: f64| B::float_add_scalar(x, Scalar::Float(by));
    let times = |x: FloatTensor<B>, by: f64| B::float_mul_scalar(x, Scalar::Float(by));
    let (shape, of_output) = (x.shape(), output.shape());
    let (rows, values) = (shape[0], shape[1]);
    let blocks = level_blocks(components);
    let x = B::float_reshape(x, Shape::from(vec![rows, 1, values]));
    let output = B::float_reshape(output, Shape::from(vec![rows, blocks, values]));
    let part = |from: usize| {
        let ranges = [0..rows, from..from + components, 0..values].map(Slice::from);
        B::float_slice(output.clone(), &ranges)
    };
    let located = blocks - 2 * components;
    let [low, high] = LOG_SCALE_BOUNDS.map(f64::from);
    let half = 0.5 * f64::from(cell);

    let log_scale = part(located + components);
    let bounded = B::float_clamp(log_scale.clone(), Scalar::Float(low), Scalar::Float(high));
    let free = number::<B>(B::float_equal(bounded.clone(), log_scale, BoolStore::Native));
    let precision = B::float_exp(B::float_neg(bounded));
    let away = sub(x.clone(), part(located));
    let a = mul(plus(away.clone(), half), precision.clone());
    let b = mul(plus(away, -half), precision.clone());
    let d = times(precision.clone(), f64::from(cell));
    let before_last =
        number::<B>(B::float_lower_equal_elem(x.clone(), Scalar::Float(1.0 - half), BoolStore::Native));
    let after_first = number::<B>(B::float_greater_equal_elem(x, Scalar::Float(half), BoolStore::Native));
    let inside = mul(before_last.clone(), after_first.clone());

    let softplus = |x: FloatTensor<B>| {
        add(B::relu(x.clone()), B::float_log1p(B::float_exp(B::float_neg(B::float_abs(x)))))
    };
    let t = B::float_tanh(times(d.clone(), 0.5));
    let less = B::float_div(times(t.clone(), 2.0), plus(t, 1.0));
    let above = mul(softplus(B::float_neg(a.clone())), before_last.clone());
    let below = mul(softplus(b.clone()), after_first.clone());
    let log_mass = sub(sub(mul(B::float_log(less.clone()), inside.clone()), above), below);
    let slope_a = mul(B::sigmoid(B::float_neg(a.clone())), before_last);
    let slope_b = mul(B::sigmoid(b.clone()), after_first);
    let by_width = mul(B::float_div(mul(d.clone(), B::float_exp(B::float_neg(d))), less), inside);
    let by_mu = mul(precision, sub(slope_a.clone(), slope_b.clone()));
    let by_log_scale = mul(add(sub(mul(a, slope_a), mul(b, slope_b)), by_width), free);

    let log_sum = |terms: FloatTensor<B>| {
        let greatest = B::float_max_dim(terms.clone(), 1);
        let sum = B::float_sum_dim(B::float_exp(sub(terms, greatest.clone())), 1);
        add(greatest, B::float_log(sum))
    };
    let (nats, slopes) = if components == 1 {
        (B::float_neg(log_mass), B::float_cat(vec![by_mu, by_log_scale], 1))
    } else {
        let logits = part(0);
        let log_weight = sub(logits.clone(), log_sum(logits));
        let joint = add(log_weight.clone(), log_mass);
        let whole = log_sum(joint.clone());
        let posterior = B::float_exp(sub(joint, whole.clone()));
        let by_logit = sub(B::float_exp(log_weight), posterior.clone());
        let slopes = vec![by_logit, mul(by_mu, posterior.clone()), mul(by_log_scale, posterior)];
        (B::float_neg(whole), B::float_cat(slopes, 1))
    };
    let loss = B::float_reshape(B::float_sum_dim(nats, 2), Shape::from(vec![rows]));
    (loss, B::float_reshape(slopes, of_output))
}

/// 1 where something holds, 0 elsewhere.
fn number<B: Backend>(holds: burn::backend::tensor::BoolTensor<B>) -> FloatTensor<B> {
    B::bool_into_float(holds, FloatDType::F32)
}

pub(super) fn on_slices(
    output: &FloatTensor<Flex>,
    x: &FloatTensor<Flex>,
    components: usize,
    cell: f32,
) -> Option<(FloatTensor<Flex>, FloatTensor<Flex>)> {
    let (output, x) = (output.to_contiguous(), x.to_contiguous());
    let [rows, values] = [x.layout().shape()[0], x.layout().shape()[1]];
    let parameters = slice(&output)?;
    let (mut loss, mut slopes) = (vec![0.0; rows], vec![0.0; parameters.len()]);
    gausswork_kernels::levels_loss(
        parameters,
        slice(&x)?,
        [components, values],
        cell,
        &mut loss,
        &mut slopes,
    );
    Some((filled(Shape::from(vec![rows]), loss), like(&output, slopes)))
}

pub(super) fn tracked<B: Heads, C: CheckpointStrategy>(
    output: Traced<B, C>,
    x: Traced<B, C>,
    components: usize,
    cell: f32,
) -> (Traced<B, C>, Traced<B, C>) {
    let x = x.into_primitive();
    row_loss::tracked::<B, C>(output, |output| B::fused_levels_loss(output, x, components, cell))
}
