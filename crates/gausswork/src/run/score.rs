//! Scoring rows: how likely each is under an autoencoder, and which of its cells is odd.

use std::path::{Path, PathBuf};

use super::{Event, Observer};
use crate::artifact::{Model, Network};
use crate::data::table::{self, CodecError, ReadOptions, Table, TableError};
use crate::layout::Features;
use crate::noise::Noise;
use crate::train::{Threads, ThreadsError};
use crate::vae::{RowBound, bounds};

/// How to score.
#[derive(Debug, Clone)]
pub struct ScoreRequest {
    /// Importance samples per row.
    pub samples: usize,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
}

/// A row's score.
pub type RowScore = RowBound;

/// Rows could not be scored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScoreError {
    /// No samples were asked for.
    #[error("0 importance samples were asked for; give at least 1")]
    NoSamples,
    /// The table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A cell that the model cannot have.
    #[error("{}: {source}", path.display())]
    Codec {
        /// The file.
        path: PathBuf,
        /// The cell.
        source: CodecError,
    },
    /// A model without rows.
    #[error("the model is of images, and scores no rows")]
    OfImages,
    /// A model without a likelihood.
    #[error(
        "the model is a GAN, which has no likelihood to bound; ask its discriminator, or fit a variational autoencoder"
    )]
    NoLikelihood,
    /// A model without an encoder.
    #[error(
        "the model is a GAN, which has no encoder: no latent belongs to a row; fit a variational autoencoder of the same table \
         (--model vae)"
    )]
    NoEncoder,
    /// A model without a discriminator.
    #[error(
        "the model is a variational autoencoder, which has no discriminator; bound the likelihood of its rows"
    )]
    NoDiscriminator,
    /// A discriminator that does not judge single rows.
    #[error(
        "the discriminator of this model judges {pac} rows together (gan.discriminator.pac), and what it says of a row \
         depends on the others; fit a game with pac = 1 to score single rows"
    )]
    Packs {
        /// Rows of a pack.
        pac: usize,
    },
    /// Rows that are no points of the plane.
    #[error("{}: the model is one of points, but the columns are not those of a density", path.display())]
    NoPoints {
        /// The file.
        path: PathBuf,
    },
    /// The threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}

/// Rows that are scored before they are handed over.
pub(super) const ROWS_AHEAD: usize = 4096;

/// Scores the rows of a file in order and hands them to `sink`, some at a time.
///
/// # Errors
/// See [`ScoreError`]; whatever `sink` returns ends the scoring.
pub fn score<E: From<ScoreError>>(
    model: &Model,
    path: &Path,
    options: &ReadOptions,
    request: &ScoreRequest,
    sink: &mut dyn FnMut(&[RowScore]) -> Result<(), E>,
    observer: &mut dyn Observer,
) -> Result<(), E> {
    if request.samples == 0 {
        return Err(ScoreError::NoSamples.into());
    }
    if matches!(model.network, Network::Images(_)) {
        return Err(ScoreError::OfImages.into());
    }
    let vae = model.network.vae().ok_or(ScoreError::NoLikelihood)?;
    let (_, features) = encoded(model, path, options)?;
    let workers = Threads::new(request.threads).map_err(ScoreError::from)?;
    let noise = Noise::new(request.seed);
    let constants = model.card.codec.log_known();
    let total = features.rows as u64;
    let rows: Vec<u32> = (0..features.rows as u32).collect();
    let mut done = 0;
    for rows in rows.chunks(ROWS_AHEAD) {
        sink(&bounds(vae, &features, rows, request.samples, &constants, &noise, &workers))?;
        done += rows.len() as u64;
        observer.observe(&Event::Rows { done, total });
    }
    Ok(())
}

/// The rows of a file as they are, and as the codec of a model has them.
pub(super) fn encoded(
    model: &Model,
    path: &Path,
    options: &ReadOptions,
) -> Result<(Table, Features), ScoreError> {
    let codec = &model.card.codec;
    let table = table::read_as(path, options, &codec.schema)?;
    let uncoded = |source| ScoreError::Codec { path: path.to_path_buf(), source };
    let features = codec.encode(&table.batch).map_err(uncoded)?;
    Ok((table, features))
}
