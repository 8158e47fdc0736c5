//! The command `gausswork`: learn a model of a table or of images, draw from it, score with it, look at it; evaluate
//! synthetic tables; measure the divergence between two distributions.
//!
//! Each verb parses, calls the library and prints. What was asked for goes to stdout or `-o`; everything else goes
//! to stderr. The exit code is 0 when done, 1 when it failed, 2 when the command line was wrong, 130 when it was
//! interrupted.

mod args;
mod columns;
mod curve;
mod encode;
mod evaluate;
mod failure;
mod fit;
mod fit_args;
mod game;
mod gradients;
mod images;
mod inspect;
mod interrupt;
mod kl;
mod output;
mod plan;
mod plot;
mod progress;
mod report;
mod sample;
mod score;
mod scorecard;
mod sink;
mod summary;
mod truth;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Training allocates and frees the same sizes at every step; a pooling allocator makes that cheap.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Learn a likeness of a table or a set of images, and say honestly how good it is.
#[derive(Debug, Parser)]
#[command(name = "gausswork", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Learn a model of a table or a set of images and write a run directory.
    Fit(Box<fit_args::FitArgs>),
    /// Draw rows or images from a model.
    Sample(sample::SampleArgs),
    /// Score the rows of a table, or images: bounds on their log-likelihood, in nats.
    Score(score::ScoreArgs),
    /// Rebuild images: x, x_hat and a draw from p(x|z), with the log-likelihood they differ by.
    Reconstruct(images::reconstruct::ReconstructArgs),
    /// Encode rows or images: their latents under q(z|x).
    Encode(encode::EncodeArgs),
    /// Walk from image to image through the latent space.
    Interpolate(images::walk::InterpolateArgs),
    /// Walk along latent dimensions, the active ones by their rate.
    Traverse(images::walk::TraverseArgs),
    /// Say how good synthetic tables are, with baselines beside them.
    Evaluate(Box<evaluate::EvaluateArgs>),
    /// Show what a model is, how it was made and how good it is.
    Inspect(inspect::InspectArgs),
    /// Measure how far one distribution is from another: closed forms, and their check.
    Kl(Box<kl::KlArgs>),
    /// Check every closed form against quadrature, and the identities that the models stand on.
    Verify(verify::VerifyArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.verb {
        Verb::Fit(args) => fit::run(args),
        Verb::Sample(args) => sample::run(args),
        Verb::Score(args) => score::run(args),
        Verb::Reconstruct(args) => images::reconstruct::run(args),
        Verb::Encode(args) => encode::run(args),
        Verb::Interpolate(args) => images::walk::between(args),
        Verb::Traverse(args) => images::walk::along(args),
        Verb::Evaluate(args) => evaluate::run(args),
        Verb::Inspect(args) => inspect::run(args),
        Verb::Kl(args) => kl::run(args),
        Verb::Verify(args) => verify::run(args),
    };
    done.map_or_else(|error| failure::report(&error), |()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
