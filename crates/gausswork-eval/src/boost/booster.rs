//! Trees one after another, each fitted to what those before it leave.

use super::binned::Binned;
use super::histogram::{Derivatives, Quantised};
use super::loss::{Objective, Target};
use super::training::Training;
use super::tree::{Margins, Scratch, Tree};

/// Rows whose derivatives are rounded while they are still in the nearest cache.
const AT_ONCE: usize = 1024;

/// How trees are grown.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Trees per class.
    pub rounds: usize,
    /// Splits from root to leaf, at most.
    pub depth: usize,
    /// Share of each tree that is taken.
    pub step: f64,
    /// Weight of the squared leaves.
    pub lambda: f64,
    /// Least sum of second derivatives in a leaf.
    pub least_weight: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { rounds: 100, depth: 6, step: 0.3, lambda: 1.0, least_weight: 1.0 }
    }
}

/// A fitted sum of trees.
#[derive(Debug, Clone, PartialEq)]
pub struct Booster {
    objective: Objective,
    start: f64,
    trees: Vec<Tree>,
    /// Summed gains of each feature's splits.
    pub gains: Vec<f64>,
}

impl Booster {
    /// Fits to some rows of `data`; `target` is that of every row of `data`.
    #[must_use]
    pub fn fit(data: &Binned, rows: &[u32], target: &Target, settings: &Settings) -> Self {
        let (training, target) = (Training::new(data, rows), target.take(rows));
        let objective = target.objective();
        let classes = objective.margins();
        let start = target.start();
        let mut margins = vec![start; rows.len() * classes];
        let mut booster = Self { objective, start, trees: Vec::new(), gains: vec![0.0; data.features] };
        let (mut scratch, mut quantised) = (Scratch::default(), Quantised::default());
        let (mut derivatives, mut shared) = (Derivatives::default(), Vec::new());
        let greatest = objective.greatest_derivatives();
        let at_once = if greatest.is_some() { AT_ONCE } else { rows.len().max(1) };
        for _ in 0..settings.rounds {
            target.shared(&margins, &mut shared);
            // A class's derivatives ask for its own margins and what is shared, so the trees of a round are fitted to the
            // same margins.
            for class in 0..classes {
                quantised.clear();
                for start in (0..rows.len()).step_by(at_once) {
                    let some = start..(start + at_once).min(rows.len());
                    target.derivatives(some, &margins, &shared, class, &mut derivatives);
                    quantised.extend(&derivatives, greatest, rows.len());
                }
                let mut margins = Margins { values: &mut margins, classes, class };
                let gains = &mut booster.gains;
                let tree = Tree::grow(&training, &quantised, settings, &mut scratch, gains, &mut margins);
                booster.trees.push(tree);
            }
        }
        booster
    }

    /// The margins of rows: one number each, or one per class.
    #[must_use]
    pub fn margins(&self, data: &Binned, rows: &[u32]) -> Vec<f64> {
        let classes = self.objective.margins();
        let mut out = vec![self.start; rows.len() * classes];
        let data = data.take(rows);
        Tree::add_all(&self.trees, &data, &mut out, classes);
        out
    }
}

impl Objective {
    /// Margins of a row.
    #[must_use]
    pub fn margins(self) -> usize {
        match self {
            Self::Softmax(classes) => classes,
            Self::Logistic | Self::Squared => 1,
        }
    }
}
