//! Figures on held-out images after a fit.

use crate::data::image::ImageError;
use crate::run::figures::spread;
use crate::train::Threads;
use crate::vae::image::{ImageBound, ImageVae, Pixels, Source, activity, aggregate, image_bounds};

/// Importance samples of the held-out evaluation.
const EVALUATION_SAMPLES: usize = 64;
/// Images on which the importance-weighted bound is evaluated after a fit.
const EVALUATION_IMAGES: usize = 1000;

/// Images that the aggregate posterior is a mixture over, at most.
const AGGREGATE_IMAGES: usize = 5000;

/// Whether the latent carries nothing: a rate of less than a tenth of a nat, or no dimension that follows the image.
pub(super) fn collapsed(rate: f64, active: f64) -> bool {
    rate < 0.1 || active < 1.0
}
/// What the names of the rates of latent dimensions begin with; the dimension's number follows, from 1.
pub(super) const RATE: &str = "rate_of_dimension_";

/// Held-out figures at β = 1, nats per image; of training images where none are held out.
pub(super) fn figures(
    vae: &ImageVae,
    pixels: &Pixels<'_>,
    [train, held_out]: [&[u32]; 2],
    workers: &Threads,
) -> Result<Vec<(String, f64)>, ImageError> {
    let (images, prefix) = if held_out.is_empty() { (train, "train") } else { (held_out, "held_out") };
    let score = |images: &[u32], samples| {
        image_bounds(vae, Source::Set(pixels), &spread(images, EVALUATION_IMAGES), samples, workers)
    };
    let found = score(images, EVALUATION_SAMPLES)?;
    let mean = |of: &dyn Fn(&ImageBound) -> f64| found.iter().map(of).sum::<f64>() / found.len() as f64;
    let error = |of: &dyn Fn(&ImageBound) -> f64| {
        let (mean, n) = (mean(of), found.len() as f64);
        (found.iter().map(|bound| (of(bound) - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0) / n).sqrt()
    };
    let weighted = |bound: &ImageBound| bound.importance_weighted;
    let bits = -mean(&weighted) / (vae.frame.shape.values() as f64 * std::f64::consts::LN_2);
    let activity = activity(vae, pixels, images, workers)?;
    let aggregate = aggregate(vae, Source::Set(pixels), &spread(images, AGGREGATE_IMAGES), workers)?;
    let rate = mean(&|bound| bound.rate);
    let mut figures = vec![
        (format!("{prefix}_elbo"), mean(&ImageBound::elbo)),
        (format!("{prefix}_elbo_standard_error"), error(&ImageBound::elbo)),
        (format!("{prefix}_importance_weighted_{EVALUATION_SAMPLES}"), mean(&weighted)),
        (format!("{prefix}_importance_weighted_{EVALUATION_SAMPLES}_standard_error"), error(&weighted)),
        (format!("{prefix}_bits_per_dimension"), bits),
        (format!("{prefix}_distortion"), -mean(&|bound| bound.log_likelihood)),
        (format!("{prefix}_rate"), rate),
        ("active_units".to_owned(), activity.active as f64),
        ("posterior_collapse".to_owned(), f64::from(u8::from(collapsed(rate, activity.active as f64)))),
    ];
    // Without the image itself, one image is a mixture of none.
    if aggregate.images > 1 {
        let [information, divergence] = [aggregate.information, aggregate.divergence];
        for (name, [least, most]) in [("information", information), ("aggregate_divergence", divergence)] {
            figures.push((format!("{prefix}_{name}_at_least"), least));
            figures.push((format!("{prefix}_{name}_at_most"), most));
        }
        figures.push((format!("{prefix}_aggregate_images"), aggregate.images as f64));
    }
    if !held_out.is_empty() {
        let trained = score(train, 1)?;
        let of_train = trained.iter().map(ImageBound::elbo).sum::<f64>() / trained.len() as f64;
        figures.push(("train_minus_held_out_elbo".to_owned(), of_train - mean(&ImageBound::elbo)));
    }
    let rates = activity.rates.iter().enumerate();
    figures.extend(rates.map(|(place, rate)| (format!("{RATE}{:03}", place + 1), *rate)));
    Ok(figures)
}
