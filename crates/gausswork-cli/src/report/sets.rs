//! The sets of a report: their names and roles, their order, and how they differ.

use gausswork_eval::report::{Comparison, Report, Role, SetReport};
use gausswork_eval::score::Metric;

use super::ink::SETS;
use super::number::{Figure, shown};
use super::table::{Cell, Group, Head, Row, Table};
use crate::output::grouped;

/// Pairs of sets whose differences are listed.
const PAIRS: usize = 6;

/// How a set is drawn.
#[derive(Debug)]
pub(super) struct Key {
    /// Its class in the style sheet.
    pub(super) class: String,
    /// Its name.
    pub(super) name: String,
}

/// The synthetic sets and their places.
pub(super) fn synthetic(report: &Report) -> Vec<(usize, &SetReport)> {
    report.sets.iter().enumerate().filter(|(_, set)| set.role == Role::Synthetic).collect()
}

/// Real rows that a perfect generator could not do better than.
pub(super) fn ceiling(report: &Report) -> Option<&SetReport> {
    report.sets.iter().find(|set| set.role == Role::Ceiling)
}

/// The synthetic sets, and the ceiling after them.
pub(super) fn judged(report: &Report) -> Vec<&SetReport> {
    synthetic(report).into_iter().map(|(_, set)| set).chain(ceiling(report)).collect()
}

/// A set as the head of a column.
pub(super) fn head(set: &SetReport) -> Head {
    Head::noted(shown(&set.name), role(set.role))
}

/// What a set is, in a word or two.
fn role(role: Role) -> &'static str {
    match role {
        Role::Synthetic => "synthetic",
        Role::Ceiling => "ceiling",
        Role::IndependentColumns | Role::GaussianCopula | Role::RowCopy => "baseline",
    }
}

/// What a baseline or the ceiling is, in a sentence; nothing of what is judged.
pub(super) fn explained(report: &Report, set: &SetReport) -> Option<String> {
    Some(match set.role {
        Role::Synthetic => return None,
        Role::Ceiling => {
            format!("what a perfect generator would score. It is {}.", report.ceiling.trim_end_matches('.'))
        }
        Role::IndependentColumns => {
            "each column of the real rows shuffled on its own: perfect columns, and no dependence between them.".to_owned()
        }
        Role::GaussianCopula => {
            "the columns of the real rows with the dependence of a normal distribution: what a simple model of correlations \
             reaches."
                .to_owned()
        }
        Role::RowCopy => {
            "real rows drawn again: it looks perfect and keeps no secret. It is never called the best baseline.".to_owned()
        }
    })
}

/// How the rows and sets of the pictures are drawn, and how many sets are not.
pub(super) fn keys(report: &Report) -> (Vec<Key>, usize) {
    let sets = synthetic(report);
    let key =
        |(n, (_, set)): (usize, &(usize, &SetReport))| Key { class: format!("k{n}"), name: shown(&set.name) };
    let real = Key { class: "kr".to_owned(), name: "real rows".to_owned() };
    let keys = [real].into_iter().chain(sets.iter().enumerate().take(SETS).map(key)).collect();
    (keys, sets.len().saturating_sub(SETS))
}

/// The order of several sets, and their differences.
#[derive(Debug)]
pub(super) struct Ranking {
    /// The best first.
    pub(super) order: Table,
    /// Pairwise.
    pub(super) differences: Vec<Table>,
    /// Pairs that are left out.
    pub(super) omitted: usize,
}

/// By what sets are ranked.
const RANKED_BY: [Metric; 3] = [Metric::TwoSampleUnseen, Metric::TwoSample, Metric::Contingency];

/// The ranking of several sets; none of one.
pub(super) fn ranking(report: &Report) -> Option<Ranking> {
    if report.ranking.len() < 2 {
        return None;
    }
    let ranked: Vec<&SetReport> = report.ranking.iter().filter_map(|&place| report.sets.get(place)).collect();
    let by: Vec<Metric> = RANKED_BY
        .into_iter()
        .filter(|&metric| ranked.iter().any(|set| set.score(metric).is_some()))
        .collect();
    let rows = ranked.iter().zip(1..).map(|(set, rank)| {
        let cells = by.iter().map(|&metric| Cell::figure(set.score(metric).map(Figure::of)));
        Row {
            name: format!("{rank}. {}", shown(&set.name)),
            note: format!("{} rows", grouped(set.rows as u128)),
            cells: cells.collect(),
        }
    });
    let head = by.iter().map(|metric| Head::new(metric.title())).collect();
    let order = Table::new(
        "The sets, closest to the real rows first: by the first column; where that is equal, by the next",
        "set",
        head,
        rows.collect(),
    );
    let mut pairs: Vec<[usize; 2]> = report.comparisons.iter().map(|comparison| comparison.sets).collect();
    pairs.dedup();
    let differences = pairs.iter().take(PAIRS).filter_map(|&pair| difference(report, pair)).collect();
    Some(Ranking { order, differences, omitted: pairs.len().saturating_sub(PAIRS) })
}

/// How two sets differ, metric by metric.
fn difference(report: &Report, pair: [usize; 2]) -> Option<Table> {
    let [a, b] = [report.sets.get(pair[0])?, report.sets.get(pair[1])?];
    let mut groups: Vec<Group> = Vec::new();
    for comparison in report.comparisons.iter().filter(|comparison| comparison.sets == pair) {
        let row = Row {
            name: comparison.metric.title().to_owned(),
            note: super::scores::goal(comparison.metric),
            cells: vec![
                Cell::figure(Some(Figure::new(comparison.difference, comparison.interval))),
                Cell::words(outcome(comparison, [a, b])),
            ],
        };
        let title = super::scores::family(comparison.metric.family());
        match groups.last_mut().filter(|group| group.title == title) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group { title: title.to_owned(), rows: vec![row] }),
        }
    }
    Some(Table {
        caption: format!("{} less {}", shown(&a.name), shown(&b.name)),
        corner: "metric".to_owned(),
        head: vec![Head::noted("difference", "95 % interval"), Head::new("better").words()],
        groups,
    })
}

/// Which set is better, if the interval leaves no doubt.
fn outcome(comparison: &Comparison, [a, b]: [&SetReport; 2]) -> String {
    let metric = comparison.metric;
    let values = a.score(metric).map(|score| score.value).zip(b.score(metric).map(|score| score.value));
    match (comparison.interval, values) {
        (Some([low, high]), Some((first, second))) if low > 0.0 || high < 0.0 => {
            if metric.better(first, second) {
                format!("{}, clearly", shown(&a.name))
            } else if metric.better(second, first) {
                format!("{}, clearly", shown(&b.name))
            } else {
                "equally far off".to_owned()
            }
        }
        (Some(_), _) => "not clear".to_owned(),
        (None, _) => "not clear: no interval".to_owned(),
    }
}
