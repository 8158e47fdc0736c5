//! Several synthetic sets against the same real rows.

use super::{Comparison, Role, SetReport};
use crate::score::{Metric, Z95};

/// Metrics by which synthetic sets are ranked; what the first leaves undecided, the next decides.
const RANKED_BY: [Metric; 3] = [Metric::TwoSampleUnseen, Metric::TwoSample, Metric::Contingency];

/// Places of the synthetic sets, the best first.
pub(super) fn ranking(sets: &[SetReport]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sets.len()).filter(|&i| sets[i].role == Role::Synthetic).collect();
    let value = |set: usize, metric| sets[set].score(metric).map_or(f64::NEG_INFINITY, |score| score.value);
    order.sort_by(|&a, &b| {
        let by = |metric| value(b, metric).total_cmp(&value(a, metric));
        RANKED_BY.into_iter().map(by).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
    });
    order
}

/// The differences between all pairs of synthetic sets in all metrics that both have.
pub(super) fn comparisons(sets: &[SetReport]) -> Vec<Comparison> {
    let synthetic: Vec<usize> = (0..sets.len()).filter(|&i| sets[i].role == Role::Synthetic).collect();
    let mut out = Vec::new();
    for (place, &a) in synthetic.iter().enumerate() {
        for &b in &synthetic[place + 1..] {
            for score in &sets[a].scores {
                let Some(other) = sets[b].score(score.metric) else { continue };
                let (difference, error) = score.difference(other);
                let interval = error.map(|error| [difference - Z95 * error, difference + Z95 * error]);
                out.push(Comparison { metric: score.metric, sets: [a, b], difference, interval });
            }
        }
    }
    out
}
