use super::Sample;
use crate::score::{Metric, Score};

/// The share of synthetic values outside the real range, or with a level that no real row has.
#[must_use]
pub fn out_of_domain(sample: &Sample) -> Option<Score> {
    let (outside, present, real) = match sample {
        Sample::Numbers(sorted) => {
            let [low, high] = sorted[0].range()?;
            let values = &sorted[1].values;
            let below = values.partition_point(|&value| value < low);
            let within = values.partition_point(|&value| value <= high);
            (below + values.len() - within, values.len(), sorted[0].values.len())
        }
        Sample::Labels { counts } => {
            let unknown = counts[0].iter().zip(&counts[1]).filter(|&(&real, _)| real == 0).map(|(_, &b)| b);
            let [n, m] = [0, 1].map(|i| counts[i].iter().sum::<u64>() as usize);
            (unknown.sum::<u64>() as usize, m, n)
        }
    };
    (present > 0).then(|| Score::share(Metric::OutOfDomain, outside as f64, present, [real, present]))
}
