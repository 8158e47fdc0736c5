//! The diagonal normal distribution and its divergence from the standard one.

use burn::tensor::{Tensor, TensorData};

use super::{Distribution, to_f64};
use crate::fused::{normal_draw, normal_rate};
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
        normal_draw(self.mu.clone(), self.log_var.clone(), epsilon)
    }

    /// `KL(q ‖ N(0, 1))` of each event dimension, `[batch, event]`, nats: [`normal_rate`].
    pub fn kl_from_standard(&self) -> Tensor<2> {
        normal_rate(self.mu.clone(), self.log_var.clone())
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
