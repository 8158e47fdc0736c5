//! Where the numbers of a set lie: in memory, or in a file that has no name.

use std::fs::File;
use std::io;

use super::range::Range;
use super::raster::Values;

/// Bytes that are read from a file at once: one 32 × 32 colour image and more.
const CHUNK: usize = 4096;

/// How a number is kept in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Width {
    Byte,
    /// Four bytes, little endian.
    Float,
}

impl Width {
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Float => 4,
        }
    }
}

/// The numbers of all images, one image after the other.
#[derive(Debug)]
pub(super) enum Store {
    Memory(Values),
    Disk { file: File, width: Width },
}

/// What is done to a number on its way out.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    /// A byte's value, scaled.
    table: [f32; 256],
    range: Range,
}

impl Scale {
    /// `range` to [0, 1].
    pub(super) fn unit(range: Range) -> Self {
        let table = std::array::from_fn(|byte| range.scaled(byte as f32));
        Self { table, range }
    }

    /// Nothing.
    pub(super) fn none() -> Self {
        Self::unit(Range { low: 0.0, high: 1.0, ..Range::BYTE })
    }

    fn bytes(&self, bytes: &[u8], out: &mut [f32]) {
        for (out, byte) in out.iter_mut().zip(bytes) {
            *out = self.table[usize::from(*byte)];
        }
    }
}

impl Store {
    /// The numbers from `start` on, scaled, as many as fit.
    ///
    /// # Errors
    /// The operating system's; [`io::ErrorKind::UnexpectedEof`] past the end.
    pub(super) fn read(&self, start: usize, scale: &Scale, out: &mut [f32]) -> io::Result<()> {
        let end = start + out.len();
        let short = || io::Error::from(io::ErrorKind::UnexpectedEof);
        match self {
            Self::Memory(Values::Bytes(bytes)) => {
                scale.bytes(bytes.get(start..end).ok_or_else(short)?, out);
            }
            Self::Memory(Values::Numbers(numbers)) => {
                let numbers = numbers.get(start..end).ok_or_else(short)?;
                out.iter_mut().zip(numbers).for_each(|(out, number)| *out = scale.range.scaled(*number));
            }
            Self::Disk { file, width } => {
                let mut chunk = [0; CHUNK];
                let mut at = (start * width.bytes()) as u64;
                for out in out.chunks_mut(CHUNK / width.bytes()) {
                    let bytes = chunk.get_mut(..out.len() * width.bytes()).ok_or_else(short)?;
                    read_exact_at(file, bytes, at)?;
                    match width {
                        Width::Byte => scale.bytes(bytes, out),
                        Width::Float => {
                            let (floats, _) = bytes.as_chunks::<4>();
                            for (out, float) in out.iter_mut().zip(floats) {
                                *out = scale.range.scaled(f32::from_le_bytes(*float));
                            }
                        }
                    }
                    at += bytes.len() as u64;
                }
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}
