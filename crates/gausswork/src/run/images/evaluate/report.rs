//! What an evaluation of images found.

use gausswork_eval::features::FeatureScore;
use gausswork_eval::report::Provenance;
use gausswork_eval::score::{Metric, Score};
use serde::Serialize;

use crate::extractor::ExtractorCard;

/// What a set of images is in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageRole {
    /// What is judged.
    Synthetic,
    /// Real images that neither extractor nor reference have: what a perfect generator would score.
    FreshReal,
    /// Each number of an image drawn on its own, from that number of any real image.
    IndependentPixels,
    /// A normal distribution with the mean and the covariance of real images, cut off at 0 and 1.
    Gaussian,
}

/// A set of images and its scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImageSetReport {
    /// Its name: a file's, or a baseline's.
    pub name: String,
    /// What it is.
    pub role: ImageRole,
    /// Its images.
    pub images: usize,
    /// In the order of [`Metric::ALL`].
    pub scores: Vec<FeatureScore>,
    /// The share of its images that the classifier takes for each class; empty without labels.
    pub shares: Vec<f64>,
    /// Of those, how many it recognises.
    pub recognised: Vec<u64>,
}

impl ImageSetReport {
    /// Its score in a metric.
    pub fn score(&self, metric: Metric) -> Option<&Score> {
        self.scores.iter().map(FeatureScore::score).find(|score| score.metric == metric)
    }

    /// How many classes no image of it is recognised as one of.
    pub fn missing(&self) -> usize {
        self.recognised.iter().filter(|&&count| count == 0).count()
    }
}

/// Everything that is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ImageReport {
    /// The name of what made the features.
    pub extractor: String,
    /// What a Fréchet distance between them is called.
    pub frechet: &'static str,
    /// What is known of a trained extractor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card: Option<ExtractorCard>,
    /// The shape of an image: height, width, channels.
    pub shape: String,
    /// Real images that the sets are compared with.
    pub reference: usize,
    /// Which real images the fresh ones are, in words.
    pub fresh: String,
    /// What the labels are called; empty without any.
    pub classes: Vec<String>,
    /// The probability from which on an image is recognised, with labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
    /// Synthetic sets in the order given, then fresh real images, then baselines.
    pub sets: Vec<ImageSetReport>,
    /// Sentences on what was not computed, or on fewer images.
    pub notes: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// How it was made.
    pub made: Provenance,
}
