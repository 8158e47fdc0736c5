//! How far encoded images, taken together, are from the prior.

use burn::tensor::{Device, Tensor, TensorData};

use super::model::ImageVae;
use super::simulated::Source;
use crate::data::image::Failure;
use crate::data::image::ImageError;
use crate::learner::Collective;
use crate::noise::Stream;
use crate::vae::prior::log_sum_exp;

/// The parts of the mean rate, nats: `E_x[KL(q(z|x) ‖ p(z))] = I_q(x; z) + KL(q(z) ‖ p(z))` with the aggregate posterior
/// `q(z) = E_x[q(z|x)]` (Hoffman & Johnson 2016).
///
/// `q(z)` at a draw z from `q(z|x_i)` is estimated by the mixture over N encoded images. With `x_i` among them the estimate of the
/// information is too low on average, and at most log N; without, too high (Poole et al. 2019). The divergence has the
/// opposite error. So each is known as an interval, the wider the nearer the information is to log N.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Images that `q(z)` is a mixture over, N.
    pub images: usize,
    /// The mean rate, by the same draws.
    pub rate: f64,
    /// `I_q(x; z)`: at least, at most, each in expectation.
    pub information: [f64; 2],
    /// `KL(q(z) ‖ p(z))`: at least, at most, each in expectation.
    pub divergence: [f64; 2],
    /// Standard error of the mean rate over the images.
    pub standard_error: f64,
}

/// Images per piece of work of the encoder, and of the mixture.
const PIECES: [usize; 2] = [256, 16];
/// Images from whose posteriors z is drawn, at most.
const DRAWN: usize = 1000;

/// Takes the rate apart.
///
/// # Errors
/// As [`ImageSet::gather`](crate::data::image::ImageSet::gather).
pub fn aggregate(
    vae: &ImageVae,
    source: Source<'_>,
    images: &[u32],
    workers: &dyn Collective,
) -> Result<Aggregate, ImageError> {
    let (latent, n) = (vae.config.latent(), images.len());
    let encoded = encoded(vae, source, images, workers)?;
    let (mu, log_var) = (of_all(&encoded, latent, 0), of_all(&encoded, latent, 1));
    let precision: Vec<f32> = log_var.iter().map(|log_var| (-log_var).exp()).collect();
    let log_norm: Vec<f64> =
        log_var.chunks_exact(latent).map(|of| of.iter().map(|&v| f64::from(v)).sum()).collect();
    let count = n.min(DRAWN);
    let drawn: Vec<usize> = (0..count).map(|i| i * n / count).collect();
    let pieces = workers.map(count.div_ceil(PIECES[1]), &|piece| {
        let drawn = &drawn[piece * PIECES[1]..count.min((piece + 1) * PIECES[1])];
        let mut figures = Vec::with_capacity(4 * drawn.len());
        let (mut z, mut others) = (vec![0.0; latent], vec![0.0; n]);
        for &i in drawn {
            source.noise().fill_normal(Stream::Aggregate, images[i].into(), &mut z);
            for (d, z) in z.iter_mut().enumerate() {
                *z = mu[i * latent + d] + (0.5 * log_var[i * latent + d]).exp() * *z;
            }
            // log q(z|x_j), but for the constants of normal densities, which cancel.
            for (j, other) in others.iter_mut().enumerate() {
                let at = j * latent..(j + 1) * latent;
                let terms = z.iter().zip(&mu[at.clone()]).zip(&precision[at]);
                let squares: f32 = terms.map(|((z, mu), precision)| (z - mu) * (z - mu) * precision).sum();
                *other = -0.5 * (f64::from(squares) + log_norm[j]);
            }
            let log_prior: f64 = -0.5 * z.iter().map(|&z| f64::from(z) * f64::from(z)).sum::<f64>();
            let own = others[i];
            let with = log_sum_exp(others.iter().copied()) - (n as f64).ln();
            others[i] = f64::NEG_INFINITY;
            let without = log_sum_exp(others.iter().copied()) - (n as f64 - 1.0).ln();
            figures.extend([own - log_prior, own - with, own - without]);
        }
        figures
    });
    let rows: Vec<f64> = pieces.into_iter().flatten().collect();
    let m = (rows.len() / 3).max(1) as f64;
    let mean = |k: usize| rows.iter().skip(k).step_by(3).sum::<f64>() / m;
    let (rate, information) = (mean(0), [mean(1), mean(2)]);
    let squares = rows.iter().step_by(3).map(|of| (of - rate).powi(2)).sum::<f64>();
    Ok(Aggregate {
        images: n,
        rate,
        information,
        divergence: [rate - information[1], rate - information[0]],
        standard_error: (squares / (m - 1.0).max(1.0) / m).sqrt(),
    })
}

/// Means and log-variances of `q(z|x)`, image after image, piece by piece.
fn encoded(
    vae: &ImageVae,
    source: Source<'_>,
    images: &[u32],
    workers: &dyn Collective,
) -> Result<Vec<Vec<f64>>, ImageError> {
    let device = Device::flex();
    let leaves = vae.params.leaves(&device);
    let failed = Failure::default();
    let pieces = workers.map(images.len().div_ceil(PIECES[0]), &|piece| {
        let images = &images[piece * PIECES[0]..images.len().min((piece + 1) * PIECES[0])];
        match source.take(images) {
            Ok(x) => {
                let shape = [images.len(), vae.seen_width()];
                let posterior =
                    vae.encode(&leaves, Tensor::<2>::from_data(TensorData::new(x, shape), &device));
                Tensor::cat(vec![posterior.mu, posterior.log_var], 1).to_data().iter::<f64>().collect()
            }
            Err(error) => {
                failed.note(error);
                Vec::new()
            }
        }
    });
    failed.check()?;
    Ok(pieces)
}

/// The first or the second half of every row of `2 · latent` numbers.
fn of_all(pieces: &[Vec<f64>], latent: usize, half: usize) -> Vec<f32> {
    let rows = pieces.iter().flat_map(|piece| piece.chunks_exact(2 * latent));
    rows.flat_map(|row| &row[half * latent..(half + 1) * latent]).map(|&value| value as f32).collect()
}
