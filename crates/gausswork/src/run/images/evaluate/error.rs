//! What can end an evaluation of images.

use std::path::PathBuf;

use gausswork_eval::features::FeatureError;

use crate::data::image::{ImageError, ImageShape};
use crate::extractor::{ExtractorError, WeightsError};
use crate::learner::Diverged;
use crate::run::{ConfigError, ImagesError};
use crate::train::ThreadsError;

/// Images could not be evaluated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateImagesError {
    /// Nothing to evaluate.
    #[error("there is nothing to evaluate: give a generated set of images, or a model to draw one from")]
    NoSynthetic,
    /// Images of another shape.
    #[error(
        "{}: images of {found}, and the real ones are of {expected}; make them of one shape (--resize, --crop, --channels)",
        path.display()
    )]
    Shape {
        /// The set.
        path: PathBuf,
        /// The shape of its images.
        found: ImageShape,
        /// That of the real ones.
        expected: ImageShape,
    },
    /// An extractor of other images.
    #[error(
        "{}: an extractor for images of {expected}, and these are of {found}; train one on them, or make them of that shape (--resize)",
        path.display()
    )]
    OtherShape {
        /// The extractor.
        path: PathBuf,
        /// The shape of the images.
        found: ImageShape,
        /// That of the images it was trained on.
        expected: ImageShape,
    },
    /// All real images are alike.
    #[error("{}: all its images are the same, so there is nothing to learn from or to compare with", path.display())]
    Constant {
        /// The set.
        path: PathBuf,
    },
    /// A set that a score cannot be made of.
    #[error("{set}: {source}")]
    Features {
        /// The set.
        set: String,
        /// Why not.
        source: FeatureError,
    },
    /// The training of the extractor was stopped.
    #[error("stopped while the extractor was being trained")]
    Interrupted,
    /// The training of the extractor diverged.
    #[error("the extractor's training failed: {0}")]
    Diverged(#[from] Diverged),
    /// The file of an extractor.
    #[error(transparent)]
    Extractor(#[from] ExtractorError),
    /// The weights of Inception-v3.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The images.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The model's images.
    #[error(transparent)]
    Images(#[from] ImagesError),
    /// The model's configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}
