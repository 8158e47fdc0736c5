//! What the figures come to, in words.

mod columns;
mod pairs;

use serde::Serialize;

use super::{Report, Role, SetReport};
use crate::metric::Goal;
use crate::score::{Metric, Score};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gravity {
    /// It speaks for the rows.
    Good,
    /// It is worth knowing.
    Note,
    /// It speaks against the rows.
    Bad,
}

/// Something that the figures show.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The set's place in the report.
    pub set: usize,
    /// How much it matters.
    pub gravity: Gravity,
    /// In a sentence.
    pub text: String,
}

/// What it all comes to.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Verdict {
    /// One paragraph, on the best set.
    pub paragraph: String,
    /// What stands out, of every synthetic set, the grave first.
    pub findings: Vec<Finding>,
}

/// A difference counts beyond so many standard errors: one false alarm in 15,000 comparisons.
const SURE: f64 = 4.0;
/// And beyond this, so that a million rows do not make a difference of nothing.
const WORTH_SAYING: f64 = 0.01;
/// Columns, levels and pairs that are named.
const NAMED: usize = 3;

/// Metrics on which a baseline that scores better is said to.
const COMPARED: [Metric; 8] = [
    Metric::Shape,
    Metric::Contingency,
    Metric::Correlation,
    Metric::TwoSample,
    Metric::TwoSampleUnseen,
    Metric::UsefulAuc,
    Metric::UsefulRmse,
    Metric::UsefulAll,
];

pub(super) fn judge(report: &Report) -> Verdict {
    let mut findings = Vec::new();
    for (set, scored) in report.sets.iter().enumerate().filter(|(_, set)| set.role == Role::Synthetic) {
        let mut own = Vec::new();
        columns::columns(report, scored, &mut own);
        pairs::pairs(report, scored, &mut own);
        rows(report, scored, &mut own);
        baselines(report, scored, &mut own);
        leaks(report, scored, &mut own);
        findings.extend(own.into_iter().map(|(gravity, text)| Finding { set, gravity, text }));
    }
    findings.sort_by_key(|finding| (finding.set, std::cmp::Reverse(finding.gravity)));
    Verdict { paragraph: paragraph(report, &findings), findings }
}

type Found = Vec<(Gravity, String)>;

fn ceiling(report: &Report) -> Option<&SetReport> {
    report.sets.iter().find(|set| set.role == Role::Ceiling)
}

/// By how much `score` falls short of `best`, if that is sure and worth saying.
fn short_of(score: &Score, best: &Score) -> Option<f64> {
    let (difference, error) = score.difference(best);
    let worse = match score.metric.goal() {
        Goal::Higher => -difference,
        Goal::Lower => difference,
        Goal::Near(target) => (score.value - target).abs() - (best.value - target).abs(),
    };
    (worse > SURE * error.unwrap_or(0.0) && worse > WORTH_SAYING).then_some(worse)
}

fn rows(report: &Report, set: &SetReport, found: &mut Found) {
    let Some(auc) = set.score(Metric::TwoSampleUnseenAuc).or_else(|| set.score(Metric::TwoSampleAuc)) else {
        return;
    };
    let unseen = auc.metric == Metric::TwoSampleUnseenAuc;
    let real = if unseen { "real rows that were held out" } else { "real rows" };
    let low = auc.value - 1.96 * auc.standard_error.unwrap_or(0.0);
    let high = auc.value + SURE * auc.standard_error.unwrap_or(0.0);
    if high < 0.5 && unseen {
        let text = format!(
            "Against the holdout the AUC is below one half ({:.3}): the rows resemble it more than real rows do. Was it \
             held out?",
            auc.value
        );
        found.push((Gravity::Bad, text));
    } else if low <= 0.5 && high >= 0.5 {
        let text = format!("Boosted trees cannot tell the rows from {real} (AUC {:.3}).", auc.value);
        found.push((Gravity::Good, text));
    } else if low > 0.5 && auc.value > 0.55 {
        let mut gains: Vec<(f64, usize)> = set.gains.iter().copied().zip(0..).collect();
        gains.sort_by(|a, b| b.0.total_cmp(&a.0));
        let named: Vec<&str> =
            gains.iter().take(NAMED).map(|&(_, i)| report.columns[i].name.as_str()).collect();
        let text = format!(
            "Boosted trees tell the rows from {real} (AUC {:.3}), most by \"{}\".",
            auc.value,
            named.join("\", \"")
        );
        found.push((if auc.value > 0.7 { Gravity::Bad } else { Gravity::Note }, text));
    }
    if let Some(seen) = set.score(Metric::TwoSampleAuc)
        && seen.value + SURE * seen.standard_error.unwrap_or(0.0) < 0.5
    {
        let text = format!(
            "Against the training rows the AUC is below one half ({:.3}): the rows resemble them more than fresh real \
             rows do, which is what copies look like.",
            seen.value
        );
        found.push((Gravity::Bad, text));
    }
}

fn baselines(report: &Report, set: &SetReport, found: &mut Found) {
    for metric in COMPARED {
        let Some(own) = set.score(metric) else { continue };
        let beaten: Vec<String> = (report.sets.iter())
            .filter(|other| matches!(other.role, Role::IndependentColumns | Role::GaussianCopula))
            .filter_map(|other| {
                let score = other.score(metric)?;
                let (difference, error) = own.difference(score);
                let sure = difference.abs() > 2.0 * error.unwrap_or(0.0);
                (metric.better(score.value, own.value) && sure)
                    .then(|| format!("{} ({:.3})", other.name, score.value))
            })
            .collect();
        if !beaten.is_empty() {
            // Shuffled columns are perfect columns: to be a little below them is no shame.
            let close = metric == Metric::Shape && own.value > 0.98;
            let text = format!(
                "In {} ({:.3}) the rows are beaten by {}, which need no model.",
                metric.title(),
                own.value,
                beaten.join(" and by ")
            );
            found.push((if close { Gravity::Note } else { Gravity::Bad }, text));
        }
    }
}

fn leaks(report: &Report, set: &SetReport, found: &mut Found) {
    if let Some(copies) = set.score(Metric::Copies) {
        // Tables have duplicates of their own: what counts is more of them than fresh real rows have.
        let usual = ceiling(report).and_then(|set| set.score(Metric::Copies));
        let (more, error) = match usual {
            Some(usual) => copies.difference(usual),
            None => (copies.value, copies.standard_error),
        };
        if more > 0.001 && more > SURE * error.unwrap_or(0.0) {
            let than = usual.map_or(String::new(), |usual| {
                format!("; of fresh real rows it is {:.2} %", 100.0 * usual.value)
            });
            let text = format!(
                "{:.2} % of the rows are exact copies of real rows{than}. Do not share them as if they were synthetic.",
                100.0 * copies.value
            );
            found.push((Gravity::Bad, text));
        }
    }
    let beyond = |metric: Metric, least: f64| {
        let score = set.score(metric)?;
        let [low, _] = score.interval?;
        (low > least).then_some(score)
    };
    if let Some(share) = beyond(Metric::DcrShare, 0.5).filter(|share| share.value > 0.52) {
        let text = format!(
            "{:.1} % of the rows are nearer to a training row than to a row of an equal holdout; without copying it would \
             be 50 %.",
            100.0 * share.value
        );
        found.push((if share.value > 0.55 { Gravity::Bad } else { Gravity::Note }, text));
    }
    for (metric, by) in [
        (Metric::MembershipAuc, "the distance to the closest synthetic row"),
        (Metric::LikelihoodAuc, "the model's likelihood"),
    ] {
        if let Some(auc) = beyond(metric, 0.5).filter(|auc| auc.value > 0.51) {
            let text = format!(
                "Training rows can be told from unseen ones by {by} (AUC {:.3}): whoever has a row learns something \
                 about whether it was used.",
                auc.value
            );
            found.push((if auc.value > 0.55 { Gravity::Bad } else { Gravity::Note }, text));
        }
    }
}

fn paragraph(report: &Report, findings: &[Finding]) -> String {
    let Some(&best) = report.ranking.first() else { return String::new() };
    let set = &report.sets[best];
    let mut text = String::new();
    if report.ranking.len() > 1 {
        text =
            format!("Of {} sets, \"{}\" is the closest to the real rows. ", report.ranking.len(), set.name);
    }
    let test = set.score(Metric::TwoSampleUnseen).or_else(|| set.score(Metric::TwoSample));
    let best_test = ceiling(report).and_then(|set| set.score(Metric::TwoSample));
    if let Some(test) = test {
        let how = match test.value {
            v if v >= 0.9 => "are hard to tell from",
            v if v >= 0.7 => "resemble",
            v if v >= 0.4 => "can be told from",
            _ => "are easily told from",
        };
        text += &format!("The synthetic rows {how} real ones (two-sample score {:.3}", test.value);
        text += &best_test.map_or(String::new(), |best| format!("; real rows reach {:.3}", best.value));
        text += "). ";
    }
    let figures: Vec<String> =
        [Metric::Shape, Metric::Contingency, Metric::UsefulAuc, Metric::UsefulRmse, Metric::UsefulAll]
            .into_iter()
            .filter_map(|metric| {
                let own = set.score(metric)?;
                let real = ceiling(report).and_then(|set| set.score(metric));
                let real = real.map_or(String::new(), |real| format!(" (real {:.3})", real.value));
                Some(format!("{} {:.3}{real}", metric.title(), own.value))
            })
            .collect();
    if !figures.is_empty() {
        text += &format!("In figures: {}. ", figures.join(", "));
    }
    let grave: Vec<&str> = (findings.iter())
        .filter(|finding| finding.set == best && finding.gravity == Gravity::Bad)
        .map(|finding| finding.text.as_str())
        .collect();
    if grave.is_empty() {
        text += "Nothing that was looked for is clearly wrong. ";
    } else {
        text += &format!("{} ", grave[..grave.len().min(4)].join(" "));
        if grave.len() > 4 {
            text += &format!("{} further findings are listed below. ", grave.len() - 4);
        }
    }
    text + "None of this proves that the rows are anonymous."
}
