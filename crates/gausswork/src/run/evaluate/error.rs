//! What can end an evaluation.

use std::path::PathBuf;

use gausswork_eval::frame::FrameError;

use crate::data::table::{CodecError, TableError};
use crate::run::{ConfigError, SampleError};
use crate::train::ThreadsError;

/// Tables could not be evaluated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Nothing to evaluate.
    #[error("there is nothing to evaluate: give a synthetic table, or a model to draw one from")]
    NoSynthetic,
    /// Too few rows.
    #[error("{}: {rows} rows; an evaluation needs at least 2 of each table", path.display())]
    TooFewRows {
        /// The file.
        path: PathBuf,
        /// Its rows.
        rows: usize,
    },
    /// No column that could be compared.
    #[error("{}: no column can be compared: all are {kinds}", path.display())]
    NothingToCompare {
        /// The file.
        path: PathBuf,
        /// What they are.
        kinds: String,
    },
    /// The target is not there.
    #[error("there is no column \"{name}\" to predict; columns are {known}")]
    NoTarget {
        /// The name given.
        name: String,
        /// The names that are there.
        known: String,
    },
    /// The tables do not belong together.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The model's rows.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A real row that the model cannot have.
    #[error("{}: {source}", path.display())]
    Codec {
        /// The file.
        path: PathBuf,
        /// The cell.
        source: CodecError,
    },
    /// The model's configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}
