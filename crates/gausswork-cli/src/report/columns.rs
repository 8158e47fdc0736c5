//! Columns one by one: a picture and the figures of each, the worst first.

use askama::Template;
use gausswork_eval::frame::Kind;
use gausswork_eval::report::{ColumnInfo, ColumnScores, Report, SetReport};
use gausswork_eval::score::{Metric, Score};

use super::ink::Svg;
use super::number::{Figure, NONE, cut, rounded, shown};
use super::overlay::Overlaid;
use super::table::{Cell, Head, Row, Table};
use super::{sets, time};
use crate::output::grouped;

/// Columns that are shown at once.
const WORST: usize = 10;
/// Columns that have a picture; a page of more would be slow to open.
const PICTURED: usize = 80;
/// Columns that are listed at all.
const LISTED: usize = 1000;

/// The columns of a report.
#[derive(Debug)]
pub(super) struct Columns {
    /// The worst.
    pub(super) worst: Vec<Card>,
    /// The others that have a picture.
    pub(super) rest: Vec<Card>,
    /// The shapes of those that have none.
    pub(super) listed: Table,
    /// Columns that are not even listed.
    pub(super) omitted: usize,
}

/// A column.
#[derive(Debug, Template)]
#[template(path = "column.html")]
pub(super) struct Card {
    name: String,
    kind: &'static str,
    picture: Option<Svg>,
    caption: String,
    table: Table,
    remarks: Vec<String>,
}

/// The columns, those with the lowest shape score first; the score is the lowest of all synthetic sets.
///
/// # Errors
/// A picture that cannot be drawn.
pub(super) fn columns(report: &Report) -> anyhow::Result<Columns> {
    let mut order: Vec<(f64, usize)> = (0..report.columns.len())
        .map(|column| {
            let shapes = sets::synthetic(report).into_iter().filter_map(|(_, set)| shape(set, column));
            // Where no shape is defined there is nothing to be worse than others.
            (shapes.map(|score| score.value).fold(f64::INFINITY, f64::min), column)
        })
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let order: Vec<usize> = order.into_iter().map(|(_, column)| column).collect();
    let (pictured, others) = order.split_at(order.len().min(PICTURED));
    let mut worst =
        pictured.iter().map(|&column| card(report, column)).collect::<anyhow::Result<Vec<_>>>()?;
    let rest = worst.split_off(worst.len().min(WORST));
    let judged = sets::judged(report);
    let listed = others.iter().take(LISTED).map(|&column| {
        let cells = judged.iter().map(|set| Cell::figure(shape(set, column).map(Figure::of))).collect();
        Row::new(shown(&report.columns[column].name), cells)
    });
    let listed = Table::new(
        "Column shapes (KS or TV complement) of the other columns, which have no picture here",
        "column",
        judged.iter().map(|set| sets::head(set)).collect(),
        listed.collect(),
    );
    Ok(Columns { worst, rest, listed, omitted: others.len().saturating_sub(LISTED) })
}

fn scores(set: &SetReport, column: usize) -> Option<&ColumnScores> {
    set.columns.iter().find(|scores| scores.column == column)
}

fn shape(set: &SetReport, column: usize) -> Option<&Score> {
    scores(set, column)?.shape().filter(|score| score.value.is_finite())
}

fn card(report: &Report, place: usize) -> anyhow::Result<Card> {
    let column = &report.columns[place];
    let name = shown(&column.name);
    let (picture, caption) = match Overlaid::new(column) {
        Ok(overlaid) => {
            let label = label(report, overlaid.name(), column, place);
            (Some(Svg::new(&overlaid, label)?), overlaid.caption())
        }
        Err(why) => (None, why),
    };
    let kind = match column.kind {
        Kind::Number => "number",
        Kind::Time => "instant",
        Kind::Category => "category",
    };
    Ok(Card { name, kind, picture, caption, table: table(report, place), remarks: remarks(report, place) })
}

/// What a picture shows, for those who do not see it.
fn label(report: &Report, picture: &str, column: &ColumnInfo, place: usize) -> String {
    let of = |set: &SetReport| {
        let name = shown(&set.name);
        shape(set, place).map_or(format!("{name}: shape not defined"), |score| {
            format!("{name}: {} {}", score.metric.title(), rounded(score.value, 3))
        })
    };
    let scores: Vec<String> = sets::synthetic(report).into_iter().map(|(_, set)| of(set)).collect();
    format!("{picture} of column {}, real and synthetic. {}.", shown(&column.name), scores.join("; "))
}

/// The figures of a column.
fn table(report: &Report, place: usize) -> Table {
    let judged = sets::judged(report);
    let of = |set: &SetReport, metric| {
        scores(set, place)?.scores.iter().find(|score| score.metric == metric).cloned()
    };
    let kind = report.columns[place].kind;
    let mut rows: Vec<Row> = Vec::new();
    for &metric in Metric::ALL {
        let found: Vec<Option<Score>> = judged.iter().map(|set| of(set, metric)).collect();
        let largest = found.iter().flatten().map(|score| score.value.abs()).fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            continue;
        }
        let (unit, seconds) = match (metric, kind) {
            (Metric::Wasserstein, Kind::Time) => time::unit(largest),
            _ => ("", 1.0),
        };
        let scaled = |score: &Score| {
            Figure::new(score.value / seconds, score.interval.map(|ends| ends.map(|end| end / seconds)))
        };
        rows.push(Row {
            name: metric.title().to_owned(),
            note: if unit.is_empty() { String::new() } else { format!("in {unit}") },
            cells: found.iter().map(|score| Cell::figure(score.as_ref().map(scaled))).collect(),
        });
    }
    for (which, name) in ["mean", "median"].into_iter().enumerate() {
        let locations: Vec<_> =
            judged.iter().map(|set| scores(set, place).and_then(|scores| scores.location)).collect();
        let Some(real) = locations.iter().flatten().map(|[real, _]| real[which]).next() else { continue };
        let shown = |x: f64| match kind {
            Kind::Time => time::instant(x, f64::INFINITY),
            Kind::Number | Kind::Category => rounded(x, 4),
        };
        let cell = |location: &Option<[[f64; 2]; 2]>| {
            Cell::plain(location.map_or(NONE.to_owned(), |[_, own]| shown(own[which])))
        };
        let cells = locations.iter().map(cell).collect();
        rows.push(Row { name: name.to_owned(), note: format!("real: {}", shown(real)), cells });
    }
    let head: Vec<Head> = judged.iter().map(|set| sets::head(set)).collect();
    Table::new(format!("Figures of column {}", shown(&report.columns[place].name)), "", head, rows)
}

/// Sentences on levels, and on what is not defined.
fn remarks(report: &Report, place: usize) -> Vec<String> {
    let synthetic = sets::synthetic(report);
    let mut out = Vec::new();
    for (_, set) in &synthetic {
        let of = if synthetic.len() > 1 { format!("{}: ", shown(&set.name)) } else { String::new() };
        let Some(column) = scores(set, place) else { continue };
        // Without any score the columns were not compared at all.
        if column.shape().is_none() && !column.scores.is_empty() {
            out.push(format!("{of}The shape is not defined: real or synthetic cells are all missing."));
        }
        if !column.absent.is_empty() {
            out.push(format!("{of}Levels that do not occur: {}.", levels(&column.absent, "real")));
        }
        if !column.unknown.is_empty() {
            out.push(format!("{of}Levels that no real row has: {}.", levels(&column.unknown, "synthetic")));
        }
    }
    out
}

/// Levels with their counts; the report holds ten at most.
fn levels(levels: &[(String, u64)], of: &str) -> String {
    let more = if levels.len() >= 10 { ", and perhaps more" } else { "" };
    let named = levels.iter().map(|(level, count)| {
        let rows = if *count == 1 { "row" } else { "rows" };
        format!("“{}” ({} {of} {rows})", cut(level, 60), grouped(*count))
    });
    format!("{}{more}", named.collect::<Vec<_>>().join(", "))
}
