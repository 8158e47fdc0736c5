//! The files of a run directory.

use std::fs;
use std::path::Path;

use super::{Existing, FitError};
use crate::artifact::{self, Model};
use crate::data::table::{self, Conditions, TableWriter};
use crate::run::{SampleError, SampleRequest, checkpoint, film, sample};
use crate::whole::write_whole;

/// Rows of the sample that a fit leaves behind.
const SAMPLE_ROWS: u64 = 1000;

/// Writes the model and its figures.
pub(in crate::run) fn leave(model: &Model, directory: &Path) -> Result<(), FitError> {
    model.save(&directory.join(artifact::FILE_NAME))?;
    let figures = &model.card.figures;
    let json: serde_json::Map<String, serde_json::Value> =
        figures.iter().map(|(name, value)| (name.clone(), (*value).into())).collect();
    let text = serde_json::to_string_pretty(&json).unwrap_or_default() + "\n";
    write(&directory.join("figures.json"), text.as_bytes())
}

/// Writes the rows that every run leaves behind.
pub(super) fn leave_sample(model: &Model, path: &Path, threads: usize) -> Result<(), FitError> {
    let mut schema = model.card.codec.schema.clone();
    schema.source = table::FileFormat::Csv;
    let mut writer = TableWriter::create(path, &schema)?;
    let conditions = Conditions::default();
    let request = SampleRequest { rows: SAMPLE_ROWS, offset: 0, seed: model.card.seed, threads, conditions };
    sample(model, &request, &mut |batch| writer.write(batch).map_err(SampleError::from), &mut ())?;
    Ok(writer.finish()?)
}

/// Creates a run directory, and removes what an earlier run left in it.
pub(in crate::run) fn create(directory: &Path, existing: Existing) -> Result<(), FitError> {
    let failed = |source| FitError::Io { path: directory.to_path_buf(), source };
    match (existing, directory.parent()) {
        (Existing::Replace, _) | (_, None) => fs::create_dir_all(directory).map_err(failed)?,
        (Existing::Keep, Some(parent)) => {
            fs::create_dir_all(parent).map_err(failed)?;
            // Another run may have taken the name while this one was reading.
            fs::create_dir(directory).map_err(|source| match source.kind() {
                std::io::ErrorKind::AlreadyExists => FitError::Exists { path: directory.to_path_buf() },
                _ => failed(source),
            })?;
        }
    }
    let owned = [
        artifact::FILE_NAME,
        checkpoint::FILE_NAME,
        "config.toml",
        "data.path",
        "train.jsonl",
        film::FILE_NAME,
        "figures.json",
        "sample.csv",
        "sample.png",
        // The report is written by whoever shows it.
        "report.html",
        "report.json",
    ];
    for name in owned {
        match fs::remove_file(directory.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    Ok(())
}

/// Writes a file whole.
pub(in crate::run) fn write(path: &Path, bytes: &[u8]) -> Result<(), FitError> {
    write_whole(path, bytes).map_err(|source| FitError::Io { path: path.to_path_buf(), source })
}
