//! A report in a terminal: the verdict, what stands out, and the scores with the baselines beside them.

use gausswork::eval::metric::{Family, Goal};
use gausswork::eval::report::{Comparison, Gravity, Report, Role, SetReport};
use gausswork::eval::score::{Metric, Score};

use crate::columns::aligned;
use crate::output::{grouped, significant};

/// Columns of text.
const WIDTH: usize = 100;
/// Findings that are told; the rest is in the report.
const FINDINGS: usize = 12;

/// The whole summary.
pub(crate) fn text(report: &Report) -> String {
    let mut out = format!("{}\n", wrapped(&report.verdict.paragraph, 0));
    let findings = &report.verdict.findings;
    if !findings.is_empty() {
        out.push('\n');
        for finding in findings.iter().take(FINDINGS) {
            let sign = match finding.gravity {
                Gravity::Good => "+",
                Gravity::Note => "·",
                Gravity::Bad => "!",
            };
            let name = match report.ranking.len() {
                1 => String::new(),
                _ => format!("{}: ", report.sets[finding.set].name),
            };
            out.push_str(&format!("{sign} {}\n", wrapped(&format!("{name}{}", finding.text), 2)));
        }
        if findings.len() > FINDINGS {
            out.push_str(&format!("  and {} more\n", findings.len() - FINDINGS));
        }
    }
    out.push_str(&format!("\n{}", scores(report, Metric::ALL)));
    if report.ranking.len() > 1 {
        out.push_str(&format!("\n{}", ranking(report)));
    }
    for set in report.truth.iter().flat_map(|truth| &truth.sets) {
        let lines = crate::truth::brief(|key| set.figures.get(key).copied());
        out.push_str(&format!("\n{} against the density\n{}", set.name, aligned(&lines)));
    }
    for note in &report.notes {
        out.push_str(&format!("\n{}", wrapped(note, 0)));
    }
    out.push_str(&format!("\n{}\n", wrapped(report.no_claim, 0)));
    out
}

/// What is told at the end of a fit: the verdict, and the scores that matter most.
pub(crate) fn brief(report: &Report) -> String {
    const SHOWN: [Metric; 8] = [
        Metric::Shape,
        Metric::Trend,
        Metric::Contingency,
        Metric::TwoSample,
        Metric::TwoSampleUnseen,
        Metric::UsefulAll,
        Metric::Copies,
        Metric::DcrShare,
    ];
    format!("{}\n\n{}", wrapped(&report.verdict.paragraph, 0), scores(report, &SHOWN))
}

/// A line per metric, a column per set.
fn scores(report: &Report, metrics: &[Metric]) -> String {
    let shown: Vec<&Metric> =
        metrics.iter().filter(|metric| report.sets.iter().any(|set| set.score(**metric).is_some())).collect();
    let mut head = vec![String::new(), "better".to_owned()];
    head.extend(report.sets.iter().map(heading));
    let mut lines = vec![head];
    let mut family: Option<Family> = None;
    for metric in shown {
        if family.is_some_and(|family| family != metric.family()) {
            lines.push(vec![String::new(); report.sets.len() + 2]);
        }
        family = Some(metric.family());
        let goal = match metric.goal() {
            Goal::Higher => "higher".to_owned(),
            Goal::Lower => "lower".to_owned(),
            Goal::Near(target) => format!("near {}", significant(target, 2)),
        };
        let mut line = vec![metric.title().to_owned(), goal];
        line.extend(report.sets.iter().map(|set| set.score(*metric).map_or("-".to_owned(), value)));
        lines.push(line);
    }
    aligned(&lines)
}

fn heading(set: &SetReport) -> String {
    match set.role {
        Role::Synthetic => format!("{} ({})", set.name, grouped(set.rows as u128)),
        Role::Ceiling => format!("real rows ({})", grouped(set.rows as u128)),
        Role::IndependentColumns => "independent".to_owned(),
        Role::GaussianCopula => "copula".to_owned(),
        Role::RowCopy => "row copy".to_owned(),
    }
}

/// A value and half its 95 % interval.
pub(crate) fn value(score: &Score) -> String {
    let digits = match score.value {
        // Rounding leaves no minus before a zero.
        value if value.abs() < 10.0 => format!("{:.4}", (value * 1e4).round() / 1e4 + 0.0),
        value => significant(value, 5),
    };
    match score.standard_error {
        Some(error) => format!("{digits} ± {}", significant(1.96 * error, 2)),
        None => digits,
    }
}

/// Sets from the best to the worst, and whether each is surely better than the next.
fn ranking(report: &Report) -> String {
    let mut out = "Ranking\n".to_owned();
    for (place, pair) in report.ranking.windows(2).enumerate() {
        let [a, b] = [pair[0], pair[1]];
        out.push_str(&format!("  {}. {}\n", place + 1, report.sets[a].name));
        let between = |c: &&Comparison| c.sets == [a, b] || c.sets == [b, a];
        let wanted = [Metric::TwoSampleUnseen, Metric::TwoSample, Metric::Contingency, Metric::Shape];
        for comparison in report.comparisons.iter().filter(between).filter(|c| wanted.contains(&c.metric)) {
            let sign = if comparison.sets[0] == a { 1.0 } else { -1.0 };
            let interval = comparison.interval.map_or(String::new(), |[low, high]| {
                let half = (high - low) / 2.0;
                let sure = if comparison.difference.abs() > half { "" } else { ", which may be chance" };
                format!(" ± {}{sure}", significant(half, 2))
            });
            let difference = sign * comparison.difference;
            out.push_str(&format!(
                "       {difference:+.4}{interval} in {} over {}\n",
                comparison.metric.title(),
                report.sets[b].name
            ));
        }
    }
    if let Some(&last) = report.ranking.last() {
        out.push_str(&format!("  {}. {}\n", report.ranking.len(), report.sets[last].name));
    }
    out
}

/// Text in lines of at most [`WIDTH`] characters, all but the first indented.
pub(crate) fn wrapped(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut used = indent;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > indent && used + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            used = indent;
        } else if used > indent {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}
