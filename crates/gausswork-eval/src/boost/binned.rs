//! Features cut into at most 255 bins, one byte per cell.

use crate::frame::{Domain, Frame, MISSING, Values};

/// The bin of missing cells.
pub(super) const MISSING_BIN: u8 = 255;
/// Bins of present cells.
const MOST_BINS: usize = 255;

/// Where the bins of each feature begin: bin `b` holds values from `cuts[b − 1]` up to below `cuts[b]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Cuts {
    /// The columns that are features.
    pub columns: Vec<usize>,
    cuts: Vec<Vec<f64>>,
}

/// The cells of some rows as bins, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binned {
    /// Rows.
    pub rows: usize,
    /// Features of a row.
    pub features: usize,
    pub(super) bins: Vec<u8>,
}

impl Cuts {
    /// Cuts the features of some frames at quantiles of their cells: every value has a bin of its own where there are
    /// at most 255. Labels are ordered by their level.
    #[must_use]
    pub fn new(domain: &Domain, frames: &[&Frame], columns: &[usize]) -> Self {
        let cut = |&column: &usize| {
            let mut values: Vec<f64> = Vec::new();
            let levels = domain.columns[column].levels.len();
            let mut counts = vec![0_u64; levels];
            for frame in frames {
                match &frame.columns[column] {
                    Values::Numbers(numbers) => values.extend(numbers.iter().filter(|x| !x.is_nan())),
                    Values::Codes(codes) => {
                        for &code in codes.iter().filter(|&&code| code != MISSING) {
                            counts[code as usize] += 1;
                        }
                    }
                }
            }
            values.sort_unstable_by(f64::total_cmp);
            let mut runs: Vec<(f64, u64)> = Vec::new();
            for x in values {
                match runs.last_mut() {
                    Some((value, count)) if *value == x => *count += 1,
                    _ => runs.push((x, 1)),
                }
            }
            let labels = counts.iter().enumerate().filter(|&(_, &count)| count > 0);
            runs.extend(labels.map(|(code, &count)| (code as f64, count)));
            quantiles(&runs)
        };
        Self { columns: columns.to_vec(), cuts: columns.iter().map(cut).collect() }
    }

    /// The bins of a frame's rows.
    #[must_use]
    pub fn apply(&self, frame: &Frame) -> Binned {
        let features = self.columns.len();
        let mut bins = vec![0; frame.rows * features];
        for (feature, (&column, cuts)) in self.columns.iter().zip(&self.cuts).enumerate() {
            let bin =
                |x: f64| if x.is_nan() { MISSING_BIN } else { cuts.partition_point(|&cut| cut <= x) as u8 };
            let out = bins.iter_mut().skip(feature).step_by(features);
            match &frame.columns[column] {
                Values::Numbers(values) => out.zip(values).for_each(|(out, &x)| *out = bin(x)),
                Values::Codes(codes) => {
                    let of = |&code: &u32| if code == MISSING { MISSING_BIN } else { bin(f64::from(code)) };
                    out.zip(codes).for_each(|(out, code)| *out = of(code));
                }
            }
        }
        Binned { rows: frame.rows, features, bins }
    }
}

/// Lower edges of all bins but the first, from ascending values with their counts.
fn quantiles(runs: &[(f64, u64)]) -> Vec<f64> {
    if runs.len() <= MOST_BINS {
        return runs.iter().skip(1).map(|&(value, _)| value).collect();
    }
    let total: u64 = runs.iter().map(|&(_, count)| count).sum();
    let mut cuts = Vec::with_capacity(MOST_BINS);
    let (mut below, mut wanted) = (0_u64, 1_u64);
    for &(value, count) in runs {
        if below > 0 && below * MOST_BINS as u64 >= wanted * total {
            cuts.push(value);
            wanted = below * MOST_BINS as u64 / total + 1;
        }
        below += count;
    }
    cuts.truncate(MOST_BINS - 1);
    cuts
}

impl Binned {
    /// Rows one after another, of both.
    #[must_use]
    pub fn stacked(&self, other: &Self) -> Self {
        let bins = [self.bins.as_slice(), &other.bins].concat();
        Self { rows: self.rows + other.rows, features: self.features, bins }
    }

    pub(super) fn row(&self, row: usize) -> &[u8] {
        &self.bins[row * self.features..(row + 1) * self.features]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each_and_many_share_evenly() {
        assert_eq!(quantiles(&[(1.0, 5), (2.0, 1), (7.0, 9)]), [2.0, 7.0]);
        let runs: Vec<(f64, u64)> = (0..10_000).map(|i| (f64::from(i), 1)).collect();
        let cuts = quantiles(&runs);
        assert_eq!(cuts.len(), 254);
        assert!(cuts.windows(2).all(|w| (39.0..=40.0).contains(&(w[1] - w[0]))));
    }
}
