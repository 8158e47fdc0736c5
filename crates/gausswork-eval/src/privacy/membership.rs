use super::neighbours::Neighbours;
use crate::auc::Auc;
use crate::score::{Metric, Score};

/// Whether training rows can be told from holdout rows by how close the closest synthetic row is.
#[must_use]
pub fn membership_by_distance(neighbours: &Neighbours) -> Vec<Score> {
    let Some(holdout) = &neighbours.holdout else { return Vec::new() };
    let nearness = |from: &[f32]| -> Vec<f64> { from.iter().map(|&d| -f64::from(d)).collect() };
    let metrics = [Metric::MembershipAuc, Metric::MembershipTpr];
    let [training, holdout] = [&neighbours.from_training, &holdout.from].map(|from| nearness(from));
    attack(metrics, &training, &holdout, neighbours.to_training.len())
}

/// Whether training rows can be told from holdout rows by a model's bounds on their log-likelihood.
#[must_use]
pub fn membership_by_likelihood(training: &[f64], holdout: &[f64]) -> Vec<Score> {
    attack([Metric::LikelihoodAuc, Metric::LikelihoodTpr], training, holdout, 0)
}

/// The AUC of an attack's scores, and its hits where 1 % of the holdout are false alarms.
fn attack([area, hits]: [Metric; 2], training: &[f64], holdout: &[f64], synthetic: usize) -> Vec<Score> {
    if training.is_empty() || holdout.is_empty() {
        return Vec::new();
    }
    let sizes = [training.len() + holdout.len(), synthetic];
    let auc = Auc::new(training, holdout);
    let mut sorted = holdout.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    // The greatest threshold that at most 1 % of the holdout exceed.
    let threshold = sorted[sorted.len() - 1 - sorted.len() / 100];
    let caught = training.iter().filter(|&&score| score > threshold).count();
    vec![
        Score::with_error(area, auc.value, auc.standard_error(), sizes),
        Score::share(hits, caught as f64, training.len(), sizes),
    ]
}
