//! What a fit would do and cost, without doing it.

use std::path::Path;
use std::time::Instant;

use burn::tensor::Device;

use super::Observer;
use super::config::{Config, Kind, Of};
use super::fit::FitError;
use super::prepare::{Prepared, prepare};
use super::session::Rows;
use crate::data::table::TableCodec;
use crate::gan::{Gan, GanLearner};
use crate::learner::Learner;
use crate::noise::Noise;
use crate::train::Threads;
use crate::vae::{Vae, VaeLearner};

/// What a fit would do and cost.
#[derive(Debug)]
pub struct Plan {
    /// The resolved configuration.
    pub config: Config,
    /// What the data are.
    pub of: Of,
    /// Columns, kinds, reasons, and how each is coded.
    pub codec: TableCodec,
    /// Training and held-out rows.
    pub rows: [usize; 2],
    /// Logits and real parameters that describe one row.
    pub feature_width: usize,
    /// What it would cost; memory is that of the encoded table, the weights and the optimiser.
    pub cost: Cost,
}

/// What a fit would cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// Weights.
    pub parameters: usize,
    /// Bytes.
    pub memory: u64,
    /// Seconds that training would take, from a few steps timed now.
    pub seconds: f64,
}

impl Cost {
    /// That of training so many `parameters` beside `data` bytes.
    pub(super) fn of(
        learner: &mut dyn Learner,
        [parameters, data]: [usize; 2],
        config: &Config,
        workers: &Threads,
    ) -> Result<Self, FitError> {
        // Weights, gradient per shard, two moments, the average and the best.
        let copies = 5 + config.training.shards;
        let memory = (data + parameters * 4 * copies) as u64;
        let seconds = seconds_per_step(learner, workers)? * config.training.steps.unwrap_or(1) as f64;
        Ok(Self { parameters, memory, seconds })
    }
}

/// Reads a table and works out what fitting it would do.
///
/// # Errors
/// As [`super::fit`], up to the first step.
pub fn plan(
    path: &Path,
    config: Config,
    threads: usize,
    observer: &mut dyn Observer,
) -> Result<Plan, FitError> {
    let Prepared { config, codec, features, train, held_out, of, points, .. } =
        prepare(path, config, observer)?;
    let noise = Noise::new(config.seed);
    let layout = codec.layout();
    let feature_width = layout.width();
    let rows = [train.len(), held_out.len()];
    let batch = config.training.batch.unwrap_or(1);
    let (sizes, device) = ([batch, config.training.shards], Device::flex());
    let workers = Threads::new(threads)?;
    let encoded = features.codes.len() * 2 + (features.scores.len() + features.cells.len()) * 4;
    let cost = match config.kind {
        Kind::Vae => {
            let vae = Vae::new(config.model.clone(), layout, &noise);
            let parameters = vae.params.values().len();
            let split = [train, held_out];
            let objective = config.objective.clone();
            let mut learner =
                VaeLearner::new(vae, objective, &features, split, sizes, config.adam(), noise, device);
            Cost::of(&mut learner, [parameters, encoded], &config, &workers)?
        }
        Kind::Gan => {
            let rows = Rows { features: &features, split: [&train, &held_out], points: points.as_ref() };
            let (field, data) = rows.field();
            let gan = Gan::new(config.gan.clone(), layout, field, &noise);
            let parameters = gan.generator_params.values().len() + gan.discriminator_params.values().len();
            let (split, steps) = ([train.clone(), held_out.clone()], config.training.steps.unwrap_or(1));
            let mut learner = GanLearner::new(gan, data, split, sizes, steps, config.adam(), noise, device);
            Cost::of(&mut learner, [parameters, encoded], &config, &workers)?
        }
    };
    Ok(Plan { config, of, codec, rows, feature_width, cost })
}

/// Seconds of a step, from a few.
fn seconds_per_step(learner: &mut dyn Learner, workers: &Threads) -> Result<f64, FitError> {
    const TIMED: u64 = 4;
    let mut start = Instant::now();
    for step in 0..=TIMED {
        if step == 1 {
            // The first step warms caches and allocators.
            start = Instant::now();
        }
        learner.step(step, 1e-6, workers)?;
    }
    Ok(start.elapsed().as_secs_f64() / TIMED as f64)
}
