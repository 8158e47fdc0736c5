//! One regression tree, grown level by level on histograms.

use super::binned::MISSING_BIN;
use super::booster::Settings;
use super::histogram::{Histogram, Quantised, Sum, Sums};
use super::part::part;
use super::split::{Search, Split};
use super::training::Training;

/// A node of a complete tree: node `i` has the children `2i + 1` and `2i + 2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    pub(super) feature: u16,
    pub(super) upto: u8,
    /// Added to bins before they are compared: 1 turns the bin of missing cells into the first one.
    pub(super) shift: u8,
}

/// A tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// What the leaf in each place adds, from left to right.
    pub(super) values: Vec<f64>,
    pub(super) depth: usize,
}

/// A node that may still be split.
struct Open {
    node: usize,
    rows: std::ops::Range<usize>,
    sum: Sum,
    histogram: Histogram,
}

/// The margins that a tree is to change: those of one class, of which each row has several.
#[derive(Debug)]
pub(super) struct Margins<'a> {
    pub(super) values: &'a mut [f64],
    pub(super) classes: usize,
    pub(super) class: usize,
}

/// Buffers that one tree leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    rows: Vec<u32>,
    /// The rows of the next level.
    next: Vec<u32>,
    sums: Sums,
    free: Vec<Histogram>,
    search: Search,
}

impl Node {
    /// Whoever arrives goes left.
    pub(super) const LEAF: Self = Self { feature: 0, upto: MISSING_BIN, shift: 0 };

    fn new(split: &Split) -> Self {
        let shift = u8::from(split.missing_left);
        Self { feature: split.feature as u16, upto: split.upto + shift, shift }
    }

    #[inline(always)]
    pub(super) fn goes_left(self, bin: u8) -> bool {
        bin.wrapping_add(self.shift) <= self.upto
    }
}

impl Tree {
    /// Grows a tree, adds its gains to those of the features, and its leaves' values to the margins of the rows.
    pub(super) fn grow(
        data: &Training,
        derivatives: &Quantised,
        settings: &Settings,
        scratch: &mut Scratch,
        gains: &mut [f64],
        margins: &mut Margins<'_>,
    ) -> Self {
        let leaves = 1 << settings.depth;
        let mut tree =
            Self { nodes: vec![Node::LEAF; leaves - 1], values: vec![0.0; leaves], depth: settings.depth };
        let leaf = |sum: Sum| -settings.step * sum[0] / (sum[1] + settings.lambda);
        scratch.rows.clear();
        scratch.rows.extend(0..data.bins.rows as u32);
        scratch.next.resize(data.bins.rows, 0);
        let mut histogram = scratch.free.pop().unwrap_or_default();
        histogram.count(data, &scratch.rows, derivatives, &mut scratch.sums);
        let sum = histogram.total(data, derivatives);
        let mut level = vec![Open { node: 0, rows: 0..data.bins.rows, sum, histogram }];
        for left_depth in (0..settings.depth).rev() {
            let mut next = Vec::new();
            for open in level {
                let found = scratch.search.best(&open.histogram, open.sum, data, derivatives, settings);
                let Some(split) = found else {
                    let value = leaf(open.sum);
                    // The leftmost place below it.
                    tree.values[((open.node + 1) << (left_depth + 1)) - leaves] = value;
                    margins.add(&scratch.rows[open.rows], |_| value);
                    scratch.free.push(open.histogram);
                    continue;
                };
                gains[split.feature] += split.gain;
                let node = Node::new(&split);
                tree.nodes[open.node] = node;
                let sums = [split.left, [0, 1].map(|k| open.sum[k] - split.left[k])];
                if left_depth == 0 {
                    let values = sums.map(leaf);
                    let place = (open.node + 1) * 2 - leaves;
                    tree.values[place..place + 2].copy_from_slice(&values);
                    let bins = data.bins.feature(split.feature);
                    let value = |row: usize| values[usize::from(!node.goes_left(bins[row]))];
                    margins.add(&scratch.rows[open.rows], value);
                    scratch.free.push(open.histogram);
                    continue;
                }
                let (from, to) = (&scratch.rows[open.rows.clone()], &mut scratch.next[open.rows.clone()]);
                let middle = open.rows.start + part(from, to, data.bins.feature(split.feature), node);
                let parts = [open.rows.start..middle, middle..open.rows.end];
                // The smaller child is counted, the other one is the rest.
                let small = usize::from(parts[1].len() < parts[0].len());
                let mut counted = scratch.free.pop().unwrap_or_default();
                let rows = &scratch.next[parts[small].clone()];
                counted.count(data, rows, derivatives, &mut scratch.sums);
                let mut rest = open.histogram;
                rest.subtract(&counted);
                let histograms = if small == 0 { [counted, rest] } else { [rest, counted] };
                for (side, ((rows, sum), histogram)) in
                    parts.into_iter().zip(sums).zip(histograms).enumerate()
                {
                    next.push(Open { node: 2 * open.node + 1 + side, rows, sum, histogram });
                }
            }
            level = next;
            std::mem::swap(&mut scratch.rows, &mut scratch.next);
        }
        tree
    }
}

impl Margins<'_> {
    #[inline(always)]
    fn add(&mut self, rows: &[u32], value: impl Fn(usize) -> f64) {
        for &row in rows {
            self.values[row as usize * self.classes + self.class] += value(row as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::binned::{Binned, Cuts};
    use super::super::histogram::Derivatives;
    use super::*;
    use crate::frame::{Cells, Domain, Frame, Kind};
    use crate::random::{Draws, Purpose};

    const ROWS: usize = 3001;

    /// Numbers with missing cells, and labels of few levels.
    fn table() -> (Domain, Frame) {
        let mut draws = Draws::new(7, Purpose::Split);
        let kinds = [Kind::Number, Kind::Category, Kind::Category, Kind::Number, Kind::Category];
        let cells = kinds.map(|kind| {
            let order = draws.permutation(ROWS);
            match kind {
                Kind::Category => {
                    let codes = order.iter().map(|&x| if x % 11 == 0 { u32::MAX } else { x % 5 }).collect();
                    Cells::Labels { codes, levels: (0..5).map(|level| level.to_string()).collect() }
                }
                _ => Cells::Numbers(
                    order.iter().map(|&x| if x % 7 == 0 { f64::NAN } else { f64::from(x) }).collect(),
                ),
            }
        });
        let names = (0..).zip(kinds).map(|(i, kind): (u32, _)| (i.to_string(), kind)).collect();
        let (domain, mut frames) = Domain::align(names, vec![cells.to_vec()]).unwrap();
        (domain, frames.remove(0))
    }

    fn grown() -> (Training, Quantised, Tree) {
        let (domain, frame) = table();
        let data = Cuts::new(&domain, &[&frame], &[0, 1, 2, 3, 4]).apply(&frame);
        let rows: Vec<u32> = (0..ROWS as u32).collect();
        let training = Training::new(&data, &rows);
        let g = (0..ROWS).map(|i| ((i * 7919) % 201) as f32 / 100.0 - 1.0).collect();
        let h = (0..ROWS).map(|i| ((i * 104_729) % 25) as f32 / 100.0).collect();
        let mut derivatives = Quantised::default();
        derivatives.set(&Derivatives { g, h }, Some([1.0, 0.25]));
        let mut gains = vec![0.0; 5];
        let settings = Settings::default();
        let [mut grown, mut added] = [0, 1].map(|_| vec![0.5; ROWS * 3]);
        let mut margins = Margins { values: &mut grown, classes: 3, class: 1 };
        let mut scratch = Scratch::default();
        let tree = Tree::grow(&training, &derivatives, &settings, &mut scratch, &mut gains, &mut margins);
        tree.add(&training.bins, &mut added, 3, 1);
        assert_eq!(grown, added);
        assert!(gains.iter().all(|&gain| gain > 0.0), "{gains:?}");
        (training, derivatives, tree)
    }

    /// The leaf that a row reaches, step by step.
    fn followed(tree: &Tree, data: &Binned, row: usize) -> usize {
        let mut at = 0;
        while let Some(node) = tree.nodes.get(at) {
            let bin = data.feature(usize::from(node.feature))[row];
            at = 2 * at + 1 + usize::from(!node.goes_left(bin));
        }
        at - tree.nodes.len()
    }

    #[test]
    fn tiles_of_rows_reach_the_leaves_that_rows_do() {
        let (training, _, tree) = grown();
        let mut margins = vec![0.5; ROWS * 3];
        tree.add(&training.bins, &mut margins, 3, 1);
        for row in 0..ROWS {
            let value = tree.values[followed(&tree, &training.bins, row)];
            assert_eq!(margins[3 * row..3 * row + 3], [0.5, 0.5 + value, 0.5]);
        }
    }

    #[test]
    fn leaves_are_those_of_their_rows() {
        let (training, derivatives, tree) = grown();
        let mut of_leaf: Vec<Vec<u32>> = vec![Vec::new(); tree.values.len()];
        for row in 0..ROWS {
            of_leaf[followed(&tree, &training.bins, row)].push(row as u32);
        }
        assert!(of_leaf.iter().filter(|rows| !rows.is_empty()).count() > 20);
        for (rows, value) in of_leaf.iter().zip(&tree.values).filter(|(rows, _)| !rows.is_empty()) {
            let [g, h] = derivatives.sum(rows);
            // Sums by subtraction from the parent's round differently.
            assert!((value + 0.3 * g / (h + 1.0)).abs() < 1e-12, "{value} {g} {h}");
        }
    }

    #[test]
    fn a_split_is_the_best_of_all() {
        let (training, derivatives, _) = grown();
        let rows: Vec<u32> = (0..ROWS as u32).collect();
        let mut histogram = Histogram::default();
        histogram.count(&training, &rows, &derivatives, &mut Sums::default());
        let sum = derivatives.sum(&rows);
        let settings = Settings::default();
        let found = Search::default().best(&histogram, sum, &training, &derivatives, &settings).unwrap();
        let score = |[g, h]: Sum| g * g / (h + settings.lambda);
        let mut best = f64::NEG_INFINITY;
        for feature in 0..5 {
            let bins = training.bins.feature(feature);
            for (upto, shift) in (0..255).flat_map(|upto| [(upto, 0), (upto, 1)]) {
                let node = Node { feature: feature as u16, upto, shift };
                let (left, right): (Vec<u32>, Vec<u32>) =
                    rows.iter().partition(|&&row| node.goes_left(bins[row as usize]));
                if !left.is_empty() && !right.is_empty() {
                    best =
                        best.max(score(derivatives.sum(&left)) + score(derivatives.sum(&right)) - score(sum));
                }
            }
        }
        assert!((found.gain - best).abs() < 1e-12 * best.abs().max(1.0), "{} {best}", found.gain);
    }
}
