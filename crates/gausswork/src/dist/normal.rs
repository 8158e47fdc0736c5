//! The diagonal normal distribution and its divergence from the standard one.

use burn::tensor::{Tensor, TensorData};

use super::{Distribution, to_f64};
use crate::noise::normal_quantile;

/// `N(mu, diag(e^log_var))`.
#[derive(Debug, Clone)]
pub struct Normal {
    /// Means, `[batch, event]`.
    pub mu: Tensor<2>,
    /// Log-variances, `[batch, event]`.
    pub log_var: Tensor<2>,
}

impl Normal {
    /// The draw `mu + σ ε` for standard-normal `ε: [batch, event]`; differentiable in the parameters
    /// (Kingma & Welling 2014, §2.4).
    pub fn reparameterised(&self, epsilon: Tensor<2>) -> Tensor<2> {
        self.mu.clone() + self.log_var.clone().mul_scalar(0.5).exp() * epsilon
    }

    /// `KL(q ‖ N(0, 1))` of each event dimension, `[batch, event]`, nats (Kingma & Welling 2014, appendix B).
    ///
    /// `½ mu² + ½ t² + (t - h)`, `h = log_var / 2`, `t = e^h - 1`.
    ///
    /// *Stability*: the textbook `½(mu² + e^2h - 1 - 2h)` loses every digit near q = p. Each term here is
    /// ≥ 0; `t` and `t - h` come from their series for |h| < ½ (truncation below 1e-8 of the value).
    pub fn kl_from_standard(&self) -> Tensor<2> {
        let h = self.log_var.clone().mul_scalar(0.5);
        let small = h.clone().abs().lower_elem(0.5);
        // The branch not taken must stay finite, or its zero gradient becomes NaN.
        let inner = h.clone().mask_fill(small.clone().bool_not(), 0.0);
        // e^h - 1 - h = h² (1/2! + h/3! + h²/4! + …), to h⁹/11!.
        const FACTORIALS: [f64; 10] =
            [2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40_320.0, 362_880.0, 3_628_800.0, 39_916_800.0];
        let series = FACTORIALS
            .iter()
            .rev()
            .fold(inner.zeros_like(), |sum, factorial| sum * inner.clone() + 1.0 / factorial);
        let near = inner.clone().powi_scalar(2) * series;
        let far = h.clone().exp() - h.clone() - 1.0;
        let excess = far.mask_where(small, near);
        let t = excess.clone() + h;
        (self.mu.clone().powi_scalar(2) + t.powi_scalar(2)).mul_scalar(0.5) + excess
    }
}

impl Distribution for Normal {
    fn log_probs(&self, x: Tensor<2>) -> Tensor<2> {
        let standard = (x - self.mu.clone()) * self.log_var.clone().mul_scalar(-0.5).exp();
        const LOG_TWO_PI: f64 = 1.837_877_066_409_345_3;
        (standard.powi_scalar(2) + self.log_var.clone() + LOG_TWO_PI).mul_scalar(-0.5)
    }

    fn sample(&self, u: Tensor<2>) -> Tensor<2> {
        let z: Vec<f32> = to_f64(&u).into_iter().map(|u| normal_quantile(u) as f32).collect();
        self.reparameterised(Tensor::from_data(TensorData::new(z, u.dims()), &u.device()))
    }

    fn mean(&self) -> Tensor<2> {
        self.mu.clone()
    }
}
