//! What the images of a model are.

use serde::{Deserialize, Serialize};

use super::{ImageSet, ImageShape};

/// Shape and scale of the images that a model is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ImageFrame {
    /// The shape of each.
    pub shape: ImageShape,
    /// The numbers that became 0 and 1.
    pub range: [f32; 2],
    /// How many values a number can take, where they are whole.
    pub levels: Option<u32>,
    /// What the labels are called, where the set has some.
    pub labels: Vec<String>,
}

impl ImageFrame {
    /// That of a set.
    pub fn of(set: &ImageSet) -> Self {
        Self {
            shape: set.shape(),
            range: [set.range().low, set.range().high],
            levels: set.levels(),
            labels: set.labels().map(|labels| labels.names.clone()).unwrap_or_default(),
        }
    }

    /// Checks what a file says: sides that an image can have, a range that is one.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        const LONGEST: usize = 1 << 14;
        let ImageShape { height, width, .. } = self.shape;
        let [low, high] = self.range;
        if ![height, width].iter().all(|side| (1..=LONGEST).contains(side)) {
            return Err(format!("images of {} pixels", self.shape));
        }
        if !(low.is_finite() && high.is_finite() && low < high) {
            return Err(format!("numbers from {low} to {high}"));
        }
        if self.levels.is_some_and(|levels| !(2..=1 << 16).contains(&levels)) {
            return Err(format!("{} levels", self.levels.unwrap_or_default()));
        }
        Ok(())
    }
}
