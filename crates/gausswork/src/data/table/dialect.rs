//! The dialect of a CSV file, told from its beginning.

use super::csv_split::{Separators, Step, split_record};
use super::schema::{Dialect, LineEnding};

/// The delimiters that are looked for, the commonest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How many records are looked at.
const RECORDS: usize = 200;

/// Tells the dialect from a sample of whole or nearly whole lines. `whole` says that the sample is
/// all of the file; what is given is not looked for.
pub(super) fn detect(sample: &[u8], whole: bool, delimiter: Option<u8>, quote: Option<u8>) -> Dialect {
    let line_ending = line_ending(sample);
    let newline = if line_ending == LineEnding::Cr { b'\r' } else { b'\n' };
    let separators = |delimiter, quote| Separators { delimiter, quote, newline, space: false };
    let candidates = delimiter.map_or(DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
    // Double quotes unless there are none and single ones stand around fields.
    let quotes = quote.map_or_else(
        || {
            if single_quoted(sample, newline, &candidates) { vec![b'\''] } else { vec![b'"'] }
        },
        |quote| vec![quote],
    );
    let quote = quotes.first().copied().unwrap_or(b'"');
    let mut best = (b',', (0, 0));
    for &candidate in &candidates {
        let score = score(sample, whole, separators(candidate, quote));
        if score > best.1 || delimiter.is_some() {
            best = (candidate, score);
        }
    }
    let delimiter = best.0;
    let space = has_space(sample, whole, separators(delimiter, quote));
    let header_quoted = {
        let mut fields = Vec::new();
        let all = Separators { space, ..separators(delimiter, quote) };
        let _ = split_record(sample, 0, whole, all, &mut fields);
        !fields.is_empty() && fields.iter().all(|field| field.quoted)
    };
    Dialect { delimiter, space, quote, header_quoted, line_ending, ..Dialect::default() }
}

/// How the first line ends.
fn line_ending(sample: &[u8]) -> LineEnding {
    match sample.iter().position(|&byte| byte == b'\n') {
        Some(at) if at > 0 && sample.get(at - 1) == Some(&b'\r') => LineEnding::CrLf,
        Some(_) => LineEnding::Lf,
        None if sample.contains(&b'\r') => LineEnding::Cr,
        None => LineEnding::Lf,
    }
}

/// Per mille of records with as many fields as the header, and that number; nothing for one field.
fn score(sample: &[u8], whole: bool, separators: Separators) -> (usize, usize) {
    let counts = counts(sample, whole, separators);
    let Some((&header, rows)) = counts.split_first() else {
        return (0, 0);
    };
    if header < 2 {
        return (0, 0);
    }
    let same = rows.iter().filter(|&&count| count == header).count();
    ((same + 1) * 1_000 / (rows.len() + 1), header)
}

/// The number of fields of each of the first records, blank lines left out.
fn counts(sample: &[u8], whole: bool, separators: Separators) -> Vec<usize> {
    let mut counts = Vec::new();
    let mut position = 0;
    while position < sample.len() && counts.len() < RECORDS {
        let mut fields = Vec::new();
        match split_record(sample, position, whole, separators, &mut fields) {
            Ok(Step::Record { end, .. }) => {
                if end > position + 2 {
                    counts.push(fields.len());
                }
                position = end;
            }
            Ok(Step::Incomplete) => break,
            Err(_) => {
                counts.push(0);
                break;
            }
        }
    }
    counts
}

/// Whether fields begin and end with single quotes, most of those that begin with one, and none
/// begins with a double one.
fn single_quoted(sample: &[u8], newline: u8, delimiters: &[u8]) -> bool {
    let (mut closed, mut open, mut double) = (0u32, 0u32, 0u32);
    for line in sample.split(|&byte| byte == newline).take(RECORDS) {
        for field in line.split(|byte| delimiters.contains(byte)) {
            match field.trim_ascii() {
                [b'\'', .., b'\''] => closed += 1,
                [b'\'', ..] => open += 1,
                [b'"', ..] => double += 1,
                _ => {}
            }
        }
    }
    closed > open && double == 0
}

/// Whether every field but the first of a record begins with a space.
fn has_space(sample: &[u8], whole: bool, separators: Separators) -> bool {
    let mut seen = false;
    let mut position = 0;
    for _ in 0..RECORDS {
        let mut fields = Vec::new();
        let with =
            split_record(sample, position, whole, Separators { space: true, ..separators }, &mut fields);
        let Ok(Step::Record { end, .. }) = with else {
            break;
        };
        // Where a space stands after every delimiter, taking it away shortens the record by as many bytes.
        let record = sample.get(position..end).unwrap_or_default();
        let pair = [separators.delimiter, b' '];
        if fields.len() > 1 {
            let pairs = record.windows(2).filter(|window| *window == pair).count();
            if pairs + 1 < fields.len() {
                return false;
            }
            seen = true;
        }
        if end >= sample.len() {
            break;
        }
        position = end;
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Dialect {
        detect(text.as_bytes(), true, None, None)
    }

    #[test]
    fn dialects_are_told_apart() {
        assert_eq!(of("a,b\n1,2\n"), Dialect::default());
        assert_eq!(of("a;b\n1,5;2,5\n").delimiter, b';');
        assert_eq!(of("a\tb\n1,5\t2,5\n").delimiter, b'\t');
        assert_eq!(of("a|b\r\n1|2\r\n").line_ending, LineEnding::CrLf);
        assert_eq!(of("a,b\r1,2\r").line_ending, LineEnding::Cr);
        assert!(of("a, b, c\n1, 2, 3\n").space);
        assert!(!of("a,b\n1, x\n").space || of("a,b\n1, x\n").delimiter != b',');
        assert!(of("\"a\",\"b\"\n1,2\n").header_quoted);
        assert_eq!(of("'a','b'\n'x,y',2\n").quote, b'\'');
        assert_eq!(of("a,b\n'tis,2\n").quote, b'"');
        assert_eq!(of("only\n1\n").delimiter, b',');
        assert_eq!(of("a,b;c\n1,2;3\n4,5;6\n").delimiter, b',');
        assert_eq!(of("a;b\n\"x;y,z\";2\n").delimiter, b';');
        // Ragged by any reading: the delimiter that fits the header best is the one to complain about.
        assert_eq!(of("a,b,c\n1,2\n").delimiter, b',');
    }
}
