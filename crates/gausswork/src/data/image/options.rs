//! What a person says about a set of images.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::shape::Channels;
use super::size::{Crop, Size};
use crate::error::OutOfRange;

/// What becomes of a file that claims to be an image and cannot be decoded.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Unreadable {
    /// Reading ends with an error that names it.
    #[default]
    Fail,
    /// It is left out, and named in [`ImageSet::skipped`](super::ImageSet::skipped).
    Skip,
}

/// Where labels come from.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum LabelSource {
    /// Wherever the set has them: the IDX file of labels beside the images, the array of labels in an `.npz`, or the folder
    /// that an image lies in, if there is more than one.
    #[default]
    Found,
    /// Nowhere: the set has none.
    Ignored,
}

/// How a set of images is read. An image is cropped first, then resized, then made grey or coloured.
#[derive(Clone, PartialEq, Debug)]
pub struct ReadImages {
    /// The part about the centre that is kept.
    pub crop: Option<Crop>,
    /// The size that every image gets, with a triangle filter as wide as the reduction asks for.
    pub resize: Option<Size>,
    /// What every pixel is to hold; as the images have it, if they agree.
    pub channels: Option<Channels>,
    /// The numbers that are to become 0 and 1; found out by [`Range`](super::Range)'s rule if not given.
    pub range: Option<[f32; 2]>,
    /// What becomes of images that cannot be decoded.
    pub unreadable: Unreadable,
    /// Where labels come from.
    pub labels: LabelSource,
    /// Of a folder or archive, only what lies in this folder of it, such as `train`.
    pub below: Option<String>,
    /// Bytes of pixels that are kept in memory; more go to a temporary file and are read from there.
    pub memory: u64,
    /// Where that temporary file is made; it has no name, and is gone with the set.
    pub scratch: PathBuf,
}

impl Default for ReadImages {
    fn default() -> Self {
        Self {
            crop: None,
            resize: None,
            channels: None,
            range: None,
            unreadable: Unreadable::Fail,
            labels: LabelSource::Found,
            below: None,
            memory: 2 << 30,
            scratch: std::env::temp_dir(),
        }
    }
}

impl ReadImages {
    /// Whether the settings have a meaning.
    ///
    /// # Errors
    /// A range that is empty or not finite.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let Some([low, high]) = self.range else { return Ok(()) };
        let fits = low.is_finite() && high.is_finite() && low < high && (high - low).is_finite();
        OutOfRange::unless(
            fits,
            "range",
            format!("[{low}, {high}]"),
            "two finite numbers, the lower one first",
        )
    }
}
