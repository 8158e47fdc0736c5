//! The gradient of the objective on some images.

#[cfg(test)]
mod tests;

use burn::tensor::{Tensor, TensorData};
use gausswork_kernels::add;

use super::model::ImageVae;
use super::objective::EncoderGradient;
use crate::dist::Normal;
use crate::learner::Gradient;
use crate::nn::image::Seen;
use crate::nn::{Leaves, Phase};
use crate::vae::learner::column_sums;

/// The gradient of the negative objective, the sums over images of distortion, rate and bound, nats, and after them
/// [`ImageVae::sums`]: `x: [images, values + labels]`, standard normal `epsilon: [images · K, latent]`, all on a device that tracks gradients. The gradient alone is
/// divided by `over`.
pub(super) fn gradient(
    vae: &ImageVae,
    leaves: &Leaves,
    x: Tensor<2>,
    epsilon: Tensor<2>,
    beta: f64,
    over: f64,
) -> (Gradient, Vec<f64>) {
    let objective = &vae.config.objective;
    let samples = objective.samples;
    let (posterior, encoder) = vae.encode_in(leaves, x.clone(), Phase::Train);
    let rate = posterior.kl_from_standard();
    let rates: f64 = column_sums(&rate.clone().inner()).iter().sum();
    if (samples, objective.gradient()) == (1, EncoderGradient::Total) {
        let z = posterior.reparameterised(epsilon);
        let (distortion, decoder) = vae.distortion_in(leaves, z, x, Phase::Train);
        let nats = total(&distortion);
        let loss = distortion.sum() + rate.sum().mul_scalar(beta);
        let mut gradients = loss.div_scalar(over).backward();
        let gradient = vae.params.gradient(leaves, &mut gradients);
        return (gradient, [vec![nats, rates, -nats - rates], vae.sums([encoder, decoder])].concat());
    }
    let posterior = Normal { mu: each(posterior.mu, samples), log_var: each(posterior.log_var, samples) };
    let z = posterior.reparameterised(epsilon);
    let (gradient, [distortion, bound], decoder) = match objective.gradient() {
        EncoderGradient::Total => {
            let (cost, decoder) = Costs::of(vae, leaves, &z, &posterior, x, beta);
            let mut gradients = cost.loss(samples, over).0.backward();
            (vae.params.gradient(leaves, &mut gradients), cost.nats(samples), decoder)
        }
        through => {
            // Densities are of a z that forgets where it came from, and of a posterior that is held fixed.
            let forgotten = constant(&z).require_grad();
            let held = Normal { mu: constant(&posterior.mu), log_var: constant(&posterior.log_var) };
            let (cost, decoder) = Costs::of(vae, leaves, &forgotten, &held, x, beta);
            let (loss, weights) = cost.loss(samples, over);
            let mut gradients = loss.backward();
            let mut gradient = vae.params.gradient(leaves, &mut gradients);
            if let Some(by_z) = forgotten.grad_remove(&mut gradients) {
                let by_z = by_z.into_data().iter::<f32>().collect::<Vec<_>>();
                let of = |(weight, slopes): (&f32, &[f32])| -> Vec<f32> {
                    let factor = match through {
                        // f = w/Σw in E_q[f ∇_φ log q] = E_ε[∂f/∂z ∂z/∂φ]; β is the share of `log q` in the weight.
                        EncoderGradient::DoublyReparameterised => 1.0 - beta as f32 + beta as f32 * weight,
                        _ => 1.0,
                    };
                    slopes.iter().map(|slope| factor * slope).collect()
                };
                let latent = z.dims()[1];
                let by_z: Vec<f32> = weights.iter().zip(by_z.chunks_exact(latent)).flat_map(of).collect();
                let by_z = Tensor::<2>::from_data(TensorData::new(by_z, z.dims()), &z.device());
                let mut gradients = (z * by_z).sum().backward();
                let of_encoder = vae.params.gradient(leaves, &mut gradients);
                gradient.iter_mut().zip(&of_encoder).for_each(|(to, from)| add(to, from));
            }
            (gradient, cost.nats(samples), decoder)
        }
    };
    (gradient, [vec![distortion, rates, bound], vae.sums([encoder, decoder])].concat())
}

/// What importance samples cost, `[images · K]` each.
struct Costs {
    /// `−log p(x|z)`.
    distortion: Tensor<1>,
    /// `log q(z|x) − log p(z)`.
    excess: Tensor<1>,
    beta: f64,
}

impl Costs {
    /// The costs, and what the decoder's batch normalisations saw.
    fn of(
        vae: &ImageVae,
        leaves: &Leaves,
        z: &Tensor<2>,
        q: &Normal,
        x: Tensor<2>,
        beta: f64,
    ) -> (Self, Seen) {
        let samples = z.dims()[0] / x.dims()[0];
        let standard = (z.clone() - q.mu.clone()) * q.log_var.clone().mul_scalar(-0.5).exp();
        // The constants of the two normal densities are the same.
        let nats = z.clone().powi_scalar(2) - standard.powi_scalar(2) - q.log_var.clone();
        let excess = nats.sum_dim(1).squeeze_dim::<1>(1).mul_scalar(0.5);
        let (distortion, seen) = vae.distortion_in(leaves, z.clone(), each(x, samples), Phase::Train);
        (Self { distortion, excess, beta }, seen)
    }

    /// `−log w`.
    fn cost(&self) -> Tensor<1> {
        self.distortion.clone() + self.excess.clone().mul_scalar(self.beta)
    }

    /// The sum of `−log w` weighed by normalised weights, and these.
    ///
    /// With its weights held fixed, the sum has the gradient of the bound (Burda et al. 2016, eq. 14).
    fn loss(&self, samples: usize, over: f64) -> (Tensor<1>, Vec<f32>) {
        let cost = self.cost();
        let weights = normalised(&cost, samples);
        let held = Tensor::<1>::from_data(TensorData::new(weights.clone(), [weights.len()]), &cost.device());
        ((cost * held).sum().div_scalar(over), weights)
    }

    /// The sums over images of distortion and bound, the bound at β = 1.
    fn nats(self, samples: usize) -> [f64; 2] {
        let distortion = total(&self.distortion) / samples as f64;
        let bound = bounds(&(self.distortion.inner() + self.excess.inner()), samples).iter().sum();
        [distortion, bound]
    }
}

/// The numbers of a tensor without their history.
fn constant(x: &Tensor<2>) -> Tensor<2> {
    Tensor::from_data(x.to_data(), &x.device())
}

/// Every row `times` times, one after the other.
fn each(x: Tensor<2>, times: usize) -> Tensor<2> {
    let [rows, columns] = x.dims();
    x.reshape([rows, 1, columns]).repeat_dim(1, times).reshape([rows * times, columns])
}

fn total(x: &Tensor<1>) -> f64 {
    x.to_data().iter::<f64>().sum()
}

/// `w/Σw` over the samples of each image, for `−log w`.
fn normalised(cost: &Tensor<1>, samples: usize) -> Vec<f32> {
    let cost: Vec<f64> = cost.to_data().iter::<f64>().collect();
    let of_image = |cost: &[f64]| -> Vec<f32> {
        let least = cost.iter().copied().fold(f64::INFINITY, f64::min);
        let total: f64 = cost.iter().map(|cost| (least - cost).exp()).sum();
        cost.iter().map(|cost| ((least - cost).exp() / total) as f32).collect()
    };
    cost.chunks_exact(samples).flat_map(of_image).collect()
}

/// `log 1/K Σ w` of each image, for `−log w`.
pub(super) fn bounds(cost: &Tensor<1>, samples: usize) -> Vec<f64> {
    let cost: Vec<f64> = cost.to_data().iter::<f64>().collect();
    let of_image = |cost: &[f64]| {
        let least = cost.iter().copied().fold(f64::INFINITY, f64::min);
        let total: f64 = cost.iter().map(|cost| (least - cost).exp()).sum();
        (total / samples as f64).ln() - least
    };
    cost.chunks_exact(samples).map(of_image).collect()
}
