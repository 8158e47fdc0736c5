//! Coin flips, by logit.

use burn::tensor::{Tensor, activation::sigmoid};

use super::{Distribution, softplus};

/// `P(x = 1) = σ(logit)`, `x` in {0, 1}.
#[derive(Debug, Clone)]
pub struct Bernoulli {
    /// Log-odds of 1, `[batch, event]`.
    pub logits: Tensor<2>,
}

impl Distribution for Bernoulli {
    /// `x l - softplus(l)`: from the logit, never from a probability.
    fn log_probs(&self, x: Tensor<2>) -> Tensor<2> {
        x * self.logits.clone() - softplus(self.logits.clone())
    }

    /// 1 where `u` exceeds `P(x = 0)`.
    fn sample(&self, u: Tensor<2>) -> Tensor<2> {
        u.greater(sigmoid(self.logits.clone().neg())).float()
    }

    fn mean(&self) -> Tensor<2> {
        sigmoid(self.logits.clone())
    }
}
