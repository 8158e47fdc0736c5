//! Images to latents, and latents to images.

use burn::tensor::{Device, Tensor, TensorData};

use super::model::ImageVae;
use super::pixels::Pixels;
use crate::data::image::{Failure, ImageError};
use crate::learner::{Collective, each_of};
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
    let (latent, values, z) = (vae.told_width(), vae.frame.shape.values(), vae.shares.behind(z, labels));
    let mut images = vec![0.0; z.len() / latent * values];
    let pieces = z.chunks(PIECE * latent).zip(images.chunks_mut(PIECE * values));
    each_of(workers, pieces, &|(z, part)| vae.paint(&vae.decoded(&leaves, z.to_vec()), None, part));
    images
}
