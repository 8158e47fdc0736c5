//! Where the numbers of a set go while it is read.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use super::options::ReadImages;
use super::raster::Values;
use super::store::{Store, Width};

/// A number that stands out, and which of all the numbers it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extreme {
    pub value: f32,
    pub at: u64,
}

/// What is known of all the numbers together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub least: Extreme,
    pub greatest: Extreme,
    /// Whether all are whole.
    pub whole: bool,
}

/// Takes images one by one, in memory as far as that may go, in a temporary file beyond.
#[derive(Debug)]
pub(super) struct Sink {
    memory: u64,
    scratch: PathBuf,
    width: Width,
    target: Target,
    numbers: u64,
    extent: Extent,
}

#[derive(Debug)]
enum Target {
    Memory(Values),
    Disk(BufWriter<File>),
}

impl Sink {
    pub(super) fn new(width: Width, options: &ReadImages) -> Self {
        let none = |value| Extreme { value, at: 0 };
        let values = match width {
            Width::Byte => Values::Bytes(Vec::new()),
            Width::Float => Values::Numbers(Vec::new()),
        };
        Self {
            memory: options.memory,
            scratch: options.scratch.clone(),
            width,
            target: Target::Memory(values),
            numbers: 0,
            extent: Extent { least: none(f32::INFINITY), greatest: none(f32::NEG_INFINITY), whole: true },
        }
    }

    /// Where the temporary file is, for messages.
    pub(super) fn scratch(&self) -> &PathBuf {
        &self.scratch
    }

    /// Numbers taken so far.
    pub(super) fn numbers(&self) -> u64 {
        self.numbers
    }

    /// Takes the numbers of an image.
    ///
    /// # Errors
    /// The operating system's, on the temporary file.
    pub(super) fn push(&mut self, values: &Values) -> io::Result<()> {
        let count = match values {
            Values::Bytes(bytes) => {
                let (least, greatest) =
                    bytes.iter().fold((u8::MAX, 0), |(low, high), &byte| (low.min(byte), high.max(byte)));
                self.note(f32::from(least), f32::from(greatest), |value| {
                    bytes.iter().position(|&byte| f32::from(byte) == value)
                });
                bytes.len()
            }
            Values::Numbers(numbers) => {
                let (least, greatest) =
                    numbers.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), &number| {
                        (low.min(number), high.max(number))
                    });
                self.note(least, greatest, |value| numbers.iter().position(|&number| number == value));
                self.extent.whole = self.extent.whole && numbers.iter().all(|number| number.fract() == 0.0);
                numbers.len()
            }
        };
        self.numbers += count as u64;
        if self.numbers * self.width.bytes() as u64 > self.memory {
            self.leave_memory()?;
        }
        match (&mut self.target, values) {
            (Target::Memory(Values::Bytes(all)), Values::Bytes(bytes)) => all.extend_from_slice(bytes),
            (Target::Memory(Values::Numbers(all)), Values::Numbers(numbers)) => {
                all.extend_from_slice(numbers)
            }
            (Target::Disk(file), values) => write(file, values)?,
            // A source of images has one kind of numbers.
            (Target::Memory(_), _) => return Err(io::ErrorKind::InvalidData.into()),
        }
        Ok(())
    }

    fn note(&mut self, least: f32, greatest: f32, place: impl Fn(f32) -> Option<usize>) {
        let at = |value| self.numbers + place(value).unwrap_or(0) as u64;
        if least < self.extent.least.value {
            self.extent.least = Extreme { value: least, at: at(least) };
        }
        if greatest > self.extent.greatest.value {
            self.extent.greatest = Extreme { value: greatest, at: at(greatest) };
        }
    }

    fn leave_memory(&mut self) -> io::Result<()> {
        if let Target::Memory(values) = &self.target {
            let mut file = BufWriter::with_capacity(1 << 20, tempfile::tempfile_in(&self.scratch)?);
            write(&mut file, values)?;
            self.target = Target::Disk(file);
        }
        Ok(())
    }

    /// All numbers, and what is known of them. Whole numbers up to 255 are bytes from here on, if they are in memory.
    ///
    /// # Errors
    /// The operating system's, on the temporary file.
    pub(super) fn finish(self) -> io::Result<(Store, Extent)> {
        let small =
            self.extent.whole && self.extent.least.value >= 0.0 && self.extent.greatest.value <= 255.0;
        let store = match self.target {
            Target::Memory(Values::Numbers(numbers)) if small => {
                Store::Memory(Values::Bytes(numbers.into_iter().map(|number| number as u8).collect()))
            }
            Target::Memory(Values::Bytes(mut bytes)) => {
                bytes.shrink_to_fit();
                Store::Memory(Values::Bytes(bytes))
            }
            Target::Memory(Values::Numbers(mut numbers)) => {
                numbers.shrink_to_fit();
                Store::Memory(Values::Numbers(numbers))
            }
            Target::Disk(file) => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                Store::Disk { file, width: self.width }
            }
        };
        Ok((store, self.extent))
    }
}

fn write(file: &mut impl io::Write, values: &Values) -> io::Result<()> {
    match values {
        Values::Bytes(bytes) => file.write_all(bytes),
        Values::Numbers(numbers) => {
            numbers.iter().try_for_each(|number| file.write_all(&number.to_le_bytes()))
        }
    }
}
