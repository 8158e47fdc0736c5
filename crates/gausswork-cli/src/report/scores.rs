//! The table of scores, and how each is estimated.

use gausswork_eval::metric::{Family, Goal};
use gausswork_eval::report::{Report, Role, SetReport};
use gausswork_eval::score::{Metric, Score};

use super::number::{Figure, rounded, shown};
use super::sets;
use super::table::{Cell, Group, Row, Table};
use crate::output::grouped;

/// Families of metrics in their order.
const FAMILIES: [Family; 8] = [
    Family::Columns,
    Family::Pairs,
    Family::Rows,
    Family::Usefulness,
    Family::Privacy,
    Family::Model,
    Family::Features,
    Family::Classes,
];

/// The mark of the best baseline.
pub(super) const BEST: &str = "◆";

/// All scores.
#[derive(Debug)]
pub(super) struct Scores {
    /// Every metric of every set.
    pub(super) table: Table,
    /// What the baselines are.
    pub(super) legend: Vec<(String, String)>,
    /// How each number is estimated.
    pub(super) methods: Vec<Method>,
}

/// How a metric is estimated.
#[derive(Debug)]
pub(super) struct Method {
    /// The metric.
    pub(super) title: &'static str,
    /// Its estimator.
    pub(super) estimator: &'static str,
    /// Who proposed it, where that is not common knowledge.
    pub(super) reference: Option<&'static str>,
    /// From how many rows.
    pub(super) sizes: String,
}

/// The scores of whole sets.
pub(super) fn scores(report: &Report) -> Scores {
    let families = FAMILIES.map(|family| group(report, family));
    let explained =
        report.sets.iter().filter_map(|set| Some((set.name.clone(), sets::explained(report, set)?)));
    let table = Table {
        caption: format!("Scores with 95 % intervals; {BEST} the best baseline of each row"),
        corner: "metric".to_owned(),
        head: report.sets.iter().map(sets::head).collect(),
        groups: families.into_iter().filter(|group| !group.rows.is_empty()).collect(),
    };
    Scores { table, legend: explained.collect(), methods: methods(report) }
}

/// The scores of one family.
pub(super) fn group(report: &Report, family: Family) -> Group {
    let metrics = Metric::ALL.iter().copied().filter(|metric| metric.family() == family);
    let rows = metrics.filter(|&metric| report.sets.iter().any(|set| set.score(metric).is_some()));
    Group { title: self::family(family).to_owned(), rows: rows.map(|metric| row(report, metric)).collect() }
}

fn row(report: &Report, metric: Metric) -> Row {
    let best = best_baseline(report, metric);
    let cells = report.sets.iter().map(|set| {
        let is_best =
            own_baseline(set) && best.is_some() && set.score(metric).map(|score| score.value) == best;
        Cell { mark: if is_best { BEST } else { "" }, ..Cell::figure(set.score(metric).map(Figure::of)) }
    });
    Row { name: metric.title().to_owned(), note: goal(metric), cells: cells.collect() }
}

/// Whether a set is a baseline whose rows are not real ones.
fn own_baseline(set: &SetReport) -> bool {
    matches!(set.role, Role::IndependentColumns | Role::GaussianCopula)
}

/// The best value of such baselines; several may reach it.
fn best_baseline(report: &Report, metric: Metric) -> Option<f64> {
    let baselines = report.sets.iter().filter(|set| own_baseline(set));
    let values = baselines.filter_map(|set| Some(set.score(metric)?.value));
    values.reduce(|best, next| if metric.better(next, best) { next } else { best })
}

/// Which way is better, in words.
pub(super) fn goal(metric: Metric) -> String {
    match metric.goal() {
        Goal::Higher => "↑ higher is better".to_owned(),
        Goal::Lower => "↓ lower is better".to_owned(),
        Goal::Near(target) => format!("→ best at {}", rounded(target, 3)),
    }
}

/// What a family of metrics is about.
pub(super) fn family(family: Family) -> &'static str {
    match family {
        Family::Columns => "Single columns",
        Family::Pairs => "Pairs of columns",
        Family::Rows => "Whole rows",
        Family::Usefulness => "Usefulness",
        Family::Privacy => "Privacy",
        Family::Model => "The model on held-out rows",
        Family::Features => "Features",
        Family::Classes => "Classes",
    }
}

/// The estimators of all metrics that occur, those of single columns among them.
fn methods(report: &Report) -> Vec<Method> {
    let method = |&metric: &Metric| {
        let found: Vec<(&SetReport, &Score)> = (report.sets.iter())
            .filter_map(|set| {
                let of_columns =
                    || set.columns.iter().flat_map(|column| &column.scores).find(|s| s.metric == metric);
                Some((set, set.score(metric).or_else(of_columns)?))
            })
            .collect();
        let reference = Some(metric.reference()).filter(|reference| *reference != "-");
        let (title, estimator) = (metric.title(), metric.estimator());
        (!found.is_empty()).then(|| Method { title, estimator, reference, sizes: sizes(&found) })
    };
    Metric::ALL.iter().filter_map(method).collect()
}

/// Numbers of rows, with the names of sets where they differ.
fn sizes(found: &[(&SetReport, &Score)]) -> String {
    let mut groups: Vec<([usize; 2], Vec<String>)> = Vec::new();
    for (set, score) in found {
        let size = [score.real, score.synthetic];
        match groups.iter_mut().find(|(known, _)| *known == size) {
            Some((_, names)) => names.push(shown(&set.name)),
            None => groups.push((size, vec![shown(&set.name)])),
        }
    }
    let alone = groups.len() == 1;
    let told = groups.into_iter().map(|([real, synthetic], names)| {
        let rows = match synthetic {
            0 => format!("{} real", grouped(real as u128)),
            _ => format!("{} real, {} of the set", grouped(real as u128), grouped(synthetic as u128)),
        };
        if alone { rows } else { format!("{rows} ({})", names.join(", ")) }
    });
    told.collect::<Vec<_>>().join("; ")
}
