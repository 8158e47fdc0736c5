//! The likelihood of real rows under a generator of rows, each cell given those before it and the latent.
//!
//! A generator that is autoregressive over columns has one: `log p(x|z) = Σ_t log p(x_t | x_<t, z)`. A game on choices starts badly
//! from chance, since a code that is never drawn gets no gradient; generators of sequences are therefore trained by maximum likelihood
//! first, and play from there on (Yu et al. 2017, SeqGAN, §3.1 and algorithm 1).

use burn::tensor::{Tensor, TensorData, activation};

use super::rows::{Kind, RowGenerator, based, embedded, interval_of, place_of};
use super::view::View;
use crate::layout::Given;
use crate::nn::Leaves;

/// How near the ends of its interval the place of a value may count as, where its density is computed.
const NEAREST: f64 = 1e-3;

impl RowGenerator {
    /// `log p(x|z)` of each row, `[rows, 1]`, nats; of a real, the density of its place within its interval. Under conditions it is
    /// `log p(x|z, c)`, to which the cells in `told` contribute nothing, being certain.
    ///
    /// `rows` are real rows as [`View::rows`] gives them, `z: [rows, latent]`.
    pub fn log_probs(
        &self,
        leaves: &Leaves,
        view: &View,
        z: Tensor<2>,
        rows: &Tensor<2>,
        told: &[Given],
    ) -> Tensor<2> {
        let mut context = vec![self.entered(leaves, z, told)];
        let mut codes: Vec<Tensor<2>> = Vec::new();
        let mut terms = Vec::new();
        let (mut first, mut real) = (0, view.levels.iter().sum::<usize>());
        for (t, net) in self.spans.iter().enumerate() {
            let output = net.output(leaves, &context);
            match &net.kind {
                Kind::Simplex { given, embedding } => {
                    let levels = view.levels[codes.len()];
                    let chosen = rows.clone().narrow(1, first, levels);
                    first += levels;
                    let logits = based(output, given.as_ref(), &codes);
                    let term = (activation::log_softmax(logits, 1) * chosen.clone()).sum_dim(1);
                    terms.push(uncertain(term, told.iter().filter(|cell| cell.span == t)));
                    if let Some(embedding) = embedding {
                        context.push(chosen.clone().matmul(leaves.get(*embedding)));
                    }
                    codes.push(chosen);
                }
                Kind::Real { before, intervals, slopes } => {
                    let score = rows.clone().narrow(1, real, 1);
                    real += 1;
                    let [low, width] = interval_of(intervals, &codes[*before]);
                    // A point has no place.
                    let inside = width.clone().greater_scalar(0.0).float();
                    let outside = inside.clone().neg().add_scalar(1.0);
                    let place = (score.clone() - low) / (width + outside.clone());
                    let within = place.clone().clamp(NEAREST, 1.0 - NEAREST);
                    let [mu, log_scale] = place_of(output);
                    let beyond = within.clone().neg().add_scalar(1.0);
                    let logit = within.clone().log() - beyond.clone().log();
                    let t = (logit - mu) / log_scale.clone().exp();
                    // The logistic density of the logit, and the Jacobian 1 / (place (1 − place)) of the logit.
                    let density = t.clone().neg()
                        - activation::softplus(t.neg(), 1.0).mul_scalar(2.0)
                        - log_scale
                        - (within * beyond).log();
                    terms.push(density * inside.clone());
                    if let Some(slopes) = slopes {
                        let place = place * inside + outside.mul_scalar(0.5);
                        context.push(embedded(score, place, leaves.get(*slopes)));
                    }
                }
            }
        }
        Tensor::cat(terms, 1).sum_dim(1)
    }
}

/// A term of each row, `[rows, 1]`, 0 where the cell is known beforehand.
fn uncertain<'a>(term: Tensor<2>, known: impl Iterator<Item = &'a Given>) -> Tensor<2> {
    let ([rows, _], device) = (term.dims(), term.device());
    let known: Vec<usize> = known.map(|cell| cell.row).collect();
    if known.is_empty() {
        return term;
    }
    let mut kept = vec![1.0; rows];
    known.into_iter().for_each(|row| kept[row] = 0.0);
    term * Tensor::from_data(TensorData::new(kept, [rows, 1]), &device)
}
