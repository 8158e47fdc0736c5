//! Numbers as a mixture of atoms and bins, with a likelihood in the column's own units.
//!
//! A numeric column is `p(x) = (1 - ε) Σ_k P(k) p(x | k) + ε p_novel(x)`. A code `k` is an *atom*, one
//! exact value (a spike at zero, a capped maximum, each value of a few-valued integer), or a *bin*,
//! an interval on which a density conditional on everything else is learned. A bin carries a
//! monotone piecewise-linear map from values to standard-normal *scores*, with knots at empirical
//! quantiles, so that heavy tails become light ones; its slope is the Jacobian kept in the
//! likelihood. `ε = 1/(n + 2)` is reserved for values that no training row came near.

use serde::{Deserialize, Serialize};

use super::knots::knots;
use super::scale::Scale;
use crate::layout::{Place, Support};
use crate::noise::normal_quantile;

/// How finely the numbers of a column are coded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// A code for each of up to 128 values, 64 bins, atoms from a share of 1/200: what a likelihood makes the most of.
    #[default]
    Fine,
    /// A code for each of up to 24 values, 24 bins, atoms from a share of 1/100: what the relaxed choices of a generator can still
    /// be steered through.
    Coarse,
}

impl Resolution {
    /// A column with at most this many distinct values, each seen often, has one code per value.
    fn few_values(self) -> usize {
        match self {
            Self::Fine => 128,
            Self::Coarse => 24,
        }
    }

    /// A value is an atom when it makes up at least this share of the rows.
    fn atom_share(self) -> f64 {
        match self {
            Self::Fine => 0.005,
            Self::Coarse => 0.01,
        }
    }

    /// Most bins of one column.
    fn most_bins(self) -> usize {
        match self {
            Self::Fine => 64,
            Self::Coarse => 24,
        }
    }
}

/// Fewest training rows that justify one more bin.
const ROWS_PER_BIN: usize = 64;

/// The least or greatest value is a rare end when fewer training rows than this hold it.
const END_ROWS: u64 = 3;
/// Fewest rows among which one may be given a rare end.
const FEWEST_ROWS_PER_END: u64 = 20;

/// One code of a numeric column, in ascending order of value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum NumericCode {
    /// One exact value.
    Atom {
        /// Position of the value on the column's [`Scale`].
        at: f64,
        /// Standard-normal score of its mid-rank.
        score: f64,
    },
    /// An interval.
    Bin {
        /// Knots on the column's scale, ascending; first and last are the bin's ends.
        at: Vec<f64>,
        /// Their scores, ascending.
        score: Vec<f64>,
    },
}

/// The codec of one numeric column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumericCodec {
    /// From values to positions and back.
    pub scale: Scale,
    /// The codes, ascending.
    pub codes: Vec<NumericCode>,
    /// Training rows per code, in the order of `codes`.
    pub counts: Vec<u64>,
    /// Least and greatest position that the column may take.
    pub range: (f64, f64),
    /// Training rows that hold them.
    pub ends: (u64, u64),
}

/// A value in terms of its column's codes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Encoded {
    /// The code.
    pub code: u16,
    /// Score; an atom's own where the code is an atom.
    pub score: f32,
    /// Cell width or Jacobian on the score axis, see [`crate::layout::Features::cells`]; 0 for an atom.
    pub cell: f32,
    /// The log-likelihood, in nats, of a value that the codec and not the model accounts for: a rare end, or a value
    /// that no code covers (the code is then the nearest).
    pub fixed: Option<f32>,
}

impl NumericCodec {
    /// Learns the codes from the positions of the training values.
    ///
    /// `positions` need not be sorted and must be finite and not empty; `range` is that of all rows,
    /// held-out ones included: what a column may hold is a fact about the column, not about a split.
    pub fn fit(scale: Scale, mut positions: Vec<f64>, range: (f64, f64), resolution: Resolution) -> Self {
        positions.sort_unstable_by(f64::total_cmp);
        let runs = runs(&positions);
        let n = positions.len();
        let few = runs.len() <= resolution.few_values() && n >= 4 * runs.len();
        let frequent = (resolution.atom_share() * n as f64).ceil().max(4.0) as u64;
        let is_atom = |run: &Run| few || run.count >= frequent;
        let rest: u64 = runs.iter().filter(|run| !is_atom(run)).map(|run| run.count).sum();
        let bins = (rest as usize / ROWS_PER_BIN).clamp(1, resolution.most_bins());
        let target = (rest as f64 / bins as f64).ceil() as u64;

        let count_of = |at: f64| runs.iter().find(|run| run.at == at).map_or(0, |run| run.count);
        let ends = (count_of(range.0), count_of(range.1));
        let mut codec = Self { scale, codes: Vec::new(), counts: Vec::new(), range, ends };
        let mut start = 0;
        while start < runs.len() {
            if is_atom(&runs[start]) {
                codec.push(atom(&runs[start], n), runs[start].count);
                start += 1;
                continue;
            }
            let mut end = start;
            let mut count = 0;
            while end < runs.len() && !is_atom(&runs[end]) && count < target {
                count += runs[end].count;
                end += 1;
            }
            codec.push(codec.bin(&runs, start, end, n, is_atom), count);
            start = end;
        }
        codec
    }

    fn push(&mut self, code: NumericCode, count: u64) {
        self.codes.push(code);
        self.counts.push(count);
    }

    /// The bin over `runs[start..end]`, with its knots.
    fn bin(
        &self,
        runs: &[Run],
        start: usize,
        end: usize,
        n: usize,
        is_atom: impl Fn(&Run) -> bool,
    ) -> NumericCode {
        // Where a bin ends: half a cell beyond the last value on a grid, half-way to the neighbour on a line.
        let between = |left: &Run, right: &Run| match (self.scale.support(), is_atom(left), is_atom(right)) {
            (Support::Grid, false, false) | (Support::Grid, true, _) => right.at - 0.5,
            (Support::Grid, false, true) => left.at + 0.5,
            (Support::Continuous, true, _) => left.at,
            (Support::Continuous, _, true) => right.at,
            (Support::Continuous, false, false) => 0.5 * (left.at + right.at),
        };
        let half = match self.scale.support() {
            Support::Grid => 0.5,
            Support::Continuous => 0.0,
        };
        let low = if start == 0 { self.range.0 - half } else { between(&runs[start - 1], &runs[start]) };
        let high = if end == runs.len() { self.range.1 + half } else { between(&runs[end - 1], &runs[end]) };
        let (at, score) = knots(&runs[start..end], [low, high], n, self.scale.support());
        NumericCode::Bin { at, score }
    }

    /// Checks that a codec read from a file is one that [`NumericCodec::fit`] could have made.
    pub(super) fn check(&self) -> Result<(), String> {
        let ascending = |values: &[f64]| {
            values.iter().all(|v| v.is_finite()) && values.len() >= 2 && values.is_sorted_by(|a, b| a < b)
        };
        let sound = |code: &NumericCode| match code {
            NumericCode::Atom { at, score } => at.is_finite() && score.is_finite(),
            NumericCode::Bin { at, score } => at.len() == score.len() && ascending(at) && ascending(score),
        };
        let (codes, counts) = (self.codes.len(), self.counts.len());
        if codes == 0 || codes != counts || codes >= usize::from(u16::MAX) || !self.codes.iter().all(sound) {
            return Err("its atoms and bins are inconsistent".to_owned());
        }
        let range = self.range.0.is_finite() && self.range.1.is_finite() && self.range.0 <= self.range.1;
        if !range || !self.scale.is_sound() {
            return Err("its range or scale is inconsistent".to_owned());
        }
        Ok(())
    }

    /// The ends of the column that one or two training rows hold, as code, score and the number of rows
    /// among which one has it.
    pub fn rare_ends(&self) -> Vec<(u16, f32, u64)> {
        let rows: u64 = self.counts.iter().sum();
        let end = |count: u64, at: f64| {
            let encoded = self.encode_known(at)?;
            is_rare(count, rows).then(|| (encoded.code, encoded.score, rows / count))
        };
        let (low, high) = self.range;
        [end(self.ends.0, low), end(self.ends.1, high)].into_iter().flatten().collect()
    }

    /// Probability that a rare end has for itself, whatever the rest of the row.
    fn share_of_end(&self, at: f64) -> Option<f64> {
        let count = if at == self.range.0 {
            self.ends.0
        } else if at == self.range.1 {
            self.ends.1
        } else {
            return None;
        };
        let rows: u64 = self.counts.iter().sum();
        is_rare(count, rows).then(|| count as f64 / rows as f64)
    }

    /// Log-likelihood factor, in nats, of everything that is neither novel nor a rare end: `log(1 - ε - δ)`.
    pub fn log_known(&self) -> f32 {
        let ends = [self.range.0, self.range.1].map(|at| self.share_of_end(at).unwrap_or(0.0));
        (-self.novelty() - ends[0] - ends[1]).ln_1p() as f32
    }

    fn novelty(&self) -> f64 {
        1.0 / (self.counts.iter().sum::<u64>() as f64 + 2.0)
    }

    /// Encodes a position.
    pub fn encode(&self, at: f64) -> Encoded {
        let encoded = self.encode_known(at).unwrap_or_else(|| self.encode_novel(at));
        match self.share_of_end(at) {
            Some(share) => Encoded { fixed: Some(share.ln() as f32), ..encoded },
            None => encoded,
        }
    }

    /// Encodes a position that some code covers.
    fn encode_known(&self, at: f64) -> Option<Encoded> {
        let half = match self.scale.support() {
            Support::Grid => 0.5,
            Support::Continuous => 0.0,
        };
        // The first code whose upper end is not below the value.
        let k = self.codes.partition_point(|code| match code {
            NumericCode::Atom { at: atom, .. } => *atom < at,
            NumericCode::Bin { at: knots, .. } => knots[knots.len() - 1] < at + half,
        });
        if let Some(code) = self.codes.get(k) {
            match code {
                NumericCode::Atom { at: atom, score } if *atom == at => {
                    return Some(Encoded { code: k as u16, score: *score as f32, cell: 0.0, fixed: None });
                }
                NumericCode::Bin { at: knots, score } if knots[0] <= at - half => {
                    let value = interpolate(knots, score, at);
                    let cell = match self.scale.support() {
                        Support::Grid => {
                            interpolate(knots, score, at + 0.5) - interpolate(knots, score, at - 0.5)
                        }
                        Support::Continuous => slope(knots, score, at),
                    };
                    return Some(Encoded {
                        code: k as u16,
                        score: value as f32,
                        cell: cell as f32,
                        fixed: None,
                    });
                }
                _ => {}
            }
            // On a line an atom's value may also be the end of the bin before it; the atom comes first there.
            if let Some(NumericCode::Atom { at: atom, score }) = self.codes.get(k + 1)
                && *atom == at
            {
                return Some(Encoded { code: k as u16 + 1, score: *score as f32, cell: 0.0, fixed: None });
            }
        }
        None
    }

    /// Encodes a position that no code covers, as the nearest that one does.
    fn encode_novel(&self, at: f64) -> Encoded {
        let nearest = self.nearest(at);
        let code = &self.codes[nearest];
        let (score, cell) = match code {
            NumericCode::Atom { score, .. } => (*score, 0.0),
            NumericCode::Bin { at: knots, score } => {
                let inside = at.clamp(knots[0], knots[knots.len() - 1]);
                (interpolate(knots, score, inside), slope(knots, score, inside))
            }
        };
        Encoded {
            code: nearest as u16,
            score: score as f32,
            cell: cell as f32,
            fixed: Some(self.log_novel(at) as f32),
        }
    }

    fn nearest(&self, at: f64) -> usize {
        let distance = |code: &NumericCode| match code {
            NumericCode::Atom { at: atom, .. } => (atom - at).abs(),
            NumericCode::Bin { at: knots, .. } => (knots[0] - at).max(at - knots[knots.len() - 1]).max(0.0),
        };
        (0..self.codes.len())
            .min_by(|&a, &b| distance(&self.codes[a]).total_cmp(&distance(&self.codes[b])))
            .unwrap_or(0)
    }

    /// `log ε + log p_novel(x)`: half uniform over the range, half two-sided exponential tails beyond it,
    /// as long as the range itself.
    fn log_novel(&self, at: f64) -> f64 {
        let length = match self.scale.support() {
            Support::Grid => self.range.1 - self.range.0 + 1.0,
            Support::Continuous => (self.range.1 - self.range.0).max(f64::MIN_POSITIVE),
        };
        let beyond = (self.range.0 - at).max(at - self.range.1).max(0.0);
        let log_shape = if beyond == 0.0 { 0.5_f64.ln() } else { 0.25_f64.ln() - beyond / length };
        self.novelty().ln() + log_shape - length.ln()
    }

    /// The position that a code and a score stand for: always one that the column may hold.
    pub fn decode(&self, code: usize, score: f64) -> f64 {
        match &self.codes[code.min(self.codes.len() - 1)] {
            NumericCode::Atom { at, .. } => *at,
            NumericCode::Bin { at, score: scores } => {
                let position = interpolate(scores, at, score.clamp(scores[0], scores[scores.len() - 1]));
                match self.scale.support() {
                    Support::Grid => {
                        position.round().clamp((at[0] + 0.5).ceil(), (at[at.len() - 1] - 0.5).floor())
                    }
                    Support::Continuous => position.clamp(self.range.0, self.range.1),
                }
            }
        }
    }

    /// Where each code puts a value on the score axis.
    pub fn places(&self) -> Vec<Place> {
        self.codes
            .iter()
            .map(|code| match code {
                NumericCode::Atom { score, .. } => Place::Point(*score as f32),
                NumericCode::Bin { score, .. } => {
                    Place::Interval(score[0] as f32, score[score.len() - 1] as f32)
                }
            })
            .collect()
    }

    /// Whether any code is a bin.
    pub fn has_bins(&self) -> bool {
        self.codes.iter().any(|code| matches!(code, NumericCode::Bin { .. }))
    }
}

/// Whether so few of the training rows hold an end that it is drawn by rote. A share of a half or more is no rarity,
/// and would leave the rest of the column nothing.
fn is_rare(count: u64, rows: u64) -> bool {
    count > 0 && count < END_ROWS && rows / count >= FEWEST_ROWS_PER_END
}

/// Equal values: how many, and how many rows lie below.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub at: f64,
    pub count: u64,
    pub below: u64,
}

impl Run {
    /// Rows below the next one.
    pub(super) fn end(&self) -> u64 {
        self.below + self.count
    }
}

fn runs(sorted: &[f64]) -> Vec<Run> {
    let mut below = 0;
    sorted
        .chunk_by(|a, b| a == b)
        .map(|equal| {
            let run = Run { at: equal[0], count: equal.len() as u64, below };
            below += run.count;
            run
        })
        .collect()
}

fn atom(run: &Run, n: usize) -> NumericCode {
    let rank = (run.below as f64 + 0.5 * run.count as f64) / n as f64;
    NumericCode::Atom { at: run.at, score: normal_quantile(rank) }
}

/// Linear interpolation of `ys` over ascending `xs`; constant beyond the ends.
pub(super) fn interpolate(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    let k = xs.partition_point(|&knot| knot <= x).clamp(1, xs.len() - 1);
    let t = ((x - xs[k - 1]) / (xs[k] - xs[k - 1])).clamp(0.0, 1.0);
    ys[k - 1] + t * (ys[k] - ys[k - 1])
}

fn slope(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    let k = xs.partition_point(|&knot| knot <= x).clamp(1, xs.len() - 1);
    (ys[k] - ys[k - 1]) / (xs[k] - xs[k - 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integers(values: &[i64]) -> NumericCodec {
        let at: Vec<f64> = values.iter().map(|&v| v as f64).collect();
        let range = at.iter().fold((f64::MAX, f64::MIN), |(lo, hi), &v| (lo.min(v), hi.max(v)));
        NumericCodec::fit(Scale::Integer { origin: 0, step: 1 }, at, range, Resolution::Fine)
    }

    /// Zero-inflated, heavy-tailed, capped: 40 % zeros, a cap at 99,999.
    fn awkward() -> Vec<i64> {
        (0..5000i64)
            .map(|i| match i % 10 {
                0..4 => 0,
                4 => 99_999,
                _ => ((i * i * 31) % 7919) * ((i * 17) % 13 + 1) % 99_999 + 1,
            })
            .collect()
    }

    #[test]
    fn every_training_value_round_trips_through_its_code() {
        let values = awkward();
        let codec = integers(&values);
        for &v in &values {
            let encoded = codec.encode(v as f64);
            assert_eq!(encoded.fixed, None, "{v}");
            assert_eq!(codec.decode(encoded.code as usize, f64::from(encoded.score)), v as f64);
        }
    }

    #[test]
    fn spikes_are_atoms_and_no_bin_contains_one() {
        let codec = integers(&awkward());
        for spike in [0.0, 99_999.0] {
            let code = codec.encode(spike).code as usize;
            assert!(matches!(codec.codes[code], NumericCode::Atom { .. }));
        }
        let mut last = f64::NEG_INFINITY;
        for code in &codec.codes {
            let (low, high) = match code {
                NumericCode::Atom { at, .. } => (*at, *at),
                NumericCode::Bin { at, .. } => (at[0], at[at.len() - 1]),
            };
            assert!(low >= last && high >= low);
            last = high;
        }
    }

    /// The cells of a bin partition its interval of scores: their widths sum to its length.
    #[test]
    fn cells_of_a_bin_sum_to_its_interval() {
        let codec = integers(&awkward());
        for (k, code) in codec.codes.iter().enumerate() {
            let NumericCode::Bin { at, score } = code else { continue };
            let (first, last) = ((at[0] + 0.5) as i64, (at[at.len() - 1] - 0.5) as i64);
            let sum: f64 = (first..=last)
                .map(|v| codec.encode(v as f64))
                .inspect(|encoded| assert_eq!(encoded.code as usize, k))
                .map(|encoded| f64::from(encoded.cell))
                .sum();
            let length = score[score.len() - 1] - score[0];
            // Each f32 cell is rounded by at most 2^-24 of itself.
            assert!((sum - length).abs() <= length * 6e-8 + 1e-12, "bin {k}: {sum} against {length}");
        }
    }

    #[test]
    fn a_continuous_column_has_the_slope_as_jacobian() {
        let values: Vec<f64> =
            (1..4000).map(|i| (f64::from(i) * 0.7310).sin().exp() * f64::from(i)).collect();
        let range = values.iter().fold((f64::MAX, f64::MIN), |(lo, hi), &v| (lo.min(v), hi.max(v)));
        let codec = NumericCodec::fit(Scale::Continuous, values.clone(), range, Resolution::Fine);
        let inside = |v: &&f64| **v != range.0 && **v != range.1;
        for &v in values.iter().filter(inside).step_by(37) {
            let (encoded, moved) = (codec.encode(v), codec.encode(v + 1e-7 * v));
            assert_eq!(encoded.fixed, None);
            let back = codec.decode(encoded.code as usize, f64::from(encoded.score));
            // The score is rounded to f32: |score| ≤ 4.2, so by 2.4e-7, divided by the slope.
            assert!((back - v).abs() <= 2.4e-7 / f64::from(encoded.cell) + 1e-9 * v.abs());
            assert!(encoded.cell > 0.0 && moved.cell > 0.0);
        }
    }

    #[test]
    fn the_ends_of_a_column_have_a_share_of_their_own() {
        let values: Vec<i64> = (0..2000).map(|i| (i * i) % 977 + 1).chain([-5, 5000, 5000]).collect();
        let codec = integers(&values);
        let n = values.len() as f32;
        assert_eq!(codec.encode(-5.0).fixed, Some((1.0 / n).ln()));
        assert_eq!(codec.encode(5000.0).fixed, Some((2.0 / n).ln()));
        let every: Vec<u64> = codec.rare_ends().iter().map(|end| end.2).collect();
        assert_eq!(every, [2003, 1001]);
        for (code, score, _) in codec.rare_ends() {
            let value = codec.decode(usize::from(code), f64::from(score));
            assert!(value == -5.0 || value == 5000.0, "{value}");
        }
        // What the model is left with: 1 - ε - δ.
        let left = 1.0 - 1.0 / f64::from(n + 2.0) - 3.0 / f64::from(n);
        assert!((f64::from(codec.log_known()) - left.ln()).abs() < 1e-7);
    }

    #[test]
    fn values_never_seen_have_a_small_but_finite_likelihood() {
        let codec = integers(&[1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9]);
        for v in [3.0, -100.0, 1e9] {
            let log_prob = codec.encode(v).fixed;
            assert!(log_prob.is_some_and(|p| p.is_finite() && p < -3.0), "{v}: {log_prob:?}");
        }
    }
}
