//! What can go wrong with a table, each with its place and what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::file::FileFormat;
use crate::data::density::DensityError;

/// Where a cell is, as a person counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The 1-based data row: the header is not counted.
    pub row: u64,
    /// The 1-based line of a text file; `None` in Parquet and Arrow.
    pub line: Option<u64>,
    /// The column's name.
    pub column: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, ", self.file.display())?;
        match self.line {
            Some(line) => write!(f, "line {line} (row {})", self.row)?,
            None => write!(f, "row {}", self.row)?,
        }
        write!(f, ", column \"{}\"", self.column)
    }
}

/// A table could not be read, understood or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The file does not exist.
    #[error("{}: no such file", file.display())]
    NoSuchFile {
        /// The file.
        file: PathBuf,
    },
    /// Neither a file nor the name of a density.
    #[error(transparent)]
    Density(#[from] DensityError),
    /// A directory stands where a file is needed.
    #[error("{}: is a directory; name one file in it", file.display())]
    Directory {
        /// The directory.
        file: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", file.display())]
    Io {
        /// What was attempted: "read", "write", "rename" …
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The reader of our output went away (`gausswork … | head`): not a failure of ours.
    #[error("the reader of the output closed it")]
    BrokenPipe,
    /// The file holds nothing.
    #[error("{}: the file is empty", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The file has columns but no rows.
    #[error("{}: there is a header, but there are no rows", file.display())]
    NoRows {
        /// The file.
        file: PathBuf,
    },
    /// The file has no columns.
    #[error("{}: the table has no columns", file.display())]
    NoColumns {
        /// The file.
        file: PathBuf,
    },
    /// A row has another number of fields than the header.
    #[error(
        "{}, line {line}: {found} fields where the header has {expected}; the delimiter was taken to \
         be {}: repair the line, or give the delimiter", file.display(), show_byte(*delimiter)
    )]
    Ragged {
        /// The file.
        file: PathBuf,
        /// The 1-based line.
        line: u64,
        /// Fields in the header.
        expected: usize,
        /// Fields in this line.
        found: usize,
        /// The delimiter in use.
        delimiter: u8,
    },
    /// A quoted field is not closed, or goes on after its closing quote.
    #[error(
        "{}, line {line}, field {field}: {problem}; repair the quotes (a quote inside a quoted field \
         is doubled), or read the file without quoting", file.display()
    )]
    Quote {
        /// The file.
        file: PathBuf,
        /// The 1-based line.
        line: u64,
        /// The 1-based field in that line.
        field: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// The text is not UTF-8.
    #[error(
        "{}, line {line}, byte {column}: the text is not UTF-8; convert it first, for example \
         `iconv -f {guess} -t UTF-8`", file.display()
    )]
    Encoding {
        /// The file.
        file: PathBuf,
        /// The 1-based line.
        line: u64,
        /// The 1-based byte in that line.
        column: u64,
        /// The likeliest encoding, by iconv's name.
        guess: &'static str,
    },
    /// Two columns have one name.
    #[error(
        "{}: columns {first} and {second} are both named \"{name}\"; rename one", file.display()
    )]
    DuplicateColumn {
        /// The file.
        file: PathBuf,
        /// The name.
        name: String,
        /// The 1-based position of the first.
        first: usize,
        /// The 1-based position of the second.
        second: usize,
    },
    /// A column has no name.
    #[error(
        "{}: column {position} has no name; name it in the header, or remove it if it is only a row \
         index", file.display()
    )]
    UnnamedColumn {
        /// The file.
        file: PathBuf,
        /// The 1-based position.
        position: usize,
    },
    /// The name of the file promises a format that its content is not.
    #[error("{}: not a {format} file: {reason}", file.display())]
    NotThatFormat {
        /// The file.
        file: PathBuf,
        /// The format that the name promises.
        format: FileFormat,
        /// What the content looks like.
        reason: &'static str,
    },
    /// The content is of a kind that is not read.
    #[error("{}: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What it is, and what to do.
        reason: &'static str,
    },
    /// The file is damaged or cut short.
    #[error("{}: the {what} is damaged or cut short: {reason}", file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// "Parquet file", "gzip stream" …
        what: &'static str,
        /// The decoder's reason.
        reason: String,
    },
    /// A Parquet or Arrow column has a type that is not a cell of a table.
    #[error(
        "{}, column \"{column}\": the type {data_type} is not supported; drop the column, or cast it \
         to numbers, text, dates or timestamps", file.display()
    )]
    UnsupportedType {
        /// The file.
        file: PathBuf,
        /// The column's name.
        column: String,
        /// Its Arrow type.
        data_type: String,
    },
    /// A column holds more text than a column can.
    #[error("{}, column \"{column}\": more than 2 GiB of distinct text; drop the column", file.display())]
    TooMuchText {
        /// The file.
        file: PathBuf,
        /// The column's name.
        column: String,
    },
    /// The file's name says nothing about its format.
    #[error("{}: unknown extension; known are {}", file.display(), super::file::KNOWN_EXTENSIONS)]
    UnknownExtension {
        /// The file.
        file: PathBuf,
    },
    /// A cell does not have the kind that its column has, or no model could learn it.
    #[error("{place}: \"{value}\" {problem}")]
    Cell {
        /// Where.
        place: Box<Place>,
        /// The cell as it is written.
        value: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// A whole column cannot have the kind asked for.
    #[error("{}, column \"{column}\": {problem}", file.display())]
    Column {
        /// The file.
        file: PathBuf,
        /// The column's name.
        column: String,
        /// Why not, and what to do.
        problem: String,
    },
    /// A column was named that the table does not have.
    #[error("{}: there is no column \"{name}\"{}", file.display(), did_you_mean(nearest.as_deref()))]
    UnknownColumn {
        /// The file.
        file: PathBuf,
        /// The name given.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// Columns of the fitted table are not in this file.
    #[error("{}: missing columns: {}", file.display(), names.join(", "))]
    MissingColumns {
        /// The file.
        file: PathBuf,
        /// Their names.
        names: Vec<String>,
    },
    /// Columns of this file are not in the fitted table.
    #[error("{}: columns that the model does not know: {}; remove them", file.display(), names.join(", "))]
    ExtraColumns {
        /// The file.
        file: PathBuf,
        /// Their names.
        names: Vec<String>,
    },
    /// A batch handed to the writer is not the canonical one of the schema.
    #[error("the batch to be written does not fit the schema: {problem}")]
    NotCanonical {
        /// Which column, what was expected and what was found.
        problem: String,
    },
    /// A value has no place in the type that the column had.
    #[error("column \"{column}\" cannot be written as {data_type}: {reason}")]
    DoesNotFit {
        /// The column's name.
        column: String,
        /// The Arrow type that the column had.
        data_type: String,
        /// The reason.
        reason: String,
    },
}

impl TableError {
    /// An operating system's error on `file`, with the cases that people meet told apart.
    pub(super) fn io(action: &'static str, file: &Path, source: io::Error) -> Self {
        let path = file.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound if action == "read" => Self::NoSuchFile { file: path },
            io::ErrorKind::IsADirectory => Self::Directory { file: path },
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::Io { action, file: path, source },
        }
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

/// A delimiter as it is told to a person.
fn show_byte(byte: u8) -> String {
    match byte {
        b'\t' => "a tab".to_owned(),
        byte => format!("\"{}\"", char::from(byte)),
    }
}
