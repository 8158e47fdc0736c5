//! `gausswork fit --dry-run` of a set of images.

use std::path::Path;

use gausswork::run::{Config, Kind, Of, plan_images};
use serde_json::json;

use crate::output::grouped;
use crate::plan::What;
use crate::progress::Progress;

/// Prints the plan to stdout; writes nothing.
///
/// # Errors
/// The library's, up to the first step of training.
pub(crate) fn run(
    data: &Path,
    config: Config,
    threads: usize,
    as_json: bool,
    mut progress: Progress,
) -> anyhow::Result<()> {
    let plan = plan_images(data, config, threads, &mut progress)?;
    progress.clear();
    let ([train, held_out], shape) = (plan.images, plan.frame.shape);
    let what = if as_json {
        What::Json(json!({
            "images": { "train": train, "held_out": held_out, "shape": shape.to_string() },
        }))
    } else {
        What::Text(format!(
            "images         {} to train on, {} held out, each {shape}\n{}\n",
            grouped(train as u128),
            grouped(held_out as u128),
            played_or_said(&plan.config),
        ))
    };
    let toml = plan.config.to_toml(Of::Images);
    what.tell((plan.cost, "weights, optimiser and a batch"), threads, &toml)
}

/// What a game is played for, or what an autoencoder says of pixels.
fn played_or_said(config: &Config) -> String {
    match config.kind {
        Kind::Vae => format!("likelihood     {}", config.images.what()),
        Kind::Gan => format!("objective      {}", config.gan.objective().name()),
    }
}
