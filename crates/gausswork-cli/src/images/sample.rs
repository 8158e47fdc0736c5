//! `gausswork sample` of a model of images.

use std::path::Path;

use gausswork::artifact::Model;
use gausswork::data::image::{DrawnImages, ImageFrame};
use gausswork::run::{ImageRequest, ImageWriter, sample_images};
use gausswork::vae::image::Shown;

use crate::failure::{Interrupted, Usage};
use crate::output::{duration, grouped, typed};
use crate::progress::Progress;

/// Draws images and writes them as they come.
///
/// # Errors
/// The library's; [`Usage`] without a file to write to; [`Interrupted`].
pub(crate) fn run(
    model: &Model,
    frame: &ImageFrame,
    request: &ImageRequest,
    output: Option<&Path>,
) -> anyhow::Result<()> {
    let path = destination(output)?;
    let mut progress = Progress::new("stopping");
    let interrupt = progress.interrupt.clone();
    interrupt.begin();
    let count = usize::try_from(request.count).unwrap_or(usize::MAX);
    let labels = model.network.labels();
    let mut writer = ImageWriter::create(path, frame, labels, count, None)?;
    let mut sink = |images: &DrawnImages| -> anyhow::Result<()> {
        if interrupt.asked() {
            return Err(Interrupted.into());
        }
        Ok(writer.write(images)?)
    };
    sample_images(model, request, &mut sink, &mut progress)?;
    writer.finish()?;
    progress.clear();
    let told = match &request.label {
        Some(label) => format!(", told the label {label}"),
        None if labels.is_empty() => String::new(),
        None => ", told labels as often as they were fitted".to_owned(),
    };
    let given = if labels.is_empty() { "p(x|z)" } else { "p(x|z, y)" };
    let shown = match (model.network.gan().is_some(), request.shown) {
        (true, _) => "drawn by the generator".to_owned(),
        (false, Shown::Expected) => format!("the expectation of each under {given}"),
        (false, Shown::Drawn) => format!("a draw from {given}"),
    };
    progress.line(&format!(
        "{} images with seed {} to {} in {}: {shown}{told}",
        grouped(request.count),
        request.seed,
        typed(path),
        duration(progress.seconds())
    ));
    Ok(())
}

/// Where images go.
///
/// # Errors
/// [`Usage`] where that is stdout.
pub(crate) fn destination(output: Option<&Path>) -> Result<&Path, Usage> {
    let problem = "images do not go to stdout: name a grid (-o grid.png), an array (-o images.npy, with labels images.npz) or a folder (-o images)";
    output.filter(|path| *path != Path::new("-")).ok_or_else(|| Usage(problem.to_owned()))
}
