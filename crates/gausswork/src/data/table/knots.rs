//! The map of one bin from values to standard-normal scores: the distribution function of its training rows.
//!
//! Straight lines between quantiles, except where numbers heap up: amounts of 1,000 and 1,500, sums of a few
//! increments. Such a value keeps its own mass within the bin, as a steep stretch of the map as wide as its cell, and a
//! network that learns a smooth density of scores yet draws it as often as the column has it.

use super::numeric::{Run, interpolate};
use crate::layout::Support;
use crate::noise::normal_quantile;

/// Most quantile knots inside one bin, and the fewest training rows between two of them.
const KNOTS_PER_BIN: usize = 16;
const ROWS_PER_KNOT: usize = 8;
/// A value of a grid is a heap when at least this many training rows, and at least this share of all, hold it.
const HEAP_ROWS: u64 = 4;
const HEAP_SHARE: f64 = 1e-4;
/// Rows spread evenly over a bin that has heaps, so that values between them keep a mass.
const ROWS_BETWEEN_HEAPS: f64 = 0.5;

/// Knots and their scores, both ascending, of the bin from `low` to `high` that holds the runs `bin` of `n` rows.
pub(super) fn knots(bin: &[Run], [low, high]: [f64; 2], n: usize, support: Support) -> (Vec<f64>, Vec<f64>) {
    let below = bin[0].below;
    let rows = bin[bin.len() - 1].end() - below;
    let is_heap = |run: &Run| {
        support == Support::Grid && run.count >= HEAP_ROWS && run.count as f64 >= HEAP_SHARE * n as f64
    };
    let (mut heaps, mut rest): (Vec<Run>, Vec<Run>) = bin.iter().copied().partition(|run| is_heap(run));
    count_again(&mut heaps);
    let others = count_again(&mut rest);
    let mut quantiles = (vec![low], vec![0.0]);
    for rank in knot_ranks(others, below == 0, below + rows == n as u64) {
        // The first run that reaches this rank closes the segment.
        let k = rest.partition_point(|run| run.end() < rank);
        if let [left, right, ..] = &rest[k..] {
            quantiles.0.push(match support {
                Support::Grid => right.at - 0.5,
                Support::Continuous => 0.5 * (left.at + right.at),
            });
            quantiles.1.push(right.below as f64);
        }
    }
    quantiles.0.push(high);
    quantiles.1.push(others as f64);

    let spread = if heaps.is_empty() { 0.0 } else { ROWS_BETWEEN_HEAPS };
    let rank_at = |at: f64| {
        let heaped = heaps[..heaps.partition_point(|heap| heap.at < at)].last().map_or(0, Run::end);
        let evenly = spread * (at - low) / (high - low);
        let rank = interpolate(&quantiles.0, &quantiles.1, at) + heaped as f64 + evenly;
        rank * rows as f64 / (rows as f64 + spread)
    };
    let edges = heaps.iter().flat_map(|heap| [heap.at - 0.5, heap.at + 0.5]);
    let mut inner: Vec<f64> = quantiles.0[1..].iter().copied().chain(edges).collect();
    inner.sort_unstable_by(f64::total_cmp);
    let (mut at, mut score) = (vec![low], vec![rank_score(below as f64, n)]);
    let end = rank_score((below + rows) as f64, n);
    for knot in inner {
        let s = rank_score(below as f64 + rank_at(knot), n);
        if knot > at[at.len() - 1] && knot < high && s > score[score.len() - 1] && s < end {
            at.push(knot);
            score.push(s);
        }
    }
    at.push(high);
    score.push(end);
    (at, score)
}

/// Counts the rows below each run anew, among these runs alone; returns all of them.
fn count_again(runs: &mut [Run]) -> u64 {
    runs.iter_mut().fold(0, |below, run| {
        run.below = below;
        run.end()
    })
}

/// Standard-normal score of the point below which `below` of `n` rows lie.
fn rank_score(below: f64, n: usize) -> f64 {
    normal_quantile(below.clamp(0.5, n as f64 - 0.5) / n as f64)
}

/// Ranks among `rows` rows at which to place knots: equal counts, and doubling counts towards an end of the column,
/// so that a heavy tail keeps its shape out to the extreme values.
fn knot_ranks(rows: u64, first: bool, last: bool) -> Vec<u64> {
    let knots = (rows as usize / ROWS_PER_KNOT).clamp(1, KNOTS_PER_BIN) as u64;
    let mut ranks: Vec<u64> = (1..knots).map(|i| i * rows / knots).collect();
    let tail = (0..).map(|power| 1u64 << power).take_while(|&rank| rank < rows / knots);
    for rank in tail {
        if first {
            ranks.push(rank);
        }
        if last {
            ranks.push(rows - rank);
        }
    }
    ranks.sort_unstable();
    ranks.dedup();
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of one bin, which is the whole column.
    fn runs(counts: &[(f64, u64)]) -> (Vec<Run>, usize) {
        let mut runs: Vec<Run> = counts.iter().map(|&(at, count)| Run { at, count, below: 0 }).collect();
        let n = count_again(&mut runs);
        (runs, n as usize)
    }

    /// A score is uniform in its probability, so a cell's mass under the map is a difference of normal ones.
    fn mass(map: &(Vec<f64>, Vec<f64>), at: f64) -> f64 {
        let below = |at: f64| {
            let score = interpolate(&map.0, &map.1, at);
            (0..).map(|i| f64::from(i) * 1e-5).find(|&p| normal_quantile(p.max(1e-9)) >= score).unwrap_or(1.0)
        };
        below(at + 0.5) - below(at - 0.5)
    }

    #[test]
    fn a_heap_keeps_its_mass_and_what_lies_between_keeps_some() {
        let (bin, n) = runs(&[(10.0, 300), (11.0, 1), (17.0, 3), (20.0, 500), (21.0, 4), (40.0, 192)]);
        let map = knots(&bin, [9.5, 40.5], n, Support::Grid);
        for run in bin.iter().filter(|run| run.count >= HEAP_ROWS) {
            let share = run.count as f64 / n as f64;
            // Half a row of a thousand lies elsewhere, four lie across all cells, and p is found to 1e-5.
            assert!((mass(&map, run.at) - share).abs() < 0.0015, "{}: {}", run.at, mass(&map, run.at));
        }
        assert!(map.0.is_sorted_by(|a, b| a < b) && map.1.is_sorted_by(|a, b| a < b));
        for nobody in 22..40 {
            assert!(mass(&map, f64::from(nobody)) > 0.0, "{nobody}");
        }
    }

    #[test]
    fn without_heaps_the_map_is_that_of_the_quantiles() {
        let (bin, n) = runs(&(0..800).map(|i| (f64::from(i * i), 1)).collect::<Vec<_>>());
        let (at, score) = knots(&bin, [-0.5, 638_401.5], n, Support::Grid);
        let middle = at.iter().position(|&at| at == 160_000.0 - 0.5);
        assert_eq!(middle.map(|k| score[k]), Some(rank_score(400.0, n)));
    }
}
