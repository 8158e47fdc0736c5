//! A row of features as the discriminator sees it: one dense vector, the same for real and for generated rows.
//!
//! ```text
//! [one-hot code of every simplex | score of every real | place on a normal axis of every ordered code]
//! ```
//!
//! A code of an ordered simplex that no real follows also gives the normal score of its rank among the training rows, so that
//! neighbouring numbers look alike.

use burn::tensor::{Device, Tensor, TensorData};

use crate::layout::{Features, Layout, Order, Span};
use crate::noise::normal_quantile;

/// How rows become vectors.
#[derive(Debug, Clone)]
pub struct View {
    /// Codes of each simplex.
    pub levels: Vec<usize>,
    /// For each simplex whose codes have ranks, its number and the normal score of each code.
    pub ranks: Vec<(usize, Vec<f32>)>,
    /// Number of real spans.
    pub reals: usize,
}

impl View {
    /// The view of a layout.
    pub fn new(layout: &Layout) -> Self {
        let followed = |t: usize| matches!(layout.spans.get(t + 1), Some(Span::Real(_)));
        let ranks = (layout.simplexes().enumerate())
            .filter(|(_, (t, simplex))| {
                simplex.order == Order::Ordinal && simplex.given.is_none() && !followed(*t)
            })
            .map(|(number, (_, simplex))| (number, normal_scores(&simplex.base)))
            .collect();
        Self {
            levels: layout.simplexes().map(|(_, simplex)| simplex.levels).collect(),
            ranks,
            reals: layout.reals().count(),
        }
    }

    /// Numbers per row.
    pub fn width(&self) -> usize {
        self.levels.iter().sum::<usize>() + self.reals + self.ranks.len()
    }

    /// Real rows, `[rows, width]`.
    pub fn rows(&self, features: &Features, rows: &[u32], device: &Device) -> Tensor<2> {
        let (simplexes, width) = (self.levels.len(), self.width());
        let first_real: usize = self.levels.iter().sum();
        let mut values = vec![0.0; rows.len() * width];
        for (&row, out) in rows.iter().zip(values.chunks_exact_mut(width.max(1))) {
            let row = row as usize;
            let codes = &features.codes[row * simplexes..(row + 1) * simplexes];
            let mut first = 0;
            for (&code, levels) in codes.iter().zip(&self.levels) {
                out[first + usize::from(code)] = 1.0;
                first += levels;
            }
            let scores = &features.scores[row * self.reals..(row + 1) * self.reals];
            out[first_real..first_real + self.reals].copy_from_slice(scores);
            for ((number, scores), out) in self.ranks.iter().zip(&mut out[first_real + self.reals..]) {
                *out = scores[usize::from(codes[*number])];
            }
        }
        Tensor::from_data(TensorData::new(values, [rows.len(), width]), device)
    }

    /// Generated rows from their one-hot codes and scores, `[rows, levels]` and `[rows, 1]` each, to `[rows, width]`.
    pub fn generated(&self, codes: &[Tensor<2>], scores: Vec<Tensor<2>>) -> Tensor<2> {
        let ranks = self.ranks.iter().map(|(number, scores)| {
            let codes = codes[*number].clone();
            let table = Tensor::<1>::from_floats(scores.as_slice(), &codes.device());
            codes.matmul(table.reshape([scores.len(), 1]))
        });
        Tensor::cat(codes.iter().cloned().chain(scores).chain(ranks).collect(), 1)
    }
}

/// The normal score of the middle of each code's share of the training rows, from the logarithms of the shares.
fn normal_scores(log_shares: &[f32]) -> Vec<f32> {
    let shares: Vec<f64> = log_shares.iter().map(|&b| f64::from(b).exp()).collect();
    let total = shares.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let mut below = 0.0;
    let score = |share: f64| {
        let middle = ((below + 0.5 * share) / total).clamp(1e-6, 1.0 - 1e-6);
        below += share;
        normal_quantile(middle) as f32
    };
    shares.into_iter().map(score).collect()
}
