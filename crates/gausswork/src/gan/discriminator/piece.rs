//! What a network of rectifiers is about some rows: linear.

use burn::tensor::Tensor;

use super::perceptron::{Block, Perceptron};
use super::thinning::Thinning;
use crate::nn::Leaves;

/// A network as the linear function that it is about some packs of rows: the slopes of all activations there, dropout included.
///
/// A rectifier goes through the origin, `a(h) = a'(h) h`, and its slope has no derivative. So a logit's gradient by its pack is a product
/// of weights and slopes, and the gradient of that by the weights needs none of the values between.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    network: &'a Perceptron,
    x: Tensor<2>,
    /// Of each block, then of what is before the output where the network begins with a linear layer.
    slopes: Vec<Tensor<2>>,
}

impl<'a> Piece<'a> {
    /// The piece of packs `[packs, numbers]`; none where not all of the network are rectifiers.
    pub(super) fn of(
        network: &'a Perceptron,
        plain: &Leaves,
        x: Tensor<2>,
        thinning: Thinning<'_>,
    ) -> Option<Self> {
        let mut slopes = Vec::new();
        let mut slope = |h: &Tensor<2>| {
            let slope = thinning.thinned(network.activation.rectifier_slope(h)?, slopes.len());
            slopes.push(slope.clone());
            Some(slope)
        };
        let mut h = network.waves.beside(x.clone());
        if let Some(input) = &network.input {
            h = input.forward(plain, h);
        }
        for block in &network.blocks {
            h = match block {
                Block::Residual { inner, outer } => {
                    let inside = inner.forward(plain, h.clone());
                    h + outer.forward(plain, slope(&inside)? * inside)
                }
                Block::Plain(layer) => {
                    let h = layer.forward(plain, h);
                    slope(&h)? * h
                }
                Block::Maxout { .. } => return None,
            };
        }
        if network.input.is_some() {
            slope(&h)?;
        }
        Some(Self { network, x, slopes })
    }

    /// `∇_x l(x)`, `[packs, numbers]`.
    pub(in super::super) fn gradient(&self, plain: &Leaves) -> Tensor<2> {
        let Self { network, x, slopes } = self;
        let mut g = network.output.weight().acting(plain).transpose().repeat_dim(0, x.dims()[0]);
        if let (Some(_), Some(slope)) = (&network.input, slopes.last()) {
            g = g * slope.clone();
        }
        for (block, slope) in network.blocks.iter().zip(slopes).rev() {
            g = match block {
                Block::Residual { inner, outer } => {
                    let inside = outer.to_input(plain, g.clone()) * slope.clone();
                    g + inner.to_input(plain, inside)
                }
                Block::Plain(layer) | Block::Maxout { layer, .. } => layer.to_input(plain, g * slope.clone()),
            };
        }
        if let Some(input) = &network.input {
            g = input.to_input(plain, g);
        }
        network.waves.gradient(x.clone(), g)
    }

    /// `t · ∇_x l(x)`, `[packs, 1]` for constant `t: [packs, numbers]`, with a gradient by the weights.
    pub(in super::super) fn along(&self, leaves: &Leaves, tangent: Tensor<2>) -> Tensor<2> {
        let Self { network, x, slopes } = self;
        let slope = |slope: &Tensor<2>| Tensor::from_inner(slope.clone());
        let (_, t) = network.waves.with_tangent(x.clone(), tangent);
        let mut t = Tensor::from_inner(t);
        if let Some(input) = &network.input {
            t = input.along(leaves, t);
        }
        for (block, of_block) in network.blocks.iter().zip(slopes) {
            t = match block {
                Block::Residual { inner, outer } => {
                    let inside = inner.along(leaves, t.clone()) * slope(of_block);
                    t + outer.along(leaves, inside)
                }
                Block::Plain(layer) | Block::Maxout { layer, .. } => layer.along(leaves, t) * slope(of_block),
            };
        }
        if let (Some(_), Some(last)) = (&network.input, slopes.last()) {
            t = t * slope(last);
        }
        network.output.along(leaves, t)
    }
}
