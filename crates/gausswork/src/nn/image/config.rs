//! What a configuration can say of a network of images.

use serde::{Deserialize, Serialize};

use crate::error::OutOfRange;
use crate::nn::Nonlinearity;

/// Architecture and sizes of the networks [`Down`](super::Down) and [`Up`](super::Up).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageNetwork {
    /// How layers are connected.
    pub architecture: Architecture,
    /// Of a perceptron: hidden units of each layer, from the image on; the way up has them in the opposite order.
    pub hidden: Vec<usize>,
    /// Of the others: features of a pixel at the finest level; twice as many at each coarser one, up to eight times.
    pub width: usize,
    /// Of the others: hidden units of each layer between the coarsest features and the numbers, from the image on.
    pub dense: Vec<usize>,
    /// Of the others: what normalises the features.
    pub normalisation: Normalised,
    /// Between the layers.
    pub nonlinearity: Nonlinearity,
    /// Of the strided one: how features become larger.
    pub upsampling: Upsampling,
}

/// How the layers of a network of images are connected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Architecture {
    /// Layers of hidden units, which do not know that pixels have neighbours.
    Perceptron,
    /// Convolutions of 4×4 that halve the image, and their mirror image (Radford et al. 2016, §3).
    #[default]
    Strided,
    /// Residual blocks of two convolutions of 3×3, between which means of 2×2 halve and repetition doubles (Gulrajani et al. 2017,
    /// appendix F; Miyato et al. 2018, appendix B).
    Residual,
}

impl Architecture {
    /// One of each.
    pub const ALL: [Self; 3] = [Self::Perceptron, Self::Strided, Self::Residual];

    /// As a configuration names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Perceptron => "perceptron",
            Self::Strided => "strided",
            Self::Residual => "residual",
        }
    }
}

/// What normalises features between layers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalised {
    /// Nothing.
    #[default]
    None,
    /// Each feature over the images and pixels of a shard while learning, by running moments afterwards (Ioffe & Szegedy 2015).
    Batch,
    /// Each pixel over its features, whatever the other images are (Ba, Kiros & Hinton 2016).
    Layer,
}

impl Normalised {
    /// One of each.
    pub const ALL: [Self; 3] = [Self::None, Self::Batch, Self::Layer];

    /// As a configuration names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Batch => "batch",
            Self::Layer => "layer",
        }
    }
}

/// How features become larger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Upsampling {
    /// By the transpose of a convolution of 4×4.
    #[default]
    Transposed,
    /// Each is repeated, then a convolution of 3×3 follows (Odena et al. 2016).
    Nearest,
}

impl Default for ImageNetwork {
    fn default() -> Self {
        Self {
            architecture: Architecture::Strided,
            hidden: vec![400],
            width: 16,
            dense: vec![300, 300],
            normalisation: Normalised::None,
            nonlinearity: Nonlinearity::Silu,
            upsampling: Upsampling::Transposed,
        }
    }
}

/// The longest list of hidden layers.
const MOST_LAYERS: usize = 16;

impl ImageNetwork {
    /// A perceptron with these hidden units, from the image on.
    pub fn perceptron(hidden: &[usize], nonlinearity: Nonlinearity) -> Self {
        Self {
            architecture: Architecture::Perceptron,
            hidden: hidden.to_vec(),
            nonlinearity,
            ..Self::default()
        }
    }

    /// Checks every range; `key` is where the configuration has it.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self, key: &str) -> Result<(), OutOfRange> {
        for (name, units) in [("hidden", &self.hidden), ("dense", &self.dense)] {
            let (key, layers) = (format!("{key}.{name}"), units.len());
            OutOfRange::unless(layers <= MOST_LAYERS, key.clone(), layers, "at most 16 layers")?;
            for &units in units {
                OutOfRange::unless((1..=8192).contains(&units), key.clone(), units, "1 to 8192")?;
            }
        }
        let fits = (1..=512).contains(&self.width);
        OutOfRange::unless(fits, format!("{key}.width"), self.width, "1 to 512")
    }
}
