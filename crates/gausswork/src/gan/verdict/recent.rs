//! The end of a game, on average.

use std::f64::consts::LN_2;

use super::{HALF_WITHIN, SURE, VANISHED};
use crate::gan::objective::{Convention, Meaning, Objective};
use crate::gan::record::{GamePoint, GameRecord};

/// Points at the end of a game whose averages are judged, as a divisor of their number.
const LAST_QUARTER: usize = 4;

/// Averages over the last quarter of the points, at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recent {
    /// `J_D`, with the halves.
    pub j_d: f64,
    /// `J_G`, likewise.
    pub j_g: f64,
    /// The mean of `D(x)`, where the outputs stand for probabilities.
    pub real: Option<f64>,
    /// The mean of `D(G(z))`, likewise.
    pub fake: Option<f64>,
    /// Of the mean norms of the gradients at the generator, minimax over non-saturating; where outputs are logits.
    pub gradient_ratio: Option<f64>,
    /// The lower bound of the Jensen–Shannon divergence on held-out rows, nats; likewise.
    pub jensen_shannon: Option<f64>,
}

impl Recent {
    /// The averages; none of a record without points.
    pub fn of(record: &GameRecord) -> Option<Self> {
        let n = record.points.len();
        let points = &record.points[n - n.div_ceil(LAST_QUARTER)..];
        let mean = |of: &dyn Fn(&GamePoint) -> Option<f64>| {
            let values: Vec<f64> = points.iter().filter_map(of).collect();
            if values.is_empty() { None } else { Some(values.iter().sum::<f64>() / values.len() as f64) }
        };
        // What is not a logit has no origin, and with it both gradients could be anything.
        let logits = record.objective.meaning() == Meaning::Logit;
        let non_saturating = mean(&|point| Some(point.non_saturating_gradient)).filter(|&norm| norm > 0.0);
        let minimax = mean(&|point| Some(point.minimax_gradient)).filter(|_| logits);
        Some(Self {
            j_d: mean(&|point| Some(point.j_d))?,
            j_g: mean(&|point| Some(point.j_g))?,
            real: mean(&|point| point.real),
            fake: mean(&|point| point.fake),
            gradient_ratio: minimax.zip(non_saturating).map(|(minimax, other)| minimax / other),
            jensen_shannon: mean(&|point| point.jensen_shannon).filter(|_| logits),
        })
    }

    /// What says that the game's own discriminator is undecided; for outputs that are no probabilities, that `J_D` is within a
    /// tenth of its equilibrium, or nothing but the fresh one to ask, for the Wasserstein loss.
    pub(super) fn says_one_half(&self, objective: Objective) -> Option<String> {
        if let (Some(real), Some(fake)) = (self.real, self.fake) {
            let near = |d: f64| (d - 0.5).abs() <= HALF_WITHIN;
            return (near(real) && near(fake)).then(|| {
                format!("D(x) = {real:.3} and D(G(z)) = {fake:.3} on average over the last quarter")
            });
        }
        let equilibrium = objective.equilibrium(Convention::Halved).discriminator;
        let j_d = self.j_d;
        if objective == Objective::Wasserstein {
            return Some(
                "the Wasserstein loss has no value that means ½: only the fresh discriminator counts".into(),
            );
        }
        ((j_d - equilibrium).abs() <= HALF_WITHIN * equilibrium).then(|| {
            format!("J_D = {j_d:.3} on average over the last quarter, {equilibrium:.3} at equilibrium")
        })
    }

    /// What says that the game's own discriminator is sure of nearly every row, and that by the zero-sum game its opponent would learn
    /// nothing.
    ///
    /// For a pair of outputs, `σ(f − r) ≤ softplus(f − r)`: the mean slope of the zero-sum game at a sample, `E[σ(f − r)]`, is at most
    /// `J_D`, and that of the relativistic one, `E[σ(r − f)]`, at least `1 − J_D`.
    pub(super) fn says_sure(&self, objective: Objective) -> Option<Vec<String>> {
        let j_d = self.j_d;
        if objective.meaning() == Meaning::Difference {
            let ratio = j_d / (1.0 - j_d);
            let reasons = [
                format!(
                    "J_D = {j_d:.4} on average over the last quarter, {LN_2:.4} at equilibrium: of nearly every pair D says which is real"
                ),
                format!(
                    "the slope of the zero-sum game at a sample is at most {ratio:.2e} of this one's: by it, G would learn nothing"
                ),
            ];
            return (j_d < -SURE.ln()).then(|| reasons.to_vec());
        }
        let (real, fake, ratio) = (self.real?, self.fake?, self.gradient_ratio?);
        let reasons = [
            format!(
                "D(x) = {real:.3} and D(G(z)) = {fake:.3} on average over the last quarter: D is sure of nearly every row"
            ),
            format!(
                "the minimax gradient is {ratio:.2e} of the non-saturating one: by it, G would learn nothing"
            ),
        ];
        (real > SURE && fake < 1.0 - SURE && ratio < VANISHED).then(|| reasons.to_vec())
    }
}
