//! The sets of images of an evaluation.

use std::ops::Range;
use std::path::Path;

use super::{EvaluateImagesError, ImageRole};
use crate::data::image::{self, ImageError, ImageSet, Labels, RangeSource, ReadImages};

/// Images, wherever they are.
pub(super) enum Pictures<'a> {
    /// Some of a set.
    Of { set: &'a ImageSet, images: Vec<u32> },
    /// One after the other, numbers in [0, 1], with the labels that a model was told for them.
    Made { values: Vec<f32>, each: usize, labels: Option<Labels> },
}

impl Pictures<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Of { images, .. } => images.len(),
            Self::Made { values, each, .. } => values.len() / each.max(&1),
        }
    }

    /// The name of the label of an image.
    pub(super) fn label(&self, image: usize) -> Option<&str> {
        let (labels, at) = match self {
            Self::Of { set, images } => (set.labels(), *images.get(image)? as usize),
            Self::Made { labels, .. } => (labels.as_ref(), image),
        };
        let Labels { names, codes } = labels?;
        names.get(*codes.get(at)? as usize).map(String::as_str)
    }

    /// Puts the images of a range into `out`.
    pub(super) fn gather(&self, range: Range<usize>, out: &mut [f32]) -> Result<(), ImageError> {
        match self {
            Self::Of { set, images } => set.gather(&images[range], out),
            Self::Made { values, each, .. } => {
                out.copy_from_slice(&values[range.start * each..range.end * each]);
                Ok(())
            }
        }
    }
}

/// A set that is compared with the reference.
pub(super) struct Compared<'a> {
    pub name: String,
    pub role: ImageRole,
    pub pictures: Pictures<'a>,
}

impl<'a> Compared<'a> {
    /// A set that is judged, by the name of its file.
    pub(super) fn generated(set: &'a ImageSet) -> Self {
        let file = set.file();
        let name =
            file.file_name().map_or_else(|| file.display().to_string(), |n| n.to_string_lossy().into_owned());
        let pictures = Pictures::Of { set, images: (0..set.len() as u32).collect() };
        Self { name, role: ImageRole::Synthetic, pictures }
    }
}

/// Reads generated or held-out images on the scale of the real ones.
///
/// An array does not say what becomes 0 and 1. Where its own numbers are of no common scale, or are few whole numbers, and all lie
/// within the range of the real ones, it is taken to be on that.
pub(super) fn read_beside(
    real: &ImageSet,
    path: &Path,
    options: &ReadImages,
) -> Result<ImageSet, EvaluateImagesError> {
    let mut set = image::read(path, options)?;
    let (own, range) = (set.range(), real.range());
    let [least, greatest] = set.extremes();
    let common = own.source == RangeSource::Known && [1.0, 255.0].contains(&own.high);
    if options.range.is_none() && !common && range.low <= least && greatest <= range.high {
        set = image::read(path, &ReadImages { range: Some([range.low, range.high]), ..options.clone() })?;
    }
    if set.shape() != real.shape() {
        let (path, found, expected) = (path.to_path_buf(), set.shape(), real.shape());
        return Err(EvaluateImagesError::Shape { path, found, expected });
    }
    Ok(set)
}

/// Passes where not all of these images are one.
pub(super) fn varied(set: &ImageSet, images: &[u32]) -> Result<(), EvaluateImagesError> {
    let values = set.shape().values();
    let (mut first, mut other) = (vec![0.0; values], vec![0.0; values]);
    for (place, image) in images.iter().enumerate() {
        set.gather(&[*image], if place == 0 { &mut first } else { &mut other })?;
        if place > 0 && other != first {
            return Ok(());
        }
    }
    Err(EvaluateImagesError::Constant { path: set.file().to_path_buf() })
}
