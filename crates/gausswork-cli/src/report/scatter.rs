//! Points against contours of the density that they should come from.

use gausswork::data::density::Exact;
use plotters::prelude::*;

use super::axis::{Axis, framed};
use super::contour::{FINE, Line, contours, levels};
use super::ink::Ink;
use crate::plot::{Area, Drawn, Picture};

/// Room for the numbers on the left, in points.
const LEFT: u32 = 36;
/// The side of the square between the axes, in points.
const SIDE: u32 = 262;
/// Room that the axes take beside it: at the right, above and below.
const ROOM: [u32; 2] = [22, 28];
/// Radius of a point, in units.
const RADIUS: i32 = 6;

/// The picture.
#[derive(Debug)]
pub(super) struct Scatter {
    bounds: [[f64; 2]; 2],
    lines: Vec<Line>,
    points: Vec<[f64; 2]>,
    /// The place of the set, which decides its ink.
    set: usize,
    /// Points that lie outside the picture.
    pub(super) outside: usize,
}

impl Scatter {
    /// Points, whoever made them, against contours of a density within a square: lower left and upper right.
    pub(super) fn new(exact: &Exact, bounds: [[f64; 2]; 2], points: &[[f64; 2]], set: usize) -> Self {
        let [low, high] = bounds;
        let inside = |point: &[f64; 2]| (0..2).all(|axis| (low[axis]..=high[axis]).contains(&point[axis]));
        let shown: Vec<[f64; 2]> = points.iter().copied().filter(inside).collect();
        let lines = contours(exact, bounds, &levels(exact), FINE);
        Self { bounds, lines, outside: points.len() - shown.len(), points: shown, set }
    }
}

impl Picture for Scatter {
    fn size(&self) -> (u32, u32) {
        (LEFT + SIDE + ROOM[0], SIDE + ROOM[1])
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let [low, high] = self.bounds;
        let axes = [0, 1].map(|axis| Axis::numbers([low[axis], high[axis]], 5));
        let mut chart = framed(area, LEFT, axes)?;
        let ink = Ink::Point(self.set).color().filled();
        chart.draw_series(self.points.iter().map(|&[x, y]| Circle::new((x, y), RADIUS, ink)))?;
        chart.draw_series(
            self.lines.iter().map(|line| PathElement::new(line.clone(), Ink::RealLine.color())),
        )?;
        Ok(())
    }
}
