//! After training: the prior, and figures on held-out rows.

use super::config::PriorConfig;
use super::{Event, Observer};
use crate::data::table::TableCodec;
use crate::layout::Features;
use crate::noise::Noise;
use crate::train::Threads;
use crate::vae::{Density, Mixture, Prior, RowBound, Vae, active_units, bounds, posterior_draws};

/// Importance samples of the held-out evaluation.
const EVALUATION_SAMPLES: usize = 16;
/// Rows on which the importance-weighted bound is evaluated after a fit.
const EVALUATION_ROWS: usize = 2000;

/// Fits the mixture to posterior draws of the training rows, and keeps it if held-out draws are likelier under it than
/// under N(0, I).
pub(super) fn fit_prior(
    vae: &Vae,
    features: &Features,
    [train, held_out]: [&[u32]; 2],
    config: &PriorConfig,
    noise: &Noise,
    workers: &Threads,
) -> Prior {
    let latent = vae.config.latent;
    let standard = Prior::Standard { latent };
    let draws = posterior_draws(vae, features, &spread(train, config.draws), noise, workers);
    // Each component needs some draws for its covariance.
    let components = config.components.min(draws.len() / latent / (4 * latent));
    let mixture = workers.install(|| Mixture::fit(&draws, latent, components, config.iterations, noise));
    let Some(mixture) = mixture.map(Prior::Mixture) else { return standard };
    let test =
        if held_out.is_empty() { draws } else { posterior_draws(vae, features, held_out, noise, workers) };
    let total = |prior: &Prior| Density::new(prior).log_probs(&test).iter().sum::<f64>();
    if total(&mixture) > total(&standard) { mixture } else { standard }
}

/// At most `most` of `rows`, evenly spread.
pub(super) fn spread(rows: &[u32], most: usize) -> Vec<u32> {
    let count = rows.len().min(most);
    (0..count).map(|i| rows[i * rows.len() / count]).collect()
}

/// Held-out figures at β = 1 without free bits, nats per row.
pub(super) fn figures(
    vae: &Vae,
    codec: &TableCodec,
    features: &Features,
    held_out: &[u32],
    train: &[u32],
    noise: &Noise,
    workers: &Threads,
) -> Vec<(String, f64)> {
    let constants = codec.log_known();
    let score = |rows: &[u32]| bounds(vae, features, rows, EVALUATION_SAMPLES, &constants, noise, workers);
    let (held, trained) = (score(&spread(held_out, EVALUATION_ROWS)), score(&spread(train, EVALUATION_ROWS)));
    let mean = |rows: &[RowBound], f: &dyn Fn(&RowBound) -> f64| {
        rows.iter().map(f).sum::<f64>() / rows.len().max(1) as f64
    };
    let deviation = |rows: &[RowBound], f: &dyn Fn(&RowBound) -> f64| {
        let m = mean(rows, f);
        (rows.iter().map(|row| (f(row) - m).powi(2)).sum::<f64>() / (rows.len().max(2) - 1) as f64).sqrt()
    };
    let rows = if held.is_empty() { &trained } else { &held };
    let prefix = if held.is_empty() { "train" } else { "held_out" };
    let error = deviation(rows, &|row| row.elbo()) / (rows.len().max(1) as f64).sqrt();
    let active = active_units(vae, features, if held.is_empty() { train } else { held_out }, workers);
    let mut figures = vec![
        (format!("{prefix}_elbo"), mean(rows, &|row| row.elbo())),
        (format!("{prefix}_elbo_standard_error"), error),
        (format!("{prefix}_elbo_standard_normal_prior"), mean(rows, &|row| row.elbo_standard())),
        (
            format!("{prefix}_importance_weighted_{EVALUATION_SAMPLES}"),
            mean(rows, &|row| row.importance_weighted),
        ),
        (format!("{prefix}_distortion"), -mean(rows, &|row| row.log_likelihood)),
        (format!("{prefix}_rate"), mean(rows, &|row| row.rate)),
        (format!("{prefix}_rate_standard_normal_prior"), mean(rows, &|row| row.rate_standard)),
        ("active_units".to_owned(), active as f64),
    ];
    if !held.is_empty() {
        let gap = mean(&trained, &|row| row.elbo()) - mean(&held, &|row| row.elbo());
        figures.push(("train_minus_held_out_elbo".to_owned(), gap));
    }
    figures
}

/// Says so where the latent carries nothing.
pub(super) fn warn_of_collapse(figures: &[(String, f64)], observer: &mut dyn Observer) {
    let find =
        |suffix: &str| figures.iter().find(|(name, _)| name.ends_with(suffix)).map_or(0.0, |(_, v)| *v);
    let (rate, active) = (find("_rate_standard_normal_prior"), find("active_units"));
    if rate < 0.1 || active < 1.0 {
        observer.observe(&Event::Warning(&format!(
            "posterior collapse: the latent carries {rate:.3} nats per row in {active} active dimensions, so encoding \
             rows says nothing about them; raise objective.free-bits or lower objective.beta"
        )));
    }
}
