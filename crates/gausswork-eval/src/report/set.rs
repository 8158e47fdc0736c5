//! One set: its groups of metrics, side by side.

use std::borrow::Cow;
use std::sync::{OnceLock, mpsc};

use super::columns::columns;
use super::evaluate::Context;
use super::{ColumnScores, Input, Role, SetReport, Stage};
use crate::frame::{Domain, Frame};
use crate::nearest::Points;
use crate::pair::{PairScore, pairs, trends};
use crate::privacy;
use crate::random::{Draws, Purpose};
use crate::rows::{Reference, energy, neighbourhood, two_sample};
use crate::score::{Metric, Score};
use crate::usefulness::{Skill, usefulness, usefulness_of_all};

/// Scores of trees, and the skill of each target where every column is one.
pub(super) type Usefulness = (Vec<Score>, Vec<Skill>);

/// Groups of metrics, those that take longest first: what is begun last is short, and no thread waits long for another.
const LONGEST_FIRST: [Stage; 6] = [
    Stage::TwoSample,
    Stage::Usefulness,
    Stage::Neighbourhoods,
    Stage::Privacy,
    Stage::Pairs,
    Stage::Columns,
];

/// What a group of metrics adds to the report of a set.
#[derive(Debug, Default)]
struct Found {
    scores: Vec<Score>,
    columns: Vec<ColumnScores>,
    pairs: Vec<PairScore>,
    gains: Vec<f64>,
    skills: Vec<Skill>,
}

/// A set and what it is compared with.
struct Compared<'a> {
    role: Role,
    frame: &'a Frame,
    reference: &'a Frame,
    /// Rows of both whose neighbours are looked for.
    own: Points,
    near: Cow<'a, Points>,
    /// Rows of both for permutation tests.
    few: [Points; 2],
}

impl Context<'_> {
    /// The report of a set; `step` hears of each group of metrics when it begins.
    pub(super) fn set(
        &self,
        name: &str,
        role: Role,
        frame: &Frame,
        reference: &Frame,
        step: &mut dyn FnMut(Stage),
    ) -> SetReport {
        let limits = &self.input.limits;
        let mut draws = Draws::new(self.input.seed, Purpose::Neighbours);
        let mut points = |frame: &Frame, most: usize| self.space.points(&frame.at_most(most, &mut draws));
        let own = points(frame, limits.neighbours);
        let near = match role {
            Role::Ceiling => Cow::Owned(points(reference, limits.neighbours)),
            _ => Cow::Borrowed(&self.near),
        };
        let few = [reference, frame].map(|frame| points(frame, limits.permutation));
        let set = Compared { role, frame, reference, own, near, few };

        let found = [const { OnceLock::new() }; Stage::ALL.len()];
        let (begun, begins) = mpsc::channel();
        rayon::in_place_scope_fifo(|scope| {
            for stage in LONGEST_FIRST.into_iter().filter(|stage| self.input.stages.contains(stage)) {
                let (begun, set, found) = (begun.clone(), &set, &found[stage as usize]);
                scope.spawn_fifo(move |_| {
                    // Nobody need listen.
                    let _ = begun.send(stage);
                    found.get_or_init(|| self.stage(stage, set));
                });
            }
            drop(begun);
            // A thread of the pool has to work instead of listening.
            if rayon::current_thread_index().is_none() {
                begins.iter().for_each(&mut *step);
            }
        });
        begins.try_iter().for_each(step);

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
        for found in found.into_iter().filter_map(OnceLock::into_inner) {
            report.scores.extend(found.scores);
            report.columns.extend(found.columns);
            report.pairs.extend(found.pairs);
            report.gains.extend(found.gains);
            report.skills.extend(found.skills);
        }
        report
    }

    fn stage(&self, stage: Stage, set: &Compared<'_>) -> Found {
        let Input { domain, seed, .. } = self.input;
        let &Compared { role, frame, reference, .. } = set;
        let mut found = Found::default();
        match stage {
            Stage::Columns => {
                let ((columns, shape), unseen) = columns(self.input, reference, self.unseen(role), frame);
                found.columns = columns;
                found.scores.extend(shape);
                let shape = unseen.and_then(|(_, shape)| shape);
                found.scores.extend(shape.map(|score| score.named(Metric::ShapeUnseen)));
            }
            Stage::Pairs => {
                let unseen = || self.unseen(role).map(|holdout| trends_unseen(domain, holdout, frame));
                let (pairs, unseen) = rayon::join(|| pairs(domain, reference, frame), unseen);
                found.scores = pairs.scores;
                if matches!(role, Role::Synthetic | Role::Ceiling) {
                    found.pairs = pairs.pairs;
                }
                found.scores.extend(unseen.into_iter().flatten());
            }
            Stage::TwoSample => found = self.two_sample(frame, reference, role),
            Stage::Neighbourhoods => {
                found.scores = neighbourhood(&set.near, &set.own);
                found.scores.extend(energy(&set.few[0], &set.few[1], *seed));
            }
            Stage::Usefulness => (found.scores, found.skills) = self.usefulness(frame, role),
            Stage::Privacy => {
                found.scores.push(privacy::exact_copies(reference, frame));
                let holdout = self.near_holdout.as_ref().filter(|_| self.unseen(role).is_some());
                let neighbours = privacy::Neighbours::new(&set.near, holdout, &set.own);
                found.scores.extend(privacy::closest_records(&neighbours));
                found.scores.extend(privacy::membership_by_distance(&neighbours));
            }
        }
        found
    }

    /// Against the rows that the set is compared with, and for all but the ceiling, which is the holdout, against unseen ones.
    fn two_sample(&self, frame: &Frame, reference: &Frame, role: Role) -> Found {
        let Input { domain, limits, seed, .. } = self.input;
        let test = |real: &Frame, known| two_sample(domain, real, frame, known, limits.two_sample, *seed);
        let unseen = self.unseen(role);
        let (seen, unseen) = rayon::join(
            || test(reference, Reference::Training),
            || unseen.and_then(|holdout| test(holdout, Reference::Unseen)),
        );
        let gains = seen.as_ref().map(|test| test.gains.clone()).unwrap_or_default();
        let scores = [seen, unseen].into_iter().flatten().flat_map(|test| test.scores).collect();
        Found { scores, gains, ..Found::default() }
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
}

/// The trends of a set against rows that were not trained on.
fn trends_unseen(domain: &Domain, holdout: &Frame, frame: &Frame) -> Vec<Score> {
    let named = |score: Score| match score.metric {
        Metric::Trend => Some(score.named(Metric::TrendUnseen)),
        Metric::TrendStrict => Some(score.named(Metric::TrendStrictUnseen)),
        _ => None,
    };
    trends(domain, holdout, frame).into_iter().filter_map(named).collect()
}
