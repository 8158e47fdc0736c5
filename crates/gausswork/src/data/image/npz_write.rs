//! Images with their labels to an `.npz` file, some at a time, whole or not at all.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::error::ImageError;
use super::npy_write::{NpyNumbers, header};
use super::range::Range;
use super::shape::ImageShape;
use super::write::{ImageBatch, sides};
use crate::whole::{keep, temporary_beside};

/// An archive of the arrays `images` and, where they have some, `labels`, as reading finds them; the file is there once it is finished.
#[derive(Debug)]
pub struct NpzWriter {
    path: PathBuf,
    zip: ZipWriter<BufWriter<NamedTempFile>>,
    shape: ImageShape,
    range: Range,
    numbers: NpyNumbers,
    /// Images that are still to come.
    missing: usize,
    /// The number that each label is.
    names: Vec<i64>,
    labels: Vec<u32>,
}

impl NpzWriter {
    /// An archive of so many images of the numbers that `range` says are 0 and 1; with labels that are called so, or without.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for labels that are no whole numbers; the operating system's.
    pub fn create(
        path: &Path,
        (shape, images): (ImageShape, usize),
        (range, numbers): (Range, NpyNumbers),
        names: &[String],
    ) -> Result<Self, ImageError> {
        let number = |name: &String| {
            name.parse::<i64>().map_err(|_| ImageError::Unwritable {
                file: path.to_path_buf(),
                problem: format!(
                    "the label \"{name}\" is no whole number, as labels of an array are: name a folder"
                ),
            })
        };
        let names = names.iter().map(number).collect::<Result<_, _>>()?;
        let failed = |source| ImageError::io("write", path, source);
        let mut zip = ZipWriter::new(BufWriter::new(temporary_beside(path).map_err(failed)?));
        zip.start_file("images.npy", stored()).map_err(|error| failed(error.into()))?;
        zip.write_all(&header(numbers.descr(), &sides(shape, images))).map_err(failed)?;
        let path = path.to_path_buf();
        Ok(Self { path, zip, shape, range, numbers, missing: images, names, labels: Vec::new() })
    }

    /// Writes the images that come next, with their labels as places among the names.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for numbers that are no images, too many, or without labels; the operating system's.
    pub fn write(&mut self, values: &[f32], labels: &[u32]) -> Result<(), ImageError> {
        let batch = ImageBatch { shape: self.shape, values };
        batch.check(&self.path)?;
        batch.check_labels(&self.path, labels, self.names.len())?;
        self.missing = self.missing.checked_sub(batch.len()).ok_or_else(|| self.unfit("more"))?;
        self.labels.extend_from_slice(labels);
        let mut bytes = Vec::with_capacity(4 * values.len());
        self.numbers.put(values, |value| self.range.unscaled(value), &mut bytes);
        self.zip.write_all(&bytes).map_err(|source| ImageError::io("write", &self.path, source))
    }

    /// Completes the file.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for fewer images than were announced; the operating system's.
    pub fn finish(mut self) -> Result<(), ImageError> {
        if self.missing > 0 {
            return Err(self.unfit("fewer"));
        }
        let (names, labels) = (std::mem::take(&mut self.names), std::mem::take(&mut self.labels));
        let Self { path, mut zip, .. } = self;
        let end = || -> io::Result<()> {
            if !names.is_empty() {
                let number =
                    |&label: &u32| names.get(label as usize).copied().unwrap_or_default().to_le_bytes();
                zip.start_file("labels.npy", stored())?;
                zip.write_all(&header("<i8", &[labels.len()]))?;
                zip.write_all(&labels.iter().flat_map(number).collect::<Vec<u8>>())?;
            }
            keep(zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?, &path)
        };
        end().map_err(|source| ImageError::io("write", &path, source))
    }

    fn unfit(&self, than: &str) -> ImageError {
        let problem = format!("there are {than} images than were announced");
        ImageError::Unwritable { file: self.path.clone(), problem }
    }
}

/// As NumPy's `savez` stores arrays; the time is that of no clock.
fn stored() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true)
}
