//! A table from a file, or of rows drawn from a density, its columns typed.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch};
use arrow::datatypes::DataType;
use rayon::prelude::*;

use super::arrow_column::ArrowColumn;
use super::arrow_read;
use super::canonical::{self, Canonical};
use super::cells::Cells;
use super::column::{Column, Fault};
use super::csv_read::{self, Lines};
use super::error::{Place, TableError};
use super::file::{Compression, Content, FileFormat, from_path};
use super::missing::Nulls;
use super::schema::{ColumnSchema, Dialect, Kind, TableSchema};
use crate::data::density::DensitySource;

/// What the user says about a file; everything else is found out.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ReadOptions {
    /// What stands between the fields of a CSV file.
    pub delimiter: Option<u8>,
    /// What stands around the fields of a CSV file; `Some(0)` where nothing does.
    pub quote: Option<u8>,
    /// The kinds of columns, by name.
    pub types: BTreeMap<String, Kind>,
    /// The spellings of a missing cell, in place of the recognised ones.
    pub nulls: Option<Vec<String>>,
    /// Read no more rows than this.
    pub max_rows: Option<u64>,
}

/// A table in memory.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it is.
    pub schema: TableSchema,
    /// Its columns in canonical types ([`ColumnSchema::canonical_type`]); null is missing. The values
    /// of a dictionary are sorted by their bytes, all in use, each once.
    pub batch: RecordBatch,
    /// The BLAKE3 hash, in hexadecimal, of the names and the values, whatever the file was.
    pub fingerprint: String,
}

/// Reads a table and finds out what its columns are. A path that is no file may name a density ([`DensitySource::named`]),
/// whose rows then are the table, with the columns `x` and `y`.
///
/// # Errors
/// Any [`TableError`] of reading, with its place.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Table, TableError> {
    let raw = Raw::open(path, options)?;
    if let Some(name) = options.types.keys().find(|name| !raw.names.contains(name)) {
        let nearest = nearest(name, &raw.names);
        return Err(TableError::UnknownColumn { file: path.to_path_buf(), name: name.clone(), nearest });
    }
    let nulls = options.nulls.as_deref();
    let wanted =
        raw.names.iter().map(|name| Wanted { kind: options.types.get(name).copied(), fitted: None, nulls });
    let wanted = wanted.collect();
    raw.type_columns(path, wanted, options.nulls.clone())
}

/// Reads a table that is to have the columns and kinds of `schema`, in that order. Of the schema of
/// the table that is returned only the counts are the file's own. Levels are not checked.
///
/// # Errors
/// Any [`TableError`] of reading; columns too many or too few; a cell that is not of its column's kind.
pub fn read_as(path: &Path, options: &ReadOptions, schema: &TableSchema) -> Result<Table, TableError> {
    Raw::open(path, options)?.typed_as(path, options, schema)
}

/// What a column is to become.
#[derive(Clone, Copy, Debug)]
struct Wanted<'a> {
    kind: Option<Kind>,
    fitted: Option<&'a ColumnSchema>,
    nulls: Option<&'a [String]>,
}

/// A column as its file has it.
#[derive(Debug)]
enum RawColumn {
    Text(Cells),
    Arrow(ArrowColumn),
}

/// A file's columns before they are typed.
#[derive(Debug)]
pub(crate) struct Raw {
    source: FileFormat,
    dialect: Dialect,
    names: Vec<String>,
    columns: Vec<RawColumn>,
    /// `None` where the file has no lines.
    lines: Option<Lines>,
}

impl Raw {
    /// Reads a file as far as that is possible without knowing what its columns are to be.
    ///
    /// # Errors
    /// As [`read`].
    pub(crate) fn open(path: &Path, options: &ReadOptions) -> Result<Self, TableError> {
        let failed = |error| TableError::io("read", path, error);
        if let Some(source) = DensitySource::named(path) {
            return Self::drawn(source?, path, options);
        }
        if path.is_dir() {
            return Err(TableError::Directory { file: path.to_path_buf() });
        }
        let file = File::open(path).map_err(failed)?;
        let mut input = BufReader::with_capacity(1 << 20, file);
        let start = input.fill_buf().map_err(failed)?;
        if start.is_empty() {
            return Err(TableError::Empty { file: path.to_path_buf() });
        }
        let content = Content::of(start);
        let raw = match content {
            Content::Parquet => {
                Self::arrow(FileFormat::Parquet, arrow_read::parquet(input.into_inner(), path, options)?)
            }
            Content::ArrowFile => Self::arrow(FileFormat::Arrow, arrow_read::file(input, path, options)?),
            Content::ArrowStream => {
                Self::arrow(FileFormat::ArrowStream, arrow_read::stream(input, path, options)?)
            }
            Content::Gzip => Self::text(csv_read::read(input, Compression::Gzip, path, options)?),
            Content::Zstd => Self::text(csv_read::read(input, Compression::Zstd, path, options)?),
            Content::Plain | Content::Utf16 | Content::Other(_) => {
                Self::text(csv_read::read(input, Compression::None, path, options)?)
            }
        };
        raw.check_names(path)?;
        Ok(raw)
    }

    fn text(table: csv_read::CsvTable) -> Self {
        Self {
            source: FileFormat::Csv,
            dialect: table.dialect,
            names: table.names,
            columns: table.columns.into_iter().map(RawColumn::Text).collect(),
            lines: Some(table.lines),
        }
    }

    fn arrow(source: FileFormat, columns: Vec<(String, ArrowColumn)>) -> Self {
        let (names, columns) =
            columns.into_iter().map(|(name, column)| (name, RawColumn::Arrow(column))).unzip();
        Self { source, dialect: Dialect::default(), names, columns, lines: None }
    }

    /// The rows of a density, as if a file had held them.
    fn drawn(mut source: DensitySource, path: &Path, options: &ReadOptions) -> Result<Self, TableError> {
        source.rows = source.rows.min(options.max_rows.unwrap_or(u64::MAX));
        let rows = source.draw();
        let mut columns = Vec::new();
        for (axis, name) in DensitySource::COLUMNS.into_iter().enumerate() {
            let values: ArrayRef = Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row[axis])));
            if let Some(mut column) = ArrowColumn::new(&DataType::Float64) {
                column.push(&values, 0, name, path)?;
                columns.push((name.to_owned(), column));
            }
        }
        Ok(Self::arrow(FileFormat::Arrow, columns))
    }

    fn check_names(&self, path: &Path) -> Result<(), TableError> {
        let mut seen = HashMap::new();
        for (at, name) in self.names.iter().enumerate() {
            if name.trim().is_empty() {
                return Err(TableError::UnnamedColumn { file: path.to_path_buf(), position: at + 1 });
            }
            if let Some(first) = seen.insert(name, at) {
                let (file, name) = (path.to_path_buf(), name.clone());
                return Err(TableError::DuplicateColumn { file, name, first: first + 1, second: at + 1 });
            }
        }
        Ok(())
    }

    /// What [`read_as`] returns.
    ///
    /// # Errors
    /// As [`read_as`].
    pub(crate) fn typed_as(
        mut self,
        path: &Path,
        options: &ReadOptions,
        schema: &TableSchema,
    ) -> Result<Table, TableError> {
        let absent = |column: &&ColumnSchema| !self.names.contains(&column.name);
        let names: Vec<String> =
            schema.columns.iter().filter(absent).map(|column| column.name.clone()).collect();
        if !names.is_empty() {
            return Err(TableError::MissingColumns { file: path.to_path_buf(), names });
        }
        let names: Vec<String> =
            self.names.iter().filter(|name| schema.column(name).is_none()).cloned().collect();
        if !names.is_empty() {
            return Err(TableError::ExtraColumns { file: path.to_path_buf(), names });
        }
        self.reorder(schema);
        let given = options.nulls.as_deref().or(schema.nulls.as_deref());
        let wanted = schema.columns.iter().map(|column| Wanted {
            kind: Some(options.types.get(&column.name).copied().unwrap_or(column.kind)),
            fitted: Some(column),
            nulls: given,
        });
        let mut table = self.type_columns(path, wanted.collect(), given.map(<[_]>::to_vec))?;
        table.schema.dialect = schema.dialect.clone();
        table.schema.source = schema.source;
        Ok(table)
    }

    /// Puts the columns into the schema's order; every name of it is known to be there, once.
    fn reorder(&mut self, schema: &TableSchema) {
        let order: HashMap<&str, usize> =
            schema.columns.iter().enumerate().map(|(at, column)| (column.name.as_str(), at)).collect();
        let mut pairs: Vec<(String, RawColumn)> =
            std::mem::take(&mut self.names).into_iter().zip(std::mem::take(&mut self.columns)).collect();
        pairs.sort_by_key(|(name, _)| order.get(name.as_str()).copied());
        (self.names, self.columns) = pairs.into_iter().unzip();
    }

    fn type_columns(
        self,
        path: &Path,
        wanted: Vec<Wanted<'_>>,
        nulls: Option<Vec<String>>,
    ) -> Result<Table, TableError> {
        let Self { source, dialect, names, columns, lines } = self;
        let comma = source == FileFormat::Csv && dialect.delimiter != b',';
        let typed: Vec<Result<Canonical, TableError>> = names
            .par_iter()
            .zip(columns)
            .zip(wanted)
            .map(|((name, column), wanted)| type_column(name, column, wanted, comma, path, lines.as_ref()))
            .collect();
        // The first error in the order of the columns, whichever thread found one first.
        let typed = typed.into_iter().collect::<Result<Vec<_>, _>>()?;
        canonical::table(path, source, dialect, nulls, names, typed)
    }
}

/// Types one column; what it was made of is freed with it.
fn type_column(
    name: &str,
    column: RawColumn,
    wanted: Wanted<'_>,
    comma: bool,
    path: &Path,
    lines: Option<&Lines>,
) -> Result<Canonical, TableError> {
    let (cells, format) = match column {
        RawColumn::Text(cells) => (cells, None),
        RawColumn::Arrow(column) => match column.into_canonical(name, wanted.kind, wanted.fitted, path)? {
            Ok(canonical) => return Ok(canonical),
            Err((cells, format)) => (cells, Some(format)),
        },
    };
    let counts = cells.counts();
    let nulls = match (wanted.nulls, wanted.fitted, &format) {
        (Some(list), ..) => Nulls::Given(list),
        (None, _, Some(_)) => Nulls::True,
        (None, Some(column), None) => Nulls::Fitted(&column.format.null),
        (None, None, None) => Nulls::Recognised,
    };
    let view = Column { name, cells: &cells, counts: &counts, nulls, comma };
    let typed = match (wanted.kind, &format) {
        (Some(kind), _) => view.force(kind, wanted.fitted.map(|column| &column.format)),
        (None, None) => view.infer(),
        (None, Some(_)) => Ok(view.infer_text("")),
    };
    let mut typed = typed.map_err(|fault| match fault {
        Fault::Cell { code, problem } => {
            let row = cells.first_row(code);
            let line = lines.map(|lines| lines.of(row));
            let place =
                Place { file: path.to_path_buf(), row: row as u64 + 1, line, column: name.to_owned() };
            TableError::Cell { place: Box::new(place), value: cells.text(code).to_owned(), problem }
        }
        Fault::Column(problem) => {
            TableError::Column { file: path.to_path_buf(), column: name.to_owned(), problem }
        }
    })?;
    if let Some(format) = format {
        typed.format.arrow = format.arrow;
    }
    let mut canonical = Canonical::of_text(&cells, &counts, typed);
    if let Some(column) = wanted.fitted {
        canonical.take_spelling(column);
    }
    Ok(canonical)
}

/// What is wrong with a file that is to be text, told from its first bytes.
pub(super) fn not_text(start: &[u8], path: &Path) -> Option<TableError> {
    let file = path.to_path_buf();
    match Content::of(start) {
        Content::Plain => match from_path(path) {
            Ok((format @ (FileFormat::Parquet | FileFormat::Arrow | FileFormat::ArrowStream), _)) => {
                Some(TableError::NotThatFormat {
                    file,
                    format,
                    reason: "its first bytes are not those of one",
                })
            }
            Ok((FileFormat::Csv, _)) | Err(_) => None,
        },
        Content::Utf16 => Some(TableError::Encoding { file, line: 1, column: 1, guess: "UTF-16" }),
        Content::Other(reason) => Some(TableError::Unreadable { file, reason }),
        Content::Gzip | Content::Zstd => {
            Some(TableError::Unreadable { file, reason: "is compressed twice; unpack it once" })
        }
        Content::Parquet | Content::ArrowFile | Content::ArrowStream => {
            let reason = "is a compressed Parquet or Arrow file; unpack it first (they compress inside)";
            Some(TableError::Unreadable { file, reason })
        }
    }
}

/// The name nearest to one that does not exist, if any is near.
pub(super) fn nearest(name: &str, names: &[String]) -> Option<String> {
    let wanted = name.to_lowercase();
    let (distance, found) = names
        .iter()
        .map(|candidate| (edit_distance(&wanted, &candidate.to_lowercase()), candidate))
        .min_by_key(|&(distance, _)| distance)?;
    (distance <= name.chars().count().div_ceil(2)).then(|| found.clone())
}

/// The number of letters to insert, delete or change to make one text of the other.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (slot, to) in row.iter_mut().skip(1).zip(&b) {
            let change = diagonal + usize::from(from != *to);
            diagonal = *slot;
            left = change.min(left + 1).min(diagonal + 1);
            *slot = left;
        }
        if let Some(start) = row.first_mut() {
            *start = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested() {
        let names = ["age".to_owned(), "hours-per-week".to_owned()];
        assert_eq!(nearest("Aeg", &names).as_deref(), Some("age"));
        assert_eq!(nearest("hours_per_week", &names).as_deref(), Some("hours-per-week"));
        assert_eq!(nearest("zzzzzz", &names), None);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }
}
