//! Lines of equal density, by marching squares.

use std::collections::BTreeMap;

use gausswork::data::density::Exact;
use gausswork::learner::Square;
use gausswork::noise::Noise;
use rayon::prelude::*;

/// A line; closed where its ends are the same point.
pub(super) type Line = Vec<(f64, f64)>;

/// Shares of the mass that contours hold.
pub(super) const SHARES: [f64; 3] = [0.5, 0.9, 0.99];
/// Draws by which the levels of these shares are found.
const DRAWS: u64 = 20_000;
/// Squares along each side of the picture: half a point wide.
const SQUARES: usize = 560;
/// How far a line may be off the one that was found, in squares, where nobody is to see it.
pub(super) const FINE: f64 = 0.15;

/// Log-densities, nats, above which [`SHARES`] of the mass lie; one for all where the density is the same everywhere.
pub(super) fn levels(exact: &Exact) -> Vec<f64> {
    let draws = exact.draw(&Noise::new(0), 0..DRAWS);
    let mut logs: Vec<f64> = draws.iter().map(|point| exact.log_prob(point)).collect();
    logs.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| logs.get(((1.0 - share) * logs.len() as f64) as usize).copied();
    let mut levels: Vec<f64> = SHARES.into_iter().filter_map(at).collect();
    levels.dedup();
    levels
}

/// The lines within a square of the plane on which log p is one of `levels`, off by at most `slack` squares.
pub(super) fn contours(exact: &Exact, [low, high]: Square, levels: &[f64], slack: f64) -> Vec<Line> {
    let step = [0, 1].map(|axis| (high[axis] - low[axis]) / SQUARES as f64);
    let across = SQUARES + 1;
    let value = |at: usize| {
        let [i, j] = [at % across, at / across];
        exact.log_prob(&[low[0] + step[0] * i as f64, low[1] + step[1] * j as f64])
    };
    let values: Vec<f64> = (0..across * across).into_par_iter().map(value).collect();
    let place = |(x, y): (f64, f64)| (low[0] + step[0] * x, low[1] + step[1] * y);
    let of_level = |&level: &f64| -> Vec<Line> {
        let field = Field { values: &values, across, level };
        let lines = field.lines().into_iter().map(|line| simplified(&line, slack));
        lines.map(|line| line.into_iter().map(place).collect()).collect()
    };
    levels.iter().flat_map(of_level).collect()
}

/// The lines on which values in the middles of `across` × `across` cells of a square, from the lower left one on, are `level`.
pub(super) fn between(values: &[f64], across: usize, [low, high]: Square, level: f64) -> Vec<Line> {
    if across < 2 {
        return Vec::new();
    }
    let step = [0, 1].map(|axis| (high[axis] - low[axis]) / across as f64);
    let place = |(x, y): (f64, f64)| (low[0] + step[0] * (x + 0.5), low[1] + step[1] * (y + 0.5));
    let lines = Field { values, across, level }.lines();
    // The squares of so coarse a grid are wide.
    lines.iter().map(|line| simplified(line, 0.3 * FINE).into_iter().map(place).collect()).collect()
}

/// Values at the corners of squares, row by row, and the level that is looked for.
struct Field<'a> {
    values: &'a [f64],
    across: usize,
    level: f64,
}

/// A side of a square: twice its first corner, and one more where it leads upwards.
type Side = usize;

impl Field<'_> {
    fn above(&self, at: usize) -> bool {
        self.values.get(at).is_some_and(|&value| value >= self.level)
    }

    /// The lines, in corners counted from the first.
    fn lines(&self) -> Vec<Line> {
        let mut next: BTreeMap<Side, [Option<Side>; 2]> = BTreeMap::new();
        let mut join = |a: Side, b: Side| {
            for (from, to) in [(a, b), (b, a)] {
                let ends = next.entry(from).or_default();
                if let Some(free) = ends.iter_mut().find(|end| end.is_none()) {
                    *free = Some(to);
                }
            }
        };
        for j in 0..self.across - 1 {
            for i in 0..self.across - 1 {
                self.cross(j * self.across + i, &mut join);
            }
        }
        let mut lines = Vec::new();
        // Lines that end at the border first, from one of their ends; then those that are closed.
        let open: Vec<Side> =
            next.iter().filter(|(_, ends)| ends[1].is_none()).map(|(&side, _)| side).collect();
        for side in open {
            if next.contains_key(&side) {
                lines.push(self.follow(side, &mut next));
            }
        }
        while let Some(&side) = next.keys().next() {
            let mut line = self.follow(side, &mut next);
            line.extend(line.first().copied());
            lines.push(line);
        }
        lines
    }

    /// Joins the sides that the level crosses in the square above and right of a corner.
    fn cross(&self, corner: usize, join: &mut impl FnMut(Side, Side)) {
        let corners = [corner, corner + 1, corner + self.across + 1, corner + self.across];
        let above = corners.map(|at| self.above(at));
        // Bottom, right, top, left.
        let sides = [2 * corners[0], 2 * corners[1] + 1, 2 * corners[3], 2 * corners[0] + 1];
        let crossed: Vec<Side> =
            (0..4).filter(|&side| above[side] != above[(side + 1) % 4]).map(|side| sides[side]).collect();
        match *crossed.as_slice() {
            [a, b] => join(a, b),
            [bottom, right, top, left] => {
                // Opposite corners are above: what lies between them is told by the mean.
                let mean = corners.iter().filter_map(|&at| self.values.get(at)).sum::<f64>() / 4.0;
                if (mean >= self.level) == above[0] {
                    join(bottom, right);
                    join(top, left);
                } else {
                    join(left, bottom);
                    join(right, top);
                }
            }
            _ => {}
        }
    }

    /// Follows a line from one of its sides, and takes it away.
    fn follow(&self, from: Side, next: &mut BTreeMap<Side, [Option<Side>; 2]>) -> Line {
        let mut line = Vec::new();
        let mut side = Some(from);
        while let Some((at, ends)) = side.and_then(|side| next.remove_entry(&side)) {
            line.push(self.crossing(at));
            side = ends.into_iter().flatten().find(|end| next.contains_key(end));
        }
        line
    }

    /// Where a side is crossed; in its middle where one end has no density at all.
    fn crossing(&self, side: Side) -> (f64, f64) {
        let (first, up) = (side / 2, side % 2 == 1);
        let second = if up { first + self.across } else { first + 1 };
        let value = |at: usize| self.values.get(at).copied().unwrap_or(f64::NEG_INFINITY);
        let share = (self.level - value(first)) / (value(second) - value(first));
        let share = if value(first).is_finite() && value(second).is_finite() { share } else { 0.5 };
        let (x, y) = ((first % self.across) as f64, (first / self.across) as f64);
        if up { (x, y + share) } else { (x + share, y) }
    }
}

/// The line with as few points as keep it within `slack` (Douglas and Peucker 1973).
fn simplified(line: &[(f64, f64)], slack: f64) -> Line {
    let (Some(&first), Some(&last)) = (line.first(), line.last()) else { return Vec::new() };
    let mut kept = vec![first];
    // Stretches that are still to be looked at, the first on top.
    let mut left = vec![(0, line.len() - 1)];
    while let Some((from, to)) = left.pop() {
        let off = |at: usize| distance(line[at], line[from], line[to]);
        let farthest = (from + 1..to).max_by(|&a, &b| off(a).total_cmp(&off(b)));
        match farthest.filter(|&at| off(at) > slack) {
            Some(at) => left.extend([(at, to), (from, at)]),
            None => kept.push(line[to]),
        }
    }
    debug_assert_eq!(kept.last(), Some(&last));
    kept
}

/// The distance of a point from the segment between two others.
fn distance((x, y): (f64, f64), (a, b): (f64, f64), (c, d): (f64, f64)) -> f64 {
    let (along, across) = (c - a, d - b);
    let length = along * along + across * across;
    let share = if length > 0.0 { ((x - a) * along + (y - b) * across) / length } else { 0.0 };
    let share = share.clamp(0.0, 1.0);
    (x - a - share * along).hypot(y - b - share * across)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gausswork::data::density::Density;

    #[test]
    fn the_contours_of_a_normal_are_circles_that_hold_their_share() {
        let exact = "gaussian".parse::<Density>().unwrap().exact();
        let levels = levels(&exact);
        let lines = contours(&exact, exact.bounds(), &levels, FINE);
        assert_eq!(lines.len(), SHARES.len());
        for (line, share) in lines.iter().zip(SHARES) {
            assert_eq!(line.first(), line.last());
            // P(‖x‖ ≤ r) = 1 − exp(−r²/2); of 20,000 draws a share is off by 0.4 %, the line by 0.15 squares of 0.016.
            let radius = (-2.0 * (1.0 - share).ln()).sqrt();
            let slope = radius * (1.0 - share);
            let allowed = 4.0 * (share * (1.0 - share) / DRAWS as f64).sqrt() / slope + 0.01;
            assert!(line.iter().all(|(x, y)| (x.hypot(*y) - radius).abs() < allowed), "{share}");
            assert!(line.len() < 200);
        }
    }

    #[test]
    fn lines_run_between_the_middles_of_cells() {
        // x at the middles of 4 cells across [0, 4] is 0.5, 1.5, 2.5, 3.5.
        let values: Vec<f64> = (0..16).map(|cell| f64::from(cell % 4) + 0.5).collect();
        let lines = between(&values, 4, [[0.0; 2], [4.0; 2]], 2.25);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].iter().all(|(x, _)| (x - 2.25).abs() < 1e-12), "{lines:?}");
        assert!(between(&[], 0, [[0.0; 2], [4.0; 2]], 0.0).is_empty());
    }

    #[test]
    fn every_density_has_lines_and_few_points() {
        for density in Density::ALL {
            let exact = density.exact();
            let lines = contours(&exact, exact.bounds(), &levels(&exact), FINE);
            let points: usize = lines.iter().map(Vec::len).sum();
            assert!(!lines.is_empty() && points < 12_000, "{density}: {points} points");
        }
        let board = Density::Checkerboard.exact();
        assert_eq!(levels(&board).len(), 1);
    }
}
