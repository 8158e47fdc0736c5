//! `gausswork fit --dry-run` of a set of images.

use std::path::Path;

use gausswork::run::{Config, Kind, Of, plan_images};
use serde_json::{Value, json};

use crate::output::{bytes, duration, grouped, json_to_stdout, to_stdout};
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
    let [train, held_out] = plan.images;
    let toml = plan.config.to_toml(Of::Images);
    if as_json {
        return json_to_stdout(&json!({
            "images": { "train": train, "held_out": held_out, "shape": plan.frame.shape.to_string() },
            "parameters": plan.parameters,
            "memory_bytes": plan.memory,
            "training_seconds": plan.seconds,
            "threads": threads,
            "config": toml::from_str::<Value>(&toml)?,
        }));
    }
    to_stdout(&format!(
        "images         {} to train on, {} held out, each {}\n{}\nparameters     {}\nmemory         {} for \
         weights, optimiser and a batch\ntraining       {} on {threads} thread{}, estimated from a few steps\n\n\
         # The configuration, as --config would read it.\n{toml}",
        grouped(train as u128),
        grouped(held_out as u128),
        plan.frame.shape,
        played_or_said(&plan.config),
        grouped(plan.parameters as u128),
        bytes(plan.memory),
        duration(plan.seconds),
        if threads == 1 { "" } else { "s" },
    ))
}

/// What a game is played for, or what an autoencoder says of pixels.
fn played_or_said(config: &Config) -> String {
    match config.kind {
        Kind::Vae => format!("likelihood     {}", config.images.what()),
        Kind::Gan => format!("objective      {}", config.gan.objective().name()),
    }
}
