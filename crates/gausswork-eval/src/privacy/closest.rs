use std::cmp::Ordering;

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
    let to_training = synthetic.each(training, |_, d| (smallest::<2>(d, None), least(d).1));
    let sizes = [training.rows, n];
    let mut nearest: Vec<f64> = to_training.iter().map(|(near, _)| f64::from(near[0])).collect();
    // Two records at no distance are one record seen twice: the ratio of a match that stands alone is 0, of this one 1.
    let ratio = |&[first, second]: &[f32; 2]| if second > 0.0 { f64::from(first / second) } else { 1.0 };
    let mut ratios: Vec<f64> = to_training.iter().map(|(near, _)| ratio(near)).collect();
    let mut scores = Vec::new();
    if let Some(holdout) = holdout.filter(|holdout| holdout.rows > 0) {
        let to_holdout = synthetic.each(holdout, |_, d| least(d));
        let records = training.rows + holdout.rows;
        // For each synthetic row: whether a training row is nearer, and the record that is.
        let nearest: Vec<(f64, usize)> = (to_training.iter().zip(&to_holdout))
            .map(|(&(near, own), &(d, other))| match near[0].total_cmp(&d) {
                Ordering::Less => (1.0, own),
                Ordering::Equal => (0.5, own),
                Ordering::Greater => (0.0, training.rows + other),
            })
            .collect();
        let share = nearest.iter().map(|(nearer, _)| nearer).sum::<f64>() / n as f64;
        // Which records are there is chance too.
        let error = clustered_error(&nearest, share, records);
        scores.push(Score::with_error(Metric::DcrShare, share, error, [records, n]));
        let mut distances: Vec<f64> = to_holdout.iter().map(|&(d, _)| f64::from(d)).collect();
        let value = fifth_percentile(&mut distances);
        scores.push(Score::exact(Metric::DcrHoldout, value, [holdout.rows, n]));
    }
    scores.push(Score::exact(Metric::DcrTrain, fifth_percentile(&mut nearest), sizes));
    scores.push(Score::exact(Metric::NeighbourRatio, fifth_percentile(&mut ratios), sizes));
    scores
}

/// The standard error of a share among rows of which those with the same record stand or fall together (Liang & Zeger 1986,
/// Biometrika 73): each row has its value and the place of its record.
fn clustered_error(rows: &[(f64, usize)], share: f64, records: usize) -> f64 {
    let mut of_record = vec![0.0; records];
    for &(value, record) in rows {
        of_record[record] += value - share;
    }
    of_record.iter().map(|sum| sum * sum).sum::<f64>().sqrt() / rows.len().max(1) as f64
}

fn fifth_percentile(values: &mut [f64]) -> f64 {
    let place = values.len() / 20;
    *values.select_nth_unstable_by(place, f64::total_cmp).1
}
