//! The verbs on images: fit a set of them, draw images, score and rebuild others, evaluate generated ones.

mod bounds;
mod encode;
mod encoder_views;
mod error;
mod evaluate;
mod figures;
mod fit;
mod game;
mod latent_map;
mod model;
mod neighbours;
mod painter;
mod paths;
mod plan;
mod prepare;
mod reconstruct;
mod sample;
mod score;
mod views;
mod walk;
mod writer;

pub use bounds::{BoundsReport, BoundsRequest, Bracketed, BracketedImage, bound_images};
pub use encode::encode_images_of;
pub use encoder_views::EncoderViews;
pub use error::ImagesError;
pub use evaluate::{
    EvaluateImagesError, EvaluateImagesRequest, ImageReport, ImageRole, ImageSetReport, evaluate_images,
};
pub(super) use fit::{fit, resume};
pub use game::discriminate_images;
pub use latent_map::LatentMap;
pub use neighbours::Near;
pub use paths::LatentPath;
pub use plan::{ImagePlan, plan_images};
pub use reconstruct::{ReconstructRequest, reconstruct};
pub use sample::{ImageRequest, sample_images};
pub use score::score_images;
pub use views::{ImageViews, Labelled, Neighbours, image_views};
pub use walk::{Chosen, Ends, InterpolateRequest, Strips, TraverseRequest, interpolate, traverse};
pub use writer::{ImageWriter, write_images};
