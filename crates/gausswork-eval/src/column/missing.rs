use crate::frame::Values;
use crate::score::{Metric, Score};

/// The share of missing cells in the synthetic rows less that in the real ones.
#[must_use]
pub fn missing_difference(real: &Values, synthetic: &Values, rows: [usize; 2]) -> Score {
    let [n, m] = rows.map(|rows| rows.max(1) as f64);
    let (p, q) = (real.missing() as f64 / n, synthetic.missing() as f64 / m);
    let error = (p * (1.0 - p) / n + q * (1.0 - q) / m).sqrt();
    Score::with_error(Metric::MissingDifference, q - p, error, rows)
}
