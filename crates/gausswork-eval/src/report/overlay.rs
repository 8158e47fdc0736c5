//! What a picture of a column needs: real and synthetic cells on one axis.

use serde::Serialize;

use crate::column::{Sorted, counts};
use crate::frame::{Column, Kind, Values};

/// Bins of a histogram.
const BINS: usize = 40;
/// Points of a distribution function.
const POINTS: usize = 120;
/// Bars that are drawn; further levels are one bar.
const BARS: usize = 12;
/// Where one bin holds more, a distribution function shows more than a histogram.
const CROWDED: f64 = 0.5;

/// Real and synthetic cells on one axis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "picture")]
pub enum Overlay {
    /// Shares of the present cells in bins of equal width; what lies outside is in the outer bins.
    Histogram {
        /// One more than bins.
        edges: Vec<f64>,
        /// Of the real rows.
        real: Vec<f64>,
        /// Of each synthetic set.
        synthetic: Vec<Vec<f64>>,
        /// The share of real cells outside the edges.
        outside: f64,
    },
    /// Points `(x, share of cells at most x)` of step functions, on an axis of ranks: `x` are quantiles of all cells.
    Distribution {
        /// Ascending.
        x: Vec<f64>,
        /// Of the real rows.
        real: Vec<f64>,
        /// Of each synthetic set.
        synthetic: Vec<Vec<f64>>,
    },
    /// Shares of levels, missing among them, the most frequent first.
    Bars {
        /// The levels; the last may stand for all others.
        labels: Vec<String>,
        /// Of the real rows.
        real: Vec<f64>,
        /// Of each synthetic set.
        synthetic: Vec<Vec<f64>>,
    },
    /// There is nothing to draw.
    Empty,
}

impl Overlay {
    /// The picture of a column.
    #[must_use]
    pub fn new(column: &Column, real: &Values, synthetic: &[&Values]) -> Self {
        match real {
            Values::Codes(codes) => bars(column, codes, synthetic),
            Values::Numbers(values) => {
                let others: Vec<Sorted> = synthetic
                    .iter()
                    .filter_map(|values| match values {
                        Values::Numbers(values) => Some(Sorted::new(values)),
                        Values::Codes(_) => None,
                    })
                    .collect();
                numbers(column.kind, &Sorted::new(values), &others)
            }
        }
    }
}

fn numbers(kind: Kind, real: &Sorted, others: &[Sorted]) -> Overlay {
    let n = real.values.len();
    if n == 0 {
        return Overlay::Empty;
    }
    // The middle 99.8 % of the real cells: a single outlier would flatten everything else.
    let (low, high) = (real.values[n / 1000], real.values[n - 1 - n / 1000]);
    let whole = kind == Kind::Number && real.values.iter().all(|x| x.fract() == 0.0);
    let (edges, crowded) = if high > low {
        let edges = edges(low, high, whole);
        let crowded = shares(real, &edges).into_iter().fold(0.0, f64::max) > CROWDED && edges.len() > 4;
        (edges, crowded)
    } else {
        (Vec::new(), true)
    };
    if crowded {
        let mut x: Vec<f64> = others.iter().chain([real]).flat_map(quantiles).collect();
        x.sort_unstable_by(f64::total_cmp);
        x.dedup();
        let of = |sorted: &Sorted| x.iter().map(|&x| sorted.distribution(x)).collect::<Vec<_>>();
        return Overlay::Distribution { real: of(real), synthetic: others.iter().map(of).collect(), x };
    }
    let outside = real.values.iter().filter(|&&x| x < edges[0] || x > edges[edges.len() - 1]).count();
    Overlay::Histogram {
        real: shares(real, &edges),
        synthetic: others.iter().map(|sorted| shares(sorted, &edges)).collect(),
        outside: outside as f64 / n as f64,
        edges,
    }
}

/// Edges of bins of equal width; between whole numbers where all cells are, so that each bin holds as many.
fn edges(low: f64, high: f64, whole: bool) -> Vec<f64> {
    if whole && high - low < 1e15 {
        let width = ((high - low + 1.0) / BINS as f64).ceil().max(1.0);
        let bins = ((high - low + 1.0) / width).ceil() as usize;
        return (0..=bins).map(|i| low - 0.5 + i as f64 * width).collect();
    }
    (0..=BINS).map(|i| low + (high - low) * i as f64 / BINS as f64).collect()
}

fn shares(sorted: &Sorted, edges: &[f64]) -> Vec<f64> {
    let total = sorted.values.len().max(1) as f64;
    let inner = &edges[1..edges.len() - 1];
    let below = inner.iter().map(|&edge| sorted.values.partition_point(|&x| x < edge));
    let mut upto: Vec<usize> = below.collect();
    upto.push(sorted.values.len());
    let mut before = 0;
    upto.into_iter().map(|at| (at - std::mem::replace(&mut before, at)) as f64 / total).collect()
}

fn quantiles(sorted: &Sorted) -> Vec<f64> {
    let n = sorted.values.len();
    if n == 0 { Vec::new() } else { (0..=POINTS).map(|i| sorted.values[i * (n - 1) / POINTS]).collect() }
}

fn bars(column: &Column, real: &[u32], synthetic: &[&Values]) -> Overlay {
    let levels = column.levels.len();
    let share = |codes: &[u32]| -> Vec<f64> {
        let counts = counts(codes, levels);
        let missing = codes.len() as u64 - counts.iter().sum::<u64>();
        counts.into_iter().chain([missing]).map(|count| count as f64 / codes.len().max(1) as f64).collect()
    };
    let real = share(real);
    let others: Vec<Vec<f64>> = synthetic
        .iter()
        .filter_map(|values| match values {
            Values::Codes(codes) => Some(share(codes)),
            Values::Numbers(_) => None,
        })
        .collect();
    let weight = |level: usize| others.iter().fold(real[level], |most, share| most.max(share[level]));
    let mut order: Vec<usize> = (0..=levels).filter(|&level| weight(level) > 0.0).collect();
    if order.is_empty() {
        return Overlay::Empty;
    }
    order.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    let shown = if order.len() > BARS { BARS - 1 } else { order.len() };
    let (shown, rest) = order.split_at(shown);
    let name = |&level: &usize| column.levels.get(level).cloned().unwrap_or_else(|| "(missing)".to_owned());
    let mut labels: Vec<String> = shown.iter().map(name).collect();
    if !rest.is_empty() {
        labels.push(format!("{} others", rest.len()));
    }
    let of = |share: &Vec<f64>| {
        let mut out: Vec<f64> = shown.iter().map(|&level| share[level]).collect();
        if !rest.is_empty() {
            out.push(rest.iter().map(|&level| share[level]).sum());
        }
        out
    };
    Overlay::Bars { labels, real: of(&real), synthetic: others.iter().map(of).collect() }
}
