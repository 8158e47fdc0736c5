//! What each density is made of: equally likely round normals, or equally likely squares.

use std::f64::consts::{PI, TAU};

use super::Density;
use super::frame::Frame;

/// Equally likely parts, in the coordinates of a frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parts {
    /// N(c, s² I) at each centre.
    Normals {
        /// The centres.
        centres: Vec<[f64; 2]>,
        /// s.
        sd: f64,
    },
    /// The uniform density on each square.
    Squares {
        /// Lower left corners.
        corners: Vec<[f64; 2]>,
        /// The side of each.
        side: f64,
    },
}

/// Standard deviation of the normals of a ring.
const RING_SD: f64 = 0.01;
/// Standard deviation of the normals of a grid.
const GRID_SD: f64 = 0.05;
/// Standard deviation across a curve.
const CURVE_SD: f64 = 0.1;
/// Normals along a spiral, and those that count as one mode.
const SPIRAL: (usize, usize) = (256, 16);
/// Normals along a moon.
const MOON: usize = 32;
/// Squares along a side of the board, and the side of each.
const BOARD: (usize, f64) = (4, 2.0);

/// Frame, parts, and how many parts in a row are one mode.
pub(super) fn shape(density: Density) -> (Frame, Parts, usize) {
    let normals = |centres: Vec<[f64; 2]>, sd| Parts::Normals { centres, sd };
    match density {
        Density::Ring { modes } => {
            let centre = |i: u32| {
                let angle = TAU * f64::from(i) / f64::from(modes);
                [angle.cos(), angle.sin()]
            };
            (Frame::SAME, normals((0..modes).map(centre).collect(), RING_SD), 1)
        }
        Density::Grid { modes } => {
            let side = modes.isqrt();
            let place = |i: u32| 2.0 * f64::from(i) - f64::from(side.saturating_sub(1));
            let centres = (0..side * side).map(|i| [place(i / side), place(i % side)]);
            (Frame::SAME, normals(centres.collect(), GRID_SD), 1)
        }
        Density::Gaussian { mean, sd, correlation } => {
            (Frame::of_normal(mean, sd, correlation), normals(vec![[0.0; 2]], 1.0), 1)
        }
        Density::Spiral => {
            let (count, mode) = SPIRAL;
            let centre = |i: usize| {
                let angle = 3.0 * TAU * ((i as f64 + 0.5) / count as f64).sqrt();
                let radius = angle / TAU;
                [radius * angle.cos(), radius * angle.sin()]
            };
            (Frame::SAME, normals((0..count).map(centre).collect(), CURVE_SD), mode)
        }
        Density::Checkerboard => {
            let (count, side) = BOARD;
            let low = -0.5 * side * count as f64;
            let dark = (0..count * count).map(|i| [i / count, i % count]).filter(|[i, j]| (i + j) % 2 == 0);
            let corners = dark.map(|ij| ij.map(|i| low + side * i as f64)).collect();
            (Frame::SAME, Parts::Squares { corners, side }, 1)
        }
        Density::TwoMoons => {
            let angle = |i: usize| PI * (i as f64 + 0.5) / MOON as f64;
            let upper = (0..MOON).map(|i| [angle(i).cos(), angle(i).sin()]);
            let lower = (0..MOON).map(|i| [1.0 - angle(i).cos(), 0.5 - angle(i).sin()]);
            (Frame::SAME, normals(upper.chain(lower).collect(), CURVE_SD), MOON)
        }
    }
}

impl Parts {
    /// How many.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Normals { centres, .. } => centres.len(),
            Self::Squares { corners, .. } => corners.len(),
        }
    }

    /// The middle of a part.
    pub(super) fn middle(&self, part: usize) -> [f64; 2] {
        let half = match self {
            Self::Normals { .. } => 0.0,
            Self::Squares { side, .. } => 0.5 * side,
        };
        match self {
            Self::Normals { centres: places, .. } | Self::Squares { corners: places, .. } => {
                places.get(part).copied().unwrap_or_default().map(|at| at + half)
            }
        }
    }

    /// The standard deviation of each coordinate of a part; that of a uniform one is side/√12.
    pub(super) fn sd(&self) -> f64 {
        match self {
            Self::Normals { sd, .. } => *sd,
            Self::Squares { side, .. } => side / 12f64.sqrt(),
        }
    }

    /// The least rectangle about all parts, with `room` standard deviations about normals: lower left and upper right.
    pub(super) fn rectangle(&self, room: f64) -> [[f64; 2]; 2] {
        let half = match self {
            Self::Normals { sd, .. } => room * sd,
            Self::Squares { side, .. } => 0.5 * side,
        };
        let ends = |axis: usize| {
            let places = (0..self.len()).map(|part| self.middle(part)[axis]);
            places.fold([f64::MAX, f64::MIN], |[low, high], at| [low.min(at - half), high.max(at + half)])
        };
        let [[left, right], [bottom, top]] = [ends(0), ends(1)];
        [[left, bottom], [right, top]]
    }
}
