//! Drawn images to files.

use std::path::Path;

use crate::data::image::{
    ArrayWriter, DrawnImages, FolderWriter, Grid, ImageError, NpyNumbers, NpzWriter, Range, RangeSource,
};
use crate::vae::image::ImageFrame;

/// Images on their way to a file, whole or not at all, some at a time: `.png` is one grid, `.npy` an array on the scale of the fitted
/// images, `.npz` such an array with the labels beside it, any other name a folder of PNG files, in folders that are named after the labels.
#[derive(Debug)]
pub enum ImageWriter {
    /// One picture, which is all in memory.
    Grid(Grid),
    /// An array, without labels.
    Array(ArrayWriter),
    /// An array of images, and one of labels.
    Arrays(Box<NpzWriter>),
    /// A folder.
    Folder(FolderWriter),
}

impl ImageWriter {
    /// Begins a file for so many images, whose labels have these names where they have some; `columns` are those of a grid.
    ///
    /// # Errors
    /// A grid too large for a picture, a folder that is not empty, labels that cannot be written so; those of writing.
    pub fn create(
        path: &Path,
        frame: &ImageFrame,
        labels: &[String],
        images: usize,
        columns: Option<usize>,
    ) -> Result<Self, ImageError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        let [low, high] = frame.range;
        let range = Range { low, high, source: RangeSource::Given };
        let bytes = frame.levels == Some(256) && frame.range == [0.0, 255.0];
        let numbers = if bytes { NpyNumbers::U8 } else { NpyNumbers::F32 };
        Ok(match ending.as_deref() {
            Some("png") => Self::Grid(Grid::new(path, frame.shape, images, columns)?),
            Some("npy") => Self::Array(ArrayWriter::create(path, frame.shape, images, range, numbers)?),
            Some("npz") => {
                let arrays = NpzWriter::create(path, (frame.shape, images), (range, numbers), labels)?;
                Self::Arrays(Box::new(arrays))
            }
            _ => Self::Folder(FolderWriter::create(path, frame.shape, images, labels)?),
        })
    }

    /// Takes the images that come next.
    ///
    /// # Errors
    /// Numbers that are no images; those of writing.
    pub fn write(&mut self, images: &DrawnImages) -> Result<(), ImageError> {
        let DrawnImages { values, labels } = images;
        match self {
            Self::Grid(grid) => grid.add(values),
            Self::Array(array) => array.write(values),
            Self::Arrays(arrays) => arrays.write(values, labels),
            Self::Folder(folder) => folder.write(values, labels),
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
            Self::Arrays(arrays) => arrays.finish(),
            Self::Folder(folder) => folder.finish(),
        }
    }
}

/// Writes images without labels at once; see [`ImageWriter`].
///
/// # Errors
/// As those of [`ImageWriter`].
pub fn write_images(
    path: &Path,
    frame: &ImageFrame,
    values: &[f32],
    columns: Option<usize>,
) -> Result<(), ImageError> {
    let images = values.len() / frame.shape.values().max(1);
    let mut writer = ImageWriter::create(path, frame, &[], images, columns)?;
    writer.write(&DrawnImages { values: values.to_vec(), labels: Vec::new() })?;
    writer.finish()
}
