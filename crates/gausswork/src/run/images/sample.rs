//! Drawing images.

use super::error::ImagesError;
use super::model::of_images;
use crate::artifact::Model;
use crate::noise::Noise;
use crate::run::{Event, Observer};
use crate::train::Threads;
use crate::vae::image::{DRAWN_TOGETHER, Shown, draw_images};

/// Which images to draw.
#[derive(Debug, Clone)]
pub struct ImageRequest {
    /// How many.
    pub count: u64,
    /// The number of the first; image `i` is the same whatever the offset and the number of images.
    pub offset: u64,
    /// What is shown of `p(x|z)`.
    pub shown: Shown,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
}

/// Draws images, one after the other, numbers in [0, 1].
///
/// # Errors
/// See [`ImagesError`].
pub fn sample_images(
    model: &Model,
    request: &ImageRequest,
    observer: &mut dyn Observer,
) -> Result<Vec<f32>, ImagesError> {
    let vae = of_images(model)?;
    let &ImageRequest { count, offset, shown, seed, threads } = request;
    if count == 0 {
        return Err(ImagesError::Nothing { what: "images" });
    }
    if offset.checked_add(count).is_none_or(|end| end >= 1 << 63) {
        return Err(ImagesError::TooMany { offset, count });
    }
    let (workers, noise) = (Threads::new(threads)?, Noise::new(seed));
    let group = DRAWN_TOGETHER * 16;
    let (mut images, mut done) = (Vec::new(), 0);
    while done < count {
        let some = group.min(count - done);
        images.extend(draw_images(vae, [offset + done, some], shown, &noise, &workers));
        done += some;
        observer.observe(&Event::Rows { done, total: count });
    }
    Ok(images)
}
