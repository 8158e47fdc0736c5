//! What a decoder says of an image's numbers: `p(x|z) = p(x|x_hat)`, each number independent of the others given z.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::levels::LevelMixture;
use crate::data::image::ImageFrame;
use crate::fused::{Activation, bernoulli_loss, level_blocks};
use crate::noise::normal_quantile;

/// The families of likelihoods, as a configuration names them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Coin flips: black or white.
    #[default]
    Bernoulli,
    /// A normal density of the number scaled to [0, 1].
    Gaussian,
    /// The probability of a level, the mass of a mixture of logistic distributions in the level's cell.
    Logistic,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Bernoulli, Self::Gaussian, Self::Logistic];

    /// Its name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bernoulli => "bernoulli",
            Self::Gaussian => "gaussian",
            Self::Logistic => "logistic",
        }
    }
}

/// What stands for a grey level where pixels are coin flips.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Binarisation {
    /// New flips each time that an image is seen in training; one flip for good where its likelihood is told.
    #[default]
    Dynamic,
    /// One flip for good, by the seed.
    Static,
    /// The grey level itself as a target of the cross-entropy. What is then maximised is no likelihood of the data.
    None,
}

/// The standard deviation of a Gaussian likelihood, in units of the scaled numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sigma {
    /// Given: with 1, the distortion is half the squared error and a constant.
    Fixed(f64),
    /// One number for all pixels of all images, learned.
    Shared,
    /// One for each pixel, decoded from z.
    #[default]
    Learned,
}

/// The likelihood of a decoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Likelihood {
    /// `x l − softplus(l)`.
    Bernoulli(Binarisation),
    /// `−½ ((x − μ)/σ)² − log σ − ½ log 2π`.
    Gaussian(Sigma),
    /// `log Σ_k π_k (F_k(x + h) − F_k(x − h))` with `F_k(t) = σ((t − μ_k)/s_k)` and `h` half the distance of two levels; the first and
    /// the last level have the tails (Salimans et al. 2017, eq. 2).
    Logistic {
        /// Components of the mixture.
        components: usize,
    },
}

/// Bounds of a learned `log σ`; below, a pixel that never changes would drive the density to infinity.
const LOG_SCALE_BOUNDS: [f64; 2] = [-5.0, 3.0];
const HALF_LOG_TWO_PI: f64 = 0.918_938_533_204_672_7;

impl Likelihood {
    /// Outputs of the decoder for each number of an image.
    pub fn outputs(self) -> usize {
        match self {
            Self::Bernoulli(_) | Self::Gaussian(Sigma::Fixed(_) | Sigma::Shared) => 1,
            Self::Gaussian(Sigma::Learned) => 2,
            Self::Logistic { components } => level_blocks(components),
        }
    }

    /// `−log p(x|z)` of each image, `[images]`, nats: `output: [images, outputs · values]`, `x: [images, values]` constants in [0, 1];
    /// `log_sigma: [1, 1]` is that of a shared σ.
    pub fn distortion(
        self,
        output: Tensor<2>,
        log_sigma: Option<Tensor<2>>,
        x: Tensor<2>,
        frame: &ImageFrame,
    ) -> Tensor<1> {
        match self {
            Self::Bernoulli(_) => bernoulli_loss(output, x),
            Self::Gaussian(sigma) => {
                let (mu, log_scale) = match sigma {
                    Sigma::Learned => halves(output),
                    Sigma::Shared => {
                        let shared = log_sigma.unwrap_or_else(|| x.clone().zeros_like());
                        (output, shared.clamp(LOG_SCALE_BOUNDS[0], LOG_SCALE_BOUNDS[1]))
                    }
                    Sigma::Fixed(sigma) => (output, x.zeros_like() + sigma.ln()),
                };
                let standard = (x.clone() - mu) * log_scale.clone().neg().exp();
                // A shared scale counts once for each number.
                let nats = standard.powi_scalar(2).mul_scalar(0.5) + (log_scale + x.zeros_like());
                sum(nats + HALF_LOG_TWO_PI)
            }
            Self::Logistic { components } => levels(components, frame).distortion(output, x),
        }
    }

    /// Puts an image from the decoder's output into `to: [values]`, numbers in [0, 1]: its expectation, or with `uniforms` in (0, 1) a
    /// draw, cut off there.
    pub(super) fn image(
        self,
        output: &[f32],
        log_sigma: Option<f32>,
        frame: &ImageFrame,
        uniforms: Option<&[f32]>,
        to: &mut [f32],
    ) {
        self.numbers(output, log_sigma, frame, uniforms, to);
        to.iter_mut().for_each(|number| *number = number.clamp(0.0, 1.0));
    }

    /// The same without an end: of a normal likelihood, numbers below 0 and above 1 as well.
    pub(super) fn numbers(
        self,
        output: &[f32],
        log_sigma: Option<f32>,
        frame: &ImageFrame,
        uniforms: Option<&[f32]>,
        to: &mut [f32],
    ) {
        let values = frame.shape.values();
        let u = |i: usize| uniforms.map(|uniforms| uniforms[i]);
        let (mu, scales) = output.split_at(values.min(output.len()));
        match self {
            Self::Bernoulli(_) => match uniforms {
                None => {
                    to.copy_from_slice(mu);
                    Activation::Sigmoid.apply(to);
                }
                Some(uniforms) => {
                    let shown = |(l, u): (&f32, &f32)| f32::from(u8::from((u / (1.0 - u)).ln() < *l));
                    fill(to, mu.iter().zip(uniforms).map(shown));
                }
            },
            Self::Gaussian(sigma) => {
                let scale = |i: usize| match sigma {
                    Sigma::Fixed(sigma) => sigma as f32,
                    Sigma::Shared => bounded(log_sigma.unwrap_or_default()).exp(),
                    Sigma::Learned => bounded(scales[i]).exp(),
                };
                let number = |(i, &mu): (usize, &f32)| {
                    u(i).map_or(mu, |u| mu + scale(i) * normal_quantile(u.into()) as f32)
                };
                fill(to, mu.iter().enumerate().map(number));
            }
            Self::Logistic { components } => {
                let mixture = levels(components, frame);
                fill(to, (0..values).map(|i| mixture.number(output, [i, values], u(i))));
            }
        }
    }

    /// The decoder's output before anything is learned, from the mean and the deviation of each number over the training images.
    pub(super) fn base(self, mean: &[f32], deviation: &[f32]) -> Vec<f32> {
        // As in the code of Burda et al.: a number that never varies is believed to a thousandth.
        let logit = |p: f32| {
            let p = p.clamp(1e-3, 1.0 - 1e-3);
            (p / (1.0 - p)).ln()
        };
        match self {
            Self::Bernoulli(_) => mean.iter().map(|&p| logit(p)).collect(),
            Self::Logistic { components } => LevelMixture::base(components, mean, deviation),
            Self::Gaussian(_) => {
                let scales = deviation.iter().map(|&deviation| deviation.max(LEAST_DEVIATION).ln());
                let scales = scales.take(if self.outputs() == 2 { deviation.len() } else { 0 });
                mean.iter().copied().chain(scales).collect()
            }
        }
    }

    /// What a figure of this likelihood is of, in words.
    pub fn what(self) -> &'static str {
        match self {
            Self::Bernoulli(Binarisation::Dynamic) => {
                "log-likelihood of binary images, coin flips of the grey levels (new ones at each training step)"
            }
            Self::Bernoulli(Binarisation::Static) => {
                "log-likelihood of binary images, coin flips of the grey levels made once"
            }
            Self::Bernoulli(Binarisation::None) => {
                "cross-entropy with grey levels, which is no log-likelihood of the data"
            }
            Self::Gaussian(_) => "log-density of numbers scaled to [0, 1], not dequantised",
            Self::Logistic { .. } => "log-probability of the images' levels",
        }
    }
}

/// The least deviation that is believed before anything is learned.
pub(super) const LEAST_DEVIATION: f32 = 0.05;

fn fill(to: &mut [f32], numbers: impl Iterator<Item = f32>) {
    to.iter_mut().zip(numbers).for_each(|(to, number)| *to = number);
}

fn levels(components: usize, frame: &ImageFrame) -> LevelMixture {
    LevelMixture { components, cell: 1.0 / f64::from(frame.levels.unwrap_or(256).max(2) - 1) }
}

fn bounded(log_scale: f32) -> f32 {
    log_scale.clamp(LOG_SCALE_BOUNDS[0] as f32, LOG_SCALE_BOUNDS[1] as f32)
}

/// Locations, and log-scales within their bounds.
fn halves(output: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let [images, outputs] = output.dims();
    let log_scale = output.clone().slice([0..images, outputs / 2..outputs]);
    let [low, high] = LOG_SCALE_BOUNDS;
    (output.slice([0..images, 0..outputs / 2]), log_scale.clamp(low, high))
}

fn sum(nats: Tensor<2>) -> Tensor<1> {
    nats.sum_dim(1).squeeze_dim(1)
}
