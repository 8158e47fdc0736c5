//! Runs every metric on every set.

use std::borrow::Cow;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::compare::{comparisons, ranking};
use super::overlay::Overlay;
use super::set::Usefulness;
use super::verdict::Verdict;
use super::{Baselines, ColumnInfo, Input, Report, Role, SetReport, Stage, Step, verdict};
use crate::baseline;
use crate::frame::{Frame, Values};
use crate::nearest::{Points, Space};
use crate::privacy;
use crate::random::{Draws, Purpose};

/// What all sets are measured against.
pub(super) struct Context<'a> {
    pub(super) input: &'a Input,
    pub(super) space: Space,
    /// Training and holdout rows whose neighbours are looked for, as many of each.
    pub(super) near: Points,
    pub(super) near_holdout: Option<Points>,
    /// The real rows that usefulness is tested on, and those that real training uses.
    pub(super) test: Cow<'a, Frame>,
    pub(super) real_training: Cow<'a, Frame>,
    /// What trees fitted to the real training rows score.
    pub(super) of_real: OnceLock<Usefulness>,
}

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
        truth: None,
        no_claim: privacy::NO_CLAIM,
        notes,
        seed: input.seed,
        made: input.made.clone(),
    };
    report.verdict = verdict::judge(&report);
    report
}

impl Context<'_> {
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
