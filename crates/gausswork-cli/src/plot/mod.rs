//! Pictures: what draws is written once, and becomes an SVG or a PNG file.

mod bitmap;

use std::path::Path;
use std::sync::Once;

use anyhow::{Context as _, anyhow};
use gausswork::whole::write_whole;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::prelude::{DrawingBackend, SVGBackend};
use plotters::style::{FontStyle, register_font};

use crate::failure::Usage;

/// Latin, Greek and mathematical characters of DejaVu Sans; its licence stands beside it.
const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans-subset.ttf");
/// The font's name: what a viewer of an SVG file replaces by its own.
pub(crate) const FAMILY: &str = "sans-serif";

/// Units per point: positions are whole numbers, and a curve in whole points would have steps.
pub(crate) const UNIT: u32 = 6;
/// Units per pixel of a PNG file, over which colours are averaged; two pixels are one point.
const SHRINK: u32 = 3;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Svg,
    Png,
}

impl Format {
    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// [`Usage`] for any other ending.
    pub(crate) fn of(path: &Path) -> Result<Self, Usage> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("png") => Ok(Self::Png),
            _ => Err(Usage(format!("--plot {} ends neither in .svg nor in .png", path.display()))),
        }
    }
}

/// An area to draw on.
pub(crate) type Area<B> = DrawingArea<B, Shift>;
/// What drawing returns.
pub(crate) type Drawn<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// What can be drawn; positions and sizes are in units, of which [`UNIT`] are a point.
pub(crate) trait Picture {
    /// Width and height in points.
    fn size(&self) -> (u32, u32);

    /// Draws on an area of that size.
    ///
    /// # Errors
    /// The backend's.
    fn draw<B: DrawingBackend>(&self, area: &Area<B>) -> Drawn<B>;
}

/// Draws a picture and writes it to a file, whole or not at all.
///
/// # Errors
/// A file that cannot be written.
pub(crate) fn write(path: &Path, format: Format, picture: &impl Picture) -> anyhow::Result<()> {
    let bytes = match format {
        Format::Svg => svg(picture)?.into_bytes(),
        Format::Png => bitmap::png(picture)?,
    };
    write_whole(path, &bytes).with_context(|| format!("cannot write {}", path.display()))
}

/// The picture as SVG.
///
/// # Errors
/// A picture that cannot be drawn.
pub(crate) fn svg(picture: &impl Picture) -> anyhow::Result<String> {
    with_font();
    let (width, height) = picture.size();
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width * UNIT, height * UNIT)).into_drawing_area();
        picture.draw(&area).map_err(undrawable)?;
        area.present().map_err(undrawable)?;
    }
    // The view box stays in units; the size is in points.
    let from = format!("width=\"{}\" height=\"{}\"", width * UNIT, height * UNIT);
    Ok(text.replacen(&from, &format!("width=\"{width}\" height=\"{height}\""), 1))
}

fn with_font() {
    static REGISTERED: Once = Once::new();
    // A font that does not parse shows itself as an error when text is drawn.
    REGISTERED.call_once(|| drop(register_font(FAMILY, FontStyle::Normal, FONT)));
}

fn undrawable<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> anyhow::Error {
    anyhow!("the picture cannot be drawn: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_is_named() {
        assert_eq!(Format::of(Path::new("a/b.SVG")).ok(), Some(Format::Svg));
        assert_eq!(Format::of(Path::new("b.png")).ok(), Some(Format::Png));
        assert!(Format::of(Path::new("png")).is_err() && Format::of(Path::new("a.jpg")).is_err());
    }
}
