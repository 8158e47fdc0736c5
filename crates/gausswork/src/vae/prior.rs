//! The prior `p(z)`: the standard normal that training assumes, or a mixture fitted to the aggregate posterior.
//!
//! Samples are drawn from the prior, but the decoder has only seen the aggregate posterior
//! `q(z) = E_data[q(z|x)]`. Where the two differ, samples are worse than reconstructions. After training a mixture
//! of normals with full covariances is fitted to draws from `q(z)` by expectation–maximisation, and kept if it
//! gives held-out draws a higher density than N(0, I).

use serde::{Deserialize, Serialize};

use super::density::Density;

/// A density over latents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Prior {
    /// N(0, I).
    Standard {
        /// Dimensions.
        latent: usize,
    },
    /// A mixture of normals.
    Mixture(Mixture),
}

/// A mixture of normals with full covariances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mixture {
    /// Dimensions.
    pub latent: usize,
    /// The components.
    pub components: Vec<Component>,
}

/// One normal of a mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// Share.
    pub weight: f64,
    /// Mean, `latent` long.
    pub mean: Vec<f64>,
    /// Lower Cholesky factor of the covariance, `[latent, latent]` row-major.
    pub factor: Vec<f64>,
}

impl Prior {
    /// Dimensions.
    pub fn latent(&self) -> usize {
        match self {
            Prior::Standard { latent } | Prior::Mixture(Mixture { latent, .. }) => *latent,
        }
    }

    /// Checks that a prior read from a file has `latent` dimensions and is a density.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self, latent: usize) -> Result<(), String> {
        let sound = match self {
            Prior::Standard { .. } => true,
            Prior::Mixture(mixture) => {
                !mixture.components.is_empty()
                    && mixture.components.iter().all(|c| {
                        c.weight > 0.0
                            && c.mean.len() == latent
                            && c.factor.len() == latent * latent
                            && c.mean.iter().chain(&c.factor).all(|v| v.is_finite())
                            && (0..latent).all(|i| c.factor[i * latent + i] > 0.0)
                    })
            }
        };
        if sound && self.latent() == latent { Ok(()) } else { Err("the prior is inconsistent".to_owned()) }
    }

    /// `log p(z)` of one point in nats; for many, prepare a [`Density`].
    pub fn log_prob(&self, z: &[f32]) -> f64 {
        Density::new(self).log_probs(z).first().copied().unwrap_or(f64::NAN)
    }

    /// A draw from a uniform and `latent` standard normals, written to `z`.
    pub fn sample(&self, u: f32, epsilon: &[f32], z: &mut [f32]) {
        match self {
            Prior::Standard { .. } => z.copy_from_slice(epsilon),
            Prior::Mixture(mixture) => mixture.sample(f64::from(u), epsilon, z),
        }
    }
}

impl Mixture {
    fn sample(&self, u: f64, epsilon: &[f32], z: &mut [f32]) {
        let mut sum = 0.0;
        let chosen = self.components.iter().find(|c| {
            sum += c.weight;
            sum > u
        });
        let Some(component) = chosen.or(self.components.last()) else { return z.copy_from_slice(epsilon) };
        let d = self.latent;
        for (i, z) in z.iter_mut().enumerate() {
            let row = &component.factor[i * d..i * d + i + 1];
            let shift: f64 = row.iter().zip(epsilon).map(|(&l, &e)| l * f64::from(e)).sum();
            *z = (component.mean[i] + shift) as f32;
        }
    }
}

/// `log Σ exp`, stable.
pub(super) fn log_sum_exp(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let greatest = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if greatest == f64::NEG_INFINITY {
        return greatest;
    }
    greatest + logs.map(|log| (log - greatest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::super::density::LOG_TWO_PI;
    use super::*;
    use crate::noise::{Noise, Stream};

    fn draws(n: usize, seed: u64) -> Vec<f32> {
        // Two correlated normals at (±2, 0).
        let mut z = vec![0.0; 2 * n];
        Noise::new(seed).fill_normal(Stream::Test, 0, &mut z);
        for (i, z) in z.chunks_mut(2).enumerate() {
            let centre = if i % 4 == 0 { 2.0 } else { -2.0 };
            (z[0], z[1]) = (centre + 0.5 * z[0], 0.8 * z[0] + 0.3 * z[1]);
        }
        z
    }

    #[test]
    fn a_mixture_recovers_the_density_that_made_the_draws() {
        for seed in [1, 2, 3] {
            let noise = Noise::new(seed);
            let Some(mixture) = Mixture::fit(&draws(4000, seed), 2, 2, 100, &noise) else { panic!("no fit") };
            let weight = mixture.components.iter().find(|c| c.mean[0] > 0.0).map_or(0.0, |c| c.weight);
            // Standard error of a share of ¼ among 4,000 draws.
            assert!((weight - 0.25).abs() < 5.0 * (0.25f64 * 0.75 / 4000.0).sqrt(), "{weight}");
            let held_out = draws(4000, seed + 100);
            let prior = Prior::Mixture(mixture);
            let mean: f64 = Density::new(&prior).log_probs(&held_out).iter().sum::<f64>() / 4000.0;
            // Entropy of the truth: of the mixing (the modes are 8 σ apart) plus that of a normal with
            // |Σ|^½ = 0.5 · 0.3.
            let mixing = -(0.25f64 * 0.25f64.ln() + 0.75 * 0.75f64.ln());
            let entropy = mixing + 1.0 + LOG_TWO_PI + (0.5f64 * 0.3).ln();
            // One standard error of the mean is about 1/√4000; the fit costs about 11 parameters / 2n.
            assert!((mean + entropy).abs() < 5.0 / 4000f64.sqrt() + 0.005, "{mean} against {}", -entropy);
        }
    }

    #[test]
    fn density_and_sampler_agree() {
        let noise = Noise::new(4);
        let Some(mixture) = Mixture::fit(&draws(2000, 4), 2, 3, 50, &noise) else { panic!("no fit") };
        let prior = Prior::Mixture(mixture);
        let density = Density::new(&prior);
        // E_p[N(z; 0, I) / p(z)] = 1 for draws z from p.
        let n = 50_000;
        let (mut sum, mut square) = (0.0, 0.0);
        for i in 0..n {
            let mut epsilon = [0.0; 2];
            let mut u = [0.0; 1];
            noise.fill_normal(Stream::SampleLatent, i, &mut epsilon);
            noise.fill_uniform(Stream::SampleCell, i, &mut u);
            let mut z = [0.0; 2];
            prior.sample(u[0], &epsilon, &mut z);
            // A test density inside one component, and narrower than it in every direction (its least deviation is
            // 0.15), so that the ratio is bounded.
            let narrow: f64 = [f64::from(z[0]) + 2.0, f64::from(z[1])]
                .map(|x| -0.5 * (LOG_TWO_PI + (x / 0.1).powi(2)) - 0.1f64.ln())
                .iter()
                .sum();
            let ratio = (narrow - density.log_probs(&z)[0]).exp();
            sum += ratio;
            square += ratio * ratio;
        }
        let mean = sum / n as f64;
        let error = ((square / n as f64 - mean * mean) / n as f64).sqrt();
        assert!((mean - 1.0).abs() < 5.0 * error, "{mean} ± {error}");
    }
}
