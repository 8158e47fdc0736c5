//! Chains along a path: Hamiltonian transitions, and the weights that come of them.

use super::path::{Path, Points};
use crate::noise::{Noise, Stream};

/// What a run of chains is for; runs of different purposes share no random number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Purpose {
    /// Choosing step sizes.
    Pilot = 1,
    /// From the start to `p(x, z)`.
    Up = 2,
    /// Back from a draw of `p(z|x)`.
    Down = 3,
}

/// Chains of some images, and their random numbers.
pub(super) struct Chains<'a> {
    pub(super) path: &'a Path<'a>,
    pub(super) images: &'a [u32],
    pub(super) noise: &'a Noise,
    pub(super) purpose: Purpose,
    pub(super) leapfrogs: usize,
}

/// Transitions that a temperature may have.
const MOST_TRIALS: u64 = 32;
/// Random numbers of one purpose for one image: temperatures times transitions.
const PER_IMAGE: u32 = 24;
/// The greatest number of temperatures that random numbers reach.
pub(super) const MOST_TEMPERATURES: usize = (1 << PER_IMAGE) / MOST_TRIALS as usize - 1;
/// The acceptance for which the cost of an independent draw is least (Beskos et al. 2013).
const ACCEPTANCE: f64 = 0.65;
/// Bounds of a step, in units of the target's deviation; a normal density is left behind above 2.
const STEPS: [f64; 2] = [1e-4, 1.5];
/// Transitions of a pilot at its first temperature, and at each other one.
const TRIALS: [u64; 2] = [20, 2];

impl Chains<'_> {
    fn key(&self, image: u32, temperature: usize, trial: u64) -> u64 {
        let within = temperature as u64 * MOST_TRIALS + trial;
        (self.purpose as u64) << 56 | u64::from(image) << PER_IMAGE | within
    }

    /// Draws of every chain from the start.
    pub(super) fn start(&self) -> Points {
        let of_image = self.path.chains * self.path.latent;
        let mut z = vec![0.0; self.images.len() * of_image];
        for (&image, z) in self.images.iter().zip(z.chunks_exact_mut(of_image)) {
            self.noise.fill_normal(Stream::Anneal, self.key(image, 0, 0), z);
        }
        self.path.start(&mut z);
        self.path.at(z)
    }

    /// One Hamiltonian transition of every chain that leaves `f_β` as it is (Neal 2011, §3.2), and the mean probability with which it
    /// was accepted. Each chain's step is drawn within a fifth of `step`, so that no trajectory closes upon itself.
    fn transition(&self, points: &mut Points, beta: f64, step: f64, [temperature, trial]: [usize; 2]) -> f64 {
        let (path, rows) = (self.path, self.path.rows());
        let (chains, latent) = (path.chains, path.latent);
        let (mut momentum, mut uniforms) = (vec![0.0; rows * latent], vec![0.0; 2 * rows]);
        for (i, &image) in self.images.iter().enumerate() {
            let key = self.key(image, temperature, trial as u64);
            let (first, last) = (i * chains, (i + 1) * chains);
            self.noise.fill_normal(Stream::Anneal, key, &mut momentum[first * latent..last * latent]);
            self.noise.fill_uniform(Stream::AnnealAccept, key, &mut uniforms[2 * first..2 * last]);
        }
        let step_of = |pair: &[f32]| step as f32 * (0.8 + 0.4 * pair[1]);
        let steps: Vec<f32> = uniforms.chunks_exact(2).map(step_of).collect();
        let halves: Vec<f32> = steps.iter().map(|step| 0.5 * step).collect();
        let energy = |points: &Points, momentum: &[f32]| -> Vec<f64> {
            let of = |(row, momentum): (usize, &[f32])| {
                let kinetic: f64 = momentum.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
                0.5 * kinetic - path.log_density(beta, row, points)
            };
            momentum.chunks_exact(latent).enumerate().map(of).collect()
        };
        let before = energy(points, &momentum);
        let mut proposed = points.clone();
        for _ in 0..self.leapfrogs {
            path.kick(beta, &proposed, &halves, &mut momentum);
            let mut z = proposed.z;
            path.drift(beta, &steps, &momentum, &mut z);
            proposed = path.at(z);
            path.kick(beta, &proposed, &halves, &mut momentum);
        }
        let after = energy(&proposed, &momentum);
        let mut accepted = 0.0;
        for row in 0..rows {
            // An energy that is not a number accepts nothing.
            let probability = (before[row] - after[row]).exp().min(1.0);
            let probability = if after[row].is_nan() { 0.0 } else { probability };
            accepted += probability;
            if f64::from(uniforms[2 * row]) < probability {
                let at = row * latent..(row + 1) * latent;
                points.z[at.clone()].copy_from_slice(&proposed.z[at.clone()]);
                points.slopes[at.clone()].copy_from_slice(&proposed.slopes[at]);
                points.log_likelihood[row] = proposed.log_likelihood[row];
            }
        }
        accepted / rows as f64
    }

    /// Steps for the temperatures between the ends, each followed by its logarithm's response to the acceptance (Robbins & Monro 1951).
    pub(super) fn pilot(&self, betas: &[f64]) -> Vec<f64> {
        let [low, high] = STEPS.map(f64::ln);
        let (mut points, mut log_step) = (self.start(), 0.5f64.ln());
        let mut found = Vec::with_capacity(betas.len());
        for temperature in 1..betas.len() - 1 {
            for trial in 0..TRIALS[usize::from(temperature > 1)] {
                let at = [temperature, trial as usize];
                let accepted = self.transition(&mut points, betas[temperature], log_step.exp(), at);
                log_step = (log_step + accepted - ACCEPTANCE).clamp(low, high);
            }
            found.push(log_step);
        }
        found
    }

    /// The logarithm of each chain's weight on its way from `points`, and the mean acceptance:
    /// `Σ_t (β_t − β_{t−1}) (log p(x, z_{t−1}) − log f_0(z_{t−1}))`, where `z_t` comes from `z_{t−1}` by a transition at β_t, or on the way
    /// down `z_{t−1}` from `z_t`. `steps` are those of the temperatures between the ends.
    pub(super) fn run(&self, mut points: Points, betas: &[f64], steps: &[f64]) -> (Vec<f64>, f64) {
        let last = betas.len() - 1;
        let mut log_weights = vec![0.0; self.path.rows()];
        let mut accepted = 0.0;
        for stage in 1..=last {
            let t = if self.purpose == Purpose::Down { last + 1 - stage } else { stage };
            let width = betas[t] - betas[t - 1];
            for (row, log_weight) in log_weights.iter_mut().enumerate() {
                *log_weight += width * self.path.excess(row, &points);
            }
            if stage < last {
                let next = if self.purpose == Purpose::Down { t - 1 } else { t };
                accepted += self.transition(&mut points, betas[next], steps[next - 1], [next, 0]);
            }
        }
        (log_weights, accepted / (last - 1).max(1) as f64)
    }
}
