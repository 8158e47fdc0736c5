//! A figure and what it takes to believe it.

use serde::Serialize;

use crate::influence::Influence;
pub use crate::metric::Metric;

/// The 97.5th percentile of the standard normal distribution: 95 % intervals reach this many standard errors.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The value of a metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Of what; the metric knows its estimator and reference.
    pub metric: Metric,
    /// The value.
    pub value: f64,
    /// Its standard error, where one is known.
    pub standard_error: Option<f64>,
    /// A 95 % interval, where one is known.
    pub interval: Option<[f64; 2]>,
    /// Real rows that it was computed from.
    pub real: usize,
    /// Synthetic rows that it was computed from.
    pub synthetic: usize,
    /// How much each row moves it; for the differences of scores against the same real rows.
    #[serde(skip)]
    pub influence: Option<Influence>,
}

impl Score {
    /// A value without an error.
    #[must_use]
    pub fn exact(metric: Metric, value: f64, [real, synthetic]: [usize; 2]) -> Self {
        Self { metric, value, standard_error: None, interval: None, real, synthetic, influence: None }
    }

    /// A value with its standard error.
    #[must_use]
    pub fn with_error(metric: Metric, value: f64, error: f64, sizes: [usize; 2]) -> Self {
        let mut score = Self::exact(metric, value, sizes);
        score.standard_error = Some(error);
        score.interval = Some([value - Z95 * error, value + Z95 * error]);
        score
    }

    /// A value with the influence of each row.
    #[must_use]
    pub fn with_influence(metric: Metric, value: f64, influence: Influence, sizes: [usize; 2]) -> Self {
        let mut score = Self::with_error(metric, value, influence.standard_error(), sizes);
        score.influence = Some(influence);
        score
    }

    /// A share with its Wilson interval (Wilson 1927, JASA 22).
    #[must_use]
    pub fn share(metric: Metric, hits: f64, trials: usize, sizes: [usize; 2]) -> Self {
        let n = trials.max(1) as f64;
        let p = hits / n;
        let mut score = Self::with_error(metric, p, (p * (1.0 - p) / n).sqrt(), sizes);
        score.interval = Some(wilson(p, n));
        score
    }

    /// The interval in place of the symmetric one.
    #[must_use]
    pub fn within(mut self, interval: [f64; 2]) -> Self {
        self.interval = Some(interval);
        self
    }

    /// As another metric.
    #[must_use]
    pub fn named(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// `self − other` and its standard error: paired where both know their influences.
    #[must_use]
    pub fn difference(&self, other: &Self) -> (f64, Option<f64>) {
        let error = match (&self.influence, &other.influence, self.standard_error, other.standard_error) {
            (Some(a), Some(b), _, _) => Some(a.standard_error_of_difference(b)),
            (_, _, Some(a), Some(b)) => Some(a.hypot(b)),
            _ => None,
        };
        (self.value - other.value, error)
    }
}

fn wilson(p: f64, n: f64) -> [f64; 2] {
    let z2 = Z95 * Z95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    [(centre - half).max(0.0), (centre + half).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_interval_is_the_textbook_one() {
        // 10 of 100: R, prop.test(10, 100, correct = FALSE).
        let [low, high] = wilson(0.1, 100.0);
        assert!((low - 0.055_229_14).abs() < 1e-7 && (high - 0.174_365_66).abs() < 1e-7, "{low} {high}");
        assert_eq!(wilson(0.0, 50.0)[0], 0.0);
    }
}
