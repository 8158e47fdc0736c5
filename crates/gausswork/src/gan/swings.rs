//! Does a series of figures swing, drift, or only rattle?

/// What [`Swings::of`] finds in a series, about the straight line fitted to it by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swings {
    /// The standard deviation about the line, in the series' unit.
    pub amplitude: f64,
    /// How often the series crosses the line.
    pub crossings: usize,
    /// Von Neumann's ratio `Σ (x_{i+1} − x_i)² / Σ (x_i − line)²` (von Neumann 1941): 2 on average for independent numbers, with a
    /// standard deviation of `2/√n`; towards 0 for slow swings, towards 4 for those that turn at every point. A period of T points
    /// has `2 (1 − cos 2π/T)`.
    pub roughness: f64,
    /// The share of the variance that the line explains.
    pub trend: f64,
}

/// Least number of points from which anything is said: with it, independent numbers have a roughness within 1 of 2 in 99 of
/// 100 cases.
pub(super) const LEAST_POINTS: usize = 24;

impl Swings {
    /// The swings of a series of at least 24 finite numbers; none of a shorter one.
    pub fn of(series: &[f64]) -> Option<Self> {
        if series.len() < LEAST_POINTS {
            return None;
        }
        let n = series.len() as f64;
        let (middle, mean) = ((n - 1.0) / 2.0, series.iter().sum::<f64>() / n);
        let places = || (0..series.len()).map(|i| i as f64 - middle);
        let total: f64 = series.iter().map(|x| (x - mean).powi(2)).sum();
        let slope = places().zip(series).map(|(t, x)| t * (x - mean)).sum::<f64>()
            / places().map(|t| t * t).sum::<f64>();
        let about: Vec<f64> = places().zip(series).map(|(t, x)| x - mean - slope * t).collect();
        let rest: f64 = about.iter().map(|x| x * x).sum();
        let pairs = || about.iter().zip(&about[1..]);
        let turns: f64 = pairs().map(|(a, b)| (b - a).powi(2)).sum();
        Some(Self {
            amplitude: (rest / n).sqrt(),
            crossings: pairs().filter(|(a, b)| (**a > 0.0) != (**b > 0.0)).count(),
            roughness: if rest > 0.0 { turns / rest } else { 2.0 },
            trend: if total > 0.0 { 1.0 - rest / total } else { 0.0 },
        })
    }

    /// Whether it swings with an amplitude of at least `least`: two whole periods, no line that explains half of the variance,
    /// and neighbours that depend on each other, so that it isn't the rattle of small batches.
    ///
    /// A period of 3 to 6 points cannot be told from rattle; a swing of the game that is this fast against the log is missed.
    pub fn swings(&self, least: f64) -> bool {
        self.amplitude >= least
            && self.crossings >= 4
            && self.trend <= 0.5
            && (self.roughness - 2.0).abs() > 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{Noise, Stream};

    fn series(n: usize, f: impl Fn(f64) -> f64) -> Vec<f64> {
        (0..n).map(|i| f(i as f64)).collect()
    }

    fn rattle(step: u64, n: usize) -> Vec<f64> {
        let mut values = vec![0.0; n];
        Noise::new(1).fill_normal(Stream::Test, step, &mut values);
        values.into_iter().map(f64::from).collect()
    }

    #[test]
    fn a_sine_swings_with_the_roughness_of_its_period() {
        for period in [8.0, 12.0, 20.0] {
            let found =
                Swings::of(&series(120, |i| 3.0 + (std::f64::consts::TAU * i / period).sin())).expect("long");
            let exact = 2.0 * (1.0 - (std::f64::consts::TAU / period).cos());
            // The line takes a little of a sine, and the sums lack their last term.
            assert!((found.roughness - exact).abs() < 0.05 * exact, "{period}: {found:?}");
            assert!(
                (found.amplitude - 0.5_f64.sqrt()).abs() < 0.03 && found.swings(0.5) && !found.swings(0.8)
            );
        }
        assert!(
            Swings::of(&series(60, |i| if (i as usize).is_multiple_of(2) { 1.0 } else { -1.0 }))
                .expect("long")
                .swings(0.9)
        );
    }

    #[test]
    fn lines_rattle_and_short_series_do_not_swing() {
        let line = Swings::of(&series(40, |i| 0.1 * i)).expect("long");
        assert!(!line.swings(0.0) && line.trend > 0.999 && line.amplitude < 1e-12);
        assert!(!Swings::of(&[1.0; 30]).expect("long").swings(0.0));
        assert!(Swings::of(&[1.0; 23]).is_none());
        let swinging =
            (0..1000).filter(|&step| Swings::of(&rattle(step, 24)).expect("long").swings(0.0)).count();
        // One in a hundred of the shortest series, with twice the standard error of such a count to spare.
        assert!(swinging <= 10 + 7, "{swinging}");
        // A quarter of a period and a steep line are a trend.
        let drift = series(48, |i| i / 10.0 + 0.2 * (i / 2.0).sin());
        assert!(!Swings::of(&drift).expect("long").swings(0.0));
    }
}
