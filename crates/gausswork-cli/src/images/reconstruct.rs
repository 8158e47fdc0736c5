//! `gausswork reconstruct`: images, what the model makes of them, and the log-likelihood they differ by.

use std::path::{Path, PathBuf};

use clap::{Args, value_parser};
use gausswork::artifact::Network;
use gausswork::run::{Config, ImagesError, ReconstructRequest, reconstruct, write_images};
use gausswork::vae::image::Reconstruction;
use serde_json::json;

use crate::args;
use crate::output::{json_to_stdout, to_stdout, typed};
use crate::progress::Progress;

/// Rebuild images: each one, its expectation x_hat given a draw z from q(z|x), and a draw from p(x|z), side by side.
#[derive(Debug, Args)]
#[command(
    after_help = "Three images stand side by side, as many threes in a row as make the picture square: the image as the likelihood \
    takes it, x_hat, a draw from p(x|z). One line per image on stdout: image (from 1), log_likelihood = log p(x|z) in nats, \
    log_likelihood_of_draw, that of the draw, and their difference, which is 0 on average where the model is right about p(x|z)."
)]
pub(crate) struct ReconstructArgs {
    /// A model file, or the run directory that holds it
    model: PathBuf,
    /// The set of images, of the shape of the fitted ones
    data: PathBuf,
    /// Images, from the first on
    #[arg(short = 'n', long, value_name = "N", default_value_t = 32, value_parser = value_parser!(u32).range(1..=100_000), help_heading = "Data")]
    images: u32,
    /// Seed of every random number [default: the model's]
    #[arg(long, value_name = "N", help_heading = "Data")]
    seed: Option<u64>,
    /// The picture to write: a grid (.png), or an array (.npy) of the same images one after the other
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: PathBuf,
    /// Print the lines as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// Rebuilds images.
///
/// # Errors
/// The library's.
pub(crate) fn run(args: &ReconstructArgs) -> anyhow::Result<()> {
    let model = args::load(&args.model)?;
    let Network::Images(vae) = &model.network else {
        return Err(match model.network.frame() {
            Some(_) => ImagesError::NoAutoencoder,
            None => ImagesError::NotOfImages { of: "a table" },
        }
        .into());
    };
    let options = Config::from_toml(&model.card.config)?.data.read_images();
    let seed = args.seed.unwrap_or(model.card.seed);
    let progress = Progress::new("stopping");
    let request = ReconstructRequest { count: args.images as usize, seed };
    let rebuilt = reconstruct(&model, &args.data, &options, &request)?;
    let values: Vec<f32> =
        rebuilt.iter().flat_map(|image| [&image.x, &image.x_hat, &image.drawn]).flatten().copied().collect();
    // As many threes beside each other as make the picture about square.
    let threes = (rebuilt.len() as f64 / 3.0).sqrt().ceil().max(1.0) as usize;
    write_images(&args.output, &vae.frame, &values, Some(3 * threes))?;
    progress.clear();
    tell(&rebuilt, &args.output, &progress);
    let difference = |image: &Reconstruction| image.log_likelihood - image.log_likelihood_of_drawn;
    if args.json {
        let line = |(i, image): (usize, &Reconstruction)| {
            json!({
                "image": i + 1,
                "log_likelihood": image.log_likelihood,
                "log_likelihood_of_draw": image.log_likelihood_of_drawn,
                "difference": difference(image),
            })
        };
        return json_to_stdout(&rebuilt.iter().enumerate().map(line).collect::<Vec<_>>().into());
    }
    let mut text = "image,log_likelihood,log_likelihood_of_draw,difference\n".to_owned();
    for (i, image) in rebuilt.iter().enumerate() {
        let [of, drawn] = [image.log_likelihood, image.log_likelihood_of_drawn];
        text.push_str(&format!("{},{of:.3},{drawn:.3},{:.3}\n", i + 1, difference(image)));
    }
    to_stdout(&text)
}

fn tell(rebuilt: &[Reconstruction], path: &Path, progress: &Progress) {
    let mean =
        |of: &dyn Fn(&Reconstruction) -> f64| rebuilt.iter().map(of).sum::<f64>() / rebuilt.len() as f64;
    let [x, drawn] = [mean(&|image| image.log_likelihood), mean(&|image| image.log_likelihood_of_drawn)];
    progress.line(&format!(
        "{} images to {}: mean log p(x|z) {x:.3} nats, of draws from p(x|z) {drawn:.3}, {:.3} apart",
        rebuilt.len(),
        typed(path),
        x - drawn
    ));
}
