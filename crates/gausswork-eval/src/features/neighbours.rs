//! Nearest neighbours and the balls that reach to them, as they are and as they would be without some of the rows.

use super::distances::each;
use super::set::{Features, Number};

/// Groups of rows that are left out in turn; row `i` belongs to group `i mod GROUPS`.
pub(super) const GROUPS: usize = 20;
/// Neighbours that are kept: enough that hardly ever all but a few are of one group.
const KEPT: usize = 16;

/// The nearest rows of a sample, ascending by squared distance.
#[derive(Debug, Clone)]
pub(super) struct Nearest {
    found: [(f64, u32); KEPT],
}

impl Nearest {
    pub(super) fn none() -> Self {
        Self { found: [(f64::INFINITY, u32::MAX); KEPT] }
    }

    pub(super) fn look(&mut self, row: usize, d: f64) {
        if d < self.found[KEPT - 1].0 {
            let at = self.found.partition_point(|&(known, _)| known <= d);
            self.found[at..].rotate_right(1);
            self.found[at] = (d, row as u32);
        }
    }

    /// Of each row in its own sample, itself left out; a duplicate of it counts.
    pub(super) fn in_own<T: Number>(features: &Features<'_, T>) -> Vec<Self> {
        let look = |(own, nearest): &mut (usize, Self), row: usize, d: f64| {
            if row != *own {
                nearest.look(row, d);
            }
        };
        let seen = each(features, features, |row| (row, Self::none()), look);
        seen.into_iter().map(|(_, nearest)| nearest).collect()
    }

    /// The squared distance to the `k`-th, counted from 1, of all rows or of those outside of one group.
    pub(super) fn kth(&self, k: usize, without: Option<usize>) -> f64 {
        let outside = |&&(_, row): &&(f64, u32)| without.is_none_or(|group| row as usize % GROUPS != group);
        // Where nearly all that were kept are of one group, the true one is farther than the last.
        self.found.iter().filter(outside).nth(k - 1).unwrap_or(&self.found[KEPT - 1]).0
    }
}

/// The ball around a row that its `k`-th nearest neighbour lies on.
#[derive(Debug, Clone)]
pub(super) struct Ball {
    /// Its squared radius.
    pub(super) all: f64,
    /// The same if a group of rows were not there.
    pub(super) without: [f64; GROUPS],
    widest: f64,
}

impl Ball {
    pub(super) fn new(nearest: &Nearest, k: usize) -> Self {
        let without = std::array::from_fn(|group| nearest.kth(k, Some(group)));
        Self { all: nearest.kth(k, None), without, widest: without.iter().copied().fold(0.0, f64::max) }
    }
}

/// How many balls of a sample a row is in.
#[derive(Debug, Clone, Default)]
pub(super) struct Balls {
    pub(super) all: u32,
    /// The same if a group of the rows that the balls are around were not there.
    pub(super) without: [u32; GROUPS],
}

impl Balls {
    /// Looks at the ball around `row`, which is `d` away; a ball holds its rim.
    pub(super) fn look(&mut self, ball: &Ball, row: usize, d: f64) {
        if d <= ball.widest {
            self.all += u32::from(d <= ball.all);
            for (group, (count, radius)) in self.without.iter_mut().zip(&ball.without).enumerate() {
                *count += u32::from(row % GROUPS != group && d <= *radius);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Extractor;

    #[test]
    fn neighbours_are_those_of_a_sorted_list_with_and_without_a_group() {
        let values: Vec<f64> = (0..300).map(|i| f64::from(i * 7919 % 503)).collect();
        let features = Features::new(&Extractor::Pixels, 3, &values).unwrap();
        for (row, nearest) in Nearest::in_own(&features).iter().enumerate() {
            for without in [None, Some(3), Some(row % GROUPS)] {
                let others =
                    (0..100).filter(|&i| i != row && without.is_none_or(|group| i % GROUPS != group));
                let squared = |i: usize| -> f64 {
                    features.row(row).zip(features.row(i)).map(|(x, y)| (x - y).powi(2)).sum()
                };
                let mut sorted: Vec<f64> = others.map(squared).collect();
                sorted.sort_by(f64::total_cmp);
                for k in 1..=5 {
                    assert_eq!(nearest.kth(k, without), sorted[k - 1]);
                }
            }
        }
    }

    #[test]
    fn a_row_is_not_its_own_neighbour_but_its_duplicate_is() {
        let features = Features::new(&Extractor::Pixels, 1, &[0.0, 0.0, 1.0, 5.0]).unwrap();
        let first: Vec<f64> = Nearest::in_own(&features).iter().map(|nearest| nearest.kth(1, None)).collect();
        assert_eq!(first, [0.0, 0.0, 1.0, 16.0]);
    }
}
