//! What can be learned from synthetic rows: train on them, test on real ones.

use rayon::prelude::*;
use serde::Serialize;

use crate::auc::Auc;
use crate::boost::{Booster, Cuts, Settings, Target};
use crate::frame::{Domain, Frame, Kind, MISSING, Values};
use crate::influence::{Influence, variance_of_mean};
use crate::score::{Metric, Score};

/// Labels with more levels than this are not predicted.
const MOST_CLASSES: usize = 50;
/// Parts of the training rows that are fitted to on their own, for the error; they have no row in common.
const PARTS: usize = 4;
/// A part is the n-th part of the training rows.
const SHARE: usize = 8;
/// Test rows that fits to parts are scored on, at most about.
const TESTED: usize = 4000;
/// Trees per column where every column is a target.
const QUICK_ROUNDS: usize = 30;

/// How well a column is predicted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Skill {
    /// The target's place.
    pub column: usize,
    /// `2 AUC − 1` or `max(0, R²)`.
    pub skill: f64,
    /// Of the AUC or `R²`.
    pub standard_error: f64,
}

/// What a target is.
enum Task {
    Binary([u32; 2]),
    Classes(Vec<u32>),
    Numbers,
}

impl Task {
    /// The task that a column poses; its classes are the levels of the real training rows. None where there is nothing to
    /// predict, or too much.
    fn new(domain: &Domain, real: &Frame, column: usize) -> Option<Self> {
        match &real.columns[column] {
            Values::Numbers(values) => {
                let first = values.iter().find(|x| !x.is_nan())?;
                values.iter().any(|x| !x.is_nan() && x != first).then_some(Self::Numbers)
            }
            Values::Codes(codes) => {
                let counts = crate::column::counts(codes, domain.columns[column].levels.len());
                let classes: Vec<u32> =
                    (0..).zip(counts).filter(|&(_, count)| count > 0).map(|(code, _)| code).collect();
                match classes.len() {
                    2 => Some(Self::Binary([classes[0], classes[1]])),
                    3..=MOST_CLASSES => Some(Self::Classes(classes)),
                    _ => None,
                }
            }
        }
    }

    /// The rows that have a target, and it.
    fn target(&self, values: &Values) -> (Vec<u32>, Target) {
        let labelled = |known: &dyn Fn(u32) -> Option<u32>| -> (Vec<u32>, Vec<u32>) {
            let Values::Codes(codes) = values else { return (Vec::new(), Vec::new()) };
            let present = (0..).zip(codes).filter(|&(_, &code)| code != MISSING);
            present.filter_map(|(row, &code)| Some((row, known(code)?))).unzip()
        };
        match self {
            Self::Binary(levels) => {
                let (rows, classes) =
                    labelled(&|code| levels.iter().position(|&level| level == code).map(|c| c as u32));
                (rows, Target::Binary(classes.into_iter().map(|class| class == 1).collect()))
            }
            Self::Classes(levels) => {
                let (rows, labels) = labelled(&|code| levels.binary_search(&code).ok().map(|c| c as u32));
                (rows, Target::Classes { labels, count: levels.len() })
            }
            Self::Numbers => {
                let Values::Numbers(numbers) = values else {
                    return (Vec::new(), Target::Numbers(Vec::new()));
                };
                let (rows, values) = (0..).zip(numbers).filter(|(_, x)| !x.is_nan()).unzip();
                (rows, Target::Numbers(values))
            }
        }
    }
}

/// Fits trees to `training` and scores their predictions of `column` on `test`; `real` decides which classes there are.
/// Empty where the column cannot be a target or a table has no rows of it.
#[must_use]
pub fn usefulness(
    domain: &Domain,
    real: &Frame,
    training: &Frame,
    test: &Frame,
    column: usize,
) -> Vec<Score> {
    predict(domain, real, training, test, column, &Settings::default())
}

fn predict(
    domain: &Domain,
    real: &Frame,
    training: &Frame,
    test: &Frame,
    column: usize,
    settings: &Settings,
) -> Vec<Score> {
    let Some(task) = Task::new(domain, real, column) else { return Vec::new() };
    let (rows, target) = task.target(&training.columns[column]);
    let (test_rows, truth) = task.target(&test.columns[column]);
    if rows.len() < 2 * PARTS || test_rows.len() < 2 {
        return Vec::new();
    }
    let features: Vec<usize> = (0..domain.columns.len()).filter(|&feature| feature != column).collect();
    // Of a single column there is nothing to learn it from.
    if features.is_empty() {
        return Vec::new();
    }
    let training = training.take(&rows);
    let cuts = Cuts::new(domain, &[&training], &features);
    let (data, test_data) = (cuts.apply(&training), cuts.apply(test));
    let sizes = [test_rows.len(), rows.len()];
    let every = test_rows.len().div_ceil(TESTED);
    let few: Vec<u32> = (0..test_rows.len() as u32).step_by(every).collect();
    let few_rows: Vec<u32> = test_rows.iter().copied().step_by(every).collect();
    let few_truths = truth.take(&few);
    let fitted_to = |(place, of): (usize, &Vec<u32>)| {
        let (test_rows, truth) = if place == 0 { (&test_rows, &truth) } else { (&few_rows, &few_truths) };
        let margins = Booster::fit(&data, of, &target, settings).margins(&test_data, test_rows);
        Judged { sizes, test_rows, of: test.rows }.scores(truth, &margins)
    };
    // Rows that are fitted to: all of them, the longest first, and some parts.
    let parts: Vec<Vec<u32>> = std::iter::once((0..rows.len() as u32).collect())
        .chain((0..PARTS).map(|part| (part as u32..rows.len() as u32).step_by(SHARE).collect()))
        .collect();
    let mut fitted: Vec<Vec<Score>> = parts.par_iter().enumerate().map(fitted_to).collect();
    let of_parts = fitted.split_off(1);
    let mut scores = fitted.pop().unwrap_or_default();
    // Other training rows would have given other trees. The variance of a score over disjoint parts is that over training
    // sets of their size (subsampling: Politis & Romano 1994, Annals of Statistics 22). To first order it falls as one over
    // their size; where trees are so near to the best that the first order vanishes it falls faster, so dividing by the
    // ratio of the sizes errs to the wide side, if at all. All parts meet the same test rows, so which ones is no difference
    // between them; that fewer rows average out less of what one training set does to one row makes it wider too.
    for score in &mut scores {
        let of = |part: &Vec<Score>| part.iter().find(|other| other.metric == score.metric).map(|s| s.value);
        let values: Vec<f64> = of_parts.iter().filter_map(of).collect();
        if let (Some(influence), true) = (&mut score.influence, values.len() == PARTS) {
            influence.rest = variance_of_mean(&values) * PARTS as f64 / SHARE as f64;
            *score = Score::with_influence(score.metric, score.value, influence.clone(), sizes);
        }
    }
    scores
}

/// Predictions on some of the test rows.
struct Judged<'a> {
    sizes: [usize; 2],
    test_rows: &'a [u32],
    of: usize,
}

impl Judged<'_> {
    fn scores(&self, truth: &Target, margins: &[f64]) -> Vec<Score> {
        match truth {
            Target::Binary(truth) => {
                let labels: Vec<u32> = truth.iter().map(|&second| u32::from(second)).collect();
                // One margin is that of the second class against the first.
                let both: Vec<f64> = margins.iter().flat_map(|&l| [-l, l]).collect();
                self.classes(&labels, 2, &both)
            }
            Target::Classes { labels, count } => self.classes(labels, *count, margins),
            Target::Numbers(truth) => self.numbers(truth, margins),
        }
    }

    /// A score with the influence of each test row.
    fn score(&self, metric: Metric, value: f64, phi: &[f64]) -> Score {
        let mut influence = Influence::zero(self.of, 0);
        let scale = self.of as f64 / phi.len().max(1) as f64;
        for (&row, phi) in self.test_rows.iter().zip(phi) {
            influence.real[row as usize] = scale * phi;
        }
        Score::with_influence(metric, value, influence, self.sizes)
    }

    fn classes(&self, truth: &[u32], count: usize, margins: &[f64]) -> Vec<Score> {
        let n = truth.len();
        let rows: Vec<&[f64]> = margins.chunks_exact(count).collect();
        // Softmax probabilities, for one against the rest.
        let probability = |row: &[f64], class: usize| {
            let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (row[class] - top).exp() / row.iter().map(|l| (l - top).exp()).sum::<f64>()
        };
        let counts: Vec<usize> =
            (0..count as u32).map(|c| truth.iter().filter(|&&label| label == c).count()).collect();
        let present: Vec<usize> = (0..count).filter(|&c| counts[c] > 0 && counts[c] < n).collect();
        let judged = if count == 2 { present.iter().copied().filter(|&c| c == 1).collect() } else { present };
        let (mut auc, mut phi) = (0.0, vec![0.0; n]);
        for &class in &judged {
            let score = |i: usize| if count == 2 { rows[i][1] } else { probability(rows[i], class) };
            let (own, rest): (Vec<usize>, Vec<usize>) = (0..n).partition(|&i| truth[i] as usize == class);
            let of = |rows: &[usize]| rows.iter().map(|&i| score(i)).collect::<Vec<_>>();
            let area = Auc::new(&of(&own), &of(&rest));
            auc += area.value / judged.len() as f64;
            for (rows, components) in [(&own, &area.positive), (&rest, &area.negative)] {
                let scale = n as f64 / (rows.len() * judged.len()) as f64;
                rows.iter().zip(components).for_each(|(&i, c)| phi[i] += scale * (c - area.value));
            }
        }
        let mut scores = Vec::new();
        if !judged.is_empty() {
            scores.push(self.score(Metric::UsefulAuc, auc, &phi));
        }
        let guess = |row: &[f64]| (0..count).fold(0, |best, c| if row[c] > row[best] { c } else { best });
        let guesses: Vec<usize> = rows.iter().map(|row| guess(row)).collect();
        let rarer = if counts[0] < counts.get(1).copied().unwrap_or(0) { 0 } else { 1 };
        let of_f1: Vec<usize> =
            if count == 2 { vec![rarer] } else { (0..count).filter(|&c| counts[c] > 0).collect() };
        let (mut f1, mut phi) = (0.0, vec![0.0; n]);
        for &class in &of_f1 {
            // F1 = 2 TP/(2 TP + FP + FN), a ratio of two means.
            let part = |i: usize| {
                let (guessed, is) = (guesses[i] == class, truth[i] as usize == class);
                [
                    2.0 * f64::from(u8::from(guessed && is)),
                    f64::from(u8::from(guessed)) + f64::from(u8::from(is)),
                ]
            };
            let sums = (0..n).map(part).fold([0.0; 2], |s, p| [s[0] + p[0], s[1] + p[1]]);
            let value = if sums[1] > 0.0 { sums[0] / sums[1] } else { 0.0 };
            f1 += value / of_f1.len() as f64;
            let mean = (sums[1] / n as f64).max(f64::MIN_POSITIVE) * of_f1.len() as f64;
            phi.iter_mut().enumerate().for_each(|(i, phi)| *phi += (part(i)[0] - value * part(i)[1]) / mean);
        }
        scores.push(self.score(Metric::UsefulF1, f1, &phi));
        scores
    }

    fn numbers(&self, truth: &[f64], guesses: &[f64]) -> Vec<Score> {
        let n = truth.len() as f64;
        let squared: Vec<f64> = truth.iter().zip(guesses).map(|(y, guess)| (y - guess).powi(2)).collect();
        let mse = squared.iter().sum::<f64>() / n;
        let rmse = mse.sqrt();
        let phi: Vec<f64> = squared.iter().map(|e| (e - mse) / (2.0 * rmse).max(f64::MIN_POSITIVE)).collect();
        let mut scores = vec![self.score(Metric::UsefulRmse, rmse, &phi)];
        let mean = truth.iter().sum::<f64>() / n;
        let variance = truth.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n;
        if variance > 0.0 {
            let unexplained = mse / variance;
            let phi: Vec<f64> = (squared.iter().zip(truth))
                .map(|(e, y)| -(e - unexplained * (y - mean).powi(2)) / variance)
                .collect();
            scores.push(self.score(Metric::UsefulR2, 1.0 - unexplained, &phi));
        }
        scores
    }
}

/// Predicts every column that can be a target from the others, and averages the skills. The tables should be
/// small: there is a fit for each column.
#[must_use]
pub fn usefulness_of_all(
    domain: &Domain,
    real: &Frame,
    training: &Frame,
    test: &Frame,
) -> (Option<Score>, Vec<Skill>) {
    let settings = Settings { rounds: QUICK_ROUNDS, ..Settings::default() };
    let found: Vec<(Skill, Influence)> = (0..domain.columns.len())
        .into_par_iter()
        .filter_map(|column| {
            let scores = predict(domain, real, training, test, column, &settings);
            let wanted = [Metric::UsefulAuc, Metric::UsefulR2];
            let score = scores.into_iter().find(|score| wanted.contains(&score.metric))?;
            let (skill, slope) = match domain.columns[column].kind {
                Kind::Category => (2.0 * score.value - 1.0, 2.0),
                Kind::Number | Kind::Time => (score.value.max(0.0), 1.0),
            };
            let mut influence = Influence::zero(test.rows, 0);
            influence.add(slope, &score.influence?);
            Some((Skill { column, skill, standard_error: score.standard_error.unwrap_or(0.0) }, influence))
        })
        .collect();
    let count = found.len() as f64;
    let mut influence = Influence::zero(test.rows, 0);
    found.iter().for_each(|(_, own)| influence.add(1.0 / count, own));
    let skills: Vec<Skill> = found.into_iter().map(|(skill, _)| skill).collect();
    let mean = skills.iter().map(|skill| skill.skill).sum::<f64>() / count;
    let sizes = [test.rows, training.rows];
    let score = (count > 0.0).then(|| Score::with_influence(Metric::UsefulAll, mean, influence, sizes));
    (score, skills)
}
