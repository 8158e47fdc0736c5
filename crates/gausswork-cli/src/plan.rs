//! `gausswork fit --dry-run`: what a fit would do and cost.

use std::path::Path;

use gausswork::run::{Config, plan};
use serde_json::json;

use crate::columns;
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
    let plan = plan(data, config, threads, &mut progress)?;
    progress.clear();
    let [train, held_out] = plan.rows;
    let toml = plan.config.to_toml(plan.of);
    if as_json {
        return json_to_stdout(&json!({
            "columns": columns::json(&plan.codec),
            "rows": { "train": train, "held_out": held_out },
            "feature_width": plan.feature_width,
            "parameters": plan.parameters,
            "memory_bytes": plan.memory,
            "training_seconds": plan.seconds,
            "threads": threads,
            "config": toml::from_str::<serde_json::Value>(&toml)?,
        }));
    }
    to_stdout(&format!(
        "{}\nrows           {} to train on, {} held out\nfeature width  {}\nparameters     {}\nmemory         {} for the \
         encoded table, weights and optimiser\ntraining       {} on {threads} thread{}, estimated from a few steps\n\n\
         # The configuration, as --config would read it.\n{toml}",
        columns::text(&plan.codec, true),
        grouped(train as u128),
        grouped(held_out as u128),
        grouped(plan.feature_width as u128),
        grouped(plan.parameters as u128),
        bytes(plan.memory),
        duration(plan.seconds),
        if threads == 1 { "" } else { "s" },
    ))
}
