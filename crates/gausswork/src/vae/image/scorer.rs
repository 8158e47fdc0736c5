//! `−log p(x|z)` of a few images under many latents each, which an importance-weighted bound asks for again and again.

use burn::tensor::{Tensor, TensorData};
use gausswork_kernels::bernoulli_nats;

use super::likelihood::Likelihood;
use super::model::ImageVae;
use crate::fused::Activation;
use crate::nn::Leaves;
use crate::vae::host::Affine;

/// A decoder prepared for scoring: a perceptron of coin flips on the host, without a graph, the logits of some latents still in the cache when their
/// loss is taken; any other by the operations that training uses.
pub(super) struct Scorer<'a> {
    vae: &'a ImageVae,
    pub(super) leaves: &'a Leaves,
    host: Option<Vec<(Affine, Activation)>>,
}

/// What one call leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    a: Vec<f32>,
    b: Vec<f32>,
    loss: Vec<f32>,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(vae: &'a ImageVae, leaves: &'a Leaves) -> Self {
        let flips = matches!(vae.likelihood(), Likelihood::Bernoulli(_));
        Self { vae, leaves, host: if flips { vae.decoder_on_host() } else { None } }
    }

    /// `−log p(x|z)` for `draws` latents of each image one after the other, `z: [images · draws, latent]`, `x: [images, values + labels]`; nats.
    pub(super) fn distortion(&self, z: Vec<f32>, x: &[f32], draws: usize, buffers: &mut Buffers) -> Vec<f64> {
        let (latent, values) = (self.vae.config.latent(), self.vae.frame.shape.values());
        let width = self.vae.seen_width();
        let rows = z.len() / latent;
        let Some(layers) = &self.host else {
            let device = self.leaves.device();
            let z = Tensor::<2>::from_data(TensorData::new(z, [rows, latent]), &device);
            let repeated: Vec<f32> = x.chunks_exact(width).flat_map(|x| x.repeat(draws)).collect();
            let x = Tensor::<2>::from_data(TensorData::new(repeated, [rows, width]), &device);
            return self.vae.distortion(self.leaves, z, x).to_data().iter::<f64>().collect();
        };
        let Buffers { a, b, loss } = buffers;
        *a = match width == values {
            true => z,
            false => {
                let label = |row: usize| &x[row / draws * width + values..(row / draws + 1) * width];
                let told = z.chunks_exact(latent).enumerate().flat_map(|(row, z)| z.iter().chain(label(row)));
                told.copied().collect()
            }
        };
        for (layer, after) in layers {
            layer.apply(a, b);
            after.apply(b);
            std::mem::swap(a, b);
        }
        loss.clear();
        loss.resize(rows, 0.0);
        let of_images =
            a.chunks_exact(draws * values).zip(x.chunks_exact(width)).zip(loss.chunks_exact_mut(draws));
        of_images.for_each(|((logits, x), loss)| bernoulli_nats(logits, &x[..values], loss));
        loss.iter().map(|&nats| f64::from(nats)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use burn::tensor::Device;

    use super::*;
    use crate::data::image::{Channels, ImageShape, LabelShares, LabelUse};
    use crate::nn::image::ImageNetwork;
    use crate::noise::{Noise, Stream};
    use crate::vae::image::{Family, ImageFrame, ImageVaeConfig, Moments, Nonlinearity};

    #[test]
    fn the_host_says_what_the_graph_says() {
        let shape = ImageShape { height: 5, width: 7, channels: Channels::Grey };
        let frame = ImageFrame { shape, range: [0.0, 1.0], levels: Some(256), labels: Vec::new() };
        let (images, draws, noise) = (3, 20, Noise::new(1));
        for likelihood in Family::ALL {
            for nonlinearity in [Nonlinearity::Relu, Nonlinearity::Tanh, Nonlinearity::Silu] {
                let network = ImageNetwork::perceptron(&[11, 8], nonlinearity);
                // Some are told labels.
                let labels = match nonlinearity {
                    Nonlinearity::Tanh => LabelUse::Told,
                    _ => LabelUse::Ignored,
                };
                let told = labels == LabelUse::Told;
                let shares = LabelShares::from(if told { vec![0.5, 0.25, 0.25] } else { Vec::new() });
                let config = ImageVaeConfig {
                    labels,
                    latent: Some(6),
                    network,
                    likelihood,
                    ..ImageVaeConfig::default()
                };
                let vae = ImageVae::new(config, frame.clone(), shares.clone(), &Moments::none(35), &noise);
                let device = Device::flex();
                let leaves = vae.params.leaves(&device);
                let (mut z, mut x) = (vec![0.0; images * draws * 6], vec![0.0; images * 35]);
                noise.fill_normal(Stream::Test, 0, &mut z);
                noise.fill_uniform(Stream::Test, 1, &mut x);
                if likelihood == Family::Bernoulli {
                    x.iter_mut().for_each(|x| *x = x.round());
                }
                let (x, width) = (shares.behind(&x, &[2, 0, 1]), 35 + shares.len());
                let rows: Vec<f32> = x.chunks_exact(width).flat_map(|x| x.repeat(draws)).collect();
                let tensor = |values: &[f32]| {
                    let shape = [images * draws, values.len() / (images * draws)];
                    Tensor::<2>::from_data(TensorData::new(values.to_vec(), shape), &device)
                };
                let graph: Vec<f64> =
                    vae.distortion(&leaves, tensor(&z), tensor(&rows)).to_data().iter::<f64>().collect();
                let mut buffers = Buffers::default();
                let scorer = Scorer::new(&vae, &leaves);
                let found = scorer.distortion(z, &x, draws, &mut buffers);
                assert_eq!(found.len(), graph.len());
                for (found, graph) in found.iter().zip(&graph) {
                    // Sums of 35 terms in two orders.
                    let slack = 35.0 * f64::from(f32::EPSILON) * (35.0 + graph.abs());
                    assert!(
                        (found - graph).abs() < slack,
                        "{likelihood:?} {nonlinearity:?}: {found} {graph}"
                    );
                }
            }
        }
    }
}
