//! Arrays to `.npy` files, a piece at a time, whole or not at all.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use gausswork_kernels::nearest_bytes;
use tempfile::NamedTempFile;

use super::error::ImageError;
use crate::whole::{keep, temporary_beside};

/// The type of the numbers in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NpyNumbers {
    /// `|u1`: rounded.
    U8,
    /// `<f4`.
    F32,
}

impl NpyNumbers {
    /// What a header calls them.
    pub(super) fn descr(self) -> &'static str {
        match self {
            Self::U8 => "|u1",
            Self::F32 => "<f4",
        }
    }

    /// Puts what `number` makes of each value behind others.
    pub(super) fn put(self, values: &[f32], number: impl Fn(f32) -> f32, bytes: &mut Vec<u8>) {
        // A length that is known before lets all loops be vector code.
        let start = bytes.len();
        match self {
            Self::U8 => {
                bytes.resize(start + values.len(), 0);
                let mut numbers = [0.0; 1024];
                let places = bytes[start..].chunks_mut(numbers.len());
                for (bytes, values) in places.zip(values.chunks(numbers.len())) {
                    numbers.iter_mut().zip(values).for_each(|(to, &value)| *to = number(value));
                    nearest_bytes(&numbers, bytes);
                }
            }
            Self::F32 => {
                bytes.resize(start + 4 * values.len(), 0);
                let places = bytes[start..].chunks_exact_mut(4).zip(values);
                places.for_each(|(bytes, &value)| bytes.copy_from_slice(&number(value).to_le_bytes()));
            }
        }
    }
}

/// What an array of a shape begins with, whose numbers come in the order of memory, the last axis fastest.
pub(super) fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let sides: String = shape.iter().map(|side| format!("{side}, ")).collect();
    let sides = if shape.len() == 1 { sides.trim_end() } else { sides.trim_end_matches(", ") };
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sides}), }}");
    // Magic, version, length and header together are a multiple of 64 bytes, the last a new line.
    header.extend(std::iter::repeat_n(' ', (64 - (10 + header.len() + 1) % 64) % 64));
    header.push('\n');
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat()
}

/// An array that is being written; the file is there once it is finished.
#[derive(Debug)]
pub struct NpyWriter {
    path: PathBuf,
    out: BufWriter<NamedTempFile>,
    numbers: NpyNumbers,
    /// Numbers that are still to come.
    missing: usize,
    bytes: Vec<u8>,
}

impl NpyWriter {
    /// Begins an array of a shape, whose numbers come in the order of memory, the last axis fastest.
    ///
    /// # Errors
    /// The operating system's.
    pub fn create(path: &Path, shape: &[usize], numbers: NpyNumbers) -> Result<Self, ImageError> {
        let begin = || -> io::Result<BufWriter<NamedTempFile>> {
            let mut out = BufWriter::new(temporary_beside(path)?);
            out.write_all(&header(numbers.descr(), shape))?;
            Ok(out)
        };
        let out = begin().map_err(|source| ImageError::io("write", path, source))?;
        Ok(Self {
            path: path.to_path_buf(),
            out,
            numbers,
            missing: shape.iter().product(),
            bytes: Vec::new(),
        })
    }

    /// Writes the numbers that come next.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for more numbers than the shape has; the operating system's.
    pub fn write(&mut self, numbers: &[f32]) -> Result<(), ImageError> {
        self.write_each(numbers, |number| number)
    }

    /// The same of what `number` makes of each value.
    pub(super) fn write_each(
        &mut self,
        values: &[f32],
        number: impl Fn(f32) -> f32,
    ) -> Result<(), ImageError> {
        self.missing = self.missing.checked_sub(values.len()).ok_or_else(|| self.unfit("more"))?;
        self.bytes.clear();
        self.numbers.put(values, number, &mut self.bytes);
        self.out.write_all(&self.bytes).map_err(|source| ImageError::io("write", &self.path, source))
    }

    /// Completes the file.
    ///
    /// # Errors
    /// [`ImageError::Unwritable`] for fewer numbers than the shape has; the operating system's.
    pub fn finish(self) -> Result<(), ImageError> {
        if self.missing > 0 {
            return Err(self.unfit("fewer"));
        }
        let Self { path, out, .. } = self;
        let end = || keep(out.into_inner().map_err(io::IntoInnerError::into_error)?, &path);
        end().map_err(|source| ImageError::io("write", &path, source))
    }

    fn unfit(&self, than: &str) -> ImageError {
        let problem = format!("there are {than} numbers than its shape has");
        ImageError::Unwritable { file: self.path.clone(), problem }
    }
}
