//! Columns as codes, so that two of them make a contingency table.

use multiversion::multiversion;

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
/// Values whose bins are counted at once.
const CHUNK: usize = 512;

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
    let mut present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if present.is_empty() {
        return Vec::new();
    }
    let count = present.len();
    // From the greatest: what is below one edge holds the next.
    let mut below = &mut present[..];
    let mut edges: Vec<f64> = Vec::with_capacity(BINS);
    for place in (1..BINS).rev().map(|i| i * count / BINS) {
        if place < below.len() {
            edges.push(*below.select_nth_unstable_by(place, f64::total_cmp).1);
            below = &mut below[..place];
        } else {
            // Two edges in the same place, where values are few.
            edges.extend(edges.last().copied());
        }
    }
    edges.reverse();
    edges.dedup();
    edges
}

fn shared(values: &[f64], edges: &[f64]) -> Coded {
    let missing = edges.len() as u32 + 1;
    Coded { codes: places(values, edges, missing), count: missing + 1 }
}

/// For each value how many edges are no greater; `missing` for NaN.
fn places(values: &[f64], edges: &[f64], missing: u32) -> Vec<u32> {
    let mut out = vec![0; values.len()];
    count_edges(values, edges, missing, &mut out);
    out
}

#[multiversion(targets = "simd")]
fn count_edges(values: &[f64], edges: &[f64], missing: u32, out: &mut [u32]) {
    // A pass per edge over a few values at a time: few edges, and no guess of where a value lies.
    for (values, out) in values.chunks(CHUNK).zip(out.chunks_mut(CHUNK)) {
        for &edge in edges {
            out.iter_mut().zip(values).for_each(|(out, &x)| *out += u32::from(edge <= x));
        }
        out.iter_mut().zip(values).for_each(|(out, x)| *out = if x.is_nan() { missing } else { *out });
    }
}

/// Ends that more rows share are as good as sure to be in another sample too: it lacks them once in e⁸, 3,000 times.
const MOST_TIMES: i32 = 8;

/// The codes that [`Bins::SdMetrics`] would give without the least, and without the greatest value, each with the weight of its
/// squared effect in the variance; none where another sample would hardly lack that value.
///
/// The jackknife leaves out a row, and sees nothing where `m > 1` rows share an extreme. But another sample has about
/// Poisson(m) of them, and lacks it with probability `p = e^−m`; whether it does has variance `p (1 − p)`. The weight is that
/// variance in units of the one at `m = 1`, where the jackknife is kept.
#[must_use]
pub(super) fn without_extremes(values: &Values) -> [Option<(Coded, f64)>; 2] {
    let Values::Numbers(values) = values else { return [None, None] };
    let [low, high] = range(values);
    let lacking = |times: i32| (-f64::from(times)).exp() * (1.0 - (-f64::from(times)).exp());
    // The end without its extreme: the next value.
    let next = |extreme: f64, nearer: fn(f64, f64) -> f64, start: f64| {
        let (mut times, mut next) = (0, start);
        for &x in values {
            if x == extreme {
                times += 1;
            } else if !x.is_nan() {
                next = nearer(next, x);
            }
        }
        ((1..=MOST_TIMES).contains(&times) && next != start).then(|| (next, lacking(times) / lacking(1)))
    };
    let least = next(low, f64::min, f64::INFINITY);
    let greatest = next(high, f64::max, f64::NEG_INFINITY);
    [
        least.map(|(low, weight)| (cut(values, low, high), weight)),
        greatest.map(|(high, weight)| (cut(values, low, high), weight)),
    ]
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
    Coded { codes: places(values, &edges, last), count: last + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_and_codes_are_those_of_sorted_values() {
        for rows in [1, 3, 12, 1000] {
            let values: Vec<f64> = (0..rows)
                .map(|i| if i % 17 == 5 { f64::NAN } else { f64::from((i * 7919) % 101 % 40) })
                .collect();
            let mut sorted: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let mut expected: Vec<f64> = (1..BINS).map(|i| sorted[i * sorted.len() / BINS]).collect();
            expected.dedup();
            let edges = quantile_edges(&values);
            assert_eq!(edges, expected);
            for (x, code) in values.iter().zip(shared(&values, &edges).codes) {
                let place =
                    if x.is_nan() { edges.len() + 1 } else { edges.partition_point(|edge| edge <= x) };
                assert_eq!(code as usize, place);
            }
        }
        assert!(quantile_edges(&[f64::NAN]).is_empty());
    }
}
