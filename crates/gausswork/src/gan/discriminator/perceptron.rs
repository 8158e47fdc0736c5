//! The network of a discriminator of rows.

use burn::tensor::Tensor;

use super::super::layer::Layer;
use super::super::weight::Weight;
use super::config::{DiscriminatorConfig, Layers};
use super::thinning::Thinning;
use super::waves::Waves;
use crate::fused::{activate, maxout};
use crate::nn::{Leaves, Nonlinearity, Params};
use crate::noise::Noise;

/// Hidden layers, connected as [`Layers`] says, and a logit.
#[derive(Debug, Clone)]
pub(super) struct Perceptron {
    pub(super) activation: Nonlinearity,
    pub(super) waves: Waves,
    pub(super) input: Option<Layer>,
    pub(super) blocks: Vec<Block>,
    pub(super) output: Layer,
}

/// The layers of a block.
#[derive(Debug, Clone)]
pub(super) enum Block {
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

impl Perceptron {
    /// Layers for packs of so many numbers.
    pub(super) fn new(
        params: &mut Params,
        packed: usize,
        config: &DiscriminatorConfig,
        noise: &Noise,
    ) -> Self {
        let (width, normalisation) = (config.width, config.normalisation);
        let gain = config.activation.gain();
        let mut layer = |name: String, sizes: [usize; 2], gain: f32| {
            Layer::new(params, format!("discriminator.{name}"), sizes, gain, normalisation, noise)
        };
        let packed = packed * config.copies();
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
                        inner: layer(format!("block{i}.inner"), [width, width], gain),
                        outer: layer(format!("block{i}.outer"), [width, width], 0.5),
                    },
                    Layers::Plain => Block::Plain(layer(format!("block{i}"), [from, width], gain)),
                    Layers::Maxout { pieces } => {
                        let layer = layer(format!("block{i}"), [from, width * pieces], 1.0);
                        Block::Maxout { layer, pieces }
                    }
                }
            })
            .collect();
        // A small start: D ≈ ½ everywhere.
        let output = layer("output".into(), [size, 1], 0.5);
        let waves = Waves { octaves: config.waves.unwrap_or(0) };
        Self { activation: config.activation, waves, input, blocks, output }
    }

    /// Name and shape of the weight that reads packs of so many numbers.
    pub(super) fn expected(packed: usize, config: &DiscriminatorConfig) -> (String, Vec<usize>) {
        let (name, outputs) = match config.layers {
            Layers::Residual => ("input", config.width),
            _ if config.blocks == 0 => ("output", 1),
            Layers::Plain => ("block0", config.width),
            Layers::Maxout { pieces } => ("block0", config.width * pieces),
        };
        (format!("discriminator.{name}.weight"), vec![packed * config.copies(), outputs])
    }

    /// `l(x)`, packs `[packs, numbers]` to `[packs, 1]`.
    pub(super) fn forward(&self, leaves: &Leaves, x: Tensor<2>, thinning: Thinning<'_>) -> Tensor<2> {
        let a = self.activation.activation();
        let mut h = self.waves.beside(x);
        if let Some(input) = &self.input {
            h = input.forward(leaves, h);
        }
        for (i, block) in self.blocks.iter().enumerate() {
            h = match block {
                Block::Residual { inner, outer } => {
                    let inside = thinning.thinned(inner.activated(leaves, h.clone(), a), i);
                    h + outer.forward(leaves, inside)
                }
                Block::Plain(layer) => thinning.thinned(layer.activated(leaves, h, a), i),
                Block::Maxout { layer, pieces } => {
                    let all = layer.forward(leaves, h);
                    thinning.thinned(maxout(all, *pieces), i)
                }
            };
        }
        if self.input.is_some() {
            h = thinning.thinned(activate(h, a), self.blocks.len());
        }
        self.output.forward(leaves, h)
    }

    /// The logits and their directional derivative along `tangent`.
    pub(super) fn with_tangent(
        &self,
        leaves: &Leaves,
        [x, tangent]: [Tensor<2>; 2],
        thinning: Thinning<'_>,
    ) -> (Tensor<2>, Tensor<2>) {
        let a = self.activation;
        let thinned = |(h, t), i| (thinning.thinned(h, i), thinning.thinned(t, i));
        let (mut h, mut t) = self.waves.with_tangent(x, tangent);
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

    /// The weights, from the input on.
    pub(super) fn weights(&self) -> impl Iterator<Item = &Weight> {
        let hidden = self.blocks.iter().flat_map(Block::layers).flatten();
        self.input.iter().chain(hidden).chain([&self.output]).map(Layer::weight)
    }
}
