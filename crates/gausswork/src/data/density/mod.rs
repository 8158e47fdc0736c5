//! Densities of the plane that are known exactly, as data by name: what a model learned can be held against the truth.
//!
//! | to see | look at |
//! |---|---|
//! | which there are, and how they are named | [`Density`], [`parse`](self), [`DensitySource`] |
//! | log-density, draws, modes | [`Exact`] |
//! | its mass in cells of the plane | [`Cells`] |
//! | how far a sample is from it | [`measure`], [`Against`] |

mod against;
mod cells;
mod exact;
mod frame;
mod measure;
mod parse;
mod shape;
mod source;
#[cfg(test)]
mod tests;

pub use against::{Against, MOST_POINTS};
pub use cells::Cells;
pub use exact::{Exact, Mode, Place};
pub use measure::{MODE_SAMPLES, Measured, NEAR, measure};
pub use parse::{DensityError, KNOWN};
pub use source::{DEFAULT_ROWS, DensitySource, MOST_ROWS};

/// A density of the plane, by its name.
///
/// ```
/// use gausswork::data::density::Density;
/// let ring: Density = "ring:8".parse()?;
/// let exact = ring.exact();
/// // On a mean of one of eight normals with a standard deviation of 0.01: −log 8 − log(2π·0.01²).
/// assert!((exact.log_prob(&[1.0, 0.0]) - 5.293).abs() < 1e-3);
/// # Ok::<(), gausswork::data::density::DensityError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Density {
    /// K normals with standard deviation 0.01 at (cos, sin)(2πi/K), i = 0 … K−1 (PacGAN, arXiv 1712.04086, §4.1, at K = 8).
    Ring {
        /// K.
        modes: u32,
    },
    /// N = s² normals with standard deviation 0.05, s × s of them, 2 apart and centred at 0; {−4, −2, 0, 2, 4}² at N = 25
    /// (PacGAN, ibid.).
    Grid {
        /// N.
        modes: u32,
    },
    /// One normal.
    Gaussian {
        /// μ, both coordinates.
        mean: [f64; 2],
        /// σ, of both coordinates, above 0.
        sd: [f64; 2],
        /// ρ, within (−1, 1).
        correlation: f64,
    },
    /// 256 normals with standard deviation 0.1 along three turns of r = θ/2π, at θᵢ = 6π √((i + ½)/256): spaced evenly on
    /// the arm, about one standard deviation apart.
    Spiral,
    /// The uniform density on the 8 dark squares, of side 2, of a board of 4 × 4 on [−4, 4]².
    Checkerboard,
    /// 64 normals with standard deviation 0.1 along two half circles of radius 1: 32 at (cos t, sin t) and 32 at
    /// (1 − cos t, ½ − sin t), tᵢ = π(i + ½)/32.
    TwoMoons,
}

impl Density {
    /// One of each.
    pub const ALL: [Self; 6] = [
        Self::Ring { modes: 8 },
        Self::Grid { modes: 25 },
        Self::Gaussian { mean: [0.0; 2], sd: [1.0; 2], correlation: 0.0 },
        Self::Spiral,
        Self::Checkerboard,
        Self::TwoMoons,
    ];

    /// The name, without parameters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring { .. } => "ring",
            Self::Grid { .. } => "grid",
            Self::Gaussian { .. } => "gaussian",
            Self::Spiral => "spiral",
            Self::Checkerboard => "checkerboard",
            Self::TwoMoons => "two-moons",
        }
    }

    /// The density itself, ready to be evaluated and drawn from.
    #[must_use]
    pub fn exact(self) -> Exact {
        Exact::new(self)
    }
}
