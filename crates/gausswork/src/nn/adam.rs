//! Adam with global-norm clipping and an exponential moving average of the weights, in one pass over flat vectors.

use gausswork_kernels::{AdamTerms, adam, sum_of_squares};

use crate::learner::{Collective, Gradient, PIECE, each_of};

/// Settings of [`Adam`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamConfig {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Greatest Euclidean norm of the whole gradient.
    pub clip: f64,
    /// Decay of the weight average once warm; at step t it is at most (1 + t)/(10 + t). None keeps no average.
    pub average: Option<f64>,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clip: 5.0, average: Some(0.999) }
    }
}

/// The optimiser's state (Kingma & Ba 2015, algorithm 1), and the average of the weights it produced.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    config: AdamConfig,
    /// First moment.
    pub m: Vec<f32>,
    /// Second moment.
    pub v: Vec<f32>,
    /// Averaged weights (Polyak & Juditsky 1992, with exponential weights); empty where none are kept.
    pub average: Vec<f32>,
}

impl Adam {
    /// An optimiser for weights that start at `values`.
    pub fn new(values: &[f32], config: AdamConfig) -> Self {
        let average = config.average.map_or_else(Vec::new, |_| values.to_vec());
        Self { config, m: vec![0.0; values.len()], v: vec![0.0; values.len()], average }
    }

    /// Updates `values`, every parameter one after the other, by a gradient; `step` counts from 0. Returns the gradient's norm before
    /// clipping.
    ///
    /// Where the norm is not finite nothing is changed.
    pub fn step(
        &mut self,
        step: u64,
        learning_rate: f64,
        gradient: &Gradient,
        values: &mut [f32],
        workers: &dyn Collective,
    ) -> f64 {
        let norm = norm(gradient, workers);
        if !norm.is_finite() {
            return norm;
        }
        let AdamConfig { beta1, beta2, epsilon, clip, average } = self.config;
        let t = step as f64 + 1.0;
        let scale = if norm > clip { clip / norm } else { 1.0 } as f32;
        let rate = (learning_rate * (1.0 - beta2.powf(t)).sqrt() / (1.0 - beta1.powf(t))) as f32;
        // The reference divides by √(v/(1-β₂ᵗ)) + ε; with the correction in the rate, ε scales alike.
        let epsilon = (epsilon * (1.0 - beta2.powf(t)).sqrt()) as f32;
        let keep = average.map_or(0.0, |average| average.min((1.0 + t) / (10.0 + t))) as f32;
        let betas = [beta1 as f32, beta2 as f32];
        let terms = AdamTerms { scale, betas, rate, epsilon, keep };
        let averaged = average.map(|_| &mut self.average[..]);
        let mut rest = (values, &mut self.m[..], &mut self.v[..], averaged);
        let mut pieces = Vec::new();
        for gradient in gradient.iter().flat_map(|part| part.chunks(PIECE)) {
            let n = gradient.len();
            let (values, m, v, average) = rest;
            let (values, later_values) = values.split_at_mut(n);
            let (m, later_m) = m.split_at_mut(n);
            let (v, later_v) = v.split_at_mut(n);
            let (average, later_average) = average.map(|average| average.split_at_mut(n)).unzip();
            pieces.push((gradient, values, [m, v], average));
            rest = (later_values, later_m, later_v, later_average);
        }
        each_of(workers, pieces, &|(gradient, values, [m, v], average)| {
            adam(terms, gradient, values, [m, v], average.as_deref_mut());
        });
        norm
    }
}

/// Euclidean norm, accumulated in f64 by piece and then in order.
fn norm(gradient: &Gradient, workers: &dyn Collective) -> f64 {
    let pieces: Vec<&[f32]> = gradient.iter().flat_map(|part| part.chunks(PIECE)).collect();
    let squares = workers.map(pieces.len(), &|piece| vec![sum_of_squares(pieces[piece])]);
    squares.iter().flatten().sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learner::Alone;

    /// torch.optim.Adam(lr=0.1, betas=(0.9, 0.999), eps=1e-8) on f(w) = w²/2 from w = 1, five steps:
    /// 0.9, 0.8004122, 0.7015273, 0.6036215, 0.5070150 (float64).
    #[test]
    fn follows_the_reference_on_a_parabola() {
        let mut values = vec![1.0];
        let config = AdamConfig { beta2: 0.999, clip: f64::INFINITY, ..AdamConfig::default() };
        let mut adam = Adam::new(&values, config);
        let mut w = 1.0f64;
        let (mut m, mut v) = (0.0f64, 0.0f64);
        for step in 0..5 {
            let gradient = vec![values.clone()];
            adam.step(step, 0.1, &gradient, &mut values, &Alone);
            // The textbook form in f64.
            m = 0.9 * m + 0.1 * w;
            v = 0.999 * v + 0.001 * w * w;
            let t = step as i32 + 1;
            w -= 0.1 * (m / (1.0 - 0.9f64.powi(t))) / ((v / (1.0 - 0.999f64.powi(t))).sqrt() + 1e-8);
            assert!((f64::from(values[0]) - w).abs() < 1e-5, "step {step}: {} against {w}", values[0]);
        }
    }

    #[test]
    fn clips_by_the_norm_of_all_parameters_together() {
        let mut values = vec![0.0; 2];
        let config = AdamConfig { clip: 1.0, ..AdamConfig::default() };
        let mut adam = Adam::new(&values, config);
        assert_eq!(adam.step(0, 0.1, &vec![vec![30.0], vec![40.0]], &mut values, &Alone), 50.0);
        assert!((adam.m[0] / adam.m[1] - 0.75).abs() < 1e-6 && (adam.m[1] - 0.08).abs() < 1e-6);
    }

    #[test]
    fn a_gradient_that_is_not_finite_changes_nothing() {
        let mut values = vec![1.0, 2.0];
        let mut adam = Adam::new(&values, AdamConfig::default());
        let before = (values.clone(), adam.clone());
        assert!(!adam.step(0, 0.1, &vec![vec![f32::NAN, 0.0]], &mut values, &Alone).is_finite());
        assert_eq!((values, adam), before);
    }
}
