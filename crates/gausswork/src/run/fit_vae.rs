//! Fitting a variational autoencoder: train, fit the prior, score held-out rows.

use burn::tensor::Device;

use super::checkpoint::Pass;
use super::config::Refit;
use super::figures::{figures, fit_prior, warn_of_collapse};
use super::fit::FitError;
use super::session::{Encoded, Session};
use crate::artifact::Network;
use crate::noise::Noise;
use crate::train::{Ended, Progress, TrainConfig};
use crate::vae::{Vae, VaeLearner};

/// Trains on the split, then on all rows where that is wanted.
pub(super) fn fit_vae(data: Encoded<'_>, session: &mut Session<'_>) -> Result<(Network, Ended), FitError> {
    let Encoded { config, codec, rows } = data;
    let (features, [train, held_out]) = (rows.features, rows.split);
    let noise = Noise::new(config.seed);
    let names: Vec<String> = codec.schema.columns.iter().map(|column| column.name.clone()).collect();

    // Trains `vae` on a split from where the record stands; leaves the best weights in it.
    let pass = |vae: Vae, split: [Vec<u32>; 2], schedule: &TrainConfig, session: &mut Session<'_>| {
        let sizes = [config.training.batch.unwrap_or(1), config.training.shards];
        let objective = config.objective.clone();
        let mut learner =
            VaeLearner::new(vae, objective, features, split, sizes, config.adam(), noise, Device::flex());
        learner.name_columns(names.clone());
        let ended = session.pass(&mut learner, schedule)?;
        let best = learner.best().to_vec();
        let mut vae = learner.vae;
        vae.params.values_mut().copy_from_slice(&best);
        Ok::<_, FitError>((vae, ended))
    };
    let prior = |vae: &Vae, session: &Session<'_>| {
        fit_prior(vae, features, [train, held_out], &config.prior, &noise, &session.workers)
    };

    let mut vae = Vae::new(config.model.clone(), codec.layout(), &noise);
    let mut ended = Ended::Steps;
    let schedule = config.train_config();
    if session.record.pass == Pass::Fit {
        session.stage("training");
        (vae, ended) = pass(vae, [train.to_vec(), held_out.to_vec()], &schedule, session)?;
        session.stage("fitting the prior");
        vae.prior = prior(&vae, session);
        session.stage("scoring held-out rows");
        let mut found = figures(&vae, codec, features, held_out, train, &noise, &session.workers);
        found.push(("steps".to_owned(), session.record.progress.step as f64));
        found.push(("best_step".to_owned(), session.record.progress.best_step as f64));
        session.record.figures = found;
    }
    if config.training.refit == Refit::AllRows && ended != Ended::Interrupted {
        // The figures stay those of the held-out rows, taken while they were held out.
        if session.record.pass == Pass::Fit {
            (session.record.pass, session.record.progress) = (Pass::Refit, Progress::default());
        }
        session.stage("refitting on all rows");
        let all = [(0..features.rows as u32).collect(), Vec::new()];
        (vae, ended) = pass(vae, all, &schedule.for_refit(), session)?;
        session.stage("fitting the prior");
        vae.prior = prior(&vae, session);
    }
    warn_of_collapse(&session.record.figures, session.observer);
    Ok((Network::Vae(vae), ended))
}
