//! What a model of images with an encoder has learned, to be seen: images rebuilt, latent dimensions, and where images lie.

use super::error::ImagesError;
use super::latent_map::{LatentMap, map};
use super::painter::Painter;
use super::paths::quantiles;
use super::views::{Look, WAY};
use super::walk::{Strips, TRAVERSED, along, between};
use crate::run::figures::spread;
use crate::vae::Dimension;
use crate::vae::image::{ImageVae, Reconstruction, encode_images, reconstruct_images};

/// Images rebuilt.
const REBUILT: usize = 10;
/// Images that are encoded: for rates and the map.
const ENCODED: usize = 2000;
/// Images between which there are ways.
const ENDS: usize = 12;

/// What there is to be seen of an encoder and its latents.
#[derive(Debug, Clone)]
pub struct EncoderViews {
    /// Held-out images rebuilt.
    pub rebuilt: Vec<Reconstruction>,
    /// What each latent dimension does over held-out images, the greatest rate first.
    pub dimensions: Vec<Dimension>,
    /// Active dimensions, from 1, and for each a row of images along it; where labels are told, of that of the first image of a sample.
    pub traversal: (Vec<usize>, Strips),
    /// Held-out images, and what lies between them, of the label of the first.
    pub between: Strips,
    /// Means of held-out images in the plane.
    pub map: LatentMap,
}

/// Looks at an autoencoder.
pub(super) fn encoder_views<'a>(vae: &'a ImageVae, look: &Look<'a>) -> Result<EncoderViews, ImagesError> {
    let (painter, pixels, workers) = (Painter::Vae(vae), look.pixels(vae), look.workers);
    let encoded = spread(look.unseen(), ENCODED);
    let posteriors = encode_images(vae, &pixels, &encoded, workers)?;
    let mut dimensions = posteriors.dimensions();
    dimensions.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    let labels = look.set.labels().map(|labels| {
        encoded.iter().map(|&image| labels.codes.get(image as usize).copied().unwrap_or(0)).collect()
    });
    let map = map(&posteriors.mean, posteriors.latent, labels.unwrap_or_default());

    let active = dimensions.iter().filter(|dimension| dimension.is_active()).take(TRAVERSED);
    let active: Vec<usize> = active.map(|dimension| dimension.dimension + 1).collect();
    let start = vec![0.0; posteriors.latent];
    let told = painter.told([0, 1], &look.noise).first().copied();
    let rows = along(painter, (&start, told), &active, &quantiles([0.01, 0.99], WAY.1), workers);
    let traversal = (active, rows);

    let ends = spread(look.unseen(), ENDS);
    let ends = &ends[..ends.len() / 2 * 2];
    let z = encode_images(vae, &pixels, ends, workers)?.mean;
    let told: Vec<u32> = pixels.told(ends).into_iter().step_by(2).collect();
    let between = between(painter, &z, &told, WAY, workers).within(&pixels.fixed(ends)?);
    let rebuilt = reconstruct_images(vae, &pixels, &spread(look.unseen(), REBUILT))?;
    Ok(EncoderViews { rebuilt, dimensions, traversal, between, map })
}
