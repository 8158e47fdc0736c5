//! `gausswork sample` of a model of images.

use std::path::Path;

use gausswork::artifact::Model;
use gausswork::data::image::ImageFrame;
use gausswork::run::{ImageRequest, sample_images, write_images};
use gausswork::vae::image::Shown;

use crate::failure::Usage;
use crate::output::{duration, grouped, typed};
use crate::progress::Progress;

/// Draws images and writes them.
///
/// # Errors
/// The library's; [`Usage`] without a file to write to.
pub(crate) fn run(
    model: &Model,
    frame: &ImageFrame,
    request: &ImageRequest,
    output: Option<&Path>,
) -> anyhow::Result<()> {
    let Some(path) = output else {
        let problem = "images do not go to stdout: name a grid (-o grid.png), an array (-o images.npy) or a folder (-o images)";
        return Err(Usage(problem.to_owned()).into());
    };
    let mut progress = Progress::new("stopping");
    let values = sample_images(model, request, &mut progress)?;
    write_images(path, frame, &values, None)?;
    progress.clear();
    let shown = match (model.network.gan().is_some(), &request.label, request.shown) {
        (true, None, _) => "drawn by the generator".to_owned(),
        (true, Some(label), _) => format!("drawn by the generator, told the label {label}"),
        (false, _, Shown::Expected) => "the expectation of each under p(x|z)".to_owned(),
        (false, _, Shown::Drawn) => "a draw from p(x|z)".to_owned(),
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
