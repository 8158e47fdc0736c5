//! What generates one span of a row.

use burn::tensor::{Device, Tensor, TensorData};

use crate::fused::{Activation, silu};
use crate::nn::{Leaves, Linear, ParamId};

/// What generates one span.
#[derive(Debug, Clone)]
pub(in crate::gan) struct SpanNet {
    pub(super) entry: Linear,
    pub(super) inner: Linear,
    pub(super) outer: Linear,
    pub(super) head: Linear,
    pub(in crate::gan) kind: Kind,
}

#[derive(Debug, Clone)]
pub(in crate::gan) enum Kind {
    Simplex {
        /// The number of an earlier simplex, and the base measure of each of its codes, `[contexts, levels]`.
        given: Option<(usize, Vec<f32>)>,
        /// A vector for each code, `[levels, embedding]`; none for the last span, which nothing follows.
        embedding: Option<ParamId>,
    },
    Real {
        /// The number of the simplex that chooses the interval.
        before: usize,
        /// Lower end and width of each interval.
        intervals: Vec<f32>,
        /// What a unit of score, and of place, is embedded as, `[2, embedding]`.
        slopes: Option<ParamId>,
    },
}

/// Bounds of the log-scale of a real span's noise, in logits of its place.
const LOG_SCALE_BOUNDS: (f64, f64) = (-6.0, 3.0);

impl SpanNet {
    /// The parameters of the span's distribution, given the trunk and the embedded spans before it.
    pub(in crate::gan) fn output(&self, leaves: &Leaves, context: &[Tensor<2>]) -> Tensor<2> {
        let input = match context {
            [only] => only.clone(),
            _ => Tensor::cat(context.to_vec(), 1),
        };
        let hidden = self.entry.activated(leaves, input, Activation::Silu);
        let inner = self.inner.activated(leaves, hidden.clone(), Activation::Silu);
        self.head.forward(leaves, silu(hidden + self.outer.forward(leaves, inner)))
    }
}

/// Logits with the base measure that an earlier code chooses.
pub(in crate::gan) fn based(
    logits: Tensor<2>,
    given: Option<&(usize, Vec<f32>)>,
    codes: &[Tensor<2>],
) -> Tensor<2> {
    let Some((parent, base)) = given else { return logits };
    let ([_, levels], device) = (logits.dims(), logits.device());
    let table = constant(base.clone(), [base.len() / levels, levels], &device);
    logits + codes[*parent].clone().matmul(table)
}

/// Location and log-scale of the logit of a real's place within its interval, `[rows, 1]` each.
pub(in crate::gan) fn place_of(output: Tensor<2>) -> [Tensor<2>; 2] {
    let log_scale = output.clone().narrow(1, 1, 1).clamp(LOG_SCALE_BOUNDS.0, LOG_SCALE_BOUNDS.1);
    [output.narrow(1, 0, 1), log_scale]
}

/// Lower end and width of the interval that one-hot codes choose, `[rows, 1]` each.
pub(in crate::gan) fn interval_of(intervals: &[f32], codes: &Tensor<2>) -> [Tensor<2>; 2] {
    let table = constant(intervals.to_vec(), [intervals.len() / 2, 2], &codes.device());
    let interval = codes.clone().matmul(table);
    [interval.clone().narrow(1, 0, 1), interval.narrow(1, 1, 1)]
}

/// A real as the later spans see it.
pub(in crate::gan) fn embedded(score: Tensor<2>, place: Tensor<2>, slopes: Tensor<2>) -> Tensor<2> {
    Tensor::cat(vec![score, place - 0.5], 1).matmul(slopes)
}

pub(super) fn constant(values: Vec<f32>, shape: [usize; 2], device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(values, shape), device)
}
