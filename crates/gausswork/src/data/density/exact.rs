//! A density ready to be evaluated: log-density, draws, modes, its place in the plane.

use std::f64::consts::TAU;
use std::ops::Range;

use super::Density;
use super::frame::Frame;
use super::shape::{Parts, shape};
use crate::noise::{Noise, Stream};

/// e to less than this is 0 in 64 bits.
const NOTHING: f64 = -745.2;
/// Room about the parts in a picture: standard deviations, and a share of the extent.
const ROOM: (f64, f64) = (4.0, 0.1);

/// A density with its parts worked out.
#[derive(Debug, Clone, PartialEq)]
pub struct Exact {
    density: Density,
    pub(super) frame: Frame,
    pub(super) parts: Parts,
    /// Parts in a row that are one mode.
    per_mode: usize,
    /// The logarithm of what the sum over parts is divided by, nats.
    log_scale: f64,
}

/// A mode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// Where; the middle of its parts, where it has several: a moon, a sixteenth of a spiral.
    pub centre: [f64; 2],
    /// The standard deviation of both coordinates of each of its parts.
    pub sd: [f64; 2],
}

/// Where a point is among the modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The nearest mode.
    pub mode: usize,
    /// Standard deviations (Mahalanobis) from the centre of its nearest part; 0 within a square, and ∞ outside of all.
    pub distance: f64,
}

impl Exact {
    pub(super) fn new(density: Density) -> Self {
        let (frame, parts, per_mode) = shape(density);
        let of_one = match &parts {
            Parts::Normals { sd, .. } => TAU * sd * sd,
            Parts::Squares { side, .. } => side * side,
        };
        let log_scale = (parts.len() as f64).ln() + of_one.ln() + frame.log_determinant();
        Self { density, frame, parts, per_mode, log_scale }
    }

    /// Its name.
    #[must_use]
    pub fn density(&self) -> Density {
        self.density
    }

    /// log p(x), nats; −∞ where there is no density, and where `x` is not finite.
    ///
    /// Of normals: log (1/K) Σₖ exp(−‖x − cₖ‖²/2s²) / 2πs². *Stability*: the greatest exponent is taken out of the sum.
    #[must_use]
    pub fn log_prob(&self, x: &[f64; 2]) -> f64 {
        let u = self.frame.inside(x);
        if !(u[0].is_finite() && u[1].is_finite()) {
            return f64::NEG_INFINITY;
        }
        match &self.parts {
            Parts::Normals { centres, sd } => {
                let scale = -0.5 / (sd * sd);
                let squared = |c: &[f64; 2]| (u[0] - c[0]).powi(2) + (u[1] - c[1]).powi(2);
                let least = centres.iter().map(squared).fold(f64::INFINITY, f64::min);
                let exponents = centres.iter().map(|c| scale * (squared(c) - least));
                let sum: f64 = exponents.filter(|&e| e > NOTHING).map(f64::exp).sum();
                scale * least + sum.ln() - self.log_scale
            }
            Parts::Squares { corners, side } => {
                let inside = corners.iter().any(|corner| holds(corner, *side, &u));
                if inside { -self.log_scale } else { f64::NEG_INFINITY }
            }
        }
    }

    /// Draws of the rows `rows`, each at its own address: the same whichever others are drawn.
    #[must_use]
    pub fn draw(&self, noise: &Noise, rows: Range<u64>) -> Vec<[f64; 2]> {
        rows.map(|row| self.frame.outside(self.row(noise, row))).collect()
    }

    fn row(&self, noise: &Noise, row: u64) -> [f64; 2] {
        let [a, b, c, d] = noise.block(Stream::Density, row, 0);
        let [first, second] = [uniform(a, b), uniform(c, d)];
        let word = noise.word(Stream::Density, row, 1);
        // Multiply-shift: the bias is below K / 2^64.
        let part = ((u128::from(word) * self.parts.len() as u128) >> 64) as usize;
        match &self.parts {
            Parts::Normals { sd, .. } => {
                // Box–Muller in 64 bits: draws as fine as the density that they are held against.
                let (radius, angle) = (sd * (-2.0 * first.ln()).sqrt(), TAU * second);
                let centre = self.parts.middle(part);
                [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
            }
            Parts::Squares { corners, side } => {
                let corner = corners.get(part).copied().unwrap_or_default();
                [corner[0] + side * first, corner[1] + side * second]
            }
        }
    }

    /// How many modes; what counts as one of a density without modes is told at [`Mode`].
    #[must_use]
    pub fn mode_count(&self) -> usize {
        self.parts.len() / self.per_mode
    }

    /// The modes, equally likely.
    #[must_use]
    pub fn modes(&self) -> Vec<Mode> {
        let sd = self.frame.spread(self.parts.sd());
        let centre = |mode: usize| {
            let parts = mode * self.per_mode..(mode + 1) * self.per_mode;
            let sum = parts.fold([0.0; 2], |[x, y], part| {
                let middle = self.parts.middle(part);
                [x + middle[0], y + middle[1]]
            });
            self.frame.outside(sum.map(|sum| sum / self.per_mode as f64))
        };
        (0..self.mode_count()).map(|mode| Mode { centre: centre(mode), sd }).collect()
    }

    /// Where a point is among the modes; none where it is not finite.
    #[must_use]
    pub fn place(&self, x: &[f64; 2]) -> Option<Place> {
        let u = self.frame.inside(x);
        let distance = |part: usize| {
            let middle = self.parts.middle(part);
            (u[0] - middle[0]).hypot(u[1] - middle[1])
        };
        let parts = (0..self.parts.len()).map(|part| (distance(part), part));
        let (distance, part) = parts.min_by(|a, b| a.0.total_cmp(&b.0))?;
        let distance = match &self.parts {
            Parts::Normals { sd, .. } => distance / sd,
            Parts::Squares { corners, side } if holds(corners.get(part)?, *side, &u) => 0.0,
            Parts::Squares { .. } => f64::INFINITY,
        };
        (u[0].is_finite() && u[1].is_finite()).then_some(Place { mode: part / self.per_mode, distance })
    }

    /// Whether the density is 0 somewhere.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        matches!(self.parts, Parts::Squares { .. })
    }

    /// A rectangle, as wide as it is high, that shows nearly all of it: lower left and upper right.
    #[must_use]
    pub fn bounds(&self) -> [[f64; 2]; 2] {
        let [low, high] = self.parts.rectangle(ROOM.0);
        let corners =
            [low, [low[0], high[1]], [high[0], low[1]], high].map(|corner| self.frame.outside(corner));
        let ends = |axis: usize| {
            let along = corners.iter().map(|corner| corner[axis]);
            along.fold([f64::MAX, f64::MIN], |[low, high], at| [low.min(at), high.max(at)])
        };
        let ends = [ends(0), ends(1)];
        let half = ends.iter().map(|[low, high]| 0.5 * (high - low)).fold(0.0, f64::max) * (1.0 + ROOM.1);
        let middle = ends.map(|[low, high]| 0.5 * (low + high));
        [middle.map(|at| at - half), middle.map(|at| at + half)]
    }
}

/// Whether a square, less its upper and right edge, holds a point.
fn holds(corner: &[f64; 2], side: f64, u: &[f64; 2]) -> bool {
    (0..2).all(|axis| (corner[axis]..corner[axis] + side).contains(&u[axis]))
}

/// A uniform number on (0, 1) with 53 bits.
fn uniform(high: u32, low: u32) -> f64 {
    let word = u64::from(high) << 32 | u64::from(low);
    ((word >> 11) as f64 + 0.5) * 0.5f64.powi(53)
}
