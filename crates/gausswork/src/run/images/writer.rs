//! Drawn images to files.

use std::path::Path;

use crate::data::image::{ArrayWriter, FolderWriter, Grid, ImageError, NpyNumbers, Range, RangeSource};
use crate::vae::image::ImageFrame;

/// Images on their way to a file, whole or not at all, some at a time: `.png` is one grid, `.npy` an array on the scale of the fitted
/// images, any other name a folder of PNG files.
#[derive(Debug)]
pub enum ImageWriter {
    /// One picture, which is all in memory.
    Grid(Grid),
    /// An array.
    Array(ArrayWriter),
    /// A folder.
    Folder(FolderWriter),
}

impl ImageWriter {
    /// Begins a file for so many images; `columns` are those of a grid.
    ///
    /// # Errors
    /// A grid too large for a picture, a folder that is not empty; those of writing.
    pub fn create(
        path: &Path,
        frame: &ImageFrame,
        images: usize,
        columns: Option<usize>,
    ) -> Result<Self, ImageError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        Ok(match ending.as_deref() {
            Some("png") => Self::Grid(Grid::new(path, frame.shape, images, columns)?),
            Some("npy") => {
                let [low, high] = frame.range;
                let range = Range { low, high, source: RangeSource::Given };
                let bytes = frame.levels == Some(256) && frame.range == [0.0, 255.0];
                let numbers = if bytes { NpyNumbers::U8 } else { NpyNumbers::F32 };
                Self::Array(ArrayWriter::create(path, frame.shape, images, range, numbers)?)
            }
            _ => Self::Folder(FolderWriter::create(path, frame.shape, images, None)?),
        })
    }

    /// Takes the images that come next, numbers in [0, 1].
    ///
    /// # Errors
    /// Numbers that are no images; those of writing.
    pub fn write(&mut self, values: &[f32]) -> Result<(), ImageError> {
        match self {
            Self::Grid(grid) => grid.add(values),
            Self::Array(array) => array.write(values),
            Self::Folder(folder) => folder.write(values),
        }
    }

    /// Completes the file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn finish(self) -> Result<(), ImageError> {
        match self {
            Self::Grid(grid) => grid.finish(),
            Self::Array(array) => array.finish(),
            Self::Folder(folder) => folder.finish(),
        }
    }
}

/// Writes images at once; see [`ImageWriter`].
///
/// # Errors
/// As those of [`ImageWriter`].
pub fn write_images(
    path: &Path,
    frame: &ImageFrame,
    values: &[f32],
    columns: Option<usize>,
) -> Result<(), ImageError> {
    let mut writer = ImageWriter::create(path, frame, values.len() / frame.shape.values().max(1), columns)?;
    writer.write(values)?;
    writer.finish()
}
