//! The networks of an autoencoder of images.

use burn::tensor::{Tensor, TensorData};

use super::config::ImageVaeConfig;
use super::likelihood::{Likelihood, Sigma};
use crate::data::image::{ImageError, ImageFrame, ImageSet, LabelShares};
use crate::dist::Normal;
use crate::fused::Activation;
use crate::nn::image::{Down, Seen, Up};
use crate::nn::{Init, Leaves, Linear, ParamId, Params, Phase};
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
///
/// Where labels y are told it is of `p(x|z, y)` and `q(z|x, y)`. An image as the networks take it then has its label behind its numbers,
/// one-hot, and so has a latent: the decoder is a network of both, and the encoder one of the image plus what the label adds to each of its
/// numbers, which through a linear layer or a convolution is a bias of every unit that depends on the label.
#[derive(Debug, Clone)]
pub struct ImageVae {
    /// Sizes, likelihood and objective.
    pub config: ImageVaeConfig,
    /// What the images are.
    pub frame: ImageFrame,
    /// How often each label comes; empty where labels are not told.
    pub shares: LabelShares,
    /// The learned weights.
    pub params: Params,
    encoder: Down,
    decoder: Up,
    /// What each label adds to an image, `[labels, values]`.
    of_label: Option<ParamId>,
    log_sigma: Option<ParamId>,
}

impl ImageVae {
    /// A model with initial weights from `noise`; before anything is learned, its decoder says what `moments` say of each number.
    pub fn new(
        config: ImageVaeConfig,
        frame: ImageFrame,
        shares: LabelShares,
        moments: &Moments,
        noise: &Noise,
    ) -> Self {
        let config = config.resolved(frame.shape.values());
        let likelihood = config.likelihood();
        let mut params = Params::default();
        let base = Init::Values(likelihood.base(&moments.mean, &moments.deviation));
        let (encoder, decoder, of_label) =
            networks(&mut params, &config, (&frame, shares.len()), base, noise);
        let log_sigma = (likelihood == Likelihood::Gaussian(Sigma::Shared)).then(|| {
            let mean =
                moments.deviation.iter().map(|d| d * d).sum::<f32>() / moments.deviation.len().max(1) as f32;
            let start = vec![mean.sqrt().max(0.05).ln()];
            params.add("decoder.log_sigma", &[1, 1], Init::Values(start), noise)
        });
        Self { config, frame, shares, params, encoder, decoder, of_label, log_sigma }
    }

    /// The names and shapes of the weights that a model of these sizes has.
    pub fn expected(config: &ImageVaeConfig, frame: &ImageFrame, labels: usize) -> Vec<(String, Vec<usize>)> {
        let mut params = Params::outline();
        let config = config.clone().resolved(frame.shape.values());
        networks(&mut params, &config, (frame, labels), Init::Zeros, &Noise::new(0));
        params.shapes()
    }

    /// The likelihood.
    pub fn likelihood(&self) -> Likelihood {
        self.config.likelihood()
    }

    /// Labels that the model is told; 0 where it is told none.
    pub fn labels(&self) -> usize {
        self.shares.len()
    }

    /// Numbers of an image as the networks take it: its own, and behind them those of its label.
    pub fn seen_width(&self) -> usize {
        self.frame.shape.values() + self.labels()
    }

    /// Numbers of a latent as the decoder takes it: its own, and behind them those of a label.
    pub fn told_width(&self) -> usize {
        self.config.latent() + self.labels()
    }

    /// `q(z|x)`, event size `latent`; `x: [images, values + labels]`.
    pub fn encode(&self, leaves: &Leaves, x: Tensor<2>) -> Normal {
        self.encode_in(leaves, x, Phase::Evaluate).0
    }

    /// [`ImageVae::encode`] in a phase, and what the encoder's batch normalisations saw.
    pub fn encode_in(&self, leaves: &Leaves, x: Tensor<2>, phase: Phase) -> (Normal, Seen) {
        let (x, label) = self.parted(x);
        let mut x = x.mul_scalar(2.0) - 1.0;
        if let Some((label, of_label)) = label.zip(self.of_label) {
            x = x + label.matmul(leaves.get::<2>(of_label));
        }
        let (output, seen) = self.encoder.forward(leaves, x, phase);
        let ([images, both], latent) = (output.dims(), self.config.latent());
        let (low, high) = LOG_VAR_BOUNDS;
        let posterior = Normal {
            mu: output.clone().slice([0..images, 0..latent]),
            log_var: output.slice([0..images, latent..both]).clamp(low, high),
        };
        (posterior, seen)
    }

    /// What the likelihood needs, `[images, outputs · values]`; `z: [images, latent + labels]`.
    pub fn decode(&self, leaves: &Leaves, z: Tensor<2>) -> Tensor<2> {
        self.decoder.forward(leaves, z, Phase::Evaluate).0
    }

    /// `−log p(x|z)` of each image, nats; `z: [images, latent]`, `x: [images, values + labels]`.
    pub fn distortion(&self, leaves: &Leaves, z: Tensor<2>, x: Tensor<2>) -> Tensor<1> {
        self.distortion_in(leaves, z, x, Phase::Evaluate).0
    }

    /// [`ImageVae::distortion`] in a phase, and what the decoder's batch normalisations saw.
    pub fn distortion_in(
        &self,
        leaves: &Leaves,
        z: Tensor<2>,
        x: Tensor<2>,
        phase: Phase,
    ) -> (Tensor<1>, Seen) {
        let log_sigma = self.log_sigma.map(|id| leaves.get::<2>(id));
        let (x, label) = self.parted(x);
        let z = match label {
            Some(label) => Tensor::cat(vec![z, label], 1),
            None => z,
        };
        let (outputs, seen) = self.decoder.forward(leaves, z, phase);
        (self.likelihood().distortion(outputs, log_sigma, x, &self.frame), seen)
    }

    /// Images without their labels, and these.
    fn parted(&self, x: Tensor<2>) -> (Tensor<2>, Option<Tensor<2>>) {
        let (values, labels) = (self.frame.shape.values(), self.labels());
        if labels == 0 {
            return (x, None);
        }
        (x.clone().narrow(1, 0, values), Some(x.narrow(1, values, labels)))
    }

    /// From what the passes of a shard saw, numbers that add up over shards.
    pub(super) fn sums(&self, [encoder, decoder]: [Seen; 2]) -> Vec<f64> {
        [self.encoder.sums(encoder), self.decoder.sums(decoder)].concat()
    }

    /// Moves running moments towards those of a batch, of whose shards these are the summed [`ImageVae::sums`].
    pub(super) fn update(&mut self, sums: &[f64]) {
        let rest = self.encoder.update(&mut self.params, sums);
        self.decoder.update(&mut self.params, rest);
    }

    /// A draw from `p(x|z)` as the likelihood takes images, from the decoder's output for one z; nothing is cut off.
    pub(super) fn drawn(&self, output: &[f32], uniforms: &[f32]) -> Vec<f32> {
        let mut numbers = vec![0.0; self.frame.shape.values()];
        self.likelihood().numbers(output, self.log_sigma_value(), &self.frame, Some(uniforms), &mut numbers);
        numbers
    }

    /// The layers of a decoder that is a perceptron on the host, each with what follows it.
    pub(super) fn decoder_on_host(&self) -> Option<Vec<(Affine, Activation)>> {
        let affine = |layer: &Linear| Affine::new(self.params.get(layer.weight), self.params.get(layer.bias));
        let layers = self.decoder.linear_layers()?.into_iter();
        Some(layers.map(|(layer, after)| (affine(layer), after)).collect())
    }

    /// A shared `log σ`.
    fn log_sigma_value(&self) -> Option<f32> {
        self.log_sigma.and_then(|id| self.params.get(id).first().copied())
    }

    /// The decoder's output for latents with their labels behind them.
    pub(super) fn decoded(&self, leaves: &Leaves, z: Vec<f32>) -> Vec<f32> {
        let width = self.told_width();
        let rows = z.len() / width;
        let z = Tensor::<2>::from_data(TensorData::new(z, [rows, width]), &leaves.device());
        // Numbers of 32 bits, as the weights are.
        self.decode(leaves, z).into_data().try_into_vec().unwrap_or_default()
    }

    /// Images from the decoder's outputs, one after the other: expectations, or with `uniforms` for every number, draws.
    pub(super) fn images(&self, outputs: &[f32], uniforms: Option<&[f32]>) -> Vec<f32> {
        let mut images = vec![0.0; outputs.len() / self.likelihood().outputs()];
        self.paint(outputs, uniforms, &mut images);
        images
    }

    /// Puts the same into `images`.
    pub(super) fn paint(&self, outputs: &[f32], uniforms: Option<&[f32]>, images: &mut [f32]) {
        let values = self.frame.shape.values();
        let log_sigma = self.log_sigma_value();
        let rows = outputs.chunks_exact(self.likelihood().outputs() * values);
        for (i, (output, image)) in rows.zip(images.chunks_exact_mut(values)).enumerate() {
            let uniforms = uniforms.map(|uniforms| &uniforms[i * values..(i + 1) * values]);
            self.likelihood().image(output, log_sigma, &self.frame, uniforms, image);
        }
    }
}

/// Encoder and decoder, whose outputs start near `base`, and what each label adds to an image: nothing at first.
fn networks(
    params: &mut Params,
    config: &ImageVaeConfig,
    (frame, labels): (&ImageFrame, usize),
    base: Init,
    noise: &Noise,
) -> (Down, Up, Option<ParamId>) {
    let (network, latent, outputs) = (&config.network, config.latent(), config.likelihood().outputs());
    let image = [frame.shape.height, frame.shape.width, frame.shape.channels.count()];
    let encoder = Down::new(params, "encoder", network, image, 2 * latent, GAIN, noise);
    let decoder = Up::new(params, "decoder", network, latent + labels, (image, outputs), (base, GAIN), noise);
    let of_label = (labels > 0)
        .then(|| params.add("encoder.label", &[labels, frame.shape.values()], Init::Zeros, noise));
    (encoder, decoder, of_label)
}

/// The standard deviation with which outputs start: small, so that a posterior starts near the prior and an image near its base.
const GAIN: f32 = 0.1;
