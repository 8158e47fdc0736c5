//! A game of images: the fit of one, and what its discriminator says of others.

use std::path::Path;

use super::error::ImagesError;
use super::model::read;
use super::prepare::Prepared;
use crate::artifact::{Model, Network};
use crate::data::image::ReadImages;
use crate::gan::{Data, Field, Gan, Images, Meaning, outputs, outputs_of_samples};
use crate::layout::Layout;
use crate::learner::Diverged;
use crate::noise::Noise;
use crate::run::fit::FitError;
use crate::run::session::Session;
use crate::run::{Discriminated, Event, Observer, fit_gan};
use crate::train::{Ended, Threads};

/// Images that are judged before they are handed over.
const IMAGES_AHEAD: usize = 1024;

/// Plays a game on the training images; see [`fit_gan::play`].
pub(super) fn play(
    prepared: &Prepared,
    images: &Images<'_>,
    session: &mut Session<'_>,
) -> Result<(Gan, Result<Ended, Diverged>), FitError> {
    let Prepared { config, train, held_out, .. } = prepared;
    let noise = Noise::new(config.seed);
    let gan = Gan::new(config.gan.clone(), Layout::default(), prepared.field(), &noise);
    fit_gan::play(gan, Data::Images(images), [train.clone(), held_out.clone()], config, session)
}

/// Asks the discriminator of a game about the images of a set in order and hands its outputs to `sink`, some at a time, as
/// [`discriminate`](crate::run::discriminate()) does with rows.
///
/// # Errors
/// See [`ImagesError`]; whatever `sink` returns ends the scoring.
pub fn discriminate_images<E: From<ImagesError>>(
    model: &Model,
    path: &Path,
    options: &ReadImages,
    [seed, threads]: [u64; 2],
    sink: &mut dyn FnMut(&[f64]) -> Result<(), E>,
    observer: &mut dyn Observer,
) -> Result<Discriminated, E> {
    let gan = match &model.network {
        Network::Gan(gan @ Gan { field: Field::Images(_), .. }) => gan,
        _ => return Err(ImagesError::NoGame.into()),
    };
    let pac = gan.config.discriminator.pac;
    if pac > 1 {
        return Err(ImagesError::Packs { pac }.into());
    }
    let set = read(model, path, options)?;
    let images = Images::new(&set);
    let workers = Threads::new(threads as usize).map_err(ImagesError::from)?;
    let mut generated = outputs_of_samples(gan, &Noise::new(seed), &workers);
    let meaning = gan.config.objective().meaning();
    let origin = match meaning {
        Meaning::Logit | Meaning::Critic => 0.0,
        Meaning::Difference => generated.iter().sum::<f64>() / generated.len().max(1) as f64,
    };
    generated.iter_mut().for_each(|output| *output -= origin);
    let all: Vec<u32> = (0..set.len() as u32).collect();
    let (mut done, total) = (0, all.len() as u64);
    for some in all.chunks(IMAGES_AHEAD) {
        let outputs = outputs(gan, Data::Images(&images), some, &workers);
        sink(&outputs.iter().map(|output| output - origin).collect::<Vec<_>>())?;
        done += some.len() as u64;
        observer.observe(&Event::Rows { done, total });
    }
    images.check().map_err(ImagesError::from)?;
    Ok(Discriminated { meaning, generated })
}
