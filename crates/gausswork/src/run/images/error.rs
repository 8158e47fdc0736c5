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
    /// A game, which rebuilds no image and bounds no likelihood.
    #[error(
        "the model is a generative adversarial network of images: it has no encoder and no likelihood; fit a vae for that"
    )]
    NoAutoencoder,
    /// A model without a discriminator of images.
    #[error("the model is not a game of images, and has no discriminator of them; fit a gan for that")]
    NoGame,
    /// A discriminator of packs.
    #[error(
        "the discriminator judges packs of {pac} images, and says nothing of a single one; fit with gan.discriminator.pac = 1"
    )]
    Packs {
        /// Images of a pack.
        pac: usize,
    },
    /// A set without labels, for a model that is told them.
    #[error(
        "{}: the model is told labels ({}), and these images have none; give a set with labels, or fit with --labels ignored",
        path.display(), names.join(", ")
    )]
    Unlabelled {
        /// The set.
        path: PathBuf,
        /// The labels of the model.
        names: Vec<String>,
    },
    /// A set with a label that the model does not know.
    #[error(
        "{}: images of the label \"{label}\", and the labels that the model is told are {}; leave these images out",
        path.display(), names.join(", ")
    )]
    OtherLabel {
        /// The set.
        path: PathBuf,
        /// The first such label.
        label: String,
        /// The labels of the model.
        names: Vec<String>,
    },
    /// A label that there is not.
    #[error("label \"{label}\": {}", match names.is_empty() {
        true => "the model is told no labels; fit one with --labels told for that".to_owned(),
        false => format!("the model's labels are {}", names.join(", ")),
    })]
    NoLabel {
        /// The label asked for.
        label: String,
        /// Those that there are.
        names: Vec<String>,
    },
    /// A model without an encoder.
    #[error(
        "the model is a GAN, which has no encoder: no latent belongs to an image; fit a variational autoencoder of the same data \
         (--model vae), or leave the images out where latents can be drawn"
    )]
    NoEncoder,
    /// A latent dimension that there is not.
    #[error("latent dimension {dimension}: the model has {latent}, counted from 1")]
    NoDimension {
        /// The one asked for, from 1.
        dimension: usize,
        /// How many there are.
        latent: usize,
    },
    /// An image that there is not.
    #[error("{}: image {image}: the set has {images}, counted from 1", path.display())]
    NoImage {
        /// The set.
        path: PathBuf,
        /// The one asked for, from 1.
        image: usize,
        /// How many there are.
        images: usize,
    },
    /// Nothing is said in any dimension.
    #[error(
        "no latent dimension is active, so there is nothing to see in them; name those to look at (--dimensions 1,2)"
    )]
    Collapsed,
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
