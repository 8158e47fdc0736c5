//! A report on images in a terminal: what it comes to, and the scores with real images and baselines beside them.

use gausswork::eval::features::FeatureScore;
use gausswork::eval::metric::Goal;
use gausswork::eval::score::{Metric, Score};
use gausswork::run::{ImageReport, ImageRole, ImageSetReport};

use crate::columns::aligned;
use crate::output::{grouped, significant};
use crate::scorecard::{value, wrapped};

/// The whole summary.
pub(crate) fn text(report: &ImageReport) -> String {
    let mut out = String::new();
    for set in report.sets.iter().filter(|set| set.role == ImageRole::Synthetic) {
        out.push_str(&format!("{}\n\n", wrapped(&verdict(report, set), 0)));
    }
    out.push_str(&wrapped(&format!("Features: {}, {}.", report.extractor, compared(report)), 0));
    out.push_str(&format!("\n\n{}", scores(report)));
    if !report.classes.is_empty() && report.level.is_some() {
        out.push_str(&format!("\n{}", classes(report)));
    }
    for note in &report.notes {
        out.push_str(&format!("\n{}\n", wrapped(note, 0)));
    }
    out
}

/// What is compared with what.
pub(crate) fn compared(report: &ImageReport) -> String {
    let reference = grouped(report.reference as u128);
    format!("of {} images, with {reference} real ones as reference", report.shape)
}

/// The figures of a set in a sentence, and what real images and baselines have.
pub(crate) fn verdict(report: &ImageReport, set: &ImageSetReport) -> String {
    let figure = |score: &Score| significant(score.value, 3);
    let distance = |set: &ImageSetReport| set.score(Metric::Frechet).map_or("-".to_owned(), figure);
    let others: Vec<String> = (report.sets.iter())
        .filter(|other| other.role != ImageRole::Synthetic)
        .map(|other| format!("{} {}", distance(other), title(other)))
        .collect();
    let beside =
        if others.is_empty() { String::new() } else { format!(", where it is {}", others.join(", ")) };
    let mut told = format!("{}: {} {}{beside}.", set.name, report.frechet, distance(set));
    if let Some(recognised) = set.score(Metric::Recognised) {
        let missing = set.missing();
        let classes = match missing {
            0 => format!("all {} classes are among them", report.classes.len()),
            _ => format!("{missing} of {} classes are not among them", report.classes.len()),
        };
        told.push_str(&format!(
            " {:.1} % of its images are recognised, 95 % of real ones are; {classes}.",
            100.0 * recognised.value
        ));
    }
    if let Some(agreed) = set.score(Metric::AsLabelled) {
        let fresh = report.sets.iter().find(|set| set.role == ImageRole::FreshReal);
        let fresh = fresh.and_then(|set| set.score(Metric::AsLabelled));
        let of_real = fresh.map_or_else(String::new, |fresh| {
            format!(", {:.1} % of fresh real ones are", 100.0 * fresh.value)
        });
        told.push_str(&format!(" {:.1} % are classified as labelled{of_real}.", 100.0 * agreed.value));
    }
    told
}

/// What a set is called among others.
pub(crate) fn title(set: &ImageSetReport) -> &str {
    match set.role {
        ImageRole::Synthetic => &set.name,
        ImageRole::FreshReal => "of fresh real images",
        ImageRole::IndependentPixels => "of independent pixels",
        ImageRole::Gaussian => "of a normal distribution",
    }
}

/// The metrics that any set has, in the order of a report.
pub(crate) fn metrics(report: &ImageReport) -> Vec<Metric> {
    let has = |metric: &Metric| report.sets.iter().any(|set| set.score(*metric).is_some());
    Metric::ALL.iter().copied().filter(has).collect()
}

/// The name of a metric in a report, whose extractor is named beside it.
pub(crate) fn name(report: &ImageReport, metric: Metric) -> String {
    let of = |score: &&FeatureScore| score.score().metric == metric;
    let found = report.sets.iter().find_map(|set| set.scores.iter().find(of));
    let over = format!(" over {}", report.extractor);
    found.map_or_else(String::new, |score| score.title().replace(&over, ""))
}

/// A line per metric, a column per set.
fn scores(report: &ImageReport) -> String {
    let head = |set: &ImageSetReport| format!("{} ({})", set.name, grouped(set.images as u128));
    let mut lines =
        vec![[String::new(), "better".to_owned()].into_iter().chain(report.sets.iter().map(head)).collect()];
    for metric in metrics(report) {
        let goal = match metric.goal() {
            Goal::Higher => "higher".to_owned(),
            Goal::Lower => "lower".to_owned(),
            Goal::Near(target) => format!("near {}", significant(target, 2)),
        };
        let mut line = vec![name(report, metric), goal];
        line.extend(report.sets.iter().map(|set| set.score(metric).map_or("-".to_owned(), value)));
        lines.push(line);
    }
    aligned::<Vec<String>>(&lines)
}

/// A line per class: its share in each set, and how many images of it are recognised.
fn classes(report: &ImageReport) -> String {
    let sets: Vec<&ImageSetReport> = report.sets.iter().filter(|set| !set.shares.is_empty()).collect();
    let mut lines: Vec<Vec<String>> =
        vec![std::iter::once("class".to_owned()).chain(sets.iter().map(|set| set.name.clone())).collect()];
    for (place, class) in report.classes.iter().enumerate() {
        let cell = |set: &&ImageSetReport| {
            let recognised = set.recognised.get(place).copied().unwrap_or(0);
            let share = 100.0 * set.shares.get(place).copied().unwrap_or(0.0);
            format!("{share:.1} %, {} recognised", grouped(recognised))
        };
        lines.push(std::iter::once(class.clone()).chain(sets.iter().map(cell)).collect());
    }
    aligned::<Vec<String>>(&lines)
}
