//! Tar and zip archives of PNG and JPEG files, read without writing any of them to the disk.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::error::{ImageError, Origin};
use super::input::Input;
use super::members::Gathering;
use super::options::ReadImages;
use super::set::ImageSet;

/// Reads a tar archive, packed by gzip or not. Links in it are left out.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn read_tar(path: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let mut archive = tar::Archive::new(Input::open(path)?);
    let mut offset = 0;
    let damaged = |offset: u64, error: &io::Error| ImageError::Format {
        origin: Origin::file(path),
        offset,
        problem: format!("the tar archive is damaged or cut short: {error}"),
    };
    let mut gathering = Gathering::new(path, options);
    for entry in archive.entries().map_err(|error| damaged(0, &error))? {
        let mut entry = entry.map_err(|error| damaged(offset, &error))?;
        offset = entry.raw_file_position();
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let size = entry.size();
        let mut counted = Counted { reader: &mut entry, read: 0 };
        gathering.take(&name, Ok(&mut counted))?;
        // The rest of a file that was not wanted is passed over here, so that its end is checked too.
        let copied = io::copy(&mut counted, &mut io::sink());
        let read = counted.read;
        copied.map_err(|error| damaged(offset, &error))?;
        if read < size {
            return Err(damaged(offset, &io::Error::other(format!("{name} has {read} of {size} bytes"))));
        }
        offset += size;
    }
    gathering.finish()
}

/// Reads a zip archive.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn read_zip(path: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let file = File::open(path).map_err(|source| ImageError::io("read", path, source))?;
    let mut archive =
        zip::ZipArchive::new(BufReader::new(file)).map_err(|error| damaged_zip(path, &error))?;
    let mut gathering = Gathering::new(path, options);
    for at in 0..archive.len() {
        let Some(name) = archive.name_for_index(at).map(str::to_owned) else { continue };
        if name.ends_with('/') {
            continue;
        }
        match archive.by_index(at) {
            Ok(mut member) => gathering.take(&name, Ok(&mut member as &mut dyn Read))?,
            Err(error) => gathering.take(&name, Err(io::Error::other(error)))?,
        }
    }
    gathering.finish()
}

/// A zip archive that cannot be read at all.
pub(super) fn damaged_zip(path: &Path, error: &zip::result::ZipError) -> ImageError {
    let problem = format!("the zip archive is damaged or cut short: {error}");
    ImageError::Array { origin: Origin::file(path), problem }
}

/// A reader that counts.
struct Counted<R> {
    reader: R,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(bytes)?;
        self.read += read as u64;
        Ok(read)
    }
}
