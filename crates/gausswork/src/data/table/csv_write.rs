//! Canonical columns to CSV, spelled as they were.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::error::TableError;
use super::print::Printer;
use super::schema::{ColumnSchema, Dialect, TableSchema};

/// Rows spelled by one thread at a time.
const ROWS: usize = 4_096;
/// Rows spelled before they are written.
const GROUP: usize = 16 * ROWS;

/// Writes the names. Line ends go before the rows, so that the last line may go without.
pub(super) fn write_header(output: &mut dyn Write, schema: &TableSchema) -> io::Result<()> {
    let dialect = &schema.dialect;
    let mut line = Vec::new();
    if dialect.byte_order_mark {
        line.extend_from_slice(b"\xef\xbb\xbf");
    }
    for (at, column) in schema.columns.iter().enumerate() {
        if at > 0 {
            push_delimiter(dialect, &mut line);
        }
        push_field(column.name.as_bytes(), dialect.header_quoted, dialect, &mut line);
    }
    output.write_all(&line)
}

/// Writes the rows of a batch. The outer error is the output's.
pub(super) fn write_rows(
    output: &mut dyn Write,
    schema: &TableSchema,
    batch: &RecordBatch,
) -> Result<io::Result<()>, TableError> {
    let mut printers = Vec::with_capacity(schema.columns.len());
    for (column, array) in schema.columns.iter().zip(batch.columns()) {
        let printer = Printer::new(column.kind, &column.format, array);
        let problem = || {
            format!("column \"{}\" is {}, not {}", column.name, array.data_type(), column.canonical_type())
        };
        printers.push((column, printer.ok_or_else(|| TableError::NotCanonical { problem: problem() })?));
    }
    for start in (0..batch.num_rows()).step_by(GROUP) {
        let end = batch.num_rows().min(start + GROUP);
        let starts: Vec<usize> = (start..end).step_by(ROWS).collect();
        let spelled: Vec<Vec<u8>> = starts
            .into_par_iter()
            .map(|first| {
                let mut out = Vec::with_capacity(ROWS * printers.len() * 8);
                for row in first..end.min(first + ROWS) {
                    push_row(&printers, row, &schema.dialect, &mut out);
                }
                out
            })
            .collect();
        for rows in spelled {
            if let Err(error) = output.write_all(&rows) {
                return Ok(Err(error));
            }
        }
    }
    Ok(Ok(()))
}

fn push_row(printers: &[(&ColumnSchema, Printer<'_>)], row: usize, dialect: &Dialect, out: &mut Vec<u8>) {
    out.extend_from_slice(dialect.line_ending.bytes());
    for (at, (column, printer)) in printers.iter().enumerate() {
        if at > 0 {
            push_delimiter(dialect, out);
        }
        let format = &column.format;
        if printer.is_missing(row) {
            push_field(format.null.as_bytes(), format.null_quoted, dialect, out);
        } else if let Some(text) = printer.text(row) {
            // A value that looks like a missing cell is told from one by its quotes, where there are both.
            let unclear = text == format.null && (column.missing > 0 || format.arrow.is_some());
            push_field(text.as_bytes(), format.quoted || unclear, dialect, out);
        } else {
            let before = out.len();
            printer.print(row, out);
            let spelled = out.get(before..).unwrap_or_default();
            if format.quoted || needs_quotes(spelled, dialect) {
                let spelled = out.split_off(before);
                push_field(&spelled, true, dialect, out);
            }
        }
    }
}

fn push_delimiter(dialect: &Dialect, out: &mut Vec<u8>) {
    out.push(dialect.delimiter);
    if dialect.space {
        out.push(b' ');
    }
}

fn needs_quotes(text: &[u8], dialect: &Dialect) -> bool {
    let quote = dialect.quote;
    text.iter().any(|&byte| {
        byte == dialect.delimiter || matches!(byte, b'\n' | b'\r') || (byte == quote && quote != 0)
    }) || (dialect.space && text.starts_with(b" "))
}

fn push_field(text: &[u8], quoted: bool, dialect: &Dialect, out: &mut Vec<u8>) {
    let needed = needs_quotes(text, dialect);
    if !needed && (!quoted || dialect.quote == 0) {
        out.extend_from_slice(text);
        return;
    }
    // A file without quotes that now needs one gets the usual.
    let quote = if dialect.quote == 0 { b'"' } else { dialect.quote };
    out.push(quote);
    for &byte in text {
        if byte == quote {
            out.push(quote);
        }
        out.push(byte);
    }
    out.push(quote);
}
