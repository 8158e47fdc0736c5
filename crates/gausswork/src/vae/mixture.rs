//! Fitting a mixture of normals to draws of the aggregate posterior, by expectation–maximisation.

use gausswork_kernels::{TILE, add_outer};
use rayon::prelude::*;

use super::density::Density;
use super::prior::{Component, Mixture};
use crate::noise::{Noise, Stream};

/// Draws per piece of work; fixed, so that sums do not depend on the number of threads.
const PIECE: usize = 2048;
/// Added to the diagonal of covariances.
const RIDGE: f64 = 1e-3;
/// Shares of a draw below it are not worth the arithmetic.
const LEAST_SHARE: f64 = 1e-6;

impl Mixture {
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
            let mean_log_prob = mixture.improve(draws)?;
            if mean_log_prob - last < 1e-5 {
                break;
            }
            last = mean_log_prob;
        }
        Some(mixture)
    }

    /// One expectation–maximisation step; returns the mean log-density before it.
    fn improve(&mut self, draws: &[f32]) -> Option<f64> {
        let (d, k) = (self.latent, self.components.len());
        let width = 1 + d + d * d;
        let density = Density::of_mixture(self);
        let pieces: Vec<(f64, Vec<f64>)> =
            draws.par_chunks(PIECE * d).map(|draws| shares(&density, draws, d, k)).collect();
        let mut sums = vec![0.0; k * width];
        let mut total = 0.0;
        for (piece_total, piece) in &pieces {
            total += piece_total;
            sums.iter_mut().zip(piece).for_each(|(s, p)| *s += p);
        }
        let n = (draws.len() / d) as f64;
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

/// Each component's share of some draws: their sum of log-densities, and for each component `Σ share`, `Σ share z` and
/// `Σ share z zᵀ` one after another.
fn shares(density: &Density, draws: &[f32], d: usize, components: usize) -> (f64, Vec<f64>) {
    let width = 1 + d + d * d;
    let mut sums = vec![0.0; components * width];
    let mut total = 0.0;
    let mut tile = density.tile();
    let mut point = vec![0.0; d];
    for draws in draws.chunks(TILE * d) {
        density.describe(draws, &mut tile);
        for (lane, z) in draws.chunks_exact(d).enumerate() {
            let norm = tile.log_sum(lane);
            total += norm;
            point.iter_mut().zip(z).for_each(|(point, &z)| *point = f64::from(z));
            for (logs, sums) in tile.logs.iter().zip(sums.chunks_exact_mut(width)) {
                let log = logs[lane] - norm;
                if log < LEAST_SHARE.ln() {
                    continue;
                }
                let share = log.exp();
                let (firsts, seconds) = sums.split_at_mut(1 + d);
                firsts[0] += share;
                firsts[1..].iter_mut().zip(&point).for_each(|(first, z)| *first += share * z);
                add_outer(share, &point, seconds);
            }
        }
    }
    (total, sums)
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
