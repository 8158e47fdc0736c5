//! The discriminator: rows, or packs of rows, to the logit of being real.
//!
//! | to see | look at |
//! |---|---|
//! | sizes and structure, as a configuration has them | [`DiscriminatorConfig`] |
//! | the network of one of rows or points | `perceptron.rs` |
//! | what rectifiers are about some rows | `piece.rs` |
//! | the network of one of images | `gan/image/critic.rs` |
//! | how a network is passed | [`Mode`] |

mod config;
mod perceptron;
mod piece;
mod thinning;
mod waves;

use burn::tensor::Tensor;

use self::perceptron::Perceptron;
use self::piece::Piece;
use self::thinning::Thinning;
use super::image::ImageCritic;
use super::weight::Weight;
use crate::data::image::ImageShape;
use crate::nn::{Leaves, Params};
use crate::noise::Noise;

pub use config::{DiscriminatorConfig, Layers};
pub use thinning::Mode;

/// The network `l(x)`.
#[derive(Debug, Clone)]
pub struct Discriminator {
    config: DiscriminatorConfig,
    network: Network,
}

#[derive(Debug, Clone)]
enum Network {
    Rows(Perceptron),
    Images(ImageCritic),
}

/// What a [`Discriminator`] is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Rows of so many numbers.
    Numbers(usize),
    /// Images of a shape, and behind each one of so many labels, one-hot.
    Images(ImageShape, usize),
}

impl Seen {
    /// Numbers of a row.
    pub fn width(self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers,
            Self::Images(shape, labels) => shape.values() + labels,
        }
    }
}

impl Discriminator {
    /// A discriminator with initial weights from `noise`, in entries `discriminator.…` of `params`.
    pub fn new(params: &mut Params, seen: Seen, config: DiscriminatorConfig, noise: &Noise) -> Self {
        let network = match seen {
            Seen::Numbers(numbers) => {
                Network::Rows(Perceptron::new(params, numbers * config.pac, &config, noise))
            }
            Seen::Images(shape, labels) => {
                Network::Images(ImageCritic::new(params, (shape, labels), &config, noise))
            }
        };
        Self { config, network }
    }

    /// Names and shapes of the weights that decide how large all others are.
    pub fn expected(seen: Seen, config: &DiscriminatorConfig) -> Vec<(String, Vec<usize>)> {
        match seen {
            Seen::Numbers(numbers) => vec![Perceptron::expected(numbers * config.pac, config)],
            Seen::Images(shape, labels) => ImageCritic::expected((shape, labels), config),
        }
    }

    /// Sizes and structure.
    pub fn config(&self) -> &DiscriminatorConfig {
        &self.config
    }

    /// `l(x)`, `x: [rows, features]` to `[rows / pac, 1]`: consecutive groups of `pac` rows are judged as one.
    ///
    /// # Panics
    /// Where `pac` does not divide the number of rows.
    pub fn logits(&self, leaves: &Leaves, x: Tensor<2>, mode: Mode<'_>) -> Tensor<2> {
        self.judged(leaves, x, mode).0
    }

    /// [`Self::logits`], and while training what normalisations saw, in numbers that add up over passes, for [`Self::update`].
    pub fn judged(&self, leaves: &Leaves, x: Tensor<2>, mode: Mode<'_>) -> (Tensor<2>, Vec<f64>) {
        let x = self.packed(x);
        match &self.network {
            Network::Rows(network) => (network.forward(leaves, x, self.thinning(mode)), Vec::new()),
            Network::Images(network) => network.forward(leaves, x, mode.phase()),
        }
    }

    /// `l(x)` and its directional derivative `t · ∇l(x)`, both `[rows / pac, 1]`, for `x` and `t` of `[rows, features]`; the derivative
    /// of a pack sums over its rows. A label has no slope.
    ///
    /// Forward-mode differentiation in operations that have gradients themselves. For constant `t`, the gradient of `Σ t · ∇l(x)`
    /// by the weights is `tᵀ ∂²l/∂x∂θ`: what a penalty on `∇l(x)` needs of second derivatives.
    pub fn jvp(
        &self,
        leaves: &Leaves,
        x: Tensor<2>,
        tangent: Tensor<2>,
        mode: Mode<'_>,
    ) -> (Tensor<2>, Tensor<2>) {
        let both = [self.packed(x), self.packed(tangent)];
        match &self.network {
            Network::Rows(network) => network.with_tangent(leaves, both, self.thinning(mode)),
            Network::Images(network) => network.with_tangent(leaves, both, mode.phase()),
        }
    }

    /// The linear piece of the network on which rows lie, where it consists of such.
    pub(super) fn piece(&self, plain: &Leaves, x: Tensor<2>, mode: Mode<'_>) -> Option<Piece<'_>> {
        match &self.network {
            Network::Rows(network) => Piece::of(network, plain, self.packed(x), self.thinning(mode)),
            Network::Images(_) => None,
        }
    }

    /// One turn of the power iteration of every weight, once per step, before leaves are made; nothing without spectral
    /// normalisation.
    pub fn advance(&self, params: &mut Params) {
        self.weights().into_iter().for_each(|weight| weight.advance(params));
    }

    /// Moves the running moments of normalisations towards those of a batch, of whose passes these are the sums.
    pub fn update(&self, params: &mut Params, sums: &[f64]) {
        if let Network::Images(network) = &self.network {
            network.update(params, sums);
        }
    }

    /// The spectral norm of each weight as it acts, by name, in the order of the layers.
    ///
    /// With spectral normalisation it is 1 where the power iteration keeps up, and above 1 as far as it does not.
    pub fn spectral_norms(&self, params: &Params) -> Vec<(String, f64)> {
        self.weights().into_iter().map(|weight| weight.spectral_norm(params)).collect()
    }

    /// How many weights there are.
    pub fn layer_count(&self) -> usize {
        self.weights().len()
    }

    /// The spectral norm of the weight of one layer as it acts; 0 of a layer that there is not.
    pub fn spectral_norm(&self, params: &Params, layer: usize) -> f64 {
        self.weights().get(layer).map_or(0.0, |weight| weight.spectral_norm(params).1)
    }

    /// The weights, from the input on.
    fn weights(&self) -> Vec<&Weight> {
        match &self.network {
            Network::Rows(network) => network.weights().collect(),
            Network::Images(network) => network.weights().iter().collect(),
        }
    }

    fn thinning<'a>(&self, mode: Mode<'a>) -> Thinning<'a> {
        Thinning { probability: self.config.dropout, mode }
    }

    /// Consecutive rows side by side, `[rows, features]` to `[rows / pac, pac · features]`.
    pub(super) fn packed(&self, x: Tensor<2>) -> Tensor<2> {
        let ([rows, features], pac) = (x.dims(), self.config.pac);
        assert!(rows % pac == 0, "{rows} rows are not packs of {pac}");
        if pac == 1 { x } else { x.reshape([rows / pac, pac * features]) }
    }
}
