//! Images that are to be written, and arrays of them.

use std::path::{Path, PathBuf};

use gausswork_kernels::nearest_byte;

use super::error::ImageError;
use super::npy_write::{NpyNumbers, NpyWriter};
use super::range::Range;
use super::shape::{Channels, ImageShape};

/// Images that are to be written.
#[derive(Clone, Copy, Debug)]
pub struct ImageBatch<'a> {
    /// The shape of each.
    pub shape: ImageShape,
    /// `[images, height, width, channels]`, 0 for black and 1 for white; numbers outside are taken for the nearer of the two.
    pub values: &'a [f32],
}

impl ImageBatch<'_> {
    /// Images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len() / self.shape.values().max(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Passes for whole images of numbers.
    pub(super) fn check(&self, file: &Path) -> Result<(), ImageError> {
        let problem = if self.is_empty() || !self.values.len().is_multiple_of(self.shape.values()) {
            format!("{} numbers are no images of {}", self.values.len(), self.shape)
        } else if let Some(at) = self.not_a_number() {
            format!("image {} (from 0) has a pixel that is not a number", at / self.shape.values())
        } else {
            return Ok(());
        };
        Err(ImageError::Unwritable { file: file.to_path_buf(), problem })
    }

    /// The first value that is not a number.
    fn not_a_number(&self) -> Option<usize> {
        // Whether there is one at all comes first: a loop without an early end is vector code.
        let any = self.values.iter().fold(false, |any, value| any | value.is_nan());
        if any { self.values.iter().position(|value| value.is_nan()) } else { None }
    }

    /// Passes where there is a label for each image, one of so many; or where there are no names, and so no labels.
    pub(super) fn check_labels(&self, file: &Path, labels: &[u32], names: usize) -> Result<(), ImageError> {
        let problem = if labels.len() != if names == 0 { 0 } else { self.len() } {
            format!("{} labels for {} images", labels.len(), self.len())
        } else if let Some(label) = labels.iter().find(|&&label| label as usize >= names) {
            format!("label {label} of {names} (from 0)")
        } else {
            return Ok(());
        };
        Err(ImageError::Unwritable { file: file.to_path_buf(), problem })
    }

    pub(super) fn images(&self) -> impl Iterator<Item = &[f32]> {
        self.values.chunks_exact(self.shape.values())
    }
}

/// An array `[images, height, width]` of grey images, or `[images, height, width, channels]`, that is being written.
#[derive(Debug)]
pub struct ArrayWriter {
    path: PathBuf,
    npy: NpyWriter,
    shape: ImageShape,
    range: Range,
}

impl ArrayWriter {
    /// An array for so many images, of the numbers that `range` says are 0 and 1.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for a range that does not fit the type; the operating system's.
    pub fn create(
        path: &Path,
        shape: ImageShape,
        images: usize,
        range: Range,
        numbers: NpyNumbers,
    ) -> Result<Self, ImageError> {
        if numbers == NpyNumbers::U8 && !(range.low >= 0.0 && range.high <= 255.0) {
            let problem = format!("bytes do not hold {} to {}: write 32-bit floats", range.low, range.high);
            return Err(ImageError::Unwritable { file: path.to_path_buf(), problem });
        }
        let npy = NpyWriter::create(path, &sides(shape, images), numbers)?;
        Ok(Self { path: path.to_path_buf(), npy, shape, range })
    }

    /// Writes the images that come next.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for numbers that are no images, or too many; the operating system's.
    pub fn write(&mut self, values: &[f32]) -> Result<(), ImageError> {
        ImageBatch { shape: self.shape, values }.check(&self.path)?;
        self.npy.write_each(values, |value| self.range.unscaled(value))
    }

    /// Completes the file.
    ///
    /// # Errors
    /// As [`NpyWriter::finish`].
    pub fn finish(self) -> Result<(), ImageError> {
        self.npy.finish()
    }
}

/// Writes an array at once; see [`ArrayWriter`].
///
/// # Errors
/// As those of [`ArrayWriter`].
pub fn write_npy(
    path: &Path,
    batch: &ImageBatch<'_>,
    range: Range,
    numbers: NpyNumbers,
) -> Result<(), ImageError> {
    batch.check(path)?;
    let mut writer = ArrayWriter::create(path, batch.shape, batch.len(), range, numbers)?;
    writer.write(batch.values)?;
    writer.finish()
}

/// The sides of an array of images.
pub(super) fn sides(shape: ImageShape, images: usize) -> Vec<usize> {
    let ImageShape { height, width, channels } = shape;
    match channels {
        // A width that may be taken for channels needs those beside it.
        Channels::Grey if Channels::of_count(width as u64).is_none() => vec![images, height, width],
        Channels::Grey | Channels::Rgb => vec![images, height, width, channels.count()],
    }
}

/// A number in [0, 1] as one of 256 levels.
pub(super) fn byte(value: f32) -> u8 {
    nearest_byte(255.0 * value)
}

/// An 8-bit PNG.
pub(super) fn encode(path: &Path, shape: ImageShape, bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
    let unwritable = |error: png::EncodingError| ImageError::Unwritable {
        file: path.to_path_buf(),
        problem: error.to_string(),
    };
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, shape.width as u32, shape.height as u32);
    encoder.set_color(match shape.channels {
        Channels::Grey => png::ColorType::Grayscale,
        Channels::Rgb => png::ColorType::Rgb,
    });
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(unwritable)?;
    writer.write_image_data(bytes).map_err(unwritable)?;
    writer.finish().map_err(unwritable)?;
    Ok(out)
}
