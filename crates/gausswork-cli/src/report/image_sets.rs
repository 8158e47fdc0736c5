//! The report of an evaluation of images as one HTML page.

use anyhow::Context as _;
use askama::Template;
use gausswork::run::{ImageReport, ImageRole, ImageSetReport};

use super::number::{Figure, rounded, shown, tenths};
use super::scores::goal;
use super::table::{Cell, Head, Row, Table};
use crate::images::scorecard::{compared, metrics, name, verdict};
use crate::output::grouped;

/// Classes that a table has room for.
const CLASSES: usize = 200;

/// The page.
#[derive(Debug, Template)]
#[template(path = "image_sets.html")]
struct Page<'a> {
    report: &'a ImageReport,
    version: &'a str,
    title: String,
    subtitle: String,
    verdicts: Vec<String>,
    scores: Table,
    legend: Vec<(&'static str, &'static str)>,
    methods: Vec<[String; 3]>,
    classes: Option<Table>,
    level: String,
    sources: Table,
}

/// The report as a page.
///
/// # Errors
/// None that is known.
pub(crate) fn html(report: &ImageReport) -> anyhow::Result<String> {
    let judged: Vec<&ImageSetReport> =
        report.sets.iter().filter(|set| set.role == ImageRole::Synthetic).collect();
    let names: Vec<String> = judged.iter().map(|set| shown(&set.name)).collect();
    let page = Page {
        version: &report.made.version,
        title: super::title(&names),
        subtitle: format!("Features {}", compared(report)),
        verdicts: judged.iter().map(|set| verdict(report, set)).collect(),
        scores: scores(report),
        legend: report.sets.iter().filter_map(|set| Some((role(set.role), explained(set.role)?))).collect(),
        methods: metrics(report)
            .into_iter()
            .map(|metric| {
                let reference = Some(metric.reference()).filter(|reference| *reference != "-");
                [
                    name(report, metric),
                    metric.estimator().to_owned(),
                    reference.unwrap_or_default().to_owned(),
                ]
            })
            .collect(),
        classes: classes(report),
        level: report.level.map_or_else(String::new, |level| rounded(level, 4)),
        sources: sources(report),
        report,
    };
    page.render().context("the page cannot be written")
}

fn head(set: &ImageSetReport) -> Head {
    let kind = if set.role == ImageRole::Synthetic { "synthetic, " } else { "" };
    Head::noted(shown(&set.name), &format!("{kind}{} images", grouped(set.images as u128)))
}

/// What a set is, in a word or two.
fn role(role: ImageRole) -> &'static str {
    match role {
        ImageRole::Synthetic => "synthetic",
        ImageRole::FreshReal => "fresh real images",
        ImageRole::IndependentPixels => "independent pixels",
        ImageRole::Gaussian => "Gaussian",
    }
}

/// What a set without a model is; nothing of what is judged.
fn explained(role: ImageRole) -> Option<&'static str> {
    Some(match role {
        ImageRole::Synthetic => return None,
        ImageRole::FreshReal => {
            "what a perfect generator would score: real images that neither the extractor nor the reference has."
        }
        ImageRole::IndependentPixels => {
            "each number of an image is that of a real image drawn for it alone: perfect pixels, and no dependence between them."
        }
        ImageRole::Gaussian => {
            "a normal distribution with the mean and the covariance of 2,000 real images or fewer, cut off at 0 and 1."
        }
    })
}

fn scores(report: &ImageReport) -> Table {
    let rows = metrics(report).into_iter().map(|metric| Row {
        name: name(report, metric),
        note: goal(metric),
        cells: report.sets.iter().map(|set| Cell::figure(set.score(metric).map(Figure::of))).collect(),
    });
    let heads = report.sets.iter().map(head).collect();
    Table::new("Scores with 95 % intervals", "metric", heads, rows.collect())
}

/// Shares of classes, where there are labels.
fn classes(report: &ImageReport) -> Option<Table> {
    let sets: Vec<&ImageSetReport> = report.sets.iter().filter(|set| !set.shares.is_empty()).collect();
    let rows = report.classes.iter().enumerate().take(CLASSES).map(|(place, class)| {
        let cell = |set: &&ImageSetReport| Cell {
            note: format!("{} recognised", grouped(set.recognised.get(place).copied().unwrap_or(0))),
            ..Cell::plain(tenths(set.shares.get(place).copied().unwrap_or(0.0)))
        };
        Row::new(shown(class), sets.iter().map(cell).collect())
    });
    let caption = "Shares of the classes that the extractor's classifier sees, and how many images of each are recognised";
    (!sets.is_empty())
        .then(|| Table::new(caption, "class", sets.iter().map(|set| head(set)).collect(), rows.collect()))
}

/// The sets that the report was made from.
fn sources(report: &ImageReport) -> Table {
    let rows = report.made.sources.iter().map(|source| Row {
        name: shown(&source.name),
        note: source.role.clone(),
        cells: vec![Cell::plain(grouped(source.rows as u128)), Cell::words(source.fingerprint.clone())],
    });
    let head =
        vec![Head::new("images"), Head::noted("fingerprint", "BLAKE3 of its numbers and labels").words()];
    Table::new("Sources", "set", head, rows.collect())
}
