//! What kind of set a path is, told by content.

use std::fs::File;
use std::path::Path;

use super::decode::is_image;
use super::error::ImageError;
use super::input::start_of;
use super::members::{claims_image, is_visible};
use super::{idx, npy_header, npz};

/// How images are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Container {
    Folder,
    Idx,
    Npy,
    Npz,
    Tar,
    Zip,
    /// One PNG or JPEG.
    Image,
}

/// Where a tar header has its magic, and how long it is.
const TAR_MAGIC: std::ops::Range<usize> = 257..262;
const TAR_HEADER: u64 = 512;

/// Whether a path is a set of images rather than a table: a folder, or a file whose content, or failing that its name, is that of
/// one of the kinds that [`read`](super::read) reads. A zip archive is one if there are arrays or images in it.
#[must_use]
pub fn is_image_set(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let stem = name.trim_end_matches(".gz");
    // A file so named whose content is not so is for the reader of images to complain about.
    let named = [".npy", ".npz", "-ubyte", ".idx", ".tar", ".tgz"].iter().any(|end| stem.ends_with(end))
        || claims_image(stem);
    path.exists() && (named || matches!(detect(path), Ok(Ok(_))))
}

/// How the images at a path are kept, or what it looks like instead.
///
/// # Errors
/// The operating system's.
pub(super) fn detect(path: &Path) -> Result<Result<Container, String>, ImageError> {
    let metadata = path.metadata().map_err(|source| ImageError::io("read", path, source))?;
    if metadata.is_dir() {
        return Ok(Ok(Container::Folder));
    }
    let start = start_of(path, TAR_HEADER)?;
    let name = path.to_string_lossy().to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    Ok(match start.as_slice() {
        [] => Err("the file is empty, or its gzip stream is damaged".to_owned()),
        start if start.starts_with(npy_header::MAGIC) => Ok(Container::Npy),
        start if start.get(TAR_MAGIC) == Some(b"ustar") => Ok(Container::Tar),
        [b'P', b'K', 3 | 5, 4 | 6, ..] => zip_holds(path),
        start if is_image(start) => Ok(Container::Image),
        // Old tar files have no magic.
        _ if ends(&[".tar", ".tar.gz", ".tgz"]) => Ok(Container::Tar),
        start if idx::is_idx(start) || ends(&["-ubyte", "-ubyte.gz", ".idx", ".idx.gz"]) => {
            Ok(Container::Idx)
        }
        start => {
            let shown: Vec<String> = start.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            Err(format!("its first bytes are {}", shown.join(" ")))
        }
    })
}

/// Whether a zip archive is one of arrays or of images.
fn zip_holds(path: &Path) -> Result<Container, String> {
    let damaged = |error: &dyn std::fmt::Display| format!("the zip archive is damaged or cut short: {error}");
    let file = File::open(path).map_err(|error| damaged(&error))?;
    let archive = zip::ZipArchive::new(std::io::BufReader::new(file)).map_err(|error| damaged(&error))?;
    let mut names = archive.file_names().filter(|name| is_visible(name));
    if archive.file_names().any(npz::is_array) {
        Ok(Container::Npz)
    } else if names.any(claims_image) {
        Ok(Container::Zip)
    } else {
        Err(format!("a zip archive of {} files, none of them an image or array by its name", archive.len()))
    }
}
