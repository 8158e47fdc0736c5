//! `gausswork encode`: what the encoder of an autoencoder says of each row or image.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, value_parser};
use gausswork::artifact::{Model, Network};
use gausswork::data::image::{NpyNumbers, NpyWriter};
use gausswork::run::{Config, EncodeRequest, ImagesError, Taken, encode, encode_images_of};

use crate::failure::Interrupted;
use crate::output::{duration, grouped, typed};
use crate::progress::Progress;
use crate::score::sheet::{Destination, Sheet};
use crate::{args, sample};

/// Encode rows or images: their latents under q(z|x).
#[derive(Debug, Args)]
#[command(
    after_help = "One line per row or image: row (from 1), then z_001, z_002 and so on, a column for each latent dimension. As .npy an \
    array [rows, latent] of 32-bit floats. Coin flips that stand for grey levels are those of the seed, as for score and reconstruct; \
    a draw is the one that reconstruct decodes."
)]
pub(crate) struct EncodeArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// The table: CSV (plain, .gz, .zst), Parquet or Arrow, with the columns of the fitted one; or images of the shape of the fitted
    /// ones
    data: PathBuf,
    /// What is taken of q(z|x): its mean, the logarithm of its variance, or a draw from it
    #[arg(long, value_name = "WHAT", default_value = "mean", value_parser = PossibleValuesParser::new(["mean", "log-variance", "draw"])
        .map(|what| match what.as_str() {
            "log-variance" => Taken::LogVariance,
            "draw" => Taken::Draw,
            _ => Taken::Mean,
        }), help_heading = "Latents")]
    take: Taken,
    /// Seed of every random number [default: the model's]
    #[arg(long, value_name = "N", help_heading = "Latents")]
    seed: Option<u64>,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Latents")]
    threads: Option<u16>,
    /// The file to write: .npy, .csv, .parquet, .arrow; "-" is CSV on stdout [default: stdout]
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

/// Encodes.
///
/// # Errors
/// The library's; [`Interrupted`].
pub(crate) fn run(args: &EncodeArgs) -> anyhow::Result<()> {
    let threads = args::threads(args.threads);
    let model = args::load(&args.model)?;
    let file = sample::destination(args.output.as_deref());
    let request = EncodeRequest { taken: args.take, seed: args.seed.unwrap_or(model.card.seed), threads };
    let mut progress = Progress::new("stopping");
    if file.is_none() {
        progress = progress.without_bar();
    }
    let interrupt = progress.interrupt.clone();
    interrupt.begin();
    let mut latents = Latents::new(&model, args.output.as_deref());
    let mut sink = |rows: usize, numbers: &[f32]| -> anyhow::Result<()> {
        if interrupt.asked() {
            return Err(Interrupted.into());
        }
        latents.add(rows, numbers)
    };
    let config = Config::from_toml(&model.card.config)?;
    match &model.network {
        Network::Vae(_) => {
            let mut options = config.read_options()?;
            // The model knows its columns' kinds.
            options.types.clear();
            encode(&model, &args.data, &options, &request, &mut sink, &mut progress)?;
        }
        Network::Images(_) => {
            let options = config.data.read_images();
            encode_images_of(&model, &args.data, &options, &request, &mut sink, &mut progress)?;
        }
        _ => return Err(ImagesError::NoEncoder.into()),
    }
    let rows = latents.finish()?;
    progress.clear();
    let place = file.map_or_else(|| "stdout".to_owned(), typed);
    let what = match args.take {
        Taken::Mean => "means",
        Taken::LogVariance => "logarithms of variances",
        Taken::Draw => "draws",
    };
    let (latent, seconds) = (model.card.model.latent(), duration(progress.seconds()));
    progress.line(&format!("{what} of {} × {latent} latents to {place} in {seconds}", grouped(rows)));
    Ok(())
}

/// Where latents go.
enum Latents {
    /// To an array, begun when it is known how many rows it has.
    Array { path: PathBuf, latent: usize, rows: u64, writer: Option<NpyWriter> },
    /// To a table.
    Table { latent: usize, sheet: Box<Sheet> },
}

impl Latents {
    fn new(model: &Model, output: Option<&Path>) -> Self {
        let latent = model.card.model.latent();
        let ending =
            output.and_then(Path::extension).map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match output {
            Some(path) if ending.as_deref() == Some("npy") => {
                Self::Array { path: path.to_path_buf(), latent, rows: 0, writer: None }
            }
            _ => {
                let names = (1..=latent).map(|dimension| format!("z_{dimension:03}")).collect();
                let destination = Destination::Table(output.map(Path::to_path_buf), None);
                Self::Table { latent, sheet: Box::new(Sheet::new(names, destination)) }
            }
        }
    }

    fn add(&mut self, all: usize, numbers: &[f32]) -> anyhow::Result<()> {
        match self {
            Self::Array { path, latent, rows, writer } => {
                let writer = match writer {
                    Some(writer) => writer,
                    none => none.insert(NpyWriter::create(path, &[all, *latent], NpyNumbers::F32)?),
                };
                *rows += (numbers.len() / *latent) as u64;
                Ok(writer.write(numbers)?)
            }
            Self::Table { latent, sheet } => {
                let row = |row: &[f32]| row.iter().map(|&z| f64::from(z)).collect();
                sheet.add(&numbers.chunks_exact(*latent).map(row).collect::<Vec<_>>())
            }
        }
    }

    /// Completes the file; the rows in it.
    fn finish(self) -> anyhow::Result<u64> {
        match self {
            Self::Array { rows, writer, .. } => {
                writer.map_or(Ok(()), NpyWriter::finish)?;
                Ok(rows)
            }
            Self::Table { mut sheet, .. } => {
                sheet.finish()?;
                Ok(sheet.rows)
            }
        }
    }
}
