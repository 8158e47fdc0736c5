//! What can go wrong with a set of images, each with its place and what to do.

use std::io;
use std::path::{Path, PathBuf};

use super::shape::ImageShape;
use super::size::Size;
use crate::error::OutOfRange;

/// Where something is: a file, or a member of an archive or array of an `.npz`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The file.
    pub file: PathBuf,
    /// What of it.
    pub member: Option<String>,
}

impl Origin {
    /// A file as a whole.
    pub(super) fn file(file: &Path) -> Self {
        Self { file: file.to_path_buf(), member: None }
    }

    /// Something in a file.
    pub(super) fn member(file: &Path, member: impl Into<String>) -> Self {
        Self { file: file.to_path_buf(), member: Some(member.into()) }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.member.as_ref().map_or(Ok(()), |member| write!(f, ", {member}"))
    }
}

/// A set of images could not be read, understood, gathered or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file does not exist.
    #[error("{}: no such file or folder", file.display())]
    NoSuchFile {
        /// The file.
        file: PathBuf,
    },
    /// The content is of no kind that is read.
    #[error(
        "{}: not a set of images: {reason}; read are IDX files, .npy, .npz, and folders, tar and zip archives of PNG and \
         JPEG files", file.display()
    )]
    NotImages {
        /// The file.
        file: PathBuf,
        /// What it looks like.
        reason: String,
    },
    /// Nothing in a folder or archive is an image.
    #[error("{origin}: no image in it{}; PNG and JPEG files are read", others.clue())]
    NoImages {
        /// The folder or archive.
        origin: Origin,
        /// What is there instead.
        others: Others,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", file.display())]
    Io {
        /// What was attempted: "read", "write" …
        action: &'static str,
        /// The file.
        file: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// An image cannot be decoded.
    #[error("{origin}: {problem}; repair or remove it, or leave such images out (--unreadable skip)")]
    Unreadable {
        /// The image.
        origin: Origin,
        /// What is wrong with it.
        problem: String,
    },
    /// No image can be decoded.
    #[error("{}: none of the {images} images can be decoded; the first is {first}: {problem}", file.display())]
    AllUnreadable {
        /// The folder or archive.
        file: PathBuf,
        /// How many there are.
        images: usize,
        /// The first of them.
        first: String,
        /// What is wrong with that.
        problem: String,
    },
    /// Images have different sizes.
    #[error(
        "{}: {first} is {first_size} pixels (height x width), {other} is {other_size}: make them one size, for example \
         --crop square --resize {first_size}", file.display()
    )]
    MixedSizes {
        /// The folder or archive.
        file: PathBuf,
        /// The first image.
        first: String,
        /// Its size.
        first_size: Size,
        /// The first that differs.
        other: String,
        /// Its size.
        other_size: Size,
    },
    /// Grey and coloured images are mixed.
    #[error(
        "{}: {grey} is grey, {rgb} is coloured: make them one (--channels grey, or --channels rgb)", file.display()
    )]
    MixedChannels {
        /// The folder or archive.
        file: PathBuf,
        /// The first grey image.
        grey: String,
        /// The first coloured image.
        rgb: String,
    },
    /// An image is smaller than what is to be cut out of it.
    #[error(
        "{origin}: --crop {crop} is larger than the image, which is {shape}: crop less, or only --resize"
    )]
    CropTooLarge {
        /// The image.
        origin: Origin,
        /// What was asked for.
        crop: Size,
        /// The image's shape.
        shape: ImageShape,
    },
    /// Some images lie in folders and some beside them.
    #[error(
        "{}: {bare} lies beside the folders whose names are labels, as that of {nested}: move it into one of them, or go \
         without labels (--labels ignored)", file.display()
    )]
    HalfLabelled {
        /// The folder or archive.
        file: PathBuf,
        /// The first image in no folder.
        bare: String,
        /// The first image in one.
        nested: String,
    },
    /// An IDX, `.npy`, tar or zip file is damaged, cut short, or holds what is not read.
    #[error("{origin}, byte {offset}: {problem}")]
    Format {
        /// The file, or the array in it.
        origin: Origin,
        /// Where in it, from 0.
        offset: u64,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// An array is not images or labels.
    #[error("{origin}: {problem}")]
    Array {
        /// The array.
        origin: Origin,
        /// Why not, and what to do.
        problem: String,
    },
    /// A number that is none, or outside the range given.
    #[error(
        "{origin}, image {image}, row {row}, column {column}, channel {channel} (from 0): {value} {problem}"
    )]
    Value {
        /// The array.
        origin: Origin,
        /// The image, from 0.
        image: u64,
        /// The row of the pixel.
        row: usize,
        /// Its column.
        column: usize,
        /// Its channel.
        channel: usize,
        /// The number.
        value: f32,
        /// What is wrong with it, and what to do.
        problem: String,
    },
    /// There are not as many labels as images.
    #[error(
        "{origin}: {labels} labels for {images} images: they do not belong together; go without (--labels ignored)"
    )]
    LabelCount {
        /// The file of labels.
        origin: Origin,
        /// How many it has.
        labels: u64,
        /// How many images there are.
        images: u64,
    },
    /// Fewer images than something needs.
    #[error("{}: {found} {}; {needed} are needed at least", file.display(), if *found == 1 { "image" } else { "images" })]
    TooFew {
        /// The set.
        file: PathBuf,
        /// Images it has.
        found: usize,
        /// Images that are needed.
        needed: usize,
    },
    /// A likelihood of numbers in [0, 1], and numbers whose scale is unknown.
    #[error(
        "{}: numbers from {least} to {greatest} are of no scale that is known, and a Bernoulli likelihood needs [0, 1]: say what \
         becomes 0 and 1 (--range {least},{greatest}), or take a Gaussian likelihood", file.display()
    )]
    UnknownScale {
        /// The set.
        file: PathBuf,
        /// The least number.
        least: f32,
        /// The greatest.
        greatest: f32,
    },
    /// A setting outside its range.
    #[error(transparent)]
    Setting(#[from] OutOfRange),
    /// An image was asked for that the set does not have, or room for others than the images asked for.
    #[error("image {image} of {images}, with room for {room} numbers where {needed} are needed")]
    Request {
        /// The highest index asked for.
        image: u32,
        /// Images in the set.
        images: usize,
        /// Room given.
        room: usize,
        /// Room needed.
        needed: usize,
    },
    /// Images that cannot be written as asked.
    #[error("{}: cannot be written: {problem}", file.display())]
    Unwritable {
        /// The file or folder.
        file: PathBuf,
        /// Why not, and what to do.
        problem: String,
    },
}

/// Files of a folder or archive that are no images.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Others {
    /// How many.
    pub files: u64,
    /// The first of them.
    pub first: Option<String>,
}

impl Others {
    fn clue(&self) -> String {
        match &self.first {
            None => String::new(),
            Some(first) => format!(", but {} of other kinds ({first})", self.files),
        }
    }
}

impl ImageError {
    /// An operating system's error on `file`.
    pub(super) fn io(action: &'static str, file: &Path, source: io::Error) -> Self {
        let file = file.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound if action == "read" => Self::NoSuchFile { file },
            _ => Self::Io { action, file, source },
        }
    }
}
