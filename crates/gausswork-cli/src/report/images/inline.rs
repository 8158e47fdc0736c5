//! Pixels as a part of the page: a PNG inside it.

use std::path::Path;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gausswork::data::image::Grid;
use gausswork::run::Strips;
use gausswork::vae::image::ImageFrame;

/// Pixels on the page that the longer side of an image has at least.
const SIDE: usize = 40;

/// A grid of images.
#[derive(Debug, Template)]
#[template(
    source = r#"<img class="pixels" alt="{{ label }}." width="{{ width }}" src="data:image/png;base64,{{ png }}">"#,
    ext = "html"
)]
pub(super) struct Inline {
    label: String,
    width: usize,
    png: String,
}

impl Inline {
    /// Images `[images, values]` in so many columns; `label` says what they show to those who do not see them.
    ///
    /// # Errors
    /// Numbers that are no images.
    pub(super) fn new(
        frame: &ImageFrame,
        values: &[f32],
        columns: usize,
        label: &str,
    ) -> anyhow::Result<Self> {
        let images = values.len() / frame.shape.values().max(1);
        let mut grid = Grid::new(Path::new("report.html"), frame.shape, images, Some(columns))?;
        grid.add(values)?;
        let enlarged = SIDE.div_ceil(frame.shape.height.max(frame.shape.width)).max(1);
        let width = columns.min(images) * (frame.shape.width + 2) * enlarged;
        Ok(Self { label: label.to_owned(), width, png: STANDARD.encode(grid.png()?) })
    }

    /// Rows of images.
    ///
    /// # Errors
    /// As [`Inline::new`].
    pub(super) fn of(strips: &Strips, label: &str) -> anyhow::Result<Self> {
        Self::new(&strips.frame, &strips.values, strips.columns, label)
    }
}
