//! Networks of the players of a game of images, as a configuration has them.

use serde::{Deserialize, Serialize};

use crate::error::OutOfRange;
use crate::nn::Nonlinearity;
use crate::nn::image::{Architecture, ImageNetwork, Normalised, Upsampling};

/// A generator of images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageGeneratorConfig {
    /// How layers are connected; a perceptron for images of up to 256 numbers and strided for larger ones, where not given.
    pub architecture: Option<Architecture>,
    /// Of a perceptron: hidden units of each layer, from the image on.
    pub hidden: Vec<usize>,
    /// Of the others: features of a pixel at the finest level, twice as many at each coarser one, up to eight times.
    pub width: usize,
    /// What normalises the features.
    pub normalisation: Normalised,
    /// Between the layers.
    pub nonlinearity: Nonlinearity,
    /// Of the strided one: how features become larger.
    pub upsampling: Upsampling,
}

/// A discriminator of images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImageDiscriminatorConfig {
    /// How layers are connected; a perceptron for images of up to 256 numbers and strided for larger ones, where not given.
    pub architecture: Option<Architecture>,
    /// Of a perceptron: hidden units of each layer, from the image on.
    pub hidden: Vec<usize>,
    /// Of the others: features of a pixel at the finest level, twice as many at each coarser one, up to eight times.
    pub width: usize,
    /// What normalises the features; batch normalisation, as Radford et al. 2016 have it, and a penalty exclude each other.
    pub normalisation: Normalised,
    /// Between the layers.
    pub nonlinearity: Nonlinearity,
}

impl Default for ImageGeneratorConfig {
    fn default() -> Self {
        Self {
            architecture: None,
            hidden: vec![256, 256],
            width: WIDTH,
            normalisation: Normalised::Batch,
            nonlinearity: Nonlinearity::Relu,
            upsampling: Upsampling::Transposed,
        }
    }
}

impl Default for ImageDiscriminatorConfig {
    fn default() -> Self {
        Self {
            architecture: None,
            hidden: vec![256, 256],
            width: WIDTH,
            normalisation: Normalised::None,
            nonlinearity: Nonlinearity::LeakyRelu,
        }
    }
}

/// Features by default.
const WIDTH: usize = 32;

impl ImageGeneratorConfig {
    /// The network.
    pub fn network(&self) -> ImageNetwork {
        ImageNetwork {
            architecture: self.architecture.unwrap_or(Architecture::Strided),
            hidden: self.hidden.clone(),
            width: self.width,
            normalisation: self.normalisation,
            nonlinearity: self.nonlinearity,
            upsampling: self.upsampling,
            dense: Vec::new(),
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        self.network().check("gan.generator.images")
    }
}

impl ImageDiscriminatorConfig {
    /// The network.
    pub fn network(&self) -> ImageNetwork {
        ImageNetwork {
            architecture: self.architecture.unwrap_or(Architecture::Strided),
            hidden: self.hidden.clone(),
            width: self.width,
            normalisation: self.normalisation,
            nonlinearity: self.nonlinearity,
            upsampling: Upsampling::default(),
            dense: Vec::new(),
        }
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        self.network().check("gan.discriminator.images")
    }
}
