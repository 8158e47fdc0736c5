//! Spectral norms of weights, and normalisation by them.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::nn::{Init, Leaves, ParamId, Params};
use crate::noise::{Noise, Stream};

/// What is done to the weights of a discriminator before they act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// Nothing.
    #[default]
    None,
    /// Each is divided by its spectral norm (Miyato et al. 2018), so that every linear layer has slopes of at most 1. A residual
    /// block `x + L(a(L x))` then has slopes of at most 1 + max |a'|, not 1.
    Spectral,
}

/// The power iteration of one weight `W: [input, output]` (Miyato et al. 2018, algorithm 1):
///
/// ```text
/// v ← Wᵀu / ‖Wᵀu‖,    u ← W v / ‖W v‖,    σ = uᵀ W v
/// ```
///
/// `u: [input]` and `v: [output]` are entries of [`Params`] like the weights, so that a model file and a checkpoint hold them. No
/// gradient reaches them, so Adam leaves them as they are, bit for bit. A weight average averages them too, which leaves them
/// a little shorter than 1 and behind the average weights: [`PowerIteration::norm`] divides by their lengths, and whoever uses
/// averaged weights should let the iteration run on them for a few turns.
#[derive(Debug, Clone)]
pub(super) struct PowerIteration {
    left: ParamId,
    right: ParamId,
}

/// Turns of the iteration on initial weights.
const FIRST_TURNS: usize = 16;

/// The least σ that is divided by: a weight that is all zero stays so.
const LEAST: f64 = 1e-12;

impl PowerIteration {
    /// Starts from a random direction and runs a few turns.
    pub(super) fn new(
        params: &mut Params,
        name: &str,
        weight: ParamId,
        [input, output]: [usize; 2],
        noise: &Noise,
    ) -> Self {
        let left = params.add(format!("{name}.left"), &[input], Init::Normal { std: 1.0 }, noise);
        let right = params.add(format!("{name}.right"), &[output], Init::Zeros, noise);
        let new = Self { left, right };
        (0..FIRST_TURNS).for_each(|_| new.advance(params, weight));
        new
    }

    /// One turn of the iteration, on the host in f64.
    pub(super) fn advance(&self, params: &mut Params, weight: ParamId) {
        let mut u: Vec<f64> = params.get(self.left).iter().map(|&u| u.into()).collect();
        let v = turn(params.get(weight), &mut u);
        let store =
            |to: &mut [f32], from: &[f64]| to.iter_mut().zip(from).for_each(|(to, &from)| *to = from as f32);
        store(params.get_mut(self.left), &u);
        store(params.get_mut(self.right), &v);
    }

    /// `σ = uᵀ W v`, `[1, 1]`, of which only `W` is differentiated: `∂σ/∂W = u vᵀ` (the paper's gradient analysis).
    pub(super) fn norm(&self, leaves: &Leaves, weight: Tensor<2>) -> Tensor<2> {
        let unit = |id: ParamId| {
            let vector = leaves.get::<1>(id).inner();
            let length = vector.clone().square().sum().sqrt().clamp_min(LEAST);
            vector / length
        };
        let [input, output] = weight.dims();
        let (u, v) = (unit(self.left).reshape([1, input]), unit(self.right).reshape([output, 1]));
        u.matmul(weight).matmul(v).clamp_min(LEAST)
    }

    /// The same on the host, in f64.
    pub(super) fn norm_on_host(&self, params: &Params, weight: ParamId) -> f64 {
        let wide = |id: ParamId| -> Vec<f64> { params.get(id).iter().map(|&x| x.into()).collect() };
        let (mut u, mut v) = (wide(self.left), wide(self.right));
        normalise(&mut u);
        normalise(&mut v);
        dot(&u, &times(params.get(weight), &v)).max(LEAST)
    }
}

/// The greatest singular value of `weight: [input, output]`, by the power iteration until it changes by less than 1e-12 of
/// itself, at most 10,000 times; from below where the two greatest are nearly equal.
pub(super) fn spectral_norm(weight: &[f32], input: usize) -> f64 {
    // A start of independent numbers is never perpendicular to a singular vector.
    let mut start = vec![0.0; input];
    Noise::new(0).fill_normal(Stream::Init, 0, &mut start);
    let mut u: Vec<f64> = start.iter().map(|&u| u.into()).collect();
    normalise(&mut u);
    let mut norm = 0.0;
    for _ in 0..10_000 {
        let v = turn(weight, &mut u);
        let now = dot(&u, &times(weight, &v));
        let settled = (now - norm).abs() <= 1e-12 * now;
        norm = now;
        if settled {
            break;
        }
    }
    norm
}

/// One turn: `v` from `u`, then the new `u`.
fn turn(weight: &[f32], u: &mut Vec<f64>) -> Vec<f64> {
    let mut v = transposed_times(weight, u);
    normalise(&mut v);
    *u = times(weight, &v);
    normalise(u);
    v
}

/// `W v`.
fn times(weight: &[f32], v: &[f64]) -> Vec<f64> {
    let row = |row: &[f32]| row.iter().zip(v).map(|(&w, v)| f64::from(w) * v).sum();
    weight.chunks_exact(v.len().max(1)).map(row).collect()
}

/// `Wᵀ u`.
fn transposed_times(weight: &[f32], u: &[f64]) -> Vec<f64> {
    let output = weight.len() / u.len().max(1);
    let mut out = vec![0.0; output];
    for (row, u) in weight.chunks_exact(output.max(1)).zip(u) {
        out.iter_mut().zip(row).for_each(|(out, &w)| *out += f64::from(w) * u);
    }
    out
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn normalise(vector: &mut [f64]) {
    let length = dot(vector, vector).sqrt().max(LEAST);
    vector.iter_mut().for_each(|x| *x /= length);
}
