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

/// Rows that are looked at side by side; columns are padded to whole tiles.
pub(super) const TILE: usize = 256;

/// The cells of some rows as bins, column by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binned {
    /// Rows.
    pub rows: usize,
    /// Features of a row.
    pub features: usize,
    bins: Vec<u8>,
    /// Bins of present cells of each feature.
    pub(super) sizes: Vec<u32>,
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
        let mut binned =
            Binned::zero(frame.rows, self.cuts.iter().map(|cuts| cuts.len() as u32 + 1).collect());
        for (feature, (&column, cuts)) in self.columns.iter().zip(&self.cuts).enumerate() {
            let bin = |x: f64| cuts.partition_point(|&cut| cut <= x) as u8;
            let out = binned.feature_mut(feature).iter_mut();
            match &frame.columns[column] {
                Values::Numbers(values) => {
                    let of = |x: f64| if x.is_nan() { MISSING_BIN } else { bin(x) };
                    out.zip(values).for_each(|(out, &x)| *out = of(x));
                }
                Values::Codes(codes) => {
                    let of = |code: u32| if code == MISSING { MISSING_BIN } else { bin(f64::from(code)) };
                    out.zip(codes).for_each(|(out, &code)| *out = of(code));
                }
            }
        }
        binned
    }
}

/// Lower edges of all bins but the first, from ascending values with their counts.
fn quantiles(runs: &[(f64, u64)]) -> Vec<f64> {
    if runs.len() <= MOST_BINS {
        return runs.iter().skip(1).map(|&(value, _)| value).collect();
    }
    // The least and the greatest value have bins of their own, so that a heap of zeros takes none from the rest: the others
    // are cut where their quantiles are.
    let inner = &runs[1..runs.len() - 1];
    let total: u64 = inner.iter().map(|&(_, count)| count).sum();
    let bins = MOST_BINS as u64 - 2;
    let mut cuts = vec![inner[0].0, runs[runs.len() - 1].0];
    let mut heaps = Vec::new();
    let (mut upto, mut wanted) = (inner[0].1, 1_u64);
    for pair in inner.windows(2) {
        let (value, count) = pair[1];
        if pair[0].1 * bins >= total {
            heaps.push((pair[0].1, value));
        }
        upto += count;
        if upto * bins > wanted * total {
            cuts.push(value);
            wanted = (upto * bins).div_ceil(total);
        }
    }
    cuts.truncate(MOST_BINS - 1);
    // The bins that are left set the greatest heaps apart from what follows them.
    heaps.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let known = cuts.clone();
    let apart = heaps.into_iter().map(|(_, next)| next).filter(|next| !known.contains(next));
    cuts.extend(apart.take(MOST_BINS - 1 - known.len()));
    cuts.sort_unstable_by(f64::total_cmp);
    cuts
}

impl Binned {
    fn zero(rows: usize, sizes: Vec<u32>) -> Self {
        let features = sizes.len();
        Self { rows, features, bins: vec![0; rows.next_multiple_of(TILE) * features], sizes }
    }

    #[cfg(test)]
    pub(super) fn of(columns: &[Vec<u8>], sizes: &[u32]) -> Self {
        let mut binned = Self::zero(columns[0].len(), sizes.to_vec());
        for (feature, bins) in columns.iter().enumerate() {
            binned.feature_mut(feature).copy_from_slice(bins);
        }
        binned
    }

    /// Some rows.
    #[must_use]
    pub fn take(&self, rows: &[u32]) -> Self {
        let mut taken = Self::zero(rows.len(), self.sizes.clone());
        for feature in 0..self.features {
            let bins = self.feature(feature);
            taken.feature_mut(feature).iter_mut().zip(rows).for_each(|(out, &row)| *out = bins[row as usize]);
        }
        taken
    }

    /// Rows one after another, of both.
    #[must_use]
    pub fn stacked(&self, other: &Self) -> Self {
        let mut both = Self::zero(self.rows + other.rows, self.sizes.clone());
        for feature in 0..self.features {
            let (first, second) = both.feature_mut(feature).split_at_mut(self.rows);
            first.copy_from_slice(self.feature(feature));
            second.copy_from_slice(other.feature(feature));
        }
        both
    }

    fn stride(&self) -> usize {
        self.rows.next_multiple_of(TILE)
    }

    fn feature_mut(&mut self, feature: usize) -> &mut [u8] {
        let start = feature * self.stride();
        &mut self.bins[start..start + self.rows]
    }

    pub(super) fn feature(&self, feature: usize) -> &[u8] {
        let start = feature * self.stride();
        &self.bins[start..start + self.rows]
    }

    /// A feature's bins in whole tiles; what the last one holds beyond the rows means nothing.
    pub(super) fn tiles(&self, feature: usize) -> &[[u8; TILE]] {
        let start = feature * self.stride();
        self.bins[start..start + self.stride()].as_chunks().0
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
        // A heap among them has a bin of its own.
        let mut heaped = runs.clone();
        heaped[5000].1 = 3000;
        let cuts_of_heap = quantiles(&heaped);
        assert!(
            cuts_of_heap.contains(&5000.0) && cuts_of_heap.contains(&5001.0) && cuts_of_heap.len() <= 254
        );
        assert!(cuts.windows(2).skip(1).take(250).all(|w| (39.0..=40.0).contains(&(w[1] - w[0]))));
    }
}
