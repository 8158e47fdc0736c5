//! Rebuilding images: what the model makes of each, and by how much the likelihood tells them apart.

use std::path::Path;

use super::error::ImagesError;
use super::model::{of_images, read};
use crate::artifact::Model;
use crate::data::image::ReadImages;
use crate::noise::Noise;
use crate::vae::image::{Pixels, Reconstruction, reconstruct_images};

/// Which images to rebuild.
#[derive(Debug, Clone)]
pub struct ReconstructRequest {
    /// How many, from the first on; all where the set has fewer.
    pub count: usize,
    /// The seed.
    pub seed: u64,
}

/// Rebuilds the first images of a set: for each `z ~ q(z|x)`, then `x_hat = E[x|z]` and a draw from `p(x|z)`.
///
/// # Errors
/// See [`ImagesError`].
pub fn reconstruct(
    model: &Model,
    path: &Path,
    options: &ReadImages,
    request: &ReconstructRequest,
) -> Result<Vec<Reconstruction>, ImagesError> {
    if request.count == 0 {
        return Err(ImagesError::Nothing { what: "images" });
    }
    let vae = of_images(model)?;
    let set = read(model, path, options)?;
    let pixels = Pixels::of(vae, &set, Noise::new(request.seed));
    let images: Vec<u32> = (0..set.len().min(request.count) as u32).collect();
    Ok(reconstruct_images(vae, &pixels, &images)?)
}
