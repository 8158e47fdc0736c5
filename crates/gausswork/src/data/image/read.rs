//! A set of images from wherever it is.

use std::path::{Path, PathBuf};

use super::detect::{Container, detect};
use super::error::{ImageError, Origin};
use super::options::ReadImages;
use super::range::{Range, RangeSource};
use super::set::ImageSet;
use super::shape::ImageShape;
use super::sink::{Extent, Extreme, Sink};
use super::store::Scale;
use super::{archive, folder, idx, npy, npz};

/// Reads a set of images: IDX, `.npy`, `.npz`, a folder, tar or zip of PNG and JPEG files, or one such file; IDX, `.npy` and tar
/// also packed by gzip. What it is is told by content.
///
/// # Errors
/// Any [`ImageError`] of reading, with its place.
///
/// # Example
/// ```
/// use gausswork::data::image::{ReadImages, read};
///
/// let digits = read("../../data/digits.npz".as_ref(), &ReadImages::default())?;
/// assert_eq!((digits.len(), digits.shape().to_string().as_str()), (1797, "8x8 grey"));
/// let mut batch = vec![0.0; 2 * 64];
/// digits.gather(&[0, 1796], &mut batch)?;
/// assert_eq!(batch[2], 5.0 / 16.0);
/// # Ok::<(), gausswork::data::image::ImageError>(())
/// ```
pub fn read(path: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    options.check()?;
    match detect(path)? {
        Ok(Container::Folder) => folder::read(path, options),
        Ok(Container::Idx) => idx::read(path, options),
        Ok(Container::Npy) => npy::read(path, options),
        Ok(Container::Npz) => npz::read(path, options),
        Ok(Container::Tar) => archive::read_tar(path, options),
        Ok(Container::Zip) => archive::read_zip(path, options),
        Ok(Container::Image) => folder::read_one(path, options),
        Err(reason) => Err(ImageError::NotImages { file: path.to_path_buf(), reason }),
    }
}

/// The set of what a sink took, without labels, names, notes and fingerprint.
///
/// # Errors
/// A number outside the range given; the operating system's, on the temporary file.
pub(super) fn assemble(
    origin: &Origin,
    sink: Sink,
    shape: ImageShape,
    range: impl FnOnce(&Extent) -> Range,
) -> Result<ImageSet, ImageError> {
    let (scratch, numbers): (PathBuf, u64) = (sink.scratch().clone(), sink.numbers());
    let (store, extent) =
        sink.finish().map_err(|source| ImageError::io("write a temporary file in", &scratch, source))?;
    let range = range(&extent);
    if range.source == RangeSource::Given {
        for Extreme { value, at } in [extent.least, extent.greatest] {
            if !(range.low..=range.high).contains(&value) {
                let problem =
                    format!("is outside the range given, {} to {}: give a wider one", range.low, range.high);
                return Err(value_error(origin, shape, at, value, problem));
            }
        }
    }
    let scale = Scale::unit(range);
    Ok(ImageSet {
        file: origin.file.clone(),
        shape,
        images: (numbers / shape.values().max(1) as u64) as usize,
        labels: None,
        names: None,
        range,
        extent,
        skipped: Vec::new(),
        notes: Vec::new(),
        fingerprint: String::new(),
        store,
        scale,
        order: None,
    })
}

/// A complaint about a number, `at` counted over all images.
pub(super) fn value_error(
    origin: &Origin,
    shape: ImageShape,
    at: u64,
    value: f32,
    problem: String,
) -> ImageError {
    let values = shape.values().max(1) as u64;
    let (image, within) = (at / values, (at % values) as usize);
    let (pixel, channel) = (within / shape.channels.count(), within % shape.channels.count());
    let (row, column) = (pixel / shape.width.max(1), pixel % shape.width.max(1));
    ImageError::Value { origin: origin.clone(), image, row, column, channel, value, problem }
}
