//! Files that are either the old one or the whole new one.

use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

/// A temporary file beside `path`, to be renamed to it once it is whole and flushed to the disk.
///
/// # Errors
/// The operating system's.
pub fn temporary_beside(path: &Path) -> std::io::Result<NamedTempFile> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gausswork-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // As any new file, or as the one that is replaced; a temporary file alone would be its owner's only.
        let mode = path.metadata().map_or(0o666, |data| data.permissions().mode());
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    builder.tempfile_in(directory)
}

/// Writes a file whole or not at all: to a temporary file beside it, flushed to the disk, then renamed.
///
/// # Errors
/// The operating system's.
pub fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = temporary_beside(path)?;
    file.write_all(bytes)?;
    keep(file, path)
}

/// Gives a file from [`temporary_beside`] its name, once its bytes are on the disk.
///
/// # Errors
/// The operating system's.
pub fn keep(file: NamedTempFile, path: &Path) -> std::io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}
