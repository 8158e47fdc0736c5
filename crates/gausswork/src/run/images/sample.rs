//! Drawing images.

use super::error::ImagesError;
use super::painter::Painter;
use crate::artifact::Model;
use crate::data::image::DrawnImages;
use crate::gan::draw;
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
    /// Of an autoencoder: what is shown of `p(x|z)`.
    pub shown: Shown,
    /// Of a model that is told labels: the one that all are to have; otherwise each comes as often as among the training images.
    pub label: Option<String>,
    /// The seed.
    pub seed: u64,
    /// Threads to draw on; what is drawn is written beside.
    pub threads: usize,
}

/// Numbers of images that are drawn before they are handed over.
const NUMBERS_AHEAD: usize = 1 << 23;

/// Draws images and hands them to `sink` in order, some at a time, numbers in [0, 1]; memory does not depend on their number.
///
/// # Errors
/// See [`ImagesError`]; whatever `sink` returns ends the drawing.
pub fn sample_images<E: From<ImagesError>>(
    model: &Model,
    request: &ImageRequest,
    sink: &mut dyn FnMut(&DrawnImages) -> Result<(), E>,
    observer: &mut dyn Observer,
) -> Result<(), E> {
    let &ImageRequest { count, offset, shown, seed, threads, .. } = request;
    let painter = Painter::of(model)?;
    let label = painter.label(request.label.as_ref())?;
    if count == 0 {
        return Err(ImagesError::Nothing { what: "images" }.into());
    }
    if offset.checked_add(count).is_none_or(|end| end >= 1 << 63) {
        return Err(ImagesError::TooMany { offset, count }.into());
    }
    let (workers, noise) = (Threads::new(threads).map_err(ImagesError::from)?, Noise::new(seed));
    // A few pieces of work for every thread, unless images are large.
    let values = painter.frame().shape.values() as u64;
    let pieces = NUMBERS_AHEAD as u64 / (DRAWN_TOGETHER * values);
    let group = DRAWN_TOGETHER * pieces.clamp(1, 16);
    let draw_from = |done: u64| {
        let range = [offset + done, group.min(count - done)];
        match painter {
            Painter::Vae(vae) => draw_images(vae, range, shown, label, &noise, &workers),
            Painter::Game(gan, _) => draw(gan, range, label, &noise, &workers).unwrap_or_default(),
        }
    };
    let mut images = draw_from(0);
    let mut done = group.min(count);
    while done < count {
        // The next images are drawn while those before are written.
        images = std::thread::scope(|scope| {
            let next = std::thread::Builder::new().spawn_scoped(scope, || draw_from(done));
            sink(&images)?;
            Ok::<_, E>(match next {
                Ok(next) => next.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                // The system has no thread to spare.
                Err(_) => draw_from(done),
            })
        })?;
        observer.observe(&Event::Rows { done, total: count });
        done += group.min(count - done);
    }
    sink(&images)?;
    observer.observe(&Event::Rows { done, total: count });
    Ok(())
}
