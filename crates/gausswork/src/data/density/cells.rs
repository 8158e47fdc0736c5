//! Cells of the plane that are small where a density is, with its exact mass in each.
//!
//! A square about the density is cut into quarters, and those again, while a quarter holds more mass than it may, or holds
//! some and is wide beside the standard deviation of its normals: within a cell the density is nearly even, and
//! the empty plane between modes has cells of its own. What lies outside the square is one more cell.

use std::f64::consts::FRAC_1_SQRT_2;

use super::Exact;
use super::shape::Parts;

/// Standard deviations about the outermost normals that the square takes in; beyond lies 1e-22 of the mass.
const ROOM: f64 = 10.0;
/// A cell with less mass than this is not cut again for being wide.
const LEAST: f64 = 1e-6;
/// The most standard deviations that a cell with mass is wide.
const WIDE: f64 = 0.75;
/// The most mass of a cell, whatever the sample.
const MOST: f64 = 1.0 / 64.0;
/// And the least that this may come to.
const FINEST: f64 = 1.0 / 4096.0;
/// Points of the sample that a cell may be expected to hold.
const POINTS: f64 = 64.0;
/// Cuts in a row, at most.
const DEPTH: usize = 32;

/// Cells of the plane, and the mass that a density has in each.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    corner: [f64; 2],
    side: f64,
    nodes: Vec<Node>,
    /// The mass of each cell; the last is all that lies outside the square.
    masses: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    /// The place of the first of its quarters.
    Cut(usize),
    /// The place of its cell.
    Cell(usize),
}

impl Cells {
    /// Cells for so many points: each is expected to hold at most 64 of them, but no cell has less than 1/4096 of the mass
    /// because of that.
    #[must_use]
    pub fn new(exact: &Exact, points: usize) -> Self {
        let [low, high] = exact.parts.rectangle(ROOM);
        let side = (high[0] - low[0]).max(high[1] - low[1]);
        let corner = [0, 1].map(|axis| 0.5 * (low[axis] + high[axis] - side));
        let mut cells = Self { corner, side, nodes: vec![Node::Cell(0)], masses: Vec::new() };
        let most = (POINTS / points.max(1) as f64).clamp(FINEST, MOST);
        let wide = match &exact.parts {
            Parts::Normals { sd, .. } => WIDE * sd,
            Parts::Squares { .. } => f64::INFINITY,
        };
        let all: Vec<usize> = (0..exact.parts.len()).collect();
        cells.cut(0, (corner, side), &all, &exact.parts, [most, wide], DEPTH);
        let inside: f64 = cells.masses.iter().sum();
        cells.masses.push((1.0 - inside).max(0.0));
        cells
    }

    /// Makes a node a cell, or cuts it; `near` are the parts that may have mass in it.
    fn cut(
        &mut self,
        node: usize,
        (corner, side): ([f64; 2], f64),
        near: &[usize],
        parts: &Parts,
        [most, wide]: [f64; 2],
        depth: usize,
    ) {
        let near: Vec<usize> =
            near.iter().copied().filter(|&part| reaches(parts, part, corner, side)).collect();
        let mass = near.iter().map(|&part| mass(parts, part, corner, side)).sum::<f64>() / parts.len() as f64;
        if depth == 0 || !(mass > most || (mass > LEAST && side > wide)) {
            self.nodes[node] = Node::Cell(self.masses.len());
            self.masses.push(mass);
            return;
        }
        let first = self.nodes.len();
        self.nodes[node] = Node::Cut(first);
        self.nodes.extend([Node::Cell(0); 4]);
        let half = 0.5 * side;
        for quarter in 0..4 {
            let [right, up] = [quarter & 1, quarter >> 1].map(|there| half * there as f64);
            let place = ([corner[0] + right, corner[1] + up], half);
            self.cut(first + quarter, place, &near, parts, [most, wide], depth - 1);
        }
    }

    /// The mass of each cell; together they are 1.
    #[must_use]
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// The cell of a point in the coordinates of the frame; the last where it lies outside or is not finite.
    fn find(&self, u: [f64; 2]) -> usize {
        let outside = self.masses.len() - 1;
        let mut share = [0, 1].map(|axis| (u[axis] - self.corner[axis]) / self.side);
        if !share.iter().all(|share| (0.0..1.0).contains(share)) {
            return outside;
        }
        let mut node = 0;
        loop {
            match self.nodes.get(node) {
                None => return outside,
                Some(Node::Cell(cell)) => return *cell,
                Some(Node::Cut(first)) => {
                    share = share.map(|share| 2.0 * share);
                    let quarter = share.map(|share| usize::from(share >= 1.0));
                    share = share.map(|share| if share >= 1.0 { share - 1.0 } else { share });
                    node = first + quarter[0] + 2 * quarter[1];
                }
            }
        }
    }

    /// How many points each cell holds.
    #[must_use]
    pub fn counts(&self, exact: &Exact, points: &[[f64; 2]]) -> Vec<u64> {
        let mut counts = vec![0; self.masses.len()];
        for point in points {
            counts[self.find(exact.frame.inside(point))] += 1;
        }
        counts
    }
}

/// Whether a part may have mass in a square: of normals, more than 1e-19.
fn reaches(parts: &Parts, part: usize, corner: [f64; 2], side: f64) -> bool {
    let middle = parts.middle(part);
    let room = match parts {
        Parts::Normals { sd, .. } => 9.0 * sd,
        Parts::Squares { side, .. } => 0.5 * side,
    };
    (0..2).all(|axis| (corner[axis] - room..corner[axis] + side + room).contains(&middle[axis]))
}

/// The mass of a part in a square: of a normal ∏ [Φ(b) − Φ(a)], of a square the share that both have.
fn mass(parts: &Parts, part: usize, corner: [f64; 2], side: f64) -> f64 {
    let middle = parts.middle(part);
    let along = |axis: usize| {
        let ends = [corner[axis] - middle[axis], corner[axis] + side - middle[axis]];
        match parts {
            Parts::Normals { sd, .. } => normal_mass(ends.map(|end| end / sd)),
            Parts::Squares { side, .. } => {
                let half = 0.5 * side;
                ((ends[1].min(half) - ends[0].max(-half)) / side).max(0.0)
            }
        }
    };
    along(0) * along(1)
}

/// Φ(b) − Φ(a).
///
/// *Stability*: on one side of 0 both terms are small tails, ½ erfc(|·|/√2), so that nothing of 1 − … is lost.
fn normal_mass([a, b]: [f64; 2]) -> f64 {
    let [a, b] = [a, b].map(|end| end * FRAC_1_SQRT_2);
    0.5 * if a > 0.0 {
        libm::erfc(a) - libm::erfc(b)
    } else if b < 0.0 {
        libm::erfc(-b) - libm::erfc(-a)
    } else {
        libm::erf(b) - libm::erf(a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masses_of_normals_are_those_of_quadrature() {
        for (ends, tolerance) in
            [([-1.0, 2.0], 1e-9), ([0.5, 0.75], 1e-9), ([-8.0, -7.0], 1e-9), ([6.0, 9.0], 1e-6)]
        {
            let step = (ends[1] - ends[0]) / 20_000.0;
            let at = |i: i32| (-0.5 * (ends[0] + step * (f64::from(i) + 0.5)).powi(2)).exp();
            let wanted = (0..20_000).map(at).sum::<f64>() * step / std::f64::consts::TAU.sqrt();
            // The midpoint rule's relative error is x² h²/24 or less.
            assert!((normal_mass(ends) / wanted - 1.0).abs() < 10.0 * tolerance, "{ends:?}");
        }
    }
}
