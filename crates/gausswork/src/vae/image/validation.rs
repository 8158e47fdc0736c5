//! What a look at held-out images finds.

use burn::tensor::{Tensor, TensorData};

use super::gradient::bounds;
use super::model::ImageVae;
use super::pixels::Pixels;
use crate::data::image::Failure;
use crate::data::image::ImageError;
use crate::learner::{Collective, Validation};
use crate::nn::Leaves;
use crate::noise::Stream;
use crate::vae::learner::{column_sums, normals};

/// Images per item of work; fixed, so that sums do not depend on the number of threads.
const PIECE: usize = 256;

/// The sums over images of what the encoder says.
#[derive(Debug, Clone)]
pub(super) struct Summed {
    /// Distortion by one draw each.
    pub distortion: f64,
    /// The bound of as many samples as the objective has.
    pub bound: f64,
    /// `KL(q(z_d|x) ‖ N(0, 1))` of each latent dimension.
    pub rates: Vec<f64>,
    /// How far the posterior mean of each dimension varies: `Var_x(E_q[z_d])`.
    pub variances: Vec<f64>,
}

impl Summed {
    /// Latent dimensions whose posterior mean varies by more than 0.01 (Burda et al. 2016, §4.2).
    pub(super) fn active(&self) -> usize {
        self.variances.iter().filter(|&&variance| variance > 0.01).count()
    }
}

/// Means over images, of the weights given.
pub(super) fn means(
    vae: &ImageVae,
    leaves: &Leaves,
    pixels: &Pixels<'_>,
    images: &[u32],
    workers: &dyn Collective,
) -> Result<Summed, ImageError> {
    let (latent, width) = (vae.config.latent(), vae.seen_width());
    let samples = vae.config.objective.samples;
    let failed = Failure::default();
    let device = leaves.device();
    let pieces = workers.map(images.len().div_ceil(PIECE), &|piece| {
        let images = &images[piece * PIECE..images.len().min((piece + 1) * PIECE)];
        let n = images.len();
        let x = match pixels.seen(images) {
            Ok(x) => Tensor::<2>::from_data(TensorData::new(x, [n, width]), &device),
            Err(error) => {
                failed.note(error);
                return vec![0.0; 2 + 3 * latent];
            }
        };
        let posterior = vae.encode(leaves, x.clone());
        let rates = posterior.kl_from_standard();
        let (mut distortion, mut costs) = (0.0, Vec::new());
        for sample in 0..samples {
            let key = (piece * samples + sample) as u64;
            let epsilon = normals(&pixels.noise, Stream::Score, key, n, latent, &device);
            let z = posterior.reparameterised(epsilon.clone());
            let of_sample = vae.distortion(leaves, z.clone(), x.clone());
            if sample == 0 {
                distortion = of_sample.to_data().iter::<f64>().sum();
            }
            let excess = (z.powi_scalar(2) - epsilon.powi_scalar(2) - posterior.log_var.clone()).sum_dim(1);
            costs.push(of_sample + excess.squeeze_dim::<1>(1).mul_scalar(0.5));
        }
        let closed = column_sums(&rates);
        let bound = if samples == 1 {
            -distortion - closed.iter().sum::<f64>()
        } else {
            let cost = Tensor::stack::<2>(costs, 1).reshape([n * samples]);
            bounds(&cost, samples).iter().sum()
        };
        let squares = column_sums(&posterior.mu.clone().powi_scalar(2));
        [distortion, bound]
            .into_iter()
            .chain(closed)
            .chain(column_sums(&posterior.mu))
            .chain(squares)
            .collect()
    });
    failed.check()?;
    let n = images.len().max(1) as f64;
    let mean = |i: usize| pieces.iter().map(|piece| piece[i]).sum::<f64>() / n;
    let of_dimensions = |first: usize| (0..latent).map(move |d| first + d);
    Ok(Summed {
        distortion: mean(0),
        bound: mean(1),
        rates: of_dimensions(2).map(mean).collect(),
        variances: of_dimensions(2 + latent).map(|i| mean(i + latent) - mean(i).powi(2)).collect(),
    })
}

/// Figures on held-out images.
pub(super) fn validate(
    vae: &ImageVae,
    leaves: &Leaves,
    pixels: &Pixels<'_>,
    held_out: &[u32],
    workers: &dyn Collective,
) -> Result<Validation, ImageError> {
    if held_out.is_empty() {
        return Ok(Validation { bound: None, figures: Vec::new() });
    }
    let found = means(vae, leaves, pixels, held_out, workers)?;
    let rate: f64 = found.rates.iter().sum();
    let mut figures = vec![
        ("held_out_elbo", -found.distortion - rate),
        ("held_out_distortion", found.distortion),
        ("held_out_rate", rate),
        ("active_units", found.active() as f64),
    ];
    if vae.config.objective.samples > 1 {
        figures.insert(1, ("held_out_bound", found.bound));
    }
    Ok(Validation { bound: Some(found.bound), figures })
}
