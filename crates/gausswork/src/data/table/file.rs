//! Kinds of files: told by content when reading, by extension when writing.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::TableError;

/// The extensions that are known, for messages.
pub(super) const KNOWN_EXTENSIONS: &str =
    ".csv, .tsv (each also with .gz or .zst), .parquet, .arrow, .feather, .ipc, .arrows";

/// How a table is laid out in a file.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum FileFormat {
    /// Delimited text.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// The Arrow IPC file format, also known as Feather version 2.
    Arrow,
    /// The Arrow IPC stream format.
    ArrowStream,
}

impl std::fmt::Display for FileFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
            Self::ArrowStream => "Arrow stream",
        })
    }
}

/// How a text file is compressed as a whole. Parquet and Arrow compress inside.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// The format and compression that a file's name promises.
///
/// # Errors
/// [`TableError::UnknownExtension`], which lists the known ones.
pub fn from_path(path: &Path) -> Result<(FileFormat, Compression), TableError> {
    let unknown = || TableError::UnknownExtension {
        file: path.to_path_buf(),
    };
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().to_ascii_lowercase())
        .ok_or_else(unknown)?;
    let (stem, compression) = if let Some(stem) = name.strip_suffix(".gz") {
        (stem, Compression::Gzip)
    } else if let Some(stem) = name.strip_suffix(".zst") {
        (stem, Compression::Zstd)
    } else {
        (name.as_str(), Compression::None)
    };
    let extension = stem.rsplit_once('.').map(|(_, extension)| extension);
    match (extension, compression) {
        (Some("csv" | "tsv"), _) => Ok((FileFormat::Csv, compression)),
        (Some("parquet"), Compression::None) => Ok((FileFormat::Parquet, compression)),
        (Some("arrow" | "feather" | "ipc"), Compression::None) => {
            Ok((FileFormat::Arrow, compression))
        }
        (Some("arrows"), Compression::None) => Ok((FileFormat::ArrowStream, compression)),
        _ => Err(unknown()),
    }
}

/// What the first bytes of a file say that it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Content {
    Plain,
    Gzip,
    Zstd,
    Parquet,
    ArrowFile,
    ArrowStream,
    /// Something known that is not a table we read; the text says what to do.
    Other(&'static str),
    Utf16,
}

impl Content {
    /// Tells content by its magic bytes.
    pub(super) fn of(start: &[u8]) -> Self {
        match start {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            [b'P', b'A', b'R', b'1', ..] => Self::Parquet,
            [b'P', b'A', b'R', b'E', ..] => {
                Self::Other("an encrypted Parquet file is not read; decrypt it first")
            }
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Self::ArrowFile,
            [0xff, 0xff, 0xff, 0xff, ..] => Self::ArrowStream,
            [b'F', b'E', b'A', b'1', ..] => {
                Self::Other("Feather version 1 is not read; write it again as Feather version 2")
            }
            [b'P', b'K', 3, 4, ..] => Self::Other(
                "looks like a zip archive or an Excel workbook; unpack it, or export it as CSV",
            ),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Self::Utf16,
            _ => Self::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_promise_formats() {
        for (name, expected) in [
            ("a.csv", (FileFormat::Csv, Compression::None)),
            ("a.b.TSV", (FileFormat::Csv, Compression::None)),
            ("a.csv.gz", (FileFormat::Csv, Compression::Gzip)),
            ("a.csv.zst", (FileFormat::Csv, Compression::Zstd)),
            ("a.parquet", (FileFormat::Parquet, Compression::None)),
            ("a.feather", (FileFormat::Arrow, Compression::None)),
            ("a.arrows", (FileFormat::ArrowStream, Compression::None)),
        ] {
            assert_eq!(from_path(Path::new(name)).unwrap(), expected, "{name}");
        }
        for name in ["a", "a.txt", "csv", "a.parquet.gz", "", ".."] {
            let error = from_path(Path::new(name)).unwrap_err().to_string();
            assert!(error.contains(".parquet"), "{error}");
        }
    }
}
