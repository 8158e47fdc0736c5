//! A file as a stream of bytes, unpacked if it is gzip.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::error::{ImageError, Origin};

/// What gzip begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes of something, of which it is known how many went by.
pub(super) struct Input<'a> {
    reader: Box<dyn Read + 'a>,
    origin: Origin,
    /// Bytes in all, where that is known beforehand.
    pub length: Option<u64>,
    /// Bytes read so far.
    pub at: u64,
}

impl<'a> Input<'a> {
    /// A file; what is packed by gzip, told by content, is unpacked.
    ///
    /// # Errors
    /// The operating system's.
    pub(super) fn open(path: &Path) -> Result<Self, ImageError> {
        let failed = |source| ImageError::io("read", path, source);
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let mut file = BufReader::with_capacity(1 << 18, file);
        let packed = file.fill_buf().map_err(failed)?.starts_with(&GZIP);
        let reader: Box<dyn Read> =
            if packed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) };
        Ok(Self { reader, origin: Origin::file(path), length: (!packed).then_some(length), at: 0 })
    }

    /// A member of an archive.
    pub(super) fn member(reader: impl Read + 'a, origin: Origin) -> Self {
        Self { reader: Box::new(reader), origin, length: None, at: 0 }
    }

    /// Fills the buffer.
    ///
    /// # Errors
    /// [`ImageError::Format`] where the file ends before, which `what` names, or where it cannot be unpacked.
    pub(super) fn fill(&mut self, bytes: &mut [u8], what: &str) -> Result<(), ImageError> {
        self.reader.read_exact(bytes).map_err(|error| self.failed(&error, what))?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Passes where nothing is left.
    ///
    /// # Errors
    /// [`ImageError::Format`] where there is more.
    pub(super) fn end(&mut self, what: &str) -> Result<(), ImageError> {
        match self.reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self
                .problem(format!("bytes follow after {what}: it is not the file that its header describes"))),
            Err(error) => Err(self.failed(&error, what)),
        }
    }

    /// All that is left, up to a number of bytes.
    pub(super) fn rest(&mut self, most: u64, what: &str) -> Result<Vec<u8>, ImageError> {
        let mut bytes = Vec::new();
        self.reader.by_ref().take(most).read_to_end(&mut bytes).map_err(|error| self.failed(&error, what))?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }

    /// Checks, where the length is known, that there are as many bytes as `expected`, before anything is allocated for them.
    ///
    /// # Errors
    /// [`ImageError::Format`] with both numbers.
    pub(super) fn expect(&self, expected: u64, what: &str) -> Result<(), ImageError> {
        match self.length.map(|length| length.saturating_sub(self.at)) {
            Some(found) if found != expected => {
                let state = if found < expected {
                    "it is cut short"
                } else {
                    "it is not the file that its header describes"
                };
                Err(self.problem(format!("{found} bytes where {what} take {expected}: {state}")))
            }
            _ => Ok(()),
        }
    }

    /// A complaint about this place.
    pub(super) fn problem(&self, problem: String) -> ImageError {
        ImageError::Format { origin: self.origin.clone(), offset: self.at, problem }
    }

    /// What the bytes are of.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    fn failed(&self, error: &io::Error, what: &str) -> ImageError {
        self.problem(if error.kind() == io::ErrorKind::UnexpectedEof {
            format!("the file ends within {what}: it is cut short")
        } else {
            format!("{what} cannot be read: {error}")
        })
    }
}

impl Read for Input<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(bytes)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The first bytes of a file, unpacked if it is gzip; fewer where it is shorter or damaged.
pub(super) fn start_of(path: &Path, most: u64) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Vec::new();
    // What is damaged is for the reader to say.
    let _ = Input::open(path)?.take(most).read_to_end(&mut bytes);
    Ok(bytes)
}
