//! CSV files to columns of text cells.

use std::io::{BufRead, Read};
use std::path::Path;

use rayon::prelude::*;

use super::cells::Cells;
use super::csv_split::{Block, Flaw, Separators, SplitError, Splitter};
use super::dialect;
use super::error::TableError;
use super::file::Compression;
use super::read::ReadOptions;
use super::schema::{Dialect, LineEnding};

/// How much of the beginning tells the dialect.
const SAMPLE: u64 = 256 << 10;

/// A CSV file as text.
#[derive(Debug)]
pub(super) struct CsvTable {
    pub(super) dialect: Dialect,
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Cells>,
    pub(super) lines: Lines,
}

/// On which line each row begins.
#[derive(Default, Debug)]
pub(super) struct Lines {
    /// Rows (0-based) whose line is not one more than that of the row before.
    jumps: Vec<(usize, u64)>,
}

impl Lines {
    /// The 1-based line of a 0-based row.
    pub(super) fn of(&self, row: usize) -> u64 {
        let next = self.jumps.partition_point(|&(at, _)| at <= row);
        match next.checked_sub(1).and_then(|at| self.jumps.get(at)) {
            Some(&(at, line)) => line + (row - at) as u64,
            None => row as u64 + 2,
        }
    }

    fn push(&mut self, row: usize, line: u64) {
        if self.of(row) != line || self.jumps.is_empty() {
            self.jumps.push((row, line));
        }
    }
}

/// Reads a CSV stream, already at its first byte.
pub(super) fn read(
    input: impl BufRead + Send,
    compression: Compression,
    file: &Path,
    options: &ReadOptions,
) -> Result<CsvTable, TableError> {
    let what = match compression {
        Compression::None => return read_plain(input, "file", file, options),
        Compression::Gzip => "gzip stream",
        Compression::Zstd => "Zstandard stream",
    };
    if compression == Compression::Gzip {
        read_plain(
            flate2::bufread::MultiGzDecoder::new(input),
            what,
            file,
            options,
        )
    } else {
        let decoder = zstd::Decoder::with_buffer(input)
            .map_err(|error| TableError::io("read", file, error))?;
        read_plain(decoder, what, file, options)
    }
}

fn read_plain(
    mut input: impl Read + Send,
    what: &'static str,
    file: &Path,
    options: &ReadOptions,
) -> Result<CsvTable, TableError> {
    let failed = |error: std::io::Error| {
        use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
        if what != "file"
            && matches!(
                error.kind(),
                InvalidData | InvalidInput | Other | UnexpectedEof
            )
        {
            return TableError::Corrupt {
                file: file.to_path_buf(),
                what,
                reason: error.to_string(),
            };
        }
        TableError::io("read", file, error)
    };
    let mut sample = Vec::new();
    input
        .by_ref()
        .take(SAMPLE)
        .read_to_end(&mut sample)
        .map_err(failed)?;
    let whole = (sample.len() as u64) < SAMPLE;
    if let Some(found) = super::read::not_text(&sample, file) {
        return Err(found);
    }
    let byte_order_mark = sample.starts_with(b"\xef\xbb\xbf");
    let text = sample
        .get(if byte_order_mark { 3 } else { 0 }..)
        .unwrap_or_default();
    if text.trim_ascii().is_empty() && whole {
        return Err(TableError::Empty {
            file: file.to_path_buf(),
        });
    }
    let mut dialect = dialect::detect(text, whole, options.delimiter, options.quote);
    dialect.byte_order_mark = byte_order_mark;
    let separators = Separators {
        delimiter: dialect.delimiter,
        quote: dialect.quote,
        newline: if dialect.line_ending == LineEnding::Cr {
            b'\r'
        } else {
            b'\n'
        },
        space: dialect.space,
    };
    let explain = |error: SplitError| match error {
        SplitError::Io(error) => failed(error),
        error => place(error, file, dialect.delimiter),
    };

    let mut splitter = Splitter::new(text.chain(input), separators);
    let mut block = Block::default();
    splitter.fill(&mut block, 1).map_err(explain)?;
    let names = header(&block, dialect.quote, file)?;

    let mut columns: Vec<Cells> = names.iter().map(|_| Cells::default()).collect();
    let mut lines = Lines::default();
    let mut rows = 0usize;
    let most = options.max_rows.map_or(usize::MAX, |most| {
        usize::try_from(most).unwrap_or(usize::MAX)
    });
    let mut next = Block::default();
    splitter.fill(&mut block, most).map_err(explain)?;
    while block.records > 0 {
        for &(at, line) in &block.jumps {
            lines.push(rows + at, line);
        }
        rows += block.records;
        // One block is taken into the columns while the next one is read and split.
        let (split, ()) = rayon::join(
            || splitter.fill(&mut next, most - rows),
            || push_block(&mut columns, &block, dialect.quote),
        );
        split.map_err(explain)?;
        std::mem::swap(&mut block, &mut next);
    }
    if rows == 0 {
        return Err(TableError::NoRows {
            file: file.to_path_buf(),
        });
    }
    if let Some((name, _)) = names
        .iter()
        .zip(&columns)
        .find(|(_, cells)| cells.is_full())
    {
        return Err(TableError::TooMuchText {
            file: file.to_path_buf(),
            column: name.clone(),
        });
    }
    dialect.final_newline = splitter.ended_with_newline() || most <= rows;
    Ok(CsvTable {
        dialect,
        names,
        columns,
        lines,
    })
}

/// Appends the block's fields to their columns.
fn push_block(columns: &mut [Cells], block: &Block, quote: u8) {
    let width = columns.len();
    columns.par_iter_mut().enumerate().for_each(|(at, cells)| {
        let mut scratch = Vec::new();
        for field in block.fields.iter().skip(at).step_by(width) {
            cells.push(block.text(*field, quote, &mut scratch), field.quoted);
        }
    });
}

/// The names of the columns.
fn header(block: &Block, quote: u8, file: &Path) -> Result<Vec<String>, TableError> {
    let mut scratch = Vec::new();
    let mut names = Vec::with_capacity(block.fields.len());
    for field in &block.fields {
        let name = String::from_utf8_lossy(block.text(*field, quote, &mut scratch)).into_owned();
        names.push(name);
    }
    if names.is_empty() {
        return Err(TableError::Empty {
            file: file.to_path_buf(),
        });
    }
    Ok(names)
}

/// A splitting error with its file.
fn place(error: SplitError, file: &Path, delimiter: u8) -> TableError {
    let file = file.to_path_buf();
    match error {
        SplitError::Io(source) => TableError::Io {
            action: "read",
            file,
            source,
        },
        SplitError::Flaw {
            line,
            flaw: Flaw::Quote { field, problem },
        } => TableError::Quote {
            file,
            line,
            field,
            problem,
        },
        SplitError::Flaw {
            line,
            flaw: Flaw::TooLong,
        } => TableError::Quote {
            file,
            line,
            field: 1,
            problem: "the record is longer than 4 GiB",
        },
        SplitError::Ragged {
            line,
            expected,
            found,
        } => TableError::Ragged {
            file,
            line,
            expected,
            found,
            delimiter,
        },
        SplitError::Encoding { line, column } => TableError::Encoding {
            file,
            line,
            column,
            guess: "WINDOWS-1252",
        },
    }
}
