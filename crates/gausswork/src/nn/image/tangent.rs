//! The derivative of a network along a direction, in operations that can be differentiated again.

use burn::tensor::Tensor;

use super::resize::{enlarged, halved};
use super::stage::{Stage, flat};
use crate::fused::{Activation, convolution, linear, transposed_convolution};
use crate::nn::{BatchNorm, LayerNorm, Leaves, Nonlinearity, Phase};

/// Features and their derivative along a direction.
type Dual = (Tensor<4>, Tensor<4>);

impl Stage {
    /// `y(x)` and `t · ∇y(x)`.
    fn with_tangent(&self, leaves: &Leaves, (x, t): Dual, phase: Phase) -> Dual {
        match self {
            Self::Linear { layer, shape: [height, width, features], after } => {
                let (weight, images) = (leaves.get::<2>(layer.weight), x.dims()[0]);
                let bias = leaves.get::<1>(layer.bias);
                let none = Tensor::<1>::zeros([layer.output], &bias.device());
                let shaped = |y: Tensor<2>| y.reshape([images, *height, *width, *features]);
                let y = linear(flat(x), weight.clone(), bias);
                activated(*after, (shaped(y), shaped(linear(flat(t), weight, none))))
            }
            Self::Convolution { layer, after } => {
                let along = convolution(t, leaves.get(layer.weight), layer.window);
                activated(*after, (layer.forward(leaves, x, Activation::Identity), along))
            }
            Self::Transposed { layer, size, after } => {
                let along = transposed_convolution(t, leaves.get(layer.weight), layer.window, *size);
                activated(*after, (layer.forward(leaves, x, *size, Activation::Identity), along))
            }
            Self::Batch { norm, after } => activated(Some(*after), of_batch(norm, leaves, (x, t), phase)),
            Self::Layer { norm, after } => activated(Some(*after), of_layer(norm, leaves, (x, t))),
            Self::Activated(after) => activated(Some(*after), (x, t)),
            Self::Halved => (halved(x), halved(t)),
            Self::Enlarged(size) => (enlarged(x, *size), enlarged(t, *size)),
            Self::Residual { main, shortcut } => {
                let (straight, along) = with_tangent(shortcut, leaves, (x.clone(), t.clone()), phase);
                let (y, of_y) = with_tangent(main, leaves, (x, t), phase);
                (straight + y, along + of_y)
            }
        }
    }
}

/// [`Stage::with_tangent`] of stages, one after the other.
pub(super) fn with_tangent(stages: &[Stage], leaves: &Leaves, dual: Dual, phase: Phase) -> Dual {
    stages.iter().fold(dual, |dual, stage| stage.with_tangent(leaves, dual, phase))
}

fn activated(after: Option<Nonlinearity>, (x, t): Dual) -> Dual {
    match after {
        Some(after) => after.with_tangent(x, t),
        None => (x, t),
    }
}

/// Of a normalisation that learns, the direction moves the moments too: images of a shard then depend on each other.
fn of_batch(norm: &BatchNorm, leaves: &Leaves, (x, t): Dual, phase: Phase) -> Dual {
    let (scale, shift) = (leaves.get::<1>(norm.scale), leaves.get::<1>(norm.shift));
    let epsilon = norm.normalisation.epsilon;
    match phase {
        Phase::Train => normalised::<0>([x, t], [scale, shift], epsilon),
        Phase::Evaluate => {
            let features = scale.dims()[0];
            let running = leaves.get::<2>(norm.running).inner();
            let variance = running.clone().slice([1..2, 0..features]).reshape([features]);
            let slope = scale * variance.add_scalar(epsilon).sqrt().recip();
            let mean = running.slice([0..1, 0..features]).reshape([1, 1, 1, features]);
            let slope = slope.reshape([1, 1, 1, features]);
            ((x - mean) * slope.clone() + shift.reshape([1, 1, 1, features]), t * slope)
        }
    }
}

fn of_layer(norm: &LayerNorm, leaves: &Leaves, (x, t): Dual) -> Dual {
    normalised::<1>([x, t], [leaves.get(norm.scale), leaves.get(norm.shift)], norm.epsilon)
}

/// `γ x̂ + β` with `x̂ = (x − m)/s`, and `γ (t − mean(t) − x̂ mean(x̂ t))/s`; moments over dimension `OVER` of `[pixels, features]`.
fn normalised<const OVER: usize>(dual: [Tensor<4>; 2], [scale, shift]: [Tensor<1>; 2], epsilon: f32) -> Dual {
    let shape = dual[0].dims();
    let [images, height, width, features] = shape;
    let [x, t] = dual.map(|x| x.reshape([images * height * width, features]));
    let [scale, shift] = [scale, shift].map(|x| x.reshape([1, features]));
    let centred = |x: Tensor<2>| x.clone() - x.mean_dim(OVER);
    let x = centred(x);
    let inverse = x.clone().square().mean_dim(OVER).add_scalar(epsilon).sqrt().recip();
    let x = x * inverse.clone();
    let along = (x.clone() * t.clone()).mean_dim(OVER);
    let t = (centred(t) - x.clone() * along) * inverse * scale.clone();
    ((x * scale + shift).reshape(shape), t.reshape(shape))
}
