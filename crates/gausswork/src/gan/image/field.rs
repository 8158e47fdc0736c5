//! What a game of images is played for.

use serde::{Deserialize, Serialize};

use crate::data::image::{ImageFrame, LabelShares};
use crate::noise::{Noise, Stream};

/// The images of a game, and their labels where the players are told them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ImageField {
    /// Shape and scale of the images.
    pub frame: ImageFrame,
    /// How often each label comes among the training images; empty where the players are not told labels.
    pub shares: LabelShares,
}

impl ImageField {
    /// Labels that the players are told.
    pub fn labels(&self) -> usize {
        self.shares.len()
    }

    /// The labels of the images `first..first + count` of the sample that `noise` names, each as often as among the training images;
    /// none where the players are not told labels.
    pub fn told(&self, [first, count]: [u64; 2], noise: &Noise) -> Vec<u32> {
        let mut uniforms = vec![0.0; if self.labels() > 0 { count as usize } else { 0 }];
        noise.fill_uniform_of_steps(Stream::SampleCell, first, 1, &mut uniforms);
        uniforms.into_iter().map(|u| self.shares.label(u)).collect()
    }

    /// Checks what a model file says.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        self.frame.check()?;
        self.shares.check(self.frame.labels.len())
    }
}
