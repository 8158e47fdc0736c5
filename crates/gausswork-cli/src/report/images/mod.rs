//! The page of a fit of images: what the model makes of images, of latents, and of the set that it was fitted to.
//!
//! | to see | look at |
//! |---|---|
//! | the page | [`html`], `templates/images.html` |
//! | the same as JSON | [`json()`] |
//! | what only a model with an encoder shows | [`encoder`] |
//! | pixels as a part of the page | [`inline`] |
//! | figures over training, and frames of the film | [`course`] |
//! | latents in the plane | [`map`] |
//! | what stands out | [`findings`] |

mod course;
mod encoder;
mod findings;
mod inline;
mod json;
mod map;

use std::path::Path;

use anyhow::Context as _;
use askama::Template;
use gausswork::artifact::{Card, ModelKind};
use gausswork::run::ImageViews;

use super::findings::Found;
use super::game::Panel;
use super::ink::Svg;
use super::number::{plain, shown};
use super::table::{Cell, Head, Row, Table};
use crate::game::Game;
use crate::output::grouped;
use crate::{game, images, inspect};
use encoder::Encoder;
use inline::Inline;
pub(crate) use json::json;

/// The page.
#[derive(Debug, Template)]
#[template(path = "images.html")]
struct Page<'a> {
    card: &'a Card,
    version: &'a str,
    title: String,
    subtitle: String,
    findings: Vec<Found>,
    figures: Table,
    /// Of the images shown beside it: held-out or training ones.
    whose: &'static str,
    encoder: Option<Encoder>,
    samples: Inline,
    /// The labels of the rows of samples; empty where the model is told none.
    labels: String,
    /// Labels whose samples are not shown.
    left_out: usize,
    film: Vec<(Inline, String)>,
    curves: Vec<(Svg, String)>,
    game: Option<Panel>,
    between: Inline,
    /// The labels of the rows between draws.
    ways: String,
    neighbours: Inline,
    distances: Table,
}

/// The page of a model in a run directory.
///
/// # Errors
/// A picture that cannot be drawn.
pub(crate) fn html(card: &Card, directory: &Path, views: &ImageViews, name: &str) -> anyhow::Result<String> {
    let [train, held_out] = card.rows;
    let whose = if views.held_out > 0 { "held-out" } else { "training" };
    let course = course::Course::read(directory);
    let game = Game::read(directory, card);
    let page = Page {
        card,
        version: &card.version,
        title: format!("What a model of {} has learned", shown(name)),
        subtitle: format!(
            "{}, fitted to {} images, {} held out",
            inspect::kind(&card.model),
            grouped(train as u128),
            grouped(held_out as u128)
        ),
        findings: findings::findings(card, views),
        figures: figures(card, whose),
        whose,
        encoder: views.encoder.as_ref().map(|seen| Encoder::new(card, views, seen)).transpose()?,
        samples: Inline::of(&views.samples.strips, "A grid of images drawn from the model")?,
        labels: listed(&views.samples.labels),
        left_out: match views.samples.labels.len() {
            0 => 0,
            shown => views.frame.labels.len().saturating_sub(shown),
        },
        film: course.film(&views.frame)?,
        curves: course.curves()?,
        game: game.map(|game| Panel::new(&game, None)).transpose()?,
        between: Inline::of(
            &views.between.strips,
            "Rows from one draw to another, by what the model makes of the way",
        )?,
        ways: listed(&views.between.labels),
        neighbours: Inline::of(
            &views.neighbours.strips,
            "Rows of a sample and the training images nearest to it",
        )?,
        distances: distances(views),
    };
    page.render().context("the page cannot be written")
}

/// Names of labels.
fn listed(labels: &[String]) -> String {
    labels.iter().map(|label| shown(label)).collect::<Vec<_>>().join(", ")
}

/// The figures of the fit.
fn figures(card: &Card, whose: &str) -> Table {
    let find = |name: &str| card.figures.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    let (caption, lines) = match &card.model {
        ModelKind::Images(kind) => {
            (format!("Figures, of {whose} images"), images::told::figures(&card.figures, kind))
        }
        ModelKind::Gan(kind) => {
            ("Figures of the game".to_owned(), game::figures(kind.config.objective(), find))
        }
        ModelKind::Vae(_) => Default::default(),
    };
    let row = |[name, value, note]: [String; 3]| Row { name, note, cells: vec![Cell::words(value)] };
    Table::new(caption, "figure", vec![Head::new("value").words()], lines.into_iter().map(row).collect())
}

/// How near training images are to samples, and to images that the model has never seen.
fn distances(views: &ImageViews) -> Table {
    let neighbours = &views.neighbours;
    let samples =
        if views.encoder.is_some() { "expectations under p(x|z)" } else { "as the generator draws them" };
    let sets = [
        ("samples", samples, &neighbours.of_samples),
        ("held-out images", "as they are", &neighbours.of_held_out),
        ("held-out images rebuilt", "x_hat, as smooth as samples are", &neighbours.of_rebuilt),
    ];
    let rows = sets.into_iter().filter(|(_, _, all)| !all.is_empty()).map(|(name, note, all)| {
        let cells = [0.05, 0.5, 0.95].map(|share| Cell::plain(plain(findings::quantile(all, share))));
        Row { name: name.to_owned(), note: note.to_owned(), cells: cells.to_vec() }
    });
    let head = ["5 % are nearer than", "median", "95 % are nearer than"].map(Head::new).to_vec();
    let caption = "Distance ‖x − y‖ to the nearest training image, numbers scaled to [0, 1]";
    Table::new(caption, "of", head, rows.collect())
}
