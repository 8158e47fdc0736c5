//! What can end a fit.

use std::path::PathBuf;

use super::FEWEST_ROWS;
use crate::artifact::ArtifactError;
use crate::data::image::ImageError;
use crate::data::table::{CodecError, TableError};
use crate::learner::Diverged;
use crate::run::{ConfigError, ImagesError, SampleError};
use crate::train::ThreadsError;

/// A fit failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A table that cannot be coded.
    #[error("{}: {source}", path.display())]
    Codec {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: CodecError,
    },
    /// The images.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Training.
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// A game broke down; its model was kept.
    #[error(
        "{diverged}\nthe averaged weights of step {step}, from before that, are kept in {} with the verdict \"diverged\"",
        path.display()
    )]
    GameDiverged {
        /// What broke it.
        diverged: Diverged,
        /// The steps that the weights kept had been through.
        step: u64,
        /// The model file.
        path: PathBuf,
    },
    /// The threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// The model file.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The sample.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The sample of images.
    #[error(transparent)]
    SampleImages(#[from] ImagesError),
    /// Conditions are wanted, and no column can be one.
    #[error(
        "{}: gan.generator.rows.conditions = {share}, but no column is discrete (names, truth values, or numbers of few \
         values), so there is nothing to tell a generator; set it to 0", path.display()
    )]
    NothingToTell {
        /// The file.
        path: PathBuf,
        /// The share of rows that were to have a condition.
        share: f64,
    },
    /// Too few rows.
    #[error("{}: {rows} rows; a model needs at least {FEWEST_ROWS}", path.display())]
    TooFewRows {
        /// The file.
        path: PathBuf,
        /// Its rows.
        rows: usize,
    },
    /// A column without any value.
    #[error(
        "{}, column \"{column}\": every cell is missing, so there is nothing to learn; remove the column, or keep \
         it empty with --types '{column}=constant'", path.display()
    )]
    EmptyColumn {
        /// The file.
        path: PathBuf,
        /// The column's name.
        column: String,
    },
    /// The run directory exists.
    #[error("{}: exists already; give another name, or --force to replace the run in it", path.display())]
    Exists {
        /// The directory.
        path: PathBuf,
    },
    /// A run cannot be resumed.
    #[error("cannot resume {}: {reason}", path.display())]
    Resume {
        /// The run directory.
        path: PathBuf,
        /// Why not, and what to do.
        reason: String,
    },
    /// A file of the run directory.
    #[error("cannot write {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
}
