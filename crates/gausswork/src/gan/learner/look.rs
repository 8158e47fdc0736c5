//! What the generator would learn of the minimax and of the non-saturating objective, on the same batch.

use super::super::objective::Objective;
use super::GanLearner;
use crate::learner::{Collective, Gradient};

/// Looks at both gradients in a game; the verdict needs a few dozen, and a look costs up to two passes of both networks.
const LOOKS: u64 = 200;

impl GanLearner<'_> {
    /// The norms of a gradient, of the game's own objective on a batch, and of the minimax and the non-saturating objective on the
    /// same batch.
    pub(super) fn look(
        &self,
        at: [u64; 2],
        rows: &[u32],
        own: &Gradient,
        workers: &dyn Collective,
    ) -> [f64; 2] {
        let norm = |gradient: &Gradient| {
            gradient.iter().flatten().map(|&g| f64::from(g).powi(2)).sum::<f64>().sqrt()
        };
        [Objective::Minimax, Objective::NonSaturating].map(|objective| {
            match objective == self.gan.config.objective() {
                true => norm(own),
                false => norm(&self.generator_gradient(at, rows, objective, workers).0),
            }
        })
    }

    /// Whether a look is due after a step: every two-hundredth of the game.
    pub(super) fn looks(&self, step: u64) -> bool {
        (step + 1).is_multiple_of((self.steps / LOOKS).max(1))
    }
}
