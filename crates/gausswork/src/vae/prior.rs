//! The prior `p(z)`: the standard normal that training assumes, or a mixture fitted to the aggregate posterior.
//!
//! Samples are drawn from the prior, but the decoder has only seen the aggregate posterior
//! `q(z) = E_data[q(z|x)]`. Where the two differ, samples are worse than reconstructions. After training a mixture
//! of normals with full covariances is fitted to draws from `q(z)` by expectation–maximisation, and kept if it
//! gives held-out draws a higher density than N(0, I).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::noise::{Noise, Stream};

const LOG_TWO_PI: f64 = 1.837_877_066_409_345_3;

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

    /// `log p(z)` in nats.
    pub fn log_prob(&self, z: &[f32]) -> f64 {
        match self {
            Prior::Standard { .. } => {
                z.iter().map(|&z| -0.5 * (LOG_TWO_PI + f64::from(z) * f64::from(z))).sum()
            }
            Prior::Mixture(mixture) => {
                let mut scratch = vec![0.0; mixture.latent];
                let logs: Vec<f64> =
                    mixture.components.iter().map(|c| c.weight.ln() + c.log_prob(z, &mut scratch)).collect();
                log_sum_exp(logs.into_iter())
            }
        }
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

    /// Fits `components` normals to `draws: [n, latent]` by expectation–maximisation (Bishop 2006, §9.2.2).
    ///
    /// Starting points by k-means++; covariances carry `ridge` on the diagonal. Sums run over fixed pieces of the
    /// draws, so the result does not depend on the number of threads. Returns `None` for fewer than two draws
    /// per component.
    pub fn fit(
        draws: &[f32],
        latent: usize,
        components: usize,
        iterations: usize,
        noise: &Noise,
    ) -> Option<Self> {
        let n = draws.len() / latent;
        if n < 2 * components || components == 0 {
            return None;
        }
        let rows: Vec<&[f32]> = draws.chunks(latent).collect();
        let centres = starting_centres(&rows, components, noise);
        let variance = total_variance(&rows, latent) / components as f64;
        let mut mixture = Self {
            latent,
            components: centres
                .into_iter()
                .map(|centre| Component {
                    weight: 1.0 / components as f64,
                    mean: centre.iter().map(|&z| f64::from(z)).collect(),
                    factor: (0..latent * latent)
                        .map(|i| if i % (latent + 1) == 0 { variance.sqrt() } else { 0.0 })
                        .collect(),
                })
                .collect(),
        };
        let mut last = f64::NEG_INFINITY;
        for _ in 0..iterations {
            let mean_log_prob = mixture.improve(&rows)?;
            if mean_log_prob - last < 1e-5 {
                break;
            }
            last = mean_log_prob;
        }
        Some(mixture)
    }

    /// One expectation–maximisation step; returns the mean log-density before it.
    fn improve(&mut self, rows: &[&[f32]]) -> Option<f64> {
        const PIECE: usize = 2048;
        const RIDGE: f64 = 1e-3;
        let (d, k) = (self.latent, self.components.len());
        let width = 1 + d + d * d;
        let whitened: Vec<Whitened> = self.components.iter().map(|c| Whitened::new(c, d)).collect();
        let pieces: Vec<(f64, Vec<f64>)> = rows
            .par_chunks(PIECE)
            .map(|rows| {
                let mut sums = vec![0.0; k * width];
                let mut total = 0.0;
                let mut logs = vec![0.0; k];
                for z in rows {
                    for (log, component) in logs.iter_mut().zip(&whitened) {
                        *log = component.log_prob(z);
                    }
                    let norm = log_sum_exp(logs.iter().copied());
                    total += norm;
                    for (c, log) in logs.iter().enumerate() {
                        let share = (log - norm).exp();
                        if share < 1e-6 {
                            continue;
                        }
                        let sums = &mut sums[c * width..(c + 1) * width];
                        sums[0] += share;
                        for i in 0..d {
                            let weighted = share * f64::from(z[i]);
                            sums[1 + i] += weighted;
                            let row = &mut sums[1 + d + i * d..1 + d + i * d + i + 1];
                            row.iter_mut().zip(*z).for_each(|(s, &zj)| *s += weighted * f64::from(zj));
                        }
                    }
                }
                (total, sums)
            })
            .collect();
        let mut sums = vec![0.0; k * width];
        let mut total = 0.0;
        for (piece_total, piece) in &pieces {
            total += piece_total;
            sums.iter_mut().zip(piece).for_each(|(s, p)| *s += p);
        }
        let n = rows.len() as f64;
        for (component, sums) in self.components.iter_mut().zip(sums.chunks(width)) {
            let mass = sums[0];
            // A component that has lost its draws keeps its shape and almost no weight.
            component.weight = (mass / n).max(1e-8);
            if mass < d as f64 {
                continue;
            }
            let mean: Vec<f64> = sums[1..1 + d].iter().map(|s| s / mass).collect();
            let mut covariance = vec![0.0; d * d];
            for i in 0..d {
                for j in 0..=i {
                    covariance[i * d + j] = sums[1 + d + i * d + j] / mass - mean[i] * mean[j];
                }
                covariance[i * d + i] += RIDGE;
            }
            if let Some(factor) = cholesky(covariance, d) {
                component.mean = mean;
                component.factor = factor;
            }
        }
        let weights: f64 = self.components.iter().map(|c| c.weight).sum();
        self.components.iter_mut().for_each(|c| c.weight /= weights);
        total.is_finite().then_some(total / n)
    }
}

impl Component {
    /// `log N(z; mean, L Lᵀ)` by forward substitution.
    fn log_prob(&self, z: &[f32], scratch: &mut [f64]) -> f64 {
        let d = self.mean.len();
        let mut log_prob = -0.5 * LOG_TWO_PI * d as f64;
        for i in 0..d {
            let row = &self.factor[i * d..i * d + i];
            let dot: f64 = row.iter().zip(&scratch[..i]).map(|(l, y)| l * y).sum();
            let pivot = self.factor[i * d + i];
            scratch[i] = (f64::from(z[i]) - self.mean[i] - dot) / pivot;
            log_prob -= 0.5 * scratch[i] * scratch[i] + pivot.ln();
        }
        log_prob
    }
}

/// A component with its factor inverted, so that a density costs one triangular product.
struct Whitened {
    offset: f64,
    shift: Vec<f64>,
    inverse: Vec<f64>,
}

impl Whitened {
    fn new(component: &Component, d: usize) -> Self {
        let factor = &component.factor;
        let mut inverse = vec![0.0; d * d];
        for j in 0..d {
            for i in j..d {
                let unit = if i == j { 1.0 } else { 0.0 };
                let dot: f64 = (j..i).map(|m| factor[i * d + m] * inverse[m * d + j]).sum();
                inverse[i * d + j] = (unit - dot) / factor[i * d + i];
            }
        }
        let shift = (0..d).map(|i| (0..=i).map(|j| inverse[i * d + j] * component.mean[j]).sum()).collect();
        let log_det: f64 = (0..d).map(|i| factor[i * d + i].ln()).sum();
        Self { offset: component.weight.ln() - 0.5 * LOG_TWO_PI * d as f64 - log_det, shift, inverse }
    }

    /// `log weight + log N(z)`.
    fn log_prob(&self, z: &[f32]) -> f64 {
        let d = self.shift.len();
        let mut square = 0.0;
        for i in 0..d {
            let row = &self.inverse[i * d..i * d + i + 1];
            let y: f64 = row.iter().zip(z).map(|(l, &z)| l * f64::from(z)).sum::<f64>() - self.shift[i];
            square += y * y;
        }
        self.offset - 0.5 * square
    }
}

/// k-means++ (Arthur & Vassilvitskii 2007): each next centre with probability proportional to its squared
/// distance to the nearest one so far.
fn starting_centres<'a>(rows: &[&'a [f32]], components: usize, noise: &Noise) -> Vec<&'a [f32]> {
    let uniform =
        |i: usize| (noise.word(Stream::Prior, 1 << 63, i as u32) >> 11) as f64 / (1u64 << 53) as f64;
    let mut centres = vec![rows[(uniform(0) * rows.len() as f64) as usize]];
    let distance = |a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| f64::from(a - b) * f64::from(a - b)).sum()
    };
    let mut nearest: Vec<f64> = rows.iter().map(|row| distance(row, centres[0])).collect();
    while centres.len() < components {
        let total: f64 = nearest.iter().sum();
        let target = uniform(centres.len()) * total;
        let mut sum = 0.0;
        let chosen = nearest.iter().position(|d| {
            sum += d;
            sum > target
        });
        let centre = rows[chosen.unwrap_or(rows.len() - 1)];
        nearest.iter_mut().zip(rows).for_each(|(d, row)| *d = d.min(distance(row, centre)));
        centres.push(centre);
    }
    centres
}

fn total_variance(rows: &[&[f32]], d: usize) -> f64 {
    let n = rows.len() as f64;
    let variance = |i: usize| {
        let mean = rows.iter().map(|row| f64::from(row[i])).sum::<f64>() / n;
        rows.iter().map(|row| (f64::from(row[i]) - mean).powi(2)).sum::<f64>() / n
    };
    ((0..d).map(variance).sum::<f64>() / d as f64).max(1e-6)
}

/// The lower factor of a symmetric positive definite matrix given by its lower triangle; `None` where it is not.
fn cholesky(mut a: Vec<f64>, d: usize) -> Option<Vec<f64>> {
    for j in 0..d {
        for i in j..d {
            let dot: f64 = (0..j).map(|m| a[i * d + m] * a[j * d + m]).sum();
            let value = a[i * d + j] - dot;
            a[i * d + j] = if i == j { (value > 0.0).then(|| value.sqrt())? } else { value / a[j * d + j] };
        }
        a[j * d + j + 1..(j + 1) * d].fill(0.0);
    }
    Some(a)
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
    use super::*;

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
            let mean: f64 = held_out.chunks(2).map(|z| prior.log_prob(z)).sum::<f64>() / 4000.0;
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
            let ratio = (narrow - prior.log_prob(&z)).exp();
            sum += ratio;
            square += ratio * ratio;
        }
        let mean = sum / n as f64;
        let error = ((square / n as f64 - mean * mean) / n as f64).sqrt();
        assert!((mean - 1.0).abs() < 5.0 * error, "{mean} ± {error}");
    }
}
