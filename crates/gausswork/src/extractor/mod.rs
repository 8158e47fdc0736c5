//! Extractors: networks that turn images into features, in which sets of images are compared.
//!
//! | to see | look at |
//! |---|---|
//! | the network, sized from the image | [`FeatureNetwork`] |
//! | what it is trained for: labels, or to tell images apart where there are none | [`Lesson`] |
//! | one step of that training | [`ExtractorLearner`] |
//! | features and outputs of many images | [`Extracted`] |
//! | the network that FID is defined by, from a file that the user has | [`InceptionV3`] |
//! | a trained extractor: its name, its file | [`TrainedExtractor`], [`ExtractorCard`] |

mod card;
mod extract;
mod file;
mod inception;
mod learner;
mod lesson;
mod network;
mod retrieval;
mod view;

pub use card::{ExtractorCard, Skill};
pub use extract::{Extracted, Gather};
pub use file::ExtractorError;
pub use inception::{InceptionV3, WeightsError};
pub use learner::ExtractorLearner;
pub use lesson::Lesson;
pub use network::{FeatureNetwork, NetworkSizes};

/// A network that was trained to extract features, and what is known of it.
#[derive(Debug, Clone)]
pub struct TrainedExtractor {
    /// What it is, on what it was trained, how well it does.
    pub card: ExtractorCard,
    /// The network with its weights.
    pub network: FeatureNetwork,
}
