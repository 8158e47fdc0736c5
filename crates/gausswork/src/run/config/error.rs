//! What can be wrong with a configuration.

use crate::error::OutOfRange;
use crate::vae::image::Family;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The text is not TOML, or a value has the wrong type.
    #[error("the configuration does not parse: {0}")]
    Syntax(String),
    /// A key that does not exist.
    #[error("unknown configuration key '{key}'{}", nearest.as_ref().map(|n| format!("; did you mean '{n}'?")).unwrap_or_default())]
    UnknownKey {
        /// Its dotted path.
        key: String,
        /// The nearest that exists.
        nearest: Option<String>,
    },
    /// A value outside its range.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
    /// More rows in a pack than there are.
    #[error("gan.discriminator.pac = {pac}: there are only {rows} training rows; judge fewer rows together")]
    PacTooLarge {
        /// Rows of a pack.
        pac: usize,
        /// Training rows.
        rows: usize,
    },
    /// A batch that is not whole packs.
    #[error(
        "training.batch = {batch} is not a multiple of gan.discriminator.pac = {pac}; {} would be",
        (batch / pac).max(1) * pac
    )]
    BatchAndPac {
        /// Rows per step.
        batch: usize,
        /// Rows of a pack.
        pac: usize,
    },
    /// A penalty on the slope at each image, where images are normalised together.
    #[error(
        "gan.penalty.kind = \"{penalty}\" with gan.discriminator.images.normalisation = \"batch\": where images are normalised \
         together, none has a slope of its own; take layer normalisation or none, or no penalty"
    )]
    PenaltyOfBatch {
        /// The penalty's name.
        penalty: &'static str,
    },
    /// A setting that a game of images does not have.
    #[error("{key}: a game of images has no such thing; it is of {of}")]
    NotOfImages {
        /// Its dotted path.
        key: &'static str,
        /// What it is of.
        of: &'static str,
    },
    /// Labels are to be told, and there are none.
    #[error(
        "labels are to be told to the model ({key} = \"told\", --labels told), and the images have none, all the same one, or more than \
         4,096 different ones; give a set with labels, or take \"ignored\""
    )]
    NoLabels {
        /// The setting's dotted path.
        key: &'static str,
    },
    /// A pack of images with a label each.
    #[error(
        "gan.discriminator.pac = {pac} with gan.labels = \"told\": a pack of images has no label; take one of the two"
    )]
    PackOfLabels {
        /// Images of a pack.
        pac: usize,
    },
    /// A likelihood of levels, and numbers that have none.
    #[error(
        "images.likelihood = \"{}\": the numbers of these images are not whole levels of a known range; take a gaussian \
         likelihood, or say what their range is (--range 0,255)", likelihood.name()
    )]
    NoLevels {
        /// The family.
        likelihood: Family,
    },
    /// More rows per step than there are to train on.
    #[error("training.batch = {batch}: there are only {rows} training rows; give a smaller batch, or none")]
    BatchTooLarge {
        /// The batch asked for.
        batch: usize,
        /// Training rows.
        rows: usize,
    },
}
