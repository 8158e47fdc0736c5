//! Fitting a generative adversarial network: play, then judge the end of the game.

use burn::tensor::Device;

use super::fit::FitError;
use super::session::{Encoded, Session};
use crate::artifact::Network;
use crate::gan::{Data, Field, Gan, GanLearner};
use crate::noise::Noise;
use crate::train::Ended;

/// Plays the game on the training rows.
pub(super) fn fit_gan(data: Encoded<'_>, session: &mut Session<'_>) -> Result<(Network, Ended), FitError> {
    let Encoded { config, codec, features, split, points } = data;
    let noise = Noise::new(config.seed);
    let (field, data) = match &points {
        Some((affine, points)) => (Field::Points(affine.clone()), Data::Points(points)),
        None => (Field::Rows, Data::Rows(features)),
    };
    let gan = Gan::new(config.gan.clone(), codec.layout(), field, &noise);
    let schedule = config.train_config();
    let sizes = [config.training.batch.unwrap_or(1), config.training.shards];
    let steps = schedule.schedule.steps;
    let mut learner =
        GanLearner::new(gan, data, split, sizes, steps, config.adam(), noise, Device::flex());
    session.stage("training");
    let ended = session.pass(&mut learner, &schedule)?;
    let best = learner.best().to_vec();
    let mut gan = learner.gan;
    gan.generator_params.values_mut().copy_from_slice(&best);
    session.record.figures = vec![("steps".to_owned(), session.record.progress.step as f64)];
    Ok((Network::Gan(gan), ended))
}
