//! Text cut into records and fields, block by block (RFC 4180, and what people do to it).
//!
//! The `csv` crate does not say which fields were quoted, and a table that is to come back as it was
//! needs that; so the splitting is done here. A field points into its block: nothing is copied.

use std::io::{self, Read};

/// How many bytes are split at a time.
const BLOCK: usize = 4 << 20;

/// What separates fields and records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Separators {
    pub(super) delimiter: u8,
    /// 0 where nothing is quoted.
    pub(super) quote: u8,
    /// `\n`, or `\r` in files of old.
    pub(super) newline: u8,
    /// Whether one space after a delimiter belongs to it.
    pub(super) space: bool,
}

/// A field in its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    start: u32,
    end: u32,
    pub(super) quoted: bool,
    /// Whether quotes inside are doubled.
    doubled: bool,
}

/// What is wrong with a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Flaw {
    Quote { field: usize, problem: &'static str },
    TooLong,
}

/// A record was split, or the block ends before it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// The record, and its line end, end here; so many line ends were inside it.
    Record {
        end: usize,
        inner_lines: u64,
    },
    Incomplete,
}

/// Splits the record that begins at `start` and appends its fields. `last` says that nothing follows
/// the bytes.
pub(super) fn split_record(
    bytes: &[u8],
    start: usize,
    last: bool,
    separators: Separators,
    fields: &mut Vec<Field>,
) -> Result<Step, Flaw> {
    let Separators { delimiter, quote, newline, space } = separators;
    let at = |position: usize| bytes.get(position).copied();
    let mut inner_lines = 0;
    let first = fields.len();
    let mut position = start;
    let narrow = |position: usize| u32::try_from(position).map_err(|_| Flaw::TooLong);
    loop {
        if space && fields.len() > first && at(position) == Some(b' ') {
            position += 1;
        }
        let begin = position;
        if quote != 0 && at(position) == Some(quote) {
            let mut doubled = false;
            position += 1;
            loop {
                match at(position) {
                    None if last => {
                        let field = fields.len() - first + 1;
                        return Err(Flaw::Quote { field, problem: "the field's quote is never closed" });
                    }
                    None => return Ok(Step::Incomplete),
                    Some(byte) if byte == quote => match at(position + 1) {
                        None if !last => return Ok(Step::Incomplete),
                        Some(byte) if byte == quote => {
                            doubled = true;
                            position += 2;
                        }
                        _ => break,
                    },
                    Some(byte) => {
                        inner_lines += u64::from(byte == newline);
                        position += 1;
                    }
                }
            }
            fields.push(Field { start: narrow(begin + 1)?, end: narrow(position)?, quoted: true, doubled });
            position += 1;
            match (at(position), at(position + 1)) {
                (Some(byte), _) if byte == delimiter => position += 1,
                (Some(byte), _) if byte == newline => {
                    return Ok(Step::Record { end: position + 1, inner_lines });
                }
                (Some(b'\r'), Some(b'\n')) => {
                    return Ok(Step::Record { end: position + 2, inner_lines });
                }
                (Some(b'\r'), None) | (None, _) if !last => return Ok(Step::Incomplete),
                (None, _) => {
                    return Ok(Step::Record { end: position, inner_lines });
                }
                _ => {
                    let field = fields.len() - first;
                    return Err(Flaw::Quote { field, problem: "text follows the closing quote" });
                }
            }
        } else {
            let rest = bytes.get(position..).unwrap_or_default();
            let length = rest.iter().position(|&byte| byte == delimiter || byte == newline);
            let Some(length) = length else {
                if !last {
                    return Ok(Step::Incomplete);
                }
                fields.push(Field {
                    start: narrow(begin)?,
                    end: narrow(bytes.len())?,
                    quoted: false,
                    doubled: false,
                });
                return Ok(Step::Record { end: bytes.len(), inner_lines });
            };
            position += length;
            let mut end = position;
            let is_delimiter = at(position) == Some(delimiter);
            if !is_delimiter && newline == b'\n' && end > begin && at(end - 1) == Some(b'\r') {
                end -= 1;
            }
            fields.push(Field { start: narrow(begin)?, end: narrow(end)?, quoted: false, doubled: false });
            position += 1;
            if !is_delimiter {
                return Ok(Step::Record { end: position, inner_lines });
            }
        }
    }
}

/// A block of whole records.
#[derive(Default, Debug)]
pub(super) struct Block {
    bytes: Vec<u8>,
    /// The fields, record after record.
    pub(super) fields: Vec<Field>,
    /// The line on which each record begins, where it is not one more than that of the record before.
    pub(super) jumps: Vec<(usize, u64)>,
    pub(super) records: usize,
}

impl Block {
    /// The text of a field; `scratch` holds it where it differs from the file's.
    pub(super) fn text<'a>(&'a self, field: Field, quote: u8, scratch: &'a mut Vec<u8>) -> &'a [u8] {
        let text = self.bytes.get(field.start as usize..field.end as usize).unwrap_or_default();
        if !field.doubled {
            return text;
        }
        scratch.clear();
        let mut bytes = text.iter();
        while let Some(&byte) = bytes.next() {
            scratch.push(byte);
            if byte == quote {
                bytes.next();
            }
        }
        scratch
    }
}

/// Why a block could not be had.
#[derive(Debug)]
pub(super) enum SplitError {
    Io(io::Error),
    Flaw { line: u64, flaw: Flaw },
    Ragged { line: u64, expected: usize, found: usize },
    Encoding { line: u64, column: u64 },
}

/// Cuts a stream into blocks of whole records.
pub(super) struct Splitter<R> {
    input: R,
    separators: Separators,
    /// Fields in every record; 0 before the first is seen.
    expected: usize,
    carry: Vec<u8>,
    line: u64,
    at_end: bool,
    /// The last byte seen, at the end the file's last.
    last_byte: u8,
}

impl<R: Read> Splitter<R> {
    pub(super) fn new(input: R, separators: Separators) -> Self {
        Self { input, separators, expected: 0, carry: Vec::new(), line: 1, at_end: false, last_byte: 0 }
    }

    /// Whether the file ended with a line end.
    pub(super) fn ended_with_newline(&self) -> bool {
        matches!(self.last_byte, b'\n' | b'\r')
    }

    /// Fills a block with the next records, at most `limit` of them; none at the end of the file.
    pub(super) fn fill(&mut self, block: &mut Block, limit: usize) -> Result<(), SplitError> {
        block.bytes.clear();
        block.bytes.append(&mut self.carry);
        block.fields.clear();
        block.jumps.clear();
        block.records = 0;
        block.jumps.push((0, self.line));
        let mut wanted = BLOCK;
        let mut position = 0;
        loop {
            self.read_up_to(&mut block.bytes, wanted).map_err(SplitError::Io)?;
            let checked = position;
            position = self.split(block, position, limit)?;
            self.check_encoding(block, checked, position)?;
            if block.records > 0 || (self.at_end && position >= block.bytes.len()) || limit == 0 {
                break;
            }
            wanted = wanted.saturating_mul(2);
        }
        self.carry.extend_from_slice(block.bytes.get(position..).unwrap_or_default());
        block.bytes.truncate(position);
        Ok(())
    }

    /// Reads until the buffer holds `wanted` bytes or the input ends.
    fn read_up_to(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        if self.at_end || bytes.len() >= wanted {
            return Ok(());
        }
        let missing = (wanted - bytes.len()) as u64;
        let read = self.input.by_ref().take(missing).read_to_end(bytes)?;
        self.at_end = (read as u64) < missing;
        self.last_byte = bytes.last().copied().unwrap_or(self.last_byte);
        Ok(())
    }

    fn split(&mut self, block: &mut Block, mut position: usize, limit: usize) -> Result<usize, SplitError> {
        while position < block.bytes.len() && block.records < limit {
            let before = block.fields.len();
            let line = self.line;
            let step = split_record(&block.bytes, position, self.at_end, self.separators, &mut block.fields);
            let step = step.map_err(|flaw| SplitError::Flaw { line, flaw })?;
            let Step::Record { end, inner_lines } = step else {
                block.fields.truncate(before);
                break;
            };
            position = end;
            self.line += 1 + inner_lines;
            let found = block.fields.len() - before;
            // A line with nothing on it is a missing cell in a table of one column, and otherwise nothing.
            let blank = found == 1
                && block.fields.last().is_some_and(|field| !field.quoted && field.start == field.end);
            if blank && self.expected != 1 {
                block.fields.truncate(before);
                block.jumps.push((block.records, self.line));
                continue;
            }
            if self.expected == 0 {
                self.expected = found;
            } else if found != self.expected {
                // Text in another encoding is often ragged too, and then the encoding is to blame.
                self.check_encoding(block, 0, position)?;
                return Err(SplitError::Ragged { line, expected: self.expected, found });
            }
            block.records += 1;
            if inner_lines > 0 {
                block.jumps.push((block.records, self.line));
            }
        }
        Ok(position)
    }

    fn check_encoding(&self, block: &Block, from: usize, to: usize) -> Result<(), SplitError> {
        let bytes = block.bytes.get(from..to).unwrap_or_default();
        let bad = match std::str::from_utf8(bytes) {
            Ok(_) => bytes.iter().position(|&byte| byte == 0),
            Err(error) => Some(error.valid_up_to()),
        };
        let Some(bad) = bad.map(|bad| from + bad) else {
            return Ok(());
        };
        let before = block.bytes.get(..bad).unwrap_or_default();
        let newline = self.separators.newline;
        let first_line = block.jumps.first().map_or(1, |&(_, line)| line);
        let lines = before.iter().filter(|&&byte| byte == newline).count() as u64;
        let column = before.iter().rev().take_while(|&&byte| byte != newline).count() as u64 + 1;
        Err(SplitError::Encoding { line: first_line + lines, column })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const COMMA: Separators = Separators { delimiter: b',', quote: b'"', newline: b'\n', space: false };

    fn records(text: &[u8], separators: Separators) -> Result<Vec<Vec<String>>, SplitError> {
        let mut splitter = Splitter::new(text, separators);
        let mut block = Block::default();
        let mut records = Vec::new();
        loop {
            splitter.fill(&mut block, usize::MAX)?;
            if block.records == 0 {
                return Ok(records);
            }
            let mut scratch = Vec::new();
            for record in block.fields.chunks(splitter.expected) {
                let texts = record.iter().map(|field| {
                    String::from_utf8(block.text(*field, separators.quote, &mut scratch).to_vec()).unwrap()
                });
                records.push(texts.collect());
            }
        }
    }

    #[test]
    fn fields_and_records() {
        assert_eq!(
            records(b"a,b\r\n1,\"x,\"\"y\"\"\n\"\r\n,2", COMMA).unwrap(),
            [["a", "b"], ["1", "x,\"y\"\n"], ["", "2"]]
        );
        assert_eq!(records(b"a\n\n1\n", COMMA).unwrap(), [["a"], [""], ["1"]]);
        assert_eq!(records(b"a,b\n\n1,2\n\n\n", COMMA).unwrap(), [["a", "b"], ["1", "2"]]);
        assert_eq!(
            records(b"a,b\r1,2", Separators { newline: b'\r', ..COMMA }).unwrap(),
            [["a", "b"], ["1", "2"]]
        );
        assert_eq!(
            records(b"a, b\n1, \"2\"", Separators { space: true, ..COMMA }).unwrap(),
            [["a", "b"], ["1", "2"]]
        );
        assert_eq!(
            records(b"a,b\n\"1,2", Separators { quote: 0, ..COMMA }).unwrap(),
            [["a", "b"], ["\"1", "2"]]
        );
        assert_eq!(records(b"a,b\n5\" pipe,2", COMMA).unwrap(), [["a", "b"], ["5\" pipe", "2"]]);
    }

    #[test]
    fn flaws_have_their_lines() {
        let error = |text: &[u8]| records(text, COMMA).unwrap_err();
        assert!(matches!(
            error(b"a,b\n\"x\ny\",2\n1"),
            SplitError::Ragged { line: 4, expected: 2, found: 1 }
        ));
        assert!(matches!(
            error(b"a,b\n1,\"x"),
            SplitError::Flaw { line: 2, flaw: Flaw::Quote { field: 2, .. } }
        ));
        assert!(matches!(
            error(b"a,b\n\"x\"y,2"),
            SplitError::Flaw { line: 2, flaw: Flaw::Quote { field: 1, .. } }
        ));
        assert!(matches!(error(b"a,b\n1,2\n3,\xe9\n"), SplitError::Encoding { line: 3, column: 3 }));
        assert!(matches!(error(b"a,b\n1,2\n3,\0\n"), SplitError::Encoding { line: 3, column: 3 }));
    }

    #[test]
    fn records_longer_than_a_block() {
        let long = "x".repeat(BLOCK * 2);
        let text = format!("a,b\n\"{long}\",1\n2,3\n");
        assert_eq!(records(text.as_bytes(), COMMA).unwrap(), [["a", "b"], [long.as_str(), "1"], ["2", "3"]]);
    }
}
