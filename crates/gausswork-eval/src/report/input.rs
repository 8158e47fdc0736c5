//! What is evaluated, and how thoroughly.

use super::{CurvePoint, Provenance};
use crate::frame::{Domain, Frame};
use crate::score::Score;

/// A group of metrics that are computed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// One column at a time.
    Columns,
    /// Two columns at a time.
    Pairs,
    /// The classifier two-sample test.
    TwoSample,
    /// α-precision, β-recall, density, coverage, energy distance and MMD.
    Neighbourhoods,
    /// Train on synthetic, test on real.
    Usefulness,
    /// Copies, closest records, membership.
    Privacy,
}

impl Stage {
    /// Every group, in the order of a report.
    pub const ALL: [Self; 6] =
        [Self::Columns, Self::Pairs, Self::TwoSample, Self::Neighbourhoods, Self::Usefulness, Self::Privacy];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Pairs => "pairs",
            Self::TwoSample => "two-sample",
            Self::Neighbourhoods => "neighbourhoods",
            Self::Usefulness => "usefulness",
            Self::Privacy => "privacy",
        }
    }
}

/// Whether sets that need no model stand beside those that are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Baselines {
    /// They do.
    #[default]
    All,
    /// Only the ceiling: real rows.
    Ceiling,
    /// They do not: it is faster, and the numbers have no scale.
    None,
}

/// How many rows the costly metrics look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of each side, in the two-sample test.
    pub two_sample: usize,
    /// In usefulness with one target.
    pub usefulness: usize,
    /// In usefulness with every column as target.
    pub every_target: usize,
    /// Whose neighbours are looked for: time grows with its square.
    pub neighbours: usize,
    /// In permutation tests: time and memory grow with its square.
    pub permutation: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            two_sample: 50_000,
            usefulness: 50_000,
            every_target: 4_000,
            neighbours: 5_000,
            permutation: 500,
        }
    }
}

/// What is evaluated.
#[derive(Debug, Clone)]
pub struct Input {
    /// The columns.
    pub domain: Domain,
    /// Columns that are not compared, and why.
    pub left_out: Vec<(String, String)>,
    /// The real rows that sets are compared with.
    pub training: Frame,
    /// Real rows that no generator saw.
    pub holdout: Option<Frame>,
    /// What is judged, by name.
    pub synthetic: Vec<(String, Frame)>,
    /// The column that usefulness predicts; every one in turn where there is none.
    pub target: Option<usize>,
    /// Scores that a model gives, of the first synthetic set.
    pub of_model: Vec<Score>,
    /// Its training curve.
    pub curve: Vec<CurvePoint>,
    /// Which metrics.
    pub stages: Vec<Stage>,
    /// Baselines.
    pub baselines: Baselines,
    /// Rows that are looked at.
    pub limits: Limits,
    /// The seed.
    pub seed: u64,
    /// How it was made.
    pub made: Provenance,
}

/// A step of the evaluation: done, in all, and what comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
    /// The set that is looked at.
    pub set: &'a str,
    /// By what.
    pub metric: &'a str,
}
