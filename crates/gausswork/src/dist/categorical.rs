//! One of several codes, by logits.

use burn::tensor::{Int, Tensor, TensorData};

use super::{Distribution, to_f64};
use crate::fused::log_mass;

/// `P(x = k) = softmax(logits)_k`, `x` in {0, …, levels − 1}.
#[derive(Debug, Clone)]
pub struct Categorical {
    /// Unnormalised log-probabilities, `[batch, event, levels]`.
    pub logits: Tensor<3>,
}

impl Categorical {
    /// Log-mass of given codes, `codes: [batch, event, 1]` to the same, nats.
    ///
    /// *Stability*: the greatest logit is subtracted before the exponential.
    pub fn log_probs_of(&self, codes: Tensor<3, Int>) -> Tensor<3> {
        log_mass(self.logits.clone(), codes)
    }
}

impl Distribution for Categorical {
    fn log_probs(&self, x: Tensor<2>) -> Tensor<2> {
        self.log_probs_of(x.int().unsqueeze_dim(2)).squeeze_dim(2)
    }

    fn sample(&self, u: Tensor<2>) -> Tensor<2> {
        let [batch, event, levels] = self.logits.dims();
        let logits: Vec<f32> = self.logits.to_data().iter::<f32>().collect();
        let mut weights = vec![0.0; levels];
        let codes: Vec<f32> = logits
            .chunks(levels)
            .zip(to_f64(&u))
            .map(|(logits, u)| {
                weights.copy_from_slice(logits);
                choose(&mut weights, u as f32) as f32
            })
            .collect();
        Tensor::from_data(TensorData::new(codes, [batch, event]), &u.device())
    }

    fn mean(&self) -> Tensor<2> {
        let [_, _, levels] = self.logits.dims();
        let codes = Tensor::<1, Int>::arange(0..levels as i64, &self.logits.device()).float();
        let p = burn::tensor::activation::softmax(self.logits.clone(), 2);
        (p * codes.reshape([1, 1, levels])).sum_dim(2).squeeze_dim(2)
    }
}

/// The code that a uniform `u` on (0, 1) selects: inverse transform over `softmax(logits)`.
///
/// `logits` is overwritten with unnormalised probabilities. Sums run in order, so the choice does not
/// depend on how the work is divided.
fn choose(logits: &mut [f32], u: f32) -> usize {
    let greatest = logits.iter().fold(f32::NEG_INFINITY, |a, &b| a.max(b));
    for logit in logits.iter_mut() {
        *logit = (*logit - greatest).exp();
    }
    let total: f32 = logits.iter().sum();
    let target = u * total;
    let mut sum = 0.0;
    let mut last = 0;
    for (k, &weight) in logits.iter().enumerate() {
        if weight > 0.0 {
            sum += weight;
            last = k;
            if sum > target {
                return k;
            }
        }
    }
    // Rounding can leave the running sum a hair below the target; the last possible code is meant.
    last
}
