use burn::backend::autodiff::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::CheckpointStrategy;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Backend, Dispatch, Flex, TensorMetadata};
use burn::tensor::Tensor;

use gausswork_kernels::Activation;

use super::Fused;
use super::slices::{filled, owned, slice};

/// A function of one number, element by element.
pub fn activate<const D: usize>(x: Tensor<D>, activation: Activation) -> Tensor<D> {
    Tensor::from_dispatch(<Dispatch as Fused>::fused_activation(x.into_dispatch(), activation))
}

/// `x σ(x)`, element by element.
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    activate(x, Activation::Silu)
}

pub(super) fn plain<B: Backend>(x: FloatTensor<B>, activation: Activation) -> FloatTensor<B> {
    match activation {
        Activation::Identity => x,
        Activation::Relu => B::relu(x),
        Activation::LeakyRelu(slope) => B::leaky_relu(x, slope.into()),
        Activation::Silu => B::float_mul(x.clone(), B::sigmoid(x)),
        Activation::Tanh => B::float_tanh(x),
        Activation::Sigmoid => B::sigmoid(x),
    }
}

/// `g` times the derivative; `kept` as [`Activation::multiply_by_slope`] wants it.
pub(super) fn plain_gradient<B: Backend>(
    kept: FloatTensor<B>,
    g: FloatTensor<B>,
    activation: Activation,
) -> FloatTensor<B> {
    let one_less = |x: FloatTensor<B>| B::float_add_scalar(B::float_neg(x), 1.0.into());
    // Heaviside's step of numbers that are positive or zero is their sign.
    let step = |y: FloatTensor<B>| B::float_sign(B::relu(y));
    let slope = match activation {
        Activation::Identity => return g,
        Activation::Relu => step(kept),
        Activation::LeakyRelu(slope) => {
            let above = B::float_mul_scalar(step(kept), (1.0 - slope).into());
            B::float_add_scalar(above, slope.into())
        }
        Activation::Silu => {
            // σ (1 + x (1 − σ)).
            let p = B::sigmoid(kept.clone());
            let rest = B::float_mul(kept, one_less(p.clone()));
            B::float_mul(p, B::float_add_scalar(rest, 1.0.into()))
        }
        Activation::Tanh => one_less(B::float_mul(kept.clone(), kept)),
        Activation::Sigmoid => B::float_mul(kept.clone(), one_less(kept)),
    };
    B::float_mul(g, slope)
}

pub(super) fn on_slices(x: FloatTensor<Flex>, activation: Activation) -> FloatTensor<Flex> {
    let shape = x.shape();
    match owned(x) {
        Ok(mut values) => {
            activation.apply(&mut values);
            filled(shape, values)
        }
        Err(x) => plain::<Flex>(x, activation),
    }
}

pub(super) fn gradient_on_slices(
    kept: FloatTensor<Flex>,
    g: FloatTensor<Flex>,
    activation: Activation,
) -> FloatTensor<Flex> {
    let kept = kept.to_contiguous();
    let shape = g.shape();
    match (slice(&kept), owned(g)) {
        (Some(values), Ok(mut g)) => {
            activation.multiply_by_slope(values, &mut g);
            filled(shape, g)
        }
        (_, Ok(g)) => plain_gradient::<Flex>(kept, filled(shape, g), activation),
        (_, Err(g)) => plain_gradient::<Flex>(kept, g, activation),
    }
}

/// The last step of a layer: the activation of what `argument` makes, and what its gradient will need.
pub(super) fn finish<B: Fused>(
    activation: Activation,
    layer: impl FnOnce(Activation) -> FloatTensor<B>,
) -> (FloatTensor<B>, Option<FloatTensor<B>>) {
    if activation == Activation::Identity {
        (layer(activation), None)
    } else if activation.slope_is_of_value() {
        let y = layer(activation);
        (y.clone(), Some(y))
    } else {
        let x = layer(Activation::Identity);
        (B::fused_activation(x.clone(), activation), Some(x))
    }
}

/// The gradient before the activation of a layer, from what [`finish`] kept.
pub(super) fn before<B: Fused>(
    kept: Option<FloatTensor<B>>,
    g: FloatTensor<B>,
    activation: Activation,
) -> FloatTensor<B> {
    match kept {
        Some(kept) => B::fused_activation_gradient(kept, g, activation),
        None => g,
    }
}

#[derive(Debug)]
struct Activate(Activation);

impl<B: Fused> Backward<B, 1> for Activate {
    type State = Option<FloatTensor<B>>;

    fn backward(self, ops: Ops<Self::State, 1>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let g = gradients.consume::<B>(&ops.node);
        if let [Some(parent)] = &ops.parents {
            gradients.register::<B>(parent.id, before::<B>(ops.state, g, self.0));
        }
    }
}

pub(super) fn tracked<B: Fused, C: CheckpointStrategy>(
    x: FloatTensor<Autodiff<B, C>>,
    activation: Activation,
) -> FloatTensor<Autodiff<B, C>> {
    match Activate(activation).prepare::<C>([x.node()]).compute_bound().stateful() {
        OpsKind::Tracked(preparation) => {
            let x = x.into_primitive();
            let (y, kept) = finish::<B>(activation, |inner| match inner {
                Activation::Identity => x,
                _ => B::fused_activation(x, inner),
            });
            preparation.finish(kept, y)
        }
        OpsKind::UnTracked(preparation) => {
            preparation.finish(B::fused_activation(x.into_primitive(), activation))
        }
    }
}
