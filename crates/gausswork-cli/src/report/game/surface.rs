//! A moment of a game in the plane: what the discriminator says of each place, and the samples over it.

use gausswork::gan::Objective;
use gausswork::learner::PlaneFrame;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::super::axis::{Axis, framed};
use super::super::contour::{Line, between};
use super::super::ink::{self, Ink, LEVELS};
use crate::plot::{Area, Drawn, Picture, UNIT};

/// Side of the square of a small picture, and height of the line of text above it, in points; a cell of our frames is then a whole
/// number of pixels in the film, twice as large.
pub(super) const SMALL: [u32; 2] = [160, 18];
/// Points of a small picture; its samples are the first of them.
const FEW: usize = 250;
/// Side of the square of a large picture, room for the numbers on its left, and room at the right and below.
const LARGE: [u32; 4] = [320, 36, 22, 28];
/// Radius of a sample, in units, in small and in large pictures.
const RADIUS: [i32; 2] = [7, 8];

/// How outputs of the discriminator become inks: 0 in the middle, 1 and −1 the darkest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shade {
    /// Outputs that stand for probabilities: `2D − 1`.
    Probability(Objective),
    /// Outputs from their middle, by the greatest distance from it.
    Output {
        /// The output without an ink.
        middle: f64,
        /// How far from it the darkest are.
        most: f64,
    },
}

impl Shade {
    /// The output without an ink.
    fn neutral(self) -> f64 {
        match self {
            // Its outputs are probabilities themselves.
            Self::Probability(Objective::LeastSquares) => 0.5,
            Self::Probability(_) => 0.0,
            Self::Output { middle, .. } => middle,
        }
    }

    fn of(self, output: f64) -> f64 {
        match self {
            Self::Probability(objective) => 2.0 * objective.probability(output).unwrap_or(0.5) - 1.0,
            Self::Output { middle, most } => ((output - middle) / most).clamp(-1.0, 1.0),
        }
    }
}

/// How large a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    /// One of many, with its step above it.
    Small,
    /// With axes.
    Large,
}

/// A moment.
#[derive(Debug)]
pub(super) struct Still<'a> {
    /// The step.
    pub(super) step: u64,
    /// What there is to see.
    pub(super) frame: &'a PlaneFrame,
    /// How outputs become inks.
    pub(super) shade: Shade,
    /// Contours of the density of the data, where that is known.
    pub(super) contours: &'a [Line],
    /// How large it is.
    pub(super) size: Size,
}

/// Cells from one column and row to another, in one ink.
struct Block {
    from: [usize; 2],
    to: [usize; 2],
    level: i32,
}

impl Still<'_> {
    /// The samples inside the square, and how many are not.
    pub(super) fn inside(&self) -> (Vec<[f64; 2]>, usize) {
        let [low, high] = self.frame.square;
        let within = |point: &[f64; 2]| (0..2).all(|axis| (low[axis]..=high[axis]).contains(&point[axis]));
        let few = match self.size {
            Size::Small => FEW,
            Size::Large => usize::MAX,
        };
        let points = &self.frame.points[..self.frame.points.len().min(few)];
        let inside: Vec<[f64; 2]> = points.iter().copied().filter(within).collect();
        let outside = points.len() - inside.len();
        (inside, outside)
    }

    /// The surface in few rectangles: equal cells beside each other, and equal rows of those above each other, are one.
    fn blocks(&self) -> Vec<Block> {
        let across = self.frame.across;
        let level = |&output: &f64| (self.shade.of(output) * LEVELS as f64).round() as i32;
        let levels: Vec<i32> = self.frame.surface.iter().map(level).collect();
        let (mut done, mut growing): (Vec<Block>, Vec<Block>) = (Vec::new(), Vec::new());
        for (row, levels) in levels.chunks(across.max(1)).enumerate() {
            let mut start = 0;
            let mut next = Vec::new();
            for run in levels.chunk_by(|a, b| a == b) {
                let (from, to) = (start, start + run.len());
                start = to;
                let same =
                    |block: &Block| block.from[0] == from && block.to == [to, row] && block.level == run[0];
                next.push(match growing.iter().position(same) {
                    Some(place) => {
                        let block = growing.swap_remove(place);
                        Block { to: [to, row + 1], ..block }
                    }
                    None => Block { from: [from, row], to: [to, row + 1], level: run[0] },
                });
            }
            done.append(&mut growing);
            growing = next;
        }
        done.append(&mut growing);
        done.retain(|block| block.level != 0);
        // The order in which blocks end is not one that a reader would expect.
        done.sort_by_key(|block| (block.from[1], block.from[0]));
        done
    }

    /// Where outputs are neutral: found on outputs, which are smoother than probabilities.
    fn middle(&self) -> Vec<Line> {
        between(&self.frame.surface, self.frame.across, self.frame.square, self.shade.neutral())
    }

    /// Draws everything in the square between `place`s, from the bottom up.
    fn on<B: DrawingBackend>(
        &self,
        area: &Area<B>,
        place: impl Fn([f64; 2]) -> (i32, i32),
        radius: i32,
    ) -> Drawn<B> {
        let [low, high] = self.frame.square;
        let across = self.frame.across.max(1) as f64;
        let corner = |[column, row]: [usize; 2]| {
            let share = [column as f64 / across, row as f64 / across];
            place([0, 1].map(|axis| low[axis] + share[axis] * (high[axis] - low[axis])))
        };
        for Block { from, to, level } in self.blocks() {
            let depth = level.unsigned_abs() as usize;
            let ink = if level > 0 { Ink::Positive(depth) } else { Ink::Negative(depth) };
            let ((left, bottom), (right, top)) = (corner(from), corner(to));
            area.draw(&Rectangle::new([(left, top), (right, bottom)], ink.color().filled()))?;
        }
        let path = |line: &Line| line.iter().map(|&(x, y)| place([x, y])).collect::<Vec<_>>();
        for line in self.middle() {
            area.draw(&PathElement::new(path(&line), Ink::Undecided.color()))?;
        }
        for line in self.contours {
            area.draw(&PathElement::new(path(line), Ink::Truth.color()))?;
        }
        for point in self.inside().0 {
            area.draw(&Circle::new(place(point), radius, Ink::Sample.color().filled()))?;
        }
        Ok(())
    }
}

impl Picture for Still<'_> {
    fn size(&self) -> (u32, u32) {
        match self.size {
            Size::Small => (SMALL[0], SMALL[0] + SMALL[1]),
            Size::Large => (LARGE[0] + LARGE[1] + LARGE[2], LARGE[0] + LARGE[3]),
        }
    }

    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B> {
        let [low, high] = self.frame.square;
        match self.size {
            Size::Small => {
                let [side, text] = SMALL.map(|points| (points * UNIT) as i32);
                let style = ink::anchored(Ink::Text, HPos::Left);
                let step = crate::output::grouped(self.step);
                area.draw_text(&format!("step {step}"), &style, (0, text / 2))?;
                let share =
                    |point: [f64; 2], axis: usize| (point[axis] - low[axis]) / (high[axis] - low[axis]);
                let along = |share: f64| (share * f64::from(side)).round() as i32;
                let place = |point| (along(share(point, 0)), text + side - along(share(point, 1)));
                self.on(area, place, RADIUS[0])?;
                let border = [(0, text), (side - 1, text + side - 1)];
                area.draw(&Rectangle::new(border, Ink::Border.color()))
            }
            Size::Large => {
                let axes = [0, 1].map(|axis| Axis::numbers([low[axis], high[axis]], 5));
                let chart = framed(area, LARGE[1], axes)?;
                let place = |[x, y]: [f64; 2]| chart.backend_coord(&(x, y));
                self.on(area, place, RADIUS[1])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square whose left half is sure, and the other undecided but for one cell.
    fn frame() -> PlaneFrame {
        let across = 4;
        let output = |cell: usize| match (cell % across, cell / across) {
            (0 | 1, _) => 50.0,
            (3, 3) => -50.0,
            _ => 0.0,
        };
        let surface = (0..across * across).map(output).collect();
        PlaneFrame { square: [[0.0; 2], [1.0; 2]], points: vec![[0.5; 2], [2.0, 0.0]], across, surface }
    }

    #[test]
    fn equal_cells_are_one_block() {
        let (frame, shade) = (frame(), Shade::Probability(Objective::NonSaturating));
        let still = Still { step: 1, frame: &frame, shade, contours: &[], size: Size::Small };
        let found: Vec<_> =
            still.blocks().into_iter().map(|block| (block.from, block.to, block.level)).collect();
        assert_eq!(found, [([0, 0], [2, 4], 10), ([3, 3], [4, 4], -10)]);
        assert_eq!(still.inside(), (vec![[0.5; 2]], 1));
    }

    #[test]
    fn outputs_that_are_no_probabilities_are_told_by_their_distance_from_the_middle() {
        let shade = Shade::Output { middle: 2.0, most: 4.0 };
        assert_eq!([2.0, 4.0, -2.0, 99.0].map(|output| shade.of(output)), [0.0, 0.5, -1.0, 1.0]);
    }
}
