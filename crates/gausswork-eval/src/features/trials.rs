//! Samples whose distribution is known, many times over, and what their scores should then say of themselves.

use rand::RngExt as _;
use rand_distr::StandardNormal;
use rayon::prelude::*;

use super::{Extractor, FeatureError, FeatureScore, Features, Pair};
use crate::random::{Draws, Purpose};

/// Rows of independent normal features with a mean and a standard deviation for each.
pub(super) fn normal(draws: &mut Draws, rows: usize, of: &[[f64; 2]]) -> Vec<f64> {
    let of_rows = of.iter().cycle().take(rows * of.len());
    of_rows.map(|[mean, spread]| mean + spread * draws.rng.sample::<f64, _>(StandardNormal)).collect()
}

/// The scores of a pair of rows of `width` numbers.
pub(super) fn scores(
    width: usize,
    [real, synthetic]: [&[f64]; 2],
    of: impl Fn(&Pair<'_, f64>) -> Result<Vec<FeatureScore>, FeatureError>,
) -> Vec<FeatureScore> {
    let [real, synthetic] =
        [real, synthetic].map(|rows| Features::new(&Extractor::Pixels, width, rows).unwrap());
    of(&Pair::new(real, synthetic).unwrap()).unwrap()
}

/// A score of many samples.
#[derive(Debug)]
pub(super) struct Trials {
    values: Vec<f64>,
    variances: Vec<f64>,
    intervals: Vec<[f64; 2]>,
}

/// Each of the scores that a seed gives, over the seeds from 0.
pub(super) fn trials(seeds: u64, of: impl Fn(&mut Draws) -> Vec<FeatureScore> + Sync) -> Vec<Trials> {
    let run = |seed| of(&mut Draws::new(seed, Purpose::Neighbours));
    let runs: Vec<Vec<FeatureScore>> = (0..seeds).into_par_iter().map(run).collect();
    let trial = |at: usize| {
        let all = || runs.iter().map(|run| run[at].score());
        Trials {
            values: all().map(|score| score.value).collect(),
            variances: all().map(|score| score.standard_error.unwrap().powi(2)).collect(),
            intervals: all().map(|score| score.interval.unwrap()).collect(),
        }
    };
    (0..runs[0].len()).map(trial).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}

impl Trials {
    /// The mean value.
    pub(super) fn mean(&self) -> f64 {
        mean(&self.values)
    }

    /// The standard error of the mean value, from the values' spread.
    pub(super) fn error_of_mean(&self) -> f64 {
        (variance(&self.values) / self.values.len() as f64).sqrt()
    }

    /// How many standard errors the mean is above `truth`.
    pub(super) fn off(&self, truth: f64) -> f64 {
        (self.mean() - truth) / self.error_of_mean()
    }

    /// The mean of the variances that the scores give themselves by the variance of the values, and the standard error of that.
    pub(super) fn claimed(&self) -> [f64; 2] {
        let (mean_value, spread, trials) = (self.mean(), variance(&self.values), self.values.len() as f64);
        let fourth = self.values.iter().map(|value| (value - mean_value).powi(4)).sum::<f64>() / trials;
        let of_spread = (fourth / spread.powi(2) - 1.0) / trials;
        let claimed = mean(&self.variances);
        let of_claimed = variance(&self.variances) / trials / claimed.powi(2);
        let ratio = claimed / spread;
        [ratio, ratio * (of_spread + of_claimed).sqrt()]
    }

    /// The share of intervals that hold `truth`.
    pub(super) fn covered(&self, truth: f64) -> f64 {
        let holds = |[low, high]: &&[f64; 2]| *low <= truth && truth <= *high;
        self.intervals.iter().filter(holds).count() as f64 / self.intervals.len() as f64
    }

    /// Four binomial standard errors below 95 %.
    pub(super) fn least_covered(&self) -> f64 {
        0.95 - 4.0 * (0.95 * 0.05 / self.values.len() as f64).sqrt()
    }
}
