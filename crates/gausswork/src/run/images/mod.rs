//! The verbs on images: fit a set of them, draw images, score and rebuild others, evaluate generated ones.

mod bounds;
mod error;
mod evaluate;
mod figures;
mod fit;
mod game;
mod grid;
mod model;
mod plan;
mod prepare;
mod reconstruct;
mod sample;
mod score;

pub use bounds::{BoundsReport, BoundsRequest, Bracketed, BracketedImage, bound_images};
pub use error::ImagesError;
pub use evaluate::{
    EvaluateImagesError, EvaluateImagesRequest, ImageReport, ImageRole, ImageSetReport, evaluate_images,
};
pub(super) use fit::{fit, resume};
pub use game::discriminate_images;
pub use grid::write_images;
pub use plan::{ImagePlan, plan_images};
pub use reconstruct::{ReconstructRequest, reconstruct};
pub use sample::{ImageRequest, sample_images};
pub use score::score_images;
