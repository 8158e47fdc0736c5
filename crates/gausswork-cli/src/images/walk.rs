//! `gausswork interpolate` and `gausswork traverse`: walks through the latent space of a model of images.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, value_parser};
use gausswork::artifact::Model;
use gausswork::run::{
    Chosen, Config, Ends, InterpolateRequest, LatentPath, Strips, TraverseRequest, interpolate, traverse,
    write_images,
};

use super::sample::destination;
use super::told;
use crate::args;
use crate::failure::Usage;
use crate::output::{to_stdout, typed};
use crate::progress::Progress;

/// Walk from image to image: what the model makes of the latents between two of them, a row for each pair.
#[derive(Debug, Args)]
#[command(
    after_help = "Without DATA the ends are the images of a sample, the first and the second, the third and the fourth. With DATA they \
    are images of it, by the means of q(z|x); each row then begins and ends with the two images themselves."
)]
pub(crate) struct InterpolateArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// A set of images, of the shape of the fitted ones, to walk between
    data: Option<PathBuf>,
    /// Pairs [default: 8, or all of --images]
    #[arg(short = 'n', long, value_name = "N", value_parser = value_parser!(u32).range(1..=1000), help_heading = "Data")]
    pairs: Option<u32>,
    /// Images of DATA, counted from 1: from the first to the second, from the third to the fourth [default: the first ones]
    #[arg(
        long,
        value_name = "NUMBERS",
        value_delimiter = ',',
        requires = "data",
        conflicts_with = "pairs",
        help_heading = "Data"
    )]
    images: Vec<usize>,
    /// Of a model that is told labels: the label of all images [default: each row has that of its first image]
    #[arg(long, value_name = "LABEL", help_heading = "Data")]
    label: Option<String>,
    /// Seed of every random number [default: the model's]
    #[arg(long, value_name = "N", help_heading = "Data")]
    seed: Option<u64>,
    /// Images on each way, both ends among them
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = value_parser!(u32).range(2..=1000), help_heading = "Walk")]
    steps: u32,
    /// The way: along the sphere, where draws from N(0, I) lie, or straight
    #[arg(long, value_name = "WAY", default_value = "spherical", value_parser = PossibleValuesParser::new(["spherical", "linear"])
        .map(|way| if way == "linear" { LatentPath::Linear } else { LatentPath::Spherical }), help_heading = "Walk")]
    path: LatentPath,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Walk")]
    threads: Option<u16>,
    /// A .png grid with a row for each pair, an .npy array, or a folder of PNG files
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: PathBuf,
}

/// Walk along latent dimensions: what the model makes of a latent of which one dimension takes one value after the other.
#[derive(Debug, Args)]
#[command(
    after_help = "One row of images for each dimension, and a line on stdout: row, dimension, rate (KL of q(z_d|x) from N(0, 1) on \
    held-out images, nats; empty of a game, which has no encoder). The values are quantiles of N(0, 1) at even probabilities; the other dimensions stay at the prior's mean \
    0, or at the mean of q(z|x) of an image of DATA."
)]
pub(crate) struct TraverseArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// A set of images, of the shape of the fitted ones, to start from one of
    data: Option<PathBuf>,
    /// The image of DATA to start from, counted from 1
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "data", help_heading = "Data")]
    image: usize,
    /// Of a model that is told labels: the label of all images [default: that of the image of DATA, or of the first image of a sample]
    #[arg(long, value_name = "LABEL", help_heading = "Data")]
    label: Option<String>,
    /// Seed of the coin flips that stand for grey levels, and of the first image's label [default: the model's]
    #[arg(long, value_name = "N", help_heading = "Data")]
    seed: Option<u64>,
    /// Dimensions, counted from 1 [default: the active ones, the greatest rate first; of a game the first twelve]
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', help_heading = "Walk")]
    dimensions: Vec<usize>,
    /// Images of each dimension
    #[arg(long, value_name = "N", default_value_t = 11, value_parser = value_parser!(u32).range(1..=1000), help_heading = "Walk")]
    steps: u32,
    /// Probabilities whose quantiles are the first and the last value
    #[arg(long, value_name = "LOW,HIGH", default_value = "0.01,0.99", value_parser = probabilities, help_heading = "Walk")]
    between: Probabilities,
    /// Threads; results do not depend on it [default: available cores]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024), help_heading = "Walk")]
    threads: Option<u16>,
    /// A .png grid with a row for each dimension, an .npy array, or a folder of PNG files
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: PathBuf,
}

/// The first and the last probability.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Probabilities([f64; 2]);

fn probabilities(text: &str) -> Result<Probabilities, String> {
    let numbers: Vec<f64> = text.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    match numbers[..] {
        [low, high] if 0.0 < low && low < high && high < 1.0 => Ok(Probabilities([low, high])),
        _ => {
            Err(format!("\"{text}\" is not LOW,HIGH: two probabilities between 0 and 1, the lower one first"))
        }
    }
}

/// Walks from image to image.
///
/// # Errors
/// The library's.
pub(crate) fn between(args: &InterpolateArgs) -> anyhow::Result<()> {
    let threads = args::threads(args.threads);
    let output = destination(Some(&args.output))?;
    if !args.images.len().is_multiple_of(2) {
        let count = args.images.len();
        return Err(Usage(format!("--images names {count} images; each pair has two")).into());
    }
    let model = args::load(&args.model)?;
    let pairs = args.pairs.unwrap_or(8) as usize;
    let ends = match &args.data {
        None => Ends::Drawn(pairs),
        Some(path) if args.images.is_empty() => {
            Ends::Images(chosen(&model, path, (1..=2 * pairs).collect())?)
        }
        Some(path) => Ends::Images(chosen(&model, path, args.images.clone())?),
    };
    let (steps, seed) = (args.steps as usize, args.seed.unwrap_or(model.card.seed));
    let progress = Progress::new("stopping");
    let (path, label) = (args.path, args.label.clone());
    let strips = interpolate(&model, &InterpolateRequest { ends, steps, path, label, seed, threads })?;
    let rows = write(output, &strips)?;
    progress.clear();
    progress.line(&format!("{rows} pairs, {steps} images on each way, to {}", typed(output)));
    Ok(())
}

/// Walks along dimensions.
///
/// # Errors
/// The library's.
pub(crate) fn along(args: &TraverseArgs) -> anyhow::Result<()> {
    let threads = args::threads(args.threads);
    let output = destination(Some(&args.output))?;
    let model = args::load(&args.model)?;
    let from = args.data.as_ref().map(|path| chosen(&model, path, vec![args.image])).transpose()?;
    let progress = Progress::new("stopping");
    let request = TraverseRequest {
        from,
        dimensions: args.dimensions.clone(),
        steps: args.steps as usize,
        between: args.between.0,
        label: args.label.clone(),
        threads,
        seed: args.seed.unwrap_or(model.card.seed),
    };
    let (dimensions, strips) = traverse(&model, &request)?;
    let rows = write(output, &strips)?;
    progress.clear();
    progress.line(&format!("{rows} dimensions, {} images of each, to {}", args.steps, typed(output)));
    let mut text = "row,dimension,rate\n".to_owned();
    for (row, dimension) in dimensions.iter().enumerate() {
        let rate = told::rate(&model.card.figures, *dimension);
        let rate = rate.map_or_else(String::new, |rate| format!("{rate:.4}"));
        text.push_str(&format!("{},{dimension},{rate}\n", row + 1));
    }
    to_stdout(&text)
}

fn chosen(model: &Model, path: &Path, images: Vec<usize>) -> anyhow::Result<Chosen> {
    let options = Config::from_toml(&model.card.config)?.data.read_images();
    Ok(Chosen { path: path.to_path_buf(), options, images })
}

/// Writes the rows; how many there are.
fn write(path: &Path, strips: &Strips) -> anyhow::Result<usize> {
    let frame = &strips.frame;
    write_images(path, frame, &strips.values, Some(strips.columns))?;
    Ok(strips.values.len() / (strips.columns * frame.shape.values()))
}

#[cfg(test)]
mod tests {
    use super::{Probabilities, probabilities};

    #[test]
    fn probabilities_parse() {
        assert_eq!(probabilities("0.01, 0.99"), Ok(Probabilities([0.01, 0.99])));
        for text in ["", "0,1", "0.5", "0.9,0.1", "a,b", "0.1,NaN"] {
            assert!(probabilities(text).is_err(), "{text}");
        }
    }
}
