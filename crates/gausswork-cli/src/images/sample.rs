//! `gausswork sample` of a model of images.

use std::path::Path;

use gausswork::artifact::Model;
use gausswork::run::{ImageRequest, sample_images, write_images};
use gausswork::vae::image::{ImageVae, Shown};

use crate::failure::Usage;
use crate::output::{duration, grouped, typed};
use crate::progress::Progress;

/// Draws images and writes them.
///
/// # Errors
/// The library's; [`Usage`] without a file to write to.
pub(crate) fn run(
    model: &Model,
    vae: &ImageVae,
    request: &ImageRequest,
    output: Option<&Path>,
) -> anyhow::Result<()> {
    let Some(path) = output else {
        let problem = "images do not go to stdout: name a grid (-o grid.png), an array (-o images.npy) or a folder (-o images)";
        return Err(Usage(problem.to_owned()).into());
    };
    let mut progress = Progress::new("stopping");
    let values = sample_images(model, request, &mut progress)?;
    write_images(path, &vae.frame, &values, None)?;
    progress.clear();
    let shown = match request.shown {
        Shown::Expected => "the expectation of each under p(x|z)",
        Shown::Drawn => "a draw from p(x|z)",
    };
    progress.line(&format!(
        "{} images with seed {} to {} in {}: {shown}",
        grouped(request.count),
        request.seed,
        typed(path),
        duration(progress.seconds())
    ));
    Ok(())
}
