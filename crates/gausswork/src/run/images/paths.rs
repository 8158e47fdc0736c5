//! Ways from one latent to another.

use crate::noise::normal_quantile;

/// How a latent becomes another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LatentPath {
    /// `(sin((1 − t) Ω) a + sin(t Ω) b) / sin Ω`, Ω the angle between them (White 2016, arXiv:1609.04468, §2.1): in many
    /// dimensions what lies between two draws from N(0, I) stays as far from 0 as draws are.
    #[default]
    Spherical,
    /// `(1 − t) a + t b`.
    Linear,
}

/// Below this sine the sphere says nothing about the way: the ends lie in one line with 0.
const SMALLEST_SINE: f64 = 1e-6;

impl LatentPath {
    /// What lies between two latents at `t` in [0, 1].
    ///
    /// *Stability*: where Ω is 0 or π, or an end is 0, the way is straight.
    pub fn between(self, [a, b]: [&[f32]; 2], t: f64) -> Vec<f32> {
        let dot =
            |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>();
        let cosine = dot(a, b) / (dot(a, a) * dot(b, b)).sqrt();
        let angle = cosine.clamp(-1.0, 1.0).acos();
        let curved = self == Self::Spherical && angle.sin() > SMALLEST_SINE;
        let weights = match curved {
            true => [((1.0 - t) * angle).sin(), (t * angle).sin()].map(|sine| sine / angle.sin()),
            false => [1.0 - t, t],
        };
        let mix = |(a, b): (&f32, &f32)| (weights[0] * f64::from(*a) + weights[1] * f64::from(*b)) as f32;
        a.iter().zip(b).map(mix).collect()
    }

    /// So many latents from one to the other, both among them, one after the other.
    pub(super) fn steps(self, ends: [&[f32]; 2], steps: usize) -> Vec<f32> {
        let last = steps.saturating_sub(1).max(1) as f64;
        (0..steps).flat_map(|step| self.between(ends, step as f64 / last)).collect()
    }
}

/// The quantiles of N(0, 1) at so many probabilities, evenly from one to the other.
pub(super) fn quantiles([low, high]: [f64; 2], steps: usize) -> Vec<f32> {
    let last = steps.saturating_sub(1).max(1) as f64;
    (0..steps).map(|step| normal_quantile(low + (high - low) * step as f64 / last) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6, "{found} for {expected}");
        }
    }

    #[test]
    fn a_way_on_the_sphere_keeps_its_distance_and_its_pace() {
        let (a, b) = ([3.0, 0.0], [0.0, 3.0]);
        let half = 3.0 * 0.5f64.sqrt();
        near(&LatentPath::Spherical.between([&a, &b], 0.5), &[half, half]);
        let third = std::f64::consts::FRAC_PI_6;
        near(&LatentPath::Spherical.between([&a, &b], 1.0 / 3.0), &[3.0 * third.cos(), 3.0 * third.sin()]);
        near(&LatentPath::Linear.between([&a, &b], 0.25), &[2.25, 0.75]);
        near(&LatentPath::Spherical.steps([&a, &b], 3), &[3.0, 0.0, half, half, 0.0, 3.0]);
        near(&LatentPath::Linear.steps([&a, &b], 1), &[3.0, 0.0]);
    }

    #[test]
    fn where_the_sphere_says_nothing_the_way_is_straight() {
        for b in [[6.0, 2.0], [-3.0, -1.0], [0.0, 0.0], [3.0, 1.0]] {
            let a = [3.0, 1.0];
            let expected = [0.5 * (3.0 + f64::from(b[0])), 0.5 * (1.0 + f64::from(b[1]))];
            near(&LatentPath::Spherical.between([&a, &b], 0.5), &expected);
        }
    }

    #[test]
    fn quantiles_are_those_of_the_standard_normal() {
        near(&quantiles([0.025, 0.975], 3), &[-1.959_964, 0.0, 1.959_964]);
    }
}
