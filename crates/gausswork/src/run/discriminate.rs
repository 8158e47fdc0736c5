//! Scoring rows with a game: what the discriminator says of each.

use std::path::Path;

use super::score::{ROWS_AHEAD, ScoreError, encoded};
use super::{Event, Observer, truth};
use crate::artifact::Model;
use crate::data::table::ReadOptions;
use crate::gan::{Data, Field, Meaning, outputs, outputs_of_samples};
use crate::noise::Noise;
use crate::train::Threads;

/// What a discriminator said.
#[derive(Debug, Clone, PartialEq)]
pub struct Discriminated {
    /// What its outputs are.
    pub meaning: Meaning,
    /// Its outputs for [`GENERATED_ROWS`](crate::gan::GENERATED_ROWS) generated rows, like those of the file.
    pub generated: Vec<f64>,
}

/// Asks the discriminator of a game about the rows of a file in order and hands its outputs to `sink`, some at a time: `l(x)` of each
/// row, and where only differences mean something ([`Meaning::Difference`]), `l(x) − E[l(G(z))]` with the mean over the generated
/// rows that `seed` names.
///
/// `D(x) = σ(l(x))` estimates how much of the density at `x` is the data's, `p_data/(p_data + p_g)`: it is no likelihood.
///
/// # Errors
/// See [`ScoreError`]; whatever `sink` returns ends the scoring.
pub fn discriminate<E: From<ScoreError>>(
    model: &Model,
    path: &Path,
    options: &ReadOptions,
    seed: u64,
    threads: usize,
    sink: &mut dyn FnMut(&[f64]) -> Result<(), E>,
    observer: &mut dyn Observer,
) -> Result<Discriminated, E> {
    let gan = model.network.gan().ok_or(ScoreError::NoDiscriminator)?;
    let pac = gan.config.discriminator.pac;
    if pac > 1 {
        return Err(ScoreError::Packs { pac }.into());
    }
    let (table, features) = encoded(model, path, options)?;
    let points = match &gan.field {
        // Images come another way.
        Field::Rows | Field::Images(_) => None,
        Field::Points(affine) => {
            let no_points = || ScoreError::NoPoints { path: path.to_path_buf() };
            let rows = truth::points(&table.batch).ok_or_else(no_points)?;
            Some(affine.inverse(rows.as_flattened()))
        }
    };
    let data = points.as_deref().map_or(Data::Rows(&features), Data::Points);
    let workers = Threads::new(threads).map_err(ScoreError::from)?;
    let mut generated = outputs_of_samples(gan, &Noise::new(seed), &workers);
    let meaning = gan.config.objective().meaning();
    let origin = match meaning {
        Meaning::Logit | Meaning::Critic => 0.0,
        Meaning::Difference => generated.iter().sum::<f64>() / generated.len().max(1) as f64,
    };
    generated.iter_mut().for_each(|output| *output -= origin);
    let total = features.rows as u64;
    let rows: Vec<u32> = (0..features.rows as u32).collect();
    let mut done = 0;
    for rows in rows.chunks(ROWS_AHEAD) {
        let outputs = outputs(gan, data, rows, &workers);
        sink(&outputs.iter().map(|output| output - origin).collect::<Vec<_>>())?;
        done += rows.len() as u64;
        observer.observe(&Event::Rows { done, total });
    }
    Ok(Discriminated { meaning, generated })
}
