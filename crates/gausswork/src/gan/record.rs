//! What can be logged of a game, and what a verdict is made of.

use serde::{Deserialize, Serialize};

use super::learner::POSITION;
use super::objective::Objective;

/// Figures of a game at a step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GamePoint {
    /// The step.
    pub step: u64,
    /// `J_D` of the objective, with the halves.
    pub j_d: f64,
    /// `J_G` of the objective.
    pub j_g: f64,
    /// The mean of `D(x)`, for objectives whose output stands for a probability ([`Objective::probability`]).
    pub real: Option<f64>,
    /// The mean of `D(G(z))`, likewise.
    pub fake: Option<f64>,
    /// Norm of the gradient by the generator's weights that the minimax objective has on a batch.
    pub minimax_gradient: f64,
    /// Norm of that of the non-saturating objective, on the same batch.
    pub non_saturating_gradient: f64,
    /// The lower bound of the Jensen–Shannon divergence on held-out rows, nats
    /// ([`jensen_shannon_bound`](super::jensen_shannon_bound)), for objectives whose output is a logit
    /// ([`Objective::meaning`]).
    pub jensen_shannon: Option<f64>,
    /// Means of the samples along fixed directions (features, or projections), from the data's mean and in the data's standard
    /// deviations; as many at every point, or none.
    pub position: Vec<f64>,
}

/// A discriminator that was trained from the start against the finished generator, on held-out rows that it did not see.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FreshDiscriminator {
    /// Its cross-entropy `J_D` with the halves, nats, whatever the objective of the game.
    pub j_d: f64,
    /// The standard error of that mean over held-out rows and samples.
    pub standard_error: f64,
}

/// Modes of a known mixture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModesCaptured {
    /// Those in which a sample fell.
    pub captured: usize,
    /// Those there are.
    pub of: usize,
}

/// What a verdict is made of.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GameRecord {
    /// The objective of the game.
    pub objective: Objective,
    /// Figures over time, at equal distances.
    pub points: Vec<GamePoint>,
    /// The proof.
    pub fresh: Option<FreshDiscriminator>,
    /// For data whose modes are known.
    pub modes: Option<ModesCaptured>,
    /// The spread of the samples over that of the data: a ratio of lengths, 1 where they agree (root mean square of the features'
    /// standard deviations, or mean distance of pairs).
    pub spread: Option<f64>,
}

impl GameRecord {
    /// A record of a game that has not begun.
    pub fn new(objective: Objective) -> Self {
        Self { objective, ..Self::default() }
    }

    /// Takes in what was logged at a step: the figures of a step with a look at both gradients make a point, those of held-out
    /// rows complete the latest. Others are passed over, so that a log may be read line by line.
    pub fn take(&mut self, step: u64, figure: impl Fn(&str) -> Option<f64>) {
        if let Some(jensen_shannon) = figure("held_out_jsd_bound")
            && let Some(latest) = self.points.last_mut()
        {
            latest.jensen_shannon = Some(jensen_shannon);
        }
        let looked = figure("minimax_norm").zip(figure("non_saturating_norm"));
        let Some((minimax_gradient, non_saturating_gradient)) = looked else { return };
        self.points.push(GamePoint {
            step,
            j_d: figure("j_d").unwrap_or(f64::NAN),
            j_g: figure("j_g").unwrap_or(f64::NAN),
            real: figure("d_real"),
            fake: figure("d_fake"),
            minimax_gradient,
            non_saturating_gradient,
            jensen_shannon: None,
            position: POSITION.into_iter().map_while(figure).collect(),
        });
    }
}
