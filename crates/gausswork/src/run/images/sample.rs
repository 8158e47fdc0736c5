//! Drawing images.

use super::error::ImagesError;
use super::model::of_images;
use crate::artifact::{Model, Network};
use crate::gan::{Field, Gan, draw};
use crate::noise::Noise;
use crate::run::{Event, Observer};
use crate::train::Threads;
use crate::vae::image::{DRAWN_TOGETHER, ImageVae, Shown, draw_images};

/// Which images to draw.
#[derive(Debug, Clone)]
pub struct ImageRequest {
    /// How many.
    pub count: u64,
    /// The number of the first; image `i` is the same whatever the offset and the number of images.
    pub offset: u64,
    /// Of an autoencoder: what is shown of `p(x|z)`.
    pub shown: Shown,
    /// Of a game that was told labels: the one that all are to have.
    pub label: Option<String>,
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
    let &ImageRequest { count, offset, shown, seed, threads, .. } = request;
    let source = Source::of(model, request)?;
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
        images.extend(match source {
            Source::Vae(vae) => draw_images(vae, [offset + done, some], shown, &noise, &workers),
            Source::Game(gan, label) => {
                let drawn = draw(gan, [offset + done, some], label, &noise, &workers);
                drawn.map(|drawn| drawn.values).unwrap_or_default()
            }
        });
        done += some;
        observer.observe(&Event::Rows { done, total: count });
    }
    Ok(images)
}

/// What draws images.
#[derive(Clone, Copy)]
enum Source<'a> {
    Vae(&'a ImageVae),
    /// A game, and the label of all images.
    Game(&'a Gan, Option<u32>),
}

impl<'a> Source<'a> {
    fn of(model: &'a Model, request: &ImageRequest) -> Result<Self, ImagesError> {
        let (game, names): (_, &[String]) = match &model.network {
            Network::Gan(gan @ Gan { field: Field::Images(field), .. }) => {
                (Some(gan), if field.labels() > 0 { &field.frame.labels } else { &[] })
            }
            _ => (None, &[]),
        };
        let code = |label: &String| {
            let unknown = || ImagesError::NoLabel { label: label.clone(), names: names.to_vec() };
            names.iter().position(|name| name == label).map(|code| code as u32).ok_or_else(unknown)
        };
        let label = request.label.as_ref().map(code).transpose()?;
        match game {
            Some(gan) => Ok(Self::Game(gan, label)),
            None => of_images(model).map(Self::Vae),
        }
    }
}
