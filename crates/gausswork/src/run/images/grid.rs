//! Drawn images to files.

use std::path::Path;

use crate::data::image::{
    ImageBatch, ImageError, NpyNumbers, Range, RangeSource, write_folder, write_grid, write_npy,
};
use crate::vae::image::ImageFrame;

/// Writes images as the ending of the path says: `.png` one grid, `.npy` an array on the scale of the fitted images, any other name a
/// folder of PNG files. `columns` are those of a grid.
///
/// # Errors
/// Those of writing.
pub fn write_images(
    path: &Path,
    frame: &ImageFrame,
    values: &[f32],
    columns: Option<usize>,
) -> Result<(), ImageError> {
    let batch = ImageBatch { shape: frame.shape, values };
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("png") => write_grid(path, &batch, columns),
        Some("npy") => {
            let [low, high] = frame.range;
            let range = Range { low, high, source: RangeSource::Given };
            let bytes = frame.levels == Some(256) && frame.range == [0.0, 255.0];
            write_npy(path, &batch, range, if bytes { NpyNumbers::U8 } else { NpyNumbers::F32 })
        }
        _ => write_folder(path, &batch, None),
    }
}
