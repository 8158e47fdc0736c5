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

/// Reads images as an autoencoder knows them: [`read_framed`].
///
/// # Errors
/// The set's; [`ImagesError::Shape`].
pub(super) fn read(vae: &ImageVae, path: &Path, options: &ReadImages) -> Result<ImageSet, ImagesError> {
    read_framed(&vae.frame, path, options)
}

/// Reads images as a model knows them: of its shape, on its scale.
///
/// An array is on the scale of the fitted one, whatever its own least and greatest number; PNG and JPEG files keep theirs, whose ends
/// mean the same.
///
/// # Errors
/// The set's; [`ImagesError::Shape`].
pub(super) fn read_framed(
    frame: &ImageFrame,
    path: &Path,
    options: &ReadImages,
) -> Result<ImageSet, ImagesError> {
    let scaled = ReadImages { range: Some(options.range.unwrap_or(frame.range)), ..options.clone() };
    let set = match image::read(path, &scaled) {
        Err(ImageError::Value { .. }) if options.range.is_none() => image::read(path, options)?,
        other => other?,
    };
    let (found, expected) = (set.shape(), frame.shape);
    if found != expected {
        return Err(ImagesError::Shape { path: path.to_path_buf(), found, expected });
    }
    Ok(set)
}
