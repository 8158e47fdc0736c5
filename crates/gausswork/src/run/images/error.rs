//! What can end a verb on images.

use std::path::PathBuf;

use crate::data::image::{ImageError, ImageShape};
use crate::error::OutOfRange;
use crate::train::ThreadsError;

/// Images could not be drawn, scored or rebuilt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImagesError {
    /// A model of something else.
    #[error("the model is not one of images: it is of {of}; fit a set of images for that")]
    NotOfImages {
        /// What it is of.
        of: &'static str,
    },
    /// Images of another shape.
    #[error(
        "{}: images of {found}, and the model is of images of {expected}; make them of that shape (--resize, --channels)",
        path.display()
    )]
    Shape {
        /// The set.
        path: PathBuf,
        /// The shape of its images.
        found: ImageShape,
        /// That of the model's.
        expected: ImageShape,
    },
    /// Nothing was asked for.
    #[error("0 {what} were asked for; give at least 1")]
    Nothing {
        /// Images, or samples.
        what: &'static str,
    },
    /// More than can be counted.
    #[error("images {offset} and {count} more: image numbers end at 2^63")]
    TooMany {
        /// The first.
        offset: u64,
        /// How many.
        count: u64,
    },
    /// A number of chains or temperatures.
    #[error(transparent)]
    Range(#[from] OutOfRange),
    /// The images.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The threads.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
}
