//! One regression tree, grown level by level on histograms.

use super::binned::{Binned, MISSING_BIN};
use super::booster::Settings;

const BINS: usize = 256;
/// Gains below it are rounding.
const LEAST_GAIN: f64 = 1e-6;

/// First and second derivatives, summed.
type Sum = [f64; 2];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Node {
    Leaf(f64),
    Split { feature: u16, upto: u8, missing_left: bool, left: u32 },
}

/// A tree: its nodes, children side by side behind their parent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    nodes: Vec<Node>,
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
    histogram: Vec<Sum>,
}

/// Buffers that one tree leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    rows: Vec<u32>,
    right: Vec<u32>,
    free: Vec<Vec<Sum>>,
}

fn score(sum: Sum, lambda: f64) -> f64 {
    sum[0] * sum[0] / (sum[1] + lambda)
}

fn minus(a: Sum, b: Sum) -> Sum {
    [a[0] - b[0], a[1] - b[1]]
}

impl Tree {
    /// Grows a tree on `rows`, adds its leaves to their margins, and its gains to those of the features.
    pub(super) fn grow(
        data: &Binned,
        rows: &[u32],
        derivatives: &[[f32; 2]],
        settings: &Settings,
        scratch: &mut Scratch,
        gains: &mut [f64],
        add: &mut dyn FnMut(u32, f64),
    ) -> Self {
        scratch.rows.clear();
        scratch.rows.extend_from_slice(rows);
        let sum = rows.iter().fold([0.0; 2], |sum: Sum, &row| {
            let [g, h] = derivatives[row as usize];
            [sum[0] + f64::from(g), sum[1] + f64::from(h)]
        });
        let mut nodes = vec![Node::Leaf(0.0)];
        let mut histogram = scratch.histogram(data.features);
        count(data, &scratch.rows, derivatives, &mut histogram);
        let mut level = vec![Open { node: 0, rows: 0..rows.len(), sum, histogram }];
        for depth in 0..=settings.depth {
            let mut next = Vec::new();
            for open in level {
                let split = if depth < settings.depth { best(&open, data.features, settings) } else { None };
                let Some(split) = split else {
                    let value = -settings.step * open.sum[0] / (open.sum[1] + settings.lambda);
                    nodes[open.node] = Node::Leaf(value);
                    scratch.rows[open.rows].iter().for_each(|&row| add(row, value));
                    scratch.free.push(open.histogram);
                    continue;
                };
                gains[split.feature] += split.gain;
                let left = nodes.len();
                let (feature, upto, missing_left) = (split.feature as u16, split.upto, split.missing_left);
                nodes[open.node] = Node::Split { feature, upto, missing_left, left: left as u32 };
                nodes.extend([Node::Leaf(0.0); 2]);
                let middle = scratch.part(data, open.rows.clone(), &split);
                let parts = [open.rows.start..middle, middle..open.rows.end];
                let sums = [split.left, minus(open.sum, split.left)];
                if depth + 1 == settings.depth {
                    // Children at full depth are leaves: nothing reads their histograms.
                    scratch.free.push(open.histogram);
                    for (i, (rows, sum)) in parts.into_iter().zip(sums).enumerate() {
                        next.push(Open { node: left + i, rows, sum, histogram: Vec::new() });
                    }
                    continue;
                }
                // The smaller child is counted, the other one is the rest.
                let small = usize::from(parts[1].len() < parts[0].len());
                let mut counted = scratch.histogram(data.features);
                count(data, &scratch.rows[parts[small].clone()], derivatives, &mut counted);
                let mut rest = open.histogram;
                rest.iter_mut().zip(&counted).for_each(|(rest, counted)| *rest = minus(*rest, *counted));
                let histograms = if small == 0 { [counted, rest] } else { [rest, counted] };
                for (i, ((rows, sum), histogram)) in parts.into_iter().zip(sums).zip(histograms).enumerate() {
                    next.push(Open { node: left + i, rows, sum, histogram });
                }
            }
            level = next;
        }
        Self { nodes }
    }

    /// The leaf's value for a row of bins.
    pub(super) fn predict(&self, row: &[u8]) -> f64 {
        let mut at = 0;
        loop {
            match self.nodes[at] {
                Node::Leaf(value) => return value,
                Node::Split { feature, upto, missing_left, left } => {
                    let right = !goes_left(row[feature as usize], upto, missing_left);
                    at = left as usize + usize::from(right);
                }
            }
        }
    }
}

fn goes_left(bin: u8, upto: u8, missing_left: bool) -> bool {
    if bin == MISSING_BIN { missing_left } else { bin <= upto }
}

impl Scratch {
    fn histogram(&mut self, features: usize) -> Vec<Sum> {
        let mut histogram = self.free.pop().unwrap_or_default();
        histogram.clear();
        histogram.resize(features * BINS, [0.0; 2]);
        histogram
    }

    /// Moves the rows that go left before the others, both in their order; where the others begin.
    fn part(&mut self, data: &Binned, range: std::ops::Range<usize>, split: &Split) -> usize {
        self.right.clear();
        let mut end = range.start;
        for i in range.clone() {
            let row = self.rows[i];
            let bin = data.bins[row as usize * data.features + split.feature];
            if goes_left(bin, split.upto, split.missing_left) {
                self.rows[end] = row;
                end += 1;
            } else {
                self.right.push(row);
            }
        }
        self.rows[end..range.end].copy_from_slice(&self.right);
        end
    }
}

/// Adds the derivatives of rows to the bins of their cells.
fn count(data: &Binned, rows: &[u32], derivatives: &[[f32; 2]], histogram: &mut [Sum]) {
    for &row in rows {
        let [g, h] = derivatives[row as usize].map(f64::from);
        let (features, _) = histogram.as_chunks_mut::<BINS>();
        for (feature, &bin) in features.iter_mut().zip(data.row(row as usize)) {
            let sum = &mut feature[usize::from(bin)];
            sum[0] += g;
            sum[1] += h;
        }
    }
}

/// The split of the greatest gain, the first among equals; none where no split gains.
fn best(open: &Open, features: usize, settings: &Settings) -> Option<Split> {
    let root = score(open.sum, settings.lambda);
    let mut best: Option<Split> = None;
    let mut consider = |feature: usize, upto: usize, missing_left: bool, left: Sum| {
        let right = minus(open.sum, left);
        if left[1] < settings.least_weight || right[1] < settings.least_weight {
            return;
        }
        let gain = score(left, settings.lambda) + score(right, settings.lambda) - root;
        if gain > best.map_or(LEAST_GAIN, |best| best.gain) {
            best = Some(Split { gain, feature, upto: upto as u8, missing_left, left });
        }
    };
    for feature in 0..features {
        let bins = &open.histogram[feature * BINS..(feature + 1) * BINS];
        let missing = bins[usize::from(MISSING_BIN)];
        let any_missing = missing[1] > 0.0;
        let mut left = [0.0; 2];
        for (upto, bin) in bins[..usize::from(MISSING_BIN)].iter().enumerate() {
            if bin[1] == 0.0 {
                continue;
            }
            left = [left[0] + bin[0], left[1] + bin[1]];
            consider(feature, upto, false, left);
            if any_missing {
                consider(feature, upto, true, [left[0] + missing[0], left[1] + missing[1]]);
            }
        }
    }
    best
}
