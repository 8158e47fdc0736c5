//! The generative adversarial network: a generator and a discriminator in a two-player game, its objectives, its penalties,
//! and a verdict on how it ended.

mod condition;
mod config;
mod discriminator;
mod film;
mod fresh;
mod held_out;
mod image;
mod layer;
mod learner;
mod likelihood;
mod model;
mod objective;
mod outputs;
mod penalty;
mod place;
mod points;
mod record;
mod rows;
mod sampler;
mod spectral;
mod swings;
#[cfg(test)]
mod tests;
pub mod verdict;
mod view;
mod weight;

pub use condition::DiscreteColumns;
pub use config::{GanConfig, GeneratorConfig, PointsConfig, RowsConfig};
pub use discriminator::{Discriminator, DiscriminatorConfig, Layers, Mode, Seen};
pub use fresh::{Class, FRESH_ROWS, FRESH_STEPS, fresh_discriminator};
pub use held_out::{BINS, HISTOGRAM_FAKE, HISTOGRAM_REAL, SPECTRAL, held_out};
pub use image::{
    ImageDiscriminatorConfig, ImageField, ImageGenerator, ImageGeneratorConfig, Images, as_seen, draw,
    draw_latents,
};
pub use learner::{GanLearner, POSITION};
pub use model::{Data, Field, Gan, Generator};
pub use objective::{Convention, Equilibrium, Meaning, Objective, jensen_shannon_bound, value_of_game};
pub use outputs::{GENERATED_ROWS, outputs, outputs_of_samples};
pub use penalty::{Penalised, PenalisedRows, Penalty, PenaltyKind, input_gradient};
pub use points::{Affine, Coordinates, Normalised, PointGenerator};
pub use record::{FreshDiscriminator, GamePoint, GameRecord, ModesCaptured};
pub use rows::{Generated, RowGenerator};
pub use sampler::GanSampler;
pub use spectral::Normalisation;
pub use swings::Swings;
pub use verdict::{Judgement, Recent, Verdict, judge};
pub use view::View;

pub use crate::nn::{Nonlinearity, Phase};
