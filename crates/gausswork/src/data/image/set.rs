//! A set of images: what is known of it, and its numbers in batches.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::ImageError;
use super::labels::Labels;
use super::range::{Range, RangeSource};
use super::shape::ImageShape;
use super::sink::Extent;
use super::store::{Scale, Store};

/// An image that was left out because it cannot be decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Skipped {
    /// Its path within the folder or archive.
    pub name: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What happened to some images on the way in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NoteKind {
    /// 16 bits per channel became 8: `round(v / 257)`.
    SixteenBit,
    /// A palette was replaced by the colours that it names.
    Palette,
    /// A fourth channel said that every pixel is opaque, and was dropped.
    Opaque,
    /// The camera was held otherwise, as EXIF says, and the picture was turned upright.
    Turned,
    /// A file is no image, and was left out.
    OtherFile,
}

/// Something that happened to images or files, of which the first is named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    /// What happened.
    pub kind: NoteKind,
    /// To how many.
    pub count: u64,
    /// The first of them.
    pub first: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            NoteKind::SixteenBit => "16 bits per channel rounded to 8",
            NoteKind::Palette => "a palette replaced by its colours",
            NoteKind::Opaque => "an opaque fourth channel dropped",
            NoteKind::Turned => "turned upright, as its EXIF orientation says",
            NoteKind::OtherFile => "left out, not an image",
        };
        write!(f, "{what}: {} ", self.count)?;
        if self.count == 1 {
            write!(f, "file, {}", self.first)
        } else {
            write!(f, "files, the first {}", self.first)
        }
    }
}

/// Images of one shape, in a fixed order.
///
/// Images of a folder or archive are in the order of their paths, whatever the order in the archive: a folder and an archive of
/// it are the same set, with the same fingerprint.
#[derive(Debug)]
pub struct ImageSet {
    pub(super) file: PathBuf,
    pub(super) shape: ImageShape,
    pub(super) images: usize,
    pub(super) labels: Option<Labels>,
    pub(super) names: Option<Vec<String>>,
    pub(super) range: Range,
    pub(super) extent: Extent,
    pub(super) skipped: Vec<Skipped>,
    pub(super) notes: Vec<Note>,
    pub(super) fingerprint: String,
    pub(super) store: Store,
    pub(super) scale: Scale,
    /// Where in the store each image is, if not in its own place.
    pub(super) order: Option<Vec<u32>>,
}

impl ImageSet {
    /// Where the set was read from.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Images.
    #[must_use]
    pub fn len(&self) -> usize {
        self.images
    }

    /// Whether there is none; reading makes no such set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.images == 0
    }

    /// The shape of every image.
    #[must_use]
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    /// The labels, where the set has them.
    #[must_use]
    pub fn labels(&self) -> Option<&Labels> {
        self.labels.as_ref()
    }

    /// The set with its labels as other codes.
    pub(crate) fn with_labels(self, labels: Labels) -> Self {
        Self { labels: Some(labels), ..self }
    }

    /// What an image is called: its path within the folder or archive, else its number, from 0.
    #[must_use]
    pub fn name(&self, image: usize) -> String {
        let name = self.names.as_ref().and_then(|names| names.get(image));
        name.map_or_else(|| image.to_string(), Clone::clone)
    }

    /// The numbers that [`gather`](Self::gather) makes 0 and 1.
    #[must_use]
    pub fn range(&self) -> Range {
        self.range
    }

    /// The least and the greatest number of the set, unscaled.
    #[must_use]
    pub fn extremes(&self) -> [f32; 2] {
        [self.extent.least.value, self.extent.greatest.value]
    }

    /// How many values a number can take, where all are whole and the range is known: 256 for 8 bits.
    #[must_use]
    pub fn levels(&self) -> Option<u32> {
        let Range { low, high, source } = self.range;
        let counted = self.extent.whole && source != RangeSource::Observed && low.fract() == 0.0;
        (counted && high.fract() == 0.0 && high - low < 65_536.0).then_some((high - low) as u32 + 1)
    }

    /// The images that could not be decoded and were left out.
    #[must_use]
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// What happened to some of the images on the way in.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The BLAKE3 hash, in hexadecimal, of shape, range, numbers and labels, whatever the file was.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether the numbers are read from a file at each use.
    #[must_use]
    pub fn on_disk(&self) -> bool {
        matches!(self.store, Store::Disk { .. })
    }

    /// Images by index, one after the other, `(x − low) / (high − low)` for each number: `out` is
    /// `[images.len(), height, width, channels]`. Nothing is allocated.
    ///
    /// # Errors
    /// [`ImageError::Request`] for an index or a length that does not fit; [`ImageError::Io`] where the set is on disk.
    pub fn gather(&self, images: &[u32], out: &mut [f32]) -> Result<(), ImageError> {
        self.gather_scaled(images, &self.scale, out)
    }

    /// As [`gather`](Self::gather), of the numbers as the files have them.
    ///
    /// # Errors
    /// As [`gather`](Self::gather).
    pub fn gather_unscaled(&self, images: &[u32], out: &mut [f32]) -> Result<(), ImageError> {
        self.gather_scaled(images, &Scale::none(), out)
    }

    fn gather_scaled(&self, images: &[u32], scale: &Scale, out: &mut [f32]) -> Result<(), ImageError> {
        let values = self.shape.values();
        let (needed, last) = (images.len() * values, images.iter().copied().max().unwrap_or(0));
        if out.len() != needed || (!images.is_empty() && last as usize >= self.images) {
            return Err(ImageError::Request { image: last, images: self.images, room: out.len(), needed });
        }
        for (image, out) in images.iter().zip(out.chunks_exact_mut(values)) {
            let place = self.order.as_ref().and_then(|order| order.get(*image as usize)).unwrap_or(image);
            self.store
                .read(*place as usize * values, scale, out)
                .map_err(|source| ImageError::io("read the temporary file of", &self.file, source))?;
        }
        Ok(())
    }

    /// Passes where there are as many images as something needs.
    ///
    /// # Errors
    /// [`ImageError::TooFew`].
    pub fn at_least(&self, needed: usize) -> Result<(), ImageError> {
        if self.images >= needed {
            return Ok(());
        }
        Err(ImageError::TooFew { file: self.file.clone(), found: self.images, needed })
    }

    /// Passes where the scaled numbers mean what a Bernoulli likelihood takes them for: the scale is known or given, not
    /// guessed from the least and the greatest number.
    ///
    /// # Errors
    /// [`ImageError::UnknownScale`], with both.
    pub fn check_unit_interval(&self) -> Result<(), ImageError> {
        if self.range.source != RangeSource::Observed {
            return Ok(());
        }
        let [least, greatest] = self.extremes();
        Err(ImageError::UnknownScale { file: self.file.clone(), least, greatest })
    }

    /// The hash of all that a model sees.
    pub(super) fn hashed(&self) -> Result<String, ImageError> {
        let ImageShape { height, width, channels } = self.shape;
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"gausswork images 1");
        for count in [self.images, height, width, channels.count()] {
            hasher.update(&(count as u64).to_le_bytes());
        }
        hasher.update(&self.range.low.to_le_bytes());
        hasher.update(&self.range.high.to_le_bytes());
        let mut numbers = vec![0.0; self.shape.values()];
        let mut bytes = Vec::with_capacity(4 * numbers.len());
        let scale = Scale::none();
        for image in 0..self.images as u32 {
            self.gather_scaled(&[image], &scale, &mut numbers)?;
            bytes.clear();
            // Adding zero makes a negative zero a positive one, as it is in a byte.
            bytes.extend(numbers.iter().flat_map(|number| (number + 0.0).to_le_bytes()));
            hasher.update(&bytes);
        }
        if let Some(labels) = &self.labels {
            for name in &labels.names {
                hasher.update(&(name.len() as u64).to_le_bytes());
                hasher.update(name.as_bytes());
            }
            for code in &labels.codes {
                hasher.update(&code.to_le_bytes());
            }
        }
        Ok(hasher.finalize().to_hex().to_string())
    }
}
