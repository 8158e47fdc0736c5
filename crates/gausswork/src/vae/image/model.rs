//! The networks of an autoencoder of images.

use burn::tensor::Tensor;

use super::config::ImageVaeConfig;
use super::frame::ImageFrame;
use super::likelihood::{Likelihood, Sigma};
use crate::data::image::{ImageError, ImageSet};
use crate::dist::Normal;
use crate::fused::Activation;
use crate::nn::{Init, Leaves, Linear, ParamId, Params};
use crate::noise::Noise;
use crate::vae::encoder::LOG_VAR_BOUNDS;
use crate::vae::host::Affine;

/// Mean and deviation of each number over images, which the first weights start from.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// Means, numbers in [0, 1].
    pub mean: Vec<f32>,
    /// Standard deviations.
    pub deviation: Vec<f32>,
}

impl Moments {
    /// Those of some images of a set, of which at most 10,000 are looked at.
    ///
    /// # Errors
    /// As [`ImageSet::gather`].
    pub fn of(set: &ImageSet, images: &[u32]) -> Result<Self, ImageError> {
        const MOST: usize = 10_000;
        let values = set.shape().values();
        let (mut sums, mut squares, mut image) =
            (vec![0.0f64; values], vec![0.0f64; values], vec![0.0; values]);
        let count = images.len().min(MOST);
        for i in 0..count {
            set.gather(&[images[i * images.len() / count]], &mut image)?;
            for ((sum, square), &x) in sums.iter_mut().zip(&mut squares).zip(&image) {
                *sum += f64::from(x);
                *square += f64::from(x) * f64::from(x);
            }
        }
        let n = count.max(1) as f64;
        let deviation = |(sum, square): (&f64, &f64)| (square / n - (sum / n).powi(2)).max(0.0).sqrt() as f32;
        Ok(Self {
            mean: sums.iter().map(|sum| (sum / n) as f32).collect(),
            deviation: sums.iter().zip(&squares).map(deviation).collect(),
        })
    }

    /// Those of nothing: for weights that are to be overwritten.
    pub fn none(values: usize) -> Self {
        Self { mean: vec![0.5; values], deviation: vec![0.5; values] }
    }
}

/// A variational autoencoder of images, with the prior N(0, I).
#[derive(Debug, Clone)]
pub struct ImageVae {
    /// Sizes, likelihood and objective.
    pub config: ImageVaeConfig,
    /// What the images are.
    pub frame: ImageFrame,
    /// The learned weights.
    pub params: Params,
    encoder: Perceptron,
    decoder: Perceptron,
    log_sigma: Option<ParamId>,
}

/// Layers of hidden units, and one of outputs.
#[derive(Debug, Clone)]
struct Perceptron {
    hidden: Vec<Linear>,
    output: Linear,
    activation: Activation,
}

impl Perceptron {
    fn forward(&self, leaves: &Leaves, x: Tensor<2>) -> Tensor<2> {
        let hidden = self.hidden.iter().fold(x, |x, layer| layer.activated(leaves, x, self.activation));
        self.output.forward(leaves, hidden)
    }
}

impl ImageVae {
    /// A model with initial weights from `noise`; before anything is learned, its decoder says what `moments` say of each number.
    pub fn new(config: ImageVaeConfig, frame: ImageFrame, moments: &Moments, noise: &Noise) -> Self {
        let values = frame.shape.values();
        let config = config.resolved(values);
        let (latent, likelihood) = (config.latent(), config.likelihood());
        let mut params = Params::default();
        let mut perceptron = |name: &str, ends: [usize; 2], hidden: &[usize], gain: f32| {
            let inputs = std::iter::once(ends[0]).chain(hidden.iter().copied());
            let layers = inputs.zip(hidden).enumerate().map(|(i, (input, &output))| {
                let (name, gain) = (format!("{name}.hidden{i}"), config.nonlinearity.gain());
                Linear::new(&mut params, &name, [input, output], gain, noise)
            });
            let hidden_layers: Vec<Linear> = layers.collect();
            let last = hidden.last().copied().unwrap_or(ends[0]);
            let output = Linear::new(&mut params, &format!("{name}.output"), [last, ends[1]], gain, noise);
            Perceptron { hidden: hidden_layers, output, activation: config.nonlinearity.activation() }
        };
        let mirrored: Vec<usize> = config.hidden.iter().rev().copied().collect();
        let encoder = perceptron("encoder", [values, 2 * latent], &config.hidden, 0.1);
        let decoder = perceptron("decoder", [latent, likelihood.outputs() * values], &mirrored, 0.1);
        params
            .get_mut(decoder.output.bias)
            .copy_from_slice(&likelihood.base(&moments.mean, &moments.deviation));
        let log_sigma = (likelihood == Likelihood::Gaussian(Sigma::Shared)).then(|| {
            let mean = moments.deviation.iter().map(|d| d * d).sum::<f32>() / values.max(1) as f32;
            let start = vec![mean.sqrt().max(0.05).ln()];
            params.add("decoder.log_sigma", &[1, 1], Init::Values(start), noise)
        });
        Self { config, frame, params, encoder, decoder, log_sigma }
    }

    /// The names and shapes of the weights that a model of these sizes has.
    pub fn expected(config: &ImageVaeConfig, frame: &ImageFrame) -> Vec<(String, Vec<usize>)> {
        let values = frame.shape.values();
        let config = config.clone().resolved(values);
        let (latent, outputs) = (config.latent(), config.likelihood().outputs() * values);
        let mirrored: Vec<usize> = config.hidden.iter().rev().copied().collect();
        let of = |name: &str, [input, output]: [usize; 2], hidden: &[usize]| {
            let inputs = std::iter::once(input).chain(hidden.iter().copied());
            let sizes = inputs.zip(hidden.iter().copied().chain([output])).enumerate();
            let layer = |(i, (input, output)): (usize, (usize, usize))| {
                let layer = if i < hidden.len() { format!("hidden{i}") } else { "output".to_owned() };
                (format!("{name}.{layer}.weight"), vec![input, output])
            };
            sizes.map(layer).collect::<Vec<_>>()
        };
        [of("encoder", [values, 2 * latent], &config.hidden), of("decoder", [latent, outputs], &mirrored)]
            .concat()
    }

    /// The likelihood.
    pub fn likelihood(&self) -> Likelihood {
        self.config.likelihood()
    }

    /// `q(z|x)`, event size `latent`; `x: [images, values]`.
    pub fn encode(&self, leaves: &Leaves, x: Tensor<2>) -> Normal {
        let output = self.encoder.forward(leaves, x.mul_scalar(2.0) - 1.0);
        let ([images, both], latent) = (output.dims(), self.config.latent());
        let (low, high) = LOG_VAR_BOUNDS;
        Normal {
            mu: output.clone().slice([0..images, 0..latent]),
            log_var: output.slice([0..images, latent..both]).clamp(low, high),
        }
    }

    /// What the likelihood needs, `[images, outputs · values]`; `z: [images, latent]`.
    pub fn decode(&self, leaves: &Leaves, z: Tensor<2>) -> Tensor<2> {
        self.decoder.forward(leaves, z)
    }

    /// `−log p(x|z)` of each image, nats.
    pub fn distortion(&self, leaves: &Leaves, z: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
        let log_sigma = self.log_sigma.map(|id| leaves.get::<2>(id));
        self.likelihood().distortion(self.decode(leaves, z), log_sigma, x, &self.frame)
    }

    /// A draw from `p(x|z)` as the likelihood takes images, from the decoder's output for one z; nothing is cut off.
    pub(super) fn drawn(&self, output: &[f32], uniforms: &[f32]) -> Vec<f32> {
        self.likelihood().numbers(output, self.log_sigma_value(), &self.frame, Some(uniforms))
    }

    /// The decoder's layers on the host, and what follows all but the last.
    pub(super) fn decoder_on_host(&self) -> (Vec<Affine>, Activation) {
        let Perceptron { hidden, output, activation } = &self.decoder;
        let layers = hidden.iter().chain([output]);
        let affine = |layer: &Linear| Affine::new(self.params.get(layer.weight), self.params.get(layer.bias));
        (layers.map(affine).collect(), *activation)
    }

    /// A shared `log σ`.
    fn log_sigma_value(&self) -> Option<f32> {
        self.log_sigma.and_then(|id| self.params.get(id).first().copied())
    }

    /// Images from the decoder's outputs, one after the other: expectations, or with `uniforms` for every number, draws.
    pub(super) fn images(&self, outputs: &[f32], uniforms: Option<&[f32]>) -> Vec<f32> {
        let values = self.frame.shape.values();
        let log_sigma = self.log_sigma_value();
        let rows = outputs.chunks_exact(self.likelihood().outputs() * values).enumerate();
        rows.flat_map(|(i, output)| {
            let uniforms = uniforms.map(|uniforms| &uniforms[i * values..(i + 1) * values]);
            self.likelihood().image(output, log_sigma, &self.frame, uniforms)
        })
        .collect()
    }
}
