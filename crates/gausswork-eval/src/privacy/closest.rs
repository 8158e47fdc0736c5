use crate::nearest::{Points, least, smallest};
use crate::score::{Metric, Score};

/// Distances to the closest records, of synthetic points to training points and, where given, to as many holdout points.
///
/// The share that is nearer to a training point is ½ where the generator kept no more of its training rows than of
/// their distribution.
#[must_use]
pub fn closest_records(training: &Points, holdout: Option<&Points>, synthetic: &Points) -> Vec<Score> {
    let n = synthetic.rows;
    if n == 0 || training.rows < 2 {
        return Vec::new();
    }
    let to_training = synthetic.each(training, |_, d| smallest::<2>(d, None));
    let sizes = [training.rows, n];
    let mut nearest: Vec<f64> = to_training.iter().map(|near| f64::from(near[0])).collect();
    // Two records at no distance are one record seen twice: the ratio of a match that stands alone is 0, of this one 1.
    let ratio = |&[first, second]: &[f32; 2]| if second > 0.0 { f64::from(first / second) } else { 1.0 };
    let mut ratios: Vec<f64> = to_training.iter().map(ratio).collect();
    let mut scores = Vec::new();
    if let Some(holdout) = holdout.filter(|holdout| holdout.rows > 0) {
        let to_holdout: Vec<f32> = synthetic.each(holdout, |_, d| least(d).0);
        let half = |(near, &other): (&[f32; 2], &f32)| match near[0].total_cmp(&other) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        };
        let hits: f64 = to_training.iter().zip(&to_holdout).map(half).sum();
        scores.push(Score::share(Metric::DcrShare, hits, n, [training.rows + holdout.rows, n]));
        let mut distances: Vec<f64> = to_holdout.iter().map(|&d| f64::from(d)).collect();
        let value = fifth_percentile(&mut distances);
        scores.push(Score::exact(Metric::DcrHoldout, value, [holdout.rows, n]));
    }
    scores.push(Score::exact(Metric::DcrTrain, fifth_percentile(&mut nearest), sizes));
    scores.push(Score::exact(Metric::NeighbourRatio, fifth_percentile(&mut ratios), sizes));
    scores
}

fn fifth_percentile(values: &mut [f64]) -> f64 {
    let place = values.len() / 20;
    *values.select_nth_unstable_by(place, f64::total_cmp).1
}
