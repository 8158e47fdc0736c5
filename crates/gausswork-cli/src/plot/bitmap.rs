//! A picture as PNG.

use anyhow::Context as _;
use plotters::drawing::IntoDrawingArea as _;
use plotters::prelude::{BitMapBackend, DrawingBackend};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind, FontTransform,
};

use super::{Picture, SHRINK, UNIT, undrawable, with_font};

/// The picture as PNG, of two pixels per point.
pub(super) fn png(picture: &impl Picture) -> anyhow::Result<Vec<u8>> {
    with_font();
    let (width, height) = picture.size();
    let (wide, high) = (width * UNIT, height * UNIT);
    let mut pixels = vec![255u8; 3 * wide as usize * high as usize];
    {
        let area = Canvas(BitMapBackend::with_buffer(&mut pixels, (wide, high))).into_drawing_area();
        picture.draw(&area).map_err(undrawable)?;
        area.present().map_err(undrawable)?;
    }
    encoded(&shrunk(&pixels, wide as usize), wide / SHRINK, high / SHRINK)
        .context("the picture cannot be encoded")
}

/// A bitmap whose text stands where it does in SVG: without a font library of the system, plotters draws it a fifth
/// of its size too high.
struct Canvas<'a>(BitMapBackend<'a>);

type Done<'a> = Result<(), DrawingErrorKind<<BitMapBackend<'a> as DrawingBackend>::ErrorType>>;

impl<'a> DrawingBackend for Canvas<'a> {
    type ErrorType = <BitMapBackend<'a> as DrawingBackend>::ErrorType;

    fn get_size(&self) -> (u32, u32) {
        self.0.get_size()
    }

    fn ensure_prepared(&mut self) -> Done<'a> {
        self.0.ensure_prepared()
    }

    fn present(&mut self) -> Done<'a> {
        self.0.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Done<'a> {
        self.0.draw_pixel(at, color)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done<'a> {
        self.0.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Done<'a> {
        self.0.draw_rect(from, to, style, fill)
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Done<'a> {
        let lower = (0.2 * style.size()) as i32;
        let (right, down) = match style.transform() {
            FontTransform::None => (0, lower),
            FontTransform::Rotate90 => (-lower, 0),
            FontTransform::Rotate180 => (0, -lower),
            FontTransform::Rotate270 => (lower, 0),
        };
        self.0.draw_text(text, style, (x + right, y + down))
    }
}

/// The means over squares of units, which smooths every edge.
fn shrunk(pixels: &[u8], wide: usize) -> Vec<u8> {
    let side = SHRINK as usize;
    let mut small = Vec::with_capacity(pixels.len() / (side * side));
    for rows in pixels.chunks_exact(3 * wide * side) {
        for column in 0..wide / side {
            for channel in 0..3 {
                let at = |row: usize, i: usize| rows[3 * (row * wide + column * side + i) + channel];
                let sum: u32 = (0..side).flat_map(|row| (0..side).map(move |i| u32::from(at(row, i)))).sum();
                small.push(((sum + SHRINK * SHRINK / 2) / (SHRINK * SHRINK)) as u8);
            }
        }
    }
    small
}

fn encoded(pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
