//! A generator of points: a latent to a vector of numbers, by a plain network.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use crate::fused::Activation;
use crate::nn::{BatchNorm, Leaves, Linear, Params, Phase};
use crate::noise::Noise;

/// What follows each hidden layer of a [`PointGenerator`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalised {
    /// Nothing.
    #[default]
    Never,
    /// Batch normalisation, by the moments of a shard while training and by running moments afterwards.
    Batch,
}

/// The coordinates in which a game on points is played.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coordinates {
    /// Of mean 0 and standard deviation 1 on the training points.
    #[default]
    Standardised,
    /// Those of the data.
    Raw,
}

/// An affine map of each coordinate, between data and what the networks see: `x = centre + scale · y`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Affine {
    /// Of each coordinate.
    pub centre: Vec<f64>,
    /// Of each coordinate; positive.
    pub scale: Vec<f64>,
}

impl Affine {
    /// Mean and standard deviation of the columns of `points: [n, dimensions]`; a constant column keeps scale 1.
    pub fn standardising(points: &[f64], dimensions: usize) -> Self {
        let n = (points.len() / dimensions.max(1)).max(1) as f64;
        let moment = |j: usize, f: &dyn Fn(f64) -> f64| {
            points.iter().skip(j).step_by(dimensions).map(|&x| f(x)).sum::<f64>() / n
        };
        let centre: Vec<f64> = (0..dimensions).map(|j| moment(j, &|x| x)).collect();
        let scale = (0..dimensions)
            .map(|j| moment(j, &|x| (x - centre[j]).powi(2)).sqrt())
            .map(|sd| if sd > 0.0 { sd } else { 1.0 })
            .collect();
        Self { centre, scale }
    }

    /// The map that changes nothing.
    pub fn identity(dimensions: usize) -> Self {
        Self { centre: vec![0.0; dimensions], scale: vec![1.0; dimensions] }
    }

    /// From data to what the networks see.
    pub fn inverse(&self, x: &[f64]) -> Vec<f32> {
        let d = self.centre.len();
        x.iter().enumerate().map(|(i, x)| ((x - self.centre[i % d]) / self.scale[i % d]) as f32).collect()
    }

    /// From what the networks see to data.
    pub fn apply(&self, y: &[f32]) -> Vec<f64> {
        let d = self.centre.len();
        y.iter().enumerate().map(|(i, &y)| self.centre[i % d] + self.scale[i % d] * f64::from(y)).collect()
    }
}

/// A multilayer perceptron from latents to points.
#[derive(Debug, Clone)]
pub struct PointGenerator {
    layers: Vec<Linear>,
    norms: Vec<BatchNorm>,
    last: Linear,
    activation: Activation,
}

impl PointGenerator {
    /// A network of `depth` hidden layers of `width` units; `latent` numbers go in.
    pub fn new(
        params: &mut Params,
        [latent, width, depth, dimensions]: [usize; 4],
        activation: Activation,
        normalised: Normalised,
        noise: &Noise,
    ) -> Self {
        let input = |layer: usize| if layer == 0 { latent } else { width };
        let layers = (0..depth)
            .map(|i| {
                Linear::new(params, &format!("generator.layer{i}"), [input(i), width], 2.0_f32.sqrt(), noise)
            })
            .collect();
        let norms = match normalised {
            Normalised::Never => Vec::new(),
            Normalised::Batch => (0..depth)
                .map(|i| BatchNorm::new(params, &format!("generator.norm{i}"), width, activation, noise))
                .collect(),
        };
        let last = Linear::new(params, "generator.last", [input(depth), dimensions], 1.0, noise);
        Self { layers, norms, last, activation }
    }

    /// Points of latents `z: [n, latent]`, and while training the moments that each normalisation saw.
    pub fn generate(&self, leaves: &Leaves, z: Tensor<2>, phase: Phase) -> (Tensor<2>, Vec<Tensor<2>>) {
        let mut moments = Vec::new();
        let mut x = z;
        for (i, layer) in self.layers.iter().enumerate() {
            x = match (self.norms.get(i), phase) {
                (None, _) => layer.activated(leaves, x, self.activation),
                (Some(norm), Phase::Train) => {
                    let (y, seen) = norm.train(leaves, layer.forward(leaves, x));
                    moments.push(seen);
                    y
                }
                (Some(norm), Phase::Evaluate) => norm.evaluate(leaves, layer.forward(leaves, x)),
            };
        }
        (self.last.forward(leaves, x), moments)
    }

    /// From the moments of a shard of `rows` rows, numbers that add up over shards, for [`PointGenerator::update`].
    pub fn sums(&self, moments: Vec<Tensor<2>>, rows: usize) -> Vec<f64> {
        self.norms.iter().zip(moments).flat_map(|(norm, moments)| norm.sums(moments, rows)).collect()
    }

    /// Moves the running moments towards those of a batch of `rows` rows.
    pub fn update(&self, params: &mut Params, sums: &[f64], rows: usize) {
        let mut rest = sums;
        for norm in &self.norms {
            let (of_norm, later) = rest.split_at(params.get(norm.running).len().min(rest.len()));
            norm.update(params, of_norm, rows);
            rest = later;
        }
    }
}

/// Latents: each of `normals: [rows, latent]` followed by one of `categories` that `uniforms: [rows]`, on (0, 1), choose.
pub(super) fn latents(normals: Vec<f32>, latent: usize, uniforms: &[f32], categories: usize) -> Vec<f32> {
    if categories == 0 {
        return normals;
    }
    let width = latent + categories;
    let mut z = vec![0.0; uniforms.len() * width];
    for ((z, normals), u) in z.chunks_exact_mut(width).zip(normals.chunks_exact(latent)).zip(uniforms) {
        let category = (u * categories as f32) as usize;
        z[..latent].copy_from_slice(normals);
        z[latent + category.min(categories - 1)] = 1.0;
    }
    z
}

/// Real points `rows` of `points: [n, dimensions]`, as the discriminator sees them.
pub(super) fn gather(points: &[f32], dimensions: usize, rows: &[u32], device: &Device) -> Tensor<2> {
    let mut values = Vec::with_capacity(rows.len() * dimensions);
    for &row in rows {
        let row = row as usize;
        values.extend_from_slice(&points[row * dimensions..(row + 1) * dimensions]);
    }
    Tensor::from_data(TensorData::new(values, [rows.len(), dimensions]), device)
}
