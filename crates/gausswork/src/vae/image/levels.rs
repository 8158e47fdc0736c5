//! Mixtures of logistic distributions over the levels of a number.

use burn::tensor::Tensor;

use super::likelihood::LEAST_DEVIATION;
use crate::fused::{LOG_SCALE_BOUNDS, level_blocks, levels_loss};
use crate::noise::normal_quantile;

/// `log Σ_k π_k (F_k(x + h) − F_k(x − h))` with `F_k(t) = σ((t − μ_k)/s_k)` and `h` half the distance of two levels: the probability of a
/// level, of which the first and the last have the tails (Salimans et al. 2017, eq. 2; each number by itself, without their links
/// between colours).
///
/// The decoder says of each number a location and a log-scale, and of more than one component before them the logits of π. Outputs are
/// ordered by what they are, then by component, then by number.
#[derive(Debug, Clone, Copy)]
pub(super) struct LevelMixture {
    /// Components of the mixture, K.
    pub components: usize,
    /// The distance of two levels, of numbers scaled to [0, 1].
    pub cell: f64,
}

impl LevelMixture {
    /// `−log p(x|z)` of each image, `[images]`, nats: `output: [images, outputs · values]`, `x: [images, values]` levels in [0, 1].
    pub(super) fn distortion(self, output: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
        levels_loss(output, x, self.components, self.cell)
    }

    /// The number `i` of `values` from the decoder's `output` for an image: its expectation, or by a uniform in (0, 1) a draw.
    pub(super) fn number(self, output: &[f32], [i, values]: [usize; 2], u: Option<f32>) -> f32 {
        let k = self.components;
        let parameter = |which: usize, component: usize| output[(which * k + component) * values + i];
        let located = level_blocks(k) / k - 2;
        let (mu, scale) = (
            |c: usize| parameter(located, c),
            |c: usize| {
                let [low, high] = LOG_SCALE_BOUNDS;
                parameter(located + 1, c).clamp(low, high).exp()
            },
        );
        let weight = |c: usize| if k == 1 { 1.0 } else { parameter(0, c) };
        let greatest = (0..k).map(weight).fold(f32::NEG_INFINITY, f32::max);
        let weight = |c: usize| f64::from(weight(c) - greatest).exp();
        let whole: f64 = (0..k).map(weight).sum();
        let Some(u) = u else {
            // A location beyond an end stands for that end, where its mass is.
            return (0..k).map(|c| weight(c) / whole * f64::from(mu(c).clamp(0.0, 1.0))).sum::<f64>() as f32;
        };
        // The same uniform chooses the component and, by where it falls among those that choose it, the draw from it.
        let (mut component, mut rest) = (0, f64::from(u) * whole);
        while component + 1 < k && rest >= weight(component) {
            rest -= weight(component);
            component += 1;
        }
        let u = (rest / weight(component))
            .clamp(f64::from(f32::EPSILON) / 2.0, 1.0 - f64::from(f32::EPSILON) / 2.0);
        let drawn = f64::from(mu(component)) + f64::from(scale(component)) * (u / (1.0 - u)).ln();
        ((drawn / self.cell).round() * self.cell).clamp(0.0, 1.0) as f32
    }

    /// A decoder's output before anything is learned: components of equal weight, side by side where the numbers of training images are.
    pub(super) fn base(components: usize, mean: &[f32], deviation: &[f32]) -> Vec<f32> {
        let deviation = |i: usize| deviation[i].max(LEAST_DEVIATION);
        let mut base = vec![0.0; if components == 1 { 0 } else { components * mean.len() }];
        for component in 0..components {
            let shift = normal_quantile((component as f64 + 0.5) / components as f64) as f32;
            base.extend(mean.iter().enumerate().map(|(i, mean)| mean + shift * deviation(i)));
        }
        for _ in 0..components {
            base.extend((0..mean.len()).map(|i| deviation(i).ln()));
        }
        base
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Tensor, TensorData};

    use super::{LevelMixture, level_blocks};
    use crate::noise::{Noise, Stream};

    /// Probabilities of all levels of one number.
    fn probabilities(mixture: LevelMixture, output: &[f32], levels: u32) -> Vec<f64> {
        let (device, rows) = (Device::flex(), levels as usize);
        let tensor = |values: Vec<f32>| {
            let width = values.len() / rows;
            Tensor::<2>::from_data(TensorData::new(values, [rows, width]), &device)
        };
        let x = (0..levels).map(|level| level as f32 / (levels - 1) as f32).collect();
        let nats = mixture.distortion(tensor(output.repeat(rows)), tensor(x));
        nats.to_data().iter::<f64>().map(|nats| (-nats).exp()).collect()
    }

    #[test]
    fn levels_are_drawn_as_often_as_they_are_probable() {
        const DRAWS: usize = 100_000;
        for (components, levels) in [(1, 2), (1, 17), (2, 17), (3, 256), (10, 256)] {
            let mixture = LevelMixture { components, cell: 1.0 / f64::from(levels - 1) };
            for seed in 0..4 {
                let mut output = vec![0.0; level_blocks(components)];
                Noise::new(seed).fill_normal(Stream::Test, 0, &mut output);
                let scales = output.len() - components;
                output[scales..].iter_mut().for_each(|log_scale| *log_scale -= 3.0);
                let p = probabilities(mixture, &output, levels);
                let total: f64 = p.iter().sum();
                assert!((total - 1.0).abs() < 1e-4, "{components} of {levels}: {total}");

                let mut drawn = vec![0.0; levels as usize];
                for i in 0..DRAWS {
                    let u = (i as f32 + 0.5) / DRAWS as f32;
                    let x = f64::from(mixture.number(&output, [0, 1], Some(u)));
                    drawn[(x / mixture.cell).round() as usize] += 1.0 / DRAWS as f64;
                }
                // Even uniforms miss the mass of an interval by less than two of them at each end, and a level is an interval of each component.
                let bound = 2.0 * (components as f64 + 1.0) / DRAWS as f64 + 1e-5;
                for (level, (p, drawn)) in p.iter().zip(drawn).enumerate() {
                    assert!((p - drawn).abs() < bound, "{components} of {levels}, {level}: {p} {drawn}");
                }
            }
        }
    }

    #[test]
    fn components_that_agree_are_one() {
        let one = LevelMixture { components: 1, cell: 1.0 / 255.0 };
        let many = LevelMixture { components: 4, ..one };
        let (mu, log_scale) = (0.3, -2.5);
        let output: Vec<f32> = [[0.7; 4], [mu; 4], [log_scale; 4]].concat();
        let [p, q] = [probabilities(one, &[mu, log_scale], 256), probabilities(many, &output, 256)];
        assert!(p.iter().zip(&q).all(|(p, q)| (p / q - 1.0).abs() < 1e-4));
        assert_eq!(many.number(&output, [0, 1], None), one.number(&[mu, log_scale], [0, 1], None));
    }

    #[test]
    fn an_expectation_is_the_mean_of_the_draws_where_no_tail_is_cut_off() {
        let mixture = LevelMixture { components: 2, cell: 1.0 / 255.0 };
        // Weights 1/4 and 3/4, a fifth and four fifths of the way.
        let output = [0.0, 3.0f32.ln(), 0.2, 0.8, -5.0, -5.0];
        let p = probabilities(mixture, &output, 256);
        let mean: f64 = p.iter().enumerate().map(|(level, p)| p * level as f64 / 255.0).sum();
        let expected = f64::from(mixture.number(&output, [0, 1], None));
        assert!((mean - expected).abs() < 1e-5, "{mean} {expected}");
    }
}
