//! Inception-v3 with its weights.

use burn::tensor::{Device, Tensor, TensorData};

use super::plan::{Named, Step, steps};
use super::pooling::{average, maximum};
use super::weights::{Weights, WeightsError};
use crate::fused::{Activation, Window, bias_activated, convolution};

/// What a normalisation adds to a variance.
const EPSILON: f64 = 1e-3;

/// The network up to its last pooling layer.
#[derive(Debug)]
pub(super) struct Network {
    steps: Vec<Step<Convolution>>,
}

/// A convolution with its normalisation folded in.
#[derive(Debug, Clone)]
struct Convolution {
    weight: Tensor<4>,
    bias: Tensor<1>,
    window: Window,
}

impl Network {
    /// The network of these weights.
    ///
    /// # Errors
    /// If some are missing or of another shape.
    pub(super) fn of(weights: &Weights) -> Result<Self, WeightsError> {
        Ok(Self { steps: bound(steps(), weights)? })
    }

    /// What a step makes of what the steps before it made.
    #[cfg(test)]
    pub(super) fn step(&self, place: usize, x: Tensor<4>) -> Tensor<4> {
        after(&self.steps[place], x)
    }

    /// Features `[images, 2048]` of images `[images, height, width, 3]` with numbers in [−1, 1].
    pub(super) fn features(&self, x: Tensor<4>) -> Tensor<2> {
        let x = through(&self.steps, x);
        let [images, height, width, channels] = x.dims();
        x.reshape([images, height * width, channels]).mean_dim(1).reshape([images, channels])
    }
}

/// The steps with their weights.
fn bound(steps: Vec<Step<Named>>, weights: &Weights) -> Result<Vec<Step<Convolution>>, WeightsError> {
    let one = |step| {
        Ok(match step {
            Step::Convolution(named) => Step::Convolution(folded(&named, weights)?),
            Step::Average => Step::Average,
            Step::Maximum(stride) => Step::Maximum(stride),
            Step::Fork(ways) => {
                Step::Fork(ways.into_iter().map(|way| bound(way, weights)).collect::<Result<_, _>>()?)
            }
        })
    };
    steps.into_iter().map(one).collect()
}

/// `γ (w∗x − m)/√(v + ε) + β` as one convolution; weights `[outputs, inputs, height, width]` become `[height, width, inputs, outputs]`.
fn folded(named: &Named, weights: &Weights) -> Result<Convolution, WeightsError> {
    let Named { name, channels: [inputs, outputs], window } = named;
    let [height, width] = window.kernel;
    let kernel = weights.get(&format!("{name}.conv.weight"), &[*outputs, *inputs, height, width])?;
    let of = |part: &str| weights.get(&format!("{name}.bn.{part}"), &[*outputs]);
    let [scale, shift, mean, variance] =
        [of("weight")?, of("bias")?, of("running_mean")?, of("running_var")?];
    let factor = |o: usize| f64::from(scale[o]) / (f64::from(variance[o]) + EPSILON).sqrt();
    let area = height * width;
    let mut weight = vec![0.0; kernel.len()];
    for (o, kernel) in kernel.chunks_exact(inputs * area).enumerate() {
        for (at, &value) in kernel.iter().enumerate() {
            let (input, place) = (at / area, at % area);
            weight[(place * inputs + input) * outputs + o] = (f64::from(value) * factor(o)) as f32;
        }
    }
    let bias: Vec<f32> =
        (0..*outputs).map(|o| (f64::from(shift[o]) - f64::from(mean[o]) * factor(o)) as f32).collect();
    let device = Device::flex();
    Ok(Convolution {
        weight: Tensor::from_data(TensorData::new(weight, [height, width, *inputs, *outputs]), &device),
        bias: Tensor::from_data(TensorData::new(bias, [*outputs]), &device),
        window: *window,
    })
}

fn through(steps: &[Step<Convolution>], x: Tensor<4>) -> Tensor<4> {
    steps.iter().fold(x, |x, step| after(step, x))
}

fn after(step: &Step<Convolution>, x: Tensor<4>) -> Tensor<4> {
    match step {
        Step::Convolution(Convolution { weight, bias, window }) => {
            bias_activated(convolution(x, weight.clone(), *window), bias.clone(), Activation::Relu)
        }
        Step::Average => average(x),
        Step::Maximum(stride) => maximum(x, *stride),
        Step::Fork(ways) => Tensor::cat(ways.iter().map(|way| through(way, x.clone())).collect(), 3),
    }
}
