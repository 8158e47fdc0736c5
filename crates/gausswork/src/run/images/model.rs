//! A model of images, and the images that it can look at.

use std::path::Path;

use super::error::ImagesError;
use crate::artifact::{Model, Network};
use crate::data::image::{self, ImageError, ImageFrame, ImageSet, ReadImages};
use crate::vae::image::ImageVae;

/// The autoencoder of images that a model is.
///
/// # Errors
/// [`ImagesError::NotOfImages`].
pub(super) fn of_images(model: &Model) -> Result<&ImageVae, ImagesError> {
    match &model.network {
        Network::Images(vae) => Ok(vae),
        network if network.frame().is_some() => Err(ImagesError::NoAutoencoder),
        _ => Err(ImagesError::NotOfImages { of: "a table" }),
    }
}

/// What the images of a model are, of either kind.
///
/// # Errors
/// [`ImagesError::NotOfImages`].
pub(super) fn frame_of(model: &Model) -> Result<&ImageFrame, ImagesError> {
    model.network.frame().ok_or(ImagesError::NotOfImages { of: "a table" })
}

/// Reads images as a model knows them: of its shape, on its scale, and where it is told labels with these, by its codes.
///
/// An array is on the scale of the fitted one, whatever its own least and greatest number; PNG and JPEG files keep theirs, whose ends
/// mean the same.
///
/// # Errors
/// The set's; [`ImagesError::Shape`], [`ImagesError::Unlabelled`], [`ImagesError::OtherLabel`].
pub(super) fn read(model: &Model, path: &Path, options: &ReadImages) -> Result<ImageSet, ImagesError> {
    let frame = frame_of(model)?;
    let scaled = ReadImages { range: Some(options.range.unwrap_or(frame.range)), ..options.clone() };
    let set = match image::read(path, &scaled) {
        Err(ImageError::Value { .. }) if options.range.is_none() => image::read(path, options)?,
        other => other?,
    };
    let (found, expected) = (set.shape(), frame.shape);
    if found != expected {
        return Err(ImagesError::Shape { path: path.to_path_buf(), found, expected });
    }
    let names = model.network.labels();
    if names.is_empty() {
        return Ok(set);
    }
    let Some(labels) = set.labels() else {
        return Err(ImagesError::Unlabelled { path: path.to_path_buf(), names: names.to_vec() });
    };
    let labels = labels.among(names).map_err(|label| ImagesError::OtherLabel {
        path: path.to_path_buf(),
        label,
        names: names.to_vec(),
    })?;
    Ok(set.with_labels(labels))
}
