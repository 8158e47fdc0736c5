//! Bounds on `log p(x)` of each row: the ELBO, and the importance-weighted bound with its standard error.

use burn::tensor::Device;

use super::density::Density;
use super::learner::column_sums;
use super::model::Vae;
use super::prior::log_sum_exp;
use super::scorer::{Buffers, Scorer};
use crate::layout::{Features, Fixed};
use crate::learner::Collective;
use crate::nn::Leaves;
use crate::noise::{Noise, Stream};

/// Bounds on one row's log-likelihood, in nats, in the units of the table's columns.
#[derive(Debug, Clone, PartialEq)]
pub struct RowBound {
    /// `E_q[log p(x|z)]` by its samples' mean.
    pub log_likelihood: f64,
    /// `KL(q(z|x) ‖ N(0, I))`, in closed form.
    pub rate_standard: f64,
    /// `E_q[log q(z|x) - log p(z)]` under the model's prior, by its samples' mean.
    pub rate: f64,
    /// `log 1/K Σ_k p(x, z_k)/q(z_k|x) ≤ log p(x)` in expectation (Burda et al. 2016, eq. 8).
    pub importance_weighted: f64,
    /// Standard error of that logarithm over the draws: `s / (w̄ √K)`, `s` the weights' deviation.
    pub standard_error: f64,
    /// `(Σ w)² / Σ w²`, of K.
    pub effective_samples: f64,
    /// Each column's share of `log_likelihood`.
    pub columns: Vec<f64>,
}

impl RowBound {
    /// The evidence lower bound under the model's prior.
    pub fn elbo(&self) -> f64 {
        self.log_likelihood - self.rate
    }

    /// The evidence lower bound under N(0, I), which training maximises.
    pub fn elbo_standard(&self) -> f64 {
        self.log_likelihood - self.rate_standard
    }
}

/// Rows per piece of work; fixed, so that figures do not depend on the number of threads.
const PIECE: usize = 128;

/// Computes the bounds of rows by `samples` draws each.
///
/// `constants` is added to each column of every row (what the codec keeps for values that it accounts for itself). A row's draws are
/// keyed by its number in `features`.
pub fn bounds(
    vae: &Vae,
    features: &Features,
    rows: &[u32],
    samples: usize,
    constants: &[f64],
    noise: &Noise,
    workers: &dyn Collective,
) -> Vec<RowBound> {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let (scorer, density) = (Scorer::new(vae), Density::new(&vae.prior));
    let columns = vae.layout.columns;
    let width = 6 + columns;
    let pieces = workers.map(rows.len().div_ceil(PIECE), &|piece| {
        let rows = &rows[piece * PIECE..rows.len().min((piece + 1) * PIECE)];
        bounds_of_piece(vae, &leaves, (&scorer, &density), features, rows, samples, constants, noise, &device)
            .into_iter()
            .flat_map(|bound| {
                let RowBound { log_likelihood, rate_standard, rate, .. } = bound;
                let weighted = [bound.importance_weighted, bound.standard_error, bound.effective_samples];
                [log_likelihood, rate_standard, rate].into_iter().chain(weighted).chain(bound.columns)
            })
            .collect()
    });
    pieces
        .iter()
        .flat_map(|piece| piece.chunks(width))
        .map(|row| RowBound {
            log_likelihood: row[0],
            rate_standard: row[1],
            rate: row[2],
            importance_weighted: row[3],
            standard_error: row[4],
            effective_samples: row[5],
            columns: row[6..].to_vec(),
        })
        .collect()
}

#[allow(clippy::too_many_arguments)]
fn bounds_of_piece(
    vae: &Vae,
    leaves: &Leaves,
    (scorer, density): (&Scorer, &Density),
    features: &Features,
    rows: &[u32],
    samples: usize,
    constants: &[f64],
    noise: &Noise,
    device: &Device,
) -> Vec<RowBound> {
    let latent = vae.config.latent;
    let samples = samples.max(1);
    let batch = vae.gather(features, rows.iter().map(|&row| row as usize), device);
    let embedded = vae.embed(leaves, &batch);
    let posterior = vae.encoder.forward(leaves, embedded.clone());
    let context = vae.decoder.context(leaves, embedded);
    let closed: Vec<f64> = posterior.kl_from_standard().sum_dim(1).to_data().iter::<f64>().collect();
    let mu: Vec<f32> = posterior.mu.to_data().iter().collect();
    let log_var: Vec<f32> = posterior.log_var.to_data().iter().collect();
    let context: Option<Vec<f32>> = context.map(|context| context.to_data().iter().collect());
    let piece = scorer.piece(features, rows, context.as_deref());
    let (mut buffers, mut log_probs) = (Buffers::default(), Vec::new());
    let deviations: Vec<f32> = log_var.iter().map(|log_var| (0.5 * log_var).exp()).collect();
    let fixed: Vec<&[Fixed]> = rows.iter().map(|&row| fixed_of(features, row as usize)).collect();

    let columns = constants.len();
    let mut column_sums = vec![0.0; rows.len() * columns];
    let mut rates = vec![0.0; rows.len()];
    let mut log_weights = vec![Vec::with_capacity(samples); rows.len()];
    // Draws of a row: `samples` runs of `latent` normals.
    let draws: Vec<Vec<f32>> = rows
        .iter()
        .map(|&row| {
            let mut epsilon = vec![0.0; samples * latent];
            noise.fill_normal(Stream::Score, u64::from(row), &mut epsilon);
            epsilon
        })
        .collect();
    let mut z = vec![0.0f32; rows.len() * latent];
    let mut of_row = vec![0.0; columns];
    for k in 0..samples {
        let mut log_q = vec![0.0; rows.len()];
        for (row, epsilon) in draws.iter().enumerate() {
            for d in 0..latent {
                let (i, e) = (row * latent + d, epsilon[k * latent + d]);
                z[i] = mu[i] + deviations[i] * e;
                const LOG_TWO_PI: f64 = 1.837_877_066_409_345_3;
                log_q[row] -= 0.5 * (LOG_TWO_PI + f64::from(log_var[i]) + f64::from(e) * f64::from(e));
            }
        }
        scorer.log_probs(&piece, &z, &mut buffers, &mut log_probs);
        let log_priors = density.log_probs(&z);
        for row in 0..rows.len() {
            of_row.copy_from_slice(constants);
            for (span, of_span) in vae.layout.spans.iter().zip(log_probs.chunks_exact(rows.len())) {
                of_row[span.column()] += f64::from(of_span[row]);
            }
            for fixed in fixed[row] {
                of_row[fixed.column] = f64::from(fixed.log_prob);
            }
            let log_likelihood: f64 = of_row.iter().sum();
            let sums = &mut column_sums[row * columns..(row + 1) * columns];
            sums.iter_mut().zip(&of_row).for_each(|(s, l)| *s += l);
            let rate = log_q[row] - log_priors[row];
            rates[row] += rate;
            log_weights[row].push(log_likelihood - rate);
        }
    }
    let n = samples as f64;
    (0..rows.len())
        .map(|row| {
            let logs = &log_weights[row];
            let total = log_sum_exp(logs.iter().copied());
            // Normalised weights w/Σw.
            let squares: f64 = logs.iter().map(|log| (2.0 * (log - total)).exp()).sum();
            let columns: Vec<f64> =
                column_sums[row * columns..(row + 1) * columns].iter().map(|s| s / n).collect();
            RowBound {
                log_likelihood: columns.iter().sum(),
                rate_standard: closed[row],
                rate: rates[row] / n,
                importance_weighted: total - n.ln(),
                // Var(w)/(w̄² K) = (K Σŵ² - 1)/(K - 1) for normalised ŵ; one draw says nothing about it.
                standard_error: if samples < 2 {
                    f64::NAN
                } else {
                    ((n * squares - 1.0).max(0.0) / (n - 1.0)).sqrt()
                },
                effective_samples: 1.0 / squares,
                columns,
            }
        })
        .collect()
}

/// The cells of a row whose likelihood is fixed; `features.fixed` is sorted by row.
fn fixed_of(features: &Features, row: usize) -> &[Fixed] {
    let start = features.fixed.partition_point(|fixed| fixed.row < row);
    let end = features.fixed.partition_point(|fixed| fixed.row <= row);
    &features.fixed[start..end]
}

/// Draws one latent per row from `q(z|x)`, `[rows, latent]`.
pub fn posterior_draws(
    vae: &Vae,
    features: &Features,
    rows: &[u32],
    noise: &Noise,
    workers: &dyn Collective,
) -> Vec<f32> {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let latent = vae.config.latent;
    let pieces = workers.map(rows.len().div_ceil(PIECE * 4), &|piece| {
        let rows = &rows[piece * PIECE * 4..rows.len().min((piece + 1) * PIECE * 4)];
        let batch = vae.gather(features, rows.iter().map(|&row| row as usize), &device);
        let posterior = vae.encoder.forward(&leaves, vae.embed(&leaves, &batch));
        let epsilon =
            super::learner::normals(noise, Stream::Prior, piece as u64, rows.len(), latent, &device);
        posterior.reparameterised(epsilon).to_data().iter::<f64>().collect()
    });
    pieces.into_iter().flatten().map(|z| z as f32).collect()
}

/// Number of latent dimensions whose posterior mean varies over the rows: `Var_x(E_q[z]) > 0.01`
/// (Burda et al. 2016, §4.2).
pub fn active_units(vae: &Vae, features: &Features, rows: &[u32], workers: &dyn Collective) -> usize {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let latent = vae.config.latent;
    let pieces = workers.map(rows.len().div_ceil(PIECE * 4), &|piece| {
        let rows = &rows[piece * PIECE * 4..rows.len().min((piece + 1) * PIECE * 4)];
        let batch = vae.gather(features, rows.iter().map(|&row| row as usize), &device);
        let mu = vae.encoder.forward(&leaves, vae.embed(&leaves, &batch)).mu;
        [column_sums(&mu), column_sums(&mu.powi_scalar(2))].concat()
    });
    let n = rows.len() as f64;
    let total = |i: usize| pieces.iter().map(|piece| piece[i]).sum::<f64>() / n;
    (0..latent).filter(|&d| total(latent + d) - total(d).powi(2) > 0.01).count()
}
