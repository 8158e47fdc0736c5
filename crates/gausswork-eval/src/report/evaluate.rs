//! Runs every metric on every set.

use std::borrow::Cow;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::columns::columns;
use super::compare::{comparisons, ranking};
use super::overlay::Overlay;
use super::verdict::Verdict;
use super::{Baselines, ColumnInfo, Input, Report, Role, SetReport, Stage, Step, verdict};
use crate::baseline;
use crate::frame::{Domain, Frame, Values};
use crate::nearest::{Points, Space};
use crate::pair::pairs;
use crate::privacy;
use crate::random::{Draws, Purpose};
use crate::rows::{Reference, energy, neighbourhood, two_sample};
use crate::score::{Metric, Score};
use crate::usefulness::{Skill, usefulness, usefulness_of_all};

/// What all sets are measured against.
struct Context<'a> {
    input: &'a Input,
    space: Space,
    /// Training and holdout rows whose neighbours are looked for, as many of each.
    near: Points,
    near_holdout: Option<Points>,
    /// The real rows that usefulness is tested on, and those that real training uses.
    test: Cow<'a, Frame>,
    real_training: Cow<'a, Frame>,
    /// What trees fitted to the real training rows score.
    of_real: OnceLock<Usefulness>,
}

/// Scores of trees, and the skill of each target where every column is one.
type Usefulness = (Vec<Score>, Vec<Skill>);

/// Computes every metric of every set; the same input gives the same report.
#[must_use]
pub fn evaluate(input: &Input, tell: &mut dyn FnMut(Step<'_>)) -> Report {
    let seed = input.seed;
    // Without a holdout, one half of the real rows stands in: as the ceiling, and to test usefulness on.
    let halves = input.holdout.is_none().then(|| {
        let mut order = Draws::new(seed, Purpose::Split).permutation(input.training.rows);
        let mut other = order.split_off(input.training.rows / 2);
        order.sort_unstable();
        other.sort_unstable();
        [input.training.take(&order), input.training.take(&other)]
    });
    let mut sets: Vec<(String, Role, Cow<'_, Frame>)> = (input.synthetic.iter())
        .map(|(name, frame)| (name.clone(), Role::Synthetic, Cow::Borrowed(frame)))
        .collect();
    let rows = input.synthetic.first().map_or(input.training.rows, |(_, frame)| frame.rows);
    let real = &input.training;
    let ceiling = match (&input.holdout, &halves) {
        (Some(holdout), _) => Some(holdout),
        (None, Some([_, other])) => Some(other),
        (None, None) => None,
    };
    if let (Baselines::All | Baselines::Ceiling, Some(ceiling)) = (input.baselines, ceiling) {
        sets.push(("real rows".to_owned(), Role::Ceiling, Cow::Borrowed(ceiling)));
    }
    if input.baselines == Baselines::All {
        let made = [
            (
                "independent columns",
                Role::IndependentColumns,
                Cow::Owned(baseline::independent(real, rows, seed)),
            ),
            ("Gaussian copula", Role::GaussianCopula, Cow::Owned(baseline::copula(real, rows, seed))),
            ("row copy", Role::RowCopy, Cow::Owned(baseline::row_copy(real, rows, seed))),
        ];
        sets.extend(made.map(|(name, role, frame)| (name.to_owned(), role, frame)));
    }

    let space = Space::new(&input.domain, real);
    let mut draws = Draws::new(seed, Purpose::Neighbours);
    let most = input.holdout.as_ref().map_or(usize::MAX, |holdout| holdout.rows).min(input.limits.neighbours);
    let near = space.points(&real.at_most(most, &mut draws));
    let near_holdout =
        input.holdout.as_ref().map(|holdout| space.points(&holdout.at_most(near.rows, &mut draws)));
    let (test, real_training): (Cow<'_, Frame>, Cow<'_, Frame>) = match (&input.holdout, &halves) {
        (None, Some([own, other])) => (Cow::Borrowed(other), Cow::Borrowed(own)),
        (Some(holdout), _) => (Cow::Borrowed(holdout), Cow::Borrowed(real)),
        (None, None) => (Cow::Borrowed(real), Cow::Borrowed(real)),
    };
    let context = Context { input, space, near, near_holdout, test, real_training, of_real: OnceLock::new() };

    let total = sets.len() * input.stages.len();
    let mut done = 0;
    let mut reports: Vec<SetReport> = Vec::with_capacity(sets.len());
    for (name, role, frame) in &sets {
        let mut step = |stage: Stage| {
            tell(Step { done, total, set: name, metric: stage.name() });
            done += 1;
        };
        // The other half is compared with its half; everything else with all real rows.
        let reference = match (role, &halves) {
            (Role::Ceiling, Some([own, _])) => own,
            _ => real,
        };
        reports.push(context.set(name, *role, frame, reference, &mut step));
    }
    tell(Step { done: total, total, set: "", metric: "" });
    let notes = context.notes();
    finish(input, &sets, reports, halves.is_some(), notes)
}

/// The trends of a set against rows that were not trained on.
fn trends_unseen(domain: &Domain, holdout: &Frame, frame: &Frame) -> impl Iterator<Item = Score> {
    let named = |score: Score| match score.metric {
        Metric::Trend => Some(score.named(Metric::TrendUnseen)),
        Metric::TrendStrict => Some(score.named(Metric::TrendStrictUnseen)),
        _ => None,
    };
    pairs(domain, holdout, frame).scores.into_iter().filter_map(named)
}

fn finish(
    input: &Input,
    sets: &[(String, Role, Cow<'_, Frame>)],
    mut reports: Vec<SetReport>,
    halved: bool,
    notes: Vec<String>,
) -> Report {
    if let Some(first) = reports.first_mut().filter(|set| set.role == Role::Synthetic) {
        first.scores.extend(input.of_model.iter().cloned());
    }
    for set in &mut reports {
        set.scores.sort_by_key(|score| score.metric);
    }
    let candidates: Vec<&Frame> =
        sets.iter().filter(|(_, role, _)| *role == Role::Synthetic).map(|(_, _, frame)| &**frame).collect();
    let columns = (input.domain.columns.par_iter().enumerate())
        .map(|(place, column)| {
            let values: Vec<&Values> = candidates.iter().map(|frame| &frame.columns[place]).collect();
            let overlay = Overlay::new(column, &input.training.columns[place], &values);
            ColumnInfo { name: column.name.clone(), kind: column.kind, overlay }
        })
        .collect();
    let ranking = ranking(&reports);
    let comparisons = comparisons(&reports);
    let ceiling = if halved {
        "one half of the real rows, compared with the other half: no holdout was given"
    } else {
        "the holdout: real rows, compared as if they were synthetic"
    };
    let mut report = Report {
        verdict: Verdict::default(),
        sets: reports,
        ranking,
        comparisons,
        columns,
        left_out: input.left_out.clone(),
        training_rows: input.training.rows,
        holdout_rows: input.holdout.as_ref().map(|holdout| holdout.rows),
        ceiling: ceiling.to_owned(),
        target: input.target.map(|target| input.domain.columns[target].name.clone()),
        curve: input.curve.clone(),
        no_claim: privacy::NO_CLAIM,
        notes,
        seed: input.seed,
        made: input.made.clone(),
    };
    report.verdict = verdict::judge(&report);
    report
}

impl Context<'_> {
    fn set(
        &self,
        name: &str,
        role: Role,
        frame: &Frame,
        reference: &Frame,
        step: &mut dyn FnMut(Stage),
    ) -> SetReport {
        let limits = &self.input.limits;
        let mut report = SetReport {
            name: name.to_owned(),
            role,
            rows: frame.rows,
            scores: Vec::new(),
            columns: Vec::new(),
            pairs: Vec::new(),
            gains: Vec::new(),
            skills: Vec::new(),
        };
        let mut draws = Draws::new(self.input.seed, Purpose::Neighbours);
        let mut points = |frame: &Frame, most: usize| self.space.points(&frame.at_most(most, &mut draws));
        let own = points(frame, limits.neighbours);
        let near = match role {
            Role::Ceiling => Cow::Owned(points(reference, limits.neighbours)),
            _ => Cow::Borrowed(&self.near),
        };
        for &stage in &self.input.stages {
            step(stage);
            match stage {
                Stage::Columns => {
                    let (columns, shape) = columns(self.input, reference, frame);
                    report.columns = columns;
                    report.scores.extend(shape);
                    if let Some(holdout) = self.unseen(role) {
                        let shape = super::columns::columns(self.input, holdout, frame).1;
                        report.scores.extend(shape.map(|score| score.named(Metric::ShapeUnseen)));
                    }
                }
                Stage::Pairs => {
                    let pairs = pairs(&self.input.domain, reference, frame);
                    report.scores.extend(pairs.scores);
                    if matches!(role, Role::Synthetic | Role::Ceiling) {
                        report.pairs = pairs.pairs;
                    }
                    if let Some(holdout) = self.unseen(role) {
                        report.scores.extend(trends_unseen(&self.input.domain, holdout, frame));
                    }
                }
                Stage::TwoSample => self.two_sample(frame, reference, role, &mut report),
                Stage::Neighbourhoods => {
                    report.scores.extend(neighbourhood(&near, &own));
                    let few = [reference, frame].map(|frame| points(frame, limits.permutation));
                    report.scores.extend(energy(&few[0], &few[1], self.input.seed));
                }
                Stage::Usefulness => {
                    let (scores, skills) = self.usefulness(frame, role);
                    report.scores.extend(scores);
                    report.skills = skills;
                }
                Stage::Privacy => {
                    report.scores.push(privacy::exact_copies(reference, frame));
                    let holdout = self.near_holdout.as_ref().filter(|_| self.unseen(role).is_some());
                    let neighbours = privacy::Neighbours::new(&near, holdout, &own);
                    report.scores.extend(privacy::closest_records(&neighbours));
                    report.scores.extend(privacy::membership_by_distance(&neighbours));
                }
            }
        }
        report
    }

    /// Against the rows that the set is compared with, and for all but the ceiling, which is the holdout, against unseen ones.
    fn two_sample(&self, frame: &Frame, reference: &Frame, role: Role, report: &mut SetReport) {
        let Input { domain, limits, seed, .. } = self.input;
        let test = |real: &Frame, known| two_sample(domain, real, frame, known, limits.two_sample, *seed);
        let unseen = self.unseen(role);
        let (seen, unseen) = rayon::join(
            || test(reference, Reference::Training),
            || unseen.and_then(|holdout| test(holdout, Reference::Unseen)),
        );
        report.gains = seen.as_ref().map(|test| test.gains.clone()).unwrap_or_default();
        report.scores.extend([seen, unseen].into_iter().flatten().flat_map(|test| test.scores));
    }

    /// The holdout, but for the ceiling, which is the holdout.
    fn unseen(&self, role: Role) -> Option<&Frame> {
        self.input.holdout.as_ref().filter(|_| role != Role::Ceiling)
    }

    /// Trained on `frame`, or for the ceiling on real rows; tested on real rows. Beside it what training on real rows gives more.
    fn usefulness(&self, frame: &Frame, role: Role) -> Usefulness {
        let of_real = || self.of_real.get_or_init(|| self.trained_on(&self.real_training));
        if role == Role::Ceiling {
            return of_real().clone();
        }
        let (of_real, (mut scores, skills)) = rayon::join(of_real, || self.trained_on(frame));
        let with_loss = [Metric::UsefulAuc, Metric::UsefulR2, Metric::UsefulAll];
        let pairs = scores
            .iter()
            .filter(|score| with_loss.contains(&score.metric))
            .find_map(|own| of_real.0.iter().find(|real| real.metric == own.metric).map(|real| (real, own)));
        let loss = pairs.map(|(real, own)| {
            let sizes = [own.real, own.synthetic];
            match real.difference(own) {
                (value, Some(error)) => Score::with_error(Metric::UsefulLoss, value, error, sizes),
                (value, None) => Score::exact(Metric::UsefulLoss, value, sizes),
            }
        });
        scores.extend(loss);
        (scores, skills)
    }

    fn trained_on(&self, source: &Frame) -> Usefulness {
        let Input { domain, limits, seed, target, training, .. } = self.input;
        let mut draws = Draws::new(*seed, Purpose::Usefulness);
        if let Some(target) = *target {
            let test = self.test.at_most(limits.usefulness, &mut draws);
            let source = source.at_most(limits.usefulness, &mut draws);
            return (usefulness(domain, training, &source, &test, target), Vec::new());
        }
        let test = self.test.at_most(limits.every_target, &mut draws);
        let source = source.at_most(limits.every_target, &mut draws);
        let (score, skills) = usefulness_of_all(domain, training, &source, &test);
        (score.into_iter().collect(), skills)
    }

    /// What was computed on fewer rows than there are, and what was not computed.
    fn notes(&self) -> Vec<String> {
        let Input { limits, holdout, training, synthetic, target, .. } = self.input;
        let most = synthetic.iter().map(|(_, frame)| frame.rows).max().unwrap_or(0).max(training.rows);
        let mut notes = Vec::new();
        if holdout.is_none() {
            notes.push(
                "No holdout was given: there is no two-sample test on unseen rows, no comparison of distances to training \
                 and holdout rows, and no membership test; the ceiling and the usefulness test use halves of the real \
                 rows, which the synthetic rows may have been made from."
                    .to_owned(),
            );
        }
        if target.is_none() {
            notes.push(format!(
                "No target was given: usefulness is the mean over every column as target, on at most {} rows.",
                limits.every_target
            ));
        }
        if let Some(holdout) = holdout.as_ref().filter(|holdout| 5 * holdout.rows < 4 * most) {
            notes.push(format!(
                "The ceiling has {} rows, fewer than the sets beside it: its columns and pairs score lower for that alone.",
                holdout.rows
            ));
        }
        for (what, limit) in [
            ("the two-sample test looks at", limits.two_sample),
            ("neighbourhoods, closest records and membership look at", limits.neighbours),
            ("energy distance and MMD look at", limits.permutation),
        ] {
            if most > limit {
                notes.push(format!(
                    "For time's sake {what} at most {limit} rows of each set, chosen at random."
                ));
            }
        }
        notes
    }
}
