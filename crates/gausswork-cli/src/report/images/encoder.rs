//! What only a model with an encoder shows: images rebuilt, its latent dimensions, and where images lie.

use gausswork::artifact::{Card, ModelKind};
use gausswork::run::{EncoderViews, ImageViews};

use super::super::ink::Svg;
use super::super::number::rounded;
use super::super::table::{Cell, Head, Row, Table};
use super::inline::Inline;
use super::map::map;
use crate::images::told;

/// The parts of the page.
#[derive(Debug)]
pub(super) struct Encoder {
    /// What the figures are of.
    pub(super) what: String,
    pub(super) rebuilt: Inline,
    pub(super) differences: Table,
    /// Active dimensions: a name, a width in hundredths, a rate.
    pub(super) rates: Vec<(String, u32, String)>,
    /// How many others there are.
    pub(super) silent: usize,
    pub(super) traversal: Option<(Inline, String)>,
    pub(super) between: Inline,
    pub(super) map: (Svg, String),
}

impl Encoder {
    /// The parts of what was seen.
    ///
    /// # Errors
    /// A picture that cannot be drawn; a model without an encoder.
    pub(super) fn new(card: &Card, views: &ImageViews, seen: &EncoderViews) -> anyhow::Result<Self> {
        let ModelKind::Images(kind) = &card.model else {
            anyhow::bail!("the model has no encoder of images")
        };
        let greatest = seen.dimensions.first().map_or(0.0, |dimension| dimension.rate).max(1e-9);
        let active = seen.dimensions.iter().filter(|dimension| dimension.is_active());
        let rates: Vec<_> = active
            .map(|d| {
                let width = (100.0 * d.rate / greatest).round() as u32;
                (format!("dimension {}", d.dimension + 1), width, format!("{} nats", rounded(d.rate, 3)))
            })
            .collect();
        let three = seen.rebuilt.iter().flat_map(|image| [&image.x, &image.x_hat, &image.drawn]).flatten();
        let three: Vec<f32> = three.copied().collect();
        let (dimensions, strips) = &seen.traversal;
        let traversal = match dimensions.is_empty() {
            true => None,
            false => {
                let names: Vec<String> = dimensions.iter().map(usize::to_string).collect();
                Some((Inline::of(strips, "Rows of images along latent dimensions")?, names.join(", ")))
            }
        };
        let way = "Rows from one image to another, by what the model makes of the way";
        Ok(Self {
            what: told::scored(kind),
            rebuilt: Inline::new(
                &views.frame,
                &three,
                3,
                "Rows of three: an image, its expectation, a draw",
            )?,
            differences: differences(seen),
            silent: seen.dimensions.len() - rates.len(),
            rates,
            traversal,
            between: Inline::of(&seen.between, way)?,
            map: map(&seen.map, &views.frame.labels)?,
        })
    }
}

/// The log-likelihood by which images and draws differ.
fn differences(seen: &EncoderViews) -> Table {
    let nats = |x: f64| Cell::plain(rounded(x, 5));
    let rows = seen.rebuilt.iter().zip(1..).map(|(image, number)| {
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
