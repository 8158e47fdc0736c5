//! Names as codes: one simplex for a few levels, two digits for many.
//!
//! A column of `K` levels in sorted order is one simplex while `K` is small. Beyond that it is written
//! with two digits, `level = group · size + member`, `size = ⌈√K⌉`, and `p(level) = p(group) p(member | group)`:
//! 100,000 levels cost two simplexes of 317 codes. Sorted neighbours share a group, which suits
//! codes whose prefix means something (postcodes, accounts, classifications).

use serde::{Deserialize, Serialize};

use crate::layout::{IMPOSSIBLE, Order, Simplex, Span};

/// Most levels of a single simplex.
const ONE_DIGIT: usize = 256;

/// The codec of one categorical column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategoryCodec {
    /// The levels, sorted.
    pub levels: Vec<String>,
    /// Training rows per level.
    pub counts: Vec<u64>,
    /// Training rows in which the value is missing; `None` where it never is.
    pub missing: Option<u64>,
}

impl CategoryCodec {
    /// Number of digits: 1 or 2.
    pub fn digits(&self) -> usize {
        if self.levels.len() <= ONE_DIGIT { 1 } else { 2 }
    }

    /// Members per group of a two-digit column.
    fn size(&self) -> usize {
        (self.levels.len() as f64).sqrt().ceil() as usize
    }

    /// The digits of a level, or of "missing".
    pub fn encode(&self, level: Option<usize>) -> (u16, Option<u16>) {
        match (self.digits(), level) {
            (1, Some(level)) => (level as u16, None),
            (1, None) => (self.levels.len() as u16, None),
            (_, Some(level)) => ((level / self.size()) as u16, Some((level % self.size()) as u16)),
            (_, None) => (self.levels.len().div_ceil(self.size()) as u16, Some(self.size() as u16)),
        }
    }

    /// The level that digits stand for; `None` for "missing".
    pub fn decode(&self, first: u16, second: Option<u16>) -> Option<usize> {
        let level = match second {
            None => first as usize,
            Some(member) if (member as usize) < self.size() => first as usize * self.size() + member as usize,
            Some(_) => self.levels.len(),
        };
        (level < self.levels.len()).then_some(level)
    }

    /// The spans of this column, the first at position `at` of the layout.
    pub fn spans(&self, column: usize, at: usize) -> Vec<Span> {
        let mut weights: Vec<f64> = self.counts.iter().map(|&count| count as f64 + 0.5).collect();
        if self.digits() == 1 {
            weights.extend(self.missing.map(|count| count as f64 + 0.5));
            let base = log_shares(&weights);
            return vec![simplex(column, base.len(), base, None)];
        }
        let size = self.size();
        let mut groups: Vec<f64> = weights.chunks(size).map(|group| group.iter().sum()).collect();
        let mut base = Vec::new();
        for group in weights.chunks(size) {
            base.extend(log_shares(group));
            base.resize(base.len() + size - group.len(), IMPOSSIBLE);
            // The last code says "missing", and is certain exactly where the group says so.
            base.extend(self.missing.map(|_| IMPOSSIBLE));
        }
        if let Some(count) = self.missing {
            groups.push(count as f64 + 0.5);
            base.resize(base.len() + size, IMPOSSIBLE);
            base.push(0.0);
        }
        let members = size + usize::from(self.missing.is_some());
        vec![
            simplex(column, groups.len(), log_shares(&groups), None),
            simplex(column, members, base, Some(at)),
        ]
    }
}

fn simplex(column: usize, levels: usize, base: Vec<f32>, given: Option<usize>) -> Span {
    Span::Simplex(Simplex { column, levels, order: Order::Nominal, base, given })
}

/// Logarithms of weights scaled to sum to one.
pub(super) fn log_shares(weights: &[f64]) -> Vec<f32> {
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| (weight / total).ln() as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codec(levels: usize, missing: Option<u64>) -> CategoryCodec {
        CategoryCodec {
            levels: (0..levels).map(|i| format!("{i:06}")).collect(),
            counts: (0..levels as u64).map(|i| i % 7).collect(),
            missing,
        }
    }

    #[test]
    fn every_level_and_missing_round_trip() {
        for (levels, missing) in [(1, None), (256, Some(3)), (257, None), (1000, Some(3)), (60_001, Some(1))]
        {
            let codec = codec(levels, missing);
            let all = (0..levels).map(Some).chain(missing.map(|_| None));
            for level in all {
                let (first, second) = codec.encode(level);
                assert_eq!(codec.decode(first, second), level);
            }
        }
    }

    /// The base measure alone is a distribution over levels: the smoothed training shares.
    #[test]
    fn base_measures_sum_to_one() {
        for (levels, missing) in [(5, None), (5, Some(2)), (1000, None), (1000, Some(9))] {
            let codec = codec(levels, missing);
            for span in codec.spans(0, 0) {
                let Span::Simplex(simplex) = span else { panic!("a category has simplexes only") };
                for row in simplex.base.chunks(simplex.levels) {
                    let sum: f64 = row.iter().map(|&l| f64::from(l).exp()).sum();
                    // One f32 rounding per entry.
                    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
                }
            }
        }
    }

    #[test]
    fn a_hundred_thousand_levels_stay_small() {
        let codec = codec(100_000, None);
        let spans = codec.spans(0, 0);
        let levels: usize = spans.iter().map(|s| if let Span::Simplex(s) = s { s.levels } else { 0 }).sum();
        assert_eq!(spans.len(), 2);
        assert!(levels <= 2 * 317);
    }
}
