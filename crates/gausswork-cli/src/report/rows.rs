//! What tells the rows apart, and what can be learned from them: bars and tables by column.

use gausswork_eval::report::{Report, Role, SetReport};
use gausswork_eval::score::{Metric, Z95};

use super::number::{Figure, rounded, shown, tenths};
use super::sets;
use super::table::{Cell, Row, Table};

/// Columns whose share in telling rows apart is shown.
const TELLING: usize = 12;
/// Targets that are shown at once, and in all.
const TARGETS: [usize; 2] = [15, 500];

/// What tells a set's rows from real ones.
#[derive(Debug)]
pub(super) struct Telling {
    /// The set.
    pub(super) set: String,
    /// Whether the rows can be told apart, in a sentence.
    pub(super) sentence: String,
    /// Columns, the width of their bars in percent, and their shares; empty where nothing tells them apart.
    pub(super) bars: Vec<(String, String, String)>,
    /// What further columns share.
    pub(super) rest: Option<String>,
}

/// The columns that a classifier uses, of each synthetic set in which it finds anything.
pub(super) fn telling(report: &Report) -> Vec<Telling> {
    sets::synthetic(report).into_iter().filter_map(|(_, set)| told(report, set)).collect()
}

fn told(report: &Report, set: &SetReport) -> Option<Telling> {
    let auc = set.score(Metric::TwoSampleAuc)?;
    let figure = Figure::of(auc).sentence();
    let apart = auc.standard_error.is_some_and(|error| auc.value - Z95 * error > 0.5);
    let name = shown(&set.name);
    if !apart {
        let sentence = format!(
            "Boosted trees do not tell the rows from real ones: the AUC ({figure}) is not above ½ beyond its error, so \
             no column is named."
        );
        return Some(Telling { set: name, sentence, bars: Vec::new(), rest: None });
    }
    let mut gains: Vec<(f64, usize)> =
        set.gains.iter().copied().zip(0..).filter(|(gain, _)| *gain > 0.0).collect();
    gains.sort_by(|a, b| b.0.total_cmp(&a.0));
    let most = gains.first().map_or(1.0, |(gain, _)| *gain);
    let bar = |&(gain, column): &(f64, usize)| {
        (shown(&report.columns[column].name), rounded(100.0 * gain / most, 3), tenths(gain))
    };
    let others = gains.get(TELLING..).unwrap_or_default();
    let columns = if others.len() == 1 { "column" } else { "columns" };
    let share = tenths(others.iter().map(|(gain, _)| gain).sum());
    let rest = format!("{} further {columns}: {share}", others.len());
    Some(Telling {
        set: name,
        sentence: format!(
            "Boosted trees tell the rows from real ones (AUC {figure}). Each column's share of what their splits gain:"
        ),
        bars: gains.iter().take(TELLING).map(bar).collect(),
        rest: (!others.is_empty()).then_some(rest),
    })
}

/// What can be learned from the rows.
#[derive(Debug)]
pub(super) struct Usefulness {
    /// The scores.
    pub(super) scores: Table,
    /// Skill of each target, the widest gap first.
    pub(super) skills: Table,
    /// Further targets.
    pub(super) more: Table,
    /// Targets that are left out.
    pub(super) omitted: usize,
}

/// Usefulness, if it was computed.
pub(super) fn usefulness(report: &Report) -> Option<Usefulness> {
    let group = super::scores::group(report, gausswork_eval::metric::Family::Usefulness);
    let judged = sets::judged(report);
    let mut targets: Vec<(f64, usize)> = (0..report.columns.len())
        .filter_map(|column| {
            let of = |set: &SetReport| {
                set.skills.iter().find(|skill| skill.column == column).map(|skill| skill.skill)
            };
            let real = judged.iter().find(|set| set.role == Role::Ceiling).and_then(|set| of(set));
            let own = judged.iter().filter(|set| set.role == Role::Synthetic).filter_map(|set| of(set));
            let own = own.fold(f64::INFINITY, f64::min);
            own.is_finite().then(|| (real.unwrap_or(1.0) - own, column))
        })
        .collect();
    if group.rows.is_empty() && targets.is_empty() {
        return None;
    }
    targets.sort_by(|a, b| b.0.total_cmp(&a.0));
    let table = |caption: &str, targets: &[(f64, usize)]| {
        let rows = targets.iter().map(|&(_, column)| {
            let cell = |set: &&SetReport| {
                let skill = set.skills.iter().find(|skill| skill.column == column);
                let error = |error: f64| (error > 0.0).then_some(Z95 * error);
                Cell::figure(skill.map(|skill| {
                    let reach = error(skill.standard_error);
                    Figure::new(skill.skill, reach.map(|reach| [skill.skill - reach, skill.skill + reach]))
                }))
            };
            Row::new(shown(&report.columns[column].name), judged.iter().map(cell).collect())
        });
        Table::new(caption, "target", judged.iter().map(|set| sets::head(set)).collect(), rows.collect())
    };
    let (first, others) = targets.split_at(targets.len().min(TARGETS[0]));
    let others = &others[..others.len().min(TARGETS[1])];
    Some(Usefulness {
        scores: Table {
            head: report.sets.iter().map(sets::head).collect(),
            ..Table::new("Scores, tested on real rows", "metric", Vec::new(), group.rows)
        },
        skills: table("Skill by target column, the widest gap to the ceiling first", first),
        more: table("Skill, further target columns", others),
        omitted: targets.len() - first.len() - others.len(),
    })
}
