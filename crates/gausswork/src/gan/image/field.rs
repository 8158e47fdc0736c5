//! What a game of images is played for.

use serde::{Deserialize, Serialize};

use crate::data::image::{ImageFrame, LabelShares};

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

    /// Checks what a model file says.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        self.frame.check()?;
        self.shares.check(self.frame.labels.len())
    }
}
