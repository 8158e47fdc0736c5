//! Where text goes: a file that is there whole or not at all, or a stream.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use gausswork::whole::temporary_beside;
use tempfile::NamedTempFile;

const BUFFER: usize = 1 << 20;

/// A destination of text.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Written beside its place, and moved there by [`Sink::finish`].
    File { file: BufWriter<NamedTempFile>, path: PathBuf },
    /// A pipe or a device, which cannot be replaced.
    Device { file: BufWriter<File>, path: PathBuf },
    /// Standard output.
    Standard(BufWriter<io::Stdout>),
}

impl Sink {
    /// Opens a file, or standard output.
    ///
    /// # Errors
    /// A directory that cannot be written to.
    pub(crate) fn create(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Standard(BufWriter::with_capacity(BUFFER, io::stdout())));
        };
        if path.is_dir() {
            bail!("cannot write {}: it is a directory", path.display());
        }
        if path.metadata().is_ok_and(|data| !data.is_file()) {
            let file = File::options().write(true).open(path).with_context(|| failed(path))?;
            return Ok(Self::Device {
                file: BufWriter::with_capacity(BUFFER, file),
                path: path.to_path_buf(),
            });
        }
        // A link stays one: what it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let temporary = temporary_beside(&path).with_context(|| failed(&path))?;
        Ok(Self::File { file: BufWriter::with_capacity(BUFFER, temporary), path })
    }

    /// Appends.
    ///
    /// # Errors
    /// The file's or the stream's.
    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Self::File { file, path } => file.write_all(bytes).with_context(|| failed(path)),
            Self::Device { file, path } => file.write_all(bytes).with_context(|| failed(path)),
            Self::Standard(out) => Ok(out.write_all(bytes)?),
        }
    }

    /// Flushes; a file takes its place.
    ///
    /// # Errors
    /// The file's or the stream's.
    pub(crate) fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::File { file, path } => {
                let context = || failed(&path);
                let file = file.into_inner().map_err(io::IntoInnerError::into_error).with_context(context)?;
                file.as_file().sync_all().with_context(context)?;
                file.persist(&path).map_err(|error| error.error).with_context(context)?;
                Ok(())
            }
            Self::Device { mut file, path } => file.flush().with_context(|| failed(&path)),
            Self::Standard(mut out) => Ok(out.flush()?),
        }
    }
}

fn failed(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
