//! Trees one after another, each fitted to what those before it leave.

use super::binned::Binned;
use super::histogram::Quantised;
use super::loss::{Objective, Target};
use super::tree::{Scratch, Tree};

/// Rows that are sent down a tree at once.
const SIDE_BY_SIDE: usize = 8;

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
        let objective = target.objective();
        let classes = objective.margins();
        let start = match target {
            Target::Binary(labels) => {
                Target::Binary(rows.iter().map(|&row| labels[row as usize]).collect()).start()
            }
            Target::Numbers(y) => Target::Numbers(rows.iter().map(|&row| y[row as usize]).collect()).start(),
            Target::Classes { .. } => target.start(),
        };
        let mut margins = vec![start; data.rows * classes];
        let mut derivatives = vec![vec![[0.0; 2]; data.rows]; classes];
        let mut booster = Self { objective, start, trees: Vec::new(), gains: vec![0.0; data.features] };
        let (mut scratch, mut quantised) = (Scratch::default(), Quantised::default());
        for _ in 0..settings.rounds {
            for (class, derivatives) in derivatives.iter_mut().enumerate() {
                target.derivatives(&margins, class, derivatives);
            }
            for (class, derivatives) in derivatives.iter().enumerate() {
                quantised.set(derivatives, objective.greatest_derivatives());
                let mut add = |rows: &[u32], value: f64| {
                    rows.iter().for_each(|&row| margins[row as usize * classes + class] += value);
                };
                let gains = &mut booster.gains;
                let tree = Tree::grow(data, rows, &quantised, settings, &mut scratch, gains, &mut add);
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
        let (groups, rest) = rows.as_chunks::<SIDE_BY_SIDE>();
        for (i, tree) in self.trees.iter().enumerate() {
            let places = out.chunks_exact_mut(classes).map(|margins| &mut margins[i % classes]);
            let values =
                groups.iter().flat_map(|group| tree.predict(group.map(|row| data.row(row as usize))));
            let others = rest.iter().flat_map(|&row| tree.predict([data.row(row as usize)]));
            places.zip(values.chain(others)).for_each(|(margin, value)| *margin += value);
        }
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
