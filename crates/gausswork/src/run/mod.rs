//! What a person does: fit a table or a set of images, sample from the model, score rows or images with it.
//!
//! This is where data, model, trainer and files meet. Nothing here prints: progress goes to an [`Observer`].

mod checkpoint;
mod config;
mod discriminate;
mod encode;
mod evaluate;
mod figures;
mod film;
mod fit;
mod fit_gan;
mod fit_vae;
mod frames;
mod game;
mod images;
mod log;
mod model_scores;
mod plan;
mod prepare;
mod sample;
mod score;
mod session;
mod split;
mod truth;

pub use config::{Config, ConfigError, DataConfig, Kind, Of, PriorConfig, Refit, TrainingConfig};
pub use discriminate::{Discriminated, discriminate};
pub use encode::{EncodeRequest, Latents, Taken, encode};
pub use evaluate::{EvaluateError, EvaluateRequest, Modelled, evaluate};
pub use fit::{Existing, FEWEST_ROWS, Finished, FitError, Run, fit, resume};
pub use game::game_record;
pub use images::{
    BoundsReport, BoundsRequest, Bracketed, BracketedImage, Chosen, EncoderViews, Ends, EvaluateImagesError,
    EvaluateImagesRequest, ImagePlan, ImageReport, ImageRequest, ImageRole, ImageSetReport, ImageViews,
    ImageWriter, ImagesError, InterpolateRequest, Labelled, LatentMap, LatentPath, Near, Neighbours,
    ReconstructRequest, Strips, TraverseRequest, bound_images, discriminate_images, encode_images_of,
    evaluate_images, image_views, interpolate, plan_images, reconstruct, sample_images, score_images,
    traverse, write_images,
};
pub use plan::{Cost, Plan, plan};
pub use sample::{SampleError, SampleRequest, Sampled, Way, sample};
pub use score::{RowScore, ScoreError, ScoreRequest, score};

use crate::data::image::ImageSet;
use crate::data::table::TableSchema;
use crate::gan::Objective;
use crate::learner::Figures;
use crate::train::{Ended, Progress};

/// What happens during a verb, as it happens.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A stage began; a plain phrase such as "reading adult.csv".
    Stage(&'a str),
    /// The table was read.
    Read {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
        /// What they are, and why.
        schema: &'a TableSchema,
        /// Time that took.
        seconds: f64,
    },
    /// A set of images was read.
    ReadImages {
        /// What there is.
        set: &'a ImageSet,
        /// Time that took.
        seconds: f64,
    },
    /// A game begins.
    Game {
        /// What its players want.
        objective: Objective,
    },
    /// A training step was done.
    Step {
        /// Steps done, earlier sessions included.
        step: u64,
        /// Steps in all.
        steps: u64,
        /// Steps per second in this session.
        rate: f64,
        /// What the step found.
        figures: &'a Figures,
    },
    /// Held-out rows were scored.
    Validated {
        /// Where training stands.
        progress: &'a Progress,
        /// What was found; of an autoencoder, bounds are under N(0, I).
        figures: &'a Figures,
    },
    /// Training ended.
    Ended {
        /// Why.
        why: Ended,
        /// Where it stood.
        progress: &'a Progress,
    },
    /// Rows were written or scored.
    Rows {
        /// Rows done.
        done: u64,
        /// Rows in all.
        total: u64,
    },
    /// A metric of a set is about to be computed.
    Metric(gausswork_eval::report::Step<'a>),
    /// Something the user should know, in a sentence.
    Warning(&'a str),
}

/// Watches a verb.
pub trait Observer {
    /// Something happened.
    fn observe(&mut self, event: &Event<'_>);
}

/// Watches nothing.
impl Observer for () {
    fn observe(&mut self, _: &Event<'_>) {}
}
