//! Fitting a generative adversarial network: the game itself.

use burn::tensor::Device;

use super::Event;
use super::config::Config;
use super::fit::FitError;
use super::session::{Encoded, Session};
use crate::artifact::Network;
use crate::gan::{Data, Gan, GanLearner};
use crate::learner::Diverged;
use crate::noise::Noise;
use crate::train::Ended;

/// Plays the game on the training rows.
pub(super) fn fit_gan(
    data: Encoded<'_>,
    session: &mut Session<'_>,
) -> Result<(Network, Result<Ended, Diverged>), FitError> {
    let Encoded { config, codec, rows } = data;
    let noise = Noise::new(config.seed);
    let (field, data) = rows.field();
    let gan = Gan::new(config.gan.clone(), codec.layout(), field, &noise);
    let (gan, ended) = play(gan, data, rows.split.map(<[u32]>::to_vec), config, session)?;
    Ok((Network::Gan(gan), ended))
}

/// Plays a game on training data of any kind, `split` into what is played on and what is held out; how it ended, or what broke it. The
/// generator has its averaged weights of the last validation either way.
pub(super) fn play(
    gan: Gan,
    data: Data<'_>,
    split: [Vec<u32>; 2],
    config: &Config,
    session: &mut Session<'_>,
) -> Result<(Gan, Result<Ended, Diverged>), FitError> {
    let (schedule, noise) = (config.train_config(), Noise::new(config.seed));
    let sizes = [config.training.batch.unwrap_or(1), config.training.shards];
    let steps = schedule.schedule.steps;
    session.observer.observe(&Event::Game { objective: config.gan.objective() });
    let mut learner = GanLearner::new(gan, data, split, sizes, steps, config.adam(), noise, Device::flex());
    session.stage("training");
    let ended = match session.pass(&mut learner, &schedule) {
        Ok(ended) => Ok(ended),
        Err(FitError::Diverged(diverged)) => Err(diverged),
        Err(other) => return Err(other),
    };
    let best = learner.best().to_vec();
    let mut gan = learner.gan;
    gan.generator_params.values_mut().copy_from_slice(&best);
    session.record.figures = vec![("steps".to_owned(), session.record.progress.step as f64)];
    Ok((gan, ended))
}
