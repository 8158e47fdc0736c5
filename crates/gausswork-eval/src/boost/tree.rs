//! One regression tree, grown level by level on histograms.

use super::binned::{Binned, MISSING_BIN};
use super::booster::Settings;
use super::histogram::{Histogram, Quantised, Sum};

/// Gains below it are rounding.
const LEAST_GAIN: f64 = 1e-6;

/// A node: a split, or a leaf, whose split sends every row back to itself.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Node {
    feature: u16,
    upto: u8,
    missing_left: bool,
    /// The left child; the right one stands behind it.
    left: u32,
}

/// A tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// What the leaf in each place adds.
    values: Vec<f64>,
    depth: usize,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    upto: u8,
    missing_left: bool,
    left: Sum,
}

/// A node that may still be split.
struct Open {
    node: usize,
    rows: std::ops::Range<usize>,
    sum: Sum,
    histogram: Histogram,
}

/// Buffers that one tree leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    rows: Vec<u32>,
    right: Vec<u32>,
    free: Vec<Histogram>,
}

fn score(sum: Sum, lambda: f64) -> f64 {
    sum[0] * sum[0] / (sum[1] + lambda)
}

fn minus(a: Sum, b: Sum) -> Sum {
    [a[0] - b[0], a[1] - b[1]]
}

impl Node {
    fn leaf(place: usize) -> Self {
        // Every bin is at most 255 and a missing cell goes left: whoever arrives stays.
        Self { feature: 0, upto: MISSING_BIN, missing_left: true, left: place as u32 }
    }

    fn goes_left(&self, bin: u8) -> bool {
        (bin <= self.upto) & (bin != MISSING_BIN) | (bin == MISSING_BIN) & self.missing_left
    }
}

impl Tree {
    /// Grows a tree on `rows`, adds its leaves to their margins, and its gains to those of the features.
    pub(super) fn grow(
        data: &Binned,
        rows: &[u32],
        derivatives: &Quantised,
        settings: &Settings,
        scratch: &mut Scratch,
        gains: &mut [f64],
        add: &mut dyn FnMut(&[u32], f64),
    ) -> Self {
        scratch.rows.clear();
        scratch.rows.extend_from_slice(rows);
        let (mut nodes, mut values) = (vec![Node::leaf(0)], vec![0.0]);
        let mut histogram = scratch.histogram(data);
        histogram.count(data, &scratch.rows, derivatives);
        let sum = derivatives.sum(rows);
        let mut level = vec![Open { node: 0, rows: 0..rows.len(), sum, histogram }];
        for depth in 0..=settings.depth {
            let mut next = Vec::new();
            for open in level {
                let split =
                    if depth < settings.depth { best(&open, data, derivatives, settings) } else { None };
                let Some(split) = split else {
                    let value = -settings.step * open.sum[0] / (open.sum[1] + settings.lambda);
                    values[open.node] = value;
                    add(&scratch.rows[open.rows], value);
                    scratch.keep(open.histogram);
                    continue;
                };
                gains[split.feature] += split.gain;
                let left = nodes.len();
                let node = Node {
                    feature: split.feature as u16,
                    upto: split.upto,
                    missing_left: split.missing_left,
                    left: left as u32,
                };
                nodes[open.node] = node;
                nodes.extend([Node::leaf(left), Node::leaf(left + 1)]);
                values.extend([0.0; 2]);
                let middle = scratch.part(data, open.rows.clone(), &node);
                let parts = [open.rows.start..middle, middle..open.rows.end];
                let sums = [split.left, minus(open.sum, split.left)];
                // Children at full depth are leaves: nothing reads their histograms.
                let histograms = if depth + 1 == settings.depth {
                    scratch.keep(open.histogram);
                    [Histogram::default(), Histogram::default()]
                } else {
                    // The smaller child is counted, the other one is the rest.
                    let small = usize::from(parts[1].len() < parts[0].len());
                    let mut counted = scratch.histogram(data);
                    counted.count(data, &scratch.rows[parts[small].clone()], derivatives);
                    let mut rest = open.histogram;
                    rest.subtract(&counted);
                    if small == 0 { [counted, rest] } else { [rest, counted] }
                };
                for (i, ((rows, sum), histogram)) in parts.into_iter().zip(sums).zip(histograms).enumerate() {
                    next.push(Open { node: left + i, rows, sum, histogram });
                }
            }
            level = next;
        }
        Self { nodes, values, depth: settings.depth }
    }

    /// The leaves' values for rows of bins, side by side: each row's way is a chain of loads, and several chains hide what each
    /// waits for. As many steps for every row: a branch on where it went would be guessed wrong half of the time.
    pub(super) fn predict<const N: usize>(&self, rows: [&[u8]; N]) -> [f64; N] {
        let mut at = [0; N];
        for _ in 0..self.depth {
            for (at, row) in at.iter_mut().zip(rows) {
                let node = &self.nodes[*at];
                *at = node.left as usize + usize::from(!node.goes_left(row[usize::from(node.feature)]));
            }
        }
        at.map(|at| self.values[at])
    }
}

impl Scratch {
    fn histogram(&mut self, data: &Binned) -> Histogram {
        let mut histogram = self.free.pop().unwrap_or_default();
        histogram.clear(data);
        histogram
    }

    /// Keeps a buffer for later; a node at full depth has none.
    fn keep(&mut self, histogram: Histogram) {
        if !histogram.is_unused() {
            self.free.push(histogram);
        }
    }

    /// Moves the rows that go left before the others, both in their order; where the others begin.
    fn part(&mut self, data: &Binned, range: std::ops::Range<usize>, node: &Node) -> usize {
        self.right.resize(range.len().max(self.right.len()), 0);
        let bins = data.feature(usize::from(node.feature));
        let (mut end, mut right) = (range.start, 0);
        for i in range.clone() {
            let row = self.rows[i];
            let left = node.goes_left(bins[row as usize]);
            // Both are written and one counts, so that nothing has to be guessed.
            self.rows[end] = row;
            self.right[right] = row;
            end += usize::from(left);
            right += usize::from(!left);
        }
        self.rows[end..range.end].copy_from_slice(&self.right[..right]);
        end
    }
}

/// The split of the greatest gain, the first among equals; none where no split gains.
fn best(open: &Open, data: &Binned, derivatives: &Quantised, settings: &Settings) -> Option<Split> {
    let root = score(open.sum, settings.lambda);
    let mut best: Option<Split> = None;
    // What the scores of both sides must exceed in sum. They are compared as fractions: dividing would take most of the time.
    let mut bar = root + LEAST_GAIN;
    let mut consider = |feature: usize, upto: usize, missing_left: bool, left: Sum| {
        let right = minus(open.sum, left);
        let (a, b) = (left[1] + settings.lambda, right[1] + settings.lambda);
        let (numerator, denominator) = (left[0] * left[0] * b + right[0] * right[0] * a, a * b);
        if numerator > bar * denominator
            && left[1] >= settings.least_weight
            && right[1] >= settings.least_weight
        {
            bar = numerator / denominator;
            best = Some(Split { gain: bar - root, feature, upto: upto as u8, missing_left, left });
        }
    };
    for feature in 0..data.features {
        let (bins, missing) = open.histogram.feature(data, feature);
        let mut left = Histogram::EMPTY;
        for (upto, &bin) in bins.iter().enumerate() {
            if bin == Histogram::EMPTY {
                continue;
            }
            left += bin;
            consider(feature, upto, false, derivatives.restored(left));
            if missing != Histogram::EMPTY {
                consider(feature, upto, true, derivatives.restored(left + missing));
            }
        }
    }
    best
}
