//! Full training steps per second: forward, loss, backward, optimiser and noise, with data access.
//!
//! A workload is one file and one row of [`WORKLOADS`]; `benches/peers/workloads/` has its twin in PyTorch, under the
//! same name.

mod columns;
mod ctgan;
mod ctgan_penalty;
mod dcgan;
mod encode;
mod image_vae;
mod mlp_vae;
mod network;
mod rows;
mod table_vae;
mod tvae;
mod vae;
mod workload;

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;

pub(crate) use encode::{EncodeArgs, run as encode};
use workload::{Setting, Workload};

/// Makes a workload.
type Make = fn(&Setting) -> anyhow::Result<Box<dyn Workload>>;

/// Every workload, by the name that its twin in PyTorch has too.
const WORKLOADS: [(&str, Make); 8] = [
    ("mlp-vae", mlp_vae::make),
    ("dcgan", dcgan::make),
    ("ctgan", ctgan::make),
    ("ctgan-penalty", ctgan_penalty::make),
    ("tvae", tvae::make),
    ("table-vae", table_vae::make),
    ("image-mlp", image_vae::perceptron),
    ("image-conv", image_vae::convolutional),
];

#[derive(Debug, Args)]
pub(crate) struct StepsArgs {
    /// Names of workloads; all where none is given.
    workloads: Vec<String>,
    /// Threads to work on.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// The table of the table VAE.
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
    /// Seconds of a timed block.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// Timed blocks of each workload, after one that warms up.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Run one workload on request: each line of stdin is the seconds of a block, each line of stdout its result.
    #[arg(long)]
    serve: bool,
}

pub(crate) fn run(args: &StepsArgs) -> anyhow::Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(args.threads).build_global()?;
    let setting = Setting { threads: args.threads, table: args.table.clone() };
    let named = |name: &String| {
        let known = || WORKLOADS.map(|(name, _)| name).join(", ");
        WORKLOADS
            .into_iter()
            .find(|(n, _)| n == name)
            .with_context(|| format!("{name}: not one of {}", known()))
    };
    let chosen = match args.workloads.as_slice() {
        [] => WORKLOADS.to_vec(),
        names => names.iter().map(named).collect::<anyhow::Result<_>>()?,
    };
    if args.serve {
        let [(name, make)] = chosen[..] else { anyhow::bail!("--serve runs one workload") };
        return serve(name, &mut *make(&setting)?);
    }
    for (name, make) in chosen {
        let mut workload = make(&setting)?;
        for round in 0..=args.rounds {
            let block = workload.train(seconds(args.seconds)?)?;
            if round > 0 {
                println!("{}", json!({ "workload": name, "round": round, "block": block.to_json() }));
            }
        }
    }
    Ok(())
}

/// Trains a block for each line that stdin gives, until it ends.
fn serve(name: &str, workload: &mut dyn Workload) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{}", json!({ "ready": name }))?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let block = workload.train(seconds(line?.trim().parse()?)?)?;
        writeln!(out, "{}", block.to_json())?;
        out.flush()?;
    }
    Ok(())
}

fn seconds(seconds: f64) -> anyhow::Result<Duration> {
    Duration::try_from_secs_f64(seconds).with_context(|| format!("{seconds} is no time"))
}
