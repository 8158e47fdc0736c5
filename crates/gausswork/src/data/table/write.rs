//! A table to a file: all of it or none of it.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression as ParquetCompression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use super::arrow_write::Restorer;
use super::csv_write;
use super::error::TableError;
use super::file::{Compression, FileFormat, from_path};
use super::schema::TableSchema;
use crate::whole::{keep, temporary_beside};

/// Rows of a Parquet row group.
const ROW_GROUP: usize = 1 << 20;

/// Writes a table batch by batch, in memory that does not grow with its rows.
///
/// What is written to a path appears there only when [`TableWriter::finish`] succeeds; until then, and
/// if the writer is dropped, an earlier file of that name is untouched.
pub struct TableWriter {
    schema: TableSchema,
    encoder: Encoder,
    target: Target,
}

impl std::fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("target", &self.target).finish_non_exhaustive()
    }
}

/// Where the bytes go in the end.
#[derive(Debug)]
enum Target {
    /// Beside the path, until it is whole.
    File { temporary: NamedTempFile, path: PathBuf },
    /// A device or pipe, as it comes.
    Direct { path: PathBuf },
}

enum Encoder {
    Csv(Output),
    Parquet(Box<ArrowWriter<Output>>, Restorer),
    Arrow(Box<FileWriter<Output>>, Restorer),
    Stream(Box<StreamWriter<Output>>, Restorer),
}

/// A byte stream, compressed as a whole or not.
enum Output {
    Plain(BufWriter<Box<dyn Write + Send>>),
    Gzip(flate2::write::GzEncoder<BufWriter<Box<dyn Write + Send>>>),
    Zstd(zstd::Encoder<'static, BufWriter<Box<dyn Write + Send>>>),
}

impl Output {
    fn new(sink: Box<dyn Write + Send>, compression: Compression) -> io::Result<Self> {
        let sink = BufWriter::with_capacity(1 << 18, sink);
        Ok(match compression {
            Compression::None => Self::Plain(sink),
            Compression::Gzip => {
                Self::Gzip(flate2::write::GzEncoder::new(sink, flate2::Compression::default()))
            }
            Compression::Zstd => Self::Zstd(zstd::Encoder::new(sink, 3)?),
        })
    }

    /// Writes what is held back.
    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut sink) => sink.flush(),
            Self::Gzip(encoder) => encoder.finish()?.flush(),
            Self::Zstd(encoder) => encoder.finish()?.flush(),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(sink) => sink.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(sink) => sink.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

impl TableWriter {
    /// Begins a file in the format that its name promises.
    ///
    /// # Errors
    /// An unknown extension; a directory that cannot be written to.
    pub fn create(path: impl AsRef<Path>, schema: &TableSchema) -> Result<Self, TableError> {
        let (format, compression) = from_path(path.as_ref())?;
        Self::create_as(path, format, compression, schema)
    }

    /// Begins a file in a format of one's choice, whatever its name.
    ///
    /// # Errors
    /// A directory that cannot be written to.
    pub fn create_as(
        path: impl AsRef<Path>,
        format: FileFormat,
        compression: Compression,
        schema: &TableSchema,
    ) -> Result<Self, TableError> {
        let path = path.as_ref();
        let failed = |error| TableError::io("write", path, error);
        if path.is_dir() {
            return Err(TableError::Directory { file: path.to_path_buf() });
        }
        let is_special = path.metadata().is_ok_and(|data| !data.is_file());
        if is_special {
            let sink = File::options().write(true).open(path).map_err(failed)?;
            let target = Target::Direct { path: path.to_path_buf() };
            return Self::new(Box::new(sink), format, compression, schema, target);
        }
        // A link stays one: what it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let temporary = temporary_beside(&path).map_err(failed)?;
        let sink = temporary.as_file().try_clone().map_err(failed)?;
        Self::new(Box::new(sink), format, compression, schema, Target::File { temporary, path })
    }

    /// Begins a table on a stream, such as standard output.
    ///
    /// # Errors
    /// The stream's.
    pub fn to_writer(
        sink: Box<dyn Write + Send>,
        format: FileFormat,
        schema: &TableSchema,
    ) -> Result<Self, TableError> {
        Self::new(sink, format, Compression::None, schema, Target::Direct { path: PathBuf::from("output") })
    }

    fn new(
        sink: Box<dyn Write + Send>,
        format: FileFormat,
        compression: Compression,
        schema: &TableSchema,
        target: Target,
    ) -> Result<Self, TableError> {
        let path = target.path().to_path_buf();
        let mut schema = schema.clone();
        if path.file_stem().is_some_and(|_| is_tab_separated(&path)) {
            schema.dialect.delimiter = b'\t';
        }
        let failed = |error| TableError::io("write", &path, error);
        let mut output = Output::new(sink, compression).map_err(failed)?;
        let encoder = match format {
            FileFormat::Csv => {
                csv_write::write_header(&mut output, &schema).map_err(failed)?;
                Encoder::Csv(output)
            }
            FileFormat::Parquet => {
                let restorer = Restorer::new(&schema, false);
                let properties = WriterProperties::builder()
                    .set_compression(ParquetCompression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(ROW_GROUP))
                    .set_created_by("gausswork".to_owned())
                    .build();
                let writer = ArrowWriter::try_new(output, restorer.schema(), Some(properties));
                Encoder::Parquet(Box::new(writer.map_err(|error| parquet_error(&path, error))?), restorer)
            }
            FileFormat::Arrow => {
                let restorer = Restorer::new(&schema, true);
                let options = ipc_options().map_err(|error| arrow_error(&path, error))?;
                let options = options.with_dictionary_handling(DictionaryHandling::Delta);
                let writer = FileWriter::try_new_with_options(output, &restorer.schema(), options);
                Encoder::Arrow(Box::new(writer.map_err(|error| arrow_error(&path, error))?), restorer)
            }
            FileFormat::ArrowStream => {
                let restorer = Restorer::new(&schema, false);
                let options = ipc_options().map_err(|error| arrow_error(&path, error))?;
                let writer = StreamWriter::try_new_with_options(output, &restorer.schema(), options);
                Encoder::Stream(Box::new(writer.map_err(|error| arrow_error(&path, error))?), restorer)
            }
        };
        Ok(Self { schema, encoder, target })
    }

    /// Writes the rows of a batch in the schema's canonical types, its columns in the schema's order.
    ///
    /// # Errors
    /// A batch that is not canonical; a value beyond the type that its column had; the file's.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        self.check(batch)?;
        let path = self.target.path();
        match &mut self.encoder {
            Encoder::Csv(output) => csv_write::write_rows(output, &self.schema, batch)?
                .map_err(|error| TableError::io("write", path, error)),
            Encoder::Parquet(writer, restorer) => {
                writer.write(&restorer.restore(batch)?).map_err(|error| parquet_error(path, error))
            }
            Encoder::Arrow(writer, restorer) => {
                writer.write(&restorer.restore(batch)?).map_err(|error| arrow_error(path, error))
            }
            Encoder::Stream(writer, restorer) => {
                writer.write(&restorer.restore(batch)?).map_err(|error| arrow_error(path, error))
            }
        }
    }

    /// Completes the table and puts it in its place.
    ///
    /// # Errors
    /// The file's; the earlier file is then still there.
    pub fn finish(self) -> Result<(), TableError> {
        let Self { schema, encoder, target } = self;
        let path = target.path().to_path_buf();
        let failed = |error| TableError::io("write", &path, error);
        let output = match encoder {
            Encoder::Csv(mut output) => {
                if schema.dialect.final_newline {
                    output.write_all(schema.dialect.line_ending.bytes()).map_err(failed)?;
                }
                output
            }
            Encoder::Parquet(writer, _) => {
                writer.into_inner().map_err(|error| parquet_error(&path, error))?
            }
            Encoder::Arrow(writer, _) => writer.into_inner().map_err(|error| arrow_error(&path, error))?,
            Encoder::Stream(writer, _) => writer.into_inner().map_err(|error| arrow_error(&path, error))?,
        };
        output.finish().map_err(failed)?;
        if let Target::File { temporary, path } = target {
            keep(temporary, &path).map_err(failed)?;
            sync_directory(&path);
        }
        Ok(())
    }

    fn check(&self, batch: &RecordBatch) -> Result<(), TableError> {
        if batch.num_columns() != self.schema.columns.len() {
            let problem = format!("{} columns, not {}", batch.num_columns(), self.schema.columns.len());
            return Err(TableError::NotCanonical { problem });
        }
        for (column, array) in self.schema.columns.iter().zip(batch.columns()) {
            if *array.data_type() != column.canonical_type() {
                let problem = format!(
                    "column \"{}\" is {}, not {}",
                    column.name,
                    array.data_type(),
                    column.canonical_type()
                );
                return Err(TableError::NotCanonical { problem });
            }
        }
        Ok(())
    }
}

impl Target {
    fn path(&self) -> &Path {
        match self {
            Self::File { path, .. } | Self::Direct { path } => path,
        }
    }
}

/// Whether the name promises tabs: `.tsv`, compressed or not.
fn is_tab_separated(path: &Path) -> bool {
    let name = path.to_string_lossy().to_ascii_lowercase();
    let stem = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    stem.ends_with(".tsv")
}

fn ipc_options() -> Result<IpcWriteOptions, ArrowError> {
    IpcWriteOptions::default().try_with_compression(Some(arrow::ipc::CompressionType::ZSTD))
}

/// Makes the renaming itself durable, where the system can.
fn sync_directory(path: &Path) {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    if let Ok(directory) = File::open(directory.unwrap_or(Path::new("."))) {
        // Some file systems refuse; the file is whole either way.
        let _ = directory.sync_all();
    }
}

fn parquet_error(path: &Path, error: ParquetError) -> TableError {
    let source = match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    };
    TableError::io("write", path, source)
}

fn arrow_error(path: &Path, error: ArrowError) -> TableError {
    let source = match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other),
    };
    TableError::io("write", path, source)
}
