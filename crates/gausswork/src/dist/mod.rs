//! Batches of distributions: what a network's output *is*.
//!
//! Every family here has `[batch, event]` parameters, treats the event dimensions as independent, and
//! answers in nats per event dimension, so that a sum can be taken over a row, a column or a batch.

mod bernoulli;
mod categorical;
mod normal;
mod truncated_logistic;

pub use bernoulli::Bernoulli;
pub use categorical::Categorical;
pub use normal::Normal;
pub use truncated_logistic::{
    TruncatedLogistic, log_mass as truncated_logistic_log_mass, quantile as truncated_logistic_quantile,
};

use burn::tensor::Tensor;

/// A batch of distributions over `event` independent numbers.
pub trait Distribution {
    /// Log-density or log-mass of each event dimension: `x: [batch, event]` to the same, nats.
    fn log_probs(&self, x: Tensor<2>) -> Tensor<2>;

    /// One draw per row and event dimension from uniforms on (0, 1), `[batch, event]`.
    ///
    /// Inverse-transform throughout: increasing in `u`, and the same `u` gives the same draw anywhere.
    fn sample(&self, u: Tensor<2>) -> Tensor<2>;

    /// Expectations, `[batch, event]`.
    fn mean(&self) -> Tensor<2>;

    /// Log-density of each row, `[batch]`, nats, summed over event dimensions.
    fn log_prob(&self, x: Tensor<2>) -> Tensor<1> {
        self.log_probs(x).sum_dim(1).squeeze_dim(1)
    }
}

/// `log(1 + e^x)`.
///
/// *Stability*: `max(x, 0) + log1p(e^-|x|)`: never overflows, exact for large |x|. The maximum is taken as
/// `½(x + |x|)`, whose gradient at 0 is ½ and makes the whole's exact there (that of a clamp is 0 or 1).
pub(crate) fn softplus<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let magnitude = x.clone().abs();
    (x + magnitude.clone()).mul_scalar(0.5) + magnitude.neg().exp().log1p()
}

/// `log(1 - e^-d)` for d > 0.
///
/// *Stability*: `1 - e^-d = 2t/(1 + t)` with `t = tanh(d/2)`, which keeps full relative precision as d → 0.
pub(crate) fn log_one_minus_exp_neg<const D: usize>(d: Tensor<D>) -> Tensor<D> {
    let t = d.mul_scalar(0.5).tanh();
    t.clone().mul_scalar(2.0).log() - t.log1p()
}

/// Reads a tensor back as f64.
pub(crate) fn to_f64<const D: usize>(x: &Tensor<D>) -> Vec<f64> {
    x.to_data().iter::<f64>().collect()
}
