//! A folder of PNG and JPEG files.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::ImageError;
use super::members::{Gathering, is_visible};
use super::options::ReadImages;
use super::set::ImageSet;

/// Folders within folders; a link can lead back to where it is.
const DEEPEST: usize = 32;

/// Reads the images in a folder and in those that it holds.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn read(folder: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let mut files = Vec::new();
    list(folder, "", 0, &mut files)?;
    files.sort();
    let mut gathering = Gathering::new(folder, options);
    for (name, path) in files {
        let mut file = File::open(path);
        gathering.take(
            &name,
            file.as_mut().map(|file| file as &mut dyn Read).map_err(|error| error.kind().into()),
        )?;
    }
    gathering.finish()
}

/// Reads one file as a set of one image.
///
/// # Errors
/// Any [`ImageError`] of reading.
pub(super) fn read_one(path: &Path, options: &ReadImages) -> Result<ImageSet, ImageError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = File::open(path).map_err(|source| ImageError::io("read", path, source))?;
    let mut gathering = Gathering::new(path, options);
    gathering.take(&name, Ok(&mut file))?;
    gathering.finish()
}

/// Adds the files of a folder, each with its path below the first one.
fn list(
    folder: &Path,
    within: &str,
    depth: usize,
    files: &mut Vec<(String, PathBuf)>,
) -> Result<(), ImageError> {
    let failed = |source| ImageError::io("read", folder, source);
    if depth > DEEPEST {
        let problem = format!("more than {DEEPEST} folders within each other: does a link lead back?");
        return Err(ImageError::NotImages { file: folder.to_path_buf(), reason: problem });
    }
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let part = entry.file_name().to_string_lossy().into_owned();
        if !is_visible(&part) {
            continue;
        }
        let name = if within.is_empty() { part } else { format!("{within}/{part}") };
        let path = entry.path();
        // Links are followed, and those that lead nowhere are reported as files that cannot be read.
        if path.is_dir() { list(&path, &name, depth + 1, files)? } else { files.push((name, path)) }
    }
    Ok(())
}
