//! The report of an evaluation as one HTML page, which needs nothing but itself.
//!
//! | to see | look at |
//! |---|---|
//! | the page | [`html`], `templates/report.html` |
//! | what all pages share | `templates/page.html`, `templates/report.css` |
//! | findings and their gravity | [`findings`] |
//! | scores and how they are estimated | [`scores`] |
//! | sets, their ranking and differences | [`sets`] |
//! | columns and pairs of columns | [`columns`], [`pairs`] |
//! | what tells rows apart, what can be learned | [`rows`] |
//! | sets beside a density that is known | [`truth`] |
//! | a game: its figures over training, its film | [`game`] |
//! | the page on sets of images | [`image_sets`], `templates/image_sets.html` |
//! | the page of a fit of images | [`images`] |
//! | pictures | [`overlay`], [`heat`], [`curve`], [`scatter`] with its [`contour`]s, on the axes of [`axis`], in the inks of [`ink`] |
//! | tables, numbers, instants | [`table`], [`number`], [`time`] |

mod axis;
mod columns;
mod contour;
mod curve;
mod findings;
mod game;
mod heat;
pub(crate) mod image_sets;
pub(crate) mod images;
mod ink;
mod number;
mod overlay;
mod pairs;
mod rows;
mod scatter;
mod scores;
mod sets;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod truth;

use anyhow::Context as _;
use askama::Template;
use gausswork_eval::metric::Family;
use gausswork_eval::report::Report;

use crate::game::Game;
use crate::output::grouped;
use number::shown;
use table::{Cell, Head, Row, Table};

/// The page.
#[derive(Debug, Template)]
#[template(path = "report.html")]
struct Page<'a> {
    report: &'a Report,
    version: &'a str,
    title: String,
    subtitle: String,
    findings: Vec<findings::Found>,
    scores: scores::Scores,
    truth: Option<truth::Panel>,
    ranking: Option<sets::Ranking>,
    keys: Vec<sets::Key>,
    undrawn: usize,
    columns: columns::Columns,
    pairs: Option<pairs::Pairs>,
    telling: Vec<rows::Telling>,
    usefulness: Option<rows::Usefulness>,
    privacy: Table,
    curve: Option<curve::Curve>,
    game: Option<game::Panel>,
    sources: Table,
    left_out: Vec<(String, String)>,
    omitted: usize,
}

/// Columns that are not compared and yet named.
const LEFT_OUT: usize = 100;

/// The report as a page; `game` is that of the model, where it has one.
///
/// # Errors
/// A picture that cannot be drawn.
pub(crate) fn html(report: &Report, game: Option<&Game>) -> anyhow::Result<String> {
    let names: Vec<String> = sets::synthetic(report).iter().map(|(_, set)| shown(&set.name)).collect();
    let (keys, undrawn) = sets::keys(report);
    let left_out = report.left_out.iter().take(LEFT_OUT).map(|(name, why)| (shown(name), why.clone()));
    let page = Page {
        report,
        version: &report.made.version,
        title: title(&names),
        subtitle: subtitle(report),
        findings: findings::findings(report),
        scores: scores::scores(report),
        truth: truth::panel(report)?,
        ranking: sets::ranking(report),
        keys,
        undrawn,
        columns: columns::columns(report)?,
        pairs: pairs::pairs(report)?,
        telling: rows::telling(report),
        usefulness: rows::usefulness(report),
        privacy: privacy(report),
        curve: curve::Curve::new(&report.curve)?,
        game: game.map(|game| game::Panel::new(game, report.truth.as_ref())).transpose()?,
        sources: sources(report),
        left_out: left_out.collect(),
        omitted: report.left_out.len().saturating_sub(LEFT_OUT),
    };
    page.render().context("the page cannot be written")
}

/// The question that the page answers.
fn title(names: &[String]) -> String {
    match names {
        [] => "Report without a synthetic set".to_owned(),
        [only] => format!("How good is {only}?"),
        [others @ .., last] => format!("How good are {} and {last}?", others.join(", ")),
    }
}

/// What is compared with what.
fn subtitle(report: &Report) -> String {
    let sets = sets::synthetic(report);
    let rows: Vec<String> = sets.iter().map(|(_, set)| grouped(set.rows as u128)).collect();
    let held = report.holdout_rows.map_or(", none held out".to_owned(), |rows| {
        format!(" and {} that were held out", grouped(rows as u128))
    });
    let columns = if report.columns.len() == 1 { "column" } else { "columns" };
    format!(
        "{} synthetic rows, compared with {} real rows{held}, in {} {columns}",
        rows.join(" and "),
        grouped(report.training_rows as u128),
        grouped(report.columns.len() as u128)
    )
}

/// Scores on privacy, of all sets.
fn privacy(report: &Report) -> Table {
    let rows = scores::group(report, Family::Privacy).rows;
    let caption = format!("What the rows give away, with 95 % intervals; {} the best baseline", scores::BEST);
    Table::new(caption, "metric", report.sets.iter().map(sets::head).collect(), rows)
}

/// The tables that the report was made from.
fn sources(report: &Report) -> Table {
    let rows = report.made.sources.iter().map(|source| Row {
        name: shown(&source.name),
        note: source.role.clone(),
        cells: vec![Cell::plain(grouped(source.rows as u128)), Cell::words(source.fingerprint.clone())],
    });
    let head = vec![Head::new("rows"), Head::noted("fingerprint", "BLAKE3 of its cells").words()];
    Table::new("Sources", "table", head, rows.collect())
}
