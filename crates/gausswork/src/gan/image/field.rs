//! What a game of images is played for.

use serde::{Deserialize, Serialize};

use crate::data::image::{ImageFrame, ImageSet};
use crate::noise::{Noise, Stream};

/// The images of a game, and their labels where the players are told them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ImageField {
    /// Shape and scale of the images.
    pub frame: ImageFrame,
    /// How often each label comes among the training images; empty where the players are not told labels.
    pub shares: Vec<f64>,
}

/// What becomes of labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelUse {
    /// Nothing.
    #[default]
    Ignored,
    /// Both players are told the label of each image, so that images can be drawn by it.
    Told,
}

/// Most labels that the players are told.
pub(in crate::gan) const MOST_LABELS: usize = 4096;

impl ImageField {
    /// Images without labels.
    pub fn unlabelled(set: &ImageSet) -> Self {
        Self { frame: ImageFrame::of(set), shares: Vec::new() }
    }

    /// Images of a set with their labels, as often as among `images`; none where the set has no labels, or more than 4,096.
    pub fn labelled(set: &ImageSet, images: &[u32]) -> Option<Self> {
        let labels = set.labels().filter(|labels| (2..=MOST_LABELS).contains(&labels.names.len()))?;
        let mut counts = vec![0u64; labels.names.len()];
        images.iter().for_each(|&image| counts[labels.codes[image as usize] as usize] += 1);
        let total = images.len().max(1) as f64;
        let shares = counts.into_iter().map(|count| count as f64 / total).collect();
        Some(Self { frame: ImageFrame::of(set), shares })
    }

    /// Labels that the players are told.
    pub fn labels(&self) -> usize {
        self.shares.len()
    }

    /// The labels of the images `first..first + count` of the sample that `noise` names, each as often as among the training images;
    /// none where the players are not told labels.
    pub fn told(&self, [first, count]: [u64; 2], noise: &Noise) -> Vec<u32> {
        let mut uniforms = vec![0.0; if self.labels() > 0 { count as usize } else { 0 }];
        noise.fill_uniform_of_steps(Stream::SampleCell, first, 1, &mut uniforms);
        uniforms.into_iter().map(|u| self.label(u) as u32).collect()
    }

    /// The label that a uniform number on (0, 1) chooses, each as often as among the training images.
    pub(in crate::gan) fn label(&self, uniform: f32) -> usize {
        let mut left = f64::from(uniform);
        let chosen = self.shares.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        // Rounding may leave a little: the last label that there is.
        chosen.or_else(|| self.shares.iter().rposition(|&share| share > 0.0)).unwrap_or(0)
    }

    /// Checks what a model file says.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self) -> Result<(), String> {
        self.frame.check()?;
        let (shares, names) = (&self.shares, self.frame.labels.len());
        let fit = shares.is_empty() || (shares.len() == names && (2..=MOST_LABELS).contains(&names));
        let total: f64 = shares.iter().sum();
        let sound = shares.iter().all(|share| (0.0..=1.0).contains(share));
        if !fit || !sound || (names > 0 && !shares.is_empty() && (total - 1.0).abs() > 1e-6) {
            return Err(format!("{} shares of {names} labels that sum to {total}", shares.len()));
        }
        Ok(())
    }
}
