//! What is known of a trained extractor, and its name.

use gausswork_eval::features::Extractor;
use serde::{Deserialize, Serialize};

use super::lesson::Lesson;
use super::network::NetworkSizes;
use super::retrieval::TOLD_APART;

/// Hexadecimal digits of a hash that a name has.
const SHORT: usize = 8;

/// What a trained extractor is, on what it was trained and how well it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExtractorCard {
    /// Version of the program that trained it.
    pub version: String,
    /// The network's sizes.
    pub sizes: NetworkSizes,
    /// What it was trained for.
    pub lesson: Lesson,
    /// The images' file or folder, without the path to it.
    pub data: String,
    /// The BLAKE3 hash of the whole set.
    pub fingerprint: String,
    /// Images of the set that it was trained on.
    pub images: usize,
    /// Steps of training.
    pub steps: u64,
    /// Seed of every random number.
    pub seed: u64,
    /// What it does with images it was not trained on, where there were some.
    pub held_out: Option<Skill>,
    /// The BLAKE3 hash of its weights.
    pub weights: String,
}

/// How often an extractor is right about images.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Skill {
    /// The share of the images.
    pub accuracy: f64,
    /// How many they are.
    pub images: usize,
}

impl Skill {
    /// So many of so many; none of none.
    pub fn of(right: usize, images: usize) -> Option<Self> {
        (images > 0).then(|| Self { accuracy: right as f64 / images as f64, images })
    }
}

impl ExtractorCard {
    /// The name that stands beside every score of its features.
    pub fn extractor(&self) -> Extractor {
        let short = |hash: &str| hash.chars().take(SHORT).collect::<String>();
        let lesson = match self.lesson {
            Lesson::Labels(_) => "the labels of",
            Lesson::Instances => "telling apart the images of",
        };
        let skill = self.held_out.map_or_else(String::new, |Skill { accuracy, images }| {
            let done = match self.lesson {
                Lesson::Labels(_) => format!("of {images} held-out images right"),
                Lesson::Instances => format!("of {images} held-out images found among {TOLD_APART}"),
            };
            format!("; {:.1} % {done}", 100.0 * accuracy)
        });
        let trained_on = format!(
            "{lesson} {} (seed {}, data {}, weights {}{skill})",
            self.data,
            self.seed,
            short(&self.fingerprint),
            short(&self.weights)
        );
        Extractor::Network { layers: self.sizes.layers(), trained_on }
    }

    /// Checks what a file says.
    ///
    /// # Errors
    /// What does not fit, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        self.sizes.check()?;
        let outputs = self.lesson.outputs();
        if self.sizes.outputs != outputs {
            return Err(format!("{} outputs where its lesson has {outputs}", self.sizes.outputs));
        }
        let share = |skill: Skill| (0.0..=1.0).contains(&skill.accuracy);
        if !self.held_out.is_none_or(share) {
            return Err("an accuracy that is no share".to_owned());
        }
        Ok(())
    }
}
