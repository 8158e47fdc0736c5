//! Penalties on the slope of the discriminator, whose gradient by the weights needs second derivatives.
//!
//! Differentiation here is of first order, so the gradient is had in two passes. With `g = ∇_x l(x)` found by the first and then
//! held constant,
//!
//! ```text
//! ∇_θ ψ(‖∇_x l(x)‖) = ψ'(‖g‖)/‖g‖ · gᵀ ∂²l/∂x∂θ = ∇_θ (v · ∇_x l(x)),    v = ψ'(‖g‖)/‖g‖ · g
//! ```
//!
//! exactly, and `v · ∇_x l(x)` is a tangent of the network ([`Discriminator::jvp`]): the second pass differentiates that by θ. It
//! costs what differentiating twice would, and less where the network consists of linear pieces (`discriminator/piece.rs`).

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::discriminator::{Discriminator, Mode};
use crate::error::OutOfRange;
use crate::nn::Leaves;

/// What is penalised; `g` is the gradient of the logit by a pack of rows taken as one vector, `[pac · features]`, conditions aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PenaltyKind {
    /// Nothing.
    #[default]
    None,
    /// `γ/2 E[‖g‖²]` at data (Mescheder, Geiger & Nowozin 2018, §4.1).
    R1,
    /// The same at samples (there).
    R2,
    /// The sum of both.
    #[serde(rename = "r1-r2")]
    R1R2,
    /// `λ E[(‖g‖ − 1)²]` between data and samples (Gulrajani et al. 2017, eq. 3), two-sided: at `x̂ = u x + (1 − u) G(z)`, one uniform
    /// `u` for each pack.
    Gradient,
}

/// A penalty and its weight.
///
/// Weights count against `J`, the loss with the halves; papers add theirs to the loss without, so that their γ or λ is twice the
/// weight that does the same here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Penalty {
    /// What is penalised.
    pub kind: PenaltyKind,
    /// γ or λ.
    pub weight: f64,
    /// Steps from one penalty to the next, whose weight is multiplied by that number (lazy regularisation, Karras et al. 2020,
    /// §3.1).
    pub every: u64,
    /// γ or λ at the last step, above 0; it moves there by the same factor in every step, so that the discriminator learns ever
    /// finer detail. Where not given, the weight stays.
    pub last: Option<f64>,
}

impl Default for Penalty {
    fn default() -> Self {
        Self { kind: PenaltyKind::None, weight: 1.0, every: 1, last: None }
    }
}

/// The rows that a penalty looks at; constants, whatever they are attached to.
#[derive(Debug, Clone)]
pub struct PenalisedRows {
    /// Data, `[rows, features]`.
    pub real: Tensor<2>,
    /// Samples, `[rows, features]`.
    pub fake: Tensor<2>,
    /// Uniform numbers between 0 and 1, `[rows / pac, 1]`, of [`PenaltyKind::Gradient`] alone.
    pub mix: Tensor<2>,
    /// Numbers at the end of each row that are a condition, the same for data and samples: the slope along them is left alone.
    pub condition: usize,
}

/// The penalty of the rows of a shard.
#[derive(Debug)]
pub struct Penalised {
    /// To be added to a loss that is summed over rows: its gradient is that of `every · value`, its value means nothing.
    pub surrogate: Tensor<1>,
    /// `Σ γ/2 ‖g‖²` or `Σ λ (‖g‖ − 1)²` over packs (over those of both kinds for [`PenaltyKind::R1R2`]), not multiplied by `every`.
    pub value: f64,
    /// The mean of `‖g‖` over packs.
    pub norm: f64,
}

impl Penalty {
    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let weight = self.weight;
        OutOfRange::unless((0.0..1e6).contains(&weight), "gan.penalty.weight", weight, "a number ≥ 0")?;
        let last = self.last.unwrap_or(1.0);
        OutOfRange::unless(last > 0.0 && last < 1e6, "gan.penalty.last", last, "a number > 0")?;
        OutOfRange::unless((1..=10_000).contains(&self.every), "gan.penalty.every", self.every, "1 to 10000")
    }

    /// The penalty when a share `done` of the steps are done, with the weight that it has then.
    pub fn when(self, done: f64) -> Self {
        let factor = self.last.map_or(1.0, |last| (last / self.weight).powf(done.clamp(0.0, 1.0)));
        Self { weight: if self.weight > 0.0 { self.weight * factor } else { 0.0 }, ..self }
    }

    /// Whether a step has a penalty.
    pub fn due(&self, step: u64) -> bool {
        self.kind != PenaltyKind::None && step.is_multiple_of(self.every.max(1))
    }

    /// The penalty at some rows; none for [`PenaltyKind::None`].
    ///
    /// `leaves` are the weights that are differentiated, `plain` the same on a device without differentiation, so that the first
    /// pass finds no gradients by weights that nobody wants. Both passes are of one `mode`, hence of one network.
    ///
    /// *Stability*: at `g = 0`, where the norm has no derivative, the gradient is 0.
    pub fn of(
        &self,
        discriminator: &Discriminator,
        [leaves, plain]: [&Leaves; 2],
        rows: PenalisedRows,
        mode: Mode<'_>,
    ) -> Option<Penalised> {
        let condition = rows.condition;
        let x = self.kind.places(rows, discriminator.config().pac)?;
        let shape = x.dims();
        let piece = discriminator.piece(plain, x.clone(), mode);
        let mut g = match &piece {
            Some(piece) => piece.gradient(plain).reshape(shape),
            None => input_gradient(discriminator, plain, x.clone(), mode),
        };
        if condition > 0 {
            let [rows, features] = shape;
            let flat = Tensor::zeros([rows, condition], &g.device());
            g = Tensor::cat(vec![g.narrow(1, 0, features - condition), flat], 1);
        }
        let packed = discriminator.packed(g);
        let norms = packed.clone().square().sum_dim(1).sqrt();
        let lengths: Vec<f64> = norms.to_data().iter::<f64>().collect();
        let weight = self.weight;
        let (direction, value) = match self.kind {
            PenaltyKind::Gradient => {
                let slope = norms.add_scalar(LEAST).recip().neg().add_scalar(1.0).mul_scalar(2.0);
                (packed * slope, lengths.iter().map(|n| weight * (n - 1.0).powi(2)).sum())
            }
            _ => (packed, lengths.iter().map(|n| 0.5 * weight * n * n).sum()),
        };
        let along = match piece {
            Some(piece) => piece.along(leaves, direction),
            None => discriminator.jvp(leaves, x, direction.reshape(shape), mode).1,
        };
        Some(Penalised {
            surrogate: along.sum().mul_scalar(weight * self.every.max(1) as f64),
            value,
            norm: lengths.iter().sum::<f64>() / lengths.len().max(1) as f64,
        })
    }
}

/// Added to the norm that is divided by.
const LEAST: f64 = 1e-12;

impl PenaltyKind {
    /// Its name in a configuration file.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::R1 => "r1",
            Self::R2 => "r2",
            Self::R1R2 => "r1-r2",
            Self::Gradient => "gradient",
        }
    }

    /// Where the slope is taken.
    fn places(self, rows: PenalisedRows, pac: usize) -> Option<Tensor<2>> {
        let [real, fake, mix] = [rows.real, rows.fake, rows.mix].map(Tensor::inner);
        match self {
            Self::None => None,
            Self::R1 => Some(real),
            Self::R2 => Some(fake),
            Self::R1R2 => Some(Tensor::cat(vec![real, fake], 0)),
            Self::Gradient => {
                let [rows, features] = real.dims();
                let pack = |x: Tensor<2>| x.reshape([rows / pac.max(1), pac * features]);
                let (real, fake) = (pack(real), pack(fake));
                Some((fake.clone() + (real - fake) * mix).reshape([rows, features]))
            }
        }
    }
}

/// `∇_x Σ l(x)`, `[rows, features]`, without a graph: each row's gradient, since rows of different packs do not meet.
pub fn input_gradient(
    discriminator: &Discriminator,
    plain: &Leaves,
    x: Tensor<2>,
    mode: Mode<'_>,
) -> Tensor<2> {
    let (shape, device) = (x.dims(), x.device());
    let x = Tensor::from_inner(x.inner()).require_grad();
    let logits = discriminator.logits(plain, x.clone(), mode);
    // A network that does not depend on its rows (weights that are all zero and pruned away) has none.
    x.grad_remove(&mut logits.sum().backward()).unwrap_or_else(|| Tensor::zeros(shape, &device))
}

#[cfg(test)]
mod tests;
