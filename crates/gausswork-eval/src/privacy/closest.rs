use std::cmp::Ordering;

use super::neighbours::Neighbours;
use crate::score::{Metric, Score};

/// Distances of synthetic rows to the closest training rows and, where there is one, to those of an equal holdout.
///
/// The share that is nearer to a training point is ½ where the generator kept no more of its training rows than of
/// their distribution.
#[must_use]
pub fn closest_records(neighbours: &Neighbours) -> Vec<Score> {
    let Neighbours { to_training, from_training, holdout } = neighbours;
    let (n, training) = (to_training.len(), from_training.len());
    if n == 0 || training < 2 {
        return Vec::new();
    }
    let sizes = [training, n];
    let mut nearest: Vec<f64> = to_training.iter().map(|(near, _)| f64::from(near[0])).collect();
    // Two records at no distance are one record seen twice: the ratio of a match that stands alone is 0, of this one 1.
    let ratio = |&[first, second]: &[f32; 2]| if second > 0.0 { f64::from(first / second) } else { 1.0 };
    let mut ratios: Vec<f64> = to_training.iter().map(|(near, _)| ratio(near)).collect();
    let mut scores = Vec::new();
    if let Some(holdout) = holdout {
        let records = training + holdout.from.len();
        // For each synthetic row: whether a training row is nearer, and the record that is.
        let nearest: Vec<(f64, usize)> = (to_training.iter().zip(&holdout.to))
            .map(|(&(near, own), &(d, other))| match near[0].total_cmp(&d) {
                Ordering::Less => (1.0, own),
                Ordering::Equal => (0.5, own),
                Ordering::Greater => (0.0, training + other),
            })
            .collect();
        let share = nearest.iter().map(|(nearer, _)| nearer).sum::<f64>() / n as f64;
        // Which records are there is chance too.
        let error = clustered_error(&nearest, share, records);
        scores.push(Score::with_error(Metric::DcrShare, share, error, [records, n]));
        let mut distances: Vec<f64> = holdout.to.iter().map(|&(d, _)| f64::from(d)).collect();
        let value = fifth_percentile(&mut distances);
        scores.push(Score::exact(Metric::DcrHoldout, value, [holdout.from.len(), n]));
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
