//! The density of a prior at many points, computed side by side.

use gausswork_kernels::{TILE, shifted_squares};

use super::prior::{Component, Mixture, Prior};

pub(super) const LOG_TWO_PI: f64 = 1.837_877_066_409_345_3;

/// Logarithms this far below the greatest add less than a rounding error to a sum of exponentials.
const NEGLIGIBLE: f64 = 40.0;

/// A prior prepared for evaluation: every covariance factor is inverted, so that a density costs one triangular
/// product.
#[derive(Debug, Clone)]
pub struct Density {
    latent: usize,
    parts: Vec<Part>,
}

/// One normal: `log w + log N(z) = offset − ½ |L⁻¹ z − L⁻¹ mean|²`.
#[derive(Debug, Clone)]
struct Part {
    offset: f64,
    shift: Vec<f64>,
    inverse: Vec<f64>,
}

impl Part {
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
}

/// Up to [`TILE`] points and what each component says of them.
pub(super) struct Tile {
    coordinates: Vec<[f64; TILE]>,
    /// `log w_k + log N_k(z)` by component.
    pub(super) logs: Vec<[f64; TILE]>,
    /// Their greatest.
    pub(super) greatest: [f64; TILE],
}

impl Density {
    /// Prepares a prior.
    pub fn new(prior: &Prior) -> Self {
        match prior {
            Prior::Mixture(mixture) => Self::of_mixture(mixture),
            Prior::Standard { latent: d } => {
                let factor = (0..d * d).map(|i| f64::from(u8::from(i % (d + 1) == 0))).collect();
                let component = Component { weight: 1.0, mean: vec![0.0; *d], factor };
                Self { latent: *d, parts: vec![Part::new(&component, *d)] }
            }
        }
    }

    pub(super) fn of_mixture(mixture: &Mixture) -> Self {
        let parts = mixture.components.iter().map(|c| Part::new(c, mixture.latent)).collect();
        Self { latent: mixture.latent, parts }
    }

    pub(super) fn tile(&self) -> Tile {
        Tile {
            coordinates: vec![[0.0; TILE]; self.latent],
            logs: vec![[0.0; TILE]; self.parts.len()],
            greatest: [0.0; TILE],
        }
    }

    /// Fills a tile for at most [`TILE`] points, `z: [points, latent]`; lanes beyond them repeat old numbers.
    pub(super) fn describe(&self, z: &[f32], tile: &mut Tile) {
        for (lane, point) in z.chunks_exact(self.latent).enumerate() {
            for (coordinate, &z) in tile.coordinates.iter_mut().zip(point) {
                coordinate[lane] = f64::from(z);
            }
        }
        tile.greatest = [f64::NEG_INFINITY; TILE];
        for (part, logs) in self.parts.iter().zip(&mut tile.logs) {
            shifted_squares(&part.inverse, &part.shift, &tile.coordinates, logs);
            for (log, greatest) in logs.iter_mut().zip(&mut tile.greatest) {
                *log = part.offset - 0.5 * *log;
                *greatest = greatest.max(*log);
            }
        }
    }

    /// `log p(z)` of every point of `z: [points, latent]`, in nats.
    pub fn log_probs(&self, z: &[f32]) -> Vec<f64> {
        let mut tile = self.tile();
        let mut out = Vec::with_capacity(z.len() / self.latent);
        for z in z.chunks(TILE * self.latent) {
            self.describe(z, &mut tile);
            for lane in 0..z.len() / self.latent {
                out.push(tile.log_sum(lane));
            }
        }
        out
    }
}

impl Tile {
    /// `log Σ_k w_k N_k(z)` of one point.
    ///
    /// *Stability*: exponents are taken relative to the greatest; those that cannot count are left out.
    pub(super) fn log_sum(&self, lane: usize) -> f64 {
        let greatest = self.greatest[lane];
        if !greatest.is_finite() {
            return greatest;
        }
        let relative = self.logs.iter().map(|logs| logs[lane] - greatest);
        greatest + relative.filter(|log| *log > -NEGLIGIBLE).map(f64::exp).sum::<f64>().ln()
    }
}
