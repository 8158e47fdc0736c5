//! Encoding rows: what `q(z|x)` says of each.

use std::path::Path;

use super::score::{ROWS_AHEAD, ScoreError, encoded};
use super::{Event, Observer};
use crate::artifact::Model;
use crate::data::table::ReadOptions;
use crate::noise::Noise;
use crate::train::Threads;
use crate::vae::encode_rows;

/// What is taken of `q(z|x) = N(μ, diag σ²)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Taken {
    /// μ.
    #[default]
    Mean,
    /// `log σ²`.
    LogVariance,
    /// A draw `z ~ q(z|x)`.
    Draw,
}

/// Takes how many rows there are, and the latents of those that come next.
pub type Latents<'a, E> = dyn FnMut(usize, &[f32]) -> Result<(), E> + 'a;

/// How to encode.
#[derive(Debug, Clone)]
pub struct EncodeRequest {
    /// What is taken.
    pub taken: Taken,
    /// The seed.
    pub seed: u64,
    /// Threads to work on.
    pub threads: usize,
}

/// Encodes the rows of a file in order and hands `[rows, latent]` numbers to `sink`, some at a time; first it is told how many rows
/// there are.
///
/// # Errors
/// See [`ScoreError`]; whatever `sink` returns ends the encoding.
pub fn encode<E: From<ScoreError>>(
    model: &Model,
    path: &Path,
    options: &ReadOptions,
    request: &EncodeRequest,
    sink: &mut Latents<'_, E>,
    observer: &mut dyn Observer,
) -> Result<(), E> {
    let vae = model.network.vae().ok_or(ScoreError::NoEncoder)?;
    let (_, features) = encoded(model, path, options)?;
    let workers = Threads::new(request.threads).map_err(ScoreError::from)?;
    let noise = Noise::new(request.seed);
    let rows: Vec<u32> = (0..features.rows as u32).collect();
    let (mut done, total) = (0, features.rows as u64);
    for rows in rows.chunks(ROWS_AHEAD) {
        let posteriors = encode_rows(vae, &features, rows, &workers);
        match request.taken {
            Taken::Mean => sink(features.rows, &posteriors.mean)?,
            Taken::LogVariance => sink(features.rows, &posteriors.log_variance)?,
            Taken::Draw => {
                sink(features.rows, &posteriors.draws(rows.iter().map(|&row| row.into()), &noise))?
            }
        }
        done += rows.len() as u64;
        observer.observe(&Event::Rows { done, total });
    }
    Ok(())
}
