use super::Sorted;
use crate::score::{Metric, Score};

/// The share of the real range that lies within the synthetic one; 1 where the real values are all the same and it is
/// met, 0 where it is not.
#[must_use]
pub fn range_coverage([real, synthetic]: [&Sorted; 2]) -> Option<Score> {
    let ([low, high], [from, to]) = (real.range()?, synthetic.range()?);
    let met = (high.min(to) - low.max(from)).max(0.0);
    let value = if high > low { met / (high - low) } else { f64::from(u8::from(from <= low && low <= to)) };
    Some(Score::exact(Metric::RangeCoverage, value, [real.values.len(), synthetic.values.len()]))
}

/// The share of the real levels that occur in the synthetic rows.
#[must_use]
pub fn category_coverage(counts: [&[u64]; 2]) -> Option<Score> {
    let real = counts[0].iter().filter(|&&count| count > 0).count();
    let both = counts[0].iter().zip(counts[1]).filter(|&(&a, &b)| a > 0 && b > 0).count();
    let sizes = counts.map(|counts| counts.iter().sum::<u64>() as usize);
    (real > 0 && sizes[1] > 0)
        .then(|| Score::exact(Metric::CategoryCoverage, both as f64 / real as f64, sizes))
}
