//! Images to latents, and latents to images.

use burn::tensor::{Device, Tensor, TensorData};

use super::model::ImageVae;
use super::pixels::Pixels;
use crate::data::image::Failure;
use crate::data::image::ImageError;
use crate::learner::Collective;
use crate::vae::posterior::Posteriors;

/// The key of the draws of an image, by its number in a set.
pub fn draw_key(image: u32) -> u64 {
    u64::from(image) << 24
}

/// Images or latents per piece of work; fixed, so that results do not depend on the number of threads.
const PIECE: usize = 256;

/// Encodes images of a set.
///
/// # Errors
/// As [`ImageSet::gather`](crate::data::image::ImageSet::gather).
pub fn encode_images(
    vae: &ImageVae,
    pixels: &Pixels<'_>,
    images: &[u32],
    workers: &dyn Collective,
) -> Result<Posteriors, ImageError> {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let (latent, width) = (vae.config.latent(), vae.seen_width());
    let failed = Failure::default();
    let pieces = workers.map(images.len().div_ceil(PIECE), &|piece| {
        let images = &images[piece * PIECE..images.len().min((piece + 1) * PIECE)];
        let x = match pixels.seen(images) {
            Ok(x) => Tensor::<2>::from_data(TensorData::new(x, [images.len(), width]), &device),
            Err(error) => {
                failed.note(error);
                return Vec::new();
            }
        };
        let posterior = vae.encode(&leaves, x);
        Posteriors::numbers(posterior)
    });
    failed.check()?;
    Ok(Posteriors::of_pieces(latent, &pieces))
}

/// `x_hat = E[x|z]` of latents `[images, latent]`, each of its label where the model is told labels: `[images, values]`, numbers in [0, 1].
pub fn decode_latents(vae: &ImageVae, z: &[f32], labels: &[u32], workers: &dyn Collective) -> Vec<f32> {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let (latent, z) = (vae.told_width(), &vae.shares.behind(z, labels));
    let pieces = workers.map((z.len() / latent).div_ceil(PIECE), &|piece| {
        let z = &z[piece * PIECE * latent..z.len().min((piece + 1) * PIECE * latent)];
        let z = Tensor::<2>::from_data(TensorData::new(z.to_vec(), [z.len() / latent, latent]), &device);
        let outputs: Vec<f32> = vae.decode(&leaves, z).to_data().iter().collect();
        vae.images(&outputs, None).into_iter().map(f64::from).collect()
    });
    pieces.into_iter().flatten().map(|number| number as f32).collect()
}
