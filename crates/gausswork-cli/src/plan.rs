//! `gausswork fit --dry-run`: what a fit would do and cost.

use std::path::Path;

use gausswork::run::{Config, Cost, plan};
use serde_json::{Value, json};

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
    let what = if as_json {
        What::Json(json!({
            "columns": columns::json(&plan.codec),
            "rows": { "train": train, "held_out": held_out },
            "feature_width": plan.feature_width,
        }))
    } else {
        What::Text(format!(
            "{}\nrows           {} to train on, {} held out\nfeature width  {}\n",
            columns::text(&plan.codec, true),
            grouped(train as u128),
            grouped(held_out as u128),
            grouped(plan.feature_width as u128),
        ))
    };
    what.tell((plan.cost, "the encoded table, weights and optimiser"), threads, &toml)
}

/// What a fit would do, before what it would cost.
pub(crate) enum What {
    /// An object.
    Json(Value),
    /// Lines.
    Text(String),
}

impl What {
    /// Prints it with the cost, with what takes the memory, and the resolved configuration behind it.
    ///
    /// # Errors
    /// Those of stdout.
    pub(crate) fn tell(self, (cost, held): (Cost, &str), threads: usize, toml: &str) -> anyhow::Result<()> {
        match self {
            Self::Json(mut told) => {
                told["parameters"] = cost.parameters.into();
                told["memory_bytes"] = cost.memory.into();
                told["training_seconds"] = cost.seconds.into();
                told["threads"] = threads.into();
                told["config"] = toml::from_str(toml)?;
                json_to_stdout(&told)
            }
            Self::Text(told) => to_stdout(&format!(
                "{told}parameters     {}\nmemory         {} for {held}\ntraining       {} on {threads} thread{}, estimated from a \
                 few steps\n\n# The configuration, as --config would read it.\n{toml}",
                grouped(cost.parameters as u128),
                bytes(cost.memory),
                duration(cost.seconds),
                if threads == 1 { "" } else { "s" },
            )),
        }
    }
}
