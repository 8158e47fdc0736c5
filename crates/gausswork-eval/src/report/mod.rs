//! The report: every metric of some synthetic sets, baselines beside them, and what it comes to in words.

mod columns;
mod compare;
mod evaluate;
mod input;
mod overlay;
mod set;
mod truth;
mod verdict;

pub use evaluate::evaluate;
pub use input::{Baselines, Input, Limits, Stage, Step};
pub use overlay::Overlay;
pub use truth::{NearTruth, Truth};
pub use verdict::{Finding, Gravity, Verdict};

use serde::Serialize;

use crate::frame::Kind;
use crate::pair::PairScore;
use crate::score::{Metric, Score};
use crate::usefulness::Skill;

/// What a set of rows is in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// What is judged.
    Synthetic,
    /// Real rows that were not compared with: what a perfect generator would score.
    Ceiling,
    /// Columns shuffled on their own.
    IndependentColumns,
    /// A Gaussian copula.
    GaussianCopula,
    /// Rows of the training set.
    RowCopy,
}

/// A column and how its synthetic cells compare.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnScores {
    /// The column's place.
    pub column: usize,
    /// KS or TV complement, Wasserstein, missing, coverage, domain; those that are defined.
    pub scores: Vec<Score>,
    /// Levels of real rows that do not occur, most frequent first, and their real counts; at most ten.
    pub absent: Vec<(String, u64)>,
    /// Levels that no real row has, most frequent first, and their synthetic counts; at most ten.
    pub unknown: Vec<(String, u64)>,
    /// How many levels one real row has, and how many two: they say how often fresh rows bring new levels.
    pub rare: [usize; 2],
    /// Synthetic rows with a level that no real row has.
    pub unknown_rows: u64,
    /// Mean and median, real then synthetic; of numbers.
    pub location: Option<[[f64; 2]; 2]>,
}

impl ColumnScores {
    /// The score that enters the mean of column shapes.
    #[must_use]
    pub fn shape(&self) -> Option<&Score> {
        self.scores.iter().find(|score| matches!(score.metric, Metric::KsComplement | Metric::TvComplement))
    }
}

/// A set of rows and its scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetReport {
    /// Its name: a file's, or a baseline's.
    pub name: String,
    /// What it is.
    pub role: Role,
    /// Its rows.
    pub rows: usize,
    /// Of the whole set, in the order of [`Metric::ALL`].
    pub scores: Vec<Score>,
    /// By column.
    pub columns: Vec<ColumnScores>,
    /// By pair of columns; of synthetic sets and of the ceiling.
    pub pairs: Vec<PairScore>,
    /// Each column's share in telling the rows apart; empty where the test was not run.
    pub gains: Vec<f64>,
    /// How well each column is predicted, where every column is a target.
    pub skills: Vec<Skill>,
}

impl SetReport {
    /// Its score in a metric.
    #[must_use]
    pub fn score(&self, metric: Metric) -> Option<&Score> {
        self.scores.iter().find(|score| score.metric == metric)
    }
}

/// A column of the tables.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
    /// Real and synthetic cells in one picture: the synthetic sets in the report's order.
    pub overlay: Overlay,
}

/// How two synthetic sets compare against the same real rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// By what.
    pub metric: Metric,
    /// Places of the two sets in [`Report::sets`].
    pub sets: [usize; 2],
    /// The first's score less the second's.
    pub difference: f64,
    /// Its 95 % interval, paired by real row where that is known.
    pub interval: Option<[f64; 2]>,
}

/// One point of a training curve, nats per row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Steps done.
    pub step: u64,
    /// Evidence lower bound on a training batch.
    pub train_elbo: Option<f64>,
    /// On held-out rows.
    pub held_out_elbo: Option<f64>,
}

/// How a report was made.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Provenance {
    /// The command line.
    pub command: String,
    /// The program's version.
    pub version: String,
    /// Names of files or of parts of them, what they are, rows, and fingerprints.
    pub sources: Vec<Source>,
}

/// A table that a report was made from.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Source {
    /// What it is: training rows, holdout, synthetic.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: usize,
    /// BLAKE3 of its cells.
    pub fingerprint: String,
}

/// Everything that is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// In words.
    pub verdict: Verdict,
    /// Synthetic sets in the order given, then the ceiling, then baselines.
    pub sets: Vec<SetReport>,
    /// Places of the synthetic sets in `sets`, the best first; by the two-sample test, then contingency.
    pub ranking: Vec<usize>,
    /// Differences between synthetic sets.
    pub comparisons: Vec<Comparison>,
    /// The columns that are compared.
    pub columns: Vec<ColumnInfo>,
    /// Columns that are not, and why.
    pub left_out: Vec<(String, String)>,
    /// Real rows that the sets are compared with.
    pub training_rows: usize,
    /// Real rows that were held out, where they were given.
    pub holdout_rows: Option<usize>,
    /// The ceiling in words: which rows it is.
    pub ceiling: String,
    /// The target of the usefulness test, where one was given.
    pub target: Option<String>,
    /// The training curve, where a model was given.
    pub curve: Vec<CurvePoint>,
    /// Where the density of the real rows is known: how near the sets are to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
    /// What the figures on privacy do not prove.
    pub no_claim: &'static str,
    /// Sentences on metrics that were not computed, or on fewer rows.
    pub notes: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// How it was made.
    pub made: Provenance,
}
