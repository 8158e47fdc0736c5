//! The discriminator: rows, or packs of rows, to the logit of being real.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::spectral::Normalisation;
use crate::error::OutOfRange;
use crate::fused::{Activation, activate, maxout};
use crate::nn::{Leaves, Nonlinearity, Params, dropout};
use crate::noise::{Noise, Stream};

/// How the layers of a [`Discriminator`] are connected; `a` is its activation, `L` a linear layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layers {
    /// `h ← L x`, then `h ← h + L a(L h)` in each block, then `l = L a(h)`.
    #[default]
    Residual,
    /// `h ← a(L h)` in each block, then `l = L h`.
    Plain,
    /// `h ← max over pieces of L h` in each block, then `l = L h` (Goodfellow et al. 2013, §2); the activation is not used.
    Maxout {
        /// Linear functions per unit.
        pieces: usize,
    },
}

/// Sizes and structure of a [`Discriminator`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct DiscriminatorConfig {
    /// Hidden units.
    pub width: usize,
    /// Residual blocks, or hidden layers.
    pub blocks: usize,
    /// How the layers are connected.
    pub layers: Layers,
    /// Between the layers.
    pub activation: Nonlinearity,
    /// Rows that are judged together (Lin et al. 2018, PacGAN, arXiv 1712.04086, §3).
    pub pac: usize,
    /// Probability with which a hidden unit is left out while training.
    pub dropout: f32,
    /// What is done to the weights before they act.
    pub normalisation: Normalisation,
    /// Octaves of waves `sin 2ᵏx`, `cos 2ᵏx`, k = 0, 1, …, that are seen beside each number `x`; 7 for points and 0 for rows where not
    /// given. Without them a network of this size is blind to detail far finer than the whole (Tancik et al. 2020).
    pub waves: Option<u32>,
}

impl Default for DiscriminatorConfig {
    fn default() -> Self {
        Self {
            width: 128,
            blocks: 2,
            layers: Layers::Residual,
            activation: Nonlinearity::Silu,
            pac: 1,
            dropout: 0.0,
            normalisation: Normalisation::None,
            waves: None,
        }
    }
}

impl DiscriminatorConfig {
    /// Numbers that stand for each number of a row.
    fn copies(&self) -> usize {
        1 + 2 * self.waves.unwrap_or(0) as usize
    }

    /// Checks every range.
    ///
    /// # Errors
    /// The first value that is out of its range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let size = |key, value: usize, least: usize, greatest: usize, expected| {
            OutOfRange::unless((least..=greatest).contains(&value), key, value, expected)
        };
        size("gan.discriminator.width", self.width, 1, 8192, "1 to 8192")?;
        size("gan.discriminator.blocks", self.blocks, 0, MOST_BLOCKS, "0 to 64")?;
        if let Layers::Maxout { pieces } = self.layers {
            size("gan.discriminator.layers.maxout.pieces", pieces, 1, 64, "1 to 64")?;
        }
        size("gan.discriminator.pac", self.pac, 1, 64, "1 to 64")?;
        size("gan.discriminator.waves", self.waves.unwrap_or(0) as usize, 0, 20, "0 to 20")?;
        let dropout = self.dropout;
        OutOfRange::unless(
            (0.0..1.0).contains(&dropout),
            "gan.discriminator.dropout",
            dropout,
            "at least 0 and below 1",
        )
    }
}

/// Most blocks of a discriminator.
const MOST_BLOCKS: usize = 64;

/// Addresses of dropout masks that a pass may use, more than there are layers.
const MASKS: u64 = 128;

/// How a network is passed.
#[derive(Debug, Clone, Copy)]
pub enum Mode<'a> {
    /// Every unit takes part.
    Evaluate,
    /// Units drop out.
    Train {
        /// Decides which.
        noise: &'a Noise,
        /// The address of this pass in the stream [`Stream::Dropout`], below 2⁵⁷: of its own for each step, shard and set of rows.
        address: u64,
    },
}

/// The network `l(x)`.
#[derive(Debug, Clone)]
pub struct Discriminator {
    config: DiscriminatorConfig,
    input: Option<Layer>,
    blocks: Vec<Block>,
    output: Layer,
}

/// The layers of a block.
#[derive(Debug, Clone)]
enum Block {
    Residual { inner: Layer, outer: Layer },
    Plain(Layer),
    Maxout { layer: Layer, pieces: usize },
}

impl Block {
    fn layers(&self) -> [Option<&Layer>; 2] {
        match self {
            Self::Residual { inner, outer } => [Some(inner), Some(outer)],
            Self::Plain(layer) | Self::Maxout { layer, .. } => [Some(layer), None],
        }
    }
}

impl Discriminator {
    /// A discriminator of rows of `features` numbers, with initial weights from `noise`, in entries `discriminator.…` of `params`.
    pub fn new(params: &mut Params, features: usize, config: DiscriminatorConfig, noise: &Noise) -> Self {
        let (width, normalisation) = (config.width, config.normalisation);
        let mut layer = |name: String, sizes: [usize; 2], gain: f32| {
            Layer::new(params, format!("discriminator.{name}"), sizes, gain, normalisation, noise)
        };
        let packed = features * config.pac * config.copies();
        let input = match config.layers {
            Layers::Residual => Some(layer("input".into(), [packed, width], 1.0)),
            Layers::Plain | Layers::Maxout { .. } => None,
        };
        let mut size = if input.is_some() { width } else { packed };
        let blocks = (0..config.blocks)
            .map(|i| {
                let from = std::mem::replace(&mut size, width);
                match config.layers {
                    // The outer layer starts small, so that the block starts near the identity.
                    Layers::Residual => Block::Residual {
                        inner: layer(format!("block{i}.inner"), [width, width], config.activation.gain()),
                        outer: layer(format!("block{i}.outer"), [width, width], 0.5),
                    },
                    Layers::Plain => {
                        Block::Plain(layer(format!("block{i}"), [from, width], config.activation.gain()))
                    }
                    Layers::Maxout { pieces } => {
                        let layer = layer(format!("block{i}"), [from, width * pieces], 1.0);
                        Block::Maxout { layer, pieces }
                    }
                }
            })
            .collect();
        // A small start: D ≈ ½ everywhere.
        let output = layer("output".into(), [size, 1], 0.5);
        Self { config, input, blocks, output }
    }

    /// Name and shape of the weight that reads rows of `features` numbers.
    pub fn expected(features: usize, config: &DiscriminatorConfig) -> (String, Vec<usize>) {
        let packed = features * config.pac * config.copies();
        let (name, outputs) = match config.layers {
            Layers::Residual => ("input", config.width),
            _ if config.blocks == 0 => ("output", 1),
            Layers::Plain => ("block0", config.width),
            Layers::Maxout { pieces } => ("block0", config.width * pieces),
        };
        (format!("discriminator.{name}.weight"), vec![packed, outputs])
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
        let a = self.config.activation.activation();
        let mut h = self.seen(self.packed(x));
        if let Some(input) = &self.input {
            h = input.activated(leaves, h, Activation::Identity);
        }
        for (i, block) in self.blocks.iter().enumerate() {
            h = match block {
                Block::Residual { inner, outer } => {
                    let inside = self.thinned(inner.activated(leaves, h.clone(), a), mode, i);
                    h + outer.activated(leaves, inside, Activation::Identity)
                }
                Block::Plain(layer) => self.thinned(layer.activated(leaves, h, a), mode, i),
                Block::Maxout { layer, pieces } => {
                    let all = layer.activated(leaves, h, Activation::Identity);
                    self.thinned(maxout(all, *pieces), mode, i)
                }
            };
        }
        if self.input.is_some() {
            h = self.thinned(activate(h, a), mode, self.blocks.len());
        }
        self.output.activated(leaves, h, Activation::Identity)
    }

    /// `l(x)` and its directional derivative `t · ∇l(x)`, both `[rows / pac, 1]`, for `x` and `t` of `[rows, features]`; the derivative
    /// of a pack sums over its rows.
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
        let a = self.config.activation;
        let thinned = |(h, t), i| (self.thinned(h, mode, i), self.thinned(t, mode, i));
        let (mut h, mut t) = self.seen_with_tangent(self.packed(x), self.packed(tangent));
        if let Some(input) = &self.input {
            (h, t) = input.with_tangent(leaves, h, t);
        }
        for (i, block) in self.blocks.iter().enumerate() {
            (h, t) = match block {
                Block::Residual { inner, outer } => {
                    let (inside, along) = inner.with_tangent(leaves, h.clone(), t.clone());
                    let (inside, along) = thinned(a.with_tangent(inside, along), i);
                    let (more, along) = outer.with_tangent(leaves, inside, along);
                    (h + more, t + along)
                }
                Block::Plain(layer) => {
                    let (inside, along) = layer.with_tangent(leaves, h, t);
                    thinned(a.with_tangent(inside, along), i)
                }
                Block::Maxout { layer, pieces } => {
                    let (all, along) = layer.with_tangent(leaves, h, t);
                    let [rows, columns] = all.dims();
                    let shape = [rows, columns / pieces, *pieces];
                    let (best, which) = all.reshape(shape).max_dim_with_indices(2);
                    let along = along.reshape(shape).gather(2, which);
                    let flat = |h: Tensor<3>| h.reshape([rows, columns / pieces]);
                    thinned((flat(best), flat(along)), i)
                }
            };
        }
        if self.input.is_some() {
            (h, t) = thinned(a.with_tangent(h, t), self.blocks.len());
        }
        self.output.with_tangent(leaves, h, t)
    }

    /// One turn of the power iteration of every weight, once per step, before leaves are made; nothing without spectral
    /// normalisation.
    pub fn advance(&self, params: &mut Params) {
        self.layers().for_each(|layer| layer.advance(params));
    }

    /// The spectral norm of each weight as it acts, by name, in the order of the layers.
    ///
    /// With spectral normalisation it is 1 where the power iteration keeps up, and above 1 as far as it does not.
    pub fn spectral_norms(&self, params: &Params) -> Vec<(String, f64)> {
        self.layers().map(|layer| layer.spectral_norm(params)).collect()
    }

    /// How many weights there are.
    pub fn layer_count(&self) -> usize {
        self.layers().count()
    }

    /// The spectral norm of the weight of one layer as it acts; 0 of a layer that there is not.
    pub fn spectral_norm(&self, params: &Params, layer: usize) -> f64 {
        self.layers().nth(layer).map_or(0.0, |layer| layer.spectral_norm(params).1)
    }

    /// The layers, from the input on.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        let hidden = self.blocks.iter().flat_map(Block::layers).flatten();
        self.input.iter().chain(hidden).chain([&self.output])
    }

    /// Packs with their waves, `[packs, n]` to `[packs, n (1 + 2 octaves)]`.
    fn seen(&self, x: Tensor<2>) -> Tensor<2> {
        let waves = self.phases(&x).flat_map(|(_, phase)| [phase.clone().sin(), phase.cos()]);
        let all: Vec<_> = std::iter::once(x.clone()).chain(waves).collect();
        if all.len() == 1 { x } else { Tensor::cat(all, 1) }
    }

    /// [`Self::seen`] and its directional derivative.
    fn seen_with_tangent(&self, x: Tensor<2>, tangent: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let slopes = self.phases(&x).flat_map(|(rate, phase)| {
            let along = tangent.clone().mul_scalar(rate);
            [along.clone() * phase.clone().cos(), along.neg() * phase.sin()]
        });
        let all: Vec<_> = std::iter::once(tangent.clone()).chain(slopes).collect();
        (self.seen(x), if all.len() == 1 { tangent } else { Tensor::cat(all, 1) })
    }

    /// Each octave's rate and the phases `2ᵏx`.
    fn phases(&self, x: &Tensor<2>) -> impl Iterator<Item = (f64, Tensor<2>)> {
        let rates = (0..self.config.waves.unwrap_or(0)).map(|k| f64::from(1_u32 << k));
        rates.map(|rate| (rate, x.clone().mul_scalar(rate)))
    }

    /// Consecutive rows side by side, `[rows, features]` to `[rows / pac, pac · features]`.
    pub(super) fn packed(&self, x: Tensor<2>) -> Tensor<2> {
        let ([rows, features], pac) = (x.dims(), self.config.pac);
        assert!(rows % pac == 0, "{rows} rows are not packs of {pac}");
        if pac == 1 { x } else { x.reshape([rows / pac, pac * features]) }
    }

    /// Dropout after block `i`; linear for a given address, hence the same for a tangent.
    fn thinned(&self, h: Tensor<2>, mode: Mode<'_>, i: usize) -> Tensor<2> {
        match mode {
            Mode::Evaluate => h,
            Mode::Train { noise, address } => {
                let address = address.wrapping_mul(MASKS).wrapping_add(i as u64);
                dropout(h, self.config.dropout, noise, Stream::Dropout, address)
            }
        }
    }
}
