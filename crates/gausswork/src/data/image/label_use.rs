//! Labels that a model is told.

use serde::{Deserialize, Serialize};

use super::ImageSet;

/// What becomes of the labels of images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelUse {
    /// Nothing.
    #[default]
    Ignored,
    /// The model is told the label of each image, so that images can be drawn by it.
    Told,
}

/// Most labels that a model is told.
const MOST_LABELS: usize = 4096;

/// How often each label comes among the training images of a model that is told labels; empty where it is told none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LabelShares(Vec<f64>);

impl From<Vec<f64>> for LabelShares {
    fn from(shares: Vec<f64>) -> Self {
        Self(shares)
    }
}

impl LabelShares {
    /// Those of a model that is told no labels.
    pub fn none() -> Self {
        Self::default()
    }

    /// Those among some images of a set, as far as labels are told; `None` where they are to be, and the set has none, one only, or more
    /// than 4,096.
    pub fn of(labels: LabelUse, set: &ImageSet, images: &[u32]) -> Option<Self> {
        if labels == LabelUse::Ignored {
            return Some(Self::none());
        }
        let labels = set.labels().filter(|labels| (2..=MOST_LABELS).contains(&labels.names.len()))?;
        let mut counts = vec![0u64; labels.names.len()];
        images.iter().for_each(|&image| counts[labels.codes[image as usize] as usize] += 1);
        let total = images.len().max(1) as f64;
        Some(Self(counts.into_iter().map(|count| count as f64 / total).collect()))
    }

    /// Labels that the model is told.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is told none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The label that a uniform number on (0, 1) chooses, each as often as among the training images.
    pub fn label(&self, uniform: f32) -> u32 {
        let mut left = f64::from(uniform);
        let chosen = self.0.iter().position(|share| {
            left -= share;
            left < 0.0
        });
        // Rounding may leave a little: the last label that there is.
        chosen.or_else(|| self.0.iter().rposition(|&share| share > 0.0)).unwrap_or(0) as u32
    }

    /// The label that most of the training images have.
    pub fn most_frequent(&self) -> u32 {
        let greatest = self.0.iter().copied().fold(0.0, f64::max);
        self.0.iter().position(|&share| share >= greatest).unwrap_or(0) as u32
    }

    /// Rows of numbers, and behind each its label, one-hot: `[rows, numbers + labels]`; the rows alone where labels are not told.
    pub fn behind(&self, rows: &[f32], labels: &[u32]) -> Vec<f32> {
        if self.is_empty() || labels.is_empty() {
            return rows.to_vec();
        }
        let numbers = rows.len() / labels.len();
        let mut told = vec![0.0; labels.len() * (numbers + self.len())];
        let places = told.chunks_exact_mut(numbers + self.len());
        for ((to, row), &label) in places.zip(rows.chunks_exact(numbers)).zip(labels) {
            to[..numbers].copy_from_slice(row);
            if let Some(place) = to[numbers..].get_mut(label as usize) {
                *place = 1.0;
            }
        }
        told
    }

    /// Checks what a model file says of labels with these names.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub fn check(&self, names: usize) -> Result<(), String> {
        let fit = self.is_empty() || (self.len() == names && (2..=MOST_LABELS).contains(&names));
        let total: f64 = self.0.iter().sum();
        let sound = self.0.iter().all(|share| (0.0..=1.0).contains(share));
        if !fit || !sound || (!self.is_empty() && (total - 1.0).abs() > 1e-6) {
            return Err(format!("{} shares of {names} labels that sum to {total}", self.len()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_that_contradict_themselves_are_refused() {
        let check = |shares: &[f64], names| LabelShares::from(shares.to_vec()).check(names);
        assert_eq!(check(&[0.25, 0.75], 2), Ok(()));
        assert_eq!(check(&[], 2), Ok(()));
        for (shares, names) in [
            (&[0.25, 0.75][..], 3),
            (&[1.0], 1),
            (&[0.5, 0.4], 2),
            (&[1.5, -0.5], 2),
            (&[f64::NAN, 0.5], 2),
            (&[f64::INFINITY, 0.0], 2),
        ] {
            assert!(check(shares, names).is_err(), "{shares:?} of {names}");
        }
    }
}
