//! What an encoder says of many rows or images.

use burn::tensor::{Device, Tensor};

use super::model::Vae;
use crate::dist::Normal;
use crate::layout::Features;
use crate::learner::Collective;
use crate::noise::{Noise, Stream};

/// Rows per piece of work; fixed, so that results do not depend on the number of threads.
const PIECE: usize = 512;

/// `q(z|x) = N(μ, diag σ²)` of rows or images.
#[derive(Debug, Clone, PartialEq)]
pub struct Posteriors {
    /// Latent dimensions.
    pub latent: usize,
    /// μ, `[rows, latent]`.
    pub mean: Vec<f32>,
    /// `log σ²`, `[rows, latent]`.
    pub log_variance: Vec<f32>,
}

impl Posteriors {
    /// A draw `z = μ + σ ε` for each row or image, by its key: the first one by which it is scored.
    pub fn draws(&self, keys: impl Iterator<Item = u64>, noise: &Noise) -> Vec<f32> {
        let mut z = vec![0.0; self.mean.len()];
        for (key, epsilon) in keys.zip(z.chunks_exact_mut(self.latent)) {
            noise.fill_normal(Stream::Score, key, epsilon);
        }
        let terms = self.mean.iter().zip(&self.log_variance);
        z.iter_mut()
            .zip(terms)
            .for_each(|(z, (mean, log_variance))| *z = mean + (0.5 * log_variance).exp() * *z);
        z
    }

    /// The numbers of a piece: those of the means, then those of the logarithms.
    pub(super) fn numbers(posterior: Normal) -> Vec<f64> {
        let numbers = |x: Tensor<2>| x.to_data().iter::<f64>().collect::<Vec<_>>();
        [numbers(posterior.mu), numbers(posterior.log_var)].concat()
    }

    /// Those of pieces, one after the other.
    pub(super) fn of_pieces(latent: usize, pieces: &[Vec<f64>]) -> Self {
        let half = |which: usize| {
            let halves =
                pieces.iter().flat_map(|piece| piece.chunks_exact(piece.len().max(2) / 2).nth(which));
            halves.flatten().map(|&x| x as f32).collect()
        };
        Self { latent, mean: half(0), log_variance: half(1) }
    }

    /// What each dimension does over them.
    pub fn dimensions(&self) -> Vec<Dimension> {
        let n = (self.mean.len() / self.latent.max(1)).max(1) as f64;
        let dimension = |d: usize| {
            let of = |all: &'_ [f32]| {
                all.iter().skip(d).step_by(self.latent).map(|&x| f64::from(x)).collect::<Vec<_>>()
            };
            let (means, log_variances) = (of(&self.mean), of(&self.log_variance));
            let mean = means.iter().sum::<f64>() / n;
            let rate = means.iter().zip(&log_variances).map(|(m, v)| 0.5 * (m * m + (v.exp_m1() - v)));
            Dimension {
                dimension: d,
                rate: rate.sum::<f64>() / n,
                mean,
                variance: means.iter().map(|m| (m - mean).powi(2)).sum::<f64>() / n,
            }
        };
        (0..self.latent).map(dimension).collect()
    }
}

/// What a latent dimension does over some rows or images.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dimension {
    /// Which, from 0.
    pub dimension: usize,
    /// `KL(q(z_d|x) ‖ N(0, 1))`, its mean, nats.
    pub rate: f64,
    /// The mean of the posterior means.
    pub mean: f64,
    /// `Var_x(E_q[z_d])`: above 0.01 the dimension counts as active (Burda et al. 2016, §4.2).
    pub variance: f64,
}

impl Dimension {
    /// Whether it says something about them.
    pub fn is_active(&self) -> bool {
        self.variance > 0.01
    }
}

/// Encodes rows.
pub fn encode_rows(vae: &Vae, features: &Features, rows: &[u32], workers: &dyn Collective) -> Posteriors {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let pieces = workers.map(rows.len().div_ceil(PIECE), &|piece| {
        let rows = &rows[piece * PIECE..rows.len().min((piece + 1) * PIECE)];
        let batch = vae.gather(features, rows.iter().map(|&row| row as usize), &device);
        Posteriors::numbers(vae.encoder.forward(&leaves, vae.embed(&leaves, &batch)))
    });
    Posteriors::of_pieces(vae.config.latent, &pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_have_their_rates_and_draws_their_moments() {
        // Two rows: μ = (1, 0) and (−1, 0); σ² = (¼, 1) in both.
        let log_variance = [0.25f32.ln(), 0.0];
        let posteriors = Posteriors {
            latent: 2,
            mean: vec![1.0, 0.0, -1.0, 0.0],
            log_variance: [log_variance, log_variance].concat(),
        };
        let [first, second] = posteriors.dimensions()[..] else { panic!("two dimensions") };
        let rate = 0.5 * (1.0 + 0.25 - 0.25f64.ln() - 1.0);
        assert!((first.rate - rate).abs() < 1e-7 && first.mean == 0.0 && first.variance == 1.0);
        assert!(first.is_active() && !second.is_active() && second.rate == 0.0);
        let n = 20_000usize;
        let many = Posteriors { latent: 1, mean: vec![3.0; n], log_variance: vec![log_variance[0]; n] };
        for seed in [1, 2, 3] {
            let draws = many.draws((0..n as u64).map(|row| row << 24), &Noise::new(seed));
            let mean = draws.iter().map(|&z| f64::from(z)).sum::<f64>() / n as f64;
            let variance = draws.iter().map(|&z| (f64::from(z) - 3.0).powi(2)).sum::<f64>() / n as f64;
            // Standard errors: σ/√n of the mean, σ² √(2/n) of the variance.
            assert!((mean - 3.0).abs() < 5.0 * 0.5 / (n as f64).sqrt(), "seed {seed}: {mean}");
            assert!(
                (variance - 0.25).abs() < 5.0 * 0.25 * (2.0 / n as f64).sqrt(),
                "seed {seed}: {variance}"
            );
        }
    }
}
