//! The page of a fit of images: what the model makes of images, of latents, and of the set that it was fitted to.
//!
//! | to see | look at |
//! |---|---|
//! | the page | [`html`], `templates/images.html` |
//! | pixels as a part of the page | [`inline`] |
//! | figures over training, and frames of the film | [`course`] |
//! | latents in the plane | [`map`] |
//! | what stands out | [`findings`] |

mod course;
mod findings;
mod inline;
mod map;

use std::path::Path;

use anyhow::Context as _;
use askama::Template;
use gausswork::artifact::{Card, ImageKind, ModelKind};
use gausswork::run::ImageViews;

use super::ink::Svg;
use super::number::{plain, rounded};
use super::table::{Cell, Head, Row, Table};
use crate::images::told;
use crate::output::grouped;
use inline::Inline;

/// The page.
#[derive(Debug, Template)]
#[template(path = "images.html")]
struct Page<'a> {
    card: &'a Card,
    title: String,
    subtitle: String,
    /// What the figures are of.
    what: String,
    findings: Vec<findings::Found>,
    figures: Table,
    /// Of the images shown beside it: held-out or training ones.
    whose: &'static str,
    rebuilt: Inline,
    differences: Table,
    samples: Inline,
    /// The same latents under each label, and the labels.
    by_label: Option<(Inline, String)>,
    film: Vec<(Inline, String)>,
    curves: Vec<(Svg, String)>,
    rates: Vec<(String, u32, String)>,
    silent: usize,
    /// Rows, their dimensions, and the label under which they are made, in words.
    traversal: Option<(Inline, String, String)>,
    between: [Inline; 2],
    map: (Svg, String),
    neighbours: Inline,
    distances: Table,
}

/// The page of a model in a run directory.
///
/// # Errors
/// A picture that cannot be drawn.
pub(crate) fn html(card: &Card, directory: &Path, views: &ImageViews, name: &str) -> anyhow::Result<String> {
    let ModelKind::Images(kind) = &card.model else { anyhow::bail!("the model is not one of images") };
    let [train, held_out] = card.rows;
    let whose = if views.held_out > 0 { "held-out" } else { "training" };
    let frame = &views.frame;
    let course = course::Course::read(directory);
    let rows = told::figures(&card.figures, kind).into_iter().map(|[name, value, note]| Row {
        name,
        note,
        cells: vec![Cell::words(value)],
    });
    let greatest = views.dimensions.first().map_or(0.0, |dimension| dimension.rate).max(1e-9);
    let active = views.dimensions.iter().filter(|dimension| dimension.is_active());
    let rates: Vec<_> = active
        .map(|d| {
            let width = (100.0 * d.rate / greatest).round() as u32;
            (format!("dimension {}", d.dimension + 1), width, format!("{} nats", rounded(d.rate, 3)))
        })
        .collect();
    let three = views.rebuilt.iter().flat_map(|image| [&image.x, &image.x_hat, &image.drawn]).flatten();
    let (dimensions, strips) = &views.traversal;
    let traversal = match dimensions.is_empty() {
        true => None,
        false => {
            let names: Vec<String> = dimensions.iter().map(usize::to_string).collect();
            Some((
                Inline::of(strips, "Rows of images along latent dimensions")?,
                names.join(", "),
                under(kind),
            ))
        }
    };
    let by_label = match &views.by_label {
        None => None,
        Some((names, strips)) => {
            Some((Inline::of(strips, "Rows of the same latents, a label each")?, names.join(", ")))
        }
    };
    let page = Page {
        card,
        title: format!("What a model of {name} has learned"),
        subtitle: format!(
            "{}, fitted to {} images, {} held out",
            told::kind(kind),
            grouped(train as u128),
            grouped(held_out as u128)
        ),
        what: told::scored(kind),
        findings: findings::findings(card, views),
        figures: Table::new(
            format!("Figures, of {whose} images"),
            "figure",
            vec![Head::new("value").words()],
            rows.collect(),
        ),
        whose,
        rebuilt: Inline::new(
            frame,
            &three.copied().collect::<Vec<f32>>(),
            3,
            "Rows of three: an image, its expectation, a draw",
        )?,
        differences: differences(views),
        samples: Inline::new(frame, &views.samples, 16, "A grid of images drawn from the model")?,
        by_label,
        film: course.film(frame)?,
        curves: course.curves()?,
        silent: views.dimensions.len() - rates.len(),
        rates,
        traversal,
        between: [
            Inline::of(
                &views.between[0],
                "Rows from one image to another, by what the model makes of the way",
            )?,
            Inline::of(
                &views.between[1],
                "Rows from one draw to another, by what the model makes of the way",
            )?,
        ],
        map: map::map(&views.map, &frame.labels)?,
        neighbours: Inline::of(
            &views.neighbours.strips,
            "Rows of a sample and the training images nearest to it",
        )?,
        distances: distances(views),
    };
    page.render().context("the page cannot be written")
}

/// Under which label latents are walked along; nothing of a model that is told none.
fn under(kind: &ImageKind) -> String {
    if kind.shares.is_empty() {
        return String::new();
    }
    let label = kind.frame.labels.get(kind.shares.most_frequent() as usize);
    label.map_or_else(String::new, |label| format!("; under the label {label}, the most frequent one"))
}

/// The log-likelihood by which images and draws differ.
fn differences(views: &ImageViews) -> Table {
    let nats = |x: f64| Cell::plain(rounded(x, 5));
    let rows = views.rebuilt.iter().zip(1..).map(|(image, number)| {
        let [x, drawn] = [image.log_likelihood, image.log_likelihood_of_drawn];
        Row::new(format!("row {number}"), vec![nats(x), nats(drawn), nats(x - drawn)])
    });
    let head = vec![
        Head::noted("of the image", "log p(x|x_hat)"),
        Head::noted("of the draw", "the same of it"),
        Head::new("they differ by"),
    ];
    Table::new("Log-likelihood given z, nats", "", head, rows.collect())
}

/// How near training images are to samples, and to images that the model has never seen.
fn distances(views: &ImageViews) -> Table {
    let neighbours = &views.neighbours;
    let sets = [
        ("samples", "expectations under p(x|z)", &neighbours.of_samples),
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
