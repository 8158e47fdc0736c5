//! Images in one picture.

use std::path::{Path, PathBuf};

use super::decode::MOST_PIXELS;
use super::error::ImageError;
use super::shape::ImageShape;
use super::write::{ImageBatch, byte, encode};
use crate::whole::write_whole;

/// Pixels between the images of a grid.
const GAP: usize = 2;

/// All images in one picture, row by row, white between them.
#[derive(Debug)]
pub struct Grid {
    path: PathBuf,
    /// Of each image.
    image: ImageShape,
    /// Of the picture.
    shape: ImageShape,
    columns: usize,
    page: Vec<u8>,
    /// Images so far.
    images: usize,
}

impl Grid {
    /// A grid for so many images, as nearly square as can be or with the columns given; `path` is where it goes.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] where there is no image, or the picture would have more pixels than one can have.
    pub fn new(
        path: &Path,
        image: ImageShape,
        images: usize,
        columns: Option<usize>,
    ) -> Result<Self, ImageError> {
        let unwritable = |problem| ImageError::Unwritable { file: path.to_path_buf(), problem };
        if images == 0 {
            return Err(unwritable("there are no images to write".to_owned()));
        }
        let ImageShape { height, width, channels } = image;
        let square = (images as f64).sqrt().ceil() as usize;
        let columns = columns.unwrap_or(square).clamp(1, images);
        let rows = images.div_ceil(columns);
        let sides =
            [[rows, height], [columns, width]].map(|[count, side]| count.saturating_mul(side + GAP) - GAP);
        let [height, width] = sides;
        if height.checked_mul(width).is_none_or(|pixels| pixels as u64 > MOST_PIXELS) {
            return Err(unwritable(format!(
                "a grid of {images} images would have {height}x{width} pixels, and a picture has at most {MOST_PIXELS}: write \
                 fewer, or an array (.npy) or a folder"
            )));
        }
        let shape = ImageShape { height, width, channels };
        let page = vec![u8::MAX; shape.values()];
        Ok(Self { path: path.to_path_buf(), image, shape, columns, page, images: 0 })
    }

    /// Puts the images that come next into their places; those beyond the last place are left out.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for numbers that are no images.
    pub fn add(&mut self, values: &[f32]) -> Result<(), ImageError> {
        let batch = ImageBatch { shape: self.image, values };
        batch.check(&self.path)?;
        let ImageShape { height, width, channels } = self.image;
        let (run, pitch) = (width * channels.count(), self.shape.width * channels.count());
        for image in batch.images() {
            let [row, column] = [self.images / self.columns, self.images % self.columns];
            let (top, left) = (row * (height + GAP), column * (width + GAP) * channels.count());
            for (line, to) in image.chunks_exact(run).zip(self.page.chunks_exact_mut(pitch).skip(top)) {
                to.iter_mut().skip(left).zip(line).for_each(|(to, value)| *to = byte(*value));
            }
            self.images += 1;
        }
        Ok(())
    }

    /// The picture as a PNG file has it.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for a picture that PNG cannot hold.
    pub fn png(&self) -> Result<Vec<u8>, ImageError> {
        encode(&self.path, self.shape, &self.page)
    }

    /// Writes the picture.
    ///
    /// # Errors
    /// As [`png`](Self::png); the operating system's.
    pub fn finish(&self) -> Result<(), ImageError> {
        write_whole(&self.path, &self.png()?).map_err(|source| ImageError::io("write", &self.path, source))
    }
}

/// Writes all images into one PNG, row by row, as nearly square as can be or with the columns given, white between them.
///
/// # Errors
/// [`ImageError::Unwritable`] for numbers that are no images; the operating system's.
pub fn write_grid(path: &Path, batch: &ImageBatch<'_>, columns: Option<usize>) -> Result<(), ImageError> {
    batch.check(path)?;
    let mut grid = Grid::new(path, batch.shape, batch.len(), columns)?;
    grid.add(batch.values)?;
    grid.finish()
}
