//! Columns as codes, so that two of them make a contingency table.

use crate::frame::{MISSING, Values};

/// How numbers become codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bins {
    /// Ten bins of equal frequency in the real rows, open at both ends, the same for both samples; missing cells have a
    /// code of their own.
    Shared,
    /// As SDMetrics does it: ten bins of equal width over each sample's own range, the greatest value and missing cells
    /// together behind them. One outlier in one sample moves all its bins; kept to compare with published figures.
    SdMetrics,
}

const BINS: usize = 10;

/// A column as codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// One per row.
    pub codes: Vec<u32>,
    /// Codes are below it.
    pub count: u32,
}

/// Codes of both samples of a column; `levels` is the number of levels of labels.
#[must_use]
pub fn code(real: &Values, synthetic: &Values, levels: usize, bins: Bins) -> [Coded; 2] {
    match (real, synthetic, bins) {
        (Values::Numbers(a), Values::Numbers(b), Bins::Shared) => {
            let edges = quantile_edges(a);
            [shared(a, &edges), shared(b, &edges)]
        }
        (Values::Numbers(a), Values::Numbers(b), Bins::SdMetrics) => [separate(a), separate(b)],
        _ => [real, synthetic].map(|values| labels(values, levels)),
    }
}

fn labels(values: &Values, levels: usize) -> Coded {
    let missing = levels as u32;
    let codes = match values {
        Values::Codes(codes) => codes.iter().map(|&c| if c == MISSING { missing } else { c }).collect(),
        Values::Numbers(values) => vec![missing; values.len()],
    };
    Coded { codes, count: missing + 1 }
}

/// The different ones among the nine inner deciles.
fn quantile_edges(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut edges: Vec<f64> =
        (1..BINS).filter_map(|i| sorted.get(i * sorted.len() / BINS).copied()).collect();
    edges.dedup();
    edges
}

fn shared(values: &[f64], edges: &[f64]) -> Coded {
    let missing = edges.len() as u32 + 1;
    let bin = |&x: &f64| if x.is_nan() { missing } else { edges.partition_point(|&edge| edge <= x) as u32 };
    Coded { codes: values.iter().map(bin).collect(), count: missing + 1 }
}

/// The codes that [`Bins::SdMetrics`] would give without the least, and without the greatest value; none where that leaves
/// the range as it is.
#[must_use]
pub(super) fn without_extremes(values: &Values) -> [Option<Coded>; 2] {
    let Values::Numbers(values) = values else { return [None, None] };
    let [low, high] = range(values);
    // The end without its extreme: the next value, where the extreme is there once.
    let next = |extreme: f64, nearer: fn(f64, f64) -> f64, start: f64| {
        let (mut times, mut next) = (0, start);
        for &x in values {
            if x == extreme {
                times += 1;
            } else if !x.is_nan() {
                next = nearer(next, x);
            }
        }
        (times == 1 && next != start).then_some(next)
    };
    let least = next(low, f64::min, f64::INFINITY);
    let greatest = next(high, f64::max, f64::NEG_INFINITY);
    [least.map(|low| cut(values, low, high)), greatest.map(|high| cut(values, low, high))]
}

fn range(values: &[f64]) -> [f64; 2] {
    let present = values.iter().copied().filter(|value| !value.is_nan());
    present.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)])
}

fn separate(values: &[f64]) -> Coded {
    let [low, high] = range(values);
    cut(values, low, high)
}

fn cut(values: &[f64], low: f64, high: f64) -> Coded {
    // NumPy's edges, to the last bit: a constant has half a unit on either side, no values the unit interval.
    let [low, high] = match low.partial_cmp(&high) {
        Some(std::cmp::Ordering::Less) => [low, high],
        Some(std::cmp::Ordering::Equal) => [low - 0.5, high + 0.5],
        _ => [0.0, 1.0],
    };
    let step = (high - low) / BINS as f64;
    let edges: Vec<f64> = (0..=BINS).map(|i| if i == BINS { high } else { i as f64 * step + low }).collect();
    let last = edges.len() as u32;
    let bin = |&x: &f64| if x.is_nan() { last } else { edges.partition_point(|&edge| edge <= x) as u32 };
    Coded { codes: values.iter().map(bin).collect(), count: last + 1 }
}
