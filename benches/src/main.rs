//! What gausswork costs: one subcommand per question, results as JSON lines on stdout, notes on stderr.
//!
//! `benches/README.md` says how to run each, and how to run it beside its peers.

mod kernels;
mod steps;

use clap::{Parser, Subcommand};

/// As the command has it: training allocates and frees the same sizes at every step.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Time gausswork.
#[derive(Debug, Parser)]
#[command(name = "gausswork-benches")]
struct Cli {
    #[command(subcommand)]
    question: Question,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Full training steps per second of whole networks.
    Steps(steps::StepsArgs),
    /// Kernels as a share of what the machine can do at most.
    Kernels(kernels::KernelsArgs),
    /// Write a table as the default model sees it, for peers that train the same network.
    Encode(steps::EncodeArgs),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().question {
        Question::Steps(args) => steps::run(&args),
        Question::Kernels(args) => kernels::run(&args),
        Question::Encode(args) => steps::encode(&args),
    }
}
