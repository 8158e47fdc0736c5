//! Many pairs: a CSV file with one per row, to the same file with divergences appended.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use csv::ByteRecord;
use gausswork::run::{Event, Observer as _};
use gausswork_divergence::Family;
use rayon::prelude::*;

use super::KlArgs;
use super::row::{Method, Place, Wrong};
use crate::failure::{Interrupted, Usage};
use crate::output::{duration, grouped, typed};
use crate::progress::Progress;
use crate::sample::destination;
use crate::sink::Sink;

/// Rows that are in memory at once, twice: those being measured and those being read.
const BATCH: usize = 1 << 15;
/// Rows that one thread takes at a time.
const PIECE: usize = 1 << 9;

/// Measures every row.
///
/// # Errors
/// [`Usage`] for what are no families; a file that cannot be read or written; a row that holds no pair, with its place.
pub(super) fn run(args: &KlArgs, path: &Path) -> anyhow::Result<()> {
    let families = families(args)?;
    let standard_input = path == Path::new("-");
    let name = if standard_input { "standard input".to_owned() } else { path.display().to_string() };
    let (input, length): (Box<dyn Read + Send>, u64) = if standard_input {
        (Box::new(io::stdin()), 0)
    } else {
        let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
        let length = file.metadata().map_or(0, |data| data.len());
        (Box::new(file), length)
    };
    let mut reader = csv::ReaderBuilder::new().buffer_capacity(1 << 20).from_reader(input);
    let header = reader.byte_headers().map_err(|error| unreadable(&name, error))?.clone();
    if header.is_empty() {
        bail!("{name} is empty; its first row has to name the columns");
    }
    let method = Method { divergence: args.divergence, draws: args.draws, seed: args.seed };
    let pairs = Pairs { places: places(&name, &header, families)?, method, header, name };
    let file = destination(args.output.as_deref());
    let mut progress = Progress::new("stopping");
    if file.is_none() {
        progress = progress.without_bar();
    }
    progress.interrupt.begin();
    let mut output = Sink::create(file)?;
    output.write_all(&pairs.first_line(&method.columns())?)?;

    let mut ready = Vec::new();
    let mut more = pairs.fill(&mut reader, &mut ready)?;
    let (mut next, mut done) = (Vec::new(), 0u64);
    while !ready.is_empty() {
        if progress.interrupt.asked() {
            return Err(Interrupted.into());
        }
        let (lines, filled) = rayon::join(
            || pairs.measure(done, &ready),
            || if more { pairs.fill(&mut reader, &mut next) } else { Ok(false) },
        );
        for line in lines {
            output.write_all(&line?)?;
        }
        done += ready.len() as u64;
        more = filled?;
        let total = done as f64 * (length as f64 / reader.position().byte().max(1) as f64).max(1.0);
        progress.observe(&Event::Rows { done, total: total as u64 });
        std::mem::swap(&mut ready, &mut next);
        next.clear();
    }
    output.finish()?;
    progress.clear();
    let place = file.map_or_else(|| "stdout".to_owned(), typed);
    progress.line(&format!("{} rows to {place} in {}", grouped(done), duration(progress.seconds())));
    Ok(())
}

/// The families that are named on the command line, if any are.
fn families(args: &KlArgs) -> anyhow::Result<Option<[Family; 2]>> {
    let (Some(q), Some(p)) = (&args.q, &args.p) else { return Ok(None) };
    let family = |which: &str, text: &str| {
        let family: Family = text.parse().map_err(|error| {
            Usage(format!(
                "with --csv, {which} is the name of a family, whose parameters are columns\n{error}"
            ))
        })?;
        match family {
            Family::Categorical
            | Family::Dirichlet
            | Family::DiagonalNormal
            | Family::MultivariateNormal
            | Family::Mixture => {
                let problem = format!("{family} has parameters that do not fit into single cells");
                Err(Usage(format!(
                    "{problem}; leave Q and P out, and write expressions into columns q and p"
                )))
            }
            _ => Ok(family),
        }
    };
    Ok(Some([family("Q", q)?, family("P", p)?]))
}

/// Where q and p stand.
fn places(name: &str, header: &ByteRecord, families: Option<[Family; 2]>) -> anyhow::Result<[Place; 2]> {
    let find = |wanted: &str| {
        header.iter().position(|column| column == wanted.as_bytes()).ok_or_else(|| {
            let known = header.iter().map(String::from_utf8_lossy).collect::<Vec<_>>().join(", ");
            anyhow!("{name} has no column \"{wanted}\"; its columns are {known}")
        })
    };
    let Some([q, p]) = families else {
        return Ok([Place::Expression(find("q")?), Place::Expression(find("p")?)]);
    };
    let parameters = |letter: &str, family: Family| -> anyhow::Result<Place> {
        let columns = family.parameters().iter().map(|parameter| find(&format!("{letter}_{parameter}")));
        Ok(Place::Parameters(family, columns.collect::<anyhow::Result<_>>()?))
    };
    Ok([parameters("q", q)?, parameters("p", p)?])
}

/// A table of pairs.
#[derive(Debug)]
struct Pairs {
    name: String,
    header: ByteRecord,
    places: [Place; 2],
    method: Method,
}

impl Pairs {
    fn first_line(&self, appended: &[&str]) -> anyhow::Result<Vec<u8>> {
        for column in appended {
            if self.header.iter().any(|known| known == column.as_bytes()) {
                bail!(
                    "{} has a column \"{column}\" already; rename it, since one of that name is appended",
                    self.name
                );
            }
        }
        let mut line = csv::Writer::from_writer(Vec::new());
        line.write_record(self.header.iter().chain(appended.iter().map(|column| column.as_bytes())))?;
        Ok(line.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }

    /// Reads a batch of rows; false at the end of the file.
    fn fill(
        &self,
        reader: &mut csv::Reader<Box<dyn Read + Send>>,
        rows: &mut Vec<ByteRecord>,
    ) -> anyhow::Result<bool> {
        while rows.len() < BATCH {
            let mut row = ByteRecord::new();
            if !reader.read_byte_record(&mut row).map_err(|error| unreadable(&self.name, error))? {
                return Ok(false);
            }
            rows.push(row);
        }
        Ok(true)
    }

    /// The lines of a batch that comes after the first `before` rows, or the first thing that is wrong in each piece.
    fn measure(&self, before: u64, rows: &[ByteRecord]) -> Vec<anyhow::Result<Vec<u8>>> {
        let piece = |(index, rows): (usize, &[ByteRecord])| {
            let mut lines = csv::Writer::from_writer(Vec::with_capacity(rows.len() * 128));
            for (i, row) in rows.iter().enumerate() {
                let number = before + (index * PIECE + i) as u64 + 1;
                self.line(row, &mut lines).map_err(|wrong| self.error(number, row, wrong))?;
            }
            Ok(lines.into_inner().map_err(csv::IntoInnerError::into_error)?)
        };
        rows.par_chunks(PIECE).enumerate().map(piece).collect()
    }

    fn line(&self, row: &ByteRecord, lines: &mut csv::Writer<Vec<u8>>) -> Result<(), Wrong> {
        let [q, p] = &self.places;
        let measured = self.method.measure(&q.read(row)?, &p.read(row)?)?;
        let full = |error: csv::Error| Wrong { column: None, problem: error.to_string() };
        row.iter().try_for_each(|cell| lines.write_field(cell)).map_err(full)?;
        let mut number = |value: f64| lines.write_field(format!("{value:?}"));
        number(measured.forward).map_err(full)?;
        measured.reverse.map_or(Ok(()), number).map_err(full)?;
        lines.write_field(&measured.note).map_err(full)?;
        lines.write_record(None::<&[u8]>).map_err(full)
    }

    fn error(&self, number: u64, row: &ByteRecord, wrong: Wrong) -> anyhow::Error {
        let line = row.position().map(|at| format!(" (line {})", at.line())).unwrap_or_default();
        let column = wrong.column.and_then(|column| self.header.get(column));
        let column = column.map(|name| format!(", column \"{}\"", String::from_utf8_lossy(name)));
        let (name, column) = (&self.name, column.unwrap_or_default());
        let space = if wrong.problem.starts_with('\n') { "" } else { " " };
        anyhow!("{name}: row {}{line}{column}:{space}{}", grouped(number), wrong.problem)
    }
}

fn unreadable(name: &str, error: csv::Error) -> anyhow::Error {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let (row, line) = pos.as_ref().map_or((0, 0), |at| (at.record(), at.line()));
            anyhow!("{name}: row {row} (line {line}) has {len} fields where the header has {expected_len}")
        }
        _ => anyhow::Error::new(error).context(format!("cannot read {name}")),
    }
}
