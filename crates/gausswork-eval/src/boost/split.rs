//! The best split of a node, found on its histogram.

use multiversion::multiversion;

use super::booster::Settings;
use super::histogram::{Histogram, Quantised, Sum};
use super::training::Training;

/// Gains below it are rounding.
const LEAST_GAIN: f64 = 1e-6;
/// Slots that are looked at side by side.
const LANES: usize = 8;

/// Rows up to a bin go left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    pub(super) gain: f64,
    pub(super) feature: usize,
    pub(super) upto: u8,
    pub(super) missing_left: bool,
    pub(super) left: Sum,
}

/// Buffers that one search leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Search {
    left: Vec<i64>,
    scores: Vec<f64>,
}

/// What both sides of a split are held to.
#[derive(Clone, Copy)]
struct Terms<'a> {
    derivatives: &'a Quantised,
    sum: Sum,
    lambda: f64,
    least_weight: f64,
}

fn minus(a: Sum, b: Sum) -> Sum {
    [a[0] - b[0], a[1] - b[1]]
}

impl Terms<'_> {
    /// The sum of both sides' scores, `g²/(h + λ)`; −∞ where a side is too light.
    #[inline(always)]
    fn score(&self, left: i64) -> f64 {
        let left = self.derivatives.restored(left);
        let right = minus(self.sum, left);
        let (a, b) = (left[1] + self.lambda, right[1] + self.lambda);
        let score = (left[0] * left[0] * b + right[0] * right[0] * a) / (a * b);
        let enough = (left[1] >= self.least_weight) & (right[1] >= self.least_weight);
        if enough { score } else { f64::NEG_INFINITY }
    }

    /// The scores of all sums, and the greatest.
    #[inline(always)]
    fn scores(&self, left: &[i64], out: &mut [f64]) -> f64 {
        out.iter_mut().zip(left).for_each(|(out, &left)| *out = self.score(left));
        let (groups, rest) = out.as_chunks::<LANES>();
        let mut greatest = [f64::NEG_INFINITY; LANES];
        for group in groups {
            greatest
                .iter_mut()
                .zip(group)
                .for_each(|(most, &score)| *most = if score > *most { score } else { *most });
        }
        greatest[0] = rest.iter().copied().fold(greatest[0], f64::max);
        greatest.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
}

impl Search {
    /// The split of the greatest gain; none where no split gains. Among equals the first feature's, with missing cells to the
    /// right, at the lowest bin.
    pub(super) fn best(
        &mut self,
        histogram: &Histogram,
        sum: Sum,
        data: &Training,
        derivatives: &Quantised,
        settings: &Settings,
    ) -> Option<Split> {
        if sum[1] < 2.0 * settings.least_weight {
            return None;
        }
        let terms = Terms { derivatives, sum, lambda: settings.lambda, least_weight: settings.least_weight };
        search(self, histogram, &terms, data)
    }
}

#[multiversion(targets = "simd")]
fn search(of: &mut Search, histogram: &Histogram, terms: &Terms<'_>, data: &Training) -> Option<Split> {
    let root = terms.sum[0] * terms.sum[0] / (terms.sum[1] + terms.lambda);
    let mut bar = root + LEAST_GAIN;
    let mut found = None;
    // The sums up to each bin of all features first, so that their scores are one long loop. A feature's last slot, of its
    // missing cells, stays empty, and so is no split.
    of.left.clear();
    of.left.resize(data.slots(), Histogram::EMPTY);
    of.scores.resize(of.left.len(), 0.0);
    for feature in 0..data.bins.features {
        let (bins, _) = histogram.feature(data, feature);
        let mut sum = Histogram::EMPTY;
        for (left, word) in of.left[data.slots_of(feature)].iter_mut().zip(bins) {
            sum += word;
            *left = sum;
        }
    }
    let greatest = terms.scores(&of.left, &mut of.scores);
    if greatest > bar {
        bar = greatest;
        found =
            of.scores.iter().position(|&score| score == greatest).map(|slot| (slot, false, of.left[slot]));
    }
    for feature in 0..data.bins.features {
        let (bins, missing) = histogram.feature(data, feature);
        if missing == Histogram::EMPTY {
            continue;
        }
        let start = data.slots_of(feature).start;
        let range = start..start + bins.len();
        let (left, scores) = (&mut of.left[range.clone()], &mut of.scores[range]);
        left.iter_mut().for_each(|left| *left += missing);
        let greatest = terms.scores(left, scores);
        if greatest > bar {
            bar = greatest;
            found =
                scores.iter().position(|&score| score == greatest).map(|bin| (start + bin, true, left[bin]));
        }
    }
    let (slot, missing_left, left) = found?;
    let feature = data.feature_of(slot);
    let upto = (slot - data.slots_of(feature).start) as u8;
    let left = terms.derivatives.restored(left);
    Some(Split { gain: bar - root, feature, upto, missing_left, left })
}
